//! Connections: OAuth grants on platforms, how they come about, stay alive, and end.

#[cfg(feature = "ssr")]
mod access;
#[cfg(feature = "ssr")]
mod arrival;
#[cfg(feature = "ssr")]
mod choosing;
#[cfg(feature = "ssr")]
mod connector;
#[cfg(feature = "ssr")]
mod departure;
#[cfg(feature = "ssr")]
mod ending;
#[cfg(feature = "ssr")]
mod grant;
#[cfg(feature = "ssr")]
mod health;
#[cfg(feature = "ssr")]
mod keeper;
#[cfg(feature = "ssr")]
mod links;
#[cfg(feature = "ssr")]
mod own;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod policy;
#[cfg(feature = "ssr")]
mod refresh;
#[cfg(feature = "ssr")]
mod refusal;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
pub mod server_fns;
#[cfg(feature = "ssr")]
mod service;
#[cfg(feature = "ssr")]
mod store;
#[cfg(feature = "ssr")]
mod tokens;
#[cfg(feature = "ssr")]
mod types;

#[cfg(feature = "ssr")]
pub use access::{Access, access};
#[cfg(feature = "ssr")]
pub use arrival::{Answer, Arrival, arrive};
#[cfg(feature = "ssr")]
pub(crate) use choosing::choose_all;
#[cfg(feature = "ssr")]
pub use choosing::{Choosing, CreatorVisit, Here, Offered, choose, choosing, creators};
#[cfg(feature = "ssr")]
pub use connector::Connector;
#[cfg(feature = "ssr")]
pub(crate) use departure::begin_for;
#[cfg(feature = "ssr")]
pub use departure::{Wish, begin, begin_again, begin_by_link};
#[cfg(feature = "ssr")]
pub use ending::{Ending, disconnect, end_all, ending, remove};
#[cfg(feature = "ssr")]
pub use grant::{Reached, finish_again};
#[cfg(feature = "ssr")]
pub use health::{health_by_platform, note_failure, note_success, problems};
#[cfg(feature = "ssr")]
pub use keeper::keep_fresh;
#[cfg(feature = "ssr")]
pub use links::{
    GoodLink, LIFETIMES, NewLink, Open, list_open, make as make_link, open as open_link,
    revoke as revoke_link, revoke_of as revoke_links_of,
};
#[cfg(feature = "ssr")]
pub use own::make_own_link;
#[cfg(feature = "ssr")]
pub use refusal::Refusal;
#[cfg(feature = "ssr")]
pub use service::{handles, list, of_account};
#[cfg(feature = "ssr")]
pub use types::{Connected, ConnectedAccount, Connection, Health, OpenLink, ProblemConnection};
