-- A link may carry an address: the new one, which it confirms, or the old one, to which it leads back.
alter table user_links add column email text;
alter table user_links drop constraint user_links_purpose_check;
alter table user_links
  add constraint user_links_purpose_check
    check (purpose in ('reset_password', 'verify_email', 'change_email', 'undo_email')),
  add constraint user_links_email check ((purpose in ('change_email', 'undo_email')) = (email is not null));
