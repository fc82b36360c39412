//! The dashboard: every figure equals a recount of the raw rows, and nobody sees another agency's, another role's, or an old one.

use crate::app::{Browser, TestApp, scope};
use crate::earnings::{new_account, record_now, tip};
use chrono::{DateTime, Days, Duration, NaiveDate, Utc};
use creatorcrm::analytics::policy::ViewDashboard;
use creatorcrm::analytics::{self, Board, Dashboard, Reading};
use creatorcrm::auth::{Scope, SystemScope};
use creatorcrm::db::Tenant;
use creatorcrm::ids::{AccountId, AgencyId};
use creatorcrm::money::{Currency, Money};
use creatorcrm::period::{Choice, Period};
use creatorcrm::platform::{Earning, EarningSource, FanRef};
use creatorcrm::ui::{Compared, Figure};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const NOW: &str = "2026-03-31T12:00:00Z";

fn now() -> DateTime<Utc> {
    NOW.parse().unwrap()
}

/// An agency with its owner.
struct Agency {
    id: AgencyId,
    scope: Scope<ViewDashboard>,
    browser: Browser,
}

async fn agency(app: &TestApp, owner: &str) -> Agency {
    let browser = app.owner(owner).await;
    let scope = scope::<ViewDashboard>(app, owner);
    Agency { id: scope.agency_id(), scope, browser }
}

async fn dashboard(app: &TestApp, agency: &Agency, choice: Choice) -> Dashboard {
    let edition = analytics::edition(&app.db, &agency.scope).await.unwrap();
    analytics::dashboard(&app.db, &agency.scope, edition, choice).await.unwrap()
}

async fn board(app: &TestApp, agency: &Agency, choice: Choice) -> Board {
    match dashboard(app, agency, choice).await {
        Dashboard::Board(board) => *board,
        Dashboard::Empty { .. } => panic!("the agency has accounts"),
    }
}

/// One statement on the agency's behalf; `$1` is the agency.
async fn execute(app: &TestApp, agency: AgencyId, statement: &str) {
    let statement = statement.replace("$1", &format!("'{agency}'"));
    let mut tx = app.db.begin(&SystemScope::for_agency(agency, "test")).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(tx.conn()).await.unwrap();
    tx.commit().await.unwrap();
}

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

// ------------------------------------------------------- the recount

/// One account's raw rows: earnings, and joined and lost per day.
#[derive(Clone, Debug, Default)]
struct Raw {
    earnings: Vec<Earning>,
    subscribers: Option<i64>,
    days: BTreeMap<NaiveDate, (i64, i64)>,
}

fn day_of(row: &Earning) -> NaiveDate {
    row.occurred_at.date_naive()
}

fn inside(period: Period, day: NaiveDate) -> bool {
    period.start <= day && day < period.end
}

/// Net and gross of what `keep` keeps.
fn sums(world: &[Raw], keep: impl Fn(usize, &Earning) -> bool) -> (i64, i64) {
    let rows = world.iter().enumerate().flat_map(|(at, raw)| raw.earnings.iter().map(move |row| (at, row)));
    rows.filter(|(at, row)| keep(*at, row))
        .fold((0, 0), |(net, gross), (_, row)| (net + row.net, gross + row.gross))
}

/// Per account and fan who paid in `period` in `currency`: net and gross of all their rows there, and how many payments.
fn payers(world: &[Raw], period: Period, currency: Currency) -> BTreeMap<(usize, String), (i64, i64, i64)> {
    let mut fans: BTreeMap<(usize, String), (i64, i64, i64)> = BTreeMap::new();
    for (at, raw) in world.iter().enumerate() {
        for row in
            raw.earnings.iter().filter(|row| inside(period, day_of(row)) && row.currency == currency.as_str())
        {
            let Some(fan) = &row.fan else { continue };
            let sums = fans.entry((at, fan.id.clone())).or_default();
            sums.0 += row.net;
            sums.1 += row.gross;
            sums.2 += i64::from(row.gross > 0);
        }
    }
    fans
}

fn figure(money: Compared) -> (i64, Option<i64>) {
    (money.current.number(), money.previous.map(Figure::number))
}

/// Compares every figure of `board` with what the raw rows say.
fn check(world: &[Raw], ids: &[AccountId], board: &Board) {
    let (period, previous) = (board.period, board.previous);
    let first = world.iter().flat_map(|raw| raw.earnings.iter().map(day_of)).min();
    let compared = first.is_some_and(|day| day < previous.end);
    let before = |number: i64| compared.then_some(number);
    let known: BTreeSet<Currency> = world
        .iter()
        .flat_map(|raw| &raw.earnings)
        .filter(|row| inside(period, day_of(row)) || (compared && inside(previous, day_of(row))))
        .map(|row| row.currency.parse().unwrap())
        .collect();
    let shown: BTreeSet<Currency> = board.earned.iter().map(|it| it.currency).collect();
    let expected = if known.is_empty() { BTreeSet::from([Currency::USD]) } else { known };
    assert_eq!(shown, expected);
    for earned in &board.earned {
        let code = earned.currency.as_str();
        let of = |days: Period| sums(world, |_, row| row.currency == code && inside(days, day_of(row)));
        let ((net, gross), (net_before, gross_before)) = (of(period), of(previous));
        assert_eq!(figure(earned.net), (net, before(net_before)));
        assert_eq!(figure(earned.gross), (gross, before(gross_before)));
        let days: Vec<_> = earned.days.iter().map(|it| (it.day, it.value, it.previous)).collect();
        let on = |day: NaiveDate| sums(world, |_, row| row.currency == code && day_of(row) == day).0;
        let expected: Vec<_> = period
            .iter()
            .zip(previous.iter().map(Some).chain(std::iter::repeat(None)))
            .map(|(day, past)| (day, on(day), past.filter(|_| compared).map(|past| (past, on(past)))))
            .collect();
        assert_eq!(days, expected);
        for (source, money) in &earned.sources {
            let of = |_, row: &Earning| {
                row.currency == code && row.source == *source && inside(period, day_of(row))
            };
            assert_eq!(money.minor, sums(world, of).0, "{source:?}");
        }
        assert_eq!(earned.sources.iter().map(|(_, money)| money.minor).sum::<i64>(), net);
        check_fans(world, earned, period, previous, compared);
    }
    check_accounts(world, ids, board, compared);
    check_subscribers(world, board);
}

fn check_fans(world: &[Raw], earned: &analytics::Earned, period: Period, previous: Period, compared: bool) {
    let average = |days: Period| {
        let fans = payers(world, days, earned.currency);
        let paying: Vec<_> = fans.values().filter(|fan| fan.2 > 0).collect();
        let sum: i64 = paying.iter().map(|fan| fan.0).sum();
        (paying.len(), (!paying.is_empty()).then(|| (sum as f64 / paying.len() as f64).round() as i64))
    };
    let ((paying, now), (_, past)) = (average(period), average(previous));
    assert_eq!(earned.paying_fans, paying as i64);
    assert_eq!(earned.average.map(figure), now.map(|now| (now, past.filter(|_| compared))));
    let mut spent: Vec<_> =
        payers(world, period, earned.currency).into_values().map(|fan| (fan.1, fan.2)).collect();
    spent.retain(|fan| fan.0 > 0);
    spent.sort_by_key(|fan| std::cmp::Reverse(fan.0));
    let top: Vec<_> = earned.top_fans.iter().map(|fan| fan.spent.minor).collect();
    assert_eq!(top, spent.iter().take(6).map(|fan| fan.0).collect::<Vec<_>>());
}

fn check_accounts(world: &[Raw], ids: &[AccountId], board: &Board, compared: bool) {
    assert_eq!(board.accounts.len(), ids.len());
    for account in &board.accounts {
        let at = ids.iter().position(|id| *id == account.id).unwrap();
        for compared_sum in &account.net {
            let Figure::Money(money) = compared_sum.current else { panic!("a count") };
            let of = |days: Period| {
                let code = money.currency.as_str();
                sums(world, |account, row| account == at && row.currency == code && inside(days, day_of(row)))
                    .0
            };
            let expected = (of(board.period), compared.then(|| of(board.previous)));
            assert_eq!(figure(*compared_sum), expected);
        }
        let told: BTreeSet<_> =
            account.net.iter().map(|sum| format!("{:?}", sum.current).contains("EUR")).collect();
        assert_eq!(told.len(), account.net.len(), "each currency once");
        let first = account.net.first().map_or(0, |sum| sum.current.number());
        assert_eq!(account.days.iter().sum::<i64>(), first);
    }
    let order: Vec<_> =
        board.accounts.iter().filter_map(|account| account.net.first()).map(|sum| sum.current).collect();
    let sorted = order.is_sorted_by_key(|figure| match figure {
        Figure::Money(money) => (money.currency != Currency::USD, -money.minor),
        Figure::Count(_) => panic!("a count"),
    });
    assert!(sorted, "{order:?}");
}

fn check_subscribers(world: &[Raw], board: &Board) {
    let told = board.subscribers;
    let of = |days: Period| {
        let all = world.iter().flat_map(|raw| &raw.days).filter(|(day, _)| inside(days, **day));
        all.fold((0, 0), |sum, (_, day)| (sum.0 + day.0, sum.1 + day.1))
    };
    assert_eq!((told.joined, told.lost), of(board.period));
    let first = world.iter().flat_map(|raw| raw.days.keys()).min();
    let known = |end: NaiveDate| first.is_some_and(|day| *day < end);
    let before = known(board.previous.end).then(|| of(board.previous));
    assert_eq!(told.joined_before.zip(told.lost_before), before);
    let at_the_end_of = |end: NaiveDate| {
        let counted = world.iter().filter_map(|raw| Some((raw.subscribers?, &raw.days)));
        let counts: Vec<_> = counted
            .map(|(count, days)| count - days.range(end..).map(|(_, day)| day.0 - day.1).sum::<i64>())
            .collect();
        (!counts.is_empty()).then(|| counts.into_iter().sum::<i64>())
    };
    let now_known = board.period.end > now().date_naive() || known(board.period.end);
    assert_eq!(told.active, at_the_end_of(board.period.end).filter(|_| now_known));
    assert_eq!(told.active_before, at_the_end_of(board.previous.end).filter(|_| known(board.previous.end)));
    assert_eq!(told.counted, world.iter().filter(|raw| raw.subscribers.is_some()).count() as i64);
}

// ------------------------------------------------------- random worlds

prop_compose! {
    /// An earning of the last eighty days; times at the borders of days are as likely as others.
    fn any_earning()(
        days in 0..80_u64, second in prop_oneof![Just(0), Just(86_399), 0..86_400_i64],
        gross in prop_oneof![4 => 1_i64..50_000, 1 => -20_000_i64..0], euro in proptest::bool::weighted(0.25),
        source in prop_oneof![Just("tip"), Just("message"), Just("renewal"), Just("refund"), Just("brand_new_kind")],
        fan in proptest::option::weighted(0.85, 0..9_u8),
    ) -> Earning {
        let midnight = (now().date_naive() - Days::new(days)).and_hms_opt(0, 0, 0).unwrap().and_utc();
        Earning {
            source: EarningSource::parse(source),
            currency: if euro { "EUR" } else { "USD" }.to_owned(),
            occurred_at: midnight + Duration::seconds(second),
            net: gross - gross / 5,
            gross,
            fan: fan.map(|fan| FanRef { id: format!("fan{fan}"), handle: Some(format!("handle{fan}")), display_name: None }),
            ..tip("", NOW, 0, "nobody")
        }
    }
}

prop_compose! {
    fn any_account()(
        earnings in proptest::collection::vec(any_earning(), 0..25),
        subscribers in proptest::option::weighted(0.8, 50..500_i64),
        days in proptest::collection::btree_map(0..80_u64, (0..9_i64, 0..9_i64), 0..20),
    ) -> Raw {
        let days = days.into_iter().map(|(back, day)| (now().date_naive() - Days::new(back), day)).collect();
        Raw { earnings, subscribers, days }
    }
}

fn any_choice() -> impl Strategy<Value = Choice> {
    let custom = (0..70_u64, 1..40_u64).prop_map(|(back, days)| {
        let end = now().date_naive() - Days::new(back);
        Choice::Custom(Period { start: end - Days::new(days), end })
    });
    prop_oneof![proptest::sample::select(Choice::OFFERED.to_vec()), custom]
}

/// Puts `world` in the place of whatever the agency had.
async fn become_world(app: &TestApp, agency: AgencyId, world: &[Raw]) -> Vec<AccountId> {
    let tables = [
        "alert_reads",
        "alerts",
        "earning_days",
        "fan_days",
        "account_sums",
        "subscriber_days",
        "fans",
        "earnings",
        "syncs",
        "accounts",
    ];
    let clear: Vec<_> =
        tables.iter().map(|table| format!("delete from {table} where agency_id = $1")).collect();
    execute(app, agency, &clear.join("; ")).await;
    let mut ids = Vec::new();
    for (at, raw) in world.iter().enumerate() {
        let account = new_account(&app.db, agency, &format!("Account {at}")).await;
        let earnings: Vec<_> = raw
            .earnings
            .iter()
            .enumerate()
            .map(|(id, row)| Earning { transaction_id: format!("t{id}"), ..row.clone() })
            .collect();
        record_now(&app.db, agency, account, &earnings).await;
        let count = raw.subscribers.map_or("null".to_owned(), |count| count.to_string());
        let mut known = format!(
            "update accounts set subscribers_count = {count} where id = '{account}';
             update syncs set subscribers_done_at = now() where account_id = '{account}'"
        );
        for (day, (joined, lost)) in &raw.days {
            known +=
                &format!("; insert into subscriber_days values ($1, '{account}', '{day}', {joined}, {lost})");
        }
        execute(app, agency, &known).await;
        ids.push(account);
    }
    ids
}

#[test]
fn every_figure_equals_a_recount_of_the_raw_rows() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (app, ours) = runtime.block_on(async {
        let (app, _clock) = TestApp::start_at(now()).await;
        let (ours, theirs) = (agency(&app, "anna").await, agency(&app, "zoe").await);
        // Another agency earns in the same days, in accounts whose platform ids and fans are like ours.
        let account = new_account(&app.db, theirs.id, "Account 0").await;
        let rows: Vec<_> = (0..60)
            .map(|at| tip(&format!("t{at}"), &(now() - Duration::days(at)).to_rfc3339(), 999, "fan1"))
            .collect();
        record_now(&app.db, theirs.id, account, &rows).await;
        (app, ours)
    });
    let config =
        ProptestConfig { cases: 48, failure_persistence: None, max_shrink_iters: 200, ..Default::default() };
    proptest!(config, |(world in proptest::collection::vec(any_account(), 1..4), choice in any_choice())| {
        runtime.block_on(async {
            let ids = become_world(&app, ours.id, &world).await;
            check(&world, &ids, &board(&app, &ours, choice).await);
        });
    });
}

// ------------------------------------------------------- single stories

#[tokio::test]
async fn a_day_ends_at_midnight_in_utc() {
    let (app, _clock) = TestApp::start_at(now()).await;
    let anna = agency(&app, "anna").await;
    let account = new_account(&app.db, anna.id, "Mia Hart").await;
    let rows = [
        tip("before", "2026-03-24T23:59:59.999999Z", 100, "leo"),
        tip("first", "2026-03-25T00:00:00Z", 200, "leo"),
        tip("last", "2026-03-31T23:59:59.999999Z", 400, "leo"),
        tip("after", "2026-04-01T00:00:00Z", 800, "leo"),
    ];
    record_now(&app.db, anna.id, account, &rows).await;
    let week = board(&app, &anna, Choice::Days(7)).await;
    assert_eq!(week.earned[0].gross, Compared::new(usd(600), Some(usd(100))));
    assert_eq!(week.latest[0].net, usd(640), "the newest earnings are shown whatever the period");
}

#[tokio::test]
async fn a_first_sync_under_way_compares_nothing_that_is_not_there_yet() {
    let (app, _clock) = TestApp::start_at(now()).await;
    let anna = agency(&app, "anna").await;
    let account = new_account(&app.db, anna.id, "Mia Hart").await;
    let rows = [tip("a", "2026-03-30T10:00:00Z", 500, "leo"), tip("b", "2026-03-20T10:00:00Z", 100, "leo")];
    record_now(&app.db, anna.id, account, &rows).await;
    let reached = |at: &str| {
        format!(
            "update syncs set state = 'running', backfill_done_at = null, backfill_reached = '{at}' where agency_id = $1"
        )
    };
    execute(&app, anna.id, &reached("2026-03-19T08:00:00Z")).await;
    let week = board(&app, &anna, Choice::Days(7)).await;
    assert_eq!(week.earned[0].gross, Compared::new(usd(500), None::<Money>));
    assert_eq!(week.accounts[0].health.state, "disconnected", "it has no connection");
    // Twelve whole days of the forty since the account exists.
    assert_eq!(week.history.reading, Some(Reading { accounts: 1, days: 12, of: None }));
    execute(
        &app,
        anna.id,
        "update accounts set platform_since = '2026-02-20T09:00:00Z' where agency_id = $1",
    )
    .await;
    let week = board(&app, &anna, Choice::Days(7)).await;
    assert_eq!(week.history.reading, Some(Reading { accounts: 1, days: 12, of: Some(40) }));

    execute(&app, anna.id, &reached("2026-03-17T08:00:00Z")).await;
    let week = board(&app, &anna, Choice::Days(7)).await;
    assert_eq!(week.earned[0].gross, Compared::new(usd(500), Some(usd(100))));

    // A sync that was stopped will bring nothing more.
    execute(
        &app,
        anna.id,
        "update syncs set state = 'stopped', backfill_reached = null where agency_id = $1",
    )
    .await;
    assert_eq!(board(&app, &anna, Choice::Days(7)).await.history.earnings_complete_from, None);
}

#[tokio::test]
async fn an_agency_without_accounts_is_told_what_to_do() {
    let (app, _clock) = TestApp::start_at(now()).await;
    let mut anna = agency(&app, "anna").await;
    assert_eq!(dashboard(&app, &anna, Choice::Days(30)).await, Dashboard::Empty { problems: Vec::new() });
    let page = anna.browser.open("/dashboard").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains(r#"href="/connections/new""#), "{}", page.text);
    assert!(!page.text.contains("Net earnings"), "{}", page.text);
}

#[tokio::test]
async fn the_page_shows_figures_and_follows_every_commit() {
    let (app, _clock) = TestApp::start_at(now()).await;
    let mut anna = agency(&app, "anna").await;
    let account = new_account(&app.db, anna.id, "Mia Hart").await;
    record_now(&app.db, anna.id, account, &[tip("a", "2026-03-30T10:00:00Z", 123_400, "leo")]).await;
    for path in ["/dashboard", "/dashboard?period=7d", "/dashboard?period=12m"] {
        let page = anna.browser.open(path).await;
        assert_eq!(page.status, 200);
        assert!(page.text.contains("$987.20") && page.text.contains("Mia Hart"), "{}", page.text);
        assert!(page.text.contains("Tips") && page.text.contains("/accounts/"), "{}", page.text);
    }
    // At once, without a word from the database in between.
    record_now(&app.db, anna.id, account, &[tip("b", "2026-03-31T10:00:00Z", 1000, "leo")]).await;
    let page = anna.browser.open("/dashboard").await;
    assert!(page.text.contains(r#"stat-value">$995.20"#), "{}", page.text);
    execute(&app, anna.id, "update accounts set name = 'Nora Lind', renamed = true where agency_id = $1")
        .await;
    let page = anna.browser.open("/dashboard").await;
    assert!(page.text.contains("Nora Lind") && !page.text.contains("Mia Hart"), "{}", page.text);
}

#[tokio::test]
async fn what_is_kept_is_nobody_elses() {
    let (app, clock) = TestApp::start_at(now()).await;
    let (mut anna, mut zoe) = (agency(&app, "anna").await, agency(&app, "zoe").await);
    for (agency, name, gross) in [(&anna, "Mia Hart", 111_100), (&zoe, "Ava Stone", 222_200)] {
        let account = new_account(&app.db, agency.id, name).await;
        record_now(&app.db, agency.id, account, &[tip("a", "2026-03-30T10:00:00Z", gross, "leo")]).await;
    }
    // Both at the same version, day and address.
    execute(&app, anna.id, "update agencies set data_version = 500 where agency_id = $1").await;
    execute(&app, zoe.id, "update agencies set data_version = 500 where agency_id = $1").await;
    for _ in 0..2 {
        let (ours, theirs) = (anna.browser.open("/dashboard").await, zoe.browser.open("/dashboard").await);
        assert!(ours.text.contains("Mia Hart") && ours.text.contains("$888.80"), "{}", ours.text);
        assert!(!ours.text.contains("Ava Stone") && !ours.text.contains("$1,777.60"), "{}", ours.text);
        assert!(theirs.text.contains("Ava Stone") && !theirs.text.contains("Mia Hart"), "{}", theirs.text);
        // The visitor's own parts stand outside what is kept.
        assert!(ours.text.contains("anna@example.com") && theirs.text.contains("zoe@example.com"));
    }
    // The next day is another page, though nothing was committed.
    let week = "/dashboard?period=7d";
    assert!(anna.browser.open(week).await.text.contains("25 – 31 Mar 2026"));
    clock.advance(Duration::days(1));
    assert!(anna.browser.open(week).await.text.contains("26 Mar – 1 Apr 2026"));
    // Who may not, does not see it for being kept.
    execute(&app, anna.id, "update members set role = 'chatter' where agency_id = $1").await;
    app.app.members.invalidate_all();
    let page = anna.browser.open("/dashboard").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("No accounts yet") && !page.text.contains("$888.80"), "{}", page.text);
}

#[tokio::test]
async fn a_period_that_cannot_be_shown_is_answered_by_a_sentence() {
    let (app, _clock) = TestApp::start_at(now()).await;
    let mut anna = agency(&app, "anna").await;
    new_account(&app.db, anna.id, "Mia Hart").await;
    for query in [
        "period=yesterday",
        "period=custom",
        "period=custom&from=2026-03-05&to=2026-03-01",
        "period=custom&from=-262143-01-01&to=-262143-01-02",
        "period=custom&from=2026-02-30&to=2026-03-01",
        "period=custom&from=2001-01-01&to=2026-03-01",
    ] {
        let page = anna.browser.open(&format!("/dashboard?{query}")).await;
        assert_eq!(page.status, 200, "{query}");
        assert!(page.text.contains("Here are the last 30 days."), "{query}: {}", page.text);
        assert!(page.text.contains("2 – 31 Mar 2026"), "{query}: {}", page.text);
    }
    let page =
        anna.browser.open("/dashboard?period=custom&from=2026-01-05&to=2026-01-11&currency=%3Cscript").await;
    assert!(page.text.contains("5 – 11 Jan 2026") && !page.text.contains("<script\""), "{}", page.text);
}

#[tokio::test]
async fn currencies_stand_side_by_side_and_of_many_one_is_chosen() {
    let (app, _clock) = TestApp::start_at(now()).await;
    let mut anna = agency(&app, "anna").await;
    let account = new_account(&app.db, anna.id, "Mia Hart").await;
    let in_currency = |code: &str, gross| Earning {
        currency: code.to_owned(),
        ..tip(code, "2026-03-30T10:00:00Z", gross, "leo")
    };
    record_now(&app.db, anna.id, account, &[in_currency("USD", 10_000), in_currency("EUR", 20_000)]).await;
    let page = anna.browser.open("/dashboard").await;
    assert!(
        page.text.contains("Net earnings per day, USD") && page.text.contains("Net earnings per day, EUR")
    );
    assert!(
        page.text.contains("$80.00") && page.text.contains("€160.00") && !page.text.contains("240.00"),
        "{}",
        page.text
    );

    record_now(&app.db, anna.id, account, &[in_currency("GBP", 30_000)]).await;
    let page = anna.browser.open("/dashboard?period=7d&currency=GBP").await;
    assert!(page.text.contains("Net earnings per day, GBP"), "{}", page.text);
    assert!(!page.text.contains("Net earnings per day, USD"), "{}", page.text);
    assert!(page.text.contains("/dashboard?period=7d&amp;currency=EUR"), "{}", page.text);
}

#[tokio::test]
async fn a_connection_that_needs_somebody_is_told_above_the_figures() {
    let (app, _clock) = TestApp::start_at(now()).await;
    let mut anna = agency(&app, "anna").await;
    let account = new_account(&app.db, anna.id, "Mia Hart").await;
    let connection = "00000000-0000-7000-8000-00000000000c";
    let connect = format!(
        "insert into connections (agency_id, id, platform, platform_user_id, display_name, health, health_since, connected_at)
           values ($1, '{connection}', 'fanvue', 'p1', 'Mia', 'connected', '{NOW}', '{NOW}');
         update accounts set connection_id = '{connection}' where id = '{account}';
         update syncs set last_finished_at = '2026-03-31T11:48:00Z' where account_id = '{account}'"
    );
    execute(&app, anna.id, &connect).await;
    let page = anna.browser.open("/dashboard").await;
    let news = page
        .text
        .split("data-live=\"news\"")
        .nth(1)
        .and_then(|rest| rest.split("data-live=").next())
        .unwrap();
    assert!(!news.contains("banner") && page.text.contains("health connected"), "{}", page.text);
    for (health, title) in [
        ("needs_reconnect", "Reconnect Mia Hart on Fanvue"),
        ("platform_down", "Fanvue does not answer for Mia Hart"),
    ] {
        execute(&app, anna.id, &format!("update connections set health = '{health}' where agency_id = $1"))
            .await;
        let page = anna.browser.open("/dashboard").await;
        assert!(page.text.contains(title), "{}", page.text);
        assert!(page.text.contains("What you see is as of 31 Mar, 11:48 UTC."), "{}", page.text);
    }
}
