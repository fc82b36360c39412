-- A session that goes on under a new id is told to every process too: the old id is worth nothing from then on.
drop trigger sessions_changed on sessions;
create trigger sessions_changed after delete or update of id_hash, data, user_id on sessions
  for each row execute function session_changed();
