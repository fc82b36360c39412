//! Net per day, each day's sources on each other, and what each source brought.

use super::Pen;
use super::canvas::{Canvas, Ink, MARGIN, RIGHT, Style};
use crate::money::Money;
use crate::platform::EarningSource;
use crate::reports::types::OfCurrency;

/// Sources that have a colour of their own; the rest share one.
const COLOURED: usize = 5;
const LEFT: f32 = MARGIN + 62.0;
const TALL: f32 = 220.0;

pub(super) fn draw(canvas: &mut Canvas, earned: &OfCurrency) {
    let mut pen = Pen::new(canvas);
    pen.heading(&format!("Net per day, {}", earned.currency));
    legend(&mut pen, earned);
    per_day(&mut pen, earned);
    pen.heading(&format!("Net by source, {}", earned.currency));
    by_source(&mut pen, earned);
}

fn ink(source: usize) -> Ink {
    Ink::Source(source.min(COLOURED))
}

fn words(source: &str) -> String {
    EarningSource::parse(source).plural()
}

fn legend(pen: &mut Pen<'_>, earned: &OfCurrency) {
    let style = Style::new(8.5).ink(Ink::Quiet);
    let mut x = MARGIN;
    let named = earned.sources.iter().take(COLOURED).map(|(source, _)| words(source));
    let rest = (earned.sources.len() > COLOURED).then(|| "Everything else".to_owned());
    for (at, words) in named.chain(rest).enumerate() {
        pen.canvas.rect((x, pen.y - 6.5), (7.0, 7.0), ink(at));
        x += 11.0;
        let width = pen.canvas.width(&words, style);
        pen.canvas.text(x, pen.y, style, words);
        x += width + 16.0;
    }
    pen.y += 16.0;
}

/// What stands on a day, above zero and below.
fn heights(net: &[i64]) -> (i64, i64) {
    let sum = |above: bool| net.iter().filter(|it| (**it > 0) == above).sum();
    (sum(true), sum(false))
}

/// `part` of `whole`, as a share of `length`; exact enough for a picture.
fn scaled(part: i64, whole: i64, length: f32) -> f32 {
    let share = i128::from(part) * 10_000 / i128::from(whole.max(1));
    f32::from(i16::try_from(share).unwrap_or(i16::MAX)) / 10_000.0 * length
}

/// The next round amount that is not below `top`: 1, 2, 2.5, 5 times a power of ten.
fn round_up(top: i64) -> i64 {
    let mut power: i64 = 1;
    while power.saturating_mul(10) < top {
        power = power.saturating_mul(10);
    }
    let steps = [1, 2, 4, 5, 8, 10].map(|step| power.saturating_mul(step));
    steps.into_iter().find(|step| *step >= top).unwrap_or(i64::MAX).max(1)
}

fn per_day(pen: &mut Pen<'_>, earned: &OfCurrency) {
    let tallest = earned.days.iter().map(|day| heights(&day.net).0).max().unwrap_or(0);
    let deepest = earned.days.iter().map(|day| heights(&day.net).1).min().unwrap_or(0);
    let unit = round_up(tallest.max(-deepest)).max(2);
    let below = if deepest < 0 { scaled(-deepest, unit, TALL).max(10.0) } else { 0.0 };
    let zero = pen.y + TALL;
    let label = Style::new(8.0).ink(Ink::Quiet);
    for (share, value) in [(1.0, unit), (0.5, unit / 2), (0.0, 0)] {
        let y = zero - TALL * share;
        pen.canvas.line((LEFT, y), (RIGHT, y), 0.6, Ink::Line);
        pen.canvas.text_to(LEFT - 6.0, y + 3.0, label, &Money::new(value, earned.currency).to_string());
    }
    let count = u16::try_from(earned.days.len()).unwrap_or(31).max(1);
    let step = (RIGHT - LEFT) / f32::from(count);
    for (at, day) in (0_u16..).zip(&earned.days) {
        let x = LEFT + step * f32::from(at);
        let (mut up, mut down) = (zero, zero);
        for (source, net) in day.net.iter().enumerate() {
            let height = scaled(net.abs(), unit, TALL);
            let y = if *net > 0 { up - height } else { down };
            pen.canvas.rect((x + step * 0.12, y), (step * 0.76, height), ink(source));
            if *net > 0 { up -= height } else { down += height }
        }
        if at % 7 == 0 {
            pen.canvas.text(x, zero + below + 14.0, label, day.day.format("%-d %b").to_string());
        }
    }
    pen.y = zero + below + 52.0;
}

fn by_source(pen: &mut Pen<'_>, earned: &OfCurrency) {
    let (name, amount) = (Style::new(9.5), Style::new(9.5).bold());
    let most = earned.sources.iter().map(|it| it.1).max().unwrap_or(0).max(1);
    let total = earned.net.now;
    for (at, (source, net)) in earned.sources.iter().enumerate() {
        pen.need(22.0);
        let y = pen.y + 9.0;
        pen.canvas.text(MARGIN, y, name, words(source));
        pen.canvas.rect((175.0, pen.y + 1.0), (scaled((*net).max(0), most, 210.0), 9.0), ink(at));
        pen.canvas.text_to(RIGHT - 48.0, y, amount, &Money::new(*net, earned.currency).to_string());
        if total > 0 {
            let share = i128::from(*net) * 1000 / i128::from(total);
            let sign = if share < 0 { "−" } else { "" };
            let share = share.unsigned_abs();
            let share = format!("{sign}{}.{} %", share / 10, share % 10);
            pen.canvas.text_to(RIGHT, y, Style::new(8.5).ink(Ink::Quiet), &share);
        }
        pen.y += 20.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_ends_at_a_round_amount() {
        for (top, round) in [(0, 1), (7, 8), (101, 200), (99_900, 100_000), (350_000, 400_000), (610, 800)] {
            assert_eq!(round_up(top), round, "{top}");
        }
        assert!(round_up(i64::MAX) > 0);
    }

    #[test]
    fn days_have_heights_above_and_below_zero() {
        assert_eq!(heights(&[5, -2, 3, 0]), (8, -2));
        assert!((scaled(1, 2, 100.0) - 50.0).abs() < 0.1);
    }
}
