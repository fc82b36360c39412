-- The second step of signing in: an app's codes, passkeys, recovery codes; and the roles that an agency requires it of.

-- When the person's first factor was set up; null without one. Kept by triggers, so that nothing can forget it.
alter table users add column second_factor_since timestamptz;
grant select (second_factor_since) on users to crm_tenant;
drop trigger users_changed on users;
create trigger users_changed after update of name, email, email_verified_at, second_factor_since on users
  for each row execute function user_changed();

-- The seed that an app shares with us, sealed. Until the person typed a first code it protects nothing.
create table totp_seeds (
  user_id      uuid primary key references users on delete cascade,
  seed         bytea not null,
  created_at   timestamptz not null,
  confirmed_at timestamptz,
  last_step    bigint not null default 0
);
comment on column totp_seeds.last_step is 'The half minute of the last code accepted: a code works once.';
grant select, insert, update, delete on totp_seeds to crm_system;

-- Public keys, as webauthn-rs writes them: nothing to seal.
create table passkeys (
  id            uuid primary key,
  user_id       uuid not null references users on delete cascade,
  credential_id bytea not null constraint passkeys_credential_key unique,
  name          text not null,
  passkey       jsonb not null,
  created_at    timestamptz not null,
  last_used_at  timestamptz
);
create index passkeys_user on passkeys (user_id, created_at);
grant select, insert, update, delete on passkeys to crm_system;

-- What was asked of an authenticator, until it answers: once, within minutes. Whose it is; null when that is what it shall tell.
create table passkey_ceremonies (
  token_hash bytea primary key,
  user_id    uuid references users on delete cascade,
  purpose    text not null check (purpose in ('register', 'prove', 'sign_in')),
  state      jsonb not null,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index passkey_ceremonies_expiry on passkey_ceremonies (expires_at);
grant select, insert, delete on passkey_ceremonies to crm_system;

-- A code has 80 random bits, so its plain hash, made with the person's id, suffices.
create table recovery_codes (
  user_id    uuid not null references users on delete cascade,
  code_hash  bytea not null,
  created_at timestamptz not null,
  used_at    timestamptz,
  primary key (user_id, code_hash)
);
grant select, insert, update, delete on recovery_codes to crm_system;

create function note_second_factor() returns trigger language plpgsql as $$
declare person uuid := coalesce(new.user_id, old.user_id);
begin
  update users u set second_factor_since = f.since
    from (select min(at) as since from (
            select confirmed_at as at from totp_seeds where user_id = person and confirmed_at is not null
            union all select created_at from passkeys where user_id = person) as factors) as f
    where u.id = person and u.second_factor_since is distinct from f.since;
  return null;
end $$;
create trigger totp_seeds_noted after insert or update or delete on totp_seeds
  for each row execute function note_second_factor();
create trigger passkeys_noted after insert or delete on passkeys
  for each row execute function note_second_factor();

-- Since when the member has this role: days of grace count from there at the earliest.
alter table members add column role_since timestamptz;
update members set role_since = joined_at;
create function note_role() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    new.role_since := coalesce(new.role_since, new.joined_at);
  elsif new.role is distinct from old.role and new.role_since is not distinct from old.role_since then
    new.role_since := now();
  end if;
  return new;
end $$;
create trigger members_role before insert or update of role on members for each row execute function note_role();

-- A role of which the agency requires a second factor.
create table second_factor_rules (
  agency_id      uuid not null references agencies,
  role           text not null check (role in ('owner', 'manager', 'chatter', 'creator', 'compliance')),
  required_since timestamptz not null,
  grace_days     int not null check (grace_days between 0 and 90),
  primary key (agency_id, role)
);
call protect_tenant_table('second_factor_rules');
create constraint trigger second_factor_rules_touch after insert or update or delete on second_factor_rules
  deferrable initially deferred for each row execute function touch_agency();

-- An owner asks that a member's lost factor be reset; done when every agency of the person asks (docs/decisions/0014).
create table second_factor_resets (
  agency_id uuid not null references agencies,
  user_id   uuid not null,
  asked_by  uuid not null references users,
  asked_at  timestamptz not null,
  primary key (agency_id, user_id),
  constraint second_factor_resets_member foreign key (agency_id, user_id) references members (agency_id, user_id)
);
call protect_tenant_table('second_factor_resets');

-- The program names what it counts; a list here had to follow every new act.
alter table tries drop constraint if exists tries_act_check;
