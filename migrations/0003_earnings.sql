-- What accounts earn: the platform's rows, the rollups kept with them, fans, subscribers, PPV, and where syncing stands.

create table fans (
  agency_id     uuid not null,
  account_id    uuid not null,
  fan_id        text not null,
  handle        text not null,
  name          text not null,
  avatar_url    text,
  -- Kept with the earnings, in the same transaction; refunds lower it. Minor units of the account's currency.
  gross         bigint not null default 0,
  net           bigint not null default 0,
  payments      bigint not null default 0,
  first_paid_at timestamptz,
  last_paid_at  timestamptz,
  subscription  text check (subscription in ('subscriber', 'expired', 'follower', 'not_contactable')),
  subscribed_at timestamptz,
  renews_at     timestamptz,
  auto_renews   boolean,
  seen_at       timestamptz not null,
  primary key (agency_id, account_id, fan_id),
  foreign key (agency_id, account_id) references accounts (agency_id, id)
);
create index fans_by_spend on fans (agency_id, account_id, gross desc, fan_id);
create index fans_subscribed on fans (agency_id, account_id, gross desc, fan_id) where subscription = 'subscriber';
call protect_tenant_table('fans');

create table earnings (
  agency_id      uuid not null,
  account_id     uuid not null,
  transaction_id text not null,
  occurred_at    timestamptz not null,
  gross          bigint not null,
  net            bigint not null,
  currency       text not null,
  source         text not null,
  status         text not null,
  reverses       text,
  message_id     text,
  post_id        text,
  fan_id         text,
  first_seen_at  timestamptz not null,
  changed_at     timestamptz not null,
  primary key (agency_id, account_id, transaction_id),
  foreign key (agency_id, account_id) references accounts (agency_id, id)
);
create index earnings_by_time on earnings (agency_id, account_id, occurred_at desc, transaction_id desc);
create index earnings_latest on earnings (agency_id, occurred_at desc, account_id, transaction_id desc);
create index earnings_pending on earnings (agency_id, account_id, occurred_at) where status = 'pending';
create index earnings_by_message on earnings (agency_id, account_id, message_id) where message_id is not null;
call protect_tenant_table('earnings');

-- Rollup per account, UTC day, currency and source. Kept in the transaction that stores the earnings.
create table earning_days (
  agency_id  uuid not null,
  account_id uuid not null,
  day        date not null,
  currency   text not null,
  source     text not null,
  gross      bigint not null,
  net        bigint not null,
  payments   bigint not null,
  primary key (agency_id, account_id, day, currency, source),
  foreign key (agency_id, account_id) references accounts (agency_id, id)
);
create index earning_days_by_day on earning_days (agency_id, day) include (account_id, currency, source, gross, net, payments);
call protect_tenant_table('earning_days');

-- Rollup: what each fan paid per UTC day; a period's distinct paying fans are counted from it.
create table fan_days (
  agency_id  uuid not null,
  account_id uuid not null,
  day        date not null,
  fan_id     text not null,
  currency   text not null,
  gross      bigint not null,
  net        bigint not null,
  payments   bigint not null,
  primary key (agency_id, account_id, day, fan_id, currency),
  foreign key (agency_id, account_id) references accounts (agency_id, id)
);
create index fan_days_by_day on fan_days (agency_id, day) include (account_id, fan_id, currency, gross, net, payments);
call protect_tenant_table('fan_days');

-- The platform's own count of joined and lost subscribers per UTC day.
create table subscriber_days (
  agency_id  uuid not null,
  account_id uuid not null,
  day        date not null,
  joined     bigint not null,
  lost       bigint not null,
  primary key (agency_id, account_id, day),
  foreign key (agency_id, account_id) references accounts (agency_id, id)
);
create index subscriber_days_by_day on subscriber_days (agency_id, day) include (account_id, joined, lost);
call protect_tenant_table('subscriber_days');

create table ppv_messages (
  agency_id   uuid not null,
  account_id  uuid not null,
  message_id  text not null,
  fan_id      text not null,
  sent_at     timestamptz not null,
  price       bigint not null,
  currency    text not null,
  unlocked_at timestamptz,
  preview     text,
  primary key (agency_id, account_id, message_id),
  foreign key (agency_id, account_id) references accounts (agency_id, id)
);
create index ppv_messages_by_time on ppv_messages (agency_id, account_id, sent_at desc, message_id desc);
call protect_tenant_table('ppv_messages');

-- Where the sync of one account stands. Every page is committed together with its new cursor; `run` fences off a worker
-- that was thought dead and wakes up.
create table syncs (
  agency_id           uuid not null,
  account_id          uuid not null,
  state               text not null check (state in ('waiting', 'running', 'idle', 'stopped')),
  run                 uuid,
  heartbeat_at        timestamptz,
  -- The first sync goes newest first: how far back it has come.
  backfill_cursor     text,
  backfill_reached    timestamptz,
  backfill_done_at    timestamptz,
  subscribers_done_at timestamptz,
  fans_cursor         text,
  fans_done_at        timestamptz,
  messages_cursor     text,
  messages_done_at    timestamptz,
  earnings_count      bigint not null default 0,
  newest_at           timestamptz,
  last_finished_at    timestamptz,
  next_due_at         timestamptz,
  wanted_at           timestamptz,
  failures            integer not null default 0,
  problem             text,
  primary key (agency_id, account_id),
  foreign key (agency_id, account_id) references accounts (agency_id, id)
);
create index syncs_due on syncs (next_due_at) where state <> 'stopped';
call protect_tenant_table('syncs');
create constraint trigger syncs_touch after insert or delete or update of state, backfill_reached, earnings_count, backfill_done_at,
    subscribers_done_at, fans_done_at, messages_done_at, last_finished_at, problem on syncs
  deferrable initially deferred for each row execute function touch_agency();

-- What platforms told us, stored before the 2xx. No agency: one account may be connected by several.
create table webhook_events (
  platform            text not null,
  event_id            text not null,
  kind                text not null,
  platform_account_id text,
  payload             jsonb not null,
  received_at         timestamptz not null,
  processed_at        timestamptz,
  primary key (platform, event_id)
);
create index webhook_events_waiting on webhook_events (received_at) where processed_at is null;
create index webhook_events_age on webhook_events (received_at);
grant select, insert, update, delete on webhook_events to crm_system;
