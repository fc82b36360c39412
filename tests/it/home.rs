//! First pages: each role has its own, its figures are those of the rows within reach, and nothing else stands on it.

use crate::accounts::connect as connect_account;
use crate::app::{Browser, Setup, TestApp, attribute, owner_agency, scope};
use crate::connect::ask;
use crate::consent::decide;
use crate::earnings::{new_account, record_now, tip};
use crate::team::{joined, user_id};
use chrono::{DateTime, Duration, Utc};
use creatorcrm::clock::StoppedClock;
use creatorcrm::home::policy::ViewWork;
use creatorcrm::home::{Waits, Work, work};
use creatorcrm::ids::{AccountId, AgencyId};
use creatorcrm::money::{Currency, Money};
use creatorcrm::platform::{Earning, EarningSource};
use creatorcrm::ui::Compared;
use creatorcrm_sandbox::Config;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::sync::Arc;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A sale of `source` at `moment` of November 2026, such as `25T08:00`.
fn sale(id: &str, moment: &str, source: EarningSource, gross: i64) -> Earning {
    Earning { source, ..tip(id, &format!("2026-11-{moment}:00Z"), gross, "leo") }
}

fn refund(id: &str, moment: &str, of: &str, gross: i64) -> Earning {
    Earning { reverses: Some(of.to_owned()), ..sale(id, moment, EarningSource::Refund, -gross) }
}

async fn execute(app: &TestApp, statement: &str) {
    let mut db = PgConnection::connect(&app.database_url).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut db).await.unwrap();
}

/// An account that works, with a name and its agency.
async fn account(app: &TestApp, agency: AgencyId, name: &str) -> AccountId {
    let account = new_account(&app.db, agency, name).await;
    connect_account(&app.db, agency, account, "connected").await;
    account
}

/// The first page of the chatter `name`, read by its service.
async fn work_of(app: &TestApp, browser: &mut Browser, name: &str) -> Work {
    assert_eq!(browser.open("/dashboard").await.status, 200);
    work(&app.db, &scope::<ViewWork>(app, name)).await.unwrap()
}

fn usd(now: i64, before: i64) -> Compared {
    Compared::new(Money::new(now, Currency::USD), Some(Money::new(before, Currency::USD)))
}

#[tokio::test]
async fn every_role_begins_at_a_page_of_its_own() {
    let app = TestApp::start().await;
    let mut owner = app.owner("anna").await;
    let kim = account(&app, owner_agency(&app, "anna").await, "Kim Stone").await;
    let now = Utc::now().to_rfc3339();
    record_now(&app.db, owner_agency(&app, "anna").await, kim, &[tip("a", &now, 123_400, "leo")]).await;
    let mut manager = joined(&app, &mut owner, "max", "manager", &[]).await;
    for browser in [&mut owner, &mut manager] {
        let page = browser.open("/dashboard").await.text;
        assert!(page.contains("<h1>Dashboard</h1>") && page.contains("$987.20"), "{page}");
        assert!(page.contains("<span>Dashboard</span>") && !page.contains("<span>Home</span>"), "{page}");
    }
    let creator = owner.submit("/creators/new", &[("name", "Mia Hart")]).await.path;
    let creator = creator.rsplit('/').next().unwrap();
    let own = [
        ("cleo", "chatter", vec![], "No accounts yet"),
        ("miahart", "creator", vec![("creator", creator)], "What North Studio asks of you"),
        ("vera", "compliance", vec![], "Audit log"),
    ];
    for (name, role, more, words) in own {
        let mut browser = joined(&app, &mut owner, name, role, &more).await;
        let page = browser.open("/dashboard").await;
        assert_eq!(page.status, 200, "{role}");
        assert_eq!(page.path, if role == "compliance" { "/audit" } else { "/dashboard" });
        assert!(page.text.contains(words), "{role}: {}", page.text);
        assert_eq!(page.text.contains("<span>Home</span>"), role != "compliance", "{role}");
        assert!(!page.text.contains("<span>Dashboard</span>"), "{role}");
        // The log names who did what; first pages name nobody.
        let names: &[&str] =
            if role == "compliance" { &[] } else { &["Kim Stone", "max@example.com", "anna@example.com"] };
        for hidden in ["987.20", "1,234.00"].iter().chain(names) {
            assert!(!page.text.contains(hidden), "{role} sees {hidden}: {}", page.text);
        }
        let found = browser.open("/search/found?q=home").await.text;
        assert_eq!(found.contains("/dashboard"), role != "compliance", "{role}: {found}");
        assert!(!found.contains("Dashboard"), "{role}: {found}");
    }
}

#[tokio::test]
async fn what_was_sold_on_a_chatters_accounts_counts_from_assigned_to_unassigned() {
    // A Friday; the figures are looked at on the Wednesday of the week after next.
    let (app, clock) = TestApp::start_at(at("2026-11-13T12:00:00Z")).await;
    let mut owner = app.owner("anna").await;
    let agency = owner_agency(&app, "anna").await;
    let (mia, kim) = (account(&app, agency, "Mia").await, account(&app, agency, "Kim").await);
    let mut cleo = joined(&app, &mut owner, "cleo", "chatter", &[("accounts[]", &mia.to_string())]).await;
    let cleo_id = user_id(&app, "cleo").await;
    clock.advance(Duration::days(11));
    let assign =
        [("member", cleo_id.as_str()), ("accounts[]", &kim.to_string())].map(|(a, b)| (a, b.to_owned()));
    let assign: Vec<_> = assign.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(owner.call("assign_accounts", &assign).await.status, 200);
    clock.advance(Duration::days(1));
    use EarningSource::{Message, Subscription, Tip};
    let euros = Earning { currency: "EUR".to_owned(), ..sale("eur", "25T07:00", Message, 900) };
    let of_mia = [
        sale("today", "25T08:00", Message, 2500),
        euros,
        sale("tip", "25T00:00", Tip, 1000),
        sale("sub", "25T09:00", Subscription, 9999),
        sale("monday", "23T00:00", Message, 1500),
        refund("back", "24T10:00", "monday", 1500),
        sale("before", "18T23:59", Message, 4000),
        sale("not the same days", "20T10:00", Message, 700),
        sale("sunday", "22T23:59", Message, 50),
        // Sold before she came, and taken back after.
        sale("early", "12T10:00", Message, 3000),
        refund("early back", "24T11:00", "early", 3000),
        // A refund of what is no sale of hers.
        sale("renewal", "23T10:00", EarningSource::Renewal, 800),
        refund("renewal back", "24T12:00", "renewal", 800),
    ];
    record_now(&app.db, agency, mia, &of_mia).await;
    let of_kim = [sale("kim early", "24T11:59", Tip, 300), sale("kim", "24T12:00", Tip, 500)];
    record_now(&app.db, agency, kim, &of_kim).await;

    let seen = work_of(&app, &mut cleo, "cleo").await;
    let [messages, tips] = seen.sold.as_slice() else { panic!("{seen:?}") };
    let eur = "EUR".parse().unwrap();
    let euros = Compared::new(Money::new(900, eur), Some(Money::new(0, eur)));
    assert_eq!((messages.today_count, messages.today.as_slice()), (2, &[usd(2500, 4000), euros][..]));
    assert_eq!((messages.week_count, messages.week.as_slice()), (3, &[usd(2500, 4000), euros][..]));
    assert_eq!((tips.today_count, tips.today.as_slice()), (1, &[usd(1000, 0)][..]));
    assert_eq!((tips.week_count, tips.week.as_slice()), (2, &[usd(1500, 0)][..]));
    let page = cleo.open("/dashboard").await.text;
    assert!(page.contains("Sold on your accounts, by you and others") && page.contains("$25.00"), "{page}");
    assert!(!page.contains("Net") && !page.contains("$20.00"), "no net: {page}");

    // Out of reach is out of the figures, from the next request on; so is an account that is being read for the first time.
    assert_eq!(owner.call("unassign_accounts", &assign).await.status, 200);
    execute(&app, "update syncs set backfill_done_at = null, backfill_reached = '2026-11-17T00:00:00Z'")
        .await;
    let seen = work_of(&app, &mut cleo, "cleo").await;
    assert_eq!(seen.accounts.len(), 1);
    assert_eq!(seen.sold[1].week, [Compared::new(Money::new(1000, Currency::USD), None::<Money>)]);
}

#[tokio::test]
async fn what_waits_is_counted_on_assigned_accounts_alone_and_worst_comes_first() {
    let (app, _clock) = TestApp::start_at(at("2026-11-25T12:00:00Z")).await;
    let mut owner = app.owner("anna").await;
    let agency = owner_agency(&app, "anna").await;
    let mut ids = Vec::new();
    for name in ["Ada", "Bea", "Cora", "Dora"] {
        ids.push(account(&app, agency, name).await);
    }
    let texts: Vec<_> = ids.iter().map(ToString::to_string).collect();
    let assigned: Vec<_> = texts[..3].iter().map(|id| ("accounts[]", id.as_str())).collect();
    let mut cleo = joined(&app, &mut owner, "cleo", "chatter", &assigned).await;
    for (id, unread) in ids.iter().zip([2, 5, 1, 50]) {
        let fan = |name: &str, renews: &str, at: &str| {
            format!(
                "insert into fans (agency_id, account_id, fan_id, handle, name, subscription, auto_renews, renews_at, seen_at)
                 values ('{agency}', '{id}', '{name}', '{name}', '{name}', 'subscriber', {renews}, '{at}', now());"
            )
        };
        let fans = [
            fan("soon", "false", "2026-11-28T11:59:59Z"),
            fan("later", "false", "2026-11-28T12:00:00Z"),
            fan("over", "false", "2026-11-25T11:59:59Z"),
            fan("renews", "true", "2026-11-26T00:00:00Z"),
        ];
        execute(
            &app,
            &format!(
                "update syncs set unread_chats = {unread}, unread_at = '2026-11-25T11:{unread:02}:00Z' where account_id = '{id}';
                 insert into subscriber_days (agency_id, account_id, day, joined, lost)
                   values ('{agency}', '{id}', '2026-11-25', 3, 1), ('{agency}', '{id}', '2026-11-24', 40, 0);{}",
                fans.concat()
            ),
        )
        .await;
    }
    let lose = format!(
        "update connections set health = 'needs_reconnect' where id = (select connection_id from accounts where id = '{}')",
        ids[2]
    );
    execute(&app, &lose).await;
    let seen = work_of(&app, &mut cleo, "cleo").await;
    let order: Vec<_> =
        seen.accounts.iter().map(|it| (it.name.as_str(), it.unread, it.ending, it.joined)).collect();
    assert_eq!(order, [("Cora", Some(1), 1, 3), ("Bea", Some(5), 1, 3), ("Ada", Some(2), 1, 3)]);
    let waits = Waits {
        accounts: 3,
        unread: Some(8),
        unread_at: Some(at("2026-11-25T11:01:00Z")),
        reconnect: 1,
        ending: 3,
        joined: 9,
    };
    assert_eq!(seen.waits, waits);
    let page = cleo.open("/dashboard").await.text;
    assert!(page.contains("Cora needs reconnecting") && page.contains("As of 25 Nov, 11:01 UTC"), "{page}");
    assert!(!page.contains("Dora"), "{page}");
    let ending = format!("/accounts/{}/subscribers?show=ending", ids[0]);
    assert!(page.contains(&ending), "{page}");
    let list = cleo.open(&ending).await.text;
    assert!(list.contains("@soon"), "{list}");
    for other in ["@later", "@over", "@renews"] {
        assert!(!list.contains(other), "{other}: {list}");
    }
    // What is disconnected waits for nobody.
    execute(&app, &format!("update accounts set disconnected_at = now() where id = '{}'", ids[1])).await;
    let seen = work_of(&app, &mut cleo, "cleo").await;
    assert_eq!((seen.waits.unread, seen.waits.ending, seen.accounts[2].name.as_str()), (Some(3), 2, "Bea"));
}

#[tokio::test]
async fn a_creators_page_has_her_figures_and_nobody_elses() {
    let (app, _clock) = TestApp::start_at(at("2026-11-25T12:00:00Z")).await;
    let mut owner = app.owner("anna").await;
    let agency = owner_agency(&app, "anna").await;
    let mut ids = Vec::new();
    for name in ["Mia One", "Mia Two", "Kim"] {
        ids.push(account(&app, agency, name).await);
    }
    let creator = owner.submit("/creators/new", &[("name", "Mia Hart")]).await.path;
    for id in &ids[..2] {
        let edit = format!("{creator}/edit");
        owner.submit_form(&edit, "give_creator_account", &[("account", &id.to_string())]).await;
    }
    let creator = creator.rsplit('/').next().unwrap().to_owned();
    let mut mia = joined(&app, &mut owner, "miahart", "creator", &[("creator", &creator)]).await;
    for (id, gross) in ids.iter().zip([1000, 2000, 70_000]) {
        let rows = [
            sale("today", "25T08:00", EarningSource::Tip, gross),
            sale("yesterday", "24T08:00", EarningSource::Tip, gross * 2),
            tip("month", "2026-10-20T08:00:00Z", gross * 10, "leo"),
        ];
        record_now(&app.db, agency, *id, &rows).await;
    }
    let page = mia.open("/dashboard").await.text;
    // 80 % are left: today 800 and 1600, with yesterday 2400 and 4800; the month before 8000 and 16000.
    for figure in ["$8.00", "$16.00", "$24.00", "$48.00", "$72.00", "$80.00", "$160.00", "$240.00"] {
        assert!(page.contains(figure), "{figure}: {page}");
    }
    assert!(page.contains("All your accounts") && page.contains("Nothing to do."), "{page}");
    assert!(!page.contains("Kim") && !page.contains("$560.00") && !page.contains("$632.00"), "{page}");
    let disconnect = format!("/accounts/{}/disconnect", ids[0]);
    assert!(page.contains(&disconnect), "{page}");
    let ended = mia.submit(&disconnect, &[]).await;
    assert!(ended.text.contains("Mia One is disconnected"), "{}", ended.text);
    let page = mia.open("/dashboard").await.text;
    assert!(page.contains("Connect again: Mia One"), "{page}");
    let connection = mia.open(&format!("/accounts/{}/connection", ids[0])).await.text;
    assert!(connection.contains("connect_own_account"), "{connection}");
}

/// Presses the button that connects an account of her own on `page`, allows it as `identity`, and comes back.
async fn connects_herself(browser: &mut Browser, page: &str, identity: &str) -> crate::app::Shown {
    let link = browser.submit_form(page, "connect_own_account", &[]).await;
    assert!(link.path.starts_with("/connect/") && link.status == 200, "{link:?}");
    let consent = browser.submit(&link.path, &[]).await;
    assert!(consent.path.contains("/oauth2/auth?"), "{consent:?}");
    let callback = decide(&consent.path, identity, "allow", &[]).await;
    browser.open(&callback).await
}

/// The agency of `anna`, and a creator who joined as Mia Hart's record.
async fn with_creator(app: &TestApp) -> (Browser, Browser, String) {
    let mut owner = app.owner("anna").await;
    let creator = owner.submit("/creators/new", &[("name", "Mia Hart")]).await.path;
    let creator = creator.rsplit('/').next().unwrap().to_owned();
    let mia = joined(app, &mut owner, "miahart", "creator", &[("creator", &creator)]).await;
    (owner, mia, creator)
}

#[tokio::test]
async fn a_creator_connects_and_reconnects_by_herself_and_it_ends_at_her_record() {
    let app = TestApp::with_sandbox().await;
    let (mut owner, mut mia, creator) = with_creator(&app).await;
    let page = mia.open("/dashboard").await.text;
    assert!(page.contains("Connect your first account") && page.contains("Connect Fanvue"), "{page}");
    let done = connects_herself(&mut mia, "/dashboard", "mia.larsson").await;
    assert!(done.path.starts_with("/connect/done/") && done.text.contains("To your accounts"), "{done:?}");
    let of = "select concat_ws(' ', a.handle, a.creator_id, c.health, c.link_id is not null) from accounts a
              join connections c on c.id = a.connection_id where a.disconnected_at is null";
    assert_eq!(ask::<String>(&app, of).await, format!("mia.larsson {creator} connected t"));
    assert_eq!(ask::<i64>(&app, "select count(*) from creators").await, 1, "no second record was made");
    let who: String = ask(
        &app,
        "select string_agg(event || ' ' || actor, ', ' order by seq) from audit where event like 'links.%'",
    )
    .await;
    assert_eq!(who, "links.made member, links.used creator link");

    execute(&app, "update connections set health = 'needs_reconnect', health_since = '2026-11-20T10:00:00Z'")
        .await;
    let page = mia.open("/dashboard").await.text;
    assert!(page.contains("Reconnect Mia Larsson on Fanvue") && page.contains("20 Nov, 10:00 UTC"), "{page}");
    connects_herself(&mut mia, "/dashboard", "mia.larsson").await;
    assert_eq!(ask::<String>(&app, of).await, format!("mia.larsson {creator} connected t"));
    let page = mia.open("/dashboard").await.text;
    assert!(page.contains("Nothing to do.") && page.contains("Mia Larsson"), "{page}");
    assert!(!owner.open("/connections").await.text.contains("Open links"), "they are nobody else's");
}

#[tokio::test]
async fn what_is_not_hers_alone_is_not_connected_by_her() {
    let app = TestApp::with_sandbox().await;
    let (mut owner, mut mia, _) = with_creator(&app).await;
    crate::consent::connect(&mut owner, "noraquinn").await;
    let before: String =
        ask(&app, "select string_agg(concat_ws(' ', handle, creator_id, connection_id), ',') from accounts")
            .await;
    for identity in ["noraquinn", "agency"] {
        let refused = connects_herself(&mut mia, "/dashboard", identity).await;
        assert!(refused.status == 409 && refused.text.contains("not yours alone"), "{identity}: {refused:?}");
        assert!(refused.text.contains("To your first page"), "{refused:?}");
    }
    let after: String =
        ask(&app, "select string_agg(concat_ws(' ', handle, creator_id, connection_id), ',') from accounts")
            .await;
    assert_eq!(before, after);
    let left: i64 = ask(&app, "select count(*) from connections where disconnected_at is null").await;
    assert_eq!(left, 1, "what she granted is kept by nobody");
    let page = mia.open("/dashboard").await.text;
    assert!(page.contains("Connect your first account") && !page.contains("Nora"), "{page}");
}

#[tokio::test]
async fn her_link_is_the_newest_one_for_minutes_and_needs_a_record() {
    let clock = StoppedClock::at(Utc::now());
    let setup =
        Setup { clock: Arc::new(clock.clone()), sandbox: Some(Config::for_tests()), ..Setup::default() };
    let app = TestApp::set_up(setup).await;
    let (_owner, mut mia, _) = with_creator(&app).await;
    let first = mia.submit_form("/dashboard", "connect_own_account", &[]).await.path;
    let second = mia.submit_form("/dashboard", "connect_own_account", &[]).await.path;
    assert!(app.browser().open(&first).await.text.contains("taken back"));
    let form = mia.open(&second).await.text;
    let token = attribute(form.split("<input").nth(1).unwrap(), "value").unwrap();
    assert!(second.ends_with(&token));
    clock.advance(Duration::minutes(15));
    assert!(app.browser().open(&second).await.text.contains("too old"));
    execute(&app, "update creators set user_id = null").await;
    let page = mia.open("/dashboard").await.text;
    assert!(
        page.contains("not linked to your accounts yet") && !page.contains("connect_own_account"),
        "{page}"
    );
    assert_eq!(mia.call("connect_own_account", &[("platform", "fanvue")]).await.status, 409);
    assert_eq!(mia.call("connect_own_account", &[("platform", "myspace")]).await.status, 422);
}
