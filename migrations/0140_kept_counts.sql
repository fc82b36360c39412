-- Counts that take too long for a page: made in the background, kept with their time (src/analytics/kept).

create table kept_counts (
  agency_id    uuid not null references agencies,
  kind         text not null,
  -- Of what exactly: the SHA-256 of the parameters as canonical JSON, and they themselves.
  params_hash  bytea not null,
  params       jsonb not null,
  -- The newest count, if there is one yet, and agencies.data_version just before it was made.
  result       jsonb,
  version      bigint,
  counted_at   timestamptz,
  -- The last try, if it failed.
  failed_at    timestamptz,
  -- When the job that is on its way is due; null when none is.
  wanted_at    timestamptz,
  -- The last day on which somebody looked.
  asked_at     timestamptz not null,
  primary key (agency_id, kind, params_hash)
);
create index kept_counts_asked on kept_counts (asked_at);
call protect_tenant_table('kept_counts');

-- A count moves pages but is no change of what was counted: it has a version of its own, or each would make all others stale.
alter table agencies add column counts_version bigint not null default 0;
comment on column agencies.counts_version is 'Rises when a kept count is made: with data_version the key of the page cache.';

create function touch_counts() returns trigger language plpgsql as $$
begin
  update agencies set counts_version = counts_version + 1 where agency_id = new.agency_id;
  perform pg_notify('agency_changed', new.agency_id || ' ' || tg_table_name);
  return null;
end $$;
create constraint trigger kept_counts_touch after update of counted_at, failed_at on kept_counts
  deferrable initially deferred for each row execute function touch_counts();
