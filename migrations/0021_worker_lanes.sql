-- Two lanes of jobs, so that quick ones never wait behind long ones; and what operators watch of the queue.

drop function enqueue_job(text, json, text, timestamptz, text);
create function enqueue_job(task text, payload json, job_key text, run_at timestamptz, queue text, flags text[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform graphile_worker.add_job(task, payload, queue_name => queue, run_at => run_at, job_key => job_key, flags => flags);
end $$;
revoke all on function enqueue_job(text, json, text, timestamptz, text, text[]) from public;
grant execute on function enqueue_job(text, json, text, timestamptz, text, text[]) to crm_tenant, crm_system;

-- How many seconds the job has waited that is due longest; 0 when none waits. Names no job and no agency.
create function oldest_due_job_seconds() returns double precision
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  return (select coalesce(greatest(extract(epoch from clock_timestamp() - min(run_at)), 0), 0)
          from graphile_worker._private_jobs where is_available and run_at <= clock_timestamp());
end $$;
revoke all on function oldest_due_job_seconds() from public;
grant execute on function oldest_due_job_seconds() to crm_system;
