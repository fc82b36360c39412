//! Statements: from a file to earnings and back, whole or not at all, and every sum right on the way.

use crate::app::{Browser, TestApp, eventually, scope};
use crate::earnings::{new_account, record_now, tip};
use creatorcrm::auth::Scope;
use creatorcrm::db::{Db, Tenant};
use creatorcrm::earnings::check_rollups;
use creatorcrm::error::Error;
use creatorcrm::ids::{AccountId, StatementImportId};
use creatorcrm::statements::policy::ImportStatements;
use creatorcrm::statements::{
    Clock, Currencies, Dates, Decimal, Mapping, New, Rest, Separator, State, Upload, confirm, discard,
    forget_abandoned, look, map, map_kinds, record, undo, want_undo,
};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Write;

const HEAD: &str = "Date,Gross,Net,Fan,Reference\n";

fn mapping() -> Mapping {
    Mapping {
        separator: Separator::Comma,
        has_names: true,
        time: "Date".to_owned(),
        time_of_day: None,
        dates: Dates::YearFirst,
        clock: Clock::Utc,
        decimal: Decimal::Point,
        gross: "Gross".to_owned(),
        rest: Rest::Net("Net".to_owned()),
        currency: Currencies::Own,
        kind: None,
        kinds: BTreeMap::new(),
        source: "tip".to_owned(),
        fan: Some("Fan".to_owned()),
        transaction: Some("Reference".to_owned()),
        skips_untimed: false,
    }
}

fn new(account: Option<AccountId>) -> New {
    let text = ToOwned::to_owned;
    New {
        account,
        name: text("Mia"),
        platform: text("Fansly"),
        currency: text("USD"),
        file: text("november.csv"),
    }
}

/// Uploads `text` and says which column is what.
async fn put(
    db: &Db,
    scope: &Scope<ImportStatements>,
    account: Option<AccountId>,
    text: &str,
) -> StatementImportId {
    let mut upload = Upload::begin(db, scope, &new(account)).await.unwrap();
    for piece in text.as_bytes().chunks(7000) {
        upload.take(scope, piece).await.unwrap();
    }
    let id = upload.finish(scope).await.unwrap();
    map(db, scope, id, mapping()).await.unwrap();
    id
}

/// Rows, net and payments of the account, from the earnings and from the rollups.
async fn sums(db: &Db, scope: &impl Tenant, account: AccountId) -> (i64, i64, i64, i64) {
    let mut tx = db.begin(scope).await.unwrap();
    let row: (i64, i64, i64, i64) = sqlx::query_as(
        "select count(*), coalesce(sum(net), 0)::bigint,
                (select coalesce(sum(net), 0)::bigint from earning_days where account_id = $1),
                (select earnings_count from syncs where account_id = $1)
         from earnings where account_id = $1",
    )
    .bind(account)
    .fetch_one(tx.conn())
    .await
    .unwrap();
    row
}

async fn begin(name: &str) -> (TestApp, Scope<ImportStatements>) {
    let app = TestApp::start().await;
    app.owner(name).await;
    let scope = scope(&app, name);
    (app, scope)
}

async fn account_of(db: &Db, scope: &Scope<ImportStatements>, id: StatementImportId) -> AccountId {
    look(db, scope, id, None).await.unwrap().listed.import.account.unwrap()
}

#[tokio::test]
async fn a_file_is_looked_at_recorded_and_undone_by_forms_alone() {
    let app = TestApp::start().await;
    let mut owner = app.owner("ana").await;
    let text = "Datum;Betrag;Gebühr;Art;Fan\n12.11.2026 10:00;1.234,50;234,50;Trinkgeld;=Leo\n13.11.2026;-5,00;-1,00;Refund;Zoë\n";
    // As Western Windows writes it.
    let bytes: Vec<u8> = text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect();
    let fields = [("account", ""), ("name", "Mia Hart"), ("platform", "Fansly"), ("currency", "EUR")];
    let shown = owner.upload("/statements/new", &fields, ("november.csv", &bytes)).await;
    assert!(shown.path.starts_with("/statements/"), "{} {}", shown.path, shown.text);
    assert!(shown.text.contains("Which column is what?") && shown.text.contains("Gebühr"), "{}", shown.text);
    let page = shown.path;

    // The order of dates is asked.
    let columns = [
        ("columns[time]", "Datum"),
        ("columns[gross]", "Betrag"),
        ("columns[rest]", "fee"),
        ("columns[rest_column]", "Gebühr"),
        ("columns[kind]", "Art"),
        ("columns[fan]", "Fan"),
        ("columns[decimal]", "comma"),
    ];
    let shown = owner.submit(&page, &columns).await;
    assert!(shown.text.contains("Say in which order dates are written"), "{}", shown.text);
    let columns: Vec<_> = columns.into_iter().chain([("columns[dates]", "day_first")]).collect();
    let shown = owner.submit(&page, &columns).await;
    assert!(shown.text.contains("€1,000.00") && shown.text.contains("Record 2 rows"), "{}", shown.text);
    let kinds = owner.submit_form(&page, "words[]", &[("sources[]", "refund"), ("sources[]", "tip")]).await;
    assert!(kinds.text.contains("Saved."), "{}", kinds.text);

    let shown = owner.submit_form(&page, "Record 2 rows", &[]).await;
    assert!(shown.text.contains("The rows are recorded."), "{}", shown.text);
    let account = shown
        .text
        .split("/accounts/")
        .find(|rest| rest.get(36..).is_some_and(|it| it.starts_with("/earnings")));
    let account = account.unwrap()[..36].to_owned();
    let earnings = owner.open(&format!("/accounts/{account}/earnings")).await;
    assert!(earnings.text.contains("€1,000.00") && earnings.text.contains("=Leo"), "{}", earnings.text);
    assert!(earnings.text.contains("Fansly, by statements") && earnings.text.contains("By statements"));
    let csv = owner.open(&format!("/accounts/{account}/earnings.csv")).await;
    assert!(csv.text.contains(",'=Leo,"), "{}", csv.text);
    for path in ["/accounts", "/dashboard", "/statements", &format!("/accounts/{account}/connection")] {
        let shown = owner.open(path).await;
        assert_eq!(shown.status, 200, "{path}");
    }
    assert_eq!(check_rollups(&app.db).await.unwrap(), []);

    let shown = owner.submit_form(&format!("{page}/undo"), "Remove 2 rows", &[]).await;
    assert!(shown.text.contains("Undone"), "{}", shown.text);
    let earnings = owner.open(&format!("/accounts/{account}/earnings")).await;
    assert!(!earnings.text.contains("=Leo"), "{}", earnings.text);
    assert_eq!(check_rollups(&app.db).await.unwrap(), []);
    let audit = owner.open("/audit").await;
    for words in
        ["Uploaded a statement", "Recorded the earnings of a statement", "Undid the import of a statement"]
    {
        assert!(audit.text.contains(words), "{words}");
    }
}

#[tokio::test]
async fn a_file_with_a_bad_line_is_not_recorded_at_all() {
    let (app, scope) = begin("bea").await;
    let db = &app.db;
    let id = put(db, &scope, None, &format!("{HEAD}2026-11-12,10,8,leo,a\n2026-11-12,ten,8,leo,b\n")).await;
    let preview = look(db, &scope, id, None).await.unwrap().file.unwrap().preview.unwrap().unwrap();
    assert_eq!((preview.fresh, preview.problem_count, preview.problems[0].0), (1, 1, 3));
    assert!(matches!(confirm(db, &scope, id).await, Err(Error::Conflict(_))));
    // The account was to be made with the rows.
    let mut tx = db.begin(&scope).await.unwrap();
    let count: (i64, i64) =
        sqlx::query_as("select (select count(*) from accounts), (select count(*) from earnings)")
            .fetch_one(tx.conn())
            .await
            .unwrap();
    assert_eq!(count, (0, 0));
    drop(tx);
    discard(db, &scope, id).await.unwrap();
    assert!(matches!(look(db, &scope, id, None).await, Err(Error::NotFound)));
}

#[tokio::test]
async fn what_is_here_already_is_left_out_and_goes_with_the_import_that_brought_it() {
    let (app, scope) = begin("cleo").await;
    let db = &app.db;
    let first =
        put(db, &scope, None, &format!("{HEAD}2026-11-12,10,8,leo,a\n2026-11-13,20,16,max,b\n")).await;
    assert!(confirm(db, &scope, first).await.unwrap());
    let account = account_of(db, &scope, first).await;
    assert_eq!(sums(db, &scope, account).await, (2, 2400, 2400, 2));

    // The columns are remembered by the platform's name; the same file is known.
    let text = format!("{HEAD}2026-11-13,20,16,max,b\n2026-11-14,5,4,leo,c\n2026-11-14,5,4,leo,c\n");
    let second = put(db, &scope, Some(account), &text).await;
    let looked = look(db, &scope, second, None).await.unwrap().file.unwrap();
    assert_eq!(looked.remembered, Some(mapping()));
    let preview = looked.preview.unwrap().unwrap();
    assert_eq!((preview.fresh, preview.duplicates), (1, vec![2, 4]));
    confirm(db, &scope, second).await.unwrap();
    assert_eq!(sums(db, &scope, account).await, (3, 2800, 2800, 3));
    let again = put(db, &scope, Some(account), &text).await;
    assert!(look(db, &scope, again, None).await.unwrap().file.unwrap().same_recorded_at.is_some());
    assert!(matches!(confirm(db, &scope, again).await, Err(Error::Conflict(_))));

    want_undo(db, &scope, second).await.unwrap();
    want_undo(db, &scope, second).await.unwrap();
    assert_eq!(sums(db, &scope, account).await, (2, 2400, 2400, 2));
    want_undo(db, &scope, first).await.unwrap();
    assert_eq!(sums(db, &scope, account).await, (0, 0, 0, 0));
    assert_eq!(check_rollups(db).await.unwrap(), []);
    let mut tx = db.begin(&scope).await.unwrap();
    let fans: i64 = sqlx::query_scalar("select count(*) from fans").fetch_one(tx.conn()).await.unwrap();
    assert_eq!(fans, 0);
}

#[tokio::test]
async fn an_account_that_has_an_api_takes_no_statements() {
    let (app, scope) = begin("dora").await;
    let account = new_account(&app.db, scope.agency_id(), "Mia Hart").await;
    assert!(matches!(Upload::begin(&app.db, &scope, &new(Some(account))).await, Err(Error::NotFound)));
}

#[tokio::test]
async fn a_recorded_transaction_that_says_something_else_is_a_problem_of_its_line() {
    let (app, scope) = begin("dana").await;
    let db = &app.db;
    let first = put(db, &scope, None, &format!("{HEAD}2026-11-12,10,8,leo,a\n")).await;
    confirm(db, &scope, first).await.unwrap();
    let account = account_of(db, &scope, first).await;
    let text = format!("{HEAD}2026-11-12,10,7,leo,a\n2026-11-14,5,4,leo,c\n");
    let second = put(db, &scope, Some(account), &text).await;
    let preview = look(db, &scope, second, None).await.unwrap().file.unwrap().preview.unwrap().unwrap();
    assert_eq!((preview.fresh, preview.problem_count, preview.problems[0].0), (1, 1, 2));
    assert!(preview.problems[0].1.contains("other amounts"), "{:?}", preview.problems);
    assert!(matches!(confirm(db, &scope, second).await, Err(Error::Conflict(_))));
    assert_eq!(sums(db, &scope, account).await, (1, 800, 800, 1));
}

#[tokio::test]
async fn what_the_words_of_a_file_mean_is_one_of_few_things() {
    let (app, scope) = begin("dina").await;
    let db = &app.db;
    let id = put(db, &scope, None, &format!("{HEAD}2026-11-12,10,8,leo,a\n")).await;
    let say = async |words: usize, length: usize, source: &str| {
        let word = |at: usize| format!("{at:0>length$}");
        let kinds = (0..words).map(|at| (word(at), source.to_owned())).collect();
        map_kinds(db, &scope, id, kinds).await
    };
    assert!(matches!(say(1, 3, "nonsense").await, Err(Error::Invalid(_))));
    assert!(matches!(say(61, 3, "tip").await, Err(Error::Invalid(_))));
    assert!(matches!(say(1, 301, "tip").await, Err(Error::Invalid(_))));
    say(60, 3, "tip").await.unwrap();
    say(60, 4, "other").await.unwrap();
    let kinds = look(db, &scope, id, None).await.unwrap().listed.import.mapping.unwrap().kinds;
    assert_eq!(kinds.len(), 60);
}

#[tokio::test]
async fn twenty_files_wait_and_those_that_stopped_on_their_way_do_not_count() {
    let (app, scope) = begin("dori").await;
    let db = &app.db;
    let form = new(None);
    let begun = futures::future::join_all((0..22).map(|_| Upload::begin(db, &scope, &form))).await;
    assert_eq!(begun.iter().filter(|it| it.is_ok()).count(), 20);
    let mut tx = db.begin_system("test").await.unwrap();
    sqlx::query("update statement_imports set created_at = created_at - interval '16 minutes'")
        .execute(tx.conn())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert!(Upload::begin(db, &scope, &form).await.is_ok());
    forget_abandoned(db).await.unwrap();
    let mut tx = db.begin(&scope).await.unwrap();
    let left: i64 =
        sqlx::query_scalar("select count(*) from statement_imports").fetch_one(tx.conn()).await.unwrap();
    assert_eq!(left, 1);
}

#[tokio::test]
async fn a_job_that_fails_for_good_gives_the_import_back() {
    let (app, scope) = begin("dunja").await;
    let db = &app.db;
    let id = put(db, &scope, None, &format!("{HEAD}2026-11-12,10,8,leo,a\n")).await;
    confirm(db, &scope, id).await.unwrap();
    // Without its row in `syncs` nothing of an account can be written.
    let mut tx = db.begin_system("test").await.unwrap();
    sqlx::query("delete from syncs where agency_id = $1")
        .bind(scope.agency_id())
        .execute(tx.conn())
        .await
        .unwrap();
    sqlx::query("update statement_imports set state = 'undoing' where id = $1")
        .bind(id)
        .execute(tx.conn())
        .await
        .unwrap();
    let by = scope.member().user_id();
    let job = serde_json::json!({ "agency": scope.agency_id(), "import": id, "by": by, "tried": 7 });
    sqlx::query("select enqueue_job('undo_statement', $1::jsonb::json, null, now(), null, array['long'])")
        .bind(job)
        .execute(tx.conn())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let import = async || look(db, &scope, id, None).await.unwrap().listed.import;
    eventually("given back", async || import().await.state == State::Recorded).await;
    assert!(import().await.problem.is_some_and(|it| it.contains("could not be undone")));
}

fn many(from: usize, rows: usize) -> String {
    let mut text = HEAD.to_owned();
    for at in from..from + rows {
        let (day, fan) = (at % 28 + 1, at % 50);
        writeln!(text, "2026-10-{day:02} 10:00,10.00,8.00,fan{fan},t{at}").unwrap();
    }
    text
}

#[tokio::test]
async fn a_large_file_is_recorded_and_undone_in_the_background() {
    let (app, scope) = begin("eva").await;
    let db = &app.db;
    let id = put(db, &scope, None, &many(0, 5100)).await;
    assert!(!confirm(db, &scope, id).await.unwrap());
    let state = async || look(db, &scope, id, None).await.unwrap().listed.import;
    eventually("recorded", async || state().await.state == State::Recorded).await;
    let import = state().await;
    assert_eq!((import.added, import.progress.map(|it| it.1)), (5100, Some(5100)));
    let account = import.account.unwrap();
    assert_eq!(sums(db, &scope, account).await, (5100, 5100 * 800, 5100 * 800, 5100));
    assert_eq!(check_rollups(db).await.unwrap(), []);
    want_undo(db, &scope, id).await.unwrap();
    eventually("undone", async || state().await.state == State::Undone).await;
    assert_eq!(sums(db, &scope, account).await, (0, 0, 0, 0));
    assert_eq!(check_rollups(db).await.unwrap(), []);
}

#[tokio::test]
async fn a_recording_that_is_cut_off_leaves_nothing_and_begins_again() {
    let (app, scope) = begin("fay").await;
    let db = app.db.clone();
    let id = put(&db, &scope, None, &many(0, 3000)).await;
    let by = scope.member().user_id();
    let system = creatorcrm::auth::SystemScope::for_agency(scope.agency_id(), "test");
    let cut = tokio::spawn({
        let (db, system) = (db.clone(), system.clone());
        async move { record(&db, &system, by, id, State::Open).await }
    });
    let done = async || {
        let mut tx = db.begin(&system).await.unwrap();
        let done: Option<i64> =
            sqlx::query_scalar("select done from statement_progress where import_id = $1")
                .bind(id)
                .fetch_optional(tx.conn())
                .await
                .unwrap();
        done.unwrap_or(0)
    };
    eventually("some rows are written", async || done().await >= 1000).await;
    cut.abort();
    assert!(cut.await.unwrap_err().is_cancelled());
    let mut tx = db.begin(&system).await.unwrap();
    let left: (i64, i64, i64) =
        sqlx::query_as("select (select count(*) from earnings), (select count(*) from earning_days), (select count(*) from accounts)")
            .fetch_one(tx.conn())
            .await
            .unwrap();
    drop(tx);
    assert_eq!(left, (0, 0, 0));
    record(&db, &system, by, id, State::Open).await.unwrap();
    // A job that runs once more does nothing.
    record(&db, &system, by, id, State::Open).await.unwrap();
    let account = account_of(&db, &scope, id).await;
    assert_eq!(sums(&db, &scope, account).await, (3000, 3000 * 800, 3000 * 800, 3000));
    assert_eq!(check_rollups(&db).await.unwrap(), []);
    undo(&db, &system, by, id, State::Recorded).await.unwrap();
    assert_eq!(sums(&db, &scope, account).await, (0, 0, 0, 0));
}

#[tokio::test]
async fn of_two_imports_at_once_each_row_counts_once() {
    let (app, scope) = begin("gia").await;
    let db = &app.db;
    let seed = put(db, &scope, None, &many(0, 1)).await;
    confirm(db, &scope, seed).await.unwrap();
    let account = account_of(db, &scope, seed).await;
    let one = put(db, &scope, Some(account), &many(1, 300)).await;
    let other = put(db, &scope, Some(account), &many(200, 300)).await;
    let (a, b) = tokio::join!(confirm(db, &scope, one), confirm(db, &scope, other));
    assert!(a.unwrap() && b.unwrap());
    assert_eq!(sums(db, &scope, account).await, (500, 500 * 800, 500 * 800, 500));
    assert_eq!(check_rollups(db).await.unwrap(), []);
    // Whichever came second brought the rest, and only that goes with it.
    want_undo(db, &scope, one).await.unwrap();
    want_undo(db, &scope, other).await.unwrap();
    assert_eq!(sums(db, &scope, account).await, (1, 800, 800, 1));
}

#[tokio::test]
async fn a_form_with_a_file_says_what_is_wrong_with_it() {
    let app = TestApp::start().await;
    let mut owner = app.owner("hana").await;
    let fields = [("name", "Mia"), ("platform", "Fansly"), ("currency", "USD")];
    let shown = owner.upload("/statements/new", &fields, ("empty.csv", b"")).await;
    assert!(
        shown.text.contains("Choose a file that has something in it") && shown.path == "/statements/new",
        "{}",
        shown.text
    );
    let shown =
        owner.upload("/statements/new", &[("name", ""), ("platform", "Fansly")], ("a.csv", b"a,b\n")).await;
    assert!(shown.text.contains("Type a name") && shown.text.contains("value=\"Fansly\""), "{}", shown.text);
    let large = vec![b'a'; 33 * 1024 * 1024];
    let shown = owner.upload("/statements/new", &fields, ("large.csv", &large)).await;
    assert!(shown.text.contains("This file is larger than 32 MB"), "{}", shown.text);
    let line = vec![b','; 1024 * 1024];
    let shown = owner.upload("/statements/new", &fields, ("line.csv", &line)).await;
    assert!(shown.text.contains("A line of this file is longer than 256 KB"), "{}", shown.text);
    let other = [("name", "Mia"), ("nonsense", "x")];
    let shown = owner.upload("/statements/new", &other, ("a.csv", b"a,b\n")).await;
    assert!(shown.text.contains("The file did not arrive whole"), "{}", shown.text);
    // Nothing is left of those.
    let list = owner.open("/statements").await;
    assert!(list.text.contains("No statements yet"), "{}", list.text);
}

#[tokio::test]
async fn only_who_may_sends_files_and_only_into_their_own_agency() {
    let app = TestApp::start().await;
    let mut owner = app.owner("iris").await;
    let mut stranger = app.owner("jane").await;
    let fields = [("name", "Mia"), ("platform", "Fansly"), ("currency", "USD")];
    let file = ("a.csv", b"Date,Gross\n2026-11-12,1\n".as_slice());
    let status = async |browser: &mut Browser, fields: &[(&str, &str)]| {
        browser.send_file("/statements/new", fields, file, "application/json").await.status().as_u16()
    };
    assert_eq!(status(&mut app.browser(), &fields).await, 401);
    assert_eq!(status(&mut owner, &fields).await, 201);
    let db = &app.db;
    let iris: Scope<ImportStatements> = scope(&app, "iris");
    let id = put(db, &iris, None, &format!("{HEAD}2026-11-12,10,8,leo,a\n")).await;
    confirm(db, &iris, id).await.unwrap();
    let account = account_of(db, &iris, id).await.to_string();
    assert_eq!(status(&mut owner, &[("account", &account)]).await, 201);
    assert_eq!(status(&mut stranger, &[("account", &account)]).await, 404);
    let mut tx = db.begin_system("test").await.unwrap();
    sqlx::query(
        "update members set role = 'chatter' where user_id = (select id from users where name = 'jane')",
    )
    .execute(tx.conn())
    .await
    .unwrap();
    tx.commit().await.unwrap();
    eventually("the role is heard of", async || status(&mut stranger, &fields).await == 403).await;
}

/// What an import of a few rows may hold: day, amount, fan.
fn files() -> impl Strategy<Value = Vec<Vec<(u8, i64, u8)>>> {
    let row = (1..28_u8, prop_oneof![4 => 1..5000_i64, 1 => -5000..0_i64], 0..4_u8);
    proptest::collection::vec(proptest::collection::vec(row, 1..8), 1..5)
}

#[test]
fn whatever_is_recorded_and_undone_the_sums_are_those_of_what_is_left() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (app, scope) = runtime.block_on(begin("kim"));
    let db = &app.db;
    let config = ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() };
    let plan = (files(), proptest::collection::vec(any::<prop::sample::Index>(), 0..5));
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let outcome = runner.run(&plan, |(files, undone)| {
        runtime.block_on(async {
            let seed = put(db, &scope, None, &many(0, 1)).await;
            confirm(db, &scope, seed).await.unwrap();
            let account = account_of(db, &scope, seed).await;
            // A platform's rows beside them, which never go.
            let agency = scope.agency_id();
            record_now(db, agency, account, &[tip("api", "2026-10-03T10:00:00Z", 1000, "fan1")]).await;
            let mut left = BTreeMap::new();
            for (number, file) in files.iter().enumerate() {
                let mut text = HEAD.to_owned();
                for (at, (day, minor, fan)) in file.iter().enumerate() {
                    let amount = format!("{}.{:02}", minor / 100, minor.abs() % 100);
                    let amount =
                        if *minor < 0 { format!("-{}", amount.trim_start_matches('-')) } else { amount };
                    writeln!(text, "2026-10-{day:02},{amount},{amount},fan{fan},f{number}-{at}").unwrap();
                }
                let id = put(db, &scope, Some(account), &text).await;
                confirm(db, &scope, id).await.unwrap();
                left.insert(number, (id, file));
            }
            for index in &undone {
                let number = index.index(files.len());
                if let Some((id, _)) = left.remove(&number) {
                    want_undo(db, &scope, id).await.unwrap();
                    assert_eq!(check_rollups(db).await.unwrap(), []);
                }
            }
            let rows = left.values().map(|(_, file)| i64::try_from(file.len()).unwrap()).sum::<i64>() + 2;
            let net =
                left.values().flat_map(|(_, file)| file.iter().map(|row| row.1)).sum::<i64>() + 800 + 800;
            assert_eq!(sums(db, &scope, account).await, (rows, net, net, rows));
            assert_eq!(check_rollups(db).await.unwrap(), []);
        });
        Ok(())
    });
    outcome.unwrap();
}
