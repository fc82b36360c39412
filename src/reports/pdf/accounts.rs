//! Every account in a table, over as many pages as it takes, and what all of them add up to.

use super::Pen;
use super::canvas::{Canvas, Ink, MARGIN, RIGHT, Style};
use crate::money::{Money, grouped};
use crate::reports::types::{AccountLine, OfCurrency};

const ROW: f32 = 15.0;
/// Where the columns end, and what stands above them.
const COLUMNS: [(f32, &str); 5] =
    [(292.0, "Net"), (368.0, "Gross"), (432.0, "Refunds"), (474.0, "Payments"), (RIGHT, "Net, month before")];
const NAME_WIDTH: f32 = 170.0;

pub(super) fn draw(canvas: &mut Canvas, earned: &OfCurrency) {
    let mut pen = Pen::new(canvas);
    pen.heading(&format!("Accounts, {}", earned.currency));
    head(&mut pen);
    for line in &earned.accounts {
        room(&mut pen, ROW);
        row(&mut pen, earned, line, false);
    }
    room(&mut pen, ROW + 6.0);
    pen.canvas.line((MARGIN, pen.y), (RIGHT, pen.y), 1.0, Ink::Black);
    pen.y += 2.0;
    row(&mut pen, earned, &total(&earned.accounts), true);
}

/// On every page the columns are named again.
fn room(pen: &mut Pen<'_>, height: f32) {
    if !pen.has(height) {
        pen.need(height);
        head(pen);
    }
}

fn head(pen: &mut Pen<'_>) {
    let style = Style::new(7.5).ink(Ink::Quiet);
    pen.canvas.rect((MARGIN, pen.y - 2.0), (RIGHT - MARGIN, ROW), Ink::Soft);
    pen.canvas.text(MARGIN + 2.0, pen.y + 8.0, style, "Account");
    for (right, words) in COLUMNS {
        pen.canvas.text_to(right, pen.y + 8.0, style, words);
    }
    pen.y += ROW;
}

fn total(lines: &[AccountLine]) -> AccountLine {
    let sum = |of: fn(&AccountLine) -> i64| lines.iter().map(of).sum();
    AccountLine {
        name: format!("All {}", grouped(&lines.len().to_string())),
        place: String::new(),
        net: sum(|line| line.net),
        gross: sum(|line| line.gross),
        refunds: sum(|line| line.refunds),
        payments: sum(|line| line.payments),
        net_before: sum(|line| line.net_before),
    }
}

fn row(pen: &mut Pen<'_>, earned: &OfCurrency, line: &AccountLine, is_total: bool) {
    let style = if is_total { Style::new(8.5).bold() } else { Style::new(8.5) };
    let quiet = Style::new(7.0).ink(Ink::Quiet);
    let y = pen.y + 9.0;
    let name = pen.canvas.fit(&line.name, style, NAME_WIDTH);
    let used = pen.canvas.width(&name, style) + 6.0;
    pen.canvas.text(MARGIN + 2.0, y, style, name);
    let place = pen.canvas.fit(&line.place, quiet, NAME_WIDTH - used);
    // A name that leaves no room stands alone.
    if place.chars().count() > 3 {
        pen.canvas.text(MARGIN + 2.0 + used, y, quiet, place);
    }
    let money = |minor| Money::new(minor, earned.currency).to_string();
    let payments = grouped(&line.payments.max(0).to_string());
    let cells = [money(line.net), money(line.gross), money(line.refunds), payments, money(line.net_before)];
    for ((right, _), cell) in COLUMNS.into_iter().zip(cells) {
        pen.canvas.text_to(right, y, style, &cell);
    }
    pen.y += ROW;
    if !is_total {
        pen.canvas.line((MARGIN, pen.y - 2.0), (RIGHT, pen.y - 2.0), 0.4, Ink::Line);
    }
}
