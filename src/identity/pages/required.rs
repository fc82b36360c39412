//! What an agency requires: an owner's section, the banner while grace runs, and the reset of a lost factor.

use crate::auth::Role;
use crate::identity::second_factor::server_fns::{RequireSecondFactor, ResetSecondFactor};
use crate::identity::second_factor::{GRACE_DAYS, Lost, Requirement};
use crate::ids::UserId;
use crate::ui::{Check, Form, Hidden, Icon, Select, Submit, Time, TimeShape};
use chrono::TimeDelta;
use chrono_tz::Tz;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// The roles as the form numbers them.
const ROLES: [(&str, Role, &str, &str); 5] = [
    ("roles[0]", Role::Owner, "owner", "Owners"),
    ("roles[1]", Role::Manager, "manager", "Managers"),
    ("roles[2]", Role::Chatter, "chatter", "Chatters"),
    ("roles[3]", Role::Creator, "creator", "Creators"),
    ("roles[4]", Role::Compliance, "compliance", "Compliance officers"),
];

/// On /settings/security: of which roles two-step sign-in is required.
#[component]
pub fn RequireSecondFactorSection(requirement: Requirement) -> impl IntoView {
    let checks = ROLES.map(|(name, role, value, words)| {
        let checked = requirement.roles.contains(&role);
        view! { <Check name label=words checked value/> }
    });
    let days = GRACE_DAYS.map(|days| {
        let words = match days {
            0 => "None: at once".to_owned(),
            n => format!("{n} days"),
        };
        (days.to_string(), words)
    });
    view! {
        <section class="settings-section">
            <div><h2>"Two-step sign-in"</h2><p>"Who must set it up. Until they do, a banner counts the days; after that nothing else opens for them."</p></div>
            <Form action=RequireSecondFactor::PATH>
                <fieldset class="stack"><legend>"Required of"</legend>{checks.into_iter().collect_view()}</fieldset>
                <Select name="grace_days" label="Time to set it up" options=days.to_vec() value=requirement.grace_days.to_string()
                    hint="Counted from today, or from when somebody joins or gets the role, whichever is later."/>
                <Submit words="Save what is required"/>
            </Form>
        </section>
    }
}

/// On every signed-in page, until the member set it up.
#[component]
pub fn SecondFactorDue(
    /// How much time is left.
    left: TimeDelta,
) -> impl IntoView {
    let hours = left.num_hours();
    let text = match (hours, (hours + 23) / 24) {
        (..24, _) => "Your agency requires it of your role, by tomorrow at the latest.".to_owned(),
        (_, days) => format!("Your agency requires it of your role. {days} days are left."),
    };
    view! {
        <div class="banner warn" role="status">
            <Icon name="warn"/>
            <div class="banner-text"><p>"Set up two-step sign-in"</p><p>{text}</p></div>
            <a class="button secondary small" href="/settings/second-factor">"Set it up"</a>
        </div>
    }
}

/// On a member's page: how their second factor stands, and its reset when it is lost. For owners.
#[component]
pub fn LostSecondFactor(lost: Lost, #[prop(optional_no_strip, into)] zone: Option<Tz>) -> impl IntoView {
    let Lost { user, name, since, asked_at, own } = lost;
    let words = match since {
        None => view! { <p class="muted">"None: signs in with a password alone."</p> }.into_any(),
        Some(since) => {
            view! { <p>"In use since "<Time at=since zone shape=TimeShape::Day/>"."</p> }.into_any()
        }
    };
    let waits = asked_at.map(|at| {
        view! {
            <p class="muted">"A reset was asked for "<Time at zone shape=TimeShape::Brief/>". It happens when an owner of each of their other agencies asks too, within 7 days."</p>
        }
    });
    let reset = (since.is_some() && !own).then(|| view! { <Reset user name/> });
    view! {
        <section class="settings-section">
            <div><h2>"Two-step sign-in"</h2></div>
            <div class="stack">{words}{waits}{reset}</div>
        </section>
    }
}

#[component]
fn Reset(user: UserId, name: String) -> impl IntoView {
    let what = format!(
        "Call {name} first: is it really they who lost it? Their app, passkeys and recovery codes stop working, and every device is signed out. We tell them by mail."
    );
    view! {
        <details>
            <summary>"Phone or key lost?"</summary>
            <div class="stack">
                <p>{what}</p>
                <Form action=ResetSecondFactor::PATH>
                    <Hidden name="member" value=user.to_string()/>
                    <Submit words="Reset two-step sign-in" class="button danger final"/>
                </Form>
            </div>
        </details>
    }
}
