-- The team: who works on which account since when, and who is invited.

-- A chatter works on an account from started_at until ended_at. Rows are never removed, so that it can be told who was
-- assigned on a day.
create table assignments (
  agency_id  uuid not null references agencies,
  id         uuid not null,
  account_id uuid not null,
  user_id    uuid not null,
  started_at timestamptz not null,
  started_by uuid references users,
  ended_at   timestamptz,
  ended_by   uuid references users,
  primary key (agency_id, id),
  constraint assignments_account foreign key (agency_id, account_id) references accounts (agency_id, id),
  constraint assignments_member foreign key (agency_id, user_id) references members (agency_id, user_id),
  constraint assignments_span check (ended_at >= started_at)
);
create unique index assignments_current on assignments (agency_id, user_id, account_id) where ended_at is null;
create index assignments_by_account on assignments (agency_id, account_id, started_at desc);
call protect_tenant_table('assignments');
revoke delete on assignments from crm_tenant;

-- The member who is this creator, if she has a user here.
alter table creators add column user_id uuid;
alter table creators add constraint creators_member foreign key (agency_id, user_id) references members (agency_id, user_id);
create unique index creators_one_per_member on creators (agency_id, user_id) where user_id is not null;

-- The accounts that a member whose role does not reach all of them may touch. Store functions join it: src/db.rs, Reach.
create view reach with (security_invoker = true) as
  select s.agency_id, s.user_id, s.account_id
  from assignments s join members m on m.agency_id = s.agency_id and m.user_id = s.user_id
  where s.ended_at is null and m.role = 'chatter' and m.removed_at is null
  union all
  select c.agency_id, c.user_id, a.id
  from creators c
  join members m on m.agency_id = c.agency_id and m.user_id = c.user_id
  join accounts a on a.agency_id = c.agency_id and a.creator_id = c.id
  where m.role = 'creator' and m.removed_at is null;
grant select on reach to crm_tenant, crm_system;

-- One per address is open at a time. Only the hash of the link's token is kept.
create table invitations (
  agency_id   uuid not null references agencies,
  id          uuid not null,
  email       text not null constraint invitations_email_lower check (email = lower(email)),
  role        text not null check (role in ('owner', 'manager', 'chatter', 'creator', 'compliance')),
  creator_id  uuid,
  token_hash  bytea not null constraint invitations_token_key unique,
  -- Who stands behind it: it works for as long as they may still give this role.
  invited_by  uuid not null references users,
  created_at  timestamptz not null,
  sent_at     timestamptz not null,
  expires_at  timestamptz not null,
  accepted_at timestamptz,
  accepted_by uuid references users,
  revoked_at  timestamptz,
  primary key (agency_id, id),
  constraint invitations_creator foreign key (agency_id, creator_id) references creators (agency_id, id),
  constraint invitations_creator_role check ((role = 'creator') = (creator_id is not null))
);
create unique index invitations_open on invitations (agency_id, email) where accepted_at is null and revoked_at is null;
call protect_tenant_table('invitations');

-- The accounts that a chatter is assigned to on accepting.
create table invitation_accounts (
  agency_id     uuid not null references agencies,
  invitation_id uuid not null,
  account_id    uuid not null,
  primary key (agency_id, invitation_id, account_id),
  constraint invitation_accounts_invitation foreign key (agency_id, invitation_id) references invitations (agency_id, id),
  constraint invitation_accounts_account foreign key (agency_id, account_id) references accounts (agency_id, id)
);
call protect_tenant_table('invitation_accounts');

-- A pasted list of addresses, until it is sent: what will happen is shown before it does.
create table invitation_lists (
  agency_id   uuid not null references agencies,
  id          uuid not null,
  made_by     uuid not null references users,
  role        text not null check (role in ('owner', 'manager', 'chatter', 'compliance')),
  account_ids uuid[] not null default '{}',
  lines       text not null,
  created_at  timestamptz not null,
  sent_at     timestamptz,
  primary key (agency_id, id)
);
call protect_tenant_table('invitation_lists');

-- What changed is told with the account that it concerns, where it concerns one: streams of members who reach only some
-- accounts leave out the others (server/live.rs).
create or replace function touch_agency() returns trigger language plpgsql as $$
declare
  target uuid := coalesce(new.agency_id, old.agency_id);
  -- A trigger function sees NEW as null in deletes.
  changed jsonb := coalesce(to_jsonb(new), to_jsonb(old));
  account text := case when tg_table_name = 'accounts' then changed ->> 'id' else changed ->> 'account_id' end;
begin
  update agencies set data_version = data_version + 1 where agency_id = target;
  perform pg_notify('agency_changed', concat_ws(' ', target, tg_table_name, account));
  return null;
end $$;
create constraint trigger assignments_touch after insert or update on assignments
  deferrable initially deferred for each row execute function touch_agency();
create constraint trigger invitations_touch after insert or update or delete on invitations
  deferrable initially deferred for each row execute function touch_agency();

-- Invitations are counted like other mail to addresses that somebody typed.
alter table tries drop constraint tries_act_check;
alter table tries add constraint tries_act_check check (act in ('password', 'mail', 'invitation'));
