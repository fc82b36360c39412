//! Shares of a whole, and how sure one may be of them.

use serde::{Deserialize, Serialize};

/// Below so many cases a share says little, and pages grey it.
pub const FEW: i64 = 30;

/// The normal quantile of an interval that holds the truth 95 times of 100.
const Z: f64 = 1.959_964;

/// So many of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// Those meant.
    pub part: i64,
    /// All of them.
    pub of: i64,
}

impl Share {
    /// `part` of `of`.
    #[must_use]
    pub fn new(part: i64, of: i64) -> Self {
        Self { part, of }
    }

    /// How many of a thousand, rounded; nothing of nothing.
    #[must_use]
    pub fn permille(self) -> Option<i64> {
        (self.of > 0).then(|| (self.part * 2000 + self.of) / (self.of * 2))
    }

    /// Wilson's interval in thousandths: were these cases a sample of many, the share of those would lie in it 95 times of 100.
    /// It stays within 0 and 1000, and is honest of few cases and of shares near the ends.
    #[must_use]
    pub fn interval(self) -> Option<(i64, i64)> {
        if self.of <= 0 {
            return None;
        }
        let (n, p) = (self.of as f64, self.part as f64 / self.of as f64);
        let spread = Z * Z / n;
        let middle = (p + spread / 2.0) / (1.0 + spread);
        let half = Z / (1.0 + spread) * (p * (1.0 - p) / n + spread / (4.0 * n)).max(0.0).sqrt();
        let permille = |share: f64| (share.clamp(0.0, 1.0) * 1000.0).round() as i64;
        Some((permille(middle - half), permille(middle + half)))
    }

    /// Whether there are so few cases that the share says little.
    #[must_use]
    pub fn is_few(self) -> bool {
        self.of < FEW
    }

    /// `42.5 %`; a dash of nothing.
    #[must_use]
    pub fn words(self) -> String {
        self.permille().map_or_else(|| "—".to_owned(), percent)
    }

    /// `between 38 and 47 %`, in whole percents.
    #[must_use]
    pub fn interval_words(self) -> Option<String> {
        let (low, high) = self.interval()?;
        let whole = |permille: i64| (permille + 5) / 10;
        Some(format!("between {} and {}\u{a0}%", whole(low), whole(high)))
    }
}

/// Thousandths as people read them.
#[must_use]
pub fn percent(permille: i64) -> String {
    if permille % 10 == 0 {
        format!("{}\u{a0}%", permille / 10)
    } else {
        format!("{}.{}\u{a0}%", permille / 10, permille % 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_wilsons() {
        // Brown, Cai and DasGupta, and any table of it.
        assert_eq!(Share::new(8, 10).interval(), Some((490, 943)));
        assert_eq!(Share::new(1, 10).interval(), Some((18, 404)));
        assert_eq!(Share::new(0, 10).interval(), Some((0, 278)));
        assert_eq!(Share::new(10, 10).interval(), Some((722, 1000)));
        assert_eq!(Share::new(500, 1000).interval(), Some((469, 531)));
        assert_eq!(Share::new(0, 0).interval(), None);
    }

    #[test]
    fn a_share_reads_as_people_say_it() {
        assert_eq!(Share::new(17, 40).words(), "42.5\u{a0}%");
        assert_eq!(Share::new(1, 2).words(), "50\u{a0}%");
        assert_eq!(Share::new(0, 0).words(), "—");
        assert_eq!(Share::new(500, 1000).interval_words().as_deref(), Some("between 47 and 53\u{a0}%"));
        assert!(Share::new(1, 29).is_few() && !Share::new(1, 30).is_few());
    }
}
