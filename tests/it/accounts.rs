//! The list of accounts, one account's pages, and giving accounts names and creators, through the real router.

use crate::app::{Browser, TestApp, audited, database, owner_agency};
use crate::earnings::{new_account, new_agency, record_now, tip};
use chrono::{Duration, Utc};
use creatorcrm::accounts::{Filter, Listed, Sort, Whose, page};
use creatorcrm::auth::SystemScope;
use creatorcrm::clock::SystemClock;
use creatorcrm::db::Db;
use creatorcrm::ids::{AccountId, AgencyId};
use creatorcrm::keyset::Turn;
use creatorcrm::platform::Earning;
use creatorcrm::ui::Figure;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Reaches `account` by a grant of that health.
pub async fn connect(db: &Db, agency: AgencyId, account: AccountId, health: &str) {
    let mut tx = db.begin(&SystemScope::for_agency(agency, "test")).await.unwrap();
    let now = tx.now();
    sqlx::query(
        "with c as (insert into connections (agency_id, id, platform, platform_user_id, display_name, health, health_since,
                      connected_at, access_token, refresh_token)
                    values ($1, $2, 'fanvue', $2::text, 'Mia', $3, $4, $4, '\\x01', '\\x02'))
         update accounts set connection_id = $2 where agency_id = $1 and id = $2",
    )
    .bind(agency)
    .bind(account.0)
    .bind(health)
    .bind(now)
    .execute(tx.conn())
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

async fn read(
    db: &Db,
    agency: AgencyId,
    filter: &Filter,
    turn: &Turn<creatorcrm::accounts::Key>,
) -> creatorcrm::keyset::Page<Listed> {
    let mut tx = db.begin(&SystemScope::for_agency(agency, "test")).await.unwrap();
    page(&mut tx, filter, turn).await.unwrap().0
}

#[tokio::test]
async fn every_order_shows_every_account_once_while_accounts_come_in() {
    let (db, _) = database(Arc::new(SystemClock)).await;
    let agency = new_agency(&db).await;
    let mut known = BTreeSet::new();
    for index in 0..110 {
        // Names that meet, so that ids decide.
        known.insert(new_account(&db, agency, &format!("Mia {}", index % 40)).await);
    }
    for sort in Sort::ALL {
        let filter = Filter { sort, ..Filter::default() };
        let (mut seen, mut turn, mut last) = (Vec::new(), Turn::First, None);
        loop {
            let page = read(&db, agency, &filter, &turn).await;
            seen.extend(page.rows.iter().map(|row| row.id));
            last = page.before.or(last);
            new_account(&db, agency, "Mia 20").await;
            match Turn::parse(page.after.as_deref(), None) {
                Turn::First => break,
                next => turn = next,
            }
        }
        let distinct: BTreeSet<_> = seen.iter().copied().collect();
        assert_eq!(distinct.len(), seen.len(), "{sort:?}: an account twice");
        assert!(distinct.is_superset(&known), "{sort:?}: an account lost");
        let back = read(&db, agency, &filter, &Turn::parse(None, last.as_deref())).await;
        assert_eq!(back.rows.len(), 50, "{sort:?}");
        assert!(back.rows.is_sorted_by_key(|row| row.key.clone()), "{sort:?}");
    }
}

#[tokio::test]
async fn figures_are_of_thirty_days_per_currency_and_compared_only_when_the_past_is_known() {
    let (db, _) = database(Arc::new(SystemClock)).await;
    let agency = new_agency(&db).await;
    let account = new_account(&db, agency, "Mia Hart").await;
    let at = |days: i64| (Utc::now() - Duration::days(days)).format("%Y-%m-%dT12:00:00Z").to_string();
    let euro = Earning { currency: "EUR".to_owned(), ..tip("e1", &at(1), 500, "leo") };
    record_now(
        &db,
        agency,
        account,
        &[tip("t1", &at(0), 1000, "leo"), tip("t2", &at(29), 2000, "leo"), euro],
    )
    .await;
    let net = async |expected: &[(&str, Option<&str>)]| {
        let listed = read(&db, agency, &Filter::default(), &Turn::First).await.rows.remove(0);
        let told: Vec<_> = listed
            .net
            .iter()
            .map(|it| (it.current.to_string(), it.previous.map(|before| before.to_string())))
            .collect();
        let expected: Vec<_> =
            expected.iter().map(|(now, before)| ((*now).to_owned(), before.map(ToOwned::to_owned))).collect();
        assert_eq!(told, expected);
        listed
    };
    let listed = net(&[("$24.00", None), ("€4.00", None)]).await;
    assert_eq!((listed.days.len(), listed.days[29], listed.days[0]), (30, 800, 1600));
    record_now(&db, agency, account, &[tip("t3", &at(30), 4000, "leo"), tip("t4", &at(60), 7000, "leo")])
        .await;
    net(&[("$24.00", Some("$32.00")), ("€4.00", Some("€0.00"))]).await;
    let mut tx = db.begin(&SystemScope::for_agency(agency, "test")).await.unwrap();
    sqlx::query("update syncs set backfill_done_at = null, backfill_reached = now() - interval '40 days'")
        .execute(tx.conn())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    net(&[("$24.00", None), ("€4.00", None)]).await;
}

#[tokio::test]
async fn the_list_filters_by_words_health_and_creator() {
    let app = TestApp::start().await;
    let mut owner = app.owner("anna").await;
    let agency = owner_agency(&app, "anna").await;
    let shown = owner.open("/accounts").await.text;
    assert!(shown.contains("No accounts yet") && shown.contains("href=\"/connections/new\""), "{shown}");
    let (mia, zoe) =
        (new_account(&app.db, agency, "Mia Hart").await, new_account(&app.db, agency, "Zoe 100%").await);
    connect(&app.db, agency, mia, "needs_reconnect").await;
    connect(&app.db, agency, zoe, "connected").await;
    let names = async |owner: &mut Browser, query: &str| {
        let text = owner.open(&format!("/accounts?{query}")).await.text;
        ["Mia Hart", "Zoe 100%"]
            .into_iter()
            .filter(|name| text.contains(&format!("<span>{name}</span>")))
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&mut owner, "").await, ["Mia Hart", "Zoe 100%"]);
    assert_eq!(names(&mut owner, "q=HART").await, ["Mia Hart"]);
    assert_eq!(names(&mut owner, "q=100%25").await, ["Zoe 100%"]);
    assert_eq!(names(&mut owner, "q=1_0").await, Vec::<&str>::new());
    assert_eq!(names(&mut owner, "health=needs_reconnect").await, ["Mia Hart"]);
    assert_eq!(names(&mut owner, "creator=none&sort=health").await, ["Mia Hart", "Zoe 100%"]);
    owner.submit("/creators/new", &[("name", "Mia")]).await;
    let page = owner
        .submit_form(
            &format!("/accounts/{mia}/edit"),
            "name=\"creator\"",
            &[("creator", "new"), ("new_name", "Mia the Great")],
        )
        .await;
    assert!(page.text.contains("Saved."), "{}", page.text);
    assert_eq!(names(&mut owner, "creator=none").await, ["Zoe 100%"]);
    assert_eq!(names(&mut owner, "q=great").await, ["Mia Hart"]);
    let mut other = app.owner("bert").await;
    assert_eq!(names(&mut other, "").await, Vec::<&str>::new());
}

#[tokio::test]
async fn an_account_is_renamed_and_given_to_creators_and_all_of_it_is_on_record() {
    let app = TestApp::start().await;
    let mut owner = app.owner("anna").await;
    let agency = owner_agency(&app, "anna").await;
    let account = new_account(&app.db, agency, "Mia Hart").await;
    let edit = format!("/accounts/{account}/edit");
    let page = owner.submit_form(&edit, "rename_account", &[("name", "  ")]).await;
    assert!(page.text.contains("Type a name"), "{}", page.text);
    owner.submit_form(&edit, "rename_account", &[("name", " Mia (main) ")]).await;
    owner.submit_form(&edit, "rename_account", &[("name", "Mia (main)")]).await;
    let shown = owner.open(&format!("/accounts/{account}")).await.text;
    assert!(shown.contains("<h1>Mia (main)</h1>") && shown.contains("@miahart on Fanvue"), "{shown}");
    let page = owner.submit_form(&edit, "assign_account", &[("creator", "new"), ("new_name", "")]).await;
    assert!(page.text.contains("Type a name"), "{}", page.text);
    owner.submit_form(&edit, "assign_account", &[("creator", "new"), ("new_name", "Mia")]).await;
    owner.submit_form(&edit, "assign_account", &[("creator", "")]).await;
    let events: Vec<_> = audited(&app, agency).await.into_iter().map(|(event, _)| event).collect();
    assert_eq!(
        events,
        ["agencies.created", "accounts.renamed", "creators.added", "accounts.assigned", "accounts.assigned"]
    );
    let detail = audited(&app, agency).await.swap_remove(1).1;
    assert_eq!(detail, serde_json::json!({"from": "Mia Hart", "to": "Mia (main)"}));
    // Another agency's creator is nobody here.
    let mut other = app.owner("bert").await;
    let theirs = other.submit("/creators/new", &[("name", "Kim")]).await.path.replace("/creators/", "");
    let page = owner.submit_form(&edit, "assign_account", &[("creator", &theirs)]).await;
    assert!(page.text.contains("There is nothing here"), "{}", page.text);
    assert_eq!(audited(&app, agency).await.len(), 5);
}

#[tokio::test]
async fn a_pages_whose_rows_are_gone_leads_back_to_the_first() {
    let app = TestApp::start().await;
    let mut owner = app.owner("anna").await;
    let agency = owner_agency(&app, "anna").await;
    let account = new_account(&app.db, agency, "Mia Hart").await;
    let far = format!(r#"["1970-01-01T00:00:00Z","{account}",""]"#);
    let far = data_encoding::BASE64URL_NOPAD.encode(far.as_bytes());
    let page = owner.open(&format!("/accounts/{account}/earnings?source=tip&after={far}")).await;
    assert_eq!((page.status, page.path), (200, format!("/accounts/{account}/earnings?source=tip")));
    let page = owner.open(&format!("/accounts/{account}/earnings?after=nonsense")).await;
    assert!(page.text.contains("No earnings yet"), "{}", page.text);
}

#[tokio::test]
async fn subscribers_are_listed_by_spend_and_found_by_word_starts() {
    let app = TestApp::start().await;
    let mut owner = app.owner("anna").await;
    let agency = owner_agency(&app, "anna").await;
    let account = new_account(&app.db, agency, "Mia Hart").await;
    let mut tx = app.db.begin(&SystemScope::for_agency(agency, "test")).await.unwrap();
    sqlx::query(
        "insert into fans (agency_id, account_id, fan_id, handle, name, gross, subscription, seen_at)
         select $1, $2, 'f' || i, 'night_owl' || i, 'Leo van Fan' || i, (i % 30) * 100,
                case when i % 3 = 0 then 'expired' else 'subscriber' end, now() from generate_series(1, 180) i",
    )
    .bind(agency)
    .bind(account)
    .execute(tx.conn())
    .await
    .unwrap();
    tx.commit().await.unwrap();
    let path = format!("/accounts/{account}/subscribers");
    let (mut seen, mut next) = (Vec::new(), Some(path.clone()));
    while let Some(path) = next {
        let text = owner.open(&path).await.text;
        let cells = text
            .split("<span>Leo van Fan")
            .skip(1)
            .map(|rest| rest.split('<').next().unwrap().parse::<i32>().unwrap());
        seen.extend(cells);
        next = text.split("rel=\"next\"").next().filter(|before| before.len() < text.len()).map(|before| {
            before.rsplit("href=\"").next().unwrap().split('"').next().unwrap().replace("&amp;", "&")
        });
    }
    assert_eq!(seen.len(), 120, "every active subscriber once");
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 120);
    assert!(seen.is_sorted_by(|a, b| a % 30 >= b % 30), "by spend");
    let count = async |owner: &mut Browser, query: &str| {
        owner.open(&format!("{path}?{query}")).await.text.matches("<span>Leo van Fan").count()
    };
    assert_eq!(count(&mut owner, "show=expired&q=owl9").await, 5, "9, 90, 93, 96 and 99");
    assert_eq!(count(&mut owner, "show=all&q=@night_owl7").await, 11);
    assert_eq!(count(&mut owner, "show=all&q=leo+fan12").await, 11);
    assert_eq!(count(&mut owner, "show=all&q=eo").await, 0);
}

#[tokio::test]
async fn paid_messages_are_counted_by_the_day_they_were_sent() {
    let app = TestApp::start().await;
    let mut owner = app.owner("anna").await;
    let agency = owner_agency(&app, "anna").await;
    let account = new_account(&app.db, agency, "Mia Hart").await;
    let mut tx = app.db.begin(&SystemScope::for_agency(agency, "test")).await.unwrap();
    sqlx::raw_sql("update syncs set messages_done_at = now()").execute(tx.conn()).await.unwrap();
    sqlx::query(
        "insert into ppv_messages (agency_id, account_id, message_id, fan_id, sent_at, price, currency, unlocked_at, preview)
         select $1, $2, 'm' || i, 'leo', now() - (i || ' days')::interval, 1000, 'USD', case when i % 4 = 0 then now() end, 'Hello'
         from generate_series(0, 59) i",
    )
    .bind(agency)
    .bind(account)
    .execute(tx.conn())
    .await
    .unwrap();
    tx.commit().await.unwrap();
    let text = owner.open(&format!("/accounts/{account}/ppv")).await.text;
    let figures: Vec<_> = text
        .split("class=\"stat-value\">")
        .skip(1)
        .map(|rest| rest.split("</dd>").next().unwrap().replace('\u{a0}', " ").replace("<!>", ""))
        .collect();
    // Of the days 0 to 29, eight are divisible by four; of 30 to 59, seven.
    assert_eq!(figures, ["30", "8", "26.7 %", "$80.00"], "{text}");
    assert!(text.contains("from $70.00") && text.contains("3.4 points from 23.3"), "{text}");
    assert_eq!(text.matches("<td class=\"num\">").count(), 30);
}

#[test]
fn nobody_is_left_out_unless_somebody_asks() {
    assert!(!Filter::default().narrows());
    assert_eq!(Filter::default().whose, Whose::All);
    assert!(matches!(Figure::from(3), Figure::Count(3)));
}
