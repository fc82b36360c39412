-- Monthly reports of an agency, and who gets word of them by mail.

create table reports (
  agency_id  uuid not null references agencies,
  id         uuid not null,
  -- The first day of the month that it is about.
  month      date not null check (extract(day from month) = 1),
  state      text not null check (state in ('making', 'ready')),
  -- A fingerprint of its figures: the same figures are the same report.
  version    text,
  figures_at timestamptz,
  accounts   bigint,
  pages      bigint,
  pdf        bytea,
  -- Nobody when the schedule made it.
  made_by    uuid references users,
  made_at    timestamptz not null,
  primary key (agency_id, id),
  constraint reports_version_key unique (agency_id, month, version),
  constraint reports_whole check (state = 'making' or (version is not null and figures_at is not null and pdf is not null))
);
-- The file is compressed already.
alter table reports alter column pdf set storage external;
create index reports_by_time on reports (agency_id, made_at desc, id desc);
call protect_tenant_table('reports');
create constraint trigger reports_touch after insert or delete or update of state on reports
  deferrable initially deferred for each row execute function touch_agency();

-- When the report of the month before is due: a day of the month and an hour of it, in the agency's zone.
create table report_schedules (
  agency_id    uuid not null references agencies,
  is_on        boolean not null,
  day          smallint not null check (day between 1 and 28),
  hour         smallint not null check (hour between 0 and 23),
  -- The last month whose report was sent, or was due before there was a schedule.
  sent_through date not null,
  set_by       uuid references users,
  set_at       timestamptz not null,
  primary key (agency_id)
);
create index report_schedules_on on report_schedules (agency_id) where is_on;
call protect_tenant_table('report_schedules');

-- The members who want word of it.
create table report_readers (
  agency_id uuid not null,
  user_id   uuid not null,
  since     timestamptz not null,
  primary key (agency_id, user_id),
  foreign key (agency_id, user_id) references members (agency_id, user_id)
);
call protect_tenant_table('report_readers');

-- Who was told of which month: once, whatever crashes.
create table report_sends (
  agency_id uuid not null,
  month     date not null,
  user_id   uuid not null,
  report_id uuid not null,
  sent_at   timestamptz not null,
  primary key (agency_id, month, user_id),
  foreign key (agency_id, user_id) references members (agency_id, user_id),
  foreign key (agency_id, report_id) references reports (agency_id, id)
);
call protect_tenant_table('report_sends');
