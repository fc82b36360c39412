//! The world's movement after history.

use super::{Genesis, Mutation, World};
use crate::clock::Millis;

#[derive(Debug)]
pub(crate) struct Mover {}

impl Mover {
    pub(crate) fn new(_genesis: &Genesis, _start: Millis) -> Self {
        Self {}
    }

    pub(crate) fn move_to(&mut self, _world: &World, _now: Millis, _per_minute: f64) -> Vec<Mutation> {
        Vec::new()
    }
}
