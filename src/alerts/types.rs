//! What an alert is, and its words: the same on the page, in the bell and in a mail.

use crate::ids::{AccountId, AlertId, ConnectionId};
use crate::money::{Currency, Money};
use crate::period::Period;
use crate::ui::Figure;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// What an alert is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum Kind {
    /// Less is earned than the forecast's interval allows.
    EarningsBelow,
    /// Fewer subscribers renew than before.
    RenewalsFalling,
    /// A platform ended our access.
    ConnectionBroken,
    /// Much was taken back at once.
    LargeRefund,
    /// Sums that are kept differ from a recount.
    RollupsDiffer,
}

impl Kind {
    /// All of them, as lists offer them.
    pub const ALL: [Self; 5] = [
        Self::ConnectionBroken,
        Self::LargeRefund,
        Self::EarningsBelow,
        Self::RenewalsFalling,
        Self::RollupsDiffer,
    ];

    /// The form in the database and in addresses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EarningsBelow => "earnings_below",
            Self::RenewalsFalling => "renewals_falling",
            Self::ConnectionBroken => "connection_broken",
            Self::LargeRefund => "large_refund",
            Self::RollupsDiffer => "rollups_differ",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// What people read.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::EarningsBelow => "Earnings below forecast",
            Self::RenewalsFalling => "Renewals falling",
            Self::ConnectionBroken => "Connection broken",
            Self::LargeRefund => "Large refund",
            Self::RollupsDiffer => "Sums that differ",
        }
    }

    /// When one is raised, and when it ends by itself.
    #[must_use]
    pub fn rule(self) -> &'static str {
        match self {
            Self::EarningsBelow => {
                "Net earnings of 30 days that are over lie below the interval that was forecast for them. Of accounts that go on as ever, one in ten may do so by chance. Ends when the newest 30 days are inside again."
            }
            Self::RenewalsFalling => {
                "Of the subscriptions that came to an end in the last 30 days a smaller share was renewed than in the 90 days before: by at least 5 points, and more than chance explains. Only with 30 and 60 of them at least. Ends when that is over."
            }
            Self::ConnectionBroken => {
                "A platform ended our access, so nothing new arrives. Ends when it is connected again, or removed."
            }
            Self::LargeRefund => {
                "One refund or chargeback is at least as large as set below. Ends by itself after 14 days."
            }
            Self::RollupsDiffer => {
                "The nightly recount of every earning found a kept sum that is not the same. Nothing is changed by itself. Ends when a recount finds no difference."
            }
        }
    }
}

/// What was found, and of what size. Amounts are minor units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Evidence {
    /// Net of whole days from `start` up to, not including, `end`, against the interval that was forecast.
    EarningsBelow { currency: Currency, start: NaiveDate, end: NaiveDate, net: i64, low: i64, high: i64 },
    /// How many subscriptions came to an end or a renewal, and how many of them were renewed.
    RenewalsFalling { renewed: i64, due: i64, renewed_before: i64, due_before: i64 },
    /// Which grant, of whom, and what it reached.
    ConnectionBroken { connection: ConnectionId, platform: String, names: String },
    /// What was taken back, and from which amount on that is told: `usual_day` is what the account takes in on one.
    LargeRefund {
        transaction: String,
        currency: Currency,
        gross: i64,
        occurred_at: DateTime<Utc>,
        threshold: i64,
        usual_day: i64,
    },
    /// How many kept sums differ, and one of them.
    RollupsDiffer { differences: i64, example: String },
}

impl Evidence {
    /// What it is evidence of.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::EarningsBelow { .. } => Kind::EarningsBelow,
            Self::RenewalsFalling { .. } => Kind::RenewalsFalling,
            Self::ConnectionBroken { .. } => Kind::ConnectionBroken,
            Self::LargeRefund { .. } => Kind::LargeRefund,
            Self::RollupsDiffer { .. } => Kind::RollupsDiffer,
        }
    }
}

/// One alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Which.
    pub id: AlertId,
    /// What was found.
    pub evidence: Evidence,
    /// The account that it concerns, and what that is called now; without one it is the whole agency.
    pub account: Option<(AccountId, String)>,
    /// Since when.
    pub raised_at: DateTime<Utc>,
    /// Until when, if that is over.
    pub ended_at: Option<DateTime<Utc>>,
    /// Whether the member who looks has read it.
    pub read: bool,
}

impl Alert {
    fn whose(&self) -> &str {
        self.account.as_ref().map_or("The agency", |(_, name)| name.as_str())
    }

    /// What is the matter, in a line.
    #[must_use]
    pub fn title(&self) -> String {
        let whose = self.whose();
        match &self.evidence {
            Evidence::EarningsBelow { .. } => format!("{whose} earns less than forecast"),
            Evidence::RenewalsFalling { .. } => format!("{whose}: fewer subscribers renew"),
            Evidence::ConnectionBroken { platform, names, .. } => format!("Reconnect {names} on {platform}"),
            Evidence::LargeRefund { currency, gross, .. } => {
                format!("{whose}: {} taken back", Money::new(gross.saturating_neg(), *currency))
            }
            Evidence::RollupsDiffer { .. } => format!("{whose}: kept sums differ from a recount"),
        }
    }

    /// The evidence, in a sentence or two.
    #[must_use]
    pub fn text(&self) -> String {
        match &self.evidence {
            Evidence::EarningsBelow { currency, start, end, net, low, high } => {
                let money = |minor: i64| Money::new(minor, *currency);
                let days = Period { start: *start, end: *end };
                format!(
                    "Net {} on {days}. The forecast was {} to {}.",
                    money(*net),
                    money(*low),
                    money(*high)
                )
            }
            Evidence::RenewalsFalling { renewed, due, renewed_before, due_before } => format!(
                "In 30 days {} of {} subscriptions were renewed ({}). In the 90 days before it was {} of {} ({}).",
                Figure::Count(*renewed),
                Figure::Count(*due),
                share(*renewed, *due),
                Figure::Count(*renewed_before),
                Figure::Count(*due_before),
                share(*renewed_before, *due_before)
            ),
            Evidence::ConnectionBroken { platform, .. } => {
                format!(
                    "{platform} ended our access, so nothing new arrives. Everything seen so far is kept."
                )
            }
            Evidence::LargeRefund { currency, occurred_at, threshold, usual_day, .. } => {
                let money = |minor: i64| Money::new(minor, *currency);
                format!(
                    "On {}. The account takes in {} on a usual day; you are told of {} and more.",
                    occurred_at.format("%-d %b %Y"),
                    money(*usual_day),
                    money(*threshold)
                )
            }
            Evidence::RollupsDiffer { differences, example } => match differences {
                1 => format!("{example}. Nothing was changed."),
                n => {
                    format!("{} sums differ. One of them: {example}. Nothing was changed.", Figure::Count(*n))
                }
            },
        }
    }

    /// Where the matter is seen or put right: address and words.
    #[must_use]
    pub fn links(&self) -> Vec<(String, &'static str)> {
        let account = self.account.as_ref().map(|(id, _)| format!("/accounts/{id}"));
        let link = |tab: &str, words| account.as_ref().map(|it| (format!("{it}{tab}"), words));
        let links = match &self.evidence {
            Evidence::ConnectionBroken { .. } => {
                [Some(("/connections".to_owned(), "Connections")), link("", "Account")]
            }
            Evidence::LargeRefund { occurred_at, .. } => {
                let day = occurred_at.date_naive();
                [
                    link(&format!("/earnings?from={day}&to={day}"), "Transactions of the day"),
                    link("", "Account"),
                ]
            }
            Evidence::RenewalsFalling { .. } => [link("/subscribers", "Subscribers"), link("", "Account")],
            Evidence::EarningsBelow { start, end, .. } => {
                let last = Period { start: *start, end: *end }.last_day();
                let days = format!("period=custom&from={start}&to={last}");
                [Some((format!("{}?{days}", account.as_deref().unwrap_or("/dashboard")), "These days")), None]
            }
            Evidence::RollupsDiffer { .. } => {
                [Some(("/earnings/checks".to_owned(), "The check")), link("", "Account")]
            }
        };
        links.into_iter().flatten().collect()
    }
}

/// `61 %`
fn share(part: i64, of: i64) -> String {
    if of <= 0 { "—".to_owned() } else { format!("{} %", (part * 200 + of) / (of * 2)) }
}

/// An alert's place in a list, the newest first.
pub type Key = (DateTime<Utc>, AlertId);

/// Which alerts are meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Those that are over, instead of those that go on.
    pub ended: bool,
    /// Of this kind alone.
    pub kind: Option<Kind>,
}

/// From which refund on an alert is raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// So many whole units of the account's currency at least.
    pub refund_from: i64,
    /// And this share of what the account takes in on a usual day, in percent.
    pub refund_share: i32,
}

impl Default for Rules {
    fn default() -> Self {
        Self { refund_from: 100, refund_share: 50 }
    }
}

impl Rules {
    /// From so many minor units on a refund is large.
    #[must_use]
    pub fn threshold(&self, currency: Currency, usual_day: i64) -> i64 {
        let least = self.refund_from.saturating_mul(10_i64.saturating_pow(currency.exponent()));
        let share = i128::from(usual_day.max(0)) * i128::from(self.refund_share) / 100;
        least.max(i64::try_from(share).unwrap_or(i64::MAX))
    }
}

/// How often a member is told by mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum Rhythm {
    /// Not at all.
    Off,
    /// As soon as something happens.
    AtOnce,
    /// Once a day, when there is something.
    Daily,
    /// On Mondays, when there is something.
    Weekly,
}

impl Rhythm {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Off, Self::AtOnce, Self::Daily, Self::Weekly];

    /// The form in the database and in forms.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::AtOnce => "at_once",
            Self::Daily => "daily",
            Self::Weekly => "weekly",
        }
    }

    /// The rhythm of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rhythm| rhythm.as_str() == name)
    }
}

/// How a member is told by mail, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest {
    /// How often.
    pub rhythm: Rhythm,
    /// From which hour of the day on, in the agency's zone.
    pub hour: i32,
}

impl Default for Digest {
    fn default() -> Self {
        Self { rhythm: Rhythm::Off, hour: 8 }
    }
}

impl Digest {
    /// The day of which a digest is due, if one is: today's, or this Monday's, from its hour on, unless dealt with already.
    /// Whoever was down at that hour makes up for it later; a day of which nobody heard is not made up for.
    #[must_use]
    pub fn due(self, last_on: Option<NaiveDate>, now: DateTime<Utc>, zone: Tz) -> Option<NaiveDate> {
        let local = now.with_timezone(&zone).naive_local();
        let today = local.date();
        let day = match self.rhythm {
            Rhythm::Off | Rhythm::AtOnce => return None,
            Rhythm::Daily => today,
            Rhythm::Weekly => today.week(chrono::Weekday::Mon).first_day(),
        };
        let hour = u32::try_from(self.hour).ok().and_then(|hour| NaiveTime::from_hms_opt(hour, 0, 0))?;
        let is_time = local >= day.and_time(hour);
        (is_time && last_on.is_none_or(|last| last < day)).then_some(day)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_daily_digest_is_due_once_a_day_from_its_hour_in_the_agencys_zone() {
        let digest = Digest { rhythm: Rhythm::Daily, hour: 8 };
        let berlin = Tz::Europe__Berlin;
        assert_eq!(digest.due(None, at("2026-11-25T06:59:00Z"), berlin), None);
        assert_eq!(digest.due(None, at("2026-11-25T07:00:00Z"), berlin), Some(day("2026-11-25")));
        assert_eq!(digest.due(Some(day("2026-11-25")), at("2026-11-25T22:00:00Z"), berlin), None);
        // 23:30 in Berlin is still the day before in New York, where the hour has long passed.
        assert_eq!(
            digest.due(Some(day("2026-11-24")), at("2026-11-25T23:30:00Z"), Tz::America__New_York),
            Some(day("2026-11-25"))
        );
    }

    #[test]
    fn an_hour_that_the_clocks_skip_is_made_up_for() {
        let digest = Digest { rhythm: Rhythm::Daily, hour: 2 };
        // On 29 March 2026 the clocks of Berlin go from 2 to 3.
        assert_eq!(digest.due(None, at("2026-03-29T00:59:00Z"), Tz::Europe__Berlin), None);
        assert_eq!(digest.due(None, at("2026-03-29T01:00:00Z"), Tz::Europe__Berlin), Some(day("2026-03-29")));
    }

    #[test]
    fn a_weekly_digest_is_of_monday_and_late_when_nothing_ran_then() {
        let digest = Digest { rhythm: Rhythm::Weekly, hour: 8 };
        let monday = Some(day("2026-11-23"));
        assert_eq!(digest.due(Some(day("2026-11-16")), at("2026-11-23T07:59:00Z"), Tz::UTC), None);
        assert_eq!(digest.due(Some(day("2026-11-16")), at("2026-11-23T08:00:00Z"), Tz::UTC), monday);
        assert_eq!(digest.due(Some(day("2026-11-16")), at("2026-11-25T03:00:00Z"), Tz::UTC), monday);
        assert_eq!(digest.due(monday, at("2026-11-29T23:59:00Z"), Tz::UTC), None);
        for rhythm in [Rhythm::Off, Rhythm::AtOnce] {
            assert_eq!(Digest { rhythm, hour: 0 }.due(None, at("2026-11-25T12:00:00Z"), Tz::UTC), None);
        }
    }

    #[test]
    fn a_refund_is_large_by_the_higher_of_both_bounds() {
        let rules = Rules { refund_from: 100, refund_share: 50 };
        assert_eq!(rules.threshold(Currency::USD, 0), 10_000);
        assert_eq!(rules.threshold(Currency::USD, 30_000), 15_000);
        assert_eq!(rules.threshold(Currency::USD, -30_000), 10_000);
        assert_eq!(rules.threshold("JPY".parse().unwrap(), 0), 100);
        assert_eq!(rules.threshold(Currency::USD, i64::MAX), i64::MAX / 2);
    }

    #[test]
    fn evidence_reads_back_as_it_was_written() {
        let connection = ConnectionId(uuid::Uuid::nil());
        let evidence =
            Evidence::ConnectionBroken { connection, platform: "Fanvue".to_owned(), names: "Mia".to_owned() };
        let written = serde_json::to_value(&evidence).unwrap();
        assert_eq!(written["kind"], evidence.kind().as_str());
        assert_eq!(serde_json::from_value::<Evidence>(written).unwrap(), evidence);
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.as_str()), Some(kind));
        }
    }

    #[test]
    fn shares_are_rounded_and_of_nothing_there_is_none() {
        assert_eq!(
            (share(1, 3), share(2, 3), share(0, 0)),
            ("33 %".to_owned(), "67 %".to_owned(), "—".to_owned())
        );
    }
}
