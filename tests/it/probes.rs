//! Ten thousand random probes: any principal, any route, any id. Nothing of another agency, and no account out of reach, is ever
//! shown or changed.

use crate::app::{Browser, Setup, TestApp, owner_agency};
use crate::authorization::{Entry, May, TABLE};
use crate::earnings::{new_account, record_now, tip};
use crate::identity::database;
use crate::team::{joined, user_id};
use creatorcrm::auth::Role;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, TestRng, TestRunner};
use sqlx::{PgConnection, Row};
use std::collections::BTreeSet;

const PROBES: usize = 10_000;
/// So many are under way at once.
const AT_ONCE: usize = 8;

/// Somebody who asks, and what they may see.
struct Principal {
    name: String,
    browser: Browser,
    role: Option<Role>,
    agency: Option<usize>,
    /// The accounts within reach, by their place in the world.
    reach: BTreeSet<usize>,
}

/// An account with a word that stands nowhere else.
struct Account {
    id: String,
    word: String,
}

struct World {
    app: TestApp,
    /// A word in the names of everything of the agency but its accounts.
    words: [&'static str; 2],
    accounts: Vec<Account>,
    /// Rows by agency and the name that stands for them in the table.
    ids: [Vec<(&'static str, String)>; 2],
    principals: Vec<Principal>,
}

/// Two agencies that share a person: `both` is a manager of the first and a chatter of the second.
async fn world() -> World {
    // No jobs, so that nothing but the probes changes anything.
    let app = TestApp::set_up(Setup { works: false, ..Setup::default() }).await;
    let words = ["zebrafinch", "moonquartz"];
    let (mut accounts, mut ids, mut principals) = (Vec::new(), [Vec::new(), Vec::new()], Vec::new());
    let mut owners = Vec::new();
    for (agency, word) in words.into_iter().enumerate() {
        let owner = format!("owner{word}");
        let mut browser = app.owner(&owner).await;
        let id = owner_agency(&app, &owner).await;
        for index in 0..4 {
            let name = format!("acct{word}{index}");
            let account = new_account(&app.db, id, &name).await;
            record_now(
                &app.db,
                id,
                account,
                &[tip("t1", "2026-11-01T10:00:00Z", 700, &format!("fan{name}"))],
            )
            .await;
            crate::accounts::connect(&app.db, id, account, "connected").await;
            accounts.push(Account { id: account.to_string(), word: name });
        }
        let hers = accounts[agency * 4 + 1].id.clone();
        let creator = browser.submit("/creators/new", &[("name", &format!("creator{word}"))]).await.path;
        let creator = creator.rsplit('/').next().unwrap().to_owned();
        browser.call("give_creator_account", &[("creator", &creator), ("account", &hers)]).await;
        let works_on = accounts[agency * 4].id.clone();
        let mut members = vec![];
        for (role, more) in [
            (Role::Manager, vec![]),
            (Role::Chatter, vec![("accounts[]", works_on.as_str())]),
            (Role::Creator, vec![("creator", creator.as_str())]),
            (Role::Compliance, vec![]),
        ] {
            let name = format!("{}{word}", role.as_str());
            members.push((role, name.clone(), joined(&app, &mut browser, &name, role.as_str(), &more).await));
        }
        let victim = format!("victim{word}");
        joined(&app, &mut browser, &victim, "chatter", &[("accounts[]", &accounts[agency * 4 + 2].id)]).await;
        browser
            .call("invite_member", &[("email", &format!("open{word}@example.com")), ("role", "chatter")])
            .await;
        browser.call("make_connect_link", &[("platform", "fanvue"), ("note", word), ("days", "7")]).await;
        let list = [("role", "chatter"), ("addresses", "list@example.com")];
        browser.call("paste_invitations", &list).await;
        ids[agency] = rows(&app, id.to_string(), &user_id(&app, &victim).await).await;
        let all: BTreeSet<usize> = (agency * 4..agency * 4 + 4).collect();
        for (role, name, browser) in members {
            let reach = match role {
                Role::Owner | Role::Manager => all.clone(),
                Role::Chatter => BTreeSet::from([agency * 4]),
                Role::Creator => BTreeSet::from([agency * 4 + 1]),
                Role::Compliance => BTreeSet::new(),
            };
            principals.push(Principal { name, browser, role: Some(role), agency: Some(agency), reach });
        }
        owners.push((owner, browser, all));
    }
    // A person of both agencies; each session acts in one of them.
    let third = accounts[7].id.clone();
    joined(&app, &mut owners[0].1, "both", "manager", &[]).await;
    let link = crate::team::invited(
        &app,
        &mut owners[1].1,
        "both@example.com",
        "chatter",
        &[("accounts[]", &third)],
    )
    .await;
    let mut there = app.browser();
    there.submit(&link, &[("password", crate::team::PASSWORD)]).await;
    let here = crate::identity::signed_in(&app, "both", crate::team::PASSWORD).await;
    let (manager, chatter) = (Some(Role::Manager), Some(Role::Chatter));
    let reach = BTreeSet::from([0, 1, 2, 3]);
    principals.push(Principal {
        name: "both, here".to_owned(),
        browser: here,
        role: manager,
        agency: Some(0),
        reach,
    });
    let reach = BTreeSet::from([7]);
    principals.push(Principal {
        name: "both, there".to_owned(),
        browser: there,
        role: chatter,
        agency: Some(1),
        reach,
    });
    for (agency, (name, browser, reach)) in owners.into_iter().enumerate() {
        principals.push(Principal { name, browser, role: Some(Role::Owner), agency: Some(agency), reach });
    }
    let nobody = app.browser();
    principals.push(Principal {
        name: "nobody".to_owned(),
        browser: nobody,
        role: None,
        agency: None,
        reach: BTreeSet::new(),
    });
    World { app, words, accounts, ids, principals }
}

/// One row of each kind that routes name, of one agency.
async fn rows(app: &TestApp, agency: String, member: &str) -> Vec<(&'static str, String)> {
    let mut db = database(app).await;
    let statements = [
        ("{creator}", "select id::text from creators where agency_id = $1::uuid"),
        ("{connection}", "select id::text from connections where agency_id = $1::uuid limit 1"),
        ("{link}", "select id::text from connect_links where agency_id = $1::uuid"),
        (
            "{invitation}",
            "select id::text from invitations where agency_id = $1::uuid and accepted_at is null",
        ),
        ("{list}", "select id::text from invitation_lists where agency_id = $1::uuid"),
        (
            "{goal}",
            "insert into goals (agency_id, id, month, currency, amount)
             values ($1::uuid, gen_random_uuid(), '2026-10-01', 'USD', 100) returning id::text",
        ),
        (
            "{alert}",
            "insert into alerts (agency_id, id, kind, cause, evidence, raised_at)
             values ($1::uuid, gen_random_uuid(), 'rollups_differ', 'x',
                     '{\"kind\": \"rollups_differ\", \"differences\": 1, \"example\": \"A day\"}', now()) returning id::text",
        ),
        (
            "{import}",
            "insert into statement_imports (agency_id, id, state, file_name, account_name, platform_name, currency, made_by, created_at)
             select agency_id, gen_random_uuid(), 'open', 'a.csv', 'Mia', 'Fansly', 'USD', user_id, now() from members
             where agency_id = $1::uuid limit 1 returning id::text",
        ),
        (
            "{report}",
            "insert into reports (agency_id, id, month, state, version, figures_at, pdf, made_at)
             values ($1::uuid, gen_random_uuid(), '2026-10-01', 'ready', 'v', now(), '\\x00', now()) returning id::text",
        ),
        (
            "{view}",
            "insert into saved_views (agency_id, id, user_id, name, address, created_at)
             select agency_id, gen_random_uuid(), user_id, 'Mine', '/analytics', now() from members
             where agency_id = $1::uuid and removed_at is null order by joined_at limit 1 returning id::text",
        ),
        ("{device}", "select encode(id_hash, 'hex') from sessions where data ->> 'agency_id' = $1 limit 1"),
    ];
    let passkey = uuid::Uuid::new_v4().to_string();
    let key = "insert into passkeys (id, user_id, credential_id, name, passkey, created_at)
               values ($1::uuid, $2::uuid, $3, 'Phone', '{}', now())";
    let key = sqlx::query(key).bind(&passkey).bind(member).bind(passkey.as_bytes());
    key.execute(&mut db).await.unwrap();
    let mut ids = vec![("{agency}", agency.clone()), ("{member}", member.to_owned()), ("{passkey}", passkey)];
    for (name, statement) in statements {
        let id: String = sqlx::query(statement).bind(&agency).fetch_one(&mut db).await.unwrap().get(0);
        ids.push((name, id));
    }
    ids
}

/// Everything in the agencies' own tables, but what every visit changes, as one hash.
async fn fingerprint(db: &mut PgConnection) -> String {
    let tables = [
        "agencies",
        "members",
        "accounts",
        "connections",
        "creators",
        "connect_links",
        "invitations",
        "assignments",
        "earnings",
        "goals",
        "alerts",
        "statement_imports",
        "reports",
        "saved_views",
        "invitation_lists",
        "invitation_accounts",
        "second_factor_rules",
        "second_factor_resets",
        "totp_seeds",
        "passkeys",
        "users",
    ];
    let mut all = String::new();
    for table in tables {
        let statement = format!(
            "select coalesce(md5(string_agg((to_jsonb(t) - 'data_version')::text, ';' order by to_jsonb(t)::text)), '') from {table} t"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(statement)).fetch_one(&mut *db).await.unwrap();
        all.push_str(&format!("{table} {}; ", row.get::<String, _>(0)));
    }
    all
}

/// What is asked: by whom, of which entry, with the ids of which agency and account.
#[derive(Clone, Copy, Debug)]
struct Probe {
    who: usize,
    entry: usize,
    agency: usize,
    account: usize,
}

impl World {
    fn fill(&self, text: &str, probe: Probe) -> String {
        let text = text.replace("{account}", &self.accounts[probe.account].id);
        let text = self.ids[probe.agency].iter().fold(text, |text, (name, id)| text.replace(name, id));
        assert!(!TABLE[probe.entry].names_row || !text.contains('{'), "nothing stands for {text}");
        text
    }

    /// Whether the probe is one that may change something; those are left out, since then nothing could be told by what changed.
    fn may_change(&self, probe: Probe) -> bool {
        let (entry, who) = (&TABLE[probe.entry], &self.principals[probe.who]);
        if !entry.ask.is_empty() {
            return false;
        }
        // Whoever is in both agencies may switch, and would go on under another session.
        if entry.route == "switch_agency" && who.name.starts_with("both") {
            return true;
        }
        let holds = match entry.may {
            May::Anybody => return true,
            May::Holders(permission) => who.role.is_some_and(|role| permission.roles.contains(&role)),
        };
        let names_account = entry.arguments.iter().any(|(_, value)| value.contains("{account}"));
        let names_other =
            entry.arguments.iter().any(|(_, value)| value.contains('{') && !value.contains("{account}"));
        let own_account = who.reach.contains(&probe.account);
        let own_rows = who.agency == Some(probe.agency);
        holds && (!names_account || own_account) && (!names_other || own_rows)
    }

    async fn ask(&self, probe: Probe) -> Result<(), String> {
        let (entry, who) = (&TABLE[probe.entry], &self.principals[probe.who]);
        let Entry { route, ask, arguments, .. } = entry;
        let (status, text) = if ask.is_empty() {
            let arguments: Vec<_> =
                arguments.iter().map(|(name, value)| (*name, self.fill(value, probe))).collect();
            let arguments: Vec<_> = arguments.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let answer = who.browser.call(route, &arguments).await;
            (answer.status, answer.text)
        } else {
            // Every account and fan has a name that begins so.
            let query = if route.starts_with("/search") { "?q=acct" } else { "" };
            who.browser.look(&format!("{}{query}", self.fill(ask, probe))).await
        };
        let wrong = |what: &str| Err(format!("{} at {route} {probe:?}: {status} {what}", who.name));
        if status >= 500 {
            return wrong("failed");
        }
        for (agency, word) in self.words.iter().enumerate() {
            if who.agency != Some(agency) && text.contains(word) {
                return wrong(&format!("showed {word} of another agency"));
            }
        }
        for (place, account) in self.accounts.iter().enumerate() {
            if !who.reach.contains(&place) && text.contains(&account.word) {
                return wrong(&format!("showed {} out of reach", account.word));
            }
        }
        let names =
            |name: &str| ask.contains(name) || arguments.iter().any(|(_, value)| value.contains(name));
        let foreign = names("{account}") && !who.reach.contains(&probe.account);
        if foreign && entry.names_row && !matches!(status, 401 | 403 | 404) {
            return wrong("answered for an account out of reach");
        }
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_probes_find_nothing_that_is_not_theirs() {
    let world = world().await;
    let mut db = database(&world.app).await;
    // Only these entries say something about rows: the mail of development shows every mail there is.
    let entries: Vec<_> = (0..TABLE.len())
        .filter(|at| !matches!(TABLE[*at].route, "/dev/mail" | "/live" | "sign_out"))
        .collect();
    let kinds = (0..world.principals.len(), 0..entries.len(), 0..2_usize, 0..world.accounts.len());
    // The seed is fixed, so that a failure is found again.
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        TestRng::deterministic_rng(Config::default().rng_algorithm),
    );
    let mut probes = Vec::with_capacity(PROBES);
    while probes.len() < PROBES {
        let (who, entry, agency, account) = kinds.new_tree(&mut runner).unwrap().current();
        let probe = Probe { who, entry: entries[entry], agency, account };
        if !world.may_change(probe) {
            probes.push(probe);
        }
    }
    let before = fingerprint(&mut db).await;
    let results = futures::StreamExt::collect::<Vec<_>>(futures::StreamExt::buffer_unordered(
        futures::stream::iter(probes.iter().map(|probe| world.ask(*probe))),
        AT_ONCE,
    ))
    .await;
    let wrong: Vec<_> = results.into_iter().filter_map(Result::err).take(20).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(fingerprint(&mut db).await, before, "nothing was changed");
    // The probes could have found something: everybody still sees what they may.
    for who in world.principals.iter().filter(|it| it.role.is_some()) {
        let (status, _) = who.browser.look("/settings/devices").await;
        assert_eq!(status, 200, "{} is signed in", who.name);
        for (place, account) in world.accounts.iter().enumerate() {
            let (status, text) = who.browser.look(&format!("/accounts/{}/subscribers", account.id)).await;
            let expected = match who.role {
                Some(Role::Compliance) => 403,
                _ if who.reach.contains(&place) => 200,
                _ => 404,
            };
            assert_eq!(status, expected, "{} at {}", who.name, account.word);
            assert_eq!(text.contains(&account.word), expected == 200, "{} at {}", who.name, account.word);
        }
    }
}
