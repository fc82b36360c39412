-- The paid messages of all accounts, the newest first: /analytics/messages lists them by key.
create index ppv_messages_latest on ppv_messages (agency_id, sent_at desc, account_id desc, message_id desc);
