//! What the whole agency, or some of its accounts, earned.

use crate::analytics::policy::ViewDashboard;
use crate::analytics::revenue::{
    Bare, Detail, Heat, Income, Pair, Revenue, TopDay, Wanted, incomes, row_steps, rows, year_before,
};
use crate::analytics::selection::{Chosen, choose, offers};
use crate::analytics::store::revenue::{self as store, Of, SourceRow};
use crate::analytics::types::{Edition, History};
use crate::analytics::{Against, Selection};
use crate::auth::Scope;
use crate::db::{AgencyTx, Db};
use crate::error::Result;
use crate::ids::AccountId;
use crate::money::{Currency, Money};
use crate::period::{Choice, Period};
use crate::platform::EarningSource;
use crate::ui::{Figure, Series, Step};
use chrono::NaiveDate;
use chrono_tz::Tz;
use std::collections::BTreeMap;

/// Days times accounts of which sources are read one by one; of more, sums over all sources are.
const FEW: i64 = 4_500;
/// Days times accounts whose sums are read day by day.
const DAILY: i64 = 25_000;
/// Earnings that are counted one by one into hours of the week.
const COUNTED: i64 = 10_000;
/// The days with most net that are shown.
const TOP_DAYS: i64 = 10;

/// Days, what they are compared with, and accounts.
#[derive(Clone, Debug)]
pub struct Question {
    /// Which days.
    pub choice: Choice,
    /// Which days they are compared with.
    pub against: Against,
    /// Of which accounts.
    pub selection: Selection,
    /// What accounts offered besides have in their name.
    pub words: Option<String>,
}

impl Question {
    /// The days, and those they are compared with, when today is `today`.
    #[must_use]
    pub fn periods(&self, today: NaiveDate) -> (Period, Period) {
        (self.choice.period(today), self.against.period(self.choice, today))
    }
}

/// Everything that the page of revenue shows.
///
/// # Errors
/// When the database does not answer.
pub async fn revenue(
    db: &Db,
    scope: &Scope<ViewDashboard>,
    edition: Edition,
    question: Question,
    wanted: Wanted,
) -> Result<Revenue> {
    let (period, against) = question.periods(edition.today);
    let mut tx = db.begin(scope).await?;
    let chosen = choose(&mut tx, question.selection).await?;
    let offers = offers(&mut tx, question.words.as_deref()).await?;
    let accounts = chosen.accounts.as_deref();
    let history = history(&mut tx, accounts).await?;
    let compared = history.compares_earnings(against);
    let of = of(accounts, period, against);
    let sums = sums(store::list_sources(&mut tx, of, period, against).await?);
    let incomes = incomes(&sums, edition.currency, compared);
    let asked = incomes.iter().find(|it| Some(it.currency) == wanted.currency).or(incomes.first());
    let detail = match asked.filter(|_| !chosen.is_empty()) {
        Some(income) => {
            let shown = Shown { edition, accounts, of, period, against, compared, history: &history };
            Some(shown.detail(&mut tx, income, wanted).await?)
        }
        None => None,
    };
    Ok(Revenue { today: edition.today, period, against, history, chosen, offers, incomes, detail })
}

/// How far back the earnings of `accounts`, or of all, reach.
pub(super) async fn history(tx: &mut AgencyTx, accounts: Option<&[AccountId]>) -> Result<History> {
    let (first_earning, earnings_complete_from) = store::lookup_reach(tx, accounts).await?;
    Ok(History { first_earning, earnings_complete_from, ..History::default() })
}

fn of(accounts: Option<&[AccountId]>, period: Period, against: Period) -> Of<'_> {
    match accounts {
        None => Of::Agency,
        Some(ids) if count(ids) * (period.days() + against.days()) <= FEW => Of::Few(ids),
        Some(ids) => Of::Many(ids),
    }
}

fn count(ids: &[AccountId]) -> i64 {
    i64::try_from(ids.len()).unwrap_or(i64::MAX / 10_000)
}

/// The sums by currency and source; where sources are not kept apart they are of nothing.
fn sums(found: Vec<SourceRow>) -> BTreeMap<Currency, Vec<(Option<EarningSource>, Pair)>> {
    let mut sums: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for row in found {
        // The platform's rows are checked when they come in; what is no currency cannot be shown.
        let Ok(currency) = row.currency.parse() else { continue };
        let now = Bare { net: row.net, gross: row.gross, payments: row.payments, refunds: row.refunds };
        let before = Bare {
            net: row.net_before,
            gross: row.gross_before,
            payments: row.payments_before,
            refunds: row.refunds_before,
        };
        sums.entry(currency).or_default().push((source(&row.source), Pair { now, before }));
    }
    sums
}

fn source(text: &str) -> Option<EarningSource> {
    (!text.is_empty()).then(|| EarningSource::parse(text))
}

/// What the details of one currency are made from.
struct Shown<'a> {
    edition: Edition,
    accounts: Option<&'a [AccountId]>,
    of: Of<'a>,
    period: Period,
    against: Period,
    compared: bool,
    history: &'a History,
}

impl Shown<'_> {
    async fn detail(&self, tx: &mut AgencyTx, income: &Income, wanted: Wanted) -> Result<Detail> {
        let currency = income.currency;
        let is_many = matches!(self.of, Of::Many(_));
        let step = wanted.step.filter(|step| *step != Step::Year);
        let step = step.unwrap_or_else(|| Step::for_days(self.period.days()));
        let step = if is_many { Step::Month } else { step };
        let days = step.of(self.period);
        let parts = self.parts(tx, income, step, &days).await?;
        let before = if self.compared { Some(self.before(tx, currency, step).await?) } else { None };
        let (row_step, rows) = self.rows(tx, currency, wanted).await?;
        Ok(Detail {
            currency,
            heat: self.heat(tx, income).await?,
            top_days: if is_many { None } else { Some(self.top_days(tx, currency).await?) },
            step,
            days,
            parts,
            before,
            row_step,
            rows,
        })
    }

    /// A series for each source, in the order of their sums.
    async fn parts(
        &self,
        tx: &mut AgencyTx,
        income: &Income,
        step: Step,
        days: &[Period],
    ) -> Result<Vec<Series>> {
        let found = store::list_steps(tx, self.of, Some(income.currency), step, self.period).await?;
        let mut nets: BTreeMap<Option<EarningSource>, BTreeMap<NaiveDate, i64>> = BTreeMap::new();
        for row in found {
            *nets.entry(source(&row.source)).or_default().entry(row.start).or_default() += row.net;
        }
        let place = |source: &Option<EarningSource>| {
            let known = income.sources.iter().position(|it| Some(&it.0) == source.as_ref());
            known.unwrap_or(usize::MAX)
        };
        let mut nets: Vec<_> = nets.into_iter().collect();
        nets.sort_by_key(|(source, _)| place(source));
        let part = |(source, nets): (Option<EarningSource>, BTreeMap<NaiveDate, i64>)| Series {
            words: source.map_or_else(|| "All sources".to_owned(), |source| source.plural()),
            values: days.iter().map(|days| nets.get(&days.start).copied().unwrap_or(0)).collect(),
        };
        Ok(nets.into_iter().map(part).collect())
    }

    async fn before(&self, tx: &mut AgencyTx, currency: Currency, step: Step) -> Result<Vec<i64>> {
        let found = store::list_totals(tx, self.of, currency, step, self.against).await?;
        let nets: BTreeMap<_, _> = found.into_iter().collect();
        let days = step.of(self.against).into_iter();
        Ok(days.map(|days| nets.get(&days.start).copied().unwrap_or(0)).collect())
    }

    async fn top_days(&self, tx: &mut AgencyTx, currency: Currency) -> Result<Vec<TopDay>> {
        let found = store::list_top_days(tx, self.of, currency, self.period, TOP_DAYS).await?;
        let day = |row: store::DayRow| TopDay {
            day: row.day,
            net: Money::new(row.net, currency),
            payments: row.payments,
        };
        Ok(found.into_iter().map(day).collect())
    }

    /// Earnings of chosen accounts are counted one by one as long as they are few.
    async fn heat(&self, tx: &mut AgencyTx, income: &Income) -> Result<Heat> {
        let zone = self.edition.zone.unwrap_or(Tz::UTC);
        let Figure::Count(payments) = income.total.payments.current else {
            return Ok(Heat { hours: [[0; 24]; 7], is_of_agency: false });
        };
        let accounts = self.accounts.filter(|_| payments <= COUNTED);
        let found = store::list_hours(tx, accounts, income.currency, self.period, zone).await?;
        let mut hours = [[0; 24]; 7];
        for (hour, net) in found {
            let Ok(hour) = usize::try_from(hour) else { continue };
            if let Some(sum) = hours.as_flattened_mut().get_mut(hour) {
                *sum = net;
            }
        }
        Ok(Heat { hours, is_of_agency: self.accounts.is_some() && accounts.is_none() })
    }

    async fn rows(
        &self,
        tx: &mut AgencyTx,
        currency: Currency,
        wanted: Wanted,
    ) -> Result<(Step, Vec<crate::analytics::revenue::Row>)> {
        let step = wanted.rows.filter(|step| *step != Step::Day).unwrap_or(Step::Month);
        let weekly = |ids: &[AccountId]| count(ids) * 460 <= DAILY;
        let (step, of) = match (self.accounts, step) {
            (None, step) => (step, Of::Agency),
            (Some(ids), Step::Week) if weekly(ids) => (Step::Week, Of::Daily(ids)),
            (Some(ids), Step::Year) => (Step::Year, Of::Many(ids)),
            (Some(ids), _) => (Step::Month, Of::Many(ids)),
        };
        let steps = row_steps(step, self.period);
        let (Some(newest), Some(oldest)) = (steps.first(), steps.last()) else {
            return Ok((step, Vec::new()));
        };
        let before = step.start(oldest.start - chrono::Days::new(1));
        let first = year_before(step, oldest.start).unwrap_or(before).min(before);
        let window = Period { start: first, end: newest.end };
        let nets = store::list_totals(tx, of, currency, step, window).await?.into_iter().collect();
        let since = self.history.first_earning;
        Ok((step, rows(step, self.period, &nets, currency, since, self.edition.today)))
    }
}

/// What an export of revenue holds: of each currency and source the sums of each step, the oldest first.
pub(in crate::analytics) async fn steps(
    tx: &mut AgencyTx,
    chosen: &Chosen,
    period: Period,
    step: Option<Step>,
) -> Result<(Step, Vec<store::StepRow>)> {
    let of = of(chosen.accounts.as_deref(), period, Period { start: period.start, end: period.start });
    let step = step.filter(|step| *step != Step::Year).unwrap_or_else(|| Step::for_days(period.days()));
    let step = if matches!(of, Of::Many(_)) { Step::Month } else { step };
    Ok((step, store::list_steps(tx, of, None, step, period).await?))
}
