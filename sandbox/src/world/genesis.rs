//! Makes the world's history: a pure function of the seed, the moment it ends, its length and its scale.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::cast::{CAST, CREATOR_LINES, Role, WELCOME};
use super::habits::{
    LIVELIEST, PERIOD, moment, new_fan, ppv_message, ppv_price, season, text_message, tip_amount,
};
use super::model::{
    Creator, Earning, Media, Message, Post, Source, SubscriberEvent, Subscription, Template, TrackingLink,
    World,
};
use crate::clock::{DAY, HOUR, MINUTE, Millis, SECOND, day_of};
use crate::dice::Dice;

/// What a world is made from; the same values give the same bytes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Genesis {
    pub seed: u64,
    /// The moment at which history ends and the world starts to live.
    pub end: Millis,
    pub months: u32,
    pub scale: f64,
}

impl Genesis {
    pub(crate) fn make(&self) -> World {
        let mut dice = Dice::for_purpose(self.seed, "agency", 0);
        let creators = CAST
            .iter()
            .enumerate()
            .map(|(index, role)| Biographer::new(self, role, index as u64).write())
            .collect();
        World { creators, agency_uuid: dice.uuid(), agency_email: "desk@northlight.sandbox.invalid".into() }
    }

    fn start(&self) -> Millis {
        day_of(self.end - Millis::from(self.months) * 30 * DAY - Millis::from(self.months) * 10 * HOUR)
    }
}

/// Writes one creator's history, fan by fan.
struct Biographer<'a> {
    genesis: &'a Genesis,
    role: &'a Role,
    start: Millis,
    end: Millis,
    dice: Dice,
    creator: Creator,
}

impl<'a> Biographer<'a> {
    fn new(genesis: &'a Genesis, role: &'a Role, number: u64) -> Self {
        let mut dice = Dice::for_purpose(genesis.seed, "creator", number);
        let joined = role.days_here.map_or(0, |days| day_of(genesis.end - days * DAY));
        let start = genesis.start().max(joined);
        let creator = Creator {
            uuid: dice.uuid(),
            handle: role.handle,
            name: role.name,
            bio: role.bio,
            email: format!("{}@creators.sandbox.invalid", role.handle),
            currency: role.currency,
            price: role.price,
            in_agency: role.in_agency,
            created_at: start - HOUR,
            fans: Vec::new(),
            fan_by_uuid: std::collections::HashMap::new(),
            earnings: Vec::new(),
            subscriber_events: Vec::new(),
            chats: std::collections::BTreeMap::new(),
            media: Vec::new(),
            posts: Vec::new(),
            templates: Vec::new(),
            links: Vec::new(),
            custom_lists: Vec::new(),
            mass_messages: Vec::new(),
        };
        Self { genesis, role, start, end: genesis.end, dice, creator }
    }

    fn write(mut self) -> Creator {
        self.furnish();
        let mut day = self.start;
        while day < self.end {
            self.live_one_day(day);
            day += DAY;
        }
        while self.creator.fans.len() < 4 {
            let at = self.end - self.dice.between(DAY, (90 * DAY).min(self.end - self.start));
            self.arrive(at);
        }
        // However small the world, it has a follower who cannot be written to.
        if let Some(fan) = self.creator.fans.iter_mut().find(|fan| fan.follows) {
            fan.contactable = false;
        }
        self.referrals();
        self.settle()
    }

    /// Media, posts, templates and tracking links.
    fn furnish(&mut self) {
        let Self { creator, dice, start, .. } = self;
        for number in 0..14_i64 {
            let kind = *dice.pick(&["image", "image", "image", "video", "audio"]);
            creator.media.push(Media {
                uuid: dice.uuid(),
                kind,
                name: format!("set-{:02}-{kind}", number + 1),
                created_at: *start + number * 3 * DAY,
                price: dice.chance(0.5).then(|| ppv_price(dice)),
            });
        }
        for number in 0..10_i64 {
            let price = dice.chance(0.6).then(|| ppv_price(dice));
            let created_at = *start + number * DAY;
            creator.posts.push(Post {
                uuid: dice.uuid(),
                created_at,
                text: dice.pick::<&str>(&CREATOR_LINES),
                price,
            });
        }
        for (number, text) in CREATOR_LINES.iter().take(4).enumerate() {
            let media = if number > 1 { vec![creator.media[number].uuid] } else { Vec::new() };
            let price = (number > 1).then_some(999);
            creator.templates.push(Template { uuid: dice.uuid(), text, price, media, folder: "Openers" });
        }
        for platform in ["instagram", "reddit", "twitter"] {
            creator.links.push(TrackingLink {
                uuid: dice.uuid(),
                name: format!("{platform} bio"),
                platform: platform.into(),
                created_at: *start,
                clicks: 0,
                fans: Vec::new(),
            });
        }
    }

    fn live_one_day(&mut self, day: Millis) {
        let passed = (day - self.start) as f64 / (self.end - self.start).max(1) as f64;
        let growth = self.role.growth_from + (1.0 - self.role.growth_from) * passed;
        // She brings an audience along, so that history does not begin with nothing.
        let launch = if day - self.start < 30 * DAY { 4.0 } else { 1.0 };
        let rate = launch * self.role.fans_per_day * growth * season(day) * self.genesis.scale;
        for _ in 0..self.dice.poisson(rate) {
            let at = day + moment(&mut self.dice);
            if at < self.end {
                self.arrive(at);
            }
        }
    }

    fn arrive(&mut self, at: Millis) {
        // A small page has no whale who would make it a large one.
        let largest_appetite = (15.0 + self.role.fans_per_day * 60.0).min(200.0);
        let fan = new_fan(&mut self.dice, at, largest_appetite);
        let index = self.creator.add_fan(fan);
        if self.dice.chance(0.3) {
            let link = self.dice.between(0, 3) as usize;
            self.creator.links[link].fans.push(index);
        }
        if self.dice.chance(0.3) {
            self.buy_between(index, at, self.end.min(at + 60 * DAY), 0.1);
        } else {
            self.creator.fans[index].follows = self.dice.chance(0.8);
            self.subscribe(index, at);
        }
    }

    /// A fan's subscriptions from the first to where history ends.
    fn subscribe(&mut self, fan: usize, first: Millis) {
        let loyalty = 0.5 + 0.45 * self.dice.unit().sqrt();
        let mut at = first;
        let mut trial = self.dice.chance(0.08);
        loop {
            self.event(fan, at, true);
            let (active, until) = self.one_subscription(fan, at, trial, loyalty);
            let auto_renews = active && self.dice.chance(0.85);
            self.creator.fans[fan].subscription = Some(Subscription {
                id: self.dice.uuid(),
                created_at: at,
                renews_at: until,
                auto_renews,
                active,
                trial: trial && active && until - at <= PERIOD,
            });
            self.buy_between(fan, at, until.min(self.end), 0.31);
            if active {
                return;
            }
            self.event(fan, until, false);
            at = until + self.dice.between(5 * DAY, 90 * DAY);
            trial = false;
            if at >= self.end || !self.dice.chance(0.14) {
                return;
            }
        }
    }

    /// Charges one subscription for as long as it is renewed; is it still alive, and until when?
    fn one_subscription(&mut self, fan: usize, at: Millis, trial: bool, loyalty: f64) -> (bool, Millis) {
        let mut charges = 0;
        let mut from = at;
        loop {
            if !(trial && from == at) {
                let source = if charges == 0 { Source::Subscription } else { Source::Renewal };
                self.charge(from, self.role.price, source, Some(fan), None, None);
                charges += 1;
            }
            let until = from + PERIOD;
            if until >= self.end {
                return (true, until);
            }
            if !self.dice.chance(loyalty) {
                return (false, until);
            }
            from = until;
        }
    }

    fn event(&mut self, fan: usize, at: Millis, joined: bool) {
        self.creator.subscriber_events.push(SubscriberEvent { at, fan, joined });
    }

    /// Tips, unlocked messages and posts; `per_period` for a fan of ordinary appetite.
    fn buy_between(&mut self, fan: usize, from: Millis, to: Millis, per_period: f64) {
        let appetite = self.creator.fans[fan].appetite;
        let mean = per_period * appetite * (to - from).max(0) as f64 / PERIOD as f64 * LIVELIEST;
        for _ in 0..self.dice.poisson(mean) {
            let day = day_of(self.dice.between(from, to));
            let at = day + moment(&mut self.dice);
            if self.dice.chance(season(day) / LIVELIEST) && at > from && at < to {
                self.buy(fan, at, appetite);
            }
        }
        if to > self.end - 20 * DAY {
            self.talk(fan, from.max(self.end - 20 * DAY), to);
        }
    }

    fn buy(&mut self, fan: usize, at: Millis, appetite: f64) {
        match self.dice.weighted(&[0.48, 0.36, 0.13, 0.03]) {
            0 => self.unlock(fan, at),
            1 => {
                let tip = tip_amount(&mut self.dice, appetite);
                self.charge(at, tip, Source::Tip, Some(fan), None, None);
            }
            2 => {
                let post = self.dice.pick(&self.creator.posts).clone();
                let price = post.price.unwrap_or(800);
                self.charge(at, price, Source::Post, Some(fan), None, Some(post.uuid));
            }
            _ => {
                let price = ppv_price(&mut self.dice);
                self.charge(at, price, Source::MediaLink, Some(fan), None, None);
            }
        }
        let seen = &mut self.creator.fans[fan].last_seen_at;
        *seen = at.max(*seen);
    }

    /// A message with a price that is unlocked at `at`, and those before it that were not.
    fn unlock(&mut self, fan: usize, at: Millis) {
        for _ in 0..self.dice.poisson(1.1) {
            let sent = at - self.dice.between(2 * DAY, 9 * DAY);
            if sent > self.start {
                let price = ppv_price(&mut self.dice);
                self.send_ppv(fan, sent, price, None);
            }
        }
        let price = ppv_price(&mut self.dice);
        let wait = (self.dice.exponential(5.0 * HOUR as f64) as Millis).min(3 * DAY) + 40 * SECOND;
        let message = self.send_ppv(fan, at - wait, price, Some(at));
        self.charge(at, price, Source::Message, Some(fan), Some(message), None);
    }

    fn send_ppv(&mut self, fan: usize, at: Millis, price: i64, purchased_at: Option<Millis>) -> Uuid {
        let media = self.dice.pick(&self.creator.media).uuid;
        let message = Message { purchased_at, ..ppv_message(&mut self.dice, at, price, media) };
        let id = message.id;
        self.creator.chats.entry(fan).or_default().messages.push(message);
        id
    }

    /// Small talk of the last weeks.
    fn talk(&mut self, fan: usize, from: Millis, to: Millis) {
        let mut at = from + self.dice.between(0, 4 * DAY);
        if at < to {
            let welcome = Message {
                text: WELCOME.into(),
                kind: "AUTOMATED_NEW_SUBSCRIBER".into(),
                ..text_message(&mut self.dice, at - MINUTE, true)
            };
            self.creator.chats.entry(fan).or_default().messages.push(welcome);
        }
        while at < to {
            for turn in 0..self.dice.between(1, 5) {
                let mut message = text_message(&mut self.dice, at, turn % 2 == 1);
                message.read = message.from_creator || self.end - at > 8 * HOUR;
                self.creator.chats.entry(fan).or_default().messages.push(message);
                at += self.dice.between(MINUTE, 40 * MINUTE);
                if at >= to {
                    break;
                }
            }
            at += self.dice.between(DAY, 12 * DAY);
        }
    }

    /// A sale, and its reversal if it has one.
    fn charge(
        &mut self,
        at: Millis,
        gross: i64,
        source: Source,
        fan: Option<usize>,
        message: Option<Uuid>,
        post: Option<Uuid>,
    ) {
        let id = self.dice.uuid();
        let sale = Earning { id, at, gross, source, fan, message, post, reverses: None };
        self.creator.earnings.push(sale.clone());
        let (source, after) = match self.dice.unit() {
            luck if luck < 0.010 => (Source::Refund, self.dice.between(DAY, 6 * DAY)),
            luck if luck < 0.013 => (Source::Chargeback, self.dice.between(10 * DAY, 45 * DAY)),
            _ => return,
        };
        if at + after < self.end {
            let reversal = sale.reversed(source, gross, self.dice.uuid(), at + after);
            self.creator.earnings.push(reversal);
        }
    }

    /// Now and then a share of what a creator brought along earns: rows without a fan.
    fn referrals(&mut self) {
        if self.role.fans_per_day < 1.0 {
            return;
        }
        let mut at = self.start + 9 * DAY;
        while at < self.end {
            let gross = self.dice.between(400, 9000);
            self.charge(at, gross, Source::Referral, None, None, None);
            at += self.dice.between(20 * DAY, 40 * DAY);
        }
    }

    /// Puts everything into the order that the API pages by, and adds up.
    fn settle(mut self) -> Creator {
        let creator = &mut self.creator;
        creator.earnings.sort_unstable_by_key(Earning::key);
        creator.subscriber_events.sort_by_key(|event| event.at);
        for chat in creator.chats.values_mut() {
            chat.messages.sort_unstable_by_key(|message| (message.at, message.id));
        }
        let earnings = std::mem::take(&mut creator.earnings);
        for earning in &earnings {
            if let Some(fan) = earning.fan {
                creator.fans[fan].spend.add(earning);
            }
        }
        creator.earnings = earnings;
        for link in &mut creator.links {
            link.clicks = u32::try_from(link.fans.len()).unwrap_or(0) * 11 + 3;
        }
        self.creator
    }
}
