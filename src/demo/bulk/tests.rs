#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use super::*;
use crate::platform::{EarningSource, EarningStatus, FanStatus};
use chrono::{DateTime, Days, Utc};
use std::collections::{BTreeMap, HashSet};

const PLAN: Plan = Plan { accounts: 20, months: 12, seed: 7 };

fn window() -> Window {
    Window::of(PLAN.months, "2026-11-25T15:04:05Z".parse::<DateTime<Utc>>().unwrap())
}

fn worlds() -> Vec<AccountWorld> {
    (0..PLAN.accounts).map(|number| AccountWorld::make(&PLAN, &window(), number)).collect()
}

#[test]
fn the_same_seed_makes_the_same_rows_and_another_seed_others() {
    let one = AccountWorld::make(&PLAN, &window(), 3);
    assert_eq!(one, AccountWorld::make(&PLAN, &window(), 3));
    let other = AccountWorld::make(&Plan { seed: 8, ..PLAN }, &window(), 3);
    assert_ne!(one.truth, other.truth);
    assert_ne!(one.earnings, other.earnings);
    // How many accounts there are besides changes nothing.
    assert_eq!(one, AccountWorld::make(&Plan { accounts: 500, ..PLAN }, &window(), 3));
}

#[test]
fn every_row_lies_in_the_window_and_every_refund_takes_back_a_payment() {
    for world in worlds() {
        let paid: BTreeMap<_, _> = world.earnings.iter().map(|row| (&row.transaction_id, row)).collect();
        assert_eq!(paid.len(), world.earnings.len());
        let fans: HashSet<_> = world.fans.iter().map(|it| &it.fan.id).collect();
        for row in &world.earnings {
            assert!(window().holds(row.occurred_at), "{row:?}");
            assert!(fans.contains(&row.fan.as_ref().unwrap().id));
            let Some(id) = &row.reverses else {
                assert!(row.gross > 0 && row.net > 0, "{row:?}");
                continue;
            };
            let original = paid[id];
            assert_eq!((row.gross, row.net), (-original.gross, -original.net));
            assert!(row.occurred_at > original.occurred_at);
            assert!(matches!(row.source, EarningSource::Refund | EarningSource::Chargeback));
        }
        let unlocks: BTreeMap<_, _> =
            world.earnings.iter().filter_map(|row| Some((row.message_id.as_ref()?, row))).collect();
        let paid_for = world.messages.iter().filter_map(|message| Some((message, message.unlocked_at?)));
        for (message, at) in paid_for {
            let payment = unlocks[&message.id];
            assert_eq!((payment.occurred_at, payment.gross), (at, message.price));
            assert!(at > message.sent_at);
        }
    }
}

#[test]
fn subscribers_renew_in_the_future_and_the_others_do_not_renew() {
    let until = window().until;
    for fan in worlds().iter().flat_map(|world| &world.fans) {
        match fan.status {
            FanStatus::Subscriber => {
                assert!(fan.renews_at >= until && fan.renews_at <= until + TERM, "{fan:?}")
            }
            _ => assert!(fan.renews_at < until && !fan.auto_renews, "{fan:?}"),
        }
    }
}

#[test]
fn few_fans_bring_most_of_the_money() {
    let worlds = worlds();
    let mut spent: BTreeMap<&str, i64> = BTreeMap::new();
    for row in worlds.iter().flat_map(|world| &world.earnings) {
        *spent.entry(&row.fan.as_ref().unwrap().id).or_default() += row.gross;
    }
    let mut sums: Vec<_> = spent.into_values().collect();
    sums.sort_unstable_by_key(|sum| std::cmp::Reverse(*sum));
    let (all, top): (i64, i64) = (sums.iter().sum(), sums.iter().take(sums.len() / 20).sum());
    assert!(top * 100 / all > 40, "the best twentieth of the fans brought {} %", top * 100 / all);
}

#[test]
fn what_is_paid_grows_and_swings_as_the_truth_says() {
    let worlds = worlds();
    // Of the accounts that were there all the time, joins follow the expectation that trend and season give.
    let (mut joined, mut expected) = (0_i64, 0.0);
    for world in &worlds {
        for (day, (joins, _)) in &world.days {
            joined += joins;
            expected += world.truth.joins(*day);
        }
    }
    let ratio = f64::from(i32::try_from(joined).unwrap()) / expected;
    // Besides who is new, some come back.
    assert!(
        (1.0..1.2).contains(&ratio),
        "{joined} joined, {expected:.0} were expected to come for the first time"
    );
    let truth = &worlds[0].truth;
    let week: f64 = (0..7).map(|it| truth.season(window().from + Days::new(it))).sum::<f64>() / 7.0;
    assert!((0.7..1.3).contains(&week), "{week}");
    assert!((truth.weekly.iter().sum::<f64>() - 7.0).abs() < 1e-9);
}

#[test]
fn about_one_payment_of_a_hundred_comes_back_and_only_new_money_is_held() {
    let worlds = worlds();
    let rows: Vec<_> = worlds.iter().flat_map(|world| &world.earnings).collect();
    let back = rows.iter().filter(|row| row.gross < 0).count();
    assert!((5..25).contains(&(back * 1000 / rows.len())), "{back} of {}", rows.len());
    for row in rows.iter().filter(|row| row.status == EarningStatus::Pending) {
        assert!(row.occurred_at > window().until - chrono::TimeDelta::days(7));
    }
}

#[test]
fn fans_leave_as_often_as_their_hazard_says() {
    let worlds = worlds();
    let (mut left, mut foreseen) = (0_u32, 0.0);
    for world in &worlds {
        let fans: BTreeMap<_, _> = world.fans.iter().map(|it| (it.fan.id.as_str(), it)).collect();
        // Each charge a term and more before the end was followed by another one, or by leaving.
        let mut charges: BTreeMap<&str, Vec<DateTime<Utc>>> = BTreeMap::new();
        for row in &world.earnings {
            if matches!(row.source, EarningSource::Subscription | EarningSource::Renewal) {
                charges.entry(&row.fan.as_ref().unwrap().id).or_default().push(row.occurred_at);
            }
        }
        for (fan, at) in charges {
            for charge in at.iter().filter(|at| **at + TERM < window().until) {
                foreseen += fans[fan].truth.hazard;
                left += u32::from(!at.contains(&(*charge + TERM)));
            }
        }
    }
    let ratio = f64::from(left) / foreseen;
    assert!((0.95..1.05).contains(&ratio), "{left} left, {foreseen:.0} were expected to");
}
