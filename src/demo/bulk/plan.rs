//! What a world at scale is made of: so many accounts over so many months, from a seed.

use chrono::{DateTime, Months, NaiveDate, Utc};

/// The same plan, ending at the same moment, gives the same world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// How many accounts, each with a creator and a connection of its own.
    pub accounts: u32,
    /// How far back their earnings go.
    pub months: u32,
    /// What the world is made from.
    pub seed: u64,
}

impl Plan {
    /// Whom to sign in as; every plan has an agency and an owner of its own.
    #[must_use]
    pub fn email(&self) -> String {
        format!("scale-{}x{}-{}@creatorcrm.example", self.accounts, self.months, self.seed)
    }

    /// The agency's name.
    #[must_use]
    pub fn agency(&self) -> String {
        let accounts = crate::money::grouped(&self.accounts.to_string());
        format!("Scale Studio of {accounts}")
    }

    /// What is made, in words.
    #[must_use]
    pub fn words(&self) -> String {
        let Self { accounts, months, seed } = self;
        format!("{accounts} accounts over {months} months from seed {seed}")
    }
}

/// The days of which there are figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The first day.
    pub from: NaiveDate,
    /// The moment at which the world stands still.
    pub until: DateTime<Utc>,
}

impl Window {
    /// So many months up to `until`.
    #[must_use]
    pub fn of(months: u32, until: DateTime<Utc>) -> Self {
        let last = until.date_naive();
        Self { from: last.checked_sub_months(Months::new(months)).unwrap_or(last), until }
    }

    /// Whether it happened within.
    #[must_use]
    pub fn holds(&self, at: DateTime<Utc>) -> bool {
        at < self.until && at.date_naive() >= self.from
    }

    /// Its first day, its last, and all between.
    pub(super) fn days(&self) -> impl Iterator<Item = NaiveDate> + use<> {
        let last = self.until.date_naive();
        self.from.iter_days().take_while(move |day| *day <= last)
    }
}
