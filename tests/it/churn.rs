//! Fans who may leave, on a real database: learned from earnings, kept, shown with why, and only to whom they concern.

use crate::app::{TestApp, audited, eventually, owner_agency, scope};
use crate::earnings::{new_account, record_now, tip};
use chrono::{DateTime, Days, Utc};
use creatorcrm::analytics::policy::ViewDashboard;
use creatorcrm::auth::SystemScope;
use creatorcrm::churn::{self, CERTAIN};
use creatorcrm::ids::{AccountId, AgencyId};
use creatorcrm::keyset::Turn;
use creatorcrm::platform::{Earning, EarningSource};

fn now() -> DateTime<Utc> {
    "2026-03-20T12:00:00Z".parse().unwrap()
}

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as f64 / (1_u64 << 31) as f64
    }
}

/// Fans of one account with a chance to renew of their own; those who stay buy more. Fan names begin with `prefix`.
pub fn history(prefix: &str, fans: usize, now: DateTime<Utc>) -> Vec<Earning> {
    let mut dice = Dice(7);
    let mut rows = Vec::new();
    for fan in 0..fans {
        let (name, stays) = (format!("{prefix}{fan:04}"), 0.4 + 0.55 * dice.unit());
        let mut day = now.date_naive() - Days::new(1 + (dice.unit() * 330.0) as u64);
        let mut charges = 0;
        while day < now.date_naive() {
            let row = tip(&format!("{name}-{charges}"), &format!("{day}T10:00:00Z"), 1000, &name);
            let source = if charges == 0 { EarningSource::Subscription } else { EarningSource::Renewal };
            rows.push(Earning { source, ..row });
            if dice.unit() < (stays - 0.4) * 1.5 {
                let bought = (day + Days::new(3)).min(now.date_naive() - Days::new(1));
                rows.push(tip(&format!("{name}-{charges}-tip"), &format!("{bought}T10:00:00Z"), 2000, &name));
            }
            charges += 1;
            day = day + Days::new(30);
            if dice.unit() > stays {
                break;
            }
        }
    }
    rows
}

async fn execute(app: &TestApp, agency: AgencyId, statement: &str) {
    let mut tx = app.db.begin(&SystemScope::for_agency(agency, "test")).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement.to_owned())).execute(tx.conn()).await.unwrap();
    tx.commit().await.unwrap();
}

/// An account with `fans`, of whom those who paid within a cycle subscribe; renewal of the first three of those is off.
async fn account(app: &TestApp, agency: AgencyId, name: &str, fans: usize) -> AccountId {
    let account = new_account(&app.db, agency, name).await;
    record_now(&app.db, agency, account, &history(&name[..1], fans, now())).await;
    let (now, ends) = (now(), "2026-04-02T10:00:00Z");
    let statement = format!(
        "update fans f set subscription = 'subscriber', auto_renews = true, renews_at = '{ends}' where f.account_id = '{account}'
           and exists (select from earnings e where e.account_id = f.account_id and e.fan_id = f.fan_id
             and e.source in ('subscription', 'renewal') and e.occurred_at > '{now}'::timestamptz - interval '30 days');
         update fans set auto_renews = false where account_id = '{account}' and fan_id in (
           select fan_id from fans where account_id = '{account}' and subscription = 'subscriber' order by fan_id limit 3)"
    );
    execute(app, agency, &statement).await;
    account
}

#[tokio::test]
async fn fans_at_risk_are_found_kept_and_shown_with_why_and_how_well_that_works() {
    let (app, _) = TestApp::start_at(now()).await;
    let mut owner = app.owner("zed").await;
    let page = "/analytics/forecast/churn";
    assert!(owner.open(page).await.text.contains("Too little is known yet"));
    let agency = owner_agency(&app, "zed").await;
    let mia = account(&app, agency, "Mia Larsson", 700).await;
    let nora = account(&app, agency, "Nora Quinn", 500).await;
    assert!(owner.open(page).await.text.contains("Past months are being looked at"));
    eventually("they are found", async || owner.look(page).await.1.contains("Have such figures held?")).await;
    let scope = scope::<ViewDashboard>(&app, "zed");
    eventually("both accounts are looked at", async || {
        churn::view(&app.db, &scope, None, &Turn::First).await.unwrap().accounts.len() == 2
    })
    .await;

    let view = churn::view(&app.db, &scope, None, &Turn::First).await.unwrap();
    let judged = view.judged.unwrap();
    assert_eq!(judged.month.to_string(), "2026-02-01");
    assert!(judged.fans > 200 && judged.brier <= judged.brier_base, "{judged:?}");
    assert_eq!(view.counts.1, 6);
    let first: Vec<_> =
        view.fans.rows.iter().take(7).map(|it| (it.risk.risk, it.risk.ends_on.is_some())).collect();
    assert!(first[..6].iter().all(|it| *it == (CERTAIN, true)) && first[6].0 < CERTAIN, "{first:?}");

    // The list goes on by key, without a gap and in its order.
    let mut turn = Turn::First;
    let mut seen = Vec::new();
    loop {
        let page = churn::view(&app.db, &scope, None, &turn).await.unwrap().fans;
        seen.extend(page.rows.iter().map(churn::Listed::key));
        let Some(after) = page.after else { break };
        turn = Turn::parse(Some(&after), None);
    }
    assert_eq!(seen.len(), 206, "a hundred of each account, and those who are known to leave");
    assert!(seen.windows(2).all(|pair| pair[0].0 > pair[1].0
        || (pair[0].0 == pair[1].0 && (&pair[0].1, &pair[0].2) < (&pair[1].1, &pair[1].2))));
    let page_before = churn::view(&app.db, &scope, None, &Turn::Before(seen[50].clone())).await.unwrap().fans;
    assert_eq!(page_before.rows.iter().map(churn::Listed::key).collect::<Vec<_>>(), seen[..50]);
    let one = churn::view(&app.db, &scope, Some(nora), &Turn::First).await.unwrap().fans;
    assert!(one.rows.iter().all(|it| it.account == nora));

    let shown = owner.open(&format!("{page}?account={mia}")).await.text;
    assert!(shown.contains("Renewal is off; ends 2 Apr 2026"), "{shown}");
    assert!(
        shown.contains("bought nothing else for 90 days")
            || shown.contains("Bought nothing else for 90 days"),
        "{shown}"
    );
    let views =
        sqlx_count(&app, agency, "select count(*) from audit_views where event = 'churn.viewed'").await;
    assert!(views > 0, "who saw it is recorded");
    assert!(audited(&app, agency).await.iter().all(|(event, _)| event != "churn.viewed"));
}

async fn sqlx_count(app: &TestApp, agency: AgencyId, statement: &'static str) -> i64 {
    let mut tx = app.db.begin(&SystemScope::for_agency(agency, "test")).await.unwrap();
    sqlx::query_scalar(statement).fetch_one(tx.conn()).await.unwrap()
}

#[tokio::test]
async fn too_few_fans_say_so_and_a_disconnected_accounts_fans_go() {
    let (app, _) = TestApp::start_at(now()).await;
    let mut owner = app.owner("zed").await;
    let agency = owner_agency(&app, "zed").await;
    account(&app, agency, "Mia Larsson", 30).await;
    churn::find_all(&app.db, agency).await.unwrap();
    assert!(owner.open("/analytics/forecast/churn").await.text.contains("Too little is known yet"));
    let nora = account(&app, agency, "Nora Quinn", 1000).await;
    churn::find_all(&app.db, agency).await.unwrap();
    let scope = scope::<ViewDashboard>(&app, "zed");
    let rows = async || churn::view(&app.db, &scope, Some(nora), &Turn::First).await.unwrap().fans.rows.len();
    assert_eq!(rows().await, churn::PAGE);
    execute(&app, agency, &format!("update accounts set disconnected_at = now() where id = '{nora}'")).await;
    churn::find_all(&app.db, agency).await.unwrap();
    assert_eq!(rows().await, 0);
}

#[tokio::test]
async fn another_agencys_account_is_not_found() {
    let (app, _) = TestApp::start_at(now()).await;
    app.owner("zed").await;
    let agency = owner_agency(&app, "zed").await;
    let mia = account(&app, agency, "Mia Larsson", 5).await;
    let mut stranger = app.owner("stranger").await;
    for of in [mia.to_string(), "mia".to_owned()] {
        assert_eq!(stranger.open(&format!("/analytics/forecast/churn?account={of}")).await.status, 404);
    }
}
