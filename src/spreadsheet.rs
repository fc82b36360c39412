//! Files for spreadsheets: rows as CSV, in which no text turns into a formula.

use crate::error::Result;

/// Rows as CSV.
///
/// # Errors
/// Never in practice: memory does not refuse.
pub fn csv<const N: usize>(
    head: Option<[&str; N]>,
    rows: impl Iterator<Item = [String; N]>,
) -> Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    if let Some(head) = head {
        writer.write_record(head).map_err(anyhow::Error::from)?;
    }
    for row in rows {
        writer.write_record(row).map_err(anyhow::Error::from)?;
    }
    Ok(writer.into_inner().map_err(|error| anyhow::Error::from(error.into_error()))?)
}

/// A text that no spreadsheet takes for a formula: strangers choose their own names. Where lists are separated by semicolons, a
/// spreadsheet cuts at those too, so what follows one counts as a beginning.
#[must_use]
pub fn harmless(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 1);
    let mut begins = true;
    for letter in text.chars() {
        if begins && matches!(letter, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n') {
            safe.push('\'');
        }
        safe.push(letter);
        begins = matches!(letter, ';' | '\t' | '\r' | '\n');
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn a_name_never_becomes_a_formula() {
        for bad in ["=a", "+a", "-a", "@a", "\ta", "\ra"] {
            assert_eq!(harmless(bad), format!("'{bad}"));
        }
        assert_eq!(harmless("a=b; c"), "a=b; c");
        assert_eq!(harmless("x;=HYPERLINK(1)"), "x;'=HYPERLINK(1)");
    }
}
