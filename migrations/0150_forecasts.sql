-- Forecasts of net earnings: the newest of each subject with all its days, and what was said before, to hold against what came.

create table forecasts (
  agency_id   uuid not null references agencies,
  -- The account, or the agency itself.
  subject     uuid not null generated always as (coalesce(account_id, agency_id)) stored,
  account_id  uuid,
  currency    text not null,
  -- The day that it was made on, and how many days were known then.
  made_on     date not null,
  known_days  integer not null,
  -- Null where too few days are known; what is expected of the next 30 days stands beside it, for lists.
  forecast    jsonb,
  next_30     bigint,
  primary key (agency_id, subject, currency),
  foreign key (agency_id, account_id) references accounts (agency_id, id)
);
-- How far the night's work has come.
create index forecasts_by_day on forecasts (agency_id, made_on) include (account_id);
create index forecasts_by_amount on forecasts (agency_id, currency, next_30 desc, subject) where account_id is not null and next_30 is not null;
call protect_tenant_table('forecasts');
-- Once for each subject, and once a night for the agency itself.
create constraint trigger forecasts_touch_first after insert on forecasts
  deferrable initially deferred for each row execute function touch_agency();
create constraint trigger forecasts_touch after update on forecasts
  deferrable initially deferred for each row when (new.account_id is null) execute function touch_agency();

create table past_forecasts (
  agency_id  uuid not null references agencies,
  subject    uuid not null generated always as (coalesce(account_id, agency_id)) stored,
  account_id uuid,
  currency   text not null,
  -- The first day it was of; it was of 30.
  from_day   date not null,
  model      text not null check (model in ('trend', 'weekdays')),
  low        bigint not null,
  mid        bigint not null,
  high       bigint not null,
  primary key (agency_id, subject, currency, from_day),
  foreign key (agency_id, account_id) references accounts (agency_id, id)
);
create index past_forecasts_by_day on past_forecasts (agency_id, from_day);
call protect_tenant_table('past_forecasts');
