//! What is watched, and from which refund on.

use crate::alerts::server_fns::SetAlertRules;
use crate::alerts::types::{Kind, Rules};
use crate::ui::{Field, Form, Submit};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// The rules in words, and the form for those that can be set.
pub(super) fn watched(rules: Rules, may_manage: bool) -> impl IntoView {
    let kinds = Kind::ALL.map(|kind| view! { <div><dt>{kind.words()}</dt><dd>{kind.rule()}</dd></div> });
    let form = may_manage.then(|| {
        view! {
            <div class="card-body stack">
                <h3>"From which refund on"</h3>
                <Form action=SetAlertRules::PATH>
                    <Field name="refund_from" label="At least" kind="number" min="1" max="1000000" input_mode="numeric"
                        value=rules.refund_from.to_string() hint="Whole units of the account's own currency: 100 is $100, or €100."/>
                    <Field name="refund_share" label="And at least this share of a usual day, in percent" kind="number" min="0" max="1000"
                        input_mode="numeric" value=rules.refund_share.to_string()
                        hint="A usual day is what the account took in per day in the 28 days before. 0 leaves it out."/>
                    <Submit words="Save" class="button secondary"/>
                </Form>
            </div>
        }
    });
    view! {
        <section class="card" aria-labelledby="watched">
            <div class="card-header"><h2 id="watched">"What is watched"</h2></div>
            <div class="card-body"><dl class="definitions watched">{kinds.collect_view()}</dl></div>
            {form}
        </section>
    }
}
