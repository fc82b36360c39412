//! `/team/roles`: what each role may do, made from the policies themselves.

use super::super::policy::ViewRoles;
use crate::auth::{PERMISSIONS, Role, Visitor};
use crate::error::Result;
use crate::server::frame::Page;
use crate::ui::{Icon, PageHeader};
use leptos::prelude::*;

/// `GET /team/roles`
///
/// # Errors
/// `NotSignedIn`.
pub async fn roles(visitor: Visitor) -> Result<Page> {
    let mine = visitor.scope::<ViewRoles>()?.member().role();
    Ok(Page::new("Roles", move || content(mine)))
}

fn content(mine: Role) -> impl IntoView {
    let heads = Role::ALL.map(|role| {
        let me = (role == mine).then(|| view! { " "<span class="badge accent">"You"</span> });
        view! { <th scope="col" class="center">{role.words()}{me}</th> }
    });
    let rows = PERMISSIONS.iter().map(|permission| {
        let cells = Role::ALL.map(|role| {
            let may = permission.roles.contains(&role);
            let mark = if may {
                view! { <span class="mark" role="img" aria-label="may"><Icon name="check"/></span> }
                    .into_any()
            } else {
                view! { <span class="visually-hidden">"may not"</span> }.into_any()
            };
            view! { <td class="center" data-label=role.words()>{mark}</td> }
        });
        view! { <tr><th scope="row">{capitalised(permission.allows)}</th>{cells.collect_view()}</tr> }
    });
    view! {
        <PageHeader title="Roles" sub="What each role may do. This list is made from the rules that the program itself goes by."/>
        <div class="card">
            <div class="table-wrap" tabindex="0" role="region" aria-label="Roles">
                <table class="table roles">
                    <thead><tr><th scope="col">"May"</th>{heads.collect_view()}</tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </div>
        <p class="muted small">"Managers invite and remove chatters and creators; only owners give the other roles. An agency always keeps one owner."</p>
    }
}

fn capitalised(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
