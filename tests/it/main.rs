//! The integration tests: the real router, a real PostgreSQL database each, the real sandbox.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a test stops at the first surprise"
)]

mod accounts;
mod agencies;
mod alerts;
mod analytics;
mod app;
mod assets;
mod audit;
mod audit_page;
mod authorization;
mod churn;
mod confirming;
mod connect;
mod connect_links;
mod consent;
mod crashes;
mod creators;
mod demo;
mod devices;
mod digests;
mod earnings;
mod faults;
mod figures;
mod forecasts;
mod goals;
mod home;
mod identity;
mod kept;
mod known_emails;
mod ledger;
mod limits;
mod mail;
mod mailed_links;
mod memberships;
mod new_devices;
mod opens;
mod passkeys;
mod people;
mod platform_world;
mod probes;
mod profile;
mod refresh;
mod refresh_storm;
mod report_pdf;
mod reports;
mod revenue;
mod rollups;
mod rotation;
mod scale;
mod search;
mod second_factor;
mod secrets;
mod selections;
mod sessions;
mod soft_passkey;
mod statements;
mod strangers;
mod sync;
mod team;
mod tiers;
mod transactions;
mod tries;
mod webhooks;
