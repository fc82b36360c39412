-- Who is signed in loses a deleted agency at once: its deletion is told like its other changes.
drop trigger agencies_touch on agencies;
create constraint trigger agencies_touch after update of name, time_zone, currency, deleted_at on agencies
  deferrable initially deferred for each row execute function touch_agency();
