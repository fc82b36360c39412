-- What syncing remembers of each stream once the first sync is under way, and the fans and chats that it has to look at.

alter table syncs
  -- When new earnings, and unsettled ones, are read again; null is at once.
  add column earnings_due_at  timestamptz,
  add column unsettled_due_at timestamptz,
  -- Something that we were told of happened then: the next look goes back that far.
  add column news_since       timestamptz,
  -- A look that did not fit into one page. It is finished with the bounds that it began with.
  add column look_begun_at    timestamptz,
  add column look_since       timestamptz,
  add column look_unsettled   boolean not null default false,
  add column look_cursor      text,
  -- Calls in the minute that began then: streams that can wait leave room for those that cannot.
  add column calls_begun_at   timestamptz,
  add column calls            integer not null default 0;

alter table fans
  -- Since when the platform has to be asked about this fan; null when it was.
  add column look_due_at  timestamptz default now(),
  -- The same for the chat's paid messages; and the newest message that was read, from which reading goes on.
  add column chat_due_at  timestamptz,
  add column chat_read_at timestamptz,
  -- New kinds of standing are kept in the platform's own word.
  drop constraint fans_subscription_check;
create index fans_look_due on fans (agency_id, account_id, look_due_at) where look_due_at is not null;
create index fans_chat_due on fans (agency_id, account_id, chat_due_at) where chat_due_at is not null;

-- Paid messages of one chat are compared with the platform's.
create index ppv_messages_by_fan on ppv_messages (agency_id, account_id, fan_id);
