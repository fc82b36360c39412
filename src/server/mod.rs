//! The web server: what surrounds every request, and how the process starts and stops.

pub mod command;
pub mod cross_site;
pub mod download;
pub mod flash;
pub mod forms;
pub mod fragments;
pub mod frame;
pub mod health;
pub mod limits;
mod listener;
pub mod live;
pub mod outcome;
pub mod own_path;
pub mod proxies;
pub mod request;
pub mod router;
pub mod run;
pub mod security_headers;
pub mod state;
pub mod telemetry;
