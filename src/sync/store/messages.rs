//! Paid messages, chat by chat.

use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::{AccountId, AgencyId};
use crate::platform::{Chat, Cursor, Message};
use chrono::{DateTime, Utc};

/// How much of a message's text is kept to recognise it by.
const PREVIEW: usize = 120;

/// Makes the chats due that have messages newer than what was read of them; how many these are.
pub(in crate::sync) async fn set_chats_due(
    tx: &mut AgencyTx,
    account: AccountId,
    chats: &[Chat],
) -> Result<u64> {
    let agency = tx.agency_id();
    let ids: Vec<_> = chats.iter().map(|chat| chat.fan.id.as_str()).collect();
    let last: Vec<_> = chats.iter().map(|chat| chat.last_message_at).collect();
    let done = sqlx::query!(
        "update fans f set chat_due_at = coalesce(f.chat_due_at, now())
         from unnest($3::text[], $4::timestamptz[]) as t (fan_id, last)
         where f.agency_id = $1 and f.account_id = $2 and f.fan_id = t.fan_id and coalesce(f.chat_read_at < t.last, f.chat_read_at is null)",
        agency as AgencyId,
        account as AccountId,
        &ids as &[&str],
        &last as &[Option<DateTime<Utc>>]
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}

/// A page of the list of chats is stored.
pub(in crate::sync) async fn set_chat_list(
    tx: &mut AgencyTx,
    account: AccountId,
    next: Option<&Cursor>,
    every: f64,
    asked_at: DateTime<Utc>,
) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "update syncs set messages_cursor = $3, messages_begun_at = $5,
           messages_due_at = case when messages_due_at > $5 then messages_due_at else now() + make_interval(secs => $4) end
         where agency_id = $1 and account_id = $2",
        agency as AgencyId,
        account as AccountId,
        next.map(Cursor::as_str),
        every,
        asked_at
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// So many chats have something unread now.
pub(in crate::sync) async fn set_unread(tx: &mut AgencyTx, account: AccountId, chats: i64) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "update syncs set unread_chats = $3, unread_at = now() where agency_id = $1 and account_id = $2",
        agency as AgencyId,
        account as AccountId,
        chats
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A chat that waits to be read.
pub(in crate::sync) struct DueChat {
    pub fan_id: String,
    /// The newest message that was read; nothing when the whole chat is to be read.
    pub read_at: Option<DateTime<Utc>>,
}

pub(in crate::sync) async fn find_chat_due(tx: &mut AgencyTx, account: AccountId) -> Result<Option<DueChat>> {
    let agency = tx.agency_id();
    let chat = sqlx::query_as!(
        DueChat,
        "select fan_id, chat_read_at as read_at from fans
         where agency_id = $1 and account_id = $2 and chat_due_at is not null order by chat_due_at, fan_id limit 1",
        agency as AgencyId,
        account as AccountId
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(chat)
}

/// What was read of a chat.
pub(in crate::sync) struct ReadChat<'a> {
    pub fan_id: &'a str,
    /// The paid messages that the account sent.
    pub paid: &'a [Message],
    /// The newest message of any kind.
    pub newest: Option<DateTime<Utc>>,
    /// The chat was read to its beginning: what it does not hold (any more) goes.
    pub whole: bool,
    pub asked_at: DateTime<Utc>,
}

/// Stores the paid messages of a chat. One that was unlocked stays unlocked.
pub(in crate::sync) async fn set_chat(
    tx: &mut AgencyTx,
    account: AccountId,
    chat: &ReadChat<'_>,
) -> Result<()> {
    let agency = tx.agency_id();
    let priced = || chat.paid.iter().filter_map(|message| Some((message, message.ppv.as_ref()?)));
    let ids: Vec<_> = priced().map(|(message, _)| message.id.as_str()).collect();
    let sent: Vec<_> = priced().map(|(message, _)| message.sent_at).collect();
    let prices: Vec<_> = priced().map(|(_, ppv)| ppv.price).collect();
    let currencies: Vec<_> = priced().map(|(_, ppv)| ppv.currency.as_str()).collect();
    let unlocked: Vec<_> = priced().map(|(_, ppv)| ppv.unlocked_at).collect();
    let previews: Vec<Option<String>> = priced().map(|(message, _)| preview(message)).collect();
    sqlx::query!(
        "with gone as (
           delete from ppv_messages where $4 and agency_id = $1 and account_id = $2 and fan_id = $3
             and message_id <> all ($5::text[])),
         kept as (
           insert into ppv_messages as p (agency_id, account_id, fan_id, message_id, sent_at, price, currency, unlocked_at, preview)
           select distinct on (id) $1, $2, $3, id, sent_at, price, currency, unlocked_at, preview
           from unnest($5::text[], $6::timestamptz[], $7::bigint[], $8::text[], $9::timestamptz[], $10::text[])
             as t (id, sent_at, price, currency, unlocked_at, preview)
           on conflict (agency_id, account_id, message_id) do update set fan_id = excluded.fan_id, sent_at = excluded.sent_at,
             price = excluded.price, currency = excluded.currency,
             unlocked_at = coalesce(excluded.unlocked_at, p.unlocked_at), preview = excluded.preview)
         update fans set chat_read_at = greatest(chat_read_at, $11),
           chat_due_at = case when chat_due_at > $12 then chat_due_at end
         where agency_id = $1 and account_id = $2 and fan_id = $3",
        agency as AgencyId,
        account as AccountId,
        chat.fan_id,
        chat.whole,
        &ids as &[&str],
        &sent,
        &prices,
        &currencies as &[&str],
        &unlocked as &[Option<DateTime<Utc>>],
        &previews as &[Option<String>],
        chat.newest,
        chat.asked_at
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

fn preview(message: &Message) -> Option<String> {
    let text = message.text.as_deref()?.trim();
    (!text.is_empty()).then(|| text.chars().take(PREVIEW).collect())
}

/// Notes that all chats are read, once they are.
pub(in crate::sync) async fn set_messages_done(tx: &mut AgencyTx, account: AccountId) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "update syncs set messages_done_at = now()
         where agency_id = $1 and account_id = $2 and messages_done_at is null and messages_begun_at is not null
           and messages_cursor is null and not exists (
             select from fans where agency_id = $1 and account_id = $2 and chat_due_at is not null)",
        agency as AgencyId,
        account as AccountId
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
