-- A large agency made of nothing but SQL, to read query plans on: psql -v accounts=1000 -v months=24 -f benches/scale.sql
-- Per account and day: five sources, ten paying fans of four hundred, one row of subscribers; raw earnings for two weeks.
\set ON_ERROR_STOP on
set client_min_messages = warning;
begin;
insert into agencies (agency_id, name, created_at) values ('00000000-0000-7000-8000-000000000001', 'Scale', now());
insert into accounts (agency_id, id, platform, platform_account_id, name, handle, currency, subscribers_count, connected_at)
  select '00000000-0000-7000-8000-000000000001', md5('account' || i)::uuid, 'fanvue', 'p' || i, 'Account ' || i, 'account' || i,
         case when i % 10 = 0 then 'EUR' else 'USD' end, 100 + i, now()
  from generate_series(1, :accounts) i;
insert into syncs (agency_id, account_id, state, backfill_done_at, subscribers_done_at, last_finished_at)
  select agency_id, id, 'idle', now(), now(), now() from accounts;
create temporary table days on commit drop as
  select a.agency_id, a.id as account_id, a.currency, d::date as day, row_number() over (order by a.id, d) as n
  from accounts a, generate_series((now() at time zone 'UTC')::date - make_interval(months => :months), (now() at time zone 'UTC')::date, '1 day') d
  -- As syncing writes them: by account, the newest day first.
  order by a.id, d desc;
insert into earning_days
  select agency_id, account_id, day, currency, source, (n * 7919 % 40000)::bigint, (n * 7919 % 40000 * 4 / 5)::bigint, n % 7
  from days, unnest(array['subscription', 'renewal', 'message', 'tip', 'post']) source;
insert into fan_days
  select agency_id, account_id, day, 'fan' || (n * 31 + k * k * 7) % 400, currency, 500 + n % 9000, (500 + n % 9000) * 4 / 5, 1 + n % 3
  from days, generate_series(1, 10) k on conflict do nothing;
insert into subscriber_days select agency_id, account_id, day, n % 5, n % 4 from days;
insert into fans (agency_id, account_id, fan_id, handle, name, gross, net, payments, seen_at)
  select a.agency_id, a.id, 'fan' || f, 'fan' || f, 'Fan ' || f, 1000, 800, 1, now() from accounts a, generate_series(0, 399) f;
insert into earnings
  select agency_id, account_id, 't' || n || '-' || k, day + make_interval(secs => (n * 977 + k * 5000) % 86400), 1000, 800, currency, 'tip',
         'available', null, null, null, 'fan' || (n * 31 + k) % 400, now(), now()
  from days, generate_series(1, 10) k where day > now() - interval '14 days';
commit;
vacuum analyze;
