-- What a recount of an agency's figures found, and how far one is that goes on. The newest thirty are kept.
create table rollup_checks (
  agency_id   uuid not null references agencies,
  id          uuid not null,
  started_at  timestamptz not null,
  finished_at timestamptz,
  -- Counted so far, of so many.
  accounts    bigint not null default 0,
  of_accounts bigint not null,
  differences bigint not null default 0,
  -- The first of them, for people to look at.
  shown       jsonb not null default '[]',
  primary key (agency_id, id)
);
create unique index rollup_checks_one_at_a_time on rollup_checks (agency_id) where finished_at is null;
call protect_tenant_table('rollup_checks');

-- The page of checks follows one; no kept page shows it, so the agency's version stays.
create function tell_rollup_check() returns trigger language plpgsql as $$
begin
  perform pg_notify('agency_changed', new.agency_id || ' rollup_checks');
  return null;
end $$;
create trigger rollup_checks_tell after insert or update on rollup_checks
  for each row execute function tell_rollup_check();

-- Sums over all accounts have tables of their own now (0110): nothing walks all accounts' days of a period any more.
drop index earning_days_by_day;
drop index subscriber_days_by_day;

-- Refunds and chargebacks of all accounts, the newest first, and what they add up to.
create index earnings_taken_back on earnings (agency_id, occurred_at desc, account_id, transaction_id desc)
  include (currency, source, gross, net) where gross < 0;
