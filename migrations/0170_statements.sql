-- Statements: files of platforms that have no API, recorded into accounts of their own, whole or not at all, and taken back whole.

create table statement_imports (
  agency_id     uuid not null references agencies,
  id            uuid not null,
  -- receiving: the file is on its way; open: it is being looked at; then what its name says.
  state         text not null check (state in ('receiving', 'open', 'recording', 'recorded', 'undoing', 'undone')),
  file_name     text not null,
  bytes         bigint not null default 0,
  -- SHA-256 of the file, by which the same one is known again.
  fingerprint   bytea,
  -- Where its rows go: an account that is there, or one that is made with them.
  account_id    uuid,
  account_name  text not null,
  platform_name text not null,
  currency      text not null check (currency ~ '^[A-Z]{3}$'),
  -- Which column is what; null until somebody said so.
  mapping       jsonb,
  added         bigint,
  duplicates    bigint,
  first_day     date,
  last_day      date,
  problem       text,
  made_by       uuid not null references users,
  created_at    timestamptz not null,
  recorded_by   uuid references users,
  recorded_at   timestamptz,
  undone_by     uuid references users,
  undone_at     timestamptz,
  primary key (agency_id, id),
  constraint statement_imports_account foreign key (agency_id, account_id) references accounts (agency_id, id)
);
create index statement_imports_by_time on statement_imports (agency_id, created_at desc, id desc);
create index statement_imports_by_file on statement_imports (agency_id, fingerprint);
create index statement_imports_by_account on statement_imports (agency_id, account_id);
call protect_tenant_table('statement_imports');
create constraint trigger statement_imports_touch after insert or delete or update of state, problem, mapping on statement_imports
  deferrable initially deferred for each row execute function touch_agency();

-- The file in pieces, as it came; gone as soon as its rows are recorded.
create table statement_parts (
  agency_id uuid not null,
  import_id uuid not null,
  part      integer not null,
  bytes     bytea not null,
  primary key (agency_id, import_id, part),
  foreign key (agency_id, import_id) references statement_imports (agency_id, id) on delete cascade
);
call protect_tenant_table('statement_parts');

-- The earnings that an import brought: those alone go when it is undone.
create table statement_rows (
  agency_id      uuid not null,
  import_id      uuid not null,
  transaction_id text not null,
  primary key (agency_id, import_id, transaction_id),
  foreign key (agency_id, import_id) references statement_imports (agency_id, id)
);
call protect_tenant_table('statement_rows');

-- How far recording or undoing is. A table of its own: the import's row is locked until all is done.
create table statement_progress (
  agency_id uuid not null,
  import_id uuid not null,
  done      bigint not null,
  total     bigint not null,
  primary key (agency_id, import_id),
  foreign key (agency_id, import_id) references statement_imports (agency_id, id) on delete cascade
);
call protect_tenant_table('statement_progress');
create constraint trigger statement_progress_touch after insert or update on statement_progress
  deferrable initially deferred for each row execute function touch_agency();

-- Which column was what the last time, by the platform's name in lower case.
create table statement_mappings (
  agency_id uuid not null references agencies,
  platform  text not null,
  mapping   jsonb not null,
  used_at   timestamptz not null,
  primary key (agency_id, platform)
);
call protect_tenant_table('statement_mappings');
