//! Mass messages whose time has come.

use uuid::Uuid;

use super::chronicle::Mutation;
use super::model::{Creator, MassMessage, Message, World};
use crate::clock::Millis;

/// What the due ones of all creators bring about, and which they are (by creator).
pub(crate) fn due_mass_messages(world: &World, now: Millis) -> (Vec<Mutation>, Vec<(usize, Uuid)>) {
    let (mut mutations, mut sent) = (Vec::new(), Vec::new());
    for (index, creator) in world.creators.iter().enumerate() {
        for mass in creator.mass_messages.iter().filter(|mass| is_due(mass, now)) {
            sent.push((index, mass.uuid));
            mutations.extend(mass.recipients.iter().map(|fan| {
                let message = message(creator, mass, now);
                Mutation::MessageAdded { creator: index, fan: *fan, message }
            }));
        }
    }
    (mutations, sent)
}

fn is_due(mass: &MassMessage, now: Millis) -> bool {
    mass.status == "SCHEDULED" && mass.scheduled_at.is_some_and(|at| at <= now)
}

fn message(creator: &Creator, mass: &MassMessage, now: Millis) -> Message {
    Message {
        id: crate::fresh::id(),
        at: now,
        from_creator: true,
        text: mass.text.clone(),
        kind: "BROADCAST".into(),
        price: mass.price,
        purchased_at: None,
        media: mass.media.clone(),
        read: false,
        sent_by: Some(creator.uuid),
    }
}
