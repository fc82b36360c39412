//! Who is asking, and what they may: members, roles, permissions, and scopes as the proof.

mod fresh;
mod hold;
mod limits;
mod member;
mod members;
mod policy;
mod scope;
mod second_step;
mod session;
mod visitor;

pub use fresh::{FRESH, Fresh};
pub use hold::hold_back;
pub use limits::{Over, SessionLimits, words as time_words};
pub use member::{Member, Role};
pub use members::Members;
pub use policy::{PERMISSIONS, Permission, PermissionInfo};
pub use scope::{Scope, SystemScope};
pub use session::id_hash as session_id_hash;
pub use session::{LIFETIME as SESSION_LIFETIME, SessionStore, cookie_name as session_cookie};
pub use visitor::{Origin, Visitor, cookie, device_cookie, fresh, identify, scope, visitor};
