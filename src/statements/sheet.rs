//! A file as a sheet of cells: its encoding and separator found out, its columns named.

use super::types::{Column, Separator};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use std::borrow::Cow;
use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

/// How many lines are looked at to find the separator.
const LOOKED_AT: usize = 20;
/// What has more columns is no statement.
const MAX_COLUMNS: usize = 100;
/// No cell that matters is longer; the rest of one is not kept.
pub(super) const MAX_CELL: usize = 300;
/// No line is longer: a reader keeps a whole line, and the places of its cells, in memory.
pub(super) const MAX_LINE: usize = 256 * 1024;

/// A text with its cells.
#[derive(Debug)]
pub struct Sheet<'a> {
    text: Cow<'a, str>,
    /// How the file's letters were written.
    pub encoding: &'static str,
}

/// One line: where it begins in the file, and its cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Counted from 1, as an editor shows it.
    pub number: u64,
    /// The cells, without spaces around them.
    pub cells: Vec<String>,
}

impl<'a> Sheet<'a> {
    /// The sheet in `bytes`: UTF-8 or UTF-16 where the file says so or is so, else what Western Windows writes (Latin-1 with a €).
    #[must_use]
    pub fn of(bytes: &'a [u8]) -> Self {
        let encoding = match Encoding::for_bom(bytes) {
            Some((encoding, _)) => encoding,
            None if std::str::from_utf8(bytes).is_ok() => UTF_8,
            None => WINDOWS_1252,
        };
        let (text, _) = encoding.decode_with_bom_removal(bytes);
        Self { text, encoding: if encoding == WINDOWS_1252 { "Latin-1" } else { encoding.name() } }
    }

    /// The sign that cuts the first lines into the most cells, and into as many on each.
    #[must_use]
    pub fn separator(&self) -> Separator {
        let score = |separator: &Separator| {
            let counts: Vec<_> =
                self.lines(*separator).take(LOOKED_AT).map(|line| line.cells.len()).collect();
            let first = counts.first().copied().unwrap_or(0);
            let alike = counts.iter().filter(|count| **count == first).count();
            if first < 2 { 0 } else { alike * 1000 + first }
        };
        // Of equals the first counts.
        Separator::ALL.iter().rev().copied().max_by_key(score).unwrap_or(Separator::Comma)
    }

    /// Whether a line is too long, whichever sign cuts it: what follows one cannot be read. Such a file is not taken.
    #[must_use]
    pub fn has_long_line(&self) -> bool {
        let has_one = |separator: &Separator| {
            let (mut reader, since) = self.reader(*separator);
            let mut record = csv::ByteRecord::new();
            loop {
                match reader.read_byte_record(&mut record) {
                    Ok(true) => since.set(0),
                    Ok(false) => return false,
                    Err(_) => return true,
                }
            }
        };
        Separator::ALL.iter().any(has_one)
    }

    /// A reader of the lines, and what counts how much it read; to be set to 0 after each line.
    fn reader(&self, separator: Separator) -> (csv::Reader<Guarded<'_>>, Rc<Cell<usize>>) {
        let since = Rc::new(Cell::new(0));
        let delimiter = u8::try_from(separator.sign()).unwrap_or(b',');
        let reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(Guarded { text: self.text.as_bytes(), since: Rc::clone(&since) });
        (reader, since)
    }

    /// Every line that has anything in it, in order.
    pub fn lines(&self, separator: Separator) -> impl Iterator<Item = Line> {
        let (reader, since) = self.reader(separator);
        let mut counted = (0, 1);
        // The text is a text already and no line of it is too long, so none fails.
        reader.into_records().map_while(Result::ok).filter_map(move |record| {
            since.set(0);
            let number = self.line_at(record.position(), &mut counted);
            let cells: Vec<_> = record.iter().take(MAX_COLUMNS).map(cell).collect();
            cells.iter().any(|cell| !cell.is_empty()).then_some(Line { number, cells })
        })
    }

    /// The number of the line at which a record begins. The reader's own is off where lines end with two signs: it stops between
    /// them. `counted` is up to which byte lines were counted, and how many.
    fn line_at(&self, position: Option<&csv::Position>, counted: &mut (usize, u64)) -> u64 {
        let bytes = self.text.as_bytes();
        let mut start = position.and_then(|it| usize::try_from(it.byte()).ok()).unwrap_or(counted.0);
        while bytes.get(start).is_some_and(|byte| matches!(byte, b'\r' | b'\n')) {
            start += 1;
        }
        let passed = bytes.get(counted.0..start).unwrap_or_default();
        let ends = passed.iter().filter(|byte| **byte == b'\n').count();
        *counted = (start, counted.1 + u64::try_from(ends).unwrap_or(0));
        counted.1
    }

    /// The columns' names: those of the first line, or made up; each once.
    #[must_use]
    pub fn columns(&self, separator: Separator, has_names: bool) -> Vec<Column> {
        let mut lines = self.lines(separator);
        let named =
            if has_names { lines.next().map(|line| line.cells).unwrap_or_default() } else { Vec::new() };
        let widest = lines.take(LOOKED_AT).map(|line| line.cells.len()).max().unwrap_or(0).max(named.len());
        let mut names: Vec<Column> = Vec::with_capacity(widest);
        for at in 0..widest {
            let given = named.get(at).filter(|name| !name.is_empty()).cloned();
            let name = given.unwrap_or_else(|| format!("Column {}", at + 1));
            let same = names.iter().filter(|known| **known == name).count();
            names.push(if same == 0 { name } else { format!("{name} (column {})", at + 1) });
        }
        names
    }
}

/// Fails when a line does not end.
struct Guarded<'a> {
    text: &'a [u8],
    /// What was read since the last line ended.
    since: Rc<Cell<usize>>,
}

impl Read for Guarded<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.since.get() > MAX_LINE {
            return Err(io::Error::other("a line is too long"));
        }
        let count = self.text.read(into)?;
        self.since.set(self.since.get() + count);
        Ok(count)
    }
}

fn cell(text: &str) -> String {
    let text = text.trim();
    // A program (ours, too) puts it before what a spreadsheet would take for a formula.
    let text = text.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@'])).unwrap_or(text);
    text.chars().filter(|letter| !letter.is_control()).take(MAX_CELL).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cells(bytes: &[u8]) -> Vec<Vec<String>> {
        let sheet = Sheet::of(bytes);
        sheet.lines(sheet.separator()).map(|line| line.cells).collect()
    }

    #[test]
    fn letters_are_read_as_they_were_written() {
        let with_mark = [b"\xef\xbb\xbf".as_slice(), "Zoë;€5".as_bytes()].concat();
        assert_eq!(cells(&with_mark), [["Zoë", "€5"]]);
        assert_eq!(cells("Zoë;€5".as_bytes()), [["Zoë", "€5"]]);
        assert_eq!(cells(b"Zo\xeb;\x805"), [["Zoë", "€5"]]);
        assert_eq!(Sheet::of(b"Zo\xeb").encoding, "Latin-1");
        let wide: Vec<u8> = "\u{feff}Zoë\t5".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(cells(&wide), [["Zoë", "5"]]);
    }

    #[test]
    fn the_separator_is_the_one_that_cuts_all_lines_alike() {
        let of = |text: &str| Sheet::of(text.as_bytes()).separator();
        assert_eq!(of("a,b,c\n1,2,3\n"), Separator::Comma);
        assert_eq!(of("Datum;Betrag\n1.2.26;1,50\n2.2.26;12,50\n"), Separator::Semicolon);
        assert_eq!(of("a\tb\n1,5\t2\n"), Separator::Tab);
        assert_eq!(of("a\n1\n"), Separator::Comma);
        assert_eq!(of(""), Separator::Comma);
    }

    #[test]
    fn quoted_cells_hold_anything_and_lines_keep_their_numbers() {
        let sheet = Sheet::of(b"a,b\r\n\"x, \"\"y\"\"\nz\",2\r\n\r\n,\r\n3,'=4\r\n");
        let lines: Vec<_> = sheet.lines(Separator::Comma).map(|line| (line.number, line.cells)).collect();
        let expected = [(1, ["a", "b"]), (2, ["x, \"y\"z", "2"]), (6, ["3", "=4"])];
        let expected = expected.map(|(number, cells)| (number, cells.map(ToOwned::to_owned).to_vec()));
        assert_eq!(lines, expected);
    }

    #[test]
    fn a_line_without_an_end_is_found_and_not_read() {
        let commas = format!("a,b\n1,2\n{}", ",".repeat(2 * MAX_LINE));
        let sheet = Sheet::of(commas.as_bytes());
        assert!(sheet.has_long_line());
        assert!(sheet.lines(Separator::Comma).count() <= 2);
        assert!(Sheet::of(format!("a,b\n\"{}", "1,2\n".repeat(MAX_LINE)).as_bytes()).has_long_line());
        let many = "1,2\n".repeat(MAX_LINE);
        assert!(!Sheet::of(many.as_bytes()).has_long_line());
        assert_eq!(Sheet::of(many.as_bytes()).lines(Separator::Comma).count(), MAX_LINE);
    }

    #[test]
    fn every_column_has_a_name_of_its_own() {
        let sheet = Sheet::of(b"Amount,,Amount\n1,2,3,4\n");
        assert_eq!(
            sheet.columns(Separator::Comma, true),
            ["Amount", "Column 2", "Amount (column 3)", "Column 4"]
        );
        assert_eq!(sheet.columns(Separator::Comma, false), ["Column 1", "Column 2", "Column 3", "Column 4"]);
    }

    proptest! {
        #[test]
        fn whatever_the_bytes_nothing_breaks(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let sheet = Sheet::of(&bytes);
            let separator = sheet.separator();
            let _ = (sheet.columns(separator, true), sheet.lines(separator).count());
        }
    }
}
