-- Tries that are counted, so that many processes share the limits: passwords that did not fit, and requests that make us
-- send mail. It takes the place of sign_in_failures, which nothing ever wrote to.
drop table sign_in_failures;
create table tries (
  id       bigint generated always as identity primary key,
  act      text not null check (act in ('password', 'mail')),
  email    text not null,
  network  inet not null,
  tried_at timestamptz not null
);
create index tries_email on tries (act, email, tried_at);
create index tries_network on tries (act, network, tried_at);
create index tries_time on tries (tried_at);
grant select, insert, delete on tries to crm_system;

-- Members are cached by processes for seconds; this ends the caching at once.
create function user_changed() returns trigger language plpgsql as $$
begin
  perform pg_notify('user_changed', new.id::text);
  return null;
end $$;
create trigger users_changed after update of name, email, email_verified_at on users
  for each row execute function user_changed();
