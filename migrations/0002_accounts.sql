-- Creators, connections (one OAuth grant each), accounts, and how a grant comes about.

create table creators (
  agency_id   uuid not null references agencies,
  id          uuid not null,
  name        text not null,
  created_at  timestamptz not null,
  archived_at timestamptz,
  primary key (agency_id, id)
);
call protect_tenant_table('creators');
create constraint trigger creators_touch after insert or update or delete on creators
  deferrable initially deferred for each row execute function touch_agency();

create table connections (
  agency_id          uuid not null references agencies,
  id                 uuid not null,
  platform           text not null,
  platform_user_id   text not null,
  display_name       text not null,
  scopes             text[] not null default '{}',
  -- Sealed (vault.rs); null only after disconnecting.
  access_token       bytea,
  refresh_token      bytea,
  access_expires_at  timestamptz,
  -- When to refresh next, by the database's clock. refresh_started_at is committed before the platform is asked, so that a
  -- refresh cut off by a crash is found and repeated inside the platform's grace.
  refresh_due_at     timestamptz,
  refresh_started_at timestamptz,
  refresh_failures   integer not null default 0,
  health             text not null check (health in ('choosing', 'connected', 'needs_reconnect', 'rate_limited', 'platform_down', 'disconnected')),
  health_since       timestamptz not null,
  health_note        text,
  -- When a rate limit or an outage allows the next call.
  paused_until       timestamptz,
  -- The creators that an agency's grant reaches, while nobody has chosen yet.
  reachable          jsonb,
  connected_by       uuid references users,
  connected_at       timestamptz not null,
  disconnected_at    timestamptz,
  primary key (agency_id, id)
);
create unique index connections_one_per_grant on connections (agency_id, platform, platform_user_id) where disconnected_at is null;
create index connections_refresh on connections (refresh_due_at) where refresh_token is not null and health <> 'needs_reconnect';
call protect_tenant_table('connections');
create constraint trigger connections_touch after insert or delete or update of health, display_name, disconnected_at on connections
  deferrable initially deferred for each row execute function touch_agency();

create table accounts (
  agency_id           uuid not null references agencies,
  id                  uuid not null,
  platform            text not null,
  platform_account_id text not null,
  connection_id       uuid,
  -- Reached through an agency's grant: the platform's creator-scoped endpoints are used.
  via_agency          boolean not null default false,
  creator_id          uuid,
  name                text not null,
  renamed             boolean not null default false,
  handle              text not null,
  avatar_url          text,
  currency            text not null default 'USD',
  followers_count     bigint,
  subscribers_count   bigint,
  -- Since when the page exists on the platform: the far end of a first sync.
  platform_since      timestamptz,
  connected_at        timestamptz not null,
  disconnected_at     timestamptz,
  primary key (agency_id, id),
  constraint accounts_platform_account_key unique (agency_id, platform, platform_account_id),
  foreign key (agency_id, connection_id) references connections (agency_id, id),
  foreign key (agency_id, creator_id) references creators (agency_id, id)
);
create index accounts_connection on accounts (agency_id, connection_id);
create index accounts_platform on accounts (platform, platform_account_id);
create index accounts_creator on accounts (agency_id, creator_id);
call protect_tenant_table('accounts');
create constraint trigger accounts_touch after insert or update or delete on accounts
  deferrable initially deferred for each row execute function touch_agency();

-- A link by which a creator connects her own account without an account with us.
create table connect_links (
  agency_id  uuid not null references agencies,
  id         uuid not null,
  token_hash bytea not null constraint connect_links_token_key unique,
  platform   text not null,
  note       text not null,
  creator_id uuid,
  created_by uuid not null references users,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  used_at    timestamptz,
  primary key (agency_id, id),
  foreign key (agency_id, creator_id) references creators (agency_id, id)
);
call protect_tenant_table('connect_links');

-- One walk to the platform's consent page and back: ten minutes, once, only in the browser session that began it.
create table oauth_attempts (
  agency_id     uuid not null references agencies,
  state_hash    bytea not null constraint oauth_attempts_state_key unique,
  platform      text not null,
  session_hash  bytea not null,
  verifier      bytea not null,
  link_id       uuid,
  connection_id uuid,
  started_by    uuid references users,
  created_at    timestamptz not null,
  expires_at    timestamptz not null,
  used_at       timestamptz,
  primary key (agency_id, state_hash),
  foreign key (agency_id, link_id) references connect_links (agency_id, id),
  foreign key (agency_id, connection_id) references connections (agency_id, id)
);
create index oauth_attempts_expiry on oauth_attempts (expires_at);
call protect_tenant_table('oauth_attempts');
