-- One index instead of two: a period's fans are gathered account by account, in memory, from the key alone. By day over all
-- accounts they did not fit (docs/performance.md), and every payment wrote both.
alter table fan_days drop constraint fan_days_pkey,
  add primary key (agency_id, account_id, day, fan_id, currency) include (gross, net, payments);
drop index fan_days_by_day;
