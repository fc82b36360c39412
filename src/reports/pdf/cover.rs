//! The first page: whose report it is, and the figures that matter, against the month and the year before.

use super::Pen;
use super::canvas::{Canvas, Ink, MARGIN, RIGHT, Style};
use crate::money::{Currency, Money, grouped};
use crate::reports::types::{Figures, OfCurrency, Three, month_name};

/// Where the columns end.
const NOW: f32 = 265.0;
const MONTH_BEFORE: f32 = 405.0;
const YEAR_BEFORE: f32 = RIGHT;
const ROW: f32 = 22.0;

pub(super) fn draw(canvas: &mut Canvas, figures: &Figures) {
    let mut pen = Pen::new(canvas);
    title(&mut pen, figures);
    for earned in &figures.earned {
        pen.need(ROW * 7.0 + 20.0);
        block(&mut pen, figures, &format!("Earnings, {}", earned.currency), &money_rows(earned));
    }
    if figures.earned.is_empty() {
        pen.canvas.text(MARGIN, pen.y + 12.0, Style::new(11.0), "Nothing was earned in this month.");
        pen.y += 36.0;
    }
    pen.need(ROW * 4.0);
    let rows = [("Joined", figures.joined), ("Left", figures.lost)];
    block(&mut pen, figures, "Subscribers", &rows.map(|(label, three)| count_row(label, three)));
}

fn title(pen: &mut Pen<'_>, figures: &Figures) {
    pen.canvas.rect((MARGIN, pen.y), (36.0, 4.0), Ink::Accent);
    let agency = Style::new(12.0).ink(Ink::Quiet);
    let name = pen.canvas.fit(&figures.agency, agency, RIGHT - MARGIN);
    pen.canvas.text(MARGIN, pen.y + 32.0, agency, name);
    pen.canvas.text(MARGIN, pen.y + 66.0, Style::new(28.0).bold(), month_name(figures.month));
    let accounts = match figures.account_count {
        1 => "One account".to_owned(),
        count => format!("{} accounts", grouped(&count.to_string())),
    };
    let partial = if figures.is_partial { ". The month is not over yet" } else { "" };
    let reading = match figures.still_reading {
        0 => String::new(),
        1 => ". One account is still being read for the first time".to_owned(),
        count => format!(". {count} accounts are still being read for the first time"),
    };
    let sub = format!("Monthly report. {accounts}{partial}{reading}.");
    pen.canvas.text(MARGIN, pen.y + 86.0, Style::new(10.0).ink(Ink::Quiet), sub);
    pen.y += 122.0;
}

/// A label, and the three figures as they are read.
struct Line {
    label: &'static str,
    now: String,
    before: [String; 2],
}

fn money_rows(earned: &OfCurrency) -> Vec<Line> {
    let money = |label, three| line(label, three, |minor| of(minor, earned.currency));
    vec![
        money("Net", earned.net),
        money("Gross", earned.gross),
        money("Refunds", earned.refunds),
        count_row("Payments", earned.payments),
        count_row("Paying fans", earned.paying_fans),
    ]
}

fn of(minor: i64, currency: Currency) -> String {
    Money::new(minor, currency).to_string()
}

fn count_row(label: &'static str, three: Three) -> Line {
    line(label, three, |count| {
        let minus = if count < 0 { "−" } else { "" };
        format!("{minus}{}", grouped(&count.unsigned_abs().to_string()))
    })
}

fn line(label: &'static str, three: Three, words: impl Fn(i64) -> String) -> Line {
    let against = |before: Option<i64>| match before {
        None => "—".to_owned(),
        Some(before) => match change(three.now, before) {
            Some(change) => format!("{}   {change}", words(before)),
            None => words(before),
        },
    };
    Line { label, now: words(three.now), before: [against(three.month_before), against(three.year_before)] }
}

/// `+12.4 %`; nothing when there was nothing.
fn change(now: i64, before: i64) -> Option<String> {
    let (now, before) = (i128::from(now), i128::from(before));
    if before == 0 {
        return None;
    }
    let permille = (now - before) * 1000 / before.abs();
    let sign = if permille < 0 { "−" } else { "+" };
    let parts = permille.unsigned_abs();
    Some(format!("{sign}{}.{} %", grouped(&(parts / 10).to_string()), parts % 10))
}

fn block(pen: &mut Pen<'_>, figures: &Figures, heading: &str, rows: &[Line]) {
    pen.heading(heading);
    let head = Style::new(8.5).ink(Ink::Quiet);
    let canvas = &mut *pen.canvas;
    canvas.text_to(NOW, pen.y, head, &month_name(figures.month));
    canvas.text_to(MONTH_BEFORE, pen.y, head, &month_name(figures.month.back(1)));
    canvas.text_to(YEAR_BEFORE, pen.y, head, &month_name(figures.month.back(12)));
    pen.y += 7.0;
    for row in rows {
        canvas.line((MARGIN, pen.y), (RIGHT, pen.y), 0.6, Ink::Line);
        let y = pen.y + 15.0;
        canvas.text(MARGIN, y, Style::new(10.0), row.label);
        canvas.text_to(NOW, y, Style::new(11.0).bold(), &row.now);
        canvas.text_to(MONTH_BEFORE, y, Style::new(9.0).ink(Ink::Quiet), &row.before[0]);
        canvas.text_to(YEAR_BEFORE, y, Style::new(9.0).ink(Ink::Quiet), &row.before[1]);
        pen.y += ROW;
    }
    pen.y += 22.0;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_has_its_sign_and_one_decimal() {
        assert_eq!(change(1124, 1000).as_deref(), Some("+12.4 %"));
        assert_eq!(change(970, 1000).as_deref(), Some("−3.0 %"));
        assert_eq!(change(-20, -10).as_deref(), Some("−100.0 %"));
        assert_eq!(change(5, 0), None);
        assert_eq!(change(i64::MAX, i64::MIN).as_deref(), Some("+199.9 %"));
    }
}
