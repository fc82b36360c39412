//! The audit page: every event has words, what is filtered is what is shown and exported, and a broken chain is told.

use crate::app::{Browser, Setup, TestApp, audited, owner_agency, sources};
use crate::earnings::{new_account, record_now, tip};
use crate::platform_world::until;
use chrono::TimeDelta;
use creatorcrm::audit::words::{self, Category, KNOWN};
use creatorcrm::clock::SystemClock;
use reqwest::Method;
use sqlx::{Connection, PgConnection};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The texts between `before` and a quotation mark.
fn literals<'a>(text: &'a str, before: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(before).skip(1).filter_map(|rest| rest.split_once('"').map(|it| it.0))
}

/// `noun.verbed`
fn is_event(text: &str) -> bool {
    let part = |it: &str| !it.is_empty() && it.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    text.split_once('.').is_some_and(|(noun, verb)| part(noun) && part(verb))
}

#[test]
fn every_event_that_is_recorded_has_its_words() {
    let sources: Vec<_> =
        sources().into_iter().filter(|(file, _)| !file.ends_with("audit/words.rs")).collect();
    let mut recorded: BTreeSet<&str> = BTreeSet::new();
    let mut viewed: BTreeSet<&str> = BTreeSet::new();
    for (_, text) in &sources {
        recorded.extend(literals(text, "Event::new(\"").filter(|it| is_event(it)));
        for call in ["record_view(&mut tx, Event::new(\"", "record_views(&mut tx, Event::new(\""] {
            viewed.extend(literals(text, call));
        }
        // Names that are chosen first and recorded later: those of nouns that are known.
        let nouns: BTreeSet<_> =
            KNOWN.iter().filter_map(|it| it.name.split_once('.')).map(|it| it.0).collect();
        let others = text.split('"').skip(1).step_by(2).filter(|it| is_event(it) && !it.ends_with(".csv"));
        recorded.extend(others.filter(|it| it.split_once('.').is_some_and(|(noun, _)| nouns.contains(noun))));
    }
    let unknown: Vec<_> = recorded.iter().filter(|it| words::find(it).is_none()).collect();
    assert!(unknown.is_empty(), "add these to src/audit/words.rs: {unknown:?}");
    let gone: Vec<_> = KNOWN.iter().map(|it| it.name).filter(|it| !recorded.contains(it)).collect();
    assert!(gone.is_empty(), "nobody records these any more: {gone:?}");
    let views: BTreeSet<_> = Category::Views.events().map(|it| it.name).collect();
    assert_eq!(viewed, views, "what is recorded as a view is in the category of views");
}

/// An agency with two creators, in whose log something stands.
async fn busy(app: &TestApp, name: &str) -> Browser {
    let mut owner = app.owner(name).await;
    for creator in ["Mia Hart", "=HYPERLINK(1)"] {
        owner.submit("/creators/new", &[("name", creator)]).await;
    }
    owner
}

#[tokio::test]
async fn an_owner_reads_who_did_what_in_words() {
    let app = TestApp::start().await;
    let mut owner = busy(&app, "anna").await;
    app.owner("stranger").await;
    let page = owner.open("/audit").await;
    assert_eq!(page.status, 200);
    for words in [
        "Started the agency",
        "Added a creator",
        "Saw a creator&#x27;s details",
        "Mia Hart",
        "127.0.0.1",
        "anna",
        "creators.added",
    ] {
        let plain = words.replace("&#x27;", "'");
        assert!(page.text.contains(words) || page.text.contains(&plain), "{words}: {}", page.text);
    }
    assert!(!page.text.contains("stranger"), "another agency's people are not here");
    let rows = |text: &str| text.matches("<th scope=\"row\">").count();
    let all = rows(&page.text);
    let count =
        async |owner: &mut Browser, query: &str| rows(&owner.open(&format!("/audit?{query}")).await.text);
    // Reading the log twice within the hour is one view.
    assert_eq!(count(&mut owner, "what=audit.viewed").await, 1);
    assert_eq!(count(&mut owner, "what=creators.added").await, 2);
    assert_eq!(count(&mut owner, "what=creators").await, 2);
    assert_eq!(count(&mut owner, "what=creators.added&on=mia").await, 1);
    assert_eq!(count(&mut owner, "on=mia").await, 2, "added, and seen");
    assert_eq!(count(&mut owner, "what=views").await, 3, "both creators and the log");
    assert_eq!(count(&mut owner, "who=system").await, 0);
    assert_eq!(count(&mut owner, "address=127.0.0.0/8").await, all + 1, "and the log itself, read meanwhile");
    assert_eq!(count(&mut owner, "address=203.0.113.7").await, 0);
    assert_eq!(count(&mut owner, "to=2020-01-01").await, 0);
    assert_eq!(count(&mut owner, "from=2020-01-01").await, all + 1);
    let person: uuid::Uuid = sqlx::query_scalar("select id from users where name = 'anna'")
        .fetch_one(&mut PgConnection::connect(&app.database_url).await.unwrap())
        .await
        .unwrap();
    assert_eq!(count(&mut owner, &format!("who={person}")).await, all + 1);
    let page = owner.open("/audit?address=nonsense").await;
    assert!(page.text.contains("nonsense is no address"), "{}", page.text);
}

#[tokio::test]
async fn turning_the_pages_shows_every_entry_of_both_chains_once() {
    let (app, _) = TestApp::start_at(chrono::Utc::now()).await;
    let mut owner = app.owner("anna").await;
    let agency = owner_agency(&app, "anna").await;
    // All at the same moment: only their places tell them apart.
    let scope = creatorcrm::auth::SystemScope::for_agency(agency, "test");
    let mut tx = app.db.begin(&scope).await.unwrap();
    for number in 0..70 {
        use creatorcrm::audit::{Event, record, record_view};
        record(&mut tx, Event::new("creators.renamed").subject(format!("change-{number:02}"))).await.unwrap();
        record_view(&mut tx, Event::new("creators.viewed").subject(format!("seen-{number:02}")))
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    let mut seen = Vec::new();
    let mut next = Some("/audit?who=system".to_owned());
    let mut last = String::new();
    while let Some(path) = next {
        let page = owner.open(&path).await;
        seen.extend(
            literals(&page.text, "<span class=\"mono small\">")
                .map(|it| it.split('<').next().unwrap().to_owned()),
        );
        let older = page.text.find("rel=\"next\"").map(|at| page.text[..at].rfind("<a ").unwrap());
        next = older.and_then(|at| crate::app::attribute(&page.text[at..], "href"));
        last = path;
    }
    let all: BTreeSet<_> = seen.iter().cloned().collect();
    assert_eq!((seen.len(), all.len()), (140, 140));
    let page = owner.open(&last).await;
    let newer = page.text.find("rel=\"prev\"").map(|at| page.text[..at].rfind("<a ").unwrap()).unwrap();
    let before = owner.open(&crate::app::attribute(&page.text[newer..], "href").unwrap()).await;
    assert_eq!(before.text.matches("<th scope=\"row\">").count(), 50);
}

#[tokio::test]
async fn what_is_filtered_leaves_as_a_file_and_that_is_on_record() {
    let app = TestApp::start().await;
    let mut owner = busy(&app, "anna").await;
    let agency = owner_agency(&app, "anna").await;
    let file = owner.open("/audit.csv?what=creators.added").await;
    let lines: Vec<_> = file.text.lines().collect();
    assert_eq!(lines.len(), 3, "{}", file.text);
    assert!(lines[0].starts_with("time (UTC),chain,number,who,person,what,event,on,on (id),details,address"));
    assert!(lines[1].contains(",'=HYPERLINK(1),") && lines[1].contains(",anna,"), "{}", lines[1]);
    assert!(lines[2].contains(",Mia Hart,"), "{}", lines[2]);
    let (event, detail) = audited(&app, agency).await.pop().unwrap();
    assert_eq!((event.as_str(), detail), ("audit.exported", serde_json::json!({"what": "creators.added"})));
    // The whole log: both chains.
    let file = owner.open("/audit.csv").await;
    assert!(file.text.contains(",views,") && file.text.contains(",changes,"), "{}", file.text);
    // Another site cannot have a browser ask for it.
    owner.headers.insert("sec-fetch-site", "cross-site".to_owned());
    let before = audited(&app, agency).await.len();
    assert_eq!(owner.request(Method::GET, "/audit.csv", None, "").await.status(), 403);
    assert_eq!(audited(&app, agency).await.len(), before);
}

#[tokio::test]
async fn the_log_is_checked_in_the_background_and_a_break_is_told_with_its_day() {
    let app = TestApp::start().await;
    let mut owner = busy(&app, "anna").await;
    let page = owner.open("/audit").await;
    assert!(page.text.contains("was not checked yet"), "{}", page.text);
    let told = async |owner: &mut Browser, words: &str| {
        owner.submit_form("/audit", "check_audit", &[]).await;
        until(words, async || owner.open("/audit").await.text.contains(words).then_some(())).await;
        owner.open("/audit").await.text
    };
    let text = told(&mut owner, "The chain is whole").await;
    assert!(text.contains("entries since"), "{text}");
    let mut db = PgConnection::connect(&app.database_url).await.unwrap();
    let tamper = "alter table audit disable trigger all; update audit set detail = '{\"name\": \"Nora\"}' where seq = 3";
    sqlx::raw_sql(tamper).execute(&mut db).await.unwrap();
    let text = told(&mut owner, "The chain is broken").await;
    let today = chrono::Utc::now().format("%-d %b %Y").to_string();
    assert!(
        text.contains(&format!("The entry number 3 is not what was written. It is dated {today}.")),
        "{text}"
    );
    let metrics = app.browser().open("/metrics").await.text;
    assert!(metrics.contains("audit_chains_broken 1"), "{metrics}");
    let last = audited(&app, owner_agency(&app, "anna").await).await.pop().unwrap();
    assert_eq!(last.0, "audit.check_begun");
}

#[tokio::test]
async fn a_check_that_was_cut_off_goes_on_where_it_was() {
    let app = TestApp::set_up(Setup { clock: Arc::new(SystemClock), works: false, ..Setup::default() }).await;
    let mut owner = app.owner("anna").await;
    let agency = owner_agency(&app, "anna").await;
    let scope = creatorcrm::auth::SystemScope::for_agency(agency, "test");
    let mut tx = app.db.begin(&scope).await.unwrap();
    for number in 0..6000 {
        use creatorcrm::audit::{Event, record};
        record(&mut tx, Event::new("creators.renamed").subject(number)).await.unwrap();
    }
    tx.commit().await.unwrap();
    owner.submit_form("/audit", "check_audit", &[]).await;
    // Nobody works: the page says how far it is, and pressing again begins no second one.
    let page = owner.open("/audit").await.text;
    assert!(
        page.contains("0 of 6,00") && page.contains("<progress") && !page.contains("Check now"),
        "{page}"
    );
    // A process does the first part and dies.
    let run = creatorcrm::audit::CheckAudit::of(agency);
    creatorcrm::audit::go_on(&app.db, &scope).await.unwrap();
    let page = owner.open("/audit").await.text;
    assert!(page.contains("5,000 of 6,00"), "{page}");
    // What it has passed is not walked again.
    let mut db = PgConnection::connect(&app.database_url).await.unwrap();
    let tamper = "alter table audit disable trigger all; update audit set subject = 'x' where seq = 3";
    sqlx::raw_sql(tamper).execute(&mut db).await.unwrap();
    creatorcrm::jobs::Job::run(run, &app.app).await.unwrap();
    let page = owner.open("/audit").await.text;
    assert!(page.contains("The chain is whole: 6,0"), "{page}");
    // The next one begins at the beginning.
    owner.submit_form("/audit", "check_audit", &[]).await;
    creatorcrm::jobs::Job::run(creatorcrm::audit::CheckAudit::of(agency), &app.app).await.unwrap();
    assert!(owner.open("/audit").await.text.contains("The entry number 3 is not what was written."));
}

#[tokio::test]
async fn an_owner_sets_how_long_views_are_kept_and_never_less_than_90_days() {
    let app = TestApp::start().await;
    let mut owner = app.owner("anna").await;
    let shown = owner.submit_form("/audit", "keep_audit_views", &[("days", "90")]).await;
    assert!(shown.text.contains("Saved.") && shown.text.contains("views for 90 days"), "{}", shown.text);
    let (event, detail) = audited(&app, owner_agency(&app, "anna").await).await.pop().unwrap();
    assert_eq!(
        (event.as_str(), detail),
        ("audit.retention_changed", serde_json::json!({"days": {"from": 365, "to": 90}}))
    );
    let answer = owner.call("keep_audit_views", &[("days", "89")]).await;
    assert_eq!(answer.status, 422, "{}", answer.text);
}

#[tokio::test]
async fn a_compliance_officer_comes_to_the_log() {
    let app = TestApp::start().await;
    let mut officer = app.owner("carla").await;
    let mut db = PgConnection::connect(&app.database_url).await.unwrap();
    sqlx::raw_sql("update members set role = 'compliance'").execute(&mut db).await.unwrap();
    until("the role is known", async || officer.open("/settings").await.status.eq(&403).then_some(())).await;
    let page = officer.open("/").await;
    assert_eq!((page.status, page.path.as_str()), (200, "/audit"));
    assert_eq!(officer.open("/dashboard").await.path, "/audit");
    assert!(page.text.contains("href=\"/audit\"") && !page.text.contains("Keep views for"));
    assert!(!page.text.contains("href=\"/accounts\""), "nothing is offered that is not theirs");
}

/// What is on the chain of views, in order.
async fn viewed(app: &TestApp) -> Vec<(String, Option<String>)> {
    let mut db = PgConnection::connect(&app.database_url).await.unwrap();
    let rows =
        sqlx::query_as("select event, subject from audit_views where event <> 'audit.viewed' order by seq");
    rows.fetch_all(&mut db).await.unwrap()
}

#[tokio::test]
async fn who_looks_at_fans_leaves_one_view_of_each_kind() {
    let app = TestApp::start().await;
    let mut owner = app.owner("anna").await;
    let agency = owner_agency(&app, "anna").await;
    let account = new_account(&app.db, agency, "Mia Main").await;
    let payment = tip("t1", "2026-02-27T10:00:00Z", 500, "mike");
    record_now(&app.db, agency, account, &[payment]).await;
    for _ in 0..2 {
        for page in ["earnings", "subscribers", "ppv"] {
            assert_eq!(owner.open(&format!("/accounts/{account}/{page}")).await.status, 200);
        }
        assert!(owner.open("/search/found?q=mike").await.text.contains("mike"));
        // Nobody is shown here, one by one.
        owner.open("/search/found?q=nothing").await;
        owner.open("/accounts").await;
        owner.open("/dashboard").await;
    }
    let subject = Some(account.to_string());
    let expected =
        ["accounts.earnings_viewed", "accounts.fans_viewed", "accounts.messages_viewed", "search.fans_found"];
    assert_eq!(viewed(&app).await, expected.map(|event| (event.to_owned(), subject.clone())));
    // Another agency's account is not found, and nothing is seen of it.
    let mut stranger = app.owner("stranger").await;
    assert_eq!(stranger.open(&format!("/accounts/{account}/subscribers")).await.status, 404);
    assert_eq!(viewed(&app).await.len(), 4);
}

#[tokio::test]
async fn old_views_leave_at_night_but_not_from_a_broken_chain() {
    let (app, clock) = TestApp::start_at(chrono::Utc::now() - TimeDelta::days(400)).await;
    app.owner("anna").await;
    let agency = owner_agency(&app, "anna").await;
    let scope = creatorcrm::auth::SystemScope::for_agency(agency, "test");
    for (subject, later) in [("old", 0), ("young", 400)] {
        clock.advance(TimeDelta::days(later));
        let mut tx = app.db.begin(&scope).await.unwrap();
        let event = creatorcrm::audit::Event::new("creators.viewed").subject(subject);
        creatorcrm::audit::record_view(&mut tx, event).await.unwrap();
        tx.commit().await.unwrap();
    }
    let mut db = PgConnection::connect(&app.database_url).await.unwrap();
    let tamper = "alter table audit_views disable trigger audit_views_append_only; update audit_views set subject = 'x' where seq = 2";
    sqlx::raw_sql(tamper).execute(&mut db).await.unwrap();
    let night =
        async || creatorcrm::jobs::Job::run(creatorcrm::audit::TendAudits {}, &app.app).await.unwrap();
    let broken = async || creatorcrm::audit::broken_chains(&app.db).await.unwrap();
    night().await;
    until("the break is found", async || (broken().await == 1).then_some(())).await;
    assert_eq!(viewed(&app).await.len(), 2, "nothing leaves a chain that is broken");
    sqlx::raw_sql("update audit_views set subject = 'young' where seq = 2").execute(&mut db).await.unwrap();
    night().await;
    until("the old view is gone", async || (viewed(&app).await.len() == 1).then_some(())).await;
    assert_eq!(broken().await, 0);
    assert_eq!(audited(&app, agency).await.pop().unwrap().0, "audit.views_pruned");
    let whole = creatorcrm::audit::verify(&app.db, &scope).await.unwrap();
    assert_eq!(whole.map(|it| it.views), Ok(1));
}
