//! The pages of connections, and the parts that several of them have.

mod choose;
mod connect;
mod creator;
mod disconnect;
mod list;
pub(super) mod refused;
pub(super) mod told;

pub use choose::choose;
pub use connect::new;
pub use creator::{choose as choose_by_link, done, link};
pub use disconnect::disconnect;
pub use list::list;

use crate::ids::CreatorId;
use crate::platform::Scope;
use crate::ui::Select;
use leptos::prelude::*;

/// Every permission that is asked for, with the reason; those with one reason stand together.
#[component]
fn Permissions(scopes: &'static [Scope]) -> impl IntoView {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for scope in scopes {
        match reasons.iter_mut().find(|(why, _)| *why == scope.why) {
            Some((_, names)) => names.push(scope.name),
            None => reasons.push((scope.why, vec![scope.name])),
        }
    }
    let lines = reasons.into_iter().map(|(why, names)| {
        view! { <div><dt>{why}</dt><dd class="mono small faint">{names.join(", ")}</dd></div> }
    });
    view! { <dl class="definitions permissions">{lines.collect_view()}</dl> }
}

/// For which creator; the first choice is a new one.
#[component]
fn CreatorSelect(
    creators: Vec<(CreatorId, String)>,
    #[prop(optional, into)] hint: Option<String>,
) -> impl IntoView {
    let new = (String::new(), "A new creator, named as the account".to_owned());
    let known = creators.into_iter().map(|(id, name)| (id.to_string(), name));
    let options: Vec<_> = std::iter::once(new).chain(known).collect();
    (options.len() > 1).then(|| match hint {
        Some(hint) => view! { <Select name="creator" label="Creator" options hint/> }.into_any(),
        None => view! { <Select name="creator" label="Creator" options/> }.into_any(),
    })
}
