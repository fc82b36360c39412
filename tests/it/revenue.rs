//! The pages of revenue and comparison: every figure equals a recount of the earnings, whatever is selected.

use crate::app::{Browser, TestApp, audited, owner_agency, scope};
use crate::earnings::{new_account, record_now, tip};
use chrono::{DateTime, Datelike, Days, Duration, Timelike, Utc};
use chrono_tz::Tz;
use creatorcrm::analytics::policy::ViewDashboard;
use creatorcrm::analytics::{self, Against, Comparison, Question, Revenue, Selection, Wanted};
use creatorcrm::auth::{Scope, SystemScope};
use creatorcrm::ids::{AccountId, AgencyId};
use creatorcrm::period::{Choice, Period};
use creatorcrm::platform::{Earning, EarningSource};
use creatorcrm::ui::{Address, Compared, Figure, Step};

const NOW: &str = "2026-03-31T12:00:00Z";
const ZONE: Tz = Tz::Asia__Kolkata;

fn now() -> DateTime<Utc> {
    NOW.parse().unwrap()
}

/// An agency with three accounts and what they earned.
struct World {
    app: TestApp,
    browser: Browser,
    sees: Scope<ViewDashboard>,
    agency: AgencyId,
    accounts: Vec<AccountId>,
    earnings: Vec<(AccountId, Earning)>,
}

/// 360 earnings of three accounts over 700 days, some in euros, some taken back; always the same.
fn earnings(accounts: &[AccountId]) -> Vec<(AccountId, Earning)> {
    let sources = [EarningSource::Tip, EarningSource::Message, EarningSource::Renewal];
    let earning = |number: i64| {
        let mixed = (number * 7919 + 104_729) % 10_007;
        let back = number % 9 == 0;
        let gross = if back { -(100 + mixed % 900) } else { 500 + mixed };
        let at = now() - Duration::minutes(mixed * 100 + number);
        let row = Earning {
            occurred_at: at,
            gross,
            net: gross * 4 / 5,
            currency: if number % 5 == 0 { "EUR" } else { "USD" }.to_owned(),
            source: if back {
                EarningSource::Refund
            } else {
                sources[usize::try_from(number % 3).unwrap()].clone()
            },
            ..tip(&format!("t{number}"), NOW, 0, &format!("fan{}", number % 20))
        };
        (accounts[usize::try_from(number % 3).unwrap()], row)
    };
    (0..360).map(earning).collect()
}

async fn world() -> World {
    let (app, _) = TestApp::start_at(now()).await;
    let browser = app.owner("ana").await;
    let sees = scope::<ViewDashboard>(&app, "ana");
    let agency = owner_agency(&app, "ana").await;
    let mut accounts = Vec::new();
    for name in ["Ada", "Bea", "Cleo"] {
        accounts.push(new_account(&app.db, agency, name).await);
    }
    let earnings = earnings(&accounts);
    for account in &accounts {
        let rows: Vec<_> = earnings.iter().filter(|it| it.0 == *account).map(|it| it.1.clone()).collect();
        record_now(&app.db, agency, *account, &rows).await;
    }
    let mut tx = app.db.begin(&SystemScope::for_agency(agency, "test")).await.unwrap();
    sqlx::query("update agencies set time_zone = $2 where agency_id = $1")
        .bind(agency)
        .bind(ZONE.name())
        .execute(tx.conn())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    World { app, browser, sees, agency, accounts, earnings }
}

fn question(query: &str) -> Question {
    let address = Address::parse(&format!("/analytics?{query}"));
    let period = address.value("period").unwrap_or("30d").to_owned();
    Question {
        choice: Choice::parse(&period, address.value("from"), address.value("to")).unwrap(),
        against: Against::parse(&address).unwrap(),
        selection: Selection::parse(&address),
        words: None,
    }
}

impl World {
    async fn revenue(&self, query: &str, wanted: Wanted) -> Revenue {
        let edition = analytics::edition(&self.app.db, &self.sees).await.unwrap();
        analytics::revenue_of(&self.app.db, &self.sees, edition, question(query), wanted).await.unwrap()
    }

    async fn compare(&self, query: &str) -> Comparison {
        let edition = analytics::edition(&self.app.db, &self.sees).await.unwrap();
        analytics::comparison_of(&self.app.db, &self.sees, edition, question(query), Wanted::default())
            .await
            .unwrap()
    }

    /// Net, gross, payments and refunds of the earnings that `keep` keeps.
    fn sums(&self, keep: impl Fn(&AccountId, &Earning) -> bool) -> [i64; 4] {
        let kept = self.earnings.iter().filter(|(account, row)| keep(account, row));
        kept.fold([0; 4], |[net, gross, payments, refunds], (_, row)| {
            [
                net + row.net,
                gross + row.gross,
                payments + i64::from(row.gross > 0),
                refunds + row.gross.min(0),
            ]
        })
    }
}

fn inside(period: Period, row: &Earning) -> bool {
    let day = row.occurred_at.date_naive();
    period.start <= day && day < period.end
}

fn numbers(sums: &analytics::Sums) -> [(i64, Option<i64>); 4] {
    let pair = |it: Compared| (it.current.number(), it.previous.map(Figure::number));
    [pair(sums.net), pair(sums.gross), pair(sums.payments), pair(sums.refunds)]
}

fn beside(now: [i64; 4], before: [i64; 4]) -> [(i64, Option<i64>); 4] {
    [0, 1, 2, 3].map(|at| (now[at], Some(before[at])))
}

/// Compares every figure of `shown` with a recount of the earnings of `accounts`.
fn check(world: &World, shown: &Revenue, accounts: &[AccountId], query: &str) {
    let (period, against) = (shown.period, shown.against);
    for income in &shown.incomes {
        let code = income.currency.as_str();
        let of = |days: Period, source: Option<&EarningSource>| {
            world.sums(|account, row| {
                let kept = accounts.contains(account) && row.currency == code && inside(days, row);
                kept && source.is_none_or(|source| row.source == *source)
            })
        };
        assert_eq!(numbers(&income.total), beside(of(period, None), of(against, None)), "{code} {query}");
        for (source, sums) in &income.sources {
            let expected = beside(of(period, Some(source)), of(against, Some(source)));
            assert_eq!(numbers(sums), expected, "{code} {source:?} {query}");
        }
    }
    let detail = shown.detail.as_ref().unwrap();
    let code = detail.currency.as_str();
    let net = |keep: &dyn Fn(&Earning) -> bool| {
        world.sums(|account, row| accounts.contains(account) && row.currency == code && keep(row))[0]
    };
    for (at, days) in detail.days.iter().enumerate() {
        let sum: i64 = detail.parts.iter().map(|part| part.values[at]).sum();
        assert_eq!(sum, net(&|row| inside(*days, row)), "{days} {query}");
    }
    for row in &detail.rows {
        assert_eq!(row.net.current.number(), net(&|it| inside(row.days, it)), "{} {query}", row.days);
        if let Some(before) = row.net.previous {
            let previous =
                Period { start: detail.row_step.start(row.days.start - Days::new(1)), end: row.days.start };
            assert_eq!(before.number(), net(&|it| inside(previous, it)), "before {} {query}", row.days);
        }
    }
    for day in detail.top_days.iter().flatten() {
        assert_eq!(day.net.minor, net(&|row| row.occurred_at.date_naive() == day.day), "{} {query}", day.day);
    }
    assert!(!detail.heat.is_of_agency);
    for (day, hours) in detail.heat.hours.iter().enumerate() {
        for (hour, sum) in hours.iter().enumerate() {
            let at = |row: &Earning| {
                // The agency's hours are whole hours of UTC; where the zone is off by half an hour, an earning counts to the hour
                // in which its hour of UTC begins.
                let exact = shown.chosen.accounts.is_some();
                let at = if exact {
                    row.occurred_at
                } else {
                    row.occurred_at.with_minute(0).unwrap().with_second(0).unwrap()
                };
                let local = at.with_timezone(&ZONE);
                let place = (local.weekday().num_days_from_monday(), local.hour());
                inside(period, row) && place == (u32::try_from(day).unwrap(), u32::try_from(hour).unwrap())
            };
            assert_eq!(*sum, net(&at), "weekday {day}, hour {hour}, {query}");
        }
    }
}

#[tokio::test]
async fn every_figure_equals_a_recount_whatever_is_selected() {
    let world = world().await;
    let [ada, bea, cleo] = world.accounts[..] else { panic!("three accounts") };
    let all = [ada, bea, cleo];
    let selections = [
        (String::new(), all.to_vec()),
        (format!("account={ada}"), vec![ada]),
        (format!("account={cleo}&account={bea}"), vec![bea, cleo]),
        (format!("account={ada}&account={cleo}&account={bea}"), all.to_vec()),
    ];
    let days = [
        "period=90d",
        "period=12m",
        "period=last-month&against=year",
        "period=custom&from=2025-11-03&to=2026-01-17&against=days&against_from=2025-12-01&against_to=2026-03-30",
        // Longer than sources of chosen accounts are kept apart for.
        "period=custom&from=2023-04-05&to=2026-03-31&against=days&against_from=2023-04-11&against_to=2026-03-30",
    ];
    for (selected, accounts) in &selections {
        for days in days {
            for step in [None, Some(Step::Week), Some(Step::Year)] {
                let query = format!("{days}&{selected}");
                let wanted =
                    Wanted { currency: "EUR".parse().ok().filter(|_| step.is_some()), step, rows: step };
                let shown = world.revenue(&query, wanted).await;
                check(&world, &shown, accounts, &query);
            }
        }
    }
}

#[tokio::test]
async fn accounts_stand_side_by_side_with_their_own_sums() {
    let world = world().await;
    let found = world.compare("period=90d&against=year").await;
    assert_eq!(found.sides.len(), 3);
    for side in &found.sides {
        for (currency, sums) in &side.sums {
            let of = |days: Period| {
                world.sums(|account, row| {
                    *account == side.id && row.currency == currency.as_str() && inside(days, row)
                })
            };
            assert_eq!(
                numbers(sums),
                beside(of(found.period), of(found.against)),
                "{} {currency}",
                side.name
            );
        }
    }
    let chart = found.chart.unwrap();
    for (line, side) in chart.lines.iter().zip(&found.sides) {
        let [net, ..] = world.sums(|account, row| {
            *account == side.id && row.currency == chart.currency.as_str() && inside(found.period, row)
        });
        assert_eq!((line.words.as_str(), line.values.iter().sum::<i64>()), (side.name.as_str(), net));
    }
    let one = world.compare(&format!("period=90d&account={}", world.accounts[1])).await;
    assert_eq!(one.sides.iter().map(|side| side.id).collect::<Vec<_>>(), [world.accounts[1]]);
}

#[tokio::test]
async fn pages_open_and_leave_as_files_that_are_on_record() {
    let mut world = world().await;
    let ada = world.accounts[0];
    let page = world.browser.open("/analytics?period=12m&by=month&rows=week").await;
    assert_eq!(page.status, 200);
    for words in [
        "Net earnings by source",
        "By weekday and hour",
        "Hours in Asia/Kolkata",
        "Best days",
        "Refunds",
        "Net by week",
    ] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    assert!(
        page.text.contains("/analytics.csv?period=12m&amp;by=month"),
        "the file shows what the page shows"
    );
    assert_eq!(world.browser.open("/analytics/compare?period=90d").await.status, 200);
    let text = world.browser.open(&format!("/analytics.csv?period=12m&by=month&account={ada}")).await.text;
    let mut lines = text.lines();
    assert_eq!(
        lines.next(),
        Some("first day (UTC),last day (UTC),currency,source,payments,gross,refunds,net")
    );
    let usd: Vec<_> = lines.filter(|line| line.contains(",USD,")).collect();
    let year = Choice::TwelveMonths.period(now().date_naive());
    let [net, ..] = world.sums(|account, row| *account == ada && row.currency == "USD" && inside(year, row));
    let minor =
        |line: &str| (line.rsplit(',').next().unwrap().parse::<f64>().unwrap() * 100.0).round() as i64;
    assert_eq!(usd.into_iter().map(minor).sum::<i64>(), net);
    let compared = world.browser.open("/analytics/compare.csv?period=90d").await.text;
    assert!(compared.contains("Ada,ada,USD,"), "{compared}");
    let events: Vec<_> = audited(&world.app, world.agency).await;
    let events: Vec<_> =
        events.into_iter().filter(|it| it.0 == "analytics.exported").map(|it| it.1).collect();
    assert_eq!(events.len(), 2);
    assert_eq!(
        (events[0]["page"].as_str(), events[0]["account"][0].as_str()),
        (Some("revenue"), Some(ada.to_string().as_str()))
    );
    assert_eq!(events[1]["page"], "compare");
}

#[tokio::test]
async fn an_agency_without_earnings_reads_well() {
    let app = TestApp::start().await;
    let mut browser = app.owner("ana").await;
    for path in ["/analytics", "/analytics/compare", "/analytics/views"] {
        let page = browser.open(path).await;
        assert_eq!(page.status, 200, "{path}");
    }
    assert!(browser.open("/analytics/compare").await.text.contains("No accounts to compare yet"));
    assert!(
        browser.open("/analytics?period=custom&from=x").await.text.contains("These days cannot be shown")
    );
    new_account(&app.db, owner_agency(&app, "ana").await, "Ada").await;
    assert!(browser.open("/analytics").await.text.contains("No earnings yet"));
    assert!(browser.open("/analytics/compare").await.text.contains("Nothing earned"));
}
