-- What a creator's whole months were, by what they earned: docs/decisions/0023-creator-tiers.md.

create table creator_tiers (
  agency_id  uuid not null references agencies,
  creator_id uuid not null,
  -- The first day of the month.
  month      date not null check (extract(day from month) = 1),
  tier       text not null check (tier in ('newcomer', 'emerging', 'rising', 'established', 'star', 'superstar', 'legend')),
  -- In the currency in which she earned most; others are not added.
  currency   text not null,
  net        bigint not null,
  primary key (agency_id, creator_id, month),
  foreign key (agency_id, creator_id) references creators (agency_id, id)
);
create index creator_tiers_by_month on creator_tiers (agency_id, month);
call protect_tenant_table('creator_tiers');
