//! Everything that ever happened at one account, made from nothing but the plan.

use super::dice::Dice;
use super::plan::{Plan, Window};
use super::truth::{AccountTruth, FanTruth};
use super::{life, names};
use crate::platform::{Earning, FanRef, FanStatus};
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::BTreeMap;

/// A made-up account with its rows.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountWorld {
    /// How it really behaves.
    pub truth: AccountTruth,
    /// Everybody who paid, or subscribes.
    pub fans: Vec<Fan>,
    /// By time, the oldest first.
    pub earnings: Vec<Earning>,
    /// Priced messages, the oldest first.
    pub messages: Vec<SentMessage>,
    /// Who joined and who was lost, of every day of the window since the account began.
    pub days: BTreeMap<NaiveDate, (i64, i64)>,
}

/// A fan as the world knows them when it stands still.
#[derive(Clone, Debug, PartialEq)]
pub struct Fan {
    /// Who.
    pub fan: FanRef,
    /// How they really behave.
    pub truth: FanTruth,
    /// How the subscription stands.
    pub status: FanStatus,
    /// Since when; of the last subscription.
    pub subscribed_at: DateTime<Utc>,
    /// The end of the term that is paid.
    pub renews_at: DateTime<Utc>,
    /// Whether it will be renewed then.
    pub auto_renews: bool,
}

/// A priced message to one fan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentMessage {
    /// The platform's id.
    pub id: String,
    /// To whom.
    pub fan_id: String,
    /// When.
    pub sent_at: DateTime<Utc>,
    /// Minor units of the account's currency.
    pub price: i64,
    /// When it was paid for, if it was.
    pub unlocked_at: Option<DateTime<Utc>>,
    /// How it begins.
    pub preview: &'static str,
}

impl AccountWorld {
    /// Makes the account with this number, from 0. The same arguments give the same account.
    #[must_use]
    pub fn make(plan: &Plan, window: &Window, number: u32) -> Self {
        let truth = AccountTruth::of(plan, window, number);
        let mut dice = Dice::new(plan.seed, "life", number);
        let days = window.days().filter(|day| *day >= truth.began).map(|day| (day, (0, 0))).collect();
        let began = truth.began;
        let mut world = Self { truth, fans: Vec::new(), earnings: Vec::new(), messages: Vec::new(), days };
        for day in began.iter_days().take_while(|day| *day <= window.until.date_naive()) {
            for _ in 0..dice.poisson(world.truth.joins(day)) {
                let joined = world.truth.moment(&mut dice, day);
                let (handle, name) = names::fan(&mut dice);
                let fan =
                    FanRef { id: dice.uuid().to_string(), handle: Some(handle), display_name: Some(name) };
                life::live(&mut world, &mut dice, window, joined, fan);
            }
        }
        world
            .earnings
            .sort_by(|a, b| (a.occurred_at, &a.transaction_id).cmp(&(b.occurred_at, &b.transaction_id)));
        world.messages.sort_by(|a, b| (a.sent_at, &a.id).cmp(&(b.sent_at, &b.id)));
        world
    }

    /// How many subscribe when the world stands still.
    #[must_use]
    pub fn subscribers(&self) -> i64 {
        let count = self.fans.iter().filter(|fan| fan.status == FanStatus::Subscriber).count();
        i64::try_from(count).unwrap_or(i64::MAX)
    }

    /// Only the last rows can be of the fan whose life was just lived.
    pub(super) fn has_earnings_of(&self, fan: &str) -> bool {
        let last = self.earnings.last().and_then(|row| row.fan.as_ref());
        last.is_some_and(|it| it.id == fan)
    }

    pub(super) fn count_joined(&mut self, window: &Window, at: DateTime<Utc>) {
        if let Some(day) = self.days.get_mut(&at.date_naive()).filter(|_| window.holds(at)) {
            day.0 += 1;
        }
    }

    pub(super) fn count_lost(&mut self, window: &Window, at: DateTime<Utc>) {
        if let Some(day) = self.days.get_mut(&at.date_naive()).filter(|_| window.holds(at)) {
            day.1 += 1;
        }
    }
}
