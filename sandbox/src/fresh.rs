//! What must be new each time and is no part of the seeded world: ids of things that a request makes, and secrets.

use uuid::Uuid;

#[expect(clippy::disallowed_methods, reason = "the one place where the sandbox makes random ids")]
pub(crate) fn id() -> Uuid {
    Uuid::new_v4()
}

#[expect(clippy::disallowed_methods, reason = "the one place where the sandbox makes secrets")]
pub(crate) fn secret<const LENGTH: usize>() -> [u8; LENGTH] {
    let mut secret = [0; LENGTH];
    secret.fill_with(rand::random);
    secret
}
