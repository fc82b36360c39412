//! What the shared islands do with the browser. Only the browser has this; the server has `no_browser.rs` in its place.

mod charts;
mod copy;
mod dom;
mod live;
mod palette;
mod passkeys;
mod print;
mod submit;

pub use charts::read_charts;
pub use copy::copy;
pub use live::keep_live;
pub use palette::answer_keys;
pub use passkeys::{offer_passkey, press_passkey};
pub use print::print;
pub use submit::send_once;
