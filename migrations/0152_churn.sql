-- How likely subscribers are to leave: what was learned of it, and the fans at highest risk. docs/decisions/0026-churn.md.

create table churn_models (
  agency_id uuid primary key references agencies,
  -- The newest month that it could be judged by.
  month     date not null,
  made_at   timestamptz not null,
  -- Null where there is too little to learn from.
  learned   jsonb
);
call protect_tenant_table('churn_models');
create constraint trigger churn_models_touch after insert or update on churn_models
  deferrable initially deferred for each row execute function touch_agency();

-- On which day an account's fans were last looked at, and what was found.
create table churn_accounts (
  agency_id   uuid not null references agencies,
  account_id  uuid not null,
  made_on     date not null,
  subscribers bigint not null,
  -- Subscribers whose renewal is off.
  ending      bigint not null,
  primary key (agency_id, account_id),
  foreign key (agency_id, account_id) references accounts (agency_id, id)
);
call protect_tenant_table('churn_accounts');

-- The fans of an account at highest risk, and those who are known to leave.
create table fan_risks (
  agency_id  uuid not null references agencies,
  account_id uuid not null,
  fan_id     text not null,
  -- In tenths of a percent; 1000 for those who are known to leave.
  risk       smallint not null check (risk between 0 and 1000),
  -- When the subscription ends of whom renewal is off.
  ends_on    date,
  known      jsonb not null,
  why        jsonb not null,
  primary key (agency_id, account_id, fan_id),
  foreign key (agency_id, account_id, fan_id) references fans (agency_id, account_id, fan_id)
);
create index fan_risks_highest on fan_risks (agency_id, risk desc, account_id, fan_id);
create index fan_risks_of_account on fan_risks (agency_id, account_id, risk desc, fan_id);
call protect_tenant_table('fan_risks');
