-- The way into the job queue, and what syncing remembers besides its cursors.

-- Jobs are added inside the transaction that makes them necessary, under any role; the queue's own tables stay closed.
-- plpgsql resolves graphile_worker at run time: that schema is made by the worker's own migrations, after ours.
create function enqueue_job(task text, payload json, job_key text, run_at timestamptz, queue text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform graphile_worker.add_job(task, payload, queue_name => queue, run_at => run_at, job_key => job_key);
end $$;
revoke all on function enqueue_job(text, json, text, timestamptz, text) from public;
grant execute on function enqueue_job(text, json, text, timestamptz, text) to crm_tenant, crm_system;

-- Every time here is the database's, so that machines whose clocks differ agree on what is due.
alter table syncs
  -- The first sync walks back through windows of time; a cursor is good inside its window only.
  add column backfill_since     timestamptz,
  add column backfill_until     timestamptz,
  -- Where the first sync began: what came later is the incremental sync's.
  add column backfill_begun_at  timestamptz,
  add column subscribers_cursor text,
  add column fans_begun_at      timestamptz,
  add column messages_begun_at  timestamptz,
  -- When the last look at new and unsettled earnings began.
  add column incremental_at     timestamptz,
  -- When each stream is read again; null is at once.
  add column profile_due_at     timestamptz,
  add column subscribers_due_at timestamptz,
  add column fans_due_at        timestamptz,
  add column messages_due_at    timestamptz,
  -- Not before this, whoever wants it: the platform asked to wait, or it is in trouble.
  add column retry_at           timestamptz;

-- An earning may change until it can be paid out; an unknown status counts as unsettled.
drop index earnings_pending;
create index earnings_unsettled on earnings (agency_id, account_id, occurred_at) where status <> 'available';
