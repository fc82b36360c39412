-- What a notification makes worth reading again, as the adapter understood it when it came.

alter table webhook_events
  add column topic       text not null default 'other',
  add column fan_id      text,
  add column occurred_at timestamptz;
create index webhook_events_account on webhook_events (platform, platform_account_id, received_at) where processed_at is null;
