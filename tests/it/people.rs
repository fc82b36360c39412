//! Subscribers, paid messages and fans: every figure equals a recount of the raw rows, and the pages show them to whom they may.

use crate::app::{Browser, TestApp, audited, scope};
use crate::earnings::{new_account, record_now, tip};
use chrono::{DateTime, Datelike, Days, Duration, NaiveDate, Utc};
use creatorcrm::analytics::fans::{AtRisk, FanRow, Group, Spend};
use creatorcrm::analytics::kept::{self, Count, Told};
use creatorcrm::analytics::messages::{Sales, WAITS};
use creatorcrm::analytics::policy::ViewDashboard;
use creatorcrm::analytics::share::Share;
use creatorcrm::analytics::subscribers::{Cohorts, DueDay, Flow, FlowDay, Renewals, cohorts};
use creatorcrm::auth::{Scope, SystemScope};
use creatorcrm::db::Tenant;
use creatorcrm::ids::{AccountId, AgencyId};
use creatorcrm::money::Currency;
use creatorcrm::period::Period;
use creatorcrm::platform::{Earning, EarningSource, FanRef};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

fn now() -> DateTime<Utc> {
    "2026-03-31T12:00:00Z".parse().unwrap()
}

fn today() -> NaiveDate {
    now().date_naive()
}

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

async fn execute(app: &TestApp, agency: AgencyId, statement: &str) {
    let statement = statement.replace("$1", &format!("'{agency}'"));
    let mut tx = app.db.begin(&SystemScope::for_agency(agency, "test")).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(tx.conn()).await.unwrap();
    tx.commit().await.unwrap();
}

/// What is counted at once; nothing here is dear.
async fn counted<C: Count>(app: &TestApp, agency: &Agency, count: &C) -> C::Result {
    let kept = kept::get(&app.db, &agency.scope, count).await.unwrap();
    assert_eq!(kept.told, Told::Now);
    kept.result.unwrap()
}

// ------------------------------------------------------- random worlds

/// A paid message: to whom, when, at which price, unlocked after how many seconds, and its text.
#[derive(Clone, Debug)]
struct Message {
    fan: u8,
    sent_at: DateTime<Utc>,
    price: i64,
    euro: bool,
    wait: Option<i64>,
    text: Option<u8>,
}

/// One account's raw rows.
#[derive(Clone, Debug)]
struct Raw {
    earnings: Vec<Earning>,
    messages: Vec<Message>,
    days: BTreeMap<NaiveDate, (i64, i64)>,
    /// Fans whose subscription runs on for so many days from now.
    running: BTreeMap<u8, i64>,
}

fn moment(days: u64, second: i64) -> DateTime<Utc> {
    (today() - Days::new(days)).and_hms_opt(0, 0, 0).unwrap().and_utc() + Duration::seconds(second)
}

prop_compose! {
    fn any_earning()(
        days in 0..420_u64, second in prop_oneof![Just(0), Just(86_399), 0..86_400_i64],
        gross in prop_oneof![5 => 1_i64..150_000, 1 => -20_000_i64..0], euro in proptest::bool::weighted(0.2),
        source in prop_oneof![1 => Just("tip"), 2 => Just("subscription"), 4 => Just("renewal"), 1 => Just("refund")],
        fan in proptest::option::weighted(0.95, 0..5_u8),
    ) -> Earning {
        Earning {
            source: EarningSource::parse(source),
            currency: if euro { "EUR" } else { "USD" }.to_owned(),
            occurred_at: moment(days, second),
            net: gross - gross / 5,
            gross,
            fan: fan.map(|fan| FanRef { id: format!("fan{fan}"), handle: Some(format!("handle{fan}")), display_name: None }),
            ..tip("", "2026-01-01T00:00:00Z", 0, "nobody")
        }
    }
}

prop_compose! {
    fn any_message()(
        fan in 0..5_u8, days in 0..90_u64, second in 0..86_400_i64, euro in proptest::bool::weighted(0.2),
        price in proptest::sample::select(vec![300_i64, 499, 500, 1_000, 2_500, 9_999, 10_000]),
        wait in proptest::option::of(prop_oneof![0..400_i64, 3_000..4_000_i64, 20_000..90_000_i64, 600_000..700_000_i64]),
        text in proptest::option::weighted(0.9, 0..3_u8),
    ) -> Message {
        Message { fan, sent_at: moment(days, second), price, euro, wait, text }
    }
}

prop_compose! {
    fn any_account()(
        earnings in proptest::collection::vec(any_earning(), 0..60),
        messages in proptest::collection::vec(any_message(), 0..30),
        days in proptest::collection::btree_map(0..90_u64, (0..9_i64, 0..9_i64), 0..20),
        running in proptest::collection::btree_map(0..5_u8, -20..60_i64, 0..3),
    ) -> Raw {
        let days = days.into_iter().map(|(back, day)| (today() - Days::new(back), day)).collect();
        Raw { earnings, messages, days, running }
    }
}

fn any_period() -> impl Strategy<Value = Period> {
    (0..60_u64, 1..60_u64).prop_map(|(back, days)| {
        let end = today() + Days::new(1) - Days::new(back);
        Period { start: end - Days::new(days), end }
    })
}

async fn become_world(app: &TestApp, agency: AgencyId, world: &[Raw]) -> Vec<AccountId> {
    let tables = [
        "alert_reads",
        "alerts",
        "earning_days",
        "fan_days",
        "account_sums",
        "subscriber_days",
        "ppv_messages",
        "fan_words",
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
        let rows = raw.earnings.iter().enumerate();
        let rows: Vec<_> =
            rows.map(|(id, row)| Earning { transaction_id: format!("t{id:03}"), ..row.clone() }).collect();
        record_now(&app.db, agency, account, &rows).await;
        let mut known = String::from("select 1");
        for (day, (joined, lost)) in &raw.days {
            known +=
                &format!("; insert into subscriber_days values ($1, '{account}', '{day}', {joined}, {lost})");
        }
        for (fan, days) in &raw.running {
            known += &format!(
                "; update fans set subscription = 'subscriber', renews_at = '{}' where account_id = '{account}' and fan_id = 'fan{fan}'",
                (now() + Duration::days(*days)).to_rfc3339()
            );
        }
        for (id, it) in raw.messages.iter().enumerate() {
            let currency = if it.euro { "EUR" } else { "USD" };
            let unlocked = it.wait.map(|wait| (it.sent_at + Duration::seconds(wait)).to_rfc3339());
            let quoted = |text: Option<String>| text.map_or("null".to_owned(), |text| format!("'{text}'"));
            known += &format!(
                "; insert into ppv_messages values ($1, '{account}', 'm{id:03}', 'fan{}', '{}', {}, '{currency}', {}, {})",
                it.fan,
                it.sent_at.to_rfc3339(),
                it.price,
                quoted(unlocked),
                quoted(it.text.map(|text| format!("Text {text}")))
            );
        }
        execute(app, agency, &known).await;
        ids.push(account);
    }
    ids
}

// ------------------------------------------------------- the recount

fn inside(period: Period, day: NaiveDate) -> bool {
    period.start <= day && day < period.end
}

fn month(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap()
}

/// Each account's rows by fan, in order of time.
fn by_fan(world: &[Raw]) -> BTreeMap<(usize, String), Vec<Earning>> {
    let mut fans: BTreeMap<_, Vec<Earning>> = BTreeMap::new();
    for (at, raw) in world.iter().enumerate() {
        for (id, row) in raw.earnings.iter().enumerate() {
            let Some(fan) = &row.fan else { continue };
            let row = Earning { transaction_id: format!("t{id:03}"), ..row.clone() };
            fans.entry((at, fan.id.clone())).or_default().push(row);
        }
    }
    fans.values_mut().for_each(|rows| rows.sort_by_key(|row| (row.occurred_at, row.transaction_id.clone())));
    fans
}

fn flows(world: &[Raw], periods: [Period; 2]) -> Vec<FlowDay> {
    let mut days: BTreeMap<NaiveDate, (i64, i64)> = BTreeMap::new();
    for (day, (joined, lost)) in world.iter().flat_map(|raw| &raw.days) {
        if periods.iter().any(|period| inside(*period, *day)) {
            let sums = days.entry(*day).or_default();
            *sums = (sums.0 + joined, sums.1 + lost);
        }
    }
    days.into_iter().map(|(day, (joined, lost))| FlowDay { day, joined, lost }).collect()
}

fn renewals(world: &[Raw], period: Period) -> Vec<DueDay> {
    let mut days: BTreeMap<NaiveDate, (i64, i64)> = BTreeMap::new();
    for ((at, fan), rows) in by_fan(world) {
        let is_one = |row: &&Earning| {
            row.gross > 0 && matches!(row.source, EarningSource::Subscription | EarningSource::Renewal)
        };
        let paid: Vec<_> = rows.iter().filter(is_one).collect();
        for (index, row) in paid.iter().enumerate() {
            let day = (row.occurred_at + Duration::days(30)).date_naive();
            let last = row.occurred_at + Duration::days(33);
            let next = paid.get(index + 1);
            let number: u8 = fan.trim_start_matches("fan").parse().unwrap();
            let until = world[at].running.get(&number).map(|days| now() + Duration::days(*days));
            if !inside(period, day) || (next.is_none() && until.is_some_and(|until| until > last)) {
                continue;
            }
            let renewed =
                next.is_some_and(|it| it.source == EarningSource::Renewal && it.occurred_at <= last);
            let sums = days.entry(day).or_default();
            *sums = (sums.0 + 1, sums.1 + i64::from(renewed));
        }
    }
    days.into_iter().map(|(day, (due, renewed))| DueDay { day, due, renewed }).collect()
}

/// Per month of first payment: fans, how many paid so many months later, and per currency the net and who ever paid in it.
type Naive = BTreeMap<NaiveDate, (i64, BTreeMap<i32, i64>, BTreeMap<Currency, (i64, i64)>)>;

fn naive_cohorts(world: &[Raw], since: NaiveDate) -> Naive {
    let mut all = Naive::new();
    for rows in by_fan(world).into_values() {
        let paid: BTreeSet<_> =
            rows.iter().filter(|row| row.gross > 0).map(|row| month(row.occurred_at.date_naive())).collect();
        let Some(first) = paid.first().copied().filter(|first| *first >= since) else { continue };
        let (fans, stayed, worth) = all.entry(first).or_default();
        *fans += 1;
        for month in &paid {
            let after = (month.year() - first.year()) * 12 + month.month() as i32 - first.month() as i32;
            *stayed.entry(after).or_default() += 1;
        }
        for code in ["EUR", "USD"] {
            let own: Vec<_> = rows.iter().filter(|row| row.currency == code).collect();
            if own.is_empty() {
                continue;
            }
            let sums = worth.entry(code.parse().unwrap()).or_default();
            sums.0 += own.iter().map(|row| row.net).sum::<i64>();
            sums.1 += i64::from(own.iter().any(|row| row.gross > 0));
        }
    }
    all
}

async fn check_subscribers(app: &TestApp, ours: &Agency, world: &[Raw], [period, previous]: [Period; 2]) {
    let flow = counted(app, ours, &Flow { period, previous, accounts: None }).await;
    assert_eq!(flow, flows(world, [period, previous]));
    let asked = Renewals { start: period.start, end: period.end, accounts: None };
    assert_eq!(counted(app, ours, &asked).await, renewals(world, period));
    let asked = Cohorts::up_to(today(), None);
    let told = cohorts(&counted(app, ours, &asked).await, today());
    let expected = naive_cohorts(world, asked.since);
    assert_eq!(
        told.iter().map(|it| it.month).rev().collect::<Vec<_>>(),
        expected.keys().copied().collect::<Vec<_>>()
    );
    for cohort in told {
        let (fans, stayed, worth) = &expected[&cohort.month];
        assert_eq!(cohort.fans, *fans);
        for (after, share) in cohort.stayed.iter().enumerate() {
            let paid = stayed.get(&i32::try_from(after).unwrap()).copied().unwrap_or(0);
            assert_eq!(*share, Share::new(paid, *fans), "{} +{after}", cohort.month);
        }
        assert_eq!(cohort.stayed.iter().map(|it| it.part).sum::<i64>(), stayed.values().sum::<i64>());
        let told: BTreeMap<_, _> =
            cohort.worth.iter().map(|it| (it.net.currency, (it.net.minor, it.fans))).collect();
        assert_eq!(told, *worth, "{}", cohort.month);
    }
}

async fn check_messages(
    app: &TestApp,
    ours: &Agency,
    ids: &[AccountId],
    world: &[Raw],
    [period, previous]: [Period; 2],
) {
    let sold = counted(app, ours, &Sales { period, previous, accounts: None }).await;
    let all: Vec<_> =
        world.iter().enumerate().flat_map(|(at, raw)| raw.messages.iter().map(move |it| (at, it))).collect();
    let of = |days: Period, currency: &str, price: i64| {
        let some: Vec<_> = all
            .iter()
            .filter(|(_, it)| {
                inside(days, it.sent_at.date_naive()) && it.price == price && it.euro == (currency == "EUR")
            })
            .collect();
        (some.len() as i64, some.iter().filter(|(_, it)| it.wait.is_some()).count() as i64)
    };
    let told: BTreeMap<_, _> = sold
        .prices
        .iter()
        .map(|row| {
            let sums = ((row.sent, row.unlocked), (row.sent_before, row.unlocked_before));
            ((row.currency.clone(), row.price), sums)
        })
        .collect();
    let expected: BTreeMap<_, _> = all
        .iter()
        .filter(|(_, it)| [period, previous].iter().any(|days| inside(*days, it.sent_at.date_naive())))
        .map(|(_, it)| {
            let currency = if it.euro { "EUR" } else { "USD" };
            (
                (currency.to_owned(), it.price),
                (of(period, currency, it.price), of(previous, currency, it.price)),
            )
        })
        .collect();
    assert_eq!(told, expected);
    let now: Vec<_> = all.iter().filter(|(_, it)| inside(period, it.sent_at.date_naive())).collect();
    let mut waits: Vec<_> = now.iter().filter_map(|(_, it)| it.wait).collect();
    waits.sort();
    let at = |percent: usize| waits.get((waits.len() * percent).div_ceil(100).saturating_sub(1)).copied();
    assert_eq!((sold.waits.median, sold.waits.ninety), (at(50), at(90)));
    let band = |wait: i64| WAITS.iter().filter(|(begin, _)| *begin <= wait).count() - 1;
    let mut counts = [0; 7];
    waits.iter().for_each(|wait| counts[band(*wait)] += 1);
    assert_eq!(sold.waits.counts, counts);
    let mut texts: BTreeMap<_, (i64, i64)> = BTreeMap::new();
    for (at, it) in now {
        let Some(text) = it.text else { continue };
        let sums = texts.entry((ids[*at], text, it.price, it.euro)).or_default();
        *sums = (sums.0 + 1, sums.1 + i64::from(it.wait.is_some()));
    }
    let mut revenue: Vec<_> =
        texts.iter().filter(|(_, sums)| sums.1 > 0).map(|(key, sums)| key.2 * sums.1).collect();
    revenue.sort_by_key(|it| std::cmp::Reverse(*it));
    revenue.truncate(20);
    assert_eq!(sold.best.iter().map(|it| it.price * it.unlocked).collect::<Vec<_>>(), revenue);
}

#[derive(Default)]
struct Paid {
    net: i64,
    payments: i64,
    last: Option<NaiveDate>,
}

/// Per account and fan with rows in `days` in `currency`: what they paid.
fn payers(world: &[Raw], days: Period, currency: &str) -> BTreeMap<(usize, String), Paid> {
    let mut all: BTreeMap<_, Paid> = BTreeMap::new();
    for (key, rows) in by_fan(world) {
        for row in
            rows.iter().filter(|row| row.currency == currency && inside(days, row.occurred_at.date_naive()))
        {
            let paid = all.entry(key.clone()).or_default();
            paid.net += row.net;
            if row.gross > 0 {
                paid.payments += 1;
                paid.last = Some(row.occurred_at.date_naive());
            }
        }
    }
    all.retain(|_, paid| paid.payments > 0);
    all
}

async fn check_fans(
    app: &TestApp,
    ours: &Agency,
    ids: &[AccountId],
    world: &[Raw],
    [period, previous]: [Period; 2],
) {
    let first: BTreeMap<_, _> = by_fan(world)
        .into_iter()
        .filter_map(|(key, rows)| {
            Some((key, rows.iter().find(|row| row.gross > 0)?.occurred_at.date_naive()))
        })
        .collect();
    let spend = counted(app, ours, &Spend { period, previous, accounts: None }).await;
    let codes = ["EUR", "USD"].into_iter().filter(|code| !payers(world, period, code).is_empty());
    assert_eq!(spend.iter().map(|it| it.currency.as_str()).collect::<Vec<_>>(), codes.collect::<Vec<_>>());
    for it in &spend {
        let group = |days: Period, only_new: bool| {
            let all = payers(world, days, &it.currency);
            let some: Vec<_> = all.iter().filter(|(key, _)| !only_new || inside(days, first[*key])).collect();
            Group { fans: some.len() as i64, net: some.iter().map(|(_, paid)| paid.net).sum() }
        };
        assert_eq!((it.now, it.before), (group(period, false), group(previous, false)));
        assert_eq!((it.new, it.new_before), (group(period, true), group(previous, true)));
        let mut nets: Vec<_> =
            payers(world, period, &it.currency).into_values().map(|paid| paid.net).collect();
        nets.sort_by_key(|net| std::cmp::Reverse(*net));
        for top in &it.top {
            let fans = (nets.len() * top.percent as usize).div_ceil(100);
            assert_eq!((top.fans, top.net), (fans as i64, nets.iter().take(fans).sum::<i64>()));
        }
        assert_eq!(it.top.iter().map(|top| top.percent).collect::<Vec<_>>(), [1, 5, 10]);
        assert_eq!(
            it.whales.iter().map(|row| row.net).collect::<Vec<_>>(),
            nets.iter().take(50).copied().collect::<Vec<_>>()
        );
        assert_eq!(
            it.bands.iter().map(|band| (band.fans, band.net)).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1)),
            (it.now.fans, it.now.net)
        );
        let begins = [i64::MIN, 1, 1_000, 5_000, 10_000, 50_000, 100_000];
        for band in &it.bands {
            let at = band.band as usize;
            let end = begins.get(at + 1).copied().unwrap_or(i64::MAX);
            assert_eq!(
                band.fans,
                nets.iter().filter(|net| begins[at] <= **net && **net < end).count() as i64
            );
        }
        for row in it.whales.iter().chain(&it.newcomers) {
            let at = ids.iter().position(|id| *id == row.account).unwrap();
            let all = payers(world, period, &it.currency);
            let paid = &all[&(at, row.fan.clone())];
            assert_eq!((row.net, row.payments, Some(row.last)), (paid.net, paid.payments, paid.last));
        }
        assert!(it.newcomers.iter().all(|row| {
            inside(period, first[&(ids.iter().position(|id| *id == row.account).unwrap(), row.fan.clone())])
        }));
        assert_eq!(it.newcomers.len() as i64, it.new.fans);
    }
    check_risk(app, ours, ids, world).await;
}

async fn check_risk(app: &TestApp, ours: &Agency, ids: &[AccountId], world: &[Raw]) {
    let told: BTreeSet<_> = counted(app, ours, &AtRisk { today: today(), accounts: None })
        .await
        .into_iter()
        .flat_map(|risk| {
            assert_eq!(risk.all.fans, risk.fans.len() as i64);
            assert_eq!(risk.all.net, risk.fans.iter().map(|row| row.net).sum::<i64>());
            let key = move |row: FanRow| {
                (risk.currency.clone(), row.account, row.fan, row.net, row.payments, row.last)
            };
            risk.fans.into_iter().map(key)
        })
        .collect();
    let year = Period { start: today() - Days::new(364), end: today() + Days::new(1) };
    let mut expected = BTreeSet::new();
    for ((at, fan), rows) in by_fan(world) {
        for code in ["EUR", "USD"] {
            let own: Vec<_> = rows
                .iter()
                .filter(|row| row.currency == code && inside(year, row.occurred_at.date_naive()))
                .collect();
            let days: BTreeSet<_> =
                own.iter().filter(|row| row.gross > 0).map(|row| row.occurred_at.date_naive()).collect();
            let (Some(first), Some(last)) = (days.first(), days.last()) else { continue };
            let gap = (*last - *first).num_days() as f64 / (days.len() as f64 - 1.0).max(1.0);
            let silent = (today() - *last).num_days();
            if days.len() >= 4 && silent as f64 > 2.0 * gap && (14..=120).contains(&silent) {
                let net = own.iter().map(|row| row.net).sum::<i64>();
                expected.insert((code.to_owned(), ids[at], fan.clone(), net, days.len() as i64, *last));
            }
        }
    }
    assert_eq!(told, expected);
}

#[test]
fn every_figure_of_people_equals_a_recount_of_the_raw_rows() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (app, ours) = runtime.block_on(async {
        let (app, _clock) = TestApp::start_at(now()).await;
        let (ours, theirs) = (agency(&app, "anna").await, agency(&app, "zoe").await);
        // Another agency's fans are called the same and pay on the same days.
        let account = new_account(&app.db, theirs.id, "Account 0").await;
        let rows: Vec<_> =
            (0..60).map(|at| tip(&format!("t{at}"), &moment(at, 5).to_rfc3339(), 999, "fan1")).collect();
        record_now(&app.db, theirs.id, account, &rows).await;
        (app, ours)
    });
    let config =
        ProptestConfig { cases: 32, failure_persistence: None, max_shrink_iters: 100, ..Default::default() };
    let worlds = proptest::collection::vec(any_account(), 1..4);
    proptest!(config, |(world in worlds, period in any_period(), previous in any_period())| {
        runtime.block_on(async {
            let ids = become_world(&app, ours.id, &world).await;
            check_subscribers(&app, &ours, &world, [period, previous]).await;
            check_messages(&app, &ours, &ids, &world, [period, previous]).await;
            check_fans(&app, &ours, &ids, &world, [period, previous]).await;
        });
    });
}

// ------------------------------------------------------- the pages

fn paid(id: &str, at: &str, source: EarningSource, fan: &str) -> Earning {
    Earning { source, ..tip(id, at, 1_000, fan) }
}

/// An agency with two accounts: Mia has subscribers who renew, Nora one message that sold.
async fn two_accounts(app: &TestApp, agency: &Agency) -> [AccountId; 2] {
    let mia = new_account(&app.db, agency.id, "Mia Hart").await;
    let nora = new_account(&app.db, agency.id, "Nora Lind").await;
    let rows = [
        paid("a", "2026-02-01T10:00:00Z", EarningSource::Subscription, "leo"),
        paid("b", "2026-03-03T11:00:00Z", EarningSource::Renewal, "leo"),
        paid("c", "2026-02-05T10:00:00Z", EarningSource::Subscription, "=kim"),
    ];
    record_now(&app.db, agency.id, mia, &rows).await;
    let known = format!(
        "insert into subscriber_days values ($1, '{mia}', '2026-03-20', 7, 2), ($1, '{mia}', '2026-02-20', 4, 1);
         insert into ppv_messages values ($1, '{nora}', 'm1', 'zoe', '2026-03-20T10:00:00Z', 1500, 'USD', '2026-03-20T12:00:00Z', 'Look at this');
         update syncs set subscribers_done_at = now(), messages_done_at = now() where agency_id = $1"
    );
    execute(app, agency.id, &known).await;
    [mia, nora]
}

#[tokio::test]
async fn the_pages_show_what_is_counted_of_the_accounts_chosen() {
    let (app, _clock) = TestApp::start_at(now()).await;
    let mut anna = agency(&app, "anna").await;
    for page in ["subscribers", "messages", "fans"] {
        let empty = anna.browser.open(&format!("/analytics/{page}")).await;
        assert_eq!(empty.status, 200, "{}", empty.text);
    }
    let [mia, nora] = two_accounts(&app, &anna).await;
    let subscribers = anna.browser.open("/analytics/subscribers").await.text;
    for words in [
        r#"stat-value">7<"#,
        r#"stat-value">2<"#,
        r#"stat-value">5<"#,
        r#"stat-value">50"#,
        "Of 2 that came up",
        "Feb 2026",
    ] {
        assert!(subscribers.contains(words), "{words}: {subscribers}");
    }
    let messages = anna.browser.open("/analytics/messages").await.text;
    for words in ["$15.00", "Look at this", "$10.00 to $19.99", "within 2 h", "Nora Lind"] {
        assert!(messages.contains(words), "{words}: {messages}");
    }
    let fans = anna.browser.open("/analytics/fans").await.text;
    for words in ["leo", "Mia Hart", "Top 1\u{a0}% of fans", "Nobody paid for the first time in these days."]
    {
        assert!(fans.contains(words), "{words}: {fans}");
    }
    let of = |page: &str, account: AccountId| format!("/analytics/{page}?account={account}");
    assert!(anna.browser.open(&of("messages", mia)).await.text.contains("No paid messages in these days"));
    assert!(anna.browser.open(&of("fans", nora)).await.text.contains("Nobody paid in these days."));
    let nobodys = "0190f0f0-0000-7000-8000-000000000000";
    let none = anna.browser.open(&format!("/analytics/fans?account={nobodys}")).await.text;
    assert!(none.contains("No account fits these filters"), "{none}");
}

#[tokio::test]
async fn who_saw_fans_or_took_figures_away_is_on_record() {
    let (app, _clock) = TestApp::start_at(now()).await;
    let mut anna = agency(&app, "anna").await;
    let [mia, _] = two_accounts(&app, &anna).await;
    for page in ["subscribers", "messages", "fans"] {
        anna.browser.open(&format!("/analytics/{page}")).await;
    }
    let mut tx = app.db.begin(&SystemScope::for_agency(anna.id, "test")).await.unwrap();
    let views: Vec<String> =
        sqlx::query_scalar("select event from audit_views order by seq").fetch_all(tx.conn()).await.unwrap();
    assert_eq!(views, ["analytics.messages_viewed", "analytics.fans_viewed"]);
    drop(tx);
    let path = format!("/analytics/fans.csv?period=custom&from=2026-02-01&to=2026-03-31&account={mia}");
    let file = anna.browser.open(&path).await;
    assert_eq!(file.status, 200, "{}", file.text);
    assert!(file.text.contains("fans,paid,fans,2,,USD"), "{}", file.text);
    assert!(file.text.contains("whales,'=kim (Mia Hart),net,8.00,,USD"), "{}", file.text);
    let subscribers = anna.browser.open("/analytics/subscribers.csv").await.text;
    assert!(subscribers.contains("days,2026-03-20,joined,7,,"), "{subscribers}");
    assert!(subscribers.contains("renewals,2026-03-03,renewed,1,1,"), "{subscribers}");
    let messages = anna.browser.open("/analytics/messages.csv").await.text;
    assert!(messages.contains("prices,$10.00 to $19.99,unlocked,1,1,"), "{messages}");
    let taken: Vec<_> =
        audited(&app, anna.id).await.into_iter().filter(|it| it.0 == "analytics.exported").collect();
    assert_eq!(taken.len(), 3);
    assert_eq!(
        (taken[0].1["page"].as_str(), taken[0].1["accounts"]["account"][0].as_str()),
        (Some("fans"), Some(mia.to_string().as_str()))
    );
}

#[tokio::test]
async fn a_dear_page_says_that_it_is_counted_and_gives_no_empty_file() {
    let (app, _clock) = TestApp::start_at(now()).await;
    let mut anna = agency(&app, "anna").await;
    let [mia, _] = two_accounts(&app, &anna).await;
    let many = format!(
        "insert into earning_days (agency_id, account_id, day, currency, source, gross, net, payments)
         values ($1, '{mia}', '2026-03-29', 'USD', 'post', 0, 0, 1000000)"
    );
    execute(&app, anna.id, &many).await;
    let paths = ["subscribers", "messages", "fans"];
    for page in paths {
        anna.browser.open(&format!("/analytics/{page}")).await;
        anna.browser.open(&format!("/analytics/{page}.csv")).await;
    }
    crate::app::eventually("everything is counted", async || {
        let mut all = true;
        for page in paths {
            let text = anna.browser.open(&format!("/analytics/{page}")).await.text;
            all &= text.contains("As of 31 Mar, 12:00 UTC") && !text.contains("Being counted");
        }
        all
    })
    .await;
    let subscribers = anna.browser.open("/analytics/subscribers").await.text;
    assert!(
        subscribers.contains(r#"stat-value">7<"#) && subscribers.contains("Of 2 that came up"),
        "{subscribers}"
    );
    assert_eq!(anna.browser.open("/analytics/fans.csv").await.status, 200);
}
