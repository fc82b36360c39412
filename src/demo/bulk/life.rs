//! One fan's life at one account: subscribing, renewing, buying, leaving, and perhaps coming back.

use super::account::{AccountWorld, Fan, SentMessage};
use super::dice::{Dice, days};
use super::plan::Window;
use super::truth::{FADING, FanTruth, REFUNDED, RETURNS, TERM};
use crate::platform::{Earning, EarningSource, EarningStatus, FanRef, FanStatus};
use chrono::{DateTime, TimeDelta, Utc};

/// How long the platform holds what was paid.
const HELD: TimeDelta = TimeDelta::days(7);
/// Tips and other extras, in minor units, each with its weight.
const TIPS: [(i64, u32); 7] = [(300, 8), (500, 20), (1000, 22), (2000, 12), (2500, 6), (5000, 4), (10000, 1)];
const PRICES: [(i64, u32); 7] =
    [(500, 10), (800, 14), (1000, 18), (1500, 16), (2000, 10), (2500, 6), (3500, 3)];
const MESSAGES: [(i64, u32); 8] =
    [(500, 10), (800, 12), (1000, 20), (1500, 18), (2000, 14), (2500, 10), (3500, 5), (5000, 3)];
const PREVIEWS: [&str; 6] = [
    "Something new, just for you",
    "The whole set from yesterday",
    "You asked, here it is",
    "Only this weekend",
    "Behind the scenes",
    "A little longer than usual",
];

/// Lives one fan's life from `joined` on, and writes it into `world`.
pub(super) fn live(
    world: &mut AccountWorld,
    dice: &mut Dice,
    window: &Window,
    joined: DateTime<Utc>,
    fan: FanRef,
) {
    let truth = FanTruth::of(&world.truth, dice);
    let mut life = Life { dice, window: *window, truth, fan, world, standing: None };
    life.run(joined);
    life.end();
}

/// How the subscription stands when the world stands still.
struct Standing {
    status: FanStatus,
    since: DateTime<Utc>,
    renews_at: DateTime<Utc>,
    renews: bool,
}

struct Life<'a> {
    dice: &'a mut Dice,
    window: Window,
    truth: FanTruth,
    fan: FanRef,
    world: &'a mut AccountWorld,
    standing: Option<Standing>,
}

impl Life<'_> {
    fn run(&mut self, joined: DateTime<Utc>) {
        let (mut since, mut at) = (joined, joined);
        while at < self.window.until {
            let is_first = at == since;
            self.charge(at, is_first);
            let leaves = self.dice.chance(self.truth.hazard);
            let ends = at + TERM;
            self.buy(at, ends, if leaves { FADING } else { 1.0 });
            self.receive(at, ends, if leaves { FADING } else { 1.0 });
            // Whoever leaves says so some time before: then the platform tells that it will not renew.
            let said = leaves && at + self.dice.within(TERM) < self.window.until;
            let status =
                if leaves && ends < self.window.until { FanStatus::Expired } else { FanStatus::Subscriber };
            let renews = !said && status == FanStatus::Subscriber;
            self.standing = Some(Standing { status, since, renews_at: ends, renews });
            at = ends;
            if leaves {
                if ends >= self.window.until {
                    return;
                }
                self.world.count_lost(&self.window, ends);
                if !self.dice.chance(RETURNS.0) {
                    return;
                }
                at = ends + days(self.dice.exponential(RETURNS.1));
                since = at;
            }
        }
    }

    /// A fan of whom the window shows nothing is not known.
    fn end(self) {
        let Some(Standing { status, since, renews_at, renews }) = self.standing else { return };
        if self.world.has_earnings_of(&self.fan.id) || status == FanStatus::Subscriber {
            let (fan, truth) = (self.fan, self.truth);
            self.world.fans.push(Fan {
                fan,
                truth,
                status,
                subscribed_at: since,
                renews_at,
                auto_renews: renews,
            });
        }
    }

    fn charge(&mut self, at: DateTime<Utc>, is_first: bool) {
        let price = self.world.truth.price;
        if is_first {
            self.world.count_joined(&self.window, at);
            self.pay(at, price, EarningSource::Subscription, None);
        } else {
            self.pay(at, price, EarningSource::Renewal, None);
        }
    }

    /// Moments of the term, more of them in season.
    fn moments(&mut self, from: DateTime<Utc>, to: DateTime<Utc>, expected: f64) -> Vec<DateTime<Utc>> {
        let most = self.world.truth.high_season();
        let tried = self.dice.poisson(expected * most);
        let mut moments = Vec::new();
        for _ in 0..tried {
            let day = (from + self.dice.within(to - from)).date_naive();
            let at = self.world.truth.moment(self.dice, day);
            let in_season = self.dice.chance(self.world.truth.season(day) / most);
            if in_season && at > from && at < to && at < self.window.until {
                moments.push(at);
            }
        }
        moments
    }

    fn buy(&mut self, from: DateTime<Utc>, to: DateTime<Utc>, mood: f64) {
        for at in self.moments(from, to, self.truth.extras_per_term * mood) {
            let kinds = [(EarningSource::Tip, 5), (EarningSource::Post, 3), (EarningSource::MediaLink, 2)];
            let source = self.dice.weighted(&kinds).clone();
            let gross = match source {
                EarningSource::Tip => *self.dice.weighted(&TIPS) * self.truth.generosity / 100,
                _ => *self.dice.weighted(&PRICES),
            };
            self.pay(at, gross, source, None);
        }
    }

    /// Priced messages, of which some are unlocked: dear ones less often, most within hours.
    fn receive(&mut self, from: DateTime<Utc>, to: DateTime<Utc>, mood: f64) {
        let expected = self.world.truth.messages_per_term;
        for sent_at in self.moments(from, to, expected) {
            let price = *self.dice.weighted(&MESSAGES);
            let dear = (500.0 / f64::from(i32::try_from(price).unwrap_or(i32::MAX))).sqrt();
            let unlocks = self.dice.chance(self.truth.unlocks * mood * dear);
            let unlocked_at = sent_at + days(self.dice.lognormal(1.5, 1.6) / 24.0);
            let unlocked_at = Some(unlocked_at).filter(|at| unlocks && *at < self.window.until);
            let id = self.dice.uuid().to_string();
            if let Some(at) = unlocked_at {
                self.pay(at, price, EarningSource::Message, Some(id.clone()));
            }
            let preview = *self.dice.pick(&PREVIEWS);
            if self.window.holds(sent_at) {
                let fan_id = self.fan.id.clone();
                self.world.messages.push(SentMessage { id, fan_id, sent_at, price, unlocked_at, preview });
            }
        }
    }

    /// A payment, and now and then its refund.
    fn pay(&mut self, at: DateTime<Utc>, gross: i64, source: EarningSource, message_id: Option<String>) {
        let id = self.dice.uuid().to_string();
        let refunded = self.dice.chance(REFUNDED);
        let returned_at = at + TimeDelta::hours(1) + self.dice.within(TimeDelta::days(20));
        let kinds = [(EarningSource::Refund, 4), (EarningSource::Chargeback, 1)];
        let (how, back) = (self.dice.weighted(&kinds).clone(), self.dice.uuid().to_string());
        if !self.window.holds(at) {
            return;
        }
        if refunded && self.window.holds(returned_at) {
            let row = self.row(back, returned_at, -gross, how, EarningStatus::Available);
            self.world.earnings.push(Earning { reverses: Some(id.clone()), ..row });
        }
        let held = at > self.window.until - HELD;
        let status = if held { EarningStatus::Pending } else { EarningStatus::Available };
        let row = self.row(id, at, gross, source, status);
        self.world.earnings.push(Earning { message_id, ..row });
    }

    fn row(
        &self,
        transaction_id: String,
        occurred_at: DateTime<Utc>,
        gross: i64,
        source: EarningSource,
        status: EarningStatus,
    ) -> Earning {
        Earning {
            transaction_id,
            occurred_at,
            gross,
            net: gross * 80 / 100,
            currency: self.world.truth.currency.to_owned(),
            source,
            status,
            reverses: None,
            message_id: None,
            post_id: None,
            fan: Some(self.fan.clone()),
        }
    }
}
