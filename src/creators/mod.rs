//! Creators: the people whom the agency manages; each groups her accounts over platforms.

#[cfg(feature = "ssr")]
mod members;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod policy;
#[cfg(feature = "ssr")]
pub mod server_fns;
#[cfg(feature = "ssr")]
mod service;
#[cfg(feature = "ssr")]
mod store;
#[cfg(feature = "ssr")]
mod types;

#[cfg(feature = "ssr")]
pub use members::{clear_member, of_member, set_member, without_member};
#[cfg(feature = "ssr")]
pub use service::{
    PAGE, add, add_in, archive, creator, editable, give_account, list, offered, rename, restore,
};
#[cfg(feature = "ssr")]
pub use types::{Creator, Filter, Key, ListedCreator, OnPlatform};
