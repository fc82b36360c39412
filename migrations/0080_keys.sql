-- Which keys seal this database, and how far sealing again with a new one has come.

-- A known text, sealed by each key before it seals anything else: a key that does not open its canary is the wrong one.
create table key_canaries (
  key_id  smallint primary key,
  sealed  bytea not null,
  made_at timestamptz not null
);
grant select, insert, delete on key_canaries to crm_system;

-- One row per sealed column, for the key that seals from now on. The cursor is kept with each batch, so that who is killed
-- goes on where it was.
create table key_rotations (
  key_id       smallint not null,
  column_name  text not null,
  total        bigint not null,
  sealed       bigint not null,
  unreadable   bigint not null,
  after_agency uuid,
  after_row    text,
  started_at   timestamptz not null,
  finished_at  timestamptz,
  primary key (key_id, column_name)
);
grant select, insert, update on key_rotations to crm_system;
