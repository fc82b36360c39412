-- A grant is stored before the platform is asked whose it is, so a connection may not know its owner yet.
alter table connections alter column platform_user_id drop not null;
alter table connections add column link_id uuid;
alter table connections add constraint connections_link_fkey foreign key (agency_id, link_id) references connect_links (agency_id, id);
comment on column connections.platform_user_id is 'Null while the platform has not told yet whose grant this is.';
comment on column connections.link_id is 'The creator''s link through which the grant came, if it came so.';
create index connect_links_open on connect_links (agency_id, created_at desc) where used_at is null and revoked_at is null;
