//! Forecasts of series whose truth is known.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use super::*;
use chrono::NaiveDate;

/// Numbers that look random and are the same every time (splitmix64).
struct Dice(u64);

impl Dice {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * self.unit().max(1e-12).ln()).sqrt() * (std::f64::consts::TAU * self.unit()).cos()
    }
}

const WEEK: [f64; 7] = [0.85, 0.86, 0.92, 0.98, 1.15, 1.28, 1.18];

/// Days that grow by `growth` a year and follow the week, with so much noise.
fn world(seed: u64, days: usize, growth: f64, noise: f64) -> Vec<i64> {
    let mut dice = Dice(seed);
    let day = |day: usize, dice: &mut Dice| {
        let level = 100_000.0 * (1.0 + growth * day as f64 / 365.0);
        level * WEEK[day % 7] + 100_000.0 * noise * dice.normal()
    };
    (0..days).map(|at| day(at, &mut dice).max(0.0) as i64).collect()
}

fn series(values: &[i64]) -> Series {
    Series::new(first(), values.to_vec())
}

fn first() -> NaiveDate {
    "2025-01-01".parse().unwrap()
}

fn made(values: &[i64]) -> Made {
    match make(&series(values)) {
        Outcome::Made(made) => *made,
        Outcome::TooShort(days) => panic!("{days} days are too few"),
    }
}

fn sum(values: &[i64]) -> i64 {
    values.iter().sum()
}

/// How far the middle of the 30-day sum is from what came.
fn miss(made: &Made, came: i64) -> f64 {
    (made.sums[0].band.mid - came).abs() as f64 / came as f64
}

#[test]
fn four_outcomes_of_five_lie_in_the_interval() {
    let (mut held, mut held_far, mut all) = (0, 0, 0);
    for seed in 0..60 {
        let values = world(seed, 390 + 90, [0.0, 0.4, -0.3][(seed % 3) as usize], 0.3);
        let (past, future) = values.split_at(390);
        let made = made(past);
        let inside = |sum: &Sum, came: i64| (sum.band.low..=sum.band.high).contains(&came);
        held += usize::from(inside(&made.sums[0], super::tests::sum(&future[..30])));
        held_far += usize::from(inside(&made.sums[1], super::tests::sum(future)));
        all += 1;
    }
    assert!((42..=57).contains(&held), "{held} of {all} 30-day sums");
    assert!((40..=58).contains(&held_far), "{held_far} of {all} 90-day sums");
}

#[test]
fn a_trend_is_seen_and_the_simple_rule_is_beaten() {
    let (mut trend, mut better) = (0, 0);
    for seed in 0..12 {
        let values = world(seed, 430, 1.0, 0.1);
        let (past, future) = values.split_at(400);
        let made = made(past);
        let simple: f64 = models::Model::Weekdays.look_ahead(&series(past).floats()).unwrap().sum(30);
        let came = sum(future);
        trend += usize::from(made.model == Model::Trend);
        better += usize::from(miss(&made, came) < (simple - came as f64).abs() / came as f64);
        assert!(miss(&made, came) < 0.08, "seed {seed}: {:?} for {came}", made.sums[0].band);
    }
    assert!(trend >= 11, "the trend was chosen {trend} times of 12");
    assert!(better >= 10, "it was better {better} times of 12");
}

#[test]
fn the_better_rule_is_shown_first_with_its_error_beside_the_other() {
    for seed in 0..6 {
        let made = made(&world(seed, 300, 0.2, 0.5));
        let scores = &made.sums[0].scores;
        assert_eq!(scores.len(), 2);
        assert_eq!(scores[0].model, made.model);
        assert!(scores[0].sums_off.unwrap() <= scores[1].sums_off.unwrap());
        assert_eq!((made.sums[0].spans, made.sums[1].spans), (9, 7));
    }
}

#[test]
fn where_nothing_but_the_last_weeks_counts_the_simple_rule_wins() {
    // The level jumps every other month: a smoothed trend lags, the last four weeks lag less.
    let wins = (0..8).filter(|seed| {
        let mut values = world(*seed, 420, 0.0, 0.05);
        for (at, value) in values.iter_mut().enumerate() {
            *value = if (at / 61) % 2 == 0 { *value } else { *value * 3 };
        }
        made(&values).model == Model::Weekdays
    });
    assert!(wins.count() >= 4);
}

#[test]
fn a_level_shift_widens_the_interval() {
    let mut values = world(3, 420, 0.0, 0.05);
    let still = made(&values);
    values.iter_mut().skip(300).for_each(|value| *value *= 2);
    let shifted = made(&values);
    assert!(miss(&shifted, 2 * 30 * 103_000) < 0.15, "{:?}", shifted.sums[0].band);
    let width = |made: &Made| made.sums[0].band.high - made.sums[0].band.low;
    assert!(width(&shifted) > 2 * width(&still));
}

#[test]
fn one_huge_day_long_ago_does_not_move_the_forecast() {
    let mut values = world(5, 420, 0.0, 0.1);
    let calm = made(&values).sums[0].band.mid;
    values[350] += 3_000_000;
    let made = made(&values);
    assert!(miss(&made, calm) < 0.15, "{:?} for {calm}", made.sums[0].band);
}

#[test]
fn days_that_are_all_the_same_go_on_so() {
    let made = made(&[5_000; 200]);
    assert!((made.sums[0].band.mid - 150_000).abs() <= 30, "{:?}", made.sums[0]);
    assert!(made.sums[0].band.high - made.sums[0].band.low < 1_500);
    assert_eq!(made.days.len(), 90);
}

#[test]
fn rare_earnings_make_a_wide_interval_that_stays_above_zero() {
    let mut dice = Dice(9);
    let values: Vec<i64> =
        (0..300).map(|_| if dice.unit() < 0.05 { 2_500 } else { 0 }).chain([2_500]).collect();
    let made = made(&values);
    let Band { low, mid, high } = made.sums[0].band;
    assert!(0 <= low && low < mid && mid < high && mid < 30 * 2_500 / 4, "{low} {mid} {high}");
    assert!(made.days.iter().all(|day| 0 <= day.low && day.low <= day.mid && day.mid <= day.high));
}

#[test]
fn refunds_below_zero_are_counted() {
    let mut values = world(11, 200, 0.0, 0.2);
    values[150] = -400_000;
    assert!(made(&values).days.iter().any(|day| day.low < day.mid));
}

#[test]
fn too_few_days_say_so_and_days_before_the_first_earning_do_not_count() {
    assert_eq!(make(&series(&[0; 400])), Outcome::TooShort(0));
    assert_eq!(make(&series(&[])), Outcome::TooShort(0));
    let mut values = vec![0; 300];
    values.extend(world(1, NEEDED - 1, 0.0, 0.1));
    assert_eq!(make(&series(&values)), Outcome::TooShort(NEEDED - 1));
    values.extend(world(2, 1, 0.0, 0.1));
    let made = made(&values);
    assert_eq!((made.since, made.from), (series(&values).day(300), series(&values).end()));
    assert_eq!((made.sums[0].spans, made.sums[1].spans), (1, 0));
}

#[test]
fn what_is_not_over_and_what_came_before_does_not_count() {
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let days =
        [(day("2025-01-01"), 5), (day("2025-01-03"), 7), (day("2025-01-03"), 1), (day("2025-01-04"), 9)];
    let series = Series::of_days(day("2025-01-02"), day("2025-01-04"), days);
    assert_eq!(series.values(), [0, 8]);
    assert_eq!(series.end(), day("2025-01-04"));
}

#[test]
fn the_same_days_give_the_same_forecast() {
    let values = world(21, 500, 0.3, 0.4);
    assert_eq!(made(&values), made(&values));
}

#[test]
fn enormous_sums_do_not_overflow() {
    let values: Vec<i64> =
        (0..120).map(|day| if day % 2 == 0 { i64::MAX / 4 } else { i64::MIN / 4 }).collect();
    assert_eq!(made(&values).days.len(), 90);
}
