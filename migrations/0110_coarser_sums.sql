-- Sums at coarser grain than account, day and source, so that a page of a thousand accounts and two years reads as little as one of
-- twelve: docs/decisions/0018-read-model.md. They follow the finer rows by triggers, in the transaction that writes those, whoever
-- writes them.

-- The gross of what was taken back, so at most zero.
alter table earning_days add column refunds bigint not null default 0;

-- Per account, currency and span, over all sources. A third is days 1 to 10, 11 to 20, or 21 to the end of a month; with months, any
-- period is few spans (Period::spans).
create table account_sums (
  agency_id   uuid not null,
  grain       text not null check (grain in ('day', 'third', 'month')),
  start       date not null,
  account_id  uuid not null,
  currency    text not null,
  gross       bigint not null,
  net         bigint not null,
  payments    bigint not null,
  refunds     bigint not null,
  -- Distinct fans who paid, of days only: those of longer spans are no sum.
  paying_fans bigint,
  primary key (agency_id, grain, start, account_id, currency) include (gross, net, payments, refunds),
  constraint account_sums_fans check ((paying_fans is not null) = (grain = 'day')),
  foreign key (agency_id, account_id) references accounts (agency_id, id)
);
call protect_tenant_table('account_sums');

-- Over all accounts. The rows of today are everybody's, and small pages with room let them be written in place.
create table agency_days (
  agency_id uuid not null,
  day       date not null,
  currency  text not null,
  source    text not null,
  gross     bigint not null,
  net       bigint not null,
  payments  bigint not null,
  refunds   bigint not null,
  primary key (agency_id, day, currency, source)
) with (fillfactor = 70);
call protect_tenant_table('agency_days');

-- Over all accounts, per hour that begins at `hour`: weekdays and hours of any time zone.
create table agency_hours (
  agency_id uuid not null,
  hour      timestamptz not null,
  currency  text not null,
  gross     bigint not null,
  net       bigint not null,
  payments  bigint not null,
  primary key (agency_id, hour, currency)
) with (fillfactor = 70);
call protect_tenant_table('agency_hours');

create table agency_subscriber_days (
  agency_id uuid not null,
  day       date not null,
  joined    bigint not null,
  lost      bigint not null,
  primary key (agency_id, day)
) with (fillfactor = 70);
call protect_tenant_table('agency_subscriber_days');

-- ------------------------------------------------------- how they follow

create function span_start(grain text, day date) returns date language sql immutable parallel safe
  return case grain
    when 'day' then day
    when 'third' then day - (extract(day from day)::int - 1) + least((extract(day from day)::int - 1) / 10, 2) * 10
    else day - (extract(day from day)::int - 1)
  end;

-- Writers of one agency's sums take turns from here to their commit: they write the same rows, in no common order.
create function take_turns(agency uuid) returns void language sql
  as $$ select pg_advisory_xact_lock(hashtextextended('sums ' || agency::text, 0)) $$;

create function sum_earning_days() returns trigger language plpgsql as $$
declare moves earning_days[];
begin
  if tg_op = 'INSERT' then
    moves := array(select c::earning_days from come c);
  elsif tg_op = 'DELETE' then
    moves := array(select (agency_id, account_id, day, currency, source, -gross, -net, -payments, -refunds)::earning_days from gone);
  else
    moves := array(select c::earning_days from come c union all
                   select (agency_id, account_id, day, currency, source, -gross, -net, -payments, -refunds)::earning_days from gone);
  end if;
  perform take_turns(agency_id) from (select distinct agency_id from unnest(moves) order by 1) a;
  insert into account_sums as s (agency_id, grain, start, account_id, currency, gross, net, payments, refunds, paying_fans)
    select agency_id, grain, span_start(grain, day), account_id, currency, sum(gross), sum(net), sum(payments), sum(refunds),
           case when grain = 'day' then 0 end
    from unnest(moves), unnest(array['day', 'third', 'month']) grain
    group by 1, 2, 3, 4, 5 having (sum(gross), sum(net), sum(payments), sum(refunds)) is distinct from (0, 0, 0, 0)
    on conflict (agency_id, grain, start, account_id, currency) do update
      set gross = s.gross + excluded.gross, net = s.net + excluded.net, payments = s.payments + excluded.payments,
          refunds = s.refunds + excluded.refunds;
  insert into agency_days as d (agency_id, day, currency, source, gross, net, payments, refunds)
    select agency_id, day, currency, source, sum(gross), sum(net), sum(payments), sum(refunds)
    from unnest(moves)
    group by 1, 2, 3, 4 having (sum(gross), sum(net), sum(payments), sum(refunds)) is distinct from (0, 0, 0, 0)
    on conflict (agency_id, day, currency, source) do update
      set gross = d.gross + excluded.gross, net = d.net + excluded.net, payments = d.payments + excluded.payments,
          refunds = d.refunds + excluded.refunds;
  return null;
end $$;

create function count_paying_fans() returns trigger language plpgsql as $$
declare moves fan_days[];
begin
  if tg_op = 'INSERT' then
    moves := array(select c::fan_days from come c where payments > 0);
  elsif tg_op = 'DELETE' then
    moves := array(select (agency_id, account_id, day, fan_id, currency, 0, 0, -1)::fan_days from gone where payments > 0);
  else
    moves := array(select c::fan_days from come c where payments > 0 union all
                   select (agency_id, account_id, day, fan_id, currency, 0, 0, -1)::fan_days from gone where payments > 0);
  end if;
  perform take_turns(agency_id) from (select distinct agency_id from unnest(moves) order by 1) a;
  insert into account_sums as s (agency_id, grain, start, account_id, currency, gross, net, payments, refunds, paying_fans)
    select agency_id, 'day', day, account_id, currency, 0, 0, 0, 0, sum(sign(payments))
    from unnest(moves) group by 1, 3, 4, 5 having sum(sign(payments)) <> 0
    on conflict (agency_id, grain, start, account_id, currency) do update set paying_fans = s.paying_fans + excluded.paying_fans;
  return null;
end $$;

create function sum_earning_hours() returns trigger language plpgsql as $$
declare moves agency_hours[];
begin
  if tg_op = 'INSERT' then
    moves := array(select (agency_id, date_trunc('hour', occurred_at, 'UTC'), currency, gross, net, (gross > 0)::int)::agency_hours from come);
  elsif tg_op = 'DELETE' then
    moves := array(select (agency_id, date_trunc('hour', occurred_at, 'UTC'), currency, -gross, -net, -(gross > 0)::int)::agency_hours from gone);
  else
    moves := array(select (agency_id, date_trunc('hour', occurred_at, 'UTC'), currency, gross, net, (gross > 0)::int)::agency_hours from come union all
                   select (agency_id, date_trunc('hour', occurred_at, 'UTC'), currency, -gross, -net, -(gross > 0)::int)::agency_hours from gone);
  end if;
  perform take_turns(agency_id) from (select distinct agency_id from unnest(moves) order by 1) a;
  insert into agency_hours as h (agency_id, hour, currency, gross, net, payments)
    select agency_id, hour, currency, sum(gross), sum(net), sum(payments)
    from unnest(moves) group by 1, 2, 3 having (sum(gross), sum(net), sum(payments)) is distinct from (0, 0, 0)
    on conflict (agency_id, hour, currency) do update
      set gross = h.gross + excluded.gross, net = h.net + excluded.net, payments = h.payments + excluded.payments;
  return null;
end $$;

create function sum_subscriber_days() returns trigger language plpgsql as $$
declare moves subscriber_days[];
begin
  if tg_op = 'INSERT' then
    moves := array(select c::subscriber_days from come c);
  elsif tg_op = 'DELETE' then
    moves := array(select (agency_id, account_id, day, -joined, -lost)::subscriber_days from gone);
  else
    moves := array(select c::subscriber_days from come c union all
                   select (agency_id, account_id, day, -joined, -lost)::subscriber_days from gone);
  end if;
  perform take_turns(agency_id) from (select distinct agency_id from unnest(moves) order by 1) a;
  insert into agency_subscriber_days as d (agency_id, day, joined, lost)
    select agency_id, day, sum(joined), sum(lost) from unnest(moves)
    group by 1, 2 having (sum(joined), sum(lost)) is distinct from (0, 0)
    on conflict (agency_id, day) do update set joined = d.joined + excluded.joined, lost = d.lost + excluded.lost;
  return null;
end $$;

-- A trigger that sees the rows of a statement may have one event, so three of each.
create procedure follow(source regclass, function_name text) language plpgsql as $$
begin
  execute format('create trigger %1$s_came after insert on %2$s referencing new table as come
                  for each statement execute function %1$s()', function_name, source);
  execute format('create trigger %1$s_changed after update on %2$s referencing old table as gone new table as come
                  for each statement execute function %1$s()', function_name, source);
  execute format('create trigger %1$s_went after delete on %2$s referencing old table as gone
                  for each statement execute function %1$s()', function_name, source);
end $$;

-- ------------------------------------------------------- what is there already

update earning_days d set refunds = r.refunds
from (select agency_id, account_id, (occurred_at at time zone 'UTC')::date as day, currency, source, sum(gross) as refunds
      from earnings where gross < 0 group by 1, 2, 3, 4, 5) r
where (d.agency_id, d.account_id, d.day, d.currency, d.source) = (r.agency_id, r.account_id, r.day, r.currency, r.source);

insert into account_sums (agency_id, grain, start, account_id, currency, gross, net, payments, refunds, paying_fans)
  select agency_id, grain, span_start(grain, day), account_id, currency, sum(gross), sum(net), sum(payments), sum(refunds),
         case when grain = 'day' then 0 end
  from earning_days, unnest(array['day', 'third', 'month']) grain group by 1, 2, 3, 4, 5;
insert into account_sums as s (agency_id, grain, start, account_id, currency, gross, net, payments, refunds, paying_fans)
  select agency_id, 'day', day, account_id, currency, 0, 0, 0, 0, count(*) from fan_days where payments > 0 group by 1, 3, 4, 5
  on conflict (agency_id, grain, start, account_id, currency) do update set paying_fans = excluded.paying_fans;
insert into agency_days (agency_id, day, currency, source, gross, net, payments, refunds)
  select agency_id, day, currency, source, sum(gross), sum(net), sum(payments), sum(refunds) from earning_days group by 1, 2, 3, 4;
insert into agency_hours (agency_id, hour, currency, gross, net, payments)
  select agency_id, date_trunc('hour', occurred_at, 'UTC'), currency, sum(gross), sum(net), count(*) filter (where gross > 0)
  from earnings group by 1, 2, 3;
insert into agency_subscriber_days (agency_id, day, joined, lost)
  select agency_id, day, sum(joined), sum(lost) from subscriber_days group by 1, 2;

call follow('earning_days', 'sum_earning_days');
call follow('fan_days', 'count_paying_fans');
call follow('earnings', 'sum_earning_hours');
call follow('subscriber_days', 'sum_subscriber_days');
drop procedure follow;
