-- What is seldom earned, the newest of all accounts first: a page of refunds among ten million earnings reads its own rows alone.
-- Statements have to name a known source outright, so that the planner sees that it is none of the frequent ones.
create index earnings_rare on earnings (agency_id, source, occurred_at desc, account_id, transaction_id desc)
  where source not in ('subscription', 'renewal', 'post', 'message', 'tip');
