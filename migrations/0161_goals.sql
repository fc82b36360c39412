-- What an account, or the whole agency, is to earn in a month.

create table goals (
  agency_id  uuid not null references agencies,
  id         uuid not null,
  -- The first day of the month.
  month      date not null check (extract(day from month) = 1),
  -- Nothing is the agency itself.
  account_id uuid,
  currency   text not null check (currency ~ '^[A-Z]{3}$'),
  -- Net, in minor units.
  amount     bigint not null check (amount > 0),
  primary key (agency_id, id),
  constraint goals_month_account_key unique nulls not distinct (agency_id, month, account_id),
  foreign key (agency_id, account_id) references accounts (agency_id, id)
);
call protect_tenant_table('goals');
create constraint trigger goals_touch after insert or update or delete on goals
  deferrable initially deferred for each row execute function touch_agency();
