//! On every signed-in page: the address is not confirmed yet.

use crate::identity::server_fns::SendConfirmation;
use crate::ui::{Icon, kept};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// Asks to confirm the address, and offers to send the link again.
#[component]
pub fn AskToConfirm(
    /// The address.
    email: String,
) -> impl IntoView {
    let problem = kept(SendConfirmation::PATH).problem;
    let role = if problem.is_some() { "alert" } else { "status" };
    let text =
        problem.map_or_else(|| format!("Open the link that we sent to {email}."), |problem| problem.sentence);
    view! {
        <div class="banner warn" role=role>
            <Icon name="mail"/>
            <div class="banner-text"><p>"Confirm your address"</p><p>{text}</p></div>
            <form method="post" action=SendConfirmation::PATH><button class="button secondary small">"Send again"</button></form>
        </div>
    }
}
