//! Alerts: what somebody should know, each with its evidence, never twice for one cause; in the bell, on a page, and by mail.

mod bells;
mod digests;
mod forecasts;
mod jobs;
mod letters;
pub mod pages;
pub mod policy;
mod refunds;
mod renewals;
mod rules;
pub mod server_fns;
mod service;
mod store;
mod types;

pub use bells::{Bell, Bells};
pub use digests::{choose as choose_digest, digest, mail_at_once, send_due as send_due_digests};
pub use forecasts::{Judged, heed as heed_forecasts};
pub use jobs::{MailAlerts, SendDigests, WatchAgency, WatchAlerts};
pub use refunds::{end_old as end_old_refunds, end_removed as end_removed_refunds, heed as heed_refunds};
pub use renewals::watch as watch_renewals;
pub use rules::{rules, set as set_rules};
pub use service::{end, end_all_but, list, raise, read, read_all};
pub use types::{Alert, Digest, Evidence, Filter, Kind, Rhythm, Rules};
