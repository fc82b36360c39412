//! The SQL of worlds at scale: one account at a time, columns of many rows in one statement, rollups counted from the rows.

use super::account::{Fan, SentMessage};
use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::{AccountId, AgencyId, ConnectionId, CreatorId, UserId};
use crate::platform::Earning;
use chrono::{DateTime, NaiveDate, Utc};

/// When an agency began: there its world ends, so that a run that was cut off is gone on with, not begun anew.
pub(super) async fn lookup_beginning(tx: &mut AgencyTx) -> Result<DateTime<Utc>> {
    let agency = tx.agency_id();
    let at = sqlx::query_scalar!("select created_at from agencies where agency_id = $1", agency as AgencyId);
    Ok(at.fetch_one(tx.conn()).await?)
}

/// What the platform would call the accounts that are here.
pub(super) async fn list_accounts(tx: &mut AgencyTx) -> Result<Vec<String>> {
    let agency = tx.agency_id();
    let ids = sqlx::query_scalar!(
        "select platform_account_id from accounts where agency_id = $1",
        agency as AgencyId
    );
    Ok(ids.fetch_all(tx.conn()).await?)
}

/// How many earnings and fans there are, by what syncs and accounts say.
pub(super) async fn count(tx: &mut AgencyTx) -> Result<(i64, i64)> {
    let agency = tx.agency_id();
    let row = sqlx::query!(
        r#"select coalesce((select sum(earnings_count) from syncs where agency_id = $1), 0)::bigint as "earnings!",
                  (select count(*) from fans where agency_id = $1) as "fans!""#,
        agency as AgencyId
    )
    .fetch_one(tx.conn())
    .await?;
    Ok((row.earnings, row.fans))
}

/// An account as its row says it, with its creator and connection.
pub(super) struct NewAccount<'a> {
    pub id: AccountId,
    pub creator: CreatorId,
    pub connection: ConnectionId,
    pub owner: UserId,
    pub platform: &'a str,
    pub platform_account_id: &'a str,
    pub name: &'a str,
    pub handle: &'a str,
    pub currency: &'a str,
    pub note: &'a str,
    pub followers: i64,
    pub subscribers: i64,
    pub since: DateTime<Utc>,
    pub until: DateTime<Utc>,
}

/// A creator, a connection without tokens, their account, and a sync that has read everything and is stopped.
pub(super) async fn add_account(tx: &mut AgencyTx, new: &NewAccount<'_>, earnings: i64) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "with creator as (
           insert into creators (agency_id, id, name, created_at) values ($1, $2, $7, $13)
         ), connection as (
           insert into connections (agency_id, id, platform, platform_user_id, display_name, health, health_since, health_note,
                                    connected_by, connected_at)
           values ($1, $3, $5, $6, $7, 'connected', $13, $14, $15, $13)
         ), account as (
           insert into accounts (agency_id, id, platform, platform_account_id, connection_id, creator_id, name, handle, currency,
                                 followers_count, subscribers_count, platform_since, connected_at)
           values ($1, $4, $5, $6, $3, $2, $7, $8, $9, $10, $11, $12, $13)
         )
         insert into syncs (agency_id, account_id, state, backfill_done_at, backfill_reached, subscribers_done_at, fans_done_at,
                            messages_done_at, profile_due_at, last_finished_at, newest_at, earnings_count)
         values ($1, $4, 'stopped', $13, $12, $13, $13, $13, $13, $13, $13, $16)",
        agency as AgencyId,
        new.creator as CreatorId,
        new.connection as ConnectionId,
        new.id as AccountId,
        new.platform,
        new.platform_account_id,
        new.name,
        new.handle,
        new.currency,
        new.followers,
        new.subscribers,
        new.since,
        new.until,
        new.note,
        new.owner as UserId,
        earnings
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// New rows, of which none is here yet.
pub(super) async fn add_earnings(tx: &mut AgencyTx, account: AccountId, rows: &[Earning]) -> Result<()> {
    let (agency, now) = (tx.agency_id(), tx.now());
    let text = |value: fn(&Earning) -> &str| rows.iter().map(value).collect::<Vec<_>>();
    let optional = |value: fn(&Earning) -> Option<&str>| rows.iter().map(value).collect::<Vec<_>>();
    let times: Vec<_> = rows.iter().map(|row| row.occurred_at).collect();
    let gross: Vec<_> = rows.iter().map(|row| row.gross).collect();
    let net: Vec<_> = rows.iter().map(|row| row.net).collect();
    sqlx::query!(
        "insert into earnings (agency_id, account_id, transaction_id, occurred_at, gross, net, currency, source, status, reverses,
                               message_id, fan_id, first_seen_at, changed_at)
         select $1, $2, t.*, $3, $3
         from unnest($4::text[], $5::timestamptz[], $6::bigint[], $7::bigint[], $8::text[], $9::text[], $10::text[],
                     $11::text[], $12::text[], $13::text[]) as t",
        agency as AgencyId,
        account as AccountId,
        now,
        &text(|row| &row.transaction_id) as &[&str],
        &times,
        &gross,
        &net,
        &text(|row| &row.currency) as &[&str],
        &text(|row| row.source.as_str()) as &[&str],
        &text(|row| row.status.as_str()) as &[&str],
        &optional(|row| row.reverses.as_deref()) as &[Option<&str>],
        &optional(|row| row.message_id.as_deref()) as &[Option<&str>],
        &optional(|row| row.fan.as_ref().map(|fan| fan.id.as_str())) as &[Option<&str>],
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The fans, with what their earnings `rows` add up to. Takes the rows, not the table, so that it can go before them: from the first
/// of those on, other accounts of the agency wait for their turn at its sums.
pub(super) async fn add_fans(
    tx: &mut AgencyTx,
    account: AccountId,
    fans: &[Fan],
    rows: &[Earning],
) -> Result<()> {
    let (agency, now) = (tx.agency_id(), tx.now());
    let text = |value: fn(&Fan) -> &str| fans.iter().map(value).collect::<Vec<_>>();
    let subscribed: Vec<_> = fans.iter().map(|fan| fan.subscribed_at).collect();
    let renews: Vec<_> = fans.iter().map(|fan| fan.renews_at).collect();
    let auto: Vec<_> = fans.iter().map(|fan| fan.auto_renews).collect();
    let payers: Vec<_> = rows.iter().map(|row| row.fan.as_ref().map(|fan| fan.id.as_str())).collect();
    let times: Vec<_> = rows.iter().map(|row| row.occurred_at).collect();
    let gross: Vec<_> = rows.iter().map(|row| row.gross).collect();
    let net: Vec<_> = rows.iter().map(|row| row.net).collect();
    sqlx::query!(
        "with sums as (
           select fan_id, sum(gross)::bigint as gross, sum(net)::bigint as net, count(*) filter (where gross > 0) as payments,
                  min(at) filter (where gross > 0) as first_paid_at, max(at) filter (where gross > 0) as last_paid_at
           from unnest($11::text[], $12::timestamptz[], $13::bigint[], $14::bigint[]) as t (fan_id, at, gross, net)
           where fan_id is not null group by fan_id
         )
         insert into fans (agency_id, account_id, fan_id, handle, name, gross, net, payments, first_paid_at, last_paid_at,
                           subscription, subscribed_at, renews_at, auto_renews, seen_at, look_due_at)
         select $1, $2, t.fan_id, t.handle, t.name, coalesce(s.gross, 0), coalesce(s.net, 0), coalesce(s.payments, 0),
                s.first_paid_at, s.last_paid_at, t.subscription, t.subscribed_at, t.renews_at, t.auto_renews, $3, null
         from unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[], $9::timestamptz[], $10::bool[])
              as t (fan_id, handle, name, subscription, subscribed_at, renews_at, auto_renews)
         left join sums s using (fan_id)",
        agency as AgencyId,
        account as AccountId,
        now,
        &text(|it| &it.fan.id) as &[&str],
        &text(|it| it.fan.handle.as_deref().unwrap_or_default()) as &[&str],
        &text(|it| it.fan.display_name.as_deref().unwrap_or_default()) as &[&str],
        &text(|it| it.status.as_str()) as &[&str],
        &subscribed,
        &renews,
        &auto,
        &payers as &[Option<&str>],
        &times,
        &gross,
        &net
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn add_messages(
    tx: &mut AgencyTx,
    account: AccountId,
    currency: &str,
    messages: &[SentMessage],
) -> Result<()> {
    let agency = tx.agency_id();
    let text = |value: fn(&SentMessage) -> &str| messages.iter().map(value).collect::<Vec<_>>();
    let sent: Vec<_> = messages.iter().map(|it| it.sent_at).collect();
    let prices: Vec<_> = messages.iter().map(|it| it.price).collect();
    let unlocked: Vec<_> = messages.iter().map(|it| it.unlocked_at).collect();
    sqlx::query!(
        "insert into ppv_messages (agency_id, account_id, message_id, fan_id, sent_at, price, currency, unlocked_at, preview)
         select $1, $2, t.message_id, t.fan_id, t.sent_at, t.price, $3, t.unlocked_at, t.preview
         from unnest($4::text[], $5::text[], $6::timestamptz[], $7::bigint[], $8::timestamptz[], $9::text[])
              as t (message_id, fan_id, sent_at, price, unlocked_at, preview)",
        agency as AgencyId,
        account as AccountId,
        currency,
        &text(|it| &it.id) as &[&str],
        &text(|it| &it.fan_id) as &[&str],
        &sent,
        &prices,
        &unlocked as &[Option<DateTime<Utc>>],
        &text(|it| it.preview) as &[&str],
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn add_subscriber_days(
    tx: &mut AgencyTx,
    account: AccountId,
    days: impl Iterator<Item = (NaiveDate, (i64, i64))>,
) -> Result<()> {
    let agency = tx.agency_id();
    let (days, counts): (Vec<_>, Vec<(i64, i64)>) = days.unzip();
    let (joined, lost): (Vec<_>, Vec<_>) = counts.into_iter().unzip();
    sqlx::query!(
        "insert into subscriber_days (agency_id, account_id, day, joined, lost)
         select $1, $2, t.* from unnest($3::date[], $4::bigint[], $5::bigint[]) as t",
        agency as AgencyId,
        account as AccountId,
        &days,
        &joined,
        &lost
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
