-- The audit log as a page: views on a chain of their own, which can be pruned; indexes for its filters; what checks found.

create index audit_latest on audit (agency_id, at desc, seq desc);
create index audit_by_person on audit (agency_id, user_id, at desc, seq desc);
create index audit_by_event on audit (agency_id, event, at desc, seq desc);
create index audit_by_subject on audit (agency_id, subject, at desc, seq desc);
create index audit_by_address on audit (agency_id, ip, at desc, seq desc) where ip is not null;

-- How long views are kept. Changes are kept for ever.
alter table agencies add column audit_view_days integer not null default 365
  constraint agencies_audit_view_days_check check (audit_view_days between 90 and 3650);

-- ------------------------------------------------------- views: who saw personal data (docs/decisions/0015-recorded-views.md)

-- The end of the chain, and where it begins since the rows up to `pruned_seq` were removed. Each pruning is an entry in
-- `audit` too, so this row alone cannot lie about it.
create table audit_view_heads (
  agency_id   uuid primary key references agencies,
  seq         bigint not null,
  hash        bytea not null,
  pruned_seq  bigint not null default 0,
  pruned_hash bytea not null default ''
);
call protect_tenant_table('audit_view_heads');
revoke delete on audit_view_heads from crm_tenant;

create table audit_views (
  agency_id  uuid not null references agencies,
  seq        bigint not null,
  at         timestamptz not null,
  actor      text not null,
  user_id    uuid,
  event      text not null,
  subject    text,
  detail     jsonb not null,
  ip         inet,
  request_id text,
  prev_hash  bytea not null,
  hash       bytea not null,
  primary key (agency_id, seq)
);
create index audit_views_latest on audit_views (agency_id, at desc, seq desc);
create index audit_views_by_person on audit_views (agency_id, user_id, at desc, seq desc);
create index audit_views_by_subject on audit_views (agency_id, subject, at desc, seq desc);
call protect_tenant_table('audit_views');
revoke update, delete on audit_views from crm_tenant;
revoke update on audit_views from crm_system;
create trigger audit_views_append_only before update or truncate on audit_views
  for each statement execute function refuse_change();

-- Rows leave in one way only: from the beginning of the chain without a gap, and older than the agency keeps them (never less
-- than 90 days). Whatever statement deletes them, the place where the chain begins then moves with it.
create function prune_audit_views() returns trigger language plpgsql as $$
declare gone record;
begin
  for gone in
    select agency_id, min(seq) as first, max(seq) as last, count(*) as rows, max(at) as newest,
           (array_agg(hash order by seq desc))[1] as hash
    from removed group by agency_id
  loop
    update audit_view_heads h set pruned_seq = gone.last, pruned_hash = gone.hash
    from agencies a
    where h.agency_id = gone.agency_id and a.agency_id = h.agency_id
      and gone.first = h.pruned_seq + 1 and gone.rows = gone.last - gone.first + 1
      and gone.newest < now() - make_interval(days => greatest(a.audit_view_days, 90));
    if not found then
      raise exception 'views leave the audit log from the beginning of their chain, and only when they are old enough';
    end if;
  end loop;
  return null;
end $$;
create trigger audit_views_pruned after delete on audit_views
  referencing old table as removed for each statement execute function prune_audit_views();

-- ------------------------------------------------------- checks of the chains

-- What the last complete check found, and where the one is that goes on, so that one cut off goes on from there.
create table audit_checks (
  agency_id  uuid primary key references agencies,
  started_at timestamptz,
  walk       jsonb,
  done       bigint not null default 0,
  total      bigint not null default 0,
  checked_at timestamptz,
  changes    bigint,
  views      bigint,
  since      timestamptz,
  broken     jsonb
);
call protect_tenant_table('audit_checks');

-- Open audit pages follow a check; no other page shows it, so the agency's version stays.
create function tell_audit_check() returns trigger language plpgsql as $$
begin
  perform pg_notify('agency_changed', new.agency_id || ' audit_checks');
  return null;
end $$;
create trigger audit_checks_tell after insert or update on audit_checks
  for each row execute function tell_audit_check();
