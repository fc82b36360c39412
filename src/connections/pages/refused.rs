//! When connecting did not come about: what happened, and what to do.

use crate::connections::Refusal;
use crate::connections::server_fns::{ConnectAccount, FinishByLink, FinishConnection};
use crate::ids::ConnectionId;
use crate::platform::PlatformKind;
use crate::server::frame::{Frame, Page};
use crate::ui::{Form, Hidden, Icon, Submit};
use axum::http::StatusCode;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// The page for `refusal`; a creator who came through a link sees no way into the app.
pub fn page(
    platform: PlatformKind,
    refusal: Refusal,
    by_link: bool,
    connection: Option<ConnectionId>,
) -> Page {
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let title = refusal.title(platform);
    let heading = title.clone();
    let view = move || {
        let icon = match refusal {
            Refusal::Denied => "info",
            Refusal::PlatformDown | Refusal::Unfinished => "cloud-off",
            _ => "warn",
        };
        let todo = if by_link { creator_can(&refusal) } else { refusal.what_to_do(platform) };
        let actions = if by_link {
            creator_actions(&refusal, connection).into_any()
        } else {
            member_actions(platform, &refusal, connection).into_any()
        };
        view! {
            <div class="empty">
                <Icon name=icon/>
                <h1>{heading}</h1>
                <p>{refusal.sentence(platform)}</p>
                {missing(&refusal)}
                <p>{todo}</p>
                <div class="row">{actions}</div>
            </div>
        }
    };
    let frame = if by_link { Frame::Plain } else { Frame::App };
    Page::new(title, view).framed(frame).with_status(status)
}

fn missing(refusal: &Refusal) -> Option<impl IntoView + use<>> {
    let Refusal::MissingScopes(missing) = refusal else { return None };
    let lines: Vec<_> = missing.iter().map(|why| view! { <li>{*why}</li> }).collect();
    Some(view! { <p>"Missing is the permission:"</p><ul>{lines}</ul> })
}

/// What a creator can do: her link still works unless it was used up.
fn creator_can(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Unfinished => "Try again in a few minutes; there is no need to allow it again.",
        Refusal::LinkGone => "Ask the agency for a new link.",
        Refusal::Used => "If you allowed it, you are connected, and can close this page.",
        Refusal::OtherSession => "Open the link again in this browser.",
        Refusal::NotHers(_) => "Begin again from your first page, and sign in there with your own account.",
        _ => "If you want to go on, open the link again.",
    }
    .to_owned()
}

fn creator_actions(refusal: &Refusal, connection: Option<ConnectionId>) -> impl IntoView + use<> {
    let connection = connection.filter(|_| *refusal == Refusal::Unfinished);
    let again = connection.map(|id| {
        view! { <Form action=FinishByLink::PATH><Hidden name="connection" value=id.to_string()/><Submit words="Try again"/></Form> }
    });
    let home = matches!(refusal, Refusal::NotHers(_))
        .then(|| view! { <a class="button primary" href="/dashboard">"To your first page"</a> });
    view! { {again}{home} }
}

fn member_actions(
    platform: PlatformKind,
    refusal: &Refusal,
    connection: Option<ConnectionId>,
) -> impl IntoView + use<> {
    let other = matches!(refusal, Refusal::OtherPerson { .. } | Refusal::NoCreator(_));
    match (refusal, connection) {
        (Refusal::Unfinished, Some(id)) => view! {
            <Form action=FinishConnection::PATH><Hidden name="connection" value=id.to_string()/><Submit words="Finish now"/></Form>
        }
        .into_any(),
        (Refusal::NoCreator(_), _) => view! {
            <Form action=ConnectAccount::PATH>
                <Hidden name="platform" value=platform.as_str()/>
                <Hidden name="fresh_sign_in" value="true"/>
                <Submit words="Sign in as somebody else"/>
            </Form>
        }
        .into_any(),
        (Refusal::Used | Refusal::MayNot, _) => {
            view! { <a class="button primary" href="/connections">"To connections"</a> }.into_any()
        }
        _ if other => view! { <a class="button primary" href="/connections">"To connections"</a> }.into_any(),
        _ => view! {
            <a class="button primary" href="/connections/new">"Begin again"</a>
            <a class="button quiet" href="/connections">"To connections"</a>
        }
        .into_any(),
    }
}
