-- Addresses of analytics that a member gave a name. Each member's own.
create table saved_views (
  agency_id  uuid not null,
  id         uuid not null,
  user_id    uuid not null,
  name       text not null,
  address    text not null,
  created_at timestamptz not null,
  primary key (agency_id, id),
  constraint saved_views_member foreign key (agency_id, user_id) references members (agency_id, user_id)
);
create unique index saved_views_user_name_key on saved_views (agency_id, user_id, lower(name));
call protect_tenant_table('saved_views');
