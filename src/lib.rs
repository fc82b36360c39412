//! CreatorCRM: the self-hosted workspace of agencies that manage creators' accounts on subscription platforms.
//!
//! Server-only modules stand behind `ssr`; the rest is compiled for both the server and the browser.

// A page's view is one nested type.
#![recursion_limit = "256"]

pub mod ids;
pub mod money;
pub mod period;
pub mod problem;
pub mod ui;

#[cfg(feature = "ssr")]
pub mod alerts;
#[cfg(feature = "ssr")]
pub mod audit;
#[cfg(feature = "ssr")]
pub mod auth;
#[cfg(feature = "ssr")]
pub mod clock;
#[cfg(feature = "ssr")]
pub mod config;
#[cfg(feature = "ssr")]
pub mod db;
#[cfg(feature = "ssr")]
pub mod demo;
#[cfg(feature = "ssr")]
pub mod earnings;
#[cfg(feature = "ssr")]
pub mod error;
#[cfg(feature = "ssr")]
pub mod jobs;
#[cfg(feature = "ssr")]
pub mod keyset;
#[cfg(feature = "ssr")]
pub mod mail;
#[cfg(feature = "ssr")]
pub mod platform;
#[cfg(feature = "ssr")]
pub mod postgres;
#[cfg(feature = "ssr")]
pub mod random;
#[cfg(feature = "ssr")]
pub mod rotation;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(feature = "ssr")]
pub mod shell;
#[cfg(feature = "ssr")]
pub mod spreadsheet;
#[cfg(feature = "ssr")]
pub mod vault;
#[cfg(feature = "ssr")]
pub mod webhooks;
#[cfg(feature = "ssr")]
pub mod words;

pub mod accounts;
pub mod agencies;
pub mod analytics;
#[cfg(feature = "ssr")]
pub mod churn;
pub mod connections;
pub mod creators;
#[cfg(feature = "ssr")]
pub mod fans;
#[cfg(feature = "ssr")]
pub mod forecasts;
#[cfg(feature = "ssr")]
pub mod goals;
#[cfg(feature = "ssr")]
pub mod home;
pub mod identity;
#[cfg(feature = "ssr")]
pub mod paid_messages;
#[cfg(feature = "ssr")]
pub mod reports;
pub mod search;
#[cfg(feature = "ssr")]
pub mod statements;
pub mod sync;
#[cfg(feature = "ssr")]
pub mod team;
#[cfg(feature = "ssr")]
pub mod tiers;

/// The browser's entry: wakes the islands that the server rendered.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
