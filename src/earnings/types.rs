//! Which earnings of an account are looked at, and what one of them is in a list.

use crate::money::Money;
use crate::platform::{EarningSource, EarningStatus};
use chrono::{DateTime, Days, NaiveDate, Utc};

/// Which earnings of an account are meant. Nothing leaves nothing out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// What was paid for.
    pub source: Option<EarningSource>,
    /// Whether it can be paid out.
    pub status: Option<EarningStatus>,
    /// The first UTC day.
    pub from: Option<NaiveDate>,
    /// The last UTC day, included.
    pub to: Option<NaiveDate>,
}

impl Filter {
    /// Reads the texts of a form or an address; what is empty or no day leaves nothing out.
    #[must_use]
    pub fn parse(source: &str, status: &str, from: &str, to: &str) -> Self {
        let text = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
        Self {
            source: text(source).map(|it| EarningSource::parse(&it)),
            status: text(status).map(|it| EarningStatus::parse(&it)),
            from: from.trim().parse().ok(),
            to: to.trim().parse().ok(),
        }
    }

    /// The same as the pairs of an address.
    #[must_use]
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let day = |day: Option<NaiveDate>| day.map(|day| day.to_string());
        let pairs = [
            ("source", self.source.as_ref().map(|it| it.as_str().to_owned())),
            ("status", self.status.as_ref().map(|it| it.as_str().to_owned())),
            ("from", day(self.from)),
            ("to", day(self.to)),
        ];
        pairs.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// Whether anything is left out.
    #[must_use]
    pub fn narrows(&self) -> bool {
        *self != Self::default()
    }

    /// The day after the last.
    #[must_use]
    pub fn end(&self) -> Option<NaiveDate> {
        self.to.and_then(|day| day.checked_add_days(Days::new(1)))
    }
}

/// An earning's place among those of its account, the newest first: when it was, and the platform's id.
pub type Key = (DateTime<Utc>, String);

/// One earning in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedEarning {
    /// The platform's id.
    pub transaction_id: String,
    /// When.
    pub occurred_at: DateTime<Utc>,
    /// What the fan paid.
    pub gross: Money,
    /// What is left after the platform's fee.
    pub net: Money,
    /// What was paid for.
    pub source: EarningSource,
    /// Whether it can be paid out.
    pub status: EarningStatus,
    /// The earning that this one takes back.
    pub reverses: Option<String>,
    /// Who paid, by the name known best.
    pub fan: Option<String>,
    /// The payer's name on the platform, without the @.
    pub fan_handle: Option<String>,
}

/// What earnings of one currency add up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    /// What fans paid.
    pub gross: Money,
    /// What is left after the platform's fees.
    pub net: Money,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_back_what_it_says() {
        let filter = Filter::parse("tip", " available", "2026-11-01", "2026-11-30");
        assert_eq!(
            (filter.source.clone(), filter.status.clone()),
            (Some(EarningSource::Tip), Some(EarningStatus::Available))
        );
        assert_eq!(filter.end(), "2026-12-01".parse().ok());
        let pairs = filter.pairs();
        let value = |name: &str| pairs.iter().find(|it| it.0 == name).map_or("", |it| it.1.as_str());
        assert_eq!(Filter::parse(value("source"), value("status"), value("from"), value("to")), filter);
        assert_eq!(Filter::parse("", " ", "yesterday", ""), Filter::default());
        assert!(!Filter::default().narrows());
    }
}
