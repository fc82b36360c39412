//! The kit: what every screen is made of. docs/design.md shows each component's look.

#[cfg(feature = "ssr")]
mod form;
#[cfg(feature = "ssr")]
mod parts;

#[cfg(feature = "ssr")]
pub use form::{Field, Form, Hidden, Submit, kept};
#[cfg(feature = "ssr")]
pub use parts::{Banner, Empty, Icon, PageHeader, Tone, Who, initials};
