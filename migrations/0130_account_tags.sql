-- Words by which an agency groups its accounts as it likes. Kept in lower case, so that VIP and vip are one tag.
create table account_tags (
  agency_id  uuid not null,
  account_id uuid not null,
  tag        text not null,
  primary key (agency_id, account_id, tag),
  constraint account_tags_account foreign key (agency_id, account_id) references accounts (agency_id, id),
  constraint account_tags_plain check (char_length(tag) between 1 and 40 and tag = lower(tag))
);
create index account_tags_by_tag on account_tags (agency_id, tag, account_id);
call protect_tenant_table('account_tags');
create constraint trigger account_tags_touch after insert or update or delete on account_tags
  deferrable initially deferred for each row execute function touch_agency();
