-- Mail is also sent inside an agency's transaction (an account has to be reconnected). It may add one, and read none.
grant insert on mails to crm_tenant;
