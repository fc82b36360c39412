-- Alerts: what somebody should know, with its evidence; who has read which; and how each member is told by mail.

create table alerts (
  agency_id  uuid not null references agencies,
  id         uuid not null,
  kind       text not null
    check (kind in ('earnings_below', 'renewals_falling', 'connection_broken', 'large_refund', 'rollups_differ')),
  -- What it is about: of one kind and cause one goes on at a time.
  cause      text not null,
  account_id uuid,
  evidence   jsonb not null,
  raised_at  timestamptz not null,
  ended_at   timestamptz,
  primary key (agency_id, id),
  foreign key (agency_id, account_id) references accounts (agency_id, id)
);
create unique index alerts_going_on_key on alerts (agency_id, kind, cause) where ended_at is null;
-- A refund happens once: when its alert has ended, the same one raises none again.
create unique index alerts_refund_key on alerts (agency_id, cause) where kind = 'large_refund';
create index alerts_open on alerts (agency_id, raised_at desc, id desc) where ended_at is null;
create index alerts_ended on alerts (agency_id, raised_at desc, id desc) where ended_at is not null;
call protect_tenant_table('alerts');
create constraint trigger alerts_touch after insert or update or delete on alerts
  deferrable initially deferred for each row execute function touch_agency();

-- A connection that is not broken any more ends its alert, whatever mended or removed it.
create function end_connection_alert() returns trigger language plpgsql as $$
begin
  update alerts set ended_at = now()
  where agency_id = new.agency_id and kind = 'connection_broken' and cause = new.id::text and ended_at is null;
  return null;
end $$;
create trigger connections_end_alert after update of health on connections
  for each row when (old.health = 'needs_reconnect' and new.health <> 'needs_reconnect') execute function end_connection_alert();

-- What each member has read.
create table alert_reads (
  agency_id uuid not null,
  user_id   uuid not null,
  alert_id  uuid not null,
  read_at   timestamptz not null,
  primary key (agency_id, user_id, alert_id),
  foreign key (agency_id, user_id) references members (agency_id, user_id),
  foreign key (agency_id, alert_id) references alerts (agency_id, id)
);
call protect_tenant_table('alert_reads');
-- No figure changes, so pages stay cached; other processes and open pages hear of it.
create function tell_alert_reads() returns trigger language plpgsql as $$
begin
  perform pg_notify('agency_changed', new.agency_id || ' alert_reads');
  return null;
end $$;
create trigger alert_reads_told after insert on alert_reads for each row execute function tell_alert_reads();

-- From which refund on an alert is raised; without a row, as the program says.
create table alert_rules (
  agency_id    uuid primary key references agencies,
  -- Whole units of the account's currency.
  refund_from  bigint not null check (refund_from between 1 and 1000000),
  -- In percent of what the account takes in on a usual day.
  refund_share integer not null check (refund_share between 0 and 1000)
);
call protect_tenant_table('alert_rules');
create constraint trigger alert_rules_touch after insert or update on alert_rules
  deferrable initially deferred for each row execute function touch_agency();

-- How a member is told by mail. Nobody is without having chosen so.
create table alert_digests (
  agency_id uuid not null,
  user_id   uuid not null,
  rhythm    text not null check (rhythm in ('off', 'at_once', 'daily', 'weekly')),
  hour      integer not null check (hour between 0 and 23),
  -- What was raised before that is not mailed.
  since     timestamptz not null,
  -- The day, in the agency's zone, of the last digest that was due and dealt with.
  last_on   date,
  primary key (agency_id, user_id),
  foreign key (agency_id, user_id) references members (agency_id, user_id)
);
call protect_tenant_table('alert_digests');

-- Which alerts a member was mailed: written in the transaction that sends the mail, so that none is mailed twice.
create table alert_mails (
  agency_id uuid not null,
  user_id   uuid not null,
  alert_id  uuid not null,
  mailed_at timestamptz not null,
  primary key (agency_id, user_id, alert_id),
  foreign key (agency_id, user_id) references members (agency_id, user_id),
  foreign key (agency_id, alert_id) references alerts (agency_id, id)
);
call protect_tenant_table('alert_mails');
