-- What the first page of chatters shows: chats that wait, and subscriptions that run out.

-- Chats with something unread, as the platform counted them at unread_at; null where it gives no count.
alter table syncs
  add column unread_chats bigint,
  add column unread_at    timestamptz;
drop trigger syncs_touch on syncs;
create constraint trigger syncs_touch after insert or delete or update of state, backfill_reached, earnings_count, backfill_done_at,
    subscribers_done_at, fans_done_at, messages_done_at, last_finished_at, problem, unread_chats on syncs
  deferrable initially deferred for each row execute function touch_agency();

create index fans_ending on fans (agency_id, account_id, renews_at) where subscription = 'subscriber' and not auto_renews;
