//! The agency at scale: its rollups are true, a run that is killed leaves whole accounts, and the next one makes the others.

use crate::app::TestApp;
use crate::connect::{ask, audited};
use creatorcrm::demo::bulk::{AccountWorld, Plan, Window, prepare};
use creatorcrm::earnings::check_rollups;
use std::process::{Child, Command, Stdio};

const PLAN: Plan = Plan { accounts: 3, months: 3, seed: 7 };

/// What a world says, whenever it was written.
const FIGURES: &str = "select concat_ws(' ', (select count(*) from earnings), (select sum(gross) from earnings),
    (select md5(string_agg(transaction_id || occurred_at || gross || status, ' ' order by transaction_id)) from earnings),
    (select md5(string_agg(fan_id || gross || subscription || renews_at || auto_renews, ' ' order by fan_id)) from fans),
    (select md5(string_agg(message_id || price, ' ' order by message_id)) from ppv_messages), (select sum(joined) from subscriber_days))";

#[tokio::test]
async fn an_agency_at_scale_has_true_rollups_and_can_be_looked_at() {
    let app = TestApp::with_sandbox().await;
    let mut heard = Vec::new();
    let made = prepare(&app.app, PLAN, &mut |at| heard.push(at.accounts)).await.unwrap();
    assert_eq!((made.new, heard), (3, vec![0, 1, 2, 3]));
    assert_eq!(check_rollups(&app.db).await.unwrap(), []);
    let counted: String =
        ask(&app, "select concat_ws(' ', (select count(*) from earnings), (select count(*) from fans))")
            .await;
    assert_eq!(counted, format!("{} {}", made.earnings, made.fans));
    assert_eq!(audited(&app, "demo.filled").await, 1);
    // Nothing will ever be read for them.
    let due = "select count(*) from syncs where state <> 'stopped' or next_due_at is not null";
    assert_eq!(ask::<i64>(&app, due).await, 0);

    let (email, password) = made.sign_in();
    let mut browser = app.browser();
    let page = browser.submit("/sign-in", &[("email", &email), ("password", password)]).await;
    assert!(page.path.starts_with("/dashboard"), "{page:?}");
    let account: uuid::Uuid = ask(&app, "select id from accounts order by name limit 1").await;
    for path in ["", "/earnings", "/subscribers", "/ppv"] {
        let page = browser.open(&format!("/accounts/{account}{path}")).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text);
    }
    let page = browser.open(&format!("/accounts/{account}/connection")).await;
    assert!(page.text.contains("nothing is read from the platform"), "{}", page.text);
    assert!(page.text.contains("Syncing is off."), "{}", page.text);
}

#[tokio::test]
async fn what_is_written_is_what_the_seed_says_and_again_changes_nothing() {
    let app = TestApp::with_sandbox().await;
    prepare(&app.app, PLAN, &mut |_| {}).await.unwrap();
    let written: String = ask(&app, FIGURES).await;
    let again = prepare(&app.app, PLAN, &mut |_| panic!("there is nothing to do")).await.unwrap();
    assert_eq!(again.new, 0);
    assert!(again.to_string().starts_with("Scale Studio of 3 exists already"), "{again}");
    assert_eq!(ask::<String>(&app, FIGURES).await, written);

    let until = ask(&app, "select created_at from agencies where name like 'Scale Studio%'").await;
    let window = Window::of(PLAN.months, until);
    let worlds: Vec<_> = (0..3).map(|number| AccountWorld::make(&PLAN, &window, number)).collect();
    let rows: usize = worlds.iter().map(|world| world.earnings.len()).sum();
    let gross: i64 = worlds.iter().flat_map(|world| &world.earnings).map(|row| row.gross).sum();
    assert!(written.starts_with(&format!("{rows} {gross} ")), "{rows} {gross}: {written}");
}

#[tokio::test]
async fn a_run_that_is_killed_leaves_whole_accounts_and_the_next_makes_the_others() {
    let app = TestApp::with_sandbox().await;
    let mut killed = demo(&app, 40);
    crate::app::eventually("an account is made", async || {
        ask::<i64>(&app, "select count(*) from accounts").await > 0
    })
    .await;
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert_eq!(check_rollups(&app.db).await.unwrap(), []);
    let halves = "select count(*) from accounts a left join syncs s on s.account_id = a.id
                  where s.earnings_count is distinct from (select count(*) from earnings e where e.account_id = a.id)";
    assert_eq!(ask::<i64>(&app, halves).await, 0);
    let before = ask::<i64>(&app, "select count(*) from accounts").await;

    let plan = Plan { accounts: 40, ..PLAN };
    let mut first = None;
    let made = prepare(&app.app, plan, &mut |at| first = first.or(Some(at.accounts))).await.unwrap();
    // The killed one's last transaction may have been committed just after it was asked for.
    assert_eq!(i64::try_from(made.new).unwrap() + i64::try_from(first.unwrap()).unwrap(), 40);
    assert!(before > 0 && made.new < 40, "{before} of 40 were made, then {}", made.new);
    assert_eq!(check_rollups(&app.db).await.unwrap(), []);
    assert_eq!(ask::<i64>(&app, "select count(*) from accounts").await, 40);
}

#[tokio::test]
async fn beside_a_real_platform_nothing_is_made_up() {
    let app = TestApp::start().await;
    let refused = prepare(&app.app, PLAN, &mut |_| {}).await.unwrap_err().to_string();
    assert!(refused.contains("FANVUE_AUTHORIZE_URL"), "{refused}");
    assert_eq!(ask::<i64>(&app, "select count(*) from agencies").await, 0);
}

/// The real program, filling the database beside the app under test.
fn demo(app: &TestApp, accounts: u32) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_creatorcrm"));
    command
        .args(["demo", "--accounts", &accounts.to_string(), "--months", "3"])
        .args(&app.arguments)
        .env_clear();
    command.env("DATABASE_URL", &app.database_url).env("ENCRYPTION_KEY", "ab".repeat(32));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}
