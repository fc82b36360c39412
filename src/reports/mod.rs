//! Monthly reports of an agency: its figures gathered, drawn as a PDF, kept, and told of by mail when they are due.

mod due;
mod figures;
pub mod jobs;
mod letters;
mod making;
pub mod pages;
mod pdf;
pub mod policy;
pub mod routes;
mod schedule;
pub mod server_fns;
mod service;
mod store;
mod types;

pub use due::{due, latest_due};
pub use figures::gather;
pub use making::{make, make_now};
pub use pdf::{Made, draw};
pub use schedule::{mail, set_reading, set_schedule};
pub use service::{Overview, download, overview, want};
pub use types::{
    AccountLine, Figures, MonthOf, OfCurrency, OfDay, Report, Schedule, Three, month_name, parse_month,
};
