-- How long sessions last is the agency's to say. It is read with the member of every request.
alter table agencies
  add column session_idle_minutes integer not null default 20160
    constraint agencies_session_idle check (session_idle_minutes between 15 and 43200),
  add column session_days integer not null default 90 constraint agencies_session_days check (session_days between 1 and 180);

-- Members are cached by processes for seconds; a stricter setting ends that at once.
drop trigger agencies_touch on agencies;
create constraint trigger agencies_touch
  after update of name, time_zone, currency, deleted_at, session_idle_minutes, session_days on agencies
  deferrable initially deferred for each row execute function touch_agency();

-- A session says itself when it began.
update sessions set data = data || jsonb_build_object('begun', extract(epoch from created_at)::bigint) where user_id is not null;
