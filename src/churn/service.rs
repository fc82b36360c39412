//! Learning who leaves, looking at today's subscribers with it, and reading what was found.

use super::features::{self, Known, MEMORY, Payment, WAIT};
use super::jobs::FindRisks;
use super::learned::{self, Example, Learned};
use super::store::{self, PaymentRow, SubscriberRow};
use super::types::{CERTAIN, Key, Listed, Risk, View};
use crate::accounts;
use crate::analytics::policy::ViewDashboard;
use crate::audit::{self, Event};
use crate::auth::{Scope, SystemScope};
use crate::db::{AgencyTx, Db};
use crate::error::Result;
use crate::ids::{AccountId, AgencyId};
use crate::jobs::{self, How};
use crate::keyset::{Page, Turn};
use chrono::{Datelike, Days, Months, NaiveDate};
use std::collections::BTreeMap;

/// Fans on one page of the list.
pub const PAGE: usize = 50;
/// Fans of one account that are kept: of those at risk, and of those who are known to leave, the next to end.
const KEPT: usize = 100;
const LEAVING: usize = 20;
/// Months learned from at most.
const LEARNED: u32 = 12;
/// Accounts and payments that are enough to learn from.
const SAMPLE: i64 = 300;
const ENOUGH: usize = 600_000;
/// Accounts read in one go, and accounts to choose from.
const BATCH: i64 = 50;
const OFFERED: i64 = 1000;

/// The fans at highest risk, of one account or of all, beside how well such figures did. Who sees it is recorded.
///
/// # Errors
/// `NotFound` for an account that is not the tenant's.
pub async fn view(
    db: &Db,
    scope: &Scope<ViewDashboard>,
    account: Option<AccountId>,
    turn: &Turn<Key>,
) -> Result<View> {
    let mut tx = db.begin(scope).await?;
    if let Some(id) = account {
        accounts::ensure(&mut tx, &[id]).await?;
    }
    let model = store::find_model(&mut tx).await?;
    let pending = model.is_none() && store::has_accounts(&mut tx).await?;
    if pending {
        order(&mut tx).await?;
    }
    let judged = model.and_then(|(_, learned)| learned).map(|learned| learned.judged);
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let rows = store::list(&mut tx, account, turn, limit).await?;
    let counts = store::count(&mut tx, account).await?;
    let accounts = store::list_accounts(&mut tx, OFFERED).await?;
    if !rows.is_empty() {
        let seen = account.map_or_else(|| tx.agency_id().to_string(), |account| account.to_string());
        audit::record_view(&mut tx, Event::new("churn.viewed").subject(seen)).await?;
    }
    tx.commit().await?;
    Ok(View { judged, pending, counts, fans: Page::of(rows, turn, PAGE, Listed::key), account, accounts })
}

/// Has every agency's fans looked at, each by a job of its own.
///
/// # Errors
/// When the database does not answer.
pub async fn order_all(db: &Db) -> Result<()> {
    for agency in db.agencies("look for fans who may leave").await? {
        let mut tx = db.begin(&system(agency)).await?;
        order(&mut tx).await?;
        tx.commit().await?;
    }
    Ok(())
}

fn system(agency: AgencyId) -> SystemScope {
    SystemScope::for_agency(agency, "look for fans who may leave")
}

async fn order(tx: &mut AgencyTx) -> Result<()> {
    let agency = tx.agency_id();
    let how = How::default().key(format!("find_risks:{agency}"));
    jobs::enqueue(tx.conn(), &FindRisks { agency }, how).await
}

/// Learns anew when another month can judge, then looks at the subscribers of each account that was not looked at today. Cut
/// off, it goes on where it was.
///
/// # Errors
/// When the database does not answer; the accounts before that are done.
pub async fn find_all(db: &Db, agency: AgencyId) -> Result<()> {
    let learned = current(db, agency).await?;
    let mut after: Option<AccountId> = None;
    loop {
        let mut tx = db.begin(&system(agency)).await?;
        let due = store::list_due(&mut tx, after, BATCH).await?;
        drop(tx);
        for account in &due {
            look_at(db, agency, *account, learned.as_ref()).await?;
        }
        let Some(last) = due.last() else { break };
        after = Some(*last);
    }
    let mut tx = db.begin(&system(agency)).await?;
    store::remove_disconnected(&mut tx).await?;
    tx.commit().await
}

/// What was learned; anew when it is of an older month than it could be, or when there was too little before.
async fn current(db: &Db, agency: AgencyId) -> Result<Option<Learned>> {
    let mut tx = db.begin(&system(agency)).await?;
    let newest = newest_month(tx.now().date_naive());
    if let Some((month, Some(learned))) = store::find_model(&mut tx).await?
        && month >= newest
    {
        return Ok(Some(learned));
    }
    let months = examples(&mut tx, newest).await?;
    // Not held open while it is thought about.
    drop(tx);
    let learned =
        tokio::task::spawn_blocking(move || learned::learn(&months)).await.map_err(anyhow::Error::from)?;
    let mut tx = db.begin(&system(agency)).await?;
    store::set_model(&mut tx, newest, learned.as_ref()).await?;
    tx.commit().await?;
    Ok(learned)
}

/// The newest first of a month of which it is known who of its subscribers left.
fn newest_month(today: NaiveDate) -> NaiveDate {
    let day = today - Days::new(WAIT.unsigned_abs());
    day.with_day(1).unwrap_or(day)
}

/// The subscribers of the first of each of the last months, and whether they left, of a fair sample of accounts.
async fn examples(tx: &mut AgencyTx, newest: NaiveDate) -> Result<BTreeMap<NaiveDate, Vec<Example>>> {
    let months: Vec<NaiveDate> = (0..LEARNED).map(|back| newest - Months::new(back)).collect();
    let since = newest - Months::new(LEARNED) - MEMORY;
    let (mut examples, mut read) = (BTreeMap::<_, Vec<_>>::new(), 0);
    for account in store::list_whole(tx, SAMPLE).await? {
        let rows = store::list_payments(tx, account.id, since).await?;
        for fan in rows.chunk_by(|a, b| a.fan == b.fan) {
            let payments: Vec<_> = fan.iter().map(PaymentRow::payment).collect();
            for month in
                months.iter().filter(|month| **month + Days::new(WAIT.unsigned_abs()) <= account.until)
            {
                let Some(known) = Known::of(&payments, *month) else { continue };
                let left = features::left(&payments, *month);
                examples.entry(*month).or_default().push(Example { known, left });
            }
        }
        read += rows.len();
        if read >= ENOUGH {
            break;
        }
    }
    Ok(examples)
}

/// Looks at the subscribers of one account, and keeps those at highest risk.
async fn look_at(db: &Db, agency: AgencyId, account: AccountId, learned: Option<&Learned>) -> Result<()> {
    let mut tx = db.begin(&system(agency)).await?;
    let today = tx.now().date_naive();
    let subscribers = store::list_subscribers(&mut tx, account).await?;
    let mut risks = Vec::new();
    if let Some(learned) = learned {
        let rows = store::list_payments(&mut tx, account, today - MEMORY).await?;
        let mut payments: BTreeMap<&str, Vec<Payment>> = BTreeMap::new();
        for row in &rows {
            payments.entry(row.fan.as_str()).or_default().push(row.payment());
        }
        risks.extend(subscribers.iter().filter_map(|subscriber| {
            risk(learned, subscriber, payments.get(subscriber.fan.as_str())?, today)
        }));
    }
    risks.sort_by(|a, b| (b.risk, &a.fan).cmp(&(a.risk, &b.fan)));
    let (mut leaving, mut open): (Vec<_>, Vec<_>) = risks.into_iter().partition(|it| it.ends_on.is_some());
    leaving.sort_by_key(|it| it.ends_on);
    leaving.truncate(LEAVING);
    open.truncate(KEPT);
    let risks: Vec<_> = leaving.into_iter().chain(open).collect();
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let ending = subscribers.iter().filter(|it| it.ends_on.is_some()).count();
    store::remove_risks(&mut tx, account).await?;
    store::add_risks(&mut tx, account, &risks).await?;
    store::set_account(&mut tx, account, count(subscribers.len()), count(ending)).await?;
    tx.commit().await
}

/// How likely one subscriber is to leave. Of whom renewal is off, that is known.
fn risk(
    learned: &Learned,
    subscriber: &SubscriberRow,
    payments: &[Payment],
    today: NaiveDate,
) -> Option<Risk> {
    let known = Known::of(payments, today)?;
    let ends_on = subscriber.ends_on.filter(|day| *day >= today);
    let (risk, why) = match ends_on {
        Some(_) => (CERTAIN, Vec::new()),
        None => {
            (i16::try_from(learned.risk(&known)).unwrap_or(CERTAIN).min(CERTAIN - 1), learned.why(&known))
        }
    };
    Some(Risk { fan: subscriber.fan.clone(), risk, ends_on, known, why })
}
