//! The demo agency's team: one of each role that has a desk of its own.

use super::store;
use crate::accounts;
use crate::auth::{Role, SystemScope};
use crate::creators;
use crate::ids::{AccountId, CreatorId};
use crate::keyset::Turn;
use crate::server::state::App;
use crate::team::{self, Newcomer};
use anyhow::Result;

/// Name, address, and what they are.
const PEOPLE: [(&str, &str, Role); 5] = [
    ("Max Vogel", "max@creatorcrm.example", Role::Manager),
    ("Cleo Brandt", "cleo@creatorcrm.example", Role::Chatter),
    ("Dan Ortiz", "dan@creatorcrm.example", Role::Chatter),
    ("Mia Larsson", "mia@creatorcrm.example", Role::Creator),
    ("Rosa Lindqvist", "rosa@creatorcrm.example", Role::Compliance),
];
/// Accounts that each chatter works on.
const EACH: usize = 4;

/// The addresses and roles, for telling.
pub(super) fn others() -> impl Iterator<Item = (&'static str, &'static str)> {
    PEOPLE.into_iter().map(|(_, email, role)| (email, role.as_str()))
}

/// Makes those who are missing.
pub(super) async fn enrol(app: &App, scope: &SystemScope, password: &str) -> Result<()> {
    let mut chatters = 0;
    for (name, email, role) in PEOPLE {
        let place = chatters;
        chatters += usize::from(role == Role::Chatter);
        let mut tx = app.db.begin_system("look for a demo member").await?;
        if store::has_user(&mut tx, email).await? {
            continue;
        }
        drop(tx);
        let (accounts, creator) = desk(app, scope, name, role, place).await?;
        let newcomer = Newcomer {
            name: name.to_owned(),
            email: email.to_owned(),
            password: password.into(),
            role,
            accounts,
            creator,
        };
        team::enrol(&app.reception(), scope, newcomer).await?;
    }
    Ok(())
}

/// The accounts of the chatter at `place`, or the creator of that name.
async fn desk(
    app: &App,
    scope: &SystemScope,
    name: &str,
    role: Role,
    place: usize,
) -> Result<(Vec<AccountId>, Option<CreatorId>)> {
    let mut tx = app.db.begin(scope).await?;
    Ok(match role {
        Role::Chatter => {
            let (page, _) = accounts::page(&mut tx, &accounts::Filter::default(), &Turn::First).await?;
            let ids = page.rows.into_iter().map(|account| account.id);
            (ids.skip(place * EACH).take(EACH).collect(), None)
        }
        Role::Creator => {
            let free = creators::without_member(&mut tx).await?;
            let same = free.iter().find(|creator| creator.name == name).or(free.first());
            (Vec::new(), same.map(|creator| creator.id))
        }
        _ => (Vec::new(), None),
    })
}
