-- One source of an account, the newest first: refunds among a million earnings are found without reading the million.
create index earnings_by_source on earnings (agency_id, account_id, source, occurred_at desc, transaction_id desc);
