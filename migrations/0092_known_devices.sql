-- Browsers in which a person signed in lately, by the hash of a cookie that only says which browser it is; the kind of browser
-- and the network stand in for it where cookies are cleared.
create table known_devices (
  user_id       uuid not null references users on delete cascade,
  token_hash    bytea not null,
  device        text not null,
  network       inet not null,
  first_seen_at timestamptz not null,
  last_seen_at  timestamptz not null,
  noticed_at    timestamptz,
  primary key (user_id, token_hash)
);
comment on column known_devices.noticed_at is 'When the person was told by mail that they signed in there for the first time.';
create index known_devices_seen on known_devices (last_seen_at);
grant select, insert, update, delete on known_devices to crm_system;
