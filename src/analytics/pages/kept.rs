//! How fresh a figure is, in words.

use crate::analytics::kept::Told;
use crate::ui::{TimeShape, time_words};
use chrono_tz::Tz;

/// What to say beside a figure; nothing of one that was counted just now.
pub fn words(told: Told, zone: Option<Tz>) -> Option<String> {
    Some(match told {
        Told::Now => return None,
        Told::AsOf { at, failed: false } => format!("As of {}", time_words(at, zone, TimeShape::Brief)),
        Told::AsOf { at, failed: true } => format!(
            "As of {}; counting anew did not work and is tried again",
            time_words(at, zone, TimeShape::Brief)
        ),
        Told::Counting { failed: false } => "Being counted. It appears here by itself.".to_owned(),
        Told::Counting { failed: true } => {
            "Counting did not work just now. It is tried again, and appears here by itself.".to_owned()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{TimeZone, Utc};

    #[test]
    fn a_figure_says_of_when_it_is_and_what_is_missing() {
        let at = Utc.with_ymd_and_hms(2026, 11, 25, 14, 5, 9).unwrap();
        let said = |told| words(told, None).unwrap_or_default();
        assert_eq!(words(Told::Now, None), None);
        assert_eq!(said(Told::AsOf { at, failed: false }), "As of 25 Nov, 14:05 UTC");
        assert!(said(Told::AsOf { at, failed: true }).ends_with("is tried again"));
        assert!(said(Told::Counting { failed: false }).starts_with("Being counted."));
        assert!(said(Told::Counting { failed: true }).contains("did not work"));
    }
}
