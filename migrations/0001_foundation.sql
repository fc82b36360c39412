-- Roles, identity, agencies, audit. migrations/README.md has the rules that every table follows.

-- Two roles that the program switches to inside a transaction and that nobody signs in as.
-- Roles belong to the cluster, so another database (another test) may have made them a moment ago.
do $$ begin create role crm_tenant nologin; exception when duplicate_object or unique_violation then null; end $$;
do $$ begin create role crm_system nologin; exception when duplicate_object or unique_violation then null; end $$;
do $$ begin
  if not pg_has_role(current_user, 'crm_tenant', 'member') then execute format('grant crm_tenant to %I', current_user); end if;
  if not pg_has_role(current_user, 'crm_system', 'member') then execute format('grant crm_system to %I', current_user); end if;
end $$;
grant usage on schema public to crm_tenant, crm_system;

-- The agency of the running transaction; null outside one (the setting reads '' on a reused connection).
create function app_agency() returns uuid language sql stable parallel safe
  return nullif(current_setting('app.agency_id', true), '')::uuid;

-- Both row-level-security policies of a tenant table: the tenant's role sees its own rows, the system's role all.
create procedure protect_tenant_table(target regclass) language plpgsql as $$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format('create policy tenant on %s to crm_tenant using (agency_id = app_agency()) with check (agency_id = app_agency())', target);
  execute format('create policy system on %s to crm_system using (true) with check (true)', target);
  execute format('grant select, insert, update, delete on %s to crm_tenant, crm_system', target);
end $$;

-- ------------------------------------------------------- identity: not tenant data, a user may be in many agencies

create table users (
  id                uuid primary key,
  email             text not null constraint users_email_key unique constraint users_email_lower check (email = lower(email)),
  name              text not null,
  password_hash     text not null,
  password_set_at   timestamptz not null,
  email_verified_at timestamptz,
  created_at        timestamptz not null
);
grant select (id, email, name) on users to crm_tenant;
grant select, insert, update, delete on users to crm_system;

-- Found by the hash of its id, so that a stolen copy of this table opens nothing.
create table sessions (
  id_hash      bytea primary key,
  user_id      uuid references users on delete cascade,
  data         jsonb not null,
  user_agent   text,
  ip           inet,
  created_at   timestamptz not null,
  last_seen_at timestamptz not null,
  expires_at   timestamptz not null
);
create index sessions_user on sessions (user_id, last_seen_at desc);
create index sessions_expiry on sessions (expires_at);
grant select, insert, update, delete on sessions to crm_system;

-- Single-use links sent by mail; only the token's hash is kept.
create table user_links (
  token_hash bytea primary key,
  user_id    uuid not null references users on delete cascade,
  purpose    text not null check (purpose in ('reset_password', 'verify_email')),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at    timestamptz
);
create index user_links_user on user_links (user_id, purpose);
grant select, insert, update, delete on user_links to crm_system;

-- Outgoing mail. A body may hold a single-use link, so it is sealed, and cleared once sent.
create table mails (
  id         uuid primary key,
  recipient  text not null,
  subject    text not null,
  body       bytea,
  created_at timestamptz not null,
  sent_at    timestamptz,
  last_error text
);
create index mails_created on mails (created_at desc);
grant select, insert, update, delete on mails to crm_system;

-- Failed sign-ins of the last minutes, shared by all processes.
create table sign_in_failures (
  id        bigint generated always as identity primary key,
  email     text not null,
  ip        inet not null,
  failed_at timestamptz not null
);
create index sign_in_failures_email on sign_in_failures (email, failed_at);
create index sign_in_failures_ip on sign_in_failures (ip, failed_at);
create index sign_in_failures_time on sign_in_failures (failed_at);
grant select, insert, delete on sign_in_failures to crm_system;

-- ------------------------------------------------------- agencies and members

create table agencies (
  agency_id    uuid primary key,
  name         text not null,
  time_zone    text not null default 'UTC',
  currency     text not null default 'USD' check (currency ~ '^[A-Z]{3}$'),
  created_at   timestamptz not null,
  deleted_at   timestamptz,
  data_version bigint not null default 1
);
comment on column agencies.data_version is 'Rises with every committed change that a page could show: the key of the page cache.';
call protect_tenant_table('agencies');
revoke delete on agencies from crm_tenant;

create table members (
  agency_id  uuid not null references agencies,
  user_id    uuid not null references users,
  role       text not null check (role in ('owner', 'manager', 'chatter', 'creator', 'compliance')),
  joined_at  timestamptz not null,
  removed_at timestamptz,
  primary key (agency_id, user_id)
);
create index members_user on members (user_id) where removed_at is null;
call protect_tenant_table('members');

-- ------------------------------------------------------- audit: append-only, one hash chain per agency

create table audit_heads (
  agency_id uuid primary key references agencies,
  seq       bigint not null,
  hash      bytea not null
);
call protect_tenant_table('audit_heads');
revoke delete on audit_heads from crm_tenant;

create table audit (
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
call protect_tenant_table('audit');
revoke update, delete on audit from crm_tenant, crm_system;
create function refuse_change() returns trigger language plpgsql as $$
begin raise exception 'the audit log is append-only'; end $$;
create trigger audit_append_only before update or delete or truncate on audit
  for each statement execute function refuse_change();

-- ------------------------------------------------------- what changed: page cache and live pages

-- At commit: raises the agency's version and tells every process. Attached to small tables only.
create function touch_agency() returns trigger language plpgsql as $$
declare target uuid := coalesce(new.agency_id, old.agency_id);
begin
  update agencies set data_version = data_version + 1 where agency_id = target;
  perform pg_notify('agency_changed', target || ' ' || tg_table_name);
  return null;
end $$;
create constraint trigger members_touch after insert or update or delete on members
  deferrable initially deferred for each row execute function touch_agency();
create constraint trigger agencies_touch after update of name, time_zone, currency on agencies
  deferrable initially deferred for each row execute function touch_agency();

-- Sessions are cached by processes for seconds; this ends the caching at once.
create function session_changed() returns trigger language plpgsql as $$
begin
  perform pg_notify('session_changed', encode(old.id_hash, 'hex'));
  return null;
end $$;
create trigger sessions_changed after delete or update of data, user_id on sessions
  for each row execute function session_changed();
