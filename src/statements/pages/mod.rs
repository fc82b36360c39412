//! `/statements`: the imports, a new one, and one from its file to its undoing.

mod columns;
mod import;
mod list;
mod new;
mod preview;
mod undo;

pub use import::import;
pub use list::list;
pub use new::new;
pub use undo::undo;

use super::types::{Import, State};
use crate::ui::Link;

/// The way back up.
fn trail() -> Vec<Link> {
    vec![Link::new("/accounts", "Accounts"), Link::new("/statements", "Statements")]
}

/// The class and the words of where an import stands.
fn badge(import: &Import) -> (&'static str, &'static str) {
    let class = match import.state {
        State::Recorded => "badge good",
        State::Recording | State::Undoing => "badge accent",
        State::Open | State::Receiving => "badge warn",
        State::Undone => "badge",
    };
    (class, import.state.words())
}
