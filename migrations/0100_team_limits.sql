-- What a review of the team found: who is archived reaches nothing, connections are told by account, refusals are recorded once.

-- As 0060 has it, without creators whom the agency archived.
create or replace view reach with (security_invoker = true) as
  select s.agency_id, s.user_id, s.account_id
  from assignments s join members m on m.agency_id = s.agency_id and m.user_id = s.user_id
  where s.ended_at is null and m.role = 'chatter' and m.removed_at is null
  union all
  select c.agency_id, c.user_id, a.id
  from creators c
  join members m on m.agency_id = c.agency_id and m.user_id = c.user_id
  join accounts a on a.agency_id = c.agency_id and a.creator_id = c.id
  where m.role = 'creator' and m.removed_at is null and c.archived_at is null;

-- A connection is also told once for each account that it reaches, for members who reach only some.
create function touch_connection_accounts() returns trigger language plpgsql as $$
declare changed connections := coalesce(new, old);
begin
  perform pg_notify('agency_changed', concat_ws(' ', changed.agency_id, 'connections', a.id))
  from accounts a where a.agency_id = changed.agency_id and a.connection_id = changed.id;
  return null;
end $$;
create constraint trigger connections_touch_accounts after insert or update of health, display_name, disconnected_at on connections
  deferrable initially deferred for each row execute function touch_connection_accounts();

-- The answer of a consent page can come back for as long as somebody likes; that it was refused goes on record once.
alter table oauth_attempts add column refused_at timestamptz;

-- How many invitations an agency sent of late.
create index invitations_sent on invitations (agency_id, sent_at);
-- Pasted lists are forgotten after a while.
create index invitation_lists_created on invitation_lists (created_at);
