//! The team: invitations and what becomes of them, assignments that count at once, roles, the last owner.

use crate::app::{Browser, TestApp, attribute, audited, owner_agency};
use crate::connect::ask;
use crate::earnings::new_account;
use chrono::{DateTime, Duration, Utc};
use creatorcrm::ids::AccountId;

pub const PASSWORD: &str = "correct horse battery";

fn noon() -> DateTime<Utc> {
    "2026-11-12T12:00:00Z".parse().unwrap()
}

/// The paths of the invitations in the mail, the newest first.
pub async fn invitations(app: &TestApp) -> Vec<String> {
    let mail = app.browser().open("/dev/mail").await.text;
    let hrefs = mail.split("<a ").skip(1).filter_map(|tag| attribute(tag, "href"));
    let paths = hrefs.filter_map(|href| href.strip_prefix(&app.url).map(str::to_owned));
    paths.filter(|path| path.starts_with("/invitation/")).collect()
}

/// As if everybody had opened the link that confirms their address.
pub async fn confirm_everybody(app: &TestApp) {
    let mut db = crate::identity::database(app).await;
    let confirm = "update users set email_verified_at = now() where email_verified_at is null";
    sqlx::query(confirm).execute(&mut db).await.unwrap();
    app.app.members.invalidate_all();
}

/// The link that comes when `owner` invites `email` as `role` with `more`.
pub async fn invited(
    app: &TestApp,
    owner: &mut Browser,
    email: &str,
    role: &str,
    more: &[(&str, &str)],
) -> String {
    confirm_everybody(app).await;
    let before = invitations(app).await;
    let typed = [&[("email", email)], more].concat();
    let shown = owner.submit(&format!("/team/invite?role={role}"), &typed).await;
    assert!(shown.text.contains(&format!("on its way to {}", email.to_lowercase())), "{}", shown.text);
    let new = invitations(app).await.into_iter().find(|path| !before.contains(path));
    new.expect("the mail is there")
}

/// A new person `name` who joins `owner`'s agency as `role`.
pub async fn joined(
    app: &TestApp,
    owner: &mut Browser,
    name: &str,
    role: &str,
    more: &[(&str, &str)],
) -> Browser {
    let link = invited(app, owner, &format!("{name}@example.com"), role, more).await;
    let mut browser = app.browser();
    let shown = browser.submit(&link, &[("name", name), ("password", PASSWORD)]).await;
    let first = if role == "compliance" { "/audit" } else { "/dashboard" };
    assert!(shown.path.starts_with(first), "{}: {}", shown.path, shown.text);
    browser
}

pub async fn user_id(app: &TestApp, name: &str) -> String {
    ask::<uuid::Uuid>(app, &format!("select id from users where name = '{name}'")).await.to_string()
}

async fn account(app: &TestApp, owner: &str, name: &str) -> AccountId {
    new_account(&app.db, owner_agency(app, owner).await, name).await
}

/// The names among `names` that stand on `path`.
async fn seen(browser: &mut Browser, path: &str, names: &[&str]) -> Vec<String> {
    let text = browser.open(path).await.text;
    names.iter().filter(|name| text.contains(**name)).map(|name| (*name).to_owned()).collect()
}

#[tokio::test]
async fn a_new_chatter_joins_and_sees_the_assigned_accounts_only() {
    let app = TestApp::start().await;
    let mut owner = app.owner("anna").await;
    let mia = account(&app, "anna", "Mia").await.to_string();
    let kim = account(&app, "anna", "Kim").await.to_string();
    let link = invited(&app, &mut owner, "Cleo@Example.com", "chatter", &[("accounts[]", &mia)]).await;
    assert!(owner.open("/team").await.text.contains("cleo@example.com"), "it is shown as open");
    // A mail scanner opens it, as often as it likes.
    for _ in 0..2 {
        let page = app.browser().open(&link).await;
        assert!(
            page.status == 200 && page.text.contains("anna invites cleo@example.com as a chatter"),
            "{}",
            page.text
        );
    }
    let mut cleo = app.browser();
    let short = cleo.submit(&link, &[("name", "Cleo"), ("password", "short")]).await;
    assert!(
        short.text.contains("Use at least 10 characters") && short.text.contains("Cleo"),
        "{}",
        short.text
    );
    let shown = cleo.submit(&link, &[("name", "Cleo"), ("password", PASSWORD)]).await;
    assert!(shown.path.starts_with("/dashboard"), "{}", shown.path);
    assert!(!shown.text.contains("Confirm your address"), "the mail proved the address");
    assert_eq!(seen(&mut cleo, "/accounts", &["Mia", "Kim"]).await, ["Mia"]);
    assert_eq!(cleo.open(&format!("/accounts/{mia}")).await.path, format!("/accounts/{mia}/subscribers"));
    for page in ["", "/subscribers", "/ppv", "/connection"] {
        assert_eq!(cleo.open(&format!("/accounts/{kim}{page}")).await.status, 404, "{page}");
    }
    for page in [format!("/accounts/{mia}/earnings"), "/team".to_owned(), "/creators".to_owned()] {
        assert_eq!(cleo.open(&page).await.status, 403, "{page}");
    }
    assert_eq!(seen(&mut cleo, "/search?q=mi", &["Mia"]).await, ["Mia"]);
    assert!(!cleo.open("/search?q=ki").await.text.contains("@kim"));
    // It worked once.
    let used = app.browser().open(&link).await;
    assert!(used.status == 410 && used.text.contains("was accepted"), "{}", used.text);
    let token = link.rsplit('/').next().unwrap();
    let again = [("token", token), ("name", "Eve"), ("password", PASSWORD)];
    assert_eq!(app.browser().call("join_as_new", &again).await.status, 409);
    let kept: i64 = ask(
        &app,
        &format!("select count(*) from invitations where encode(token_hash, 'escape') like '%{token}%'"),
    )
    .await;
    assert_eq!(kept, 0, "only a hash is kept");
}

#[tokio::test]
async fn somebody_who_has_a_user_joins_by_password_or_signed_in_and_only_as_themselves() {
    let app = TestApp::start().await;
    let mut owner = app.owner("anna").await;
    let mut bert = app.owner("bert").await;
    let mut eve = app.owner("eve").await;
    let link = invited(&app, &mut owner, "bert@example.com", "manager", &[]).await;
    let token = link.rsplit('/').next().unwrap().to_owned();
    let wrong = eve.open(&link).await.text;
    assert!(wrong.contains("You are signed in as eve@example.com"), "{wrong}");
    assert_eq!(eve.call("join_signed_in", &[("token", &token)]).await.status, 409);
    let as_new = [("token", token.as_str()), ("name", "Eve"), ("password", PASSWORD)];
    assert_eq!(app.browser().call("join_as_new", &as_new).await.status, 409, "the address has a user");
    let guess = [("token", token.as_str()), ("password", "not the password")];
    assert_eq!(app.browser().call("join_by_password", &guess).await.status, 422);
    let shown = bert.submit_form(&link, "join_signed_in", &[]).await;
    assert!(shown.path.starts_with("/dashboard"), "{}", shown.path);
    assert_eq!(
        seen(&mut bert, "/team", &["anna@example.com", "eve@example.com"]).await,
        ["anna@example.com"]
    );

    let mut carl = app.owner("carl").await;
    let link = invited(&app, &mut owner, "carl@example.com", "compliance", &[]).await;
    let mut elsewhere = app.browser();
    let shown = elsewhere.submit(&link, &[("password", PASSWORD)]).await;
    assert!(shown.path.starts_with("/audit"), "{}: {}", shown.path, shown.text);
    assert_eq!(elsewhere.open("/team").await.status, 403);
    assert_eq!(carl.open("/team").await.status, 200, "in his own agency he is the owner still");
}

#[tokio::test]
async fn an_invitation_is_sent_again_taken_back_and_grows_old() {
    let (app, clock) = TestApp::start_at(noon()).await;
    let mut owner = app.owner("anna").await;
    let first = invited(&app, &mut owner, "cleo@example.com", "chatter", &[]).await;
    clock.advance(Duration::hours(72));
    let old = app.browser().open(&first).await;
    assert!(old.text.contains("too old") && old.text.contains("Ask anna"), "{}", old.text);
    let shown = owner.submit_form("/team", "Send again to cleo@example.com", &[]).await;
    assert!(shown.text.contains("A new link is on its way"), "{}", shown.text);
    let second = invitations(&app).await.into_iter().find(|path| *path != first).unwrap();
    assert!(app.browser().open(&first).await.text.contains("no longer works"));
    assert_eq!(app.browser().open(&second).await.status, 200);
    owner.submit_form("/team", "Take back from cleo@example.com", &[]).await;
    assert!(app.browser().open(&second).await.text.contains("no longer works"));
    assert!(!owner.open("/team").await.text.contains("cleo@example.com, "));
    for _ in 0..4 {
        invited(&app, &mut owner, "cleo@example.com", "chatter", &[]).await;
    }
    let many = owner.submit("/team/invite", &[("email", "cleo@example.com")]).await;
    assert!(many.text.contains("invitations in the last hour"), "{}", many.text);
    let agency = owner_agency(&app, "anna").await;
    let events: Vec<_> = audited(&app, agency).await.into_iter().map(|(event, _)| event).collect();
    assert_eq!(events[1..4], ["team.invited", "team.invited_again", "team.invitation_revoked"]);
}

#[tokio::test]
async fn an_invitation_falls_with_whoever_stands_behind_it() {
    let app = TestApp::start().await;
    let mut owner = app.owner("anna").await;
    let mut manager = joined(&app, &mut owner, "max", "manager", &[]).await;
    let link = invited(&app, &mut manager, "alt@example.com", "chatter", &[]).await;
    assert_eq!(app.browser().open(&link).await.status, 200);
    let max = user_id(&app, "max").await;
    owner.submit(&format!("/team/{max}/remove"), &[]).await;
    let fallen = app.browser().open(&link).await;
    assert!(fallen.status == 410 && fallen.text.contains("no longer works"), "{}", fallen.text);
    let token = link.rsplit('/').next().unwrap();
    let typed = [("token", token), ("name", "Max again"), ("password", PASSWORD)];
    assert_eq!(app.browser().call("join_as_new", &typed).await.status, 409);
}

#[tokio::test]
async fn a_pasted_list_says_what_will_happen_and_is_sent_once() {
    let app = TestApp::start().await;
    let mut owner = app.owner("anna").await;
    let mia = account(&app, "anna", "Mia").await.to_string();
    invited(&app, &mut owner, "open@example.com", "chatter", &[]).await;
    let text = "new@example.com\nNew <NEW@example.com>, anna@example.com\nopen@example.com; not an address";
    let typed = [("addresses", text), ("accounts[]", &mia)];
    let shown = owner.submit("/team/invite/many?role=chatter", &typed).await;
    let expected = [
        "Will be invited",
        "Stands on line 1 already",
        "In the team already, as an owner",
        "this replaces it",
        "No address.",
    ];
    for words in expected {
        assert!(shown.text.contains(words), "{words}: {}", shown.text);
    }
    let before: i64 = ask(&app, "select count(*) from mails").await;
    let list = shown.path.rsplit('/').next().unwrap().to_owned();
    let send = [("list", list.as_str())];
    let answers = futures::future::join_all((0..4).map(|_| owner.call("send_invitations", &send))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1, "{answers:?}");
    let mails: i64 = ask(&app, "select count(*) from mails").await;
    assert_eq!(mails - before, 2);
    assert!(owner.open(&shown.path).await.text.contains("These invitations were sent"));
    let typed: String = (0..201).map(|index| format!("p{index}@example.com\n")).collect();
    let long = owner.submit("/team/invite/many", &[("addresses", &typed)]).await;
    assert!(long.text.contains("201 addresses are too many"), "{}", long.text);
    let list = long.path.rsplit('/').next().unwrap();
    assert_eq!(owner.call("send_invitations", &[("list", list)]).await.status, 409);
    let kept = owner.open(&format!("/team/invite/many?list={list}")).await.text;
    assert!(kept.contains("p200@example.com"), "what was pasted is not lost");
}

#[tokio::test]
async fn assignments_count_from_the_next_request_and_their_history_is_kept() {
    let (app, clock) = TestApp::start_at(noon()).await;
    let mut owner = app.owner("anna").await;
    let mia = account(&app, "anna", "Mia").await.to_string();
    let kim = account(&app, "anna", "Kim").await.to_string();
    let mut cleo = joined(&app, &mut owner, "cleo", "chatter", &[]).await;
    let id = user_id(&app, "cleo").await;
    assert_eq!(cleo.open(&format!("/accounts/{mia}/ppv")).await.status, 404);
    let both = [("accounts[]", mia.as_str()), ("accounts[]", kim.as_str())];
    let shown = owner.submit_form(&format!("/team/{id}/assign"), "assign_accounts", &both).await;
    assert!(shown.text.contains("2 accounts are assigned"), "{}", shown.text);
    assert_eq!(cleo.open(&format!("/accounts/{mia}/ppv")).await.status, 200);
    clock.advance(Duration::days(2));
    let mut owner = crate::identity::signed_in(&app, "anna", PASSWORD).await;
    let mut cleo = crate::identity::signed_in(&app, "cleo", PASSWORD).await;
    let shown = owner
        .submit_form(&format!("/accounts/{mia}/team"), "unassign_chatters", &[("chatters[]", &id)])
        .await;
    assert!(shown.text.contains("1 chatter is taken off"), "{}", shown.text);
    assert_eq!(cleo.open(&format!("/accounts/{mia}/ppv")).await.status, 404);
    assert_eq!(cleo.open(&format!("/accounts/{kim}/ppv")).await.status, 200);
    clock.advance(Duration::days(2));
    let mut owner = crate::identity::signed_in(&app, "anna", PASSWORD).await;
    for (day, was) in
        [("2026-11-11", false), ("2026-11-12", true), ("2026-11-14", true), ("2026-11-15", false)]
    {
        let text = owner.open(&format!("/accounts/{mia}/team?on={day}")).await.text;
        assert_eq!(text.contains("<th scope=\"row\">cleo</th>"), was, "{day}: {text}");
    }
    assert!(owner.open(&format!("/team/{id}")).await.text.contains("Worked on before"));
    assert_eq!(recorded_of_team(&app, "anna").await, ["invited", "joined", "assigned", "unassigned"]);
}

#[tokio::test]
async fn the_last_owner_stays_and_managers_keep_below_themselves() {
    let app = TestApp::start().await;
    let mut owner = app.owner("anna").await;
    let anna = user_id(&app, "anna").await;
    let demoted = [("member", anna.as_str()), ("role", "manager")];
    assert_eq!(owner.call("change_role", &demoted).await.status, 409);
    assert_eq!(owner.call("leave_agency", &[]).await.status, 409);
    let manager = joined(&app, &mut owner, "max", "manager", &[]).await;
    let max = user_id(&app, "max").await;
    joined(&app, &mut owner, "cleo", "chatter", &[]).await;
    let cleo = user_id(&app, "cleo").await;
    for role in ["owner", "manager", "compliance"] {
        let invite = [("email", "x@example.com"), ("role", role)];
        assert_eq!(manager.call("invite_member", &invite).await.status, 403, "{role}");
        assert_eq!(
            manager.call("change_role", &[("member", &cleo), ("role", role)]).await.status,
            403,
            "{role}"
        );
        let list = [("role", role), ("addresses", "x@example.com")];
        assert_eq!(manager.call("paste_invitations", &list).await.status, 403, "{role}");
    }
    assert_eq!(manager.call("change_role", &[("member", &max), ("role", "owner")]).await.status, 403);
    assert_eq!(manager.call("remove_member", &[("member", &anna)]).await.status, 403);
    assert_eq!(manager.call("change_role", &demoted).await.status, 403);
    assert_eq!(manager.call("remove_member", &[("member", &cleo)]).await.status, 200);
    // Two owners who step down at once: one of them stays.
    let second = joined(&app, &mut owner, "bea", "owner", &[]).await;
    let (first, second) = tokio::join!(owner.call("leave_agency", &[]), second.call("leave_agency", &[]));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
}

#[tokio::test]
async fn high_roles_take_a_fresh_proof_and_a_confirmed_address() {
    let (app, clock) = TestApp::start_at(noon()).await;
    let mut owner = app.owner("anna").await;
    let invite = |role| [("email", "x@example.com"), ("role", role)];
    let answer = owner.call("invite_member", &invite("chatter")).await;
    assert!(answer.status == 409 && answer.text.contains("Confirm your own address first"), "{answer:?}");
    joined(&app, &mut owner, "max", "manager", &[]).await;
    let max = user_id(&app, "max").await;
    clock.advance(Duration::minutes(11));
    assert_eq!(owner.call("invite_member", &invite("chatter")).await.status, 200);
    for role in ["owner", "manager", "compliance"] {
        assert_eq!(owner.call("invite_member", &invite(role)).await.status, 403, "{role}");
        let list = [("role", role), ("addresses", "y@example.com")];
        assert_eq!(owner.call("paste_invitations", &list).await.status, 403, "{role}");
        assert_eq!(
            owner.call("change_role", &[("member", &max), ("role", role)]).await.status,
            403,
            "{role}"
        );
    }
    assert_eq!(owner.call("remove_member", &[("member", &max)]).await.status, 403);
    assert!(owner.open("/team/invite?role=owner").await.path.starts_with("/confirm?next="));
    owner.submit("/confirm", &[("password", PASSWORD)]).await;
    assert_eq!(owner.call("change_role", &[("member", &max), ("role", "owner")]).await.status, 200);
    let told: i64 =
        ask(&app, "select count(*) from mails where subject = 'North Studio has one more owner'").await;
    assert_eq!(told, 2);
    assert_eq!(recorded_of_team(&app, "anna").await, ["invited", "joined", "invited", "role_changed"]);
}

/// A form of which the last bytes come late counts for who its sender is then.
#[tokio::test]
async fn a_form_on_its_way_does_not_outlive_the_membership() {
    let app = TestApp::start().await;
    let mut owner = app.owner("anna").await;
    let manager = joined(&app, &mut owner, "max", "manager", &[]).await;
    joined(&app, &mut owner, "cleo", "chatter", &[]).await;
    let (max, cleo) = (user_id(&app, "max").await, user_id(&app, "cleo").await);
    let cookies: Vec<_> = manager.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let (bytes, rest) = tokio::sync::mpsc::channel::<Result<String, std::convert::Infallible>>(2);
    let body = futures::stream::unfold(rest, |mut rest| async { rest.recv().await.map(|it| (it, rest)) });
    let request = reqwest::Client::new()
        .post(format!("{}{}", app.url, crate::app::function_path("remove_member")))
        .header("cookie", cookies.join("; "))
        .header("content-type", "application/x-www-form-urlencoded")
        .header("accept", "application/json")
        .body(reqwest::Body::wrap_stream(body));
    let on_its_way = tokio::spawn(async move { request.send().await.unwrap().status().as_u16() });
    bytes.send(Ok("member=".to_owned())).await.unwrap();
    assert_eq!(owner.call("remove_member", &[("member", &max)]).await.status, 200);
    bytes.send(Ok(cleo.clone())).await.unwrap();
    drop(bytes);
    assert!(matches!(on_its_way.await.unwrap(), 401 | 403));
    assert_eq!(owner.open(&format!("/team/{cleo}")).await.status, 200, "she is still here");
}

#[tokio::test]
async fn a_removed_member_is_out_at_once_and_the_accounts_go_to_the_heir() {
    let app = TestApp::start().await;
    let mut owner = app.owner("anna").await;
    let mia = account(&app, "anna", "Mia").await.to_string();
    let mut cleo = joined(&app, &mut owner, "cleo", "chatter", &[("accounts[]", &mia)]).await;
    let mut dora = joined(&app, &mut owner, "dora", "chatter", &[]).await;
    // Cleo has an agency of her own besides; being removed here does not touch it.
    cleo.submit("/settings/agencies", &[("name", "Cleo Studio")]).await;
    cleo.submit_form("/settings/agencies", "Switch to North Studio", &[]).await;
    let mut own = crate::identity::signed_in(&app, "cleo", PASSWORD).await;
    own.submit_form("/settings/agencies", "Switch to Cleo Studio", &[]).await;
    let (id, heir) = (user_id(&app, "cleo").await, user_id(&app, "dora").await);
    let shown = owner.submit(&format!("/team/{id}/remove"), &[("heir", &heir)]).await;
    assert!(shown.text.contains("cleo is removed"), "{}", shown.text);
    assert!(cleo.open("/accounts").await.path.starts_with("/sign-in"), "signed out here");
    assert_eq!(own.open("/team").await.status, 200, "not there");
    assert_eq!(dora.open(&format!("/accounts/{mia}/subscribers")).await.status, 200);
    assert_eq!(owner.open(&format!("/team/{id}")).await.status, 404);
    let history = owner.open(&format!("/accounts/{mia}/team")).await.text;
    assert!(history.contains("Worked on it before") && history.contains("cleo"), "{history}");
    // She can be invited again.
    let link = invited(&app, &mut owner, "cleo@example.com", "chatter", &[]).await;
    let back = app.browser().submit(&link, &[("password", PASSWORD)]).await;
    assert!(back.path.starts_with("/dashboard"), "{}", back.text);
    let expected = ["invited", "joined", "invited", "joined", "assigned", "removed", "invited", "joined"];
    assert_eq!(recorded_of_team(&app, "anna").await, expected);
}

/// The events of the team on record in the agency of `owner`, without their first word.
async fn recorded_of_team(app: &TestApp, owner: &str) -> Vec<String> {
    let events = audited(app, owner_agency(app, owner).await).await;
    events.into_iter().filter_map(|(event, _)| event.strip_prefix("team.").map(str::to_owned)).collect()
}

#[tokio::test]
async fn an_agency_is_handed_over_by_who_proves_that_it_is_them() {
    let (app, clock) = TestApp::start_at(noon()).await;
    let mut owner = app.owner("anna").await;
    let mut max = joined(&app, &mut owner, "max", "manager", &[]).await;
    let id = user_id(&app, "max").await;
    clock.advance(Duration::minutes(11));
    assert_eq!(owner.call("transfer_ownership", &[("member", &id)]).await.status, 403);
    let asked = owner.open("/team/transfer").await;
    assert_eq!(asked.path, "/confirm?next=%2Fteam%2Ftransfer");
    owner.submit(&asked.path, &[("password", PASSWORD)]).await;
    assert_eq!(max.open("/settings").await.status, 403);
    let shown = owner.submit("/team/transfer", &[("member", &id)]).await;
    assert!(shown.text.contains("max is the owner now"), "{}", shown.text);
    assert_eq!(max.open("/settings").await.status, 200);
    assert_eq!(owner.open("/settings").await.status, 403);
    let agency = owner_agency(&app, "anna").await;
    let events = audited(&app, agency).await;
    assert!(events.iter().any(|(event, _)| event == "team.ownership_transferred"), "{events:?}");
    let told: i64 =
        ask(&app, "select count(*) from mails where subject = 'North Studio has a new owner'").await;
    assert_eq!(told, 2);
}

#[tokio::test]
async fn a_creator_sees_and_disconnects_her_own_accounts_only() {
    let app = TestApp::start().await;
    let mut owner = app.owner("anna").await;
    let agency = owner_agency(&app, "anna").await;
    let (mia, kim) = (account(&app, "anna", "Mia").await, account(&app, "anna", "Kim").await);
    for account in [mia, kim] {
        crate::accounts::connect(&app.db, agency, account, "connected").await;
    }
    let creator = owner.submit("/creators/new", &[("name", "Mia Hart")]).await.path;
    owner
        .submit_form(&format!("{creator}/edit"), "give_creator_account", &[("account", &mia.to_string())])
        .await;
    let creator = creator.rsplit('/').next().unwrap().to_owned();
    let mut hers = joined(&app, &mut owner, "miahart", "creator", &[("creator", &creator)]).await;
    assert_eq!(seen(&mut hers, "/accounts", &["@mia", "@kim"]).await, ["@mia"]);
    assert_eq!(hers.open(&format!("/accounts/{mia}/earnings")).await.status, 200);
    assert_eq!(hers.open(&format!("/accounts/{kim}/earnings")).await.status, 404);
    assert_eq!(hers.call("disconnect_account", &[("account", &kim.to_string())]).await.status, 404);
    assert_eq!(hers.call("disconnect_account", &[("account", &mia.to_string())]).await.status, 200);
    // An account that is given to somebody else is hers no longer, from the next request on.
    let give = [("account", mia.to_string()), ("creator", String::new())];
    let give: Vec<_> = give.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(owner.call("assign_account", &give).await.status, 200);
    assert_eq!(hers.open(&format!("/accounts/{mia}/earnings")).await.status, 404);
    // Whom the agency archives reaches nothing more.
    let back = [("account", mia.to_string()), ("creator", creator.clone())];
    let back: Vec<_> = back.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(owner.call("assign_account", &back).await.status, 200);
    assert_eq!(hers.open(&format!("/accounts/{mia}/earnings")).await.status, 200);
    assert_eq!(owner.call("archive_creator", &[("creator", &creator)]).await.status, 200);
    assert_eq!(hers.open(&format!("/accounts/{mia}/earnings")).await.status, 404);
    // Nobody else can be the same creator.
    let again = [("email", "x@example.com"), ("role", "creator"), ("creator", &creator)];
    assert_eq!(owner.call("invite_member", &again).await.status, 404);
}

/// The events of an open stream until it ends or `enough` says so.
async fn hear(
    browser: &Browser,
    app: &TestApp,
    enough: impl Fn(&str) -> bool,
) -> (reqwest::Response, String) {
    let cookies: Vec<_> = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let request =
        reqwest::Client::new().get(format!("{}/live", app.url)).header("cookie", cookies.join("; "));
    let mut response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    let mut heard = String::new();
    while !enough(&heard) {
        let Some(bytes) = response.chunk().await.unwrap() else { break };
        heard.push_str(&String::from_utf8_lossy(&bytes));
    }
    (response, heard)
}

/// What comes until the stream ends; it has to within two seconds, with no more than `hello` and what was sent before.
async fn rest(mut response: reqwest::Response) -> String {
    let mut heard = String::new();
    let read = async {
        while let Some(bytes) = response.chunk().await.unwrap() {
            heard.push_str(&String::from_utf8_lossy(&bytes));
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(2), read).await.expect("the stream ended");
    heard
}

#[tokio::test]
async fn streams_end_with_the_membership_and_tell_chatters_of_their_accounts_only() {
    let app = TestApp::start().await;
    let mut owner = app.owner("anna").await;
    let mia = account(&app, "anna", "Mia").await.to_string();
    let kim = account(&app, "anna", "Kim").await.to_string();
    let cleo = joined(&app, &mut owner, "cleo", "chatter", &[("accounts[]", &mia)]).await;
    let (mut stream, _) = hear(&cleo, &app, |heard| heard.contains("hello")).await;
    // Of another account nothing is heard; of hers it is.
    owner.call("rename_account", &[("account", &kim), ("name", "Kim Two")]).await;
    owner.call("rename_account", &[("account", &mia), ("name", "Mia Two")]).await;
    let mut heard = String::new();
    while !heard.contains("accounts") {
        heard.push_str(&String::from_utf8_lossy(&stream.chunk().await.unwrap().unwrap()));
    }
    assert_eq!(heard.matches("data:").count(), 1, "{heard}");
    let id = user_id(&app, "cleo").await;
    assert_eq!(owner.call("remove_member", &[("member", &id)]).await.status, 200);
    owner.call("rename_account", &[("account", &mia), ("name", "Mia Three")]).await;
    assert!(!rest(stream).await.contains("accounts"));

    // Who is signed out elsewhere hears no more either; who is made something else connects anew.
    let max = joined(&app, &mut owner, "max", "manager", &[]).await;
    let (stream, _) = hear(&max, &app, |heard| heard.contains("hello")).await;
    let max_id = user_id(&app, "max").await;
    owner.call("change_role", &[("member", &max_id), ("role", "chatter")]).await;
    rest(stream).await;
    let (stream, _) = hear(&max, &app, |heard| heard.contains("hello")).await;
    assert_eq!(max.call("sign_out", &[]).await.status, 200);
    rest(stream).await;
}
