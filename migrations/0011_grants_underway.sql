-- What a grant has to remember until it is finished, so that a crash in between loses nothing.

-- The creator for whom somebody set out to connect, if one was chosen.
alter table oauth_attempts add column creator_id uuid;
alter table oauth_attempts add constraint oauth_attempts_creator_fkey foreign key (agency_id, creator_id) references creators (agency_id, id);

alter table connections add column creator_id uuid;
alter table connections add column reconnects_id uuid;
alter table connections add column session_hash bytea;
alter table connections add constraint connections_creator_fkey foreign key (agency_id, creator_id) references creators (agency_id, id);
alter table connections add constraint connections_reconnects_fkey foreign key (agency_id, reconnects_id) references connections (agency_id, id);
comment on column connections.creator_id is 'The creator for whom the grant was asked, until its account is known.';
comment on column connections.reconnects_id is 'The connection that this grant was asked to renew.';
comment on column connections.session_hash is 'The browser session in which a creator granted through a link: only there may she finish.';
