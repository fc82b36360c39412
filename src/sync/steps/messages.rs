//! Chats: how many wait unread, and their paid messages. The list of chats tells which have moved, and each of those is read.

use super::{Page, StepError, seconds};
use crate::platform::{Cursor, Direction, Message, PlatformError};
use crate::sync::plan::{Standing, every};
use crate::sync::store::{self, DueChat, ReadChat};
use chrono::{DateTime, Duration, Utc};

/// A chat that is read on begins this much before the newest message that was read.
const OVERLAP: Duration = Duration::hours(1);
/// Of a longer chat the newest pages are read, and nothing is taken for gone.
const MOST_PAGES: i32 = 40;

/// A page of the chats, most recent first; with the first of them, how many wait unread. The first sync reads the whole list, a later one until nothing has moved.
pub(super) async fn list(page: &Page<'_>, standing: &Standing) -> Result<bool, StepError> {
    let access = page.access;
    let cursor = standing.messages_cursor.clone().map(Cursor::from_stored);
    let mut chats = access.client.chats(&access.token, &access.account, cursor.as_ref()).await?;
    page.warn_of_skipped("chats", &chats);
    let unread = if cursor.is_none() { unread(page).await? } else { None };
    let calls = if unread.is_some() { 2 } else { 1 };
    let Some(mut tx) = page.hold(calls).await? else { return Ok(false) };
    if let Some(unread) = unread {
        store::set_unread(&mut tx, page.account, unread).await?;
    }
    let fans: Vec<_> = chats.items.iter().map(|chat| chat.fan.clone()).collect();
    store::add_fans(&mut tx, page.account, &fans).await?;
    let moved = store::set_chats_due(&mut tx, page.account, &chats.items).await?;
    if moved == 0 && standing.messages_done_at.is_some() {
        chats.next = None;
    }
    let every = seconds(every::MESSAGES);
    store::set_chat_list(&mut tx, page.account, chats.next.as_ref(), every, standing.now).await?;
    store::set_messages_done(&mut tx, page.account).await?;
    tx.commit().await?;
    Ok(true)
}

/// How many chats have something unread, where the platform counts them.
async fn unread(page: &Page<'_>) -> Result<Option<i64>, StepError> {
    let access = page.access;
    if !access.client.platform().capabilities.unread_chats {
        return Ok(None);
    }
    Ok(Some(access.client.unread_chats(&access.token, &access.account).await?))
}

/// Reads one of the chats that wait.
pub(super) async fn read(page: &Page<'_>, standing: &Standing) -> Result<bool, StepError> {
    let mut tx = page.db.begin(page.scope).await?;
    let due = store::find_chat_due(&mut tx, page.account).await?;
    drop(tx);
    let Some(due) = due else { return Ok(true) };
    let read = messages(page, &due).await?;
    let Some(mut tx) = page.hold(read.calls).await? else { return Ok(false) };
    let newest = read.messages.iter().map(|message| message.sent_at).max();
    let sold = |message: &&Message| message.ppv.is_some() && message.direction == Direction::Outgoing;
    let paid: Vec<Message> = read.messages.iter().filter(sold).cloned().collect();
    let chat =
        ReadChat { fan_id: &due.fan_id, paid: &paid, newest, whole: read.whole, asked_at: standing.now };
    store::set_chat(&mut tx, page.account, &chat).await?;
    store::set_messages_done(&mut tx, page.account).await?;
    tx.commit().await?;
    Ok(true)
}

struct Messages {
    messages: Vec<Message>,
    calls: i32,
    whole: bool,
}

/// The messages of a chat, newest first, back to where it was read before. A chat that is not there (any more) has none.
async fn messages(page: &Page<'_>, due: &DueChat) -> Result<Messages, StepError> {
    let access = page.access;
    let until: Option<DateTime<Utc>> = due.read_at.map(|at| at - OVERLAP);
    let mut read = Messages { messages: Vec::new(), calls: 0, whole: false };
    let mut cursor = None;
    while read.calls < MOST_PAGES {
        let asked =
            access.client.messages(&access.token, &access.account, &due.fan_id, cursor.as_ref()).await;
        read.calls += 1;
        let got = match asked {
            Err(PlatformError::Rejected { status: 404, .. }) => break,
            got => got?,
        };
        page.warn_of_skipped("messages", &got);
        let reached = until.is_some_and(|until| got.items.iter().any(|message| message.sent_at < until));
        // A message that could not be read is not gone.
        let readable = got.skipped == 0;
        read.messages.extend(got.items);
        cursor = got.next;
        if reached || cursor.is_none() {
            read.whole = cursor.is_none() && readable;
            break;
        }
    }
    Ok(read)
}
