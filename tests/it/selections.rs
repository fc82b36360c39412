//! Which accounts analytics are of: selections, tags and saved views; each within its agency, and its member.

use crate::app::{Browser, TestApp, audited, owner_agency, scope};
use crate::earnings::{new_account, record_now, tip};
use creatorcrm::accounts::policy::ManageAccounts;
use creatorcrm::analytics::policy::{SaveViews, ViewDashboard};
use creatorcrm::analytics::views::{self, SavedView};
use creatorcrm::analytics::{Chosen, Selection, choose, offers};
use creatorcrm::auth::Scope;
use creatorcrm::creators;
use creatorcrm::creators::policy::ManageCreators;
use creatorcrm::error::Error;
use creatorcrm::ids::{AccountId, AgencyId, UserId};
use creatorcrm::ui::Address;

/// An agency of three accounts: Ada and Bea of one creator, Cleo of nobody.
struct Studio {
    app: TestApp,
    browser: Browser,
    agency: AgencyId,
    accounts: [AccountId; 3],
    creator: creatorcrm::ids::CreatorId,
    sees: Scope<ViewDashboard>,
    manages: Scope<ManageAccounts>,
}

async fn studio() -> Studio {
    let app = TestApp::start().await;
    let browser = app.owner("ana").await;
    // Taken before anything changes: then the process forgets whom it knew.
    let (sees, manages) = (scope(&app, "ana"), scope(&app, "ana"));
    let leads = scope::<ManageCreators>(&app, "ana");
    let agency = owner_agency(&app, "ana").await;
    let creator = creators::add(&app.db, &leads, "Mia").await.unwrap();
    let mut accounts = Vec::new();
    for name in ["Ada", "Bea", "Cleo"] {
        accounts.push(new_account(&app.db, agency, name).await);
    }
    let accounts: [AccountId; 3] = accounts.try_into().unwrap();
    for account in &accounts[..2] {
        creators::give_account(&app.db, &leads, creator, *account).await.unwrap();
    }
    Studio { app, browser, agency, accounts, creator, sees, manages }
}

impl Studio {
    async fn choose(&self, query: &str) -> Chosen {
        let selection = Selection::parse(&Address::parse(&format!("/analytics?{query}")));
        choose(&mut self.app.db.begin(&self.sees).await.unwrap(), selection).await.unwrap()
    }

    async fn found(&self, query: &str) -> Vec<usize> {
        let found = self.choose(query).await.accounts.unwrap();
        found.iter().map(|id| self.accounts.iter().position(|it| it == id).unwrap()).collect()
    }

    async fn tag(&self, account: usize, tags: &str) -> Result<(), Error> {
        creatorcrm::accounts::set_tags(&self.app.db, &self.manages, self.accounts[account], tags).await
    }

    async fn assign(&self, account: usize) -> UserId {
        let mut tx = self.app.db.begin_system("test").await.unwrap();
        let user: UserId = tx.new_id();
        let statement = format!(
            "insert into users (id, email, name, password_hash, password_set_at, created_at) values ('{user}', 'c@x.org', 'Cara', '', now(), now());
             insert into members (agency_id, user_id, role, joined_at) values ('{agency}', '{user}', 'chatter', now());
             insert into assignments (agency_id, id, account_id, user_id, started_at) values
               ('{agency}', gen_random_uuid(), '{account}', '{user}', now())",
            agency = self.agency,
            account = self.accounts[account],
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(tx.conn()).await.unwrap();
        tx.commit().await.unwrap();
        user
    }
}

#[tokio::test]
async fn every_part_of_a_selection_has_to_hold() {
    let studio = studio().await;
    let [ada, bea, cleo] = studio.accounts;
    studio.tag(0, "VIP").await.unwrap();
    studio.tag(2, "vip, new").await.unwrap();
    let chatter = studio.assign(0).await;
    assert_eq!(studio.choose("").await, Chosen::default(), "the whole agency");
    assert_eq!(studio.found(&format!("account={cleo}&account={ada}")).await, [0, 2]);
    assert_eq!(studio.found(&format!("creator={}", studio.creator)).await, [0, 1]);
    assert_eq!(studio.found("tag=Vip").await, [0, 2]);
    assert_eq!(studio.found(&format!("tag=vip&creator={}", studio.creator)).await, [0]);
    assert_eq!(studio.found(&format!("chatter={chatter}&account={bea}")).await, [0_usize; 0]);
    assert_eq!(studio.found(&format!("chatter={chatter}")).await, [0]);
    let named = studio.choose(&format!("chatter={chatter}&tag=vip&account={ada}")).await.named;
    let words: Vec<_> = named.iter().map(|it| (it.pair, it.words.as_deref())).collect();
    assert_eq!(words, [("account", Some("Ada")), ("tag", Some("vip")), ("chatter", Some("Cara"))]);
}

#[tokio::test]
async fn what_is_not_the_agencys_selects_nothing_and_says_so() {
    let studio = studio().await;
    studio.app.owner("eve").await;
    let hers = new_account(&studio.app.db, owner_agency(&studio.app, "eve").await, "Secret").await;
    for query in [format!("account={hers}"), "account=nonsense".to_owned(), "tag=unheard".to_owned()] {
        let chosen = studio.choose(&query).await;
        assert!(chosen.is_empty(), "{query}");
        assert_eq!(chosen.named[0].words, None, "{query}");
    }
    // One that is there beside one that is not is found all the same.
    assert_eq!(studio.found(&format!("account={hers}&account={}", studio.accounts[1])).await, [1]);
    let mut browser = studio.browser;
    let page = browser.open(&format!("/analytics?account={hers}")).await;
    assert!(page.text.contains("A filter names something that is not here"), "{}", page.text);
    assert!(page.text.contains("No account fits these filters") && !page.text.contains("Secret"));
}

#[tokio::test]
async fn a_filter_bar_offers_what_there_is_in_its_agency_alone() {
    let studio = studio().await;
    studio.tag(1, "new").await.unwrap();
    studio.assign(2).await;
    studio.app.owner("eve").await;
    new_account(&studio.app.db, owner_agency(&studio.app, "eve").await, "Secret").await;
    let mut tx = studio.app.db.begin(&studio.sees).await.unwrap();
    let all = offers(&mut tx, None).await.unwrap();
    let names =
        |all: &creatorcrm::analytics::Offers| all.accounts.iter().map(|it| it.1.clone()).collect::<Vec<_>>();
    assert_eq!(names(&all), ["Ada (@ada)", "Bea (@bea)", "Cleo (@cleo)"]);
    assert_eq!(
        (all.creators[0].1.as_str(), all.tags[0].as_str(), all.chatters[0].1.as_str()),
        ("Mia", "new", "Cara")
    );
    assert!(!all.more_accounts);
    assert_eq!(names(&offers(&mut tx, Some("LE")).await.unwrap()), ["Cleo (@cleo)"]);
    assert!(names(&offers(&mut tx, Some("%")).await.unwrap()).is_empty());
}

#[tokio::test]
async fn tags_are_edited_listed_filtered_by_and_on_record() {
    let mut studio = studio().await;
    let ada = studio.accounts[0];
    let edit = format!("/accounts/{ada}/edit");
    let text = studio.browser.open(&edit).await.text;
    assert!(text.contains("separated by commas"));
    studio.tag(0, "VIP, new").await.unwrap();
    studio.tag(0, "new, top").await.unwrap();
    studio.tag(0, "top, new").await.unwrap();
    let events = audited(&studio.app, studio.agency).await;
    let events: Vec<_> = events.into_iter().filter(|it| it.0 == "accounts.tagged").map(|it| it.1).collect();
    assert_eq!(events.len(), 2, "what changes nothing is not recorded");
    assert_eq!(events[1], serde_json::json!({ "added": ["top"], "removed": ["vip"] }));
    assert!(matches!(
        studio.tag(0, &"x,".repeat(3).replace('x', &"y".repeat(41))).await,
        Err(Error::Invalid(_))
    ));
    assert!(studio.browser.open(&edit).await.text.contains("new, top"));
    let list = studio.browser.open("/accounts?tag=TOP").await.text;
    assert!(list.contains("@ada") && !list.contains("@bea"), "{list}");
    let stranger = studio.app.owner("eve").await;
    drop(stranger);
    let foreign = scope::<ManageAccounts>(&studio.app, "eve");
    assert!(matches!(
        creatorcrm::accounts::set_tags(&studio.app.db, &foreign, ada, "mine").await,
        Err(Error::NotFound)
    ));
}

#[tokio::test]
async fn a_saved_view_is_its_members_own() {
    let mut studio = studio().await;
    studio.browser.open("/analytics").await;
    let own = scope::<SaveViews>(&studio.app, "ana");
    let db = &studio.app.db;
    let address = views::save(db, &own, " Mine ", "/analytics?period=7d&after=x").await.unwrap();
    assert_eq!(address, "/analytics?period=7d");
    assert!(
        matches!(views::save(db, &own, "mine", "/analytics").await, Err(Error::Invalid(_))),
        "each name once"
    );
    assert!(matches!(views::save(db, &own, "x", "https://evil.example/").await, Err(Error::Invalid(_))));
    let [SavedView { id, .. }] = views::views(db, &own).await.unwrap()[..] else { panic!("one view") };
    // Another member of the same agency.
    let manager = studio.app.owner("max").await;
    drop(manager);
    let statement = format!(
        "update members set agency_id = '{}', role = 'manager' where user_id = (select id from users where name = 'max')",
        studio.agency
    );
    let mut tx = db.begin_system("test").await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(tx.conn()).await.unwrap();
    tx.commit().await.unwrap();
    let mut browser = studio.app.browser();
    let typed = [("email", "max@example.com"), ("password", "correct horse battery")];
    browser.submit("/sign-in", &typed).await;
    let other = scope::<SaveViews>(&studio.app, "max");
    assert!(views::views(db, &other).await.unwrap().is_empty());
    assert!(matches!(views::rename(db, &other, id, "His").await, Err(Error::NotFound)));
    assert!(matches!(views::delete(db, &other, id).await, Err(Error::NotFound)));
    views::rename(db, &own, id, "Week").await.unwrap();
    assert_eq!(views::views(db, &own).await.unwrap()[0].name, "Week");
    for number in 1..50 {
        views::save(db, &own, &format!("View {number}"), "/analytics").await.unwrap();
    }
    assert!(matches!(views::save(db, &own, "One more", "/analytics").await, Err(Error::Conflict(_))));
    views::delete(db, &own, id).await.unwrap();
    views::save(db, &own, "One more", "/analytics").await.unwrap();
}

#[tokio::test]
async fn a_view_is_saved_opened_and_deleted_by_forms() {
    let mut studio = studio().await;
    record_now(
        &studio.app.db,
        studio.agency,
        studio.accounts[0],
        &[tip("t1", "2026-01-05T10:00:00Z", 1000, "f")],
    )
    .await;
    let page = studio.browser.open("/analytics?period=90d").await;
    assert!(page.text.contains("/analytics/views?of=%2Fanalytics%3Fperiod%3D90d"), "{}", page.text);
    let saved = studio
        .browser
        .submit("/analytics/views?of=%2Fanalytics%3Fperiod%3D90d", &[("name", "Quarter")])
        .await;
    assert_eq!((saved.status, saved.path.as_str()), (200, "/analytics?period=90d"));
    assert!(saved.text.contains("The view is saved.") && saved.text.contains("Quarter"));
    assert!(studio.browser.open("/analytics/views").await.text.contains("Quarter"));
}
