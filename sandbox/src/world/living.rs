//! The world's movement after history: what fans and creators do as time passes.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::chronicle::Mutation;
use super::genesis::Genesis;
use super::habits::{PERIOD, new_fan, ppv_message, ppv_price, text_message, tip_amount};
use super::model::{Creator, Earning, Message, Source, Subscription, World};
use crate::clock::{DAY, MINUTE, Millis};
use crate::dice::Dice;

/// A gap longer than this (a stopped sandbox, an advanced clock) is lived through at the natural pace.
const GAP: Millis = 2 * MINUTE;

/// Events per minute over all creators at scale 1, as fans would have it.
const NATURAL_PACE: f64 = 0.35;

/// Most events that one gap brings.
const MOST: u32 = 20_000;

/// Plans what happens next. It only reads the world; what it plans is carried out by the caller.
#[derive(Debug)]
pub(crate) struct Mover {
    dice: Dice,
    lived_until: Millis,
    scale: f64,
}

/// A sale that somebody ordered.
#[derive(Debug)]
pub(crate) struct Sale {
    pub creator: usize,
    pub source: Source,
    pub gross: Option<i64>,
    pub fan: Option<usize>,
    pub at: Millis,
}

/// What is planned in one go, with what later plans of the same go must know of it.
#[derive(Default)]
struct Plan {
    mutations: Vec<Mutation>,
    arrived: HashMap<usize, usize>,
    touched: HashSet<Uuid>,
}

impl Mover {
    /// A mover that starts at `start` (and rolls other dice at every start) in a world lived up to `lived_until`.
    pub(crate) fn new(genesis: &Genesis, start: Millis, lived_until: Millis) -> Self {
        let dice = Dice::for_purpose(genesis.seed, "living", start.unsigned_abs());
        Self { dice, lived_until, scale: genesis.scale }
    }

    /// Everything that happens until `now`.
    pub(crate) fn move_to(&mut self, world: &World, now: Millis, per_minute: f64) -> Vec<Mutation> {
        let passed = now - self.lived_until;
        if passed <= 0 {
            return Vec::new();
        }
        let pace = if passed > GAP { NATURAL_PACE * self.scale } else { per_minute };
        let mut plan = Plan::default();
        self.renewals(world, now, &mut plan);
        let mut moments: Vec<Millis> = (0..self.dice.poisson(pace * passed as f64 / MINUTE as f64).min(MOST))
            .map(|_| self.dice.between(self.lived_until, now) + 1)
            .collect();
        moments.sort_unstable();
        let sizes: Vec<f64> =
            world.creators.iter().map(|creator| (creator.fans.len() as f64).powf(0.8)).collect();
        for at in moments {
            let creator = self.dice.weighted(&sizes);
            self.something(world, creator, at, &mut plan);
        }
        self.lived_until = now;
        plan.mutations
    }

    /// Subscriptions whose period has ended: charged again, or over.
    fn renewals(&mut self, world: &World, now: Millis, plan: &mut Plan) {
        for (creator, page) in world.creators.iter().enumerate() {
            for (fan, person) in page.fans.iter().enumerate() {
                let Some(subscription) =
                    person.subscription.as_ref().filter(|subscription| subscription.active)
                else {
                    continue;
                };
                let mut due = subscription.renews_at;
                while due <= now {
                    if !self.dice.chance(if subscription.auto_renews { 0.9 } else { 0.04 }) {
                        plan.mutations.push(Mutation::SubscriptionEnded { creator, fan, at: due });
                        break;
                    }
                    let first = subscription.trial && due == subscription.renews_at;
                    let source = if first { Source::Subscription } else { Source::Renewal };
                    let earning = self.row(due, page.price, source, Some(fan));
                    let until = due + PERIOD;
                    plan.mutations.push(Mutation::SubscriptionRenewed { creator, fan, at: due, until });
                    plan.mutations.push(Mutation::Earned { creator, earning });
                    due = until;
                }
            }
        }
    }

    fn something(&mut self, world: &World, creator: usize, at: Millis, plan: &mut Plan) {
        let page = &world.creators[creator];
        match self.dice.weighted(&[0.38, 0.06, 0.19, 0.13, 0.05, 0.12, 0.05, 0.015]) {
            0 => self.talk(page, creator, at, false, plan),
            1 => self.talk(page, creator, at, true, plan),
            2 => self.unlock_or_offer(page, creator, at, plan),
            3 => {
                let fan = self.somebody(page);
                let gross = tip_amount(&mut self.dice, page.fans[fan].appetite);
                let earning = self.row(at, gross, Source::Tip, Some(fan));
                plan.mutations.push(Mutation::Earned { creator, earning });
            }
            4 => {
                let fan = self.somebody(page);
                let post = self.dice.pick(&page.posts);
                let (gross, post) = (post.price.unwrap_or(800), Some(post.uuid));
                let earning = Earning { post, ..self.row(at, gross, Source::Post, Some(fan)) };
                plan.mutations.push(Mutation::Earned { creator, earning });
            }
            5 => self.join(page, creator, at, plan),
            6 => {
                self.arrive(page, creator, at, true, plan);
            }
            _ => self.take_back(page, creator, at, plan),
        }
    }

    fn talk(&mut self, page: &Creator, creator: usize, at: Millis, from_creator: bool, plan: &mut Plan) {
        let fan = self.somebody(page);
        let message = Message { read: from_creator, ..text_message(&mut self.dice, at, from_creator) };
        plan.mutations.push(Mutation::MessageAdded { creator, fan, message });
    }

    /// A fan unlocks a message that waits in the chat; if none does, the creator offers one.
    fn unlock_or_offer(&mut self, page: &Creator, creator: usize, at: Millis, plan: &mut Plan) {
        let fan = self.somebody(page);
        let waiting = page.chats.get(&fan).and_then(|chat| {
            let locked = |message: &&Message| message.price.is_some() && message.purchased_at.is_none();
            chat.messages.iter().rev().filter(locked).find(|message| !plan.touched.contains(&message.id))
        });
        match waiting {
            Some(message) if self.dice.chance(0.7) => {
                plan.touched.insert(message.id);
                let unlocked = Mutation::MessageUnlocked { creator, fan, message: message.id, at };
                let sale = self.row(at, message.price.unwrap_or(500), Source::Message, Some(fan));
                let earning = Earning { message: Some(message.id), ..sale };
                plan.mutations.extend([unlocked, Mutation::Earned { creator, earning }]);
            }
            _ => {
                let (price, media) = (ppv_price(&mut self.dice), self.dice.pick(&page.media).uuid);
                let message = Message { read: false, ..ppv_message(&mut self.dice, at, price, media) };
                plan.mutations.push(Mutation::MessageAdded { creator, fan, message });
            }
        }
    }

    /// Somebody subscribes: mostly a new fan, now and then one who comes back.
    fn join(&mut self, page: &Creator, creator: usize, at: Millis, plan: &mut Plan) {
        let back = self.somebody(page);
        let returns = page.fans[back].subscription.as_ref().is_some_and(|subscription| !subscription.active);
        let fan = if returns && plan.touched.insert(page.fans[back].uuid) {
            back
        } else {
            let follows = self.dice.chance(0.8);
            self.arrive(page, creator, at, follows, plan)
        };
        let earning = self.row(at, page.price, Source::Subscription, Some(fan));
        let subscription = self.subscription(at);
        plan.mutations.push(Mutation::SubscriptionStarted { creator, fan, subscription });
        plan.mutations.push(Mutation::Earned { creator, earning });
    }

    fn subscription(&mut self, at: Millis) -> Subscription {
        Subscription {
            id: self.dice.uuid(),
            created_at: at,
            renews_at: at + PERIOD,
            auto_renews: self.dice.chance(0.85),
            active: true,
            trial: false,
        }
    }

    fn arrive(
        &mut self,
        page: &Creator,
        creator: usize,
        at: Millis,
        follows: bool,
        plan: &mut Plan,
    ) -> usize {
        let mut fan = new_fan(&mut self.dice, at, 20.0);
        fan.follows = follows;
        plan.mutations.push(Mutation::FanArrived { creator, fan: Box::new(fan) });
        let arrived = plan.arrived.entry(creator).or_default();
        *arrived += 1;
        page.fans.len() + *arrived - 1
    }

    /// A sale of the last month is refunded or charged back.
    fn take_back(&mut self, page: &Creator, creator: usize, at: Millis, plan: &mut Plan) {
        let first = page.earnings.partition_point(|row| row.at < at - 30 * DAY);
        let recent = &page.earnings[first..];
        if recent.is_empty() {
            return;
        }
        let sale = self.dice.pick(recent);
        let whole = page.unreversed_gross(sale) == sale.gross;
        if sale.gross > 0 && whole && plan.touched.insert(sale.id) {
            let source = if self.dice.chance(0.75) { Source::Refund } else { Source::Chargeback };
            let earning = sale.reversed(source, sale.gross, self.dice.uuid(), at);
            plan.mutations.push(Mutation::Earned { creator, earning });
        }
    }

    /// A fan who is around: a late comer rather than an early one, a subscriber and a buyer if one is found.
    pub(crate) fn somebody(&mut self, page: &Creator) -> usize {
        let count = page.fans.len();
        let mut best = count - 1;
        for _ in 0..4 {
            let back = (self.dice.unit().powi(2) * count as f64) as usize;
            let fan = count - 1 - back.min(count - 1);
            let worth = |fan: usize| (page.fans[fan].is_subscriber(), page.fans[fan].appetite);
            if worth(fan) > worth(best) {
                best = fan;
            }
        }
        best
    }

    /// An ordered sale, with what belongs to it: a message that is unlocked, a subscription that starts.
    pub(crate) fn sell(&mut self, world: &World, sale: &Sale) -> Vec<Mutation> {
        let &Sale { creator, source, at, .. } = sale;
        let page = &world.creators[creator];
        let mut plan = Plan::default();
        let fan = match (source, sale.fan) {
            (_, Some(fan)) => Some(fan),
            (Source::Subscription, None) => Some(self.arrive(page, creator, at, true, &mut plan)),
            (Source::Referral | Source::Affiliate | Source::Giveaway, None) => None,
            (_, None) => Some(self.somebody(page)),
        };
        let mut earning = self.row(at, sale.gross.unwrap_or(page.price), source, fan);
        match (source, fan) {
            (Source::Subscription, Some(fan)) => {
                let subscription = self.subscription(at);
                plan.mutations.push(Mutation::SubscriptionStarted { creator, fan, subscription });
            }
            (Source::Message, Some(fan)) => {
                let media = page.media[0].uuid;
                let message = ppv_message(&mut self.dice, at - MINUTE, earning.gross, media);
                let id = message.id;
                earning.message = Some(id);
                plan.mutations.push(Mutation::MessageAdded { creator, fan, message });
                plan.mutations.push(Mutation::MessageUnlocked { creator, fan, message: id, at });
            }
            (Source::Post, _) => earning.post = Some(page.posts[0].uuid),
            _ => {}
        }
        plan.mutations.push(Mutation::Earned { creator, earning });
        plan.mutations
    }

    fn row(&mut self, at: Millis, gross: i64, source: Source, fan: Option<usize>) -> Earning {
        Earning { id: self.dice.uuid(), at, gross, source, fan, message: None, post: None, reverses: None }
    }
}
