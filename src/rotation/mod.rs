//! Keys: proving at start that they are the right ones, and sealing everything again with a new one while others serve.

mod canary;
mod sealed;
mod service;
mod store;

pub use canary::prove;
pub use sealed::{Key, SEALED, Sealed};
pub use service::{BATCH, Outcome, Progress, keep_sealed, progress, rotate};
