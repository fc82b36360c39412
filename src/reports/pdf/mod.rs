//! A report as PDF: the cover with the key figures, a page of charts per currency, and every account.

mod accounts;
mod canvas;
mod charts;
mod cover;

use super::types::{Figures, month_name};
use crate::error::Result;
use crate::ui::{TimeShape, time_words};
use canvas::{About, Canvas, HEIGHT, Ink, MARGIN, RIGHT, Style};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

/// When a report was made, and from what.
#[derive(Clone, Debug)]
pub struct Made<'a> {
    /// When.
    pub at: DateTime<Utc>,
    /// As of when its figures are.
    pub figures_at: DateTime<Utc>,
    /// The fingerprint of its figures.
    pub version: &'a str,
}

/// The report as a PDF, and how many pages it has. The same input gives the same bytes.
///
/// # Errors
/// When the font or the library fails, which a test would show.
pub fn draw(figures: &Figures, made: &Made<'_>) -> Result<(Vec<u8>, usize)> {
    let mut canvas = Canvas::new()?;
    cover::draw(&mut canvas, figures);
    for earned in &figures.earned {
        charts::draw(&mut canvas, earned);
    }
    for earned in &figures.earned {
        accounts::draw(&mut canvas, earned);
    }
    let pages = canvas.page_count();
    footers(&mut canvas, figures, made);
    let title = format!("{}, {}", figures.agency, month_name(figures.month));
    let bytes = canvas.write(About { title, author: figures.agency.clone(), made_at: made.at })?;
    Ok((bytes, pages))
}

fn footers(canvas: &mut Canvas, figures: &Figures, made: &Made<'_>) {
    let style = Style::new(7.5).ink(Ink::Quiet);
    let zone = (figures.zone != Tz::UTC).then_some(figures.zone);
    let told = |at| time_words(at, zone, TimeShape::Full);
    let words = format!(
        "Made on {} from figures as of {}. Version {}. Days are UTC days.",
        told(made.at),
        told(made.figures_at),
        made.version
    );
    let of = canvas.page_count();
    let y = HEIGHT - 28.0;
    for page in 0..of {
        canvas.text_on(page, MARGIN, y, style, &words);
        canvas.text_to_on(page, RIGHT, y, style, &format!("Page {} of {of}", page + 1));
    }
}

/// Where the next thing is drawn: pages follow each other by themselves.
struct Pen<'a> {
    canvas: &'a mut Canvas,
    y: f32,
}

/// Nothing is drawn below, but the footer.
const BOTTOM: f32 = HEIGHT - 56.0;

impl<'a> Pen<'a> {
    /// At the top of a new page.
    fn new(canvas: &'a mut Canvas) -> Self {
        canvas.add_page();
        Self { canvas, y: MARGIN }
    }

    /// Whether `height` more fits on this page.
    fn has(&self, height: f32) -> bool {
        self.y + height <= BOTTOM
    }

    /// Goes to the next page if `height` more does not fit.
    fn need(&mut self, height: f32) {
        if !self.has(height) {
            self.canvas.add_page();
            self.y = MARGIN;
        }
    }

    /// A heading, and the space below it.
    fn heading(&mut self, words: &str) {
        self.canvas.text(MARGIN, self.y + 14.0, Style::new(15.0).bold(), words);
        self.y += 30.0;
    }
}
