//! Inviting many at once: a pasted list is kept, shown line by line with what will happen, and sent once.

use super::authority::Authority;
use super::invitations::{self, Wanted};
use super::policy::ManageMembers;
use super::store;
use super::types::{Line, MAX_LINES, address_in, fates, pasted};
use crate::accounts;
use crate::auth::{Role, Scope};
use crate::db::{AgencyTx, Db};
use crate::error::{Error, Result};
use crate::identity::{Reception, joining};
use crate::ids::{AccountId, InvitationListId};

/// More than so many addresses take.
const MAX_BYTES: usize = 64 * 1024;

/// What was pasted, for whom.
#[derive(Clone, Debug)]
pub struct Pasted {
    /// What they will be.
    pub role: Role,
    /// The accounts that chatters begin with.
    pub accounts: Vec<AccountId>,
    /// The addresses.
    pub text: String,
}

/// What a pasted list would do now.
#[derive(Clone, Debug)]
pub struct Preview {
    /// What was pasted.
    pub pasted: Pasted,
    /// Its lines, at most [`MAX_LINES`].
    pub lines: Vec<Line>,
    /// How many lines there are beyond those.
    pub beyond: usize,
    /// Whether it was sent already.
    pub sent: bool,
}

impl Preview {
    /// How many mails will go out.
    #[must_use]
    pub fn sends(&self) -> usize {
        self.lines.iter().filter(|line| line.fate.sends()).count()
    }
}

/// Keeps a pasted list, to be looked at before it is sent.
///
/// # Errors
/// `Invalid` when nothing was pasted, `Forbidden` for a role that the member may not give, `NotFound` for accounts that are
/// not the agency's.
pub async fn keep(db: &Db, scope: &Authority, mut pasted: Pasted) -> Result<InvitationListId> {
    scope.ensure(pasted.role)?;
    if pasted.role == Role::Creator {
        return Err(Error::field("role", "Creators are invited one by one, each as the creator that she is"));
    }
    if super::types::pasted(&pasted.text).is_empty() {
        return Err(Error::field("addresses", "Paste at least one address"));
    }
    if pasted.text.len() > MAX_BYTES {
        return Err(Error::field(
            "addresses",
            format!("This is too long. At most {MAX_LINES} addresses can be invited at once."),
        ));
    }
    if pasted.role != Role::Chatter {
        pasted.accounts.clear();
    }
    pasted.accounts.sort();
    pasted.accounts.dedup();
    let mut tx = db.begin(scope).await?;
    accounts::ensure(&mut tx, &pasted.accounts).await?;
    let id = tx.new_id();
    store::add_list(&mut tx, id, scope.member().user_id(), &pasted).await?;
    tx.commit().await?;
    Ok(id)
}

/// What the list would do now, line by line.
///
/// # Errors
/// `NotFound` for a list that the member did not make here.
pub async fn preview(db: &Db, scope: &Scope<ManageMembers>, id: InvitationListId) -> Result<Preview> {
    look(&mut db.begin(scope).await?, scope, id).await
}

async fn look(tx: &mut AgencyTx, scope: &Scope<ManageMembers>, id: InvitationListId) -> Result<Preview> {
    let (kept, sent) = store::lookup_list(tx, id, scope.member().user_id()).await?;
    let all = pasted(&kept.text);
    let beyond = all.len().saturating_sub(MAX_LINES);
    let lines: Vec<_> =
        all.into_iter().take(MAX_LINES).map(|text| (text, joining::address(address_in(text)))).collect();
    let emails: Vec<_> = lines.iter().filter_map(|(_, email)| email.clone().ok()).collect();
    let known = store::list_known(tx, &emails).await?;
    let lines = fates(&lines, &known, scope.member().role());
    Ok(Preview { lines, beyond, sent, pasted: kept })
}

/// Sends what the list's preview says, all or nothing; how many mails. A second press sends nothing.
///
/// # Errors
/// `NotFound` for a list that the member did not make here, `Conflict` for one that was sent, is too long, or when an address
/// got too many, `Forbidden` for a role that the member may not give any more, `RateLimited` for too many.
pub async fn send(reception: &Reception, scope: &Authority, id: InvitationListId) -> Result<usize> {
    let preview = self::preview(reception.db(), scope, id).await?;
    let emails = addresses(&preview)?;
    scope.ensure(preview.pasted.role)?;
    let mut tx = invitations::begin(reception, scope, &emails).await?;
    store::lock_list(&mut tx, id).await?;
    // It may have been sent, and people may have joined, since the page was shown.
    let preview = look(&mut tx, scope, id).await?;
    let emails = addresses(&preview)?;
    let Pasted { role, accounts, .. } = preview.pasted;
    let wanted = Wanted { role, accounts, creator: None };
    for email in &emails {
        invitations::send(&mut tx, reception, scope, email, &wanted).await?;
    }
    store::set_list_sent(&mut tx, id).await?;
    tx.commit().await?;
    Ok(emails.len())
}

fn addresses(preview: &Preview) -> Result<Vec<String>> {
    if preview.sent {
        return Err(Error::conflict("These invitations were sent already."));
    }
    if preview.beyond > 0 {
        return Err(Error::conflict(format!("At most {MAX_LINES} addresses can be invited at once.")));
    }
    let sending = preview.lines.iter().filter(|line| line.fate.sends());
    Ok(sending.filter_map(|line| line.email.clone()).collect())
}
