//! Pages to draw on: text in the product's own font, boxes and lines; written as PDF when all of them are known.

use crate::error::Result;
use anyhow::Context;
use krilla::color::rgb;
use krilla::geom::{Path, PathBuilder, Point, Rect};
use krilla::metadata::{DateTime as PdfTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule, Stroke};
use krilla::surface::Surface;
use krilla::text::{Font, GlyphId, KrillaGlyph};
use krilla::{Data, Document};
use skrifa::MetadataProvider;
use skrifa::instance::{LocationRef, Size};
use skrifa::raw::FontRef;

/// A4, in points.
pub(super) const WIDTH: f32 = 595.0;
pub(super) const HEIGHT: f32 = 842.0;
/// Around what is drawn.
pub(super) const MARGIN: f32 = 48.0;
/// The right edge of what is drawn.
pub(super) const RIGHT: f32 = WIDTH - MARGIN;

static REGULAR: &[u8] = include_bytes!("../../../assets/fonts/Geist-Regular.ttf");
static BOLD: &[u8] = include_bytes!("../../../assets/fonts/Geist-SemiBold.ttf");
/// Stands for letters that the font lacks.
const LACKING: char = '\u{fffd}';

/// A colour with a meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    Black,
    Quiet,
    Line,
    Soft,
    Accent,
    /// The nth source of a chart.
    Source(usize),
}

impl Ink {
    fn color(self) -> rgb::Color {
        const SOURCES: [(u8, u8, u8); 6] =
            [(43, 87, 214), (232, 162, 50), (47, 148, 116), (178, 82, 122), (118, 168, 232), (150, 150, 150)];
        let (red, green, blue) = match self {
            Self::Black => (28, 27, 25),
            Self::Quiet => (105, 102, 96),
            Self::Line => (216, 212, 204),
            Self::Soft => (247, 245, 241),
            Self::Accent => (43, 87, 214),
            Self::Source(at) => SOURCES.get(at).copied().unwrap_or(SOURCES[SOURCES.len() - 1]),
        };
        rgb::Color::new(red, green, blue)
    }
}

/// How a text looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    pub size: f32,
    pub is_bold: bool,
    pub ink: Ink,
}

impl Style {
    pub(super) const fn new(size: f32) -> Self {
        Self { size, is_bold: false, ink: Ink::Black }
    }

    pub(super) const fn bold(self) -> Self {
        Self { is_bold: true, ..self }
    }

    pub(super) const fn ink(self, ink: Ink) -> Self {
        Self { ink, ..self }
    }
}

enum Mark {
    Text { x: f32, y: f32, style: Style, text: String },
    Box { x: f32, y: f32, width: f32, height: f32, ink: Ink },
    Line { from: (f32, f32), to: (f32, f32), width: f32, ink: Ink },
}

struct Face {
    font: Font,
    read: FontRef<'static>,
}

impl Face {
    fn new(bytes: &'static [u8]) -> Result<Self> {
        let font = Font::new(Data::from(bytes), 0).context("the report's font is one")?;
        let read = FontRef::new(bytes).context("the report's font is one")?;
        Ok(Self { font, read })
    }

    /// The glyphs of `text`, their advances as parts of the font's size.
    fn glyphs(&self, text: &str) -> Vec<KrillaGlyph> {
        let (letters, units) = (self.read.charmap(), self.font.units_per_em());
        let widths = self.read.glyph_metrics(Size::unscaled(), LocationRef::default());
        let glyph = |(at, letter): (usize, char)| {
            let id = letters.map(letter).or_else(|| letters.map(LACKING)).unwrap_or_default();
            KrillaGlyph {
                glyph_id: GlyphId::new(id.to_u32()),
                text_range: at..at + letter.len_utf8(),
                x_advance: widths.advance_width(id).unwrap_or(0.0) / units,
                x_offset: 0.0,
                y_offset: 0.0,
                y_advance: 0.0,
                location: None,
            }
        };
        text.char_indices().map(glyph).collect()
    }
}

/// All pages.
pub(super) struct Canvas {
    regular: Face,
    bold: Face,
    pages: Vec<Vec<Mark>>,
}

/// What a PDF says of itself.
pub(super) struct About {
    pub title: String,
    pub author: String,
    pub made_at: chrono::DateTime<chrono::Utc>,
}

impl Canvas {
    pub(super) fn new() -> Result<Self> {
        Ok(Self { regular: Face::new(REGULAR)?, bold: Face::new(BOLD)?, pages: Vec::new() })
    }

    pub(super) fn add_page(&mut self) {
        self.pages.push(Vec::new());
    }

    pub(super) fn page_count(&self) -> usize {
        self.pages.len()
    }

    fn face(&self, style: Style) -> &Face {
        if style.is_bold { &self.bold } else { &self.regular }
    }

    fn mark(&mut self, page: usize, mark: Mark) {
        if let Some(page) = self.pages.get_mut(page) {
            page.push(mark);
        }
    }

    fn last(&self) -> usize {
        self.pages.len().saturating_sub(1)
    }

    pub(super) fn width(&self, text: &str, style: Style) -> f32 {
        self.face(style).glyphs(text).iter().map(|glyph| glyph.x_advance * style.size).sum()
    }

    /// `text`, cut so that it is no wider than `width`.
    pub(super) fn fit(&self, text: &str, style: Style, width: f32) -> String {
        if self.width(text, style) <= width {
            return text.to_owned();
        }
        let mut cut = text.to_owned();
        while cut.pop().is_some() {
            let shown = format!("{}…", cut.trim_end());
            if self.width(&shown, style) <= width {
                return shown;
            }
        }
        String::new()
    }

    /// Text whose line stands at `y`, beginning at `x`.
    pub(super) fn text(&mut self, x: f32, y: f32, style: Style, text: impl Into<String>) {
        self.mark(self.last(), Mark::Text { x, y, style, text: text.into() });
    }

    /// Text that ends at `right`.
    pub(super) fn text_to(&mut self, right: f32, y: f32, style: Style, text: &str) {
        self.text_to_on(self.last(), right, y, style, text);
    }

    pub(super) fn text_on(&mut self, page: usize, x: f32, y: f32, style: Style, text: &str) {
        self.mark(page, Mark::Text { x, y, style, text: text.to_owned() });
    }

    pub(super) fn text_to_on(&mut self, page: usize, right: f32, y: f32, style: Style, text: &str) {
        let x = right - self.width(text, style);
        self.text_on(page, x, y, style, text);
    }

    pub(super) fn rect(&mut self, (x, y): (f32, f32), (width, height): (f32, f32), ink: Ink) {
        self.mark(self.last(), Mark::Box { x, y, width, height, ink });
    }

    pub(super) fn line(&mut self, from: (f32, f32), to: (f32, f32), width: f32, ink: Ink) {
        self.mark(self.last(), Mark::Line { from, to, width, ink });
    }

    /// The file. The same marks give the same bytes.
    pub(super) fn write(self, about: About) -> Result<Vec<u8>> {
        let mut document = Document::new();
        let settings = PageSettings::from_wh(WIDTH, HEIGHT).context("A4 is a size")?;
        for marks in &self.pages {
            let mut page = document.start_page_with(settings.clone());
            let mut surface = page.surface();
            for mark in marks {
                self.put(&mut surface, mark);
            }
            surface.finish();
            page.finish();
        }
        document.set_metadata(metadata(about));
        document.finish().map_err(|error| anyhow::anyhow!("the report is not written: {error:?}").into())
    }

    fn put(&self, surface: &mut Surface<'_>, mark: &Mark) {
        match mark {
            Mark::Text { x, y, style, text } => {
                let face = self.face(*style);
                surface.set_stroke(None);
                surface.set_fill(Some(fill(style.ink)));
                let start = Point::from_xy(*x, *y);
                surface.draw_glyphs(start, &face.glyphs(text), face.font.clone(), text, style.size, false);
            }
            Mark::Box { x, y, width, height, ink } => {
                surface.set_stroke(None);
                surface.set_fill(Some(fill(*ink)));
                draw(surface, boxed(*x, *y, *width, *height));
            }
            Mark::Line { from, to, width, ink } => {
                surface.set_fill(None);
                let paint = ink.color().into();
                surface.set_stroke(Some(Stroke { paint, width: *width, ..Stroke::default() }));
                draw(surface, straight(*from, *to));
            }
        }
    }
}

fn draw(surface: &mut Surface<'_>, path: Option<Path>) {
    if let Some(path) = path {
        surface.draw_path(&path);
    }
}

fn fill(ink: Ink) -> Fill {
    Fill { paint: ink.color().into(), opacity: NormalizedF32::ONE, rule: FillRule::default() }
}

fn boxed(x: f32, y: f32, width: f32, height: f32) -> Option<Path> {
    let mut path = PathBuilder::new();
    path.push_rect(Rect::from_xywh(x, y, width, height)?);
    path.finish()
}

fn straight(from: (f32, f32), to: (f32, f32)) -> Option<Path> {
    let mut path = PathBuilder::new();
    path.move_to(from.0, from.1);
    path.line_to(to.0, to.1);
    path.finish()
}

fn metadata(about: About) -> Metadata {
    use chrono::{Datelike, Timelike};
    let small = |number: u32| u8::try_from(number).unwrap_or(0);
    let (at, year) = (about.made_at, u16::try_from(about.made_at.year()).unwrap_or(0));
    let made_at = PdfTime::new(year)
        .month(small(at.month()))
        .day(small(at.day()))
        .hour(small(at.hour()))
        .minute(small(at.minute()))
        .second(small(at.second()))
        .utc_offset_hour(0);
    Metadata::new()
        .title(about.title)
        .authors(vec![about.author])
        .creator("CreatorCRM".to_owned())
        .language("en-GB".to_owned())
        .creation_date(made_at)
}
