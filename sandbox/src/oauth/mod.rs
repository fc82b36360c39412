//! The authorization server: the consent page, one-time codes, and chains of rotating refresh tokens.

mod authorize;
mod consent_page;
mod grants;
mod token;

pub(crate) use authorize::{decide, show};
pub(crate) use grants::{Access, Chain, Death, Grants, Identity, SavedGrants, mac};
pub(crate) use token::exchange;

/// Every scope that the app may ask for, and what the consent page says about it.
pub(crate) const SCOPES: &[(&str, &str)] = &[
    ("openid", "Know who you are"),
    ("offline_access", "Stay connected when you are away"),
    ("offline", "Stay connected when you are away"),
    ("read:self", "See your profile"),
    ("read:chat", "Read your chats and messages"),
    ("write:chat", "Send messages in your name"),
    ("read:fan", "See your followers and subscribers"),
    ("read:creator", "See the creators you manage"),
    ("write:creator", "Act for the creators you manage"),
    ("read:media", "See your media"),
    ("write:media", "Upload media"),
    ("read:post", "See your posts"),
    ("write:post", "Publish posts"),
    ("read:insights", "See your earnings and subscribers"),
    ("read:tracking_links", "See your tracking links"),
    ("write:tracking_links", "Make and remove tracking links"),
    ("read:agency", "See your agency and its team"),
    ("write:agency", "Change your agency and its team"),
    ("read:notification", "See your notifications"),
];
