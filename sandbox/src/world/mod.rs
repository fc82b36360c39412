//! The demo world: creators, their fans, what the fans pay and write, all made from one seed.

mod cast;
mod chronicle;
pub(crate) mod fees;
mod genesis;
mod habits;
mod living;
mod model;
mod scheduled;

pub(crate) use chronicle::Mutation;
pub(crate) use fees::net_of;
pub(crate) use genesis::Genesis;
pub(crate) use living::{Mover, Sale};
pub(crate) use model::{
    Chat, Creator, CustomList, Earning, Fan, FanStatus, MassMessage, Media, Message, Post, Source,
    Subscription, Template, TrackingLink, World,
};
pub(crate) use scheduled::due_mass_messages;
