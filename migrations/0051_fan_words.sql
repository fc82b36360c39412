-- Finding fans by the beginning of any word of their name or handle. A table of words rather than an index over an
-- expression: row-level security lets only leakproof operators use an index, so neither `like` nor lower() may.
create table fan_words (
  agency_id  uuid not null,
  word       text not null collate "C",
  account_id uuid not null,
  fan_id     text not null,
  primary key (agency_id, word, account_id, fan_id)
);
call protect_tenant_table('fan_words');

-- The words that a person may begin to type; src/search/types.rs splits what was typed the same way.
create function words_of_fan(name text, handle text) returns text[] language sql immutable parallel safe
  return array(select distinct left(word, 60) from regexp_split_to_table(lower(name || ' ' || handle), '[\s_.@-]+') as word where word <> '');

create function add_fan_words() returns trigger language plpgsql as $$
begin
  insert into fan_words (agency_id, word, account_id, fan_id)
    select agency_id, unnest(words_of_fan(name, handle)), account_id, fan_id from added
    on conflict do nothing;
  return null;
end $$;
create trigger fans_add_words after insert on fans referencing new table as added
  for each statement execute function add_fan_words();

-- Renamed or gone, which is rare: the words of before make way.
create function change_fan_words() returns trigger language plpgsql as $$
begin
  delete from fan_words where agency_id = old.agency_id and word = any (words_of_fan(old.name, old.handle))
    and account_id = old.account_id and fan_id = old.fan_id;
  if tg_op = 'UPDATE' then
    insert into fan_words (agency_id, word, account_id, fan_id)
      select new.agency_id, unnest(words_of_fan(new.name, new.handle)), new.account_id, new.fan_id
      on conflict do nothing;
  end if;
  return null;
end $$;
create trigger fans_change_words after update of name, handle on fans for each row
  when (old.name is distinct from new.name or old.handle is distinct from new.handle) execute function change_fan_words();
create trigger fans_remove_words after delete on fans for each row execute function change_fan_words();

insert into fan_words (agency_id, word, account_id, fan_id)
  select agency_id, unnest(words_of_fan(name, handle)), account_id, fan_id from fans;
