//! The sandbox from a test's point of view: connecting an account, what it orders, and its ledger beside our tables.

use crate::app::TestApp;
use crate::figures::Figures;
use chrono::{DateTime, Utc};
use creatorcrm::auth::SystemScope;
use creatorcrm::db::AgencyTx;
use creatorcrm::ids::{AccountId, AgencyId, ConnectionId};
use creatorcrm::platform::{
    AccountRef, Authorization, PkceVerifier, PlatformClient, PlatformKind, TokenPair, Url,
};
use creatorcrm::sync;
use creatorcrm::vault::Place;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// How long anything may take that a test waits for.
const PATIENCE: Duration = Duration::from_secs(45);

/// An account that is connected and wanted.
#[derive(Clone, Debug)]
pub struct Connected {
    pub agency: AgencyId,
    pub account: AccountId,
    pub connection: ConnectionId,
    /// The creator's handle in the sandbox.
    pub handle: String,
}

/// Waits until `what` gives something.
pub async fn until<T>(sentence: &str, mut what: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        if let Some(found) = what().await {
            return found;
        }
        assert!(tokio::time::Instant::now() < deadline, "waited {PATIENCE:?} until {sentence}");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

fn http() -> reqwest::Client {
    creatorcrm::server::run::install_tls();
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

impl TestApp {
    /// A transaction that sees the rows of `agency`.
    pub async fn see(&self, agency: AgencyId) -> AgencyTx {
        self.db.begin(&SystemScope::for_agency(agency, "test")).await.unwrap()
    }

    fn fanvue(&self) -> Arc<dyn PlatformClient> {
        self.app.platforms.get(PlatformKind::Fanvue).unwrap().clone()
    }

    /// Consent of `identity` (a handle, or `agency`) as the sandbox gives it, exchanged.
    pub async fn consent(&self, identity: &str) -> TokenPair {
        let client = self.fanvue();
        let pkce = PkceVerifier::from_random(self.db.random().bytes::<32>());
        let redirect: Url = self.app.settings.fanvue_redirect_uri().parse().unwrap();
        let ask = Authorization { state: "s", pkce: &pkce, redirect_uri: &redirect, prompt_login: false };
        let url = client.authorize_url(&ask);
        let mut form: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        form.push(("identity".to_owned(), identity.to_owned()));
        form.push(("decision".to_owned(), "allow".to_owned()));
        let address = format!("{}/oauth2/auth", self.sandbox().base_url());
        let answer = http().post(address).form(&form).send().await.unwrap();
        let location: Url = answer.headers()["location"].to_str().unwrap().parse().unwrap();
        let code = location.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
        client.exchange_code(&code.into(), &pkce, &redirect).await.unwrap()
    }

    /// Connects what `identity` opens in the sandbox, one account per creator, and wants each synced.
    pub async fn connect(&self, agency: AgencyId, identity: &str) -> Vec<Connected> {
        let connected = self.grant(agency, identity).await;
        for account in &connected {
            self.want(account).await;
        }
        connected
    }

    /// Wants the account synced.
    pub async fn want(&self, of: &Connected) {
        let mut tx = self.see(of.agency).await;
        sync::want(&mut tx, of.account).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Connects what `identity` opens in the sandbox: the rows of the connection and of its accounts.
    pub async fn grant(&self, agency: AgencyId, identity: &str) -> Vec<Connected> {
        let pair = self.consent(identity).await;
        let me = self.fanvue().me(&pair.access).await.unwrap();
        let reachable = self.fanvue().reachable_accounts(&pair.access, &me).await.unwrap();
        let mut tx = self.see(agency).await;
        let (connection, now): (ConnectionId, _) = (tx.new_id(), tx.now());
        let row = connection.to_string();
        let place = |column| Place { agency: agency.0, table: "connections", row: &row, column };
        let access = self.app.vault.seal(place("access_token"), pair.access.secret()).unwrap();
        let refresh = self.app.vault.seal(place("refresh_token"), pair.refresh.as_ref().unwrap()).unwrap();
        sqlx::query(
            "insert into connections (agency_id, id, platform, platform_user_id, display_name, access_token, refresh_token,
               access_expires_at, refresh_due_at, health, health_since, connected_at)
             values ($1, $2, 'fanvue', $2::text, $3, $4, $5, now() + make_interval(secs => $6), now() + make_interval(secs => $6 * 0.8),
               'connected', $7, $7)",
        )
        .bind(agency)
        .bind(connection)
        .bind(identity)
        .bind(access.as_bytes())
        .bind(refresh.as_bytes())
        .bind(pair.expires_in.as_secs_f64())
        .bind(now)
        .execute(tx.conn())
        .await
        .unwrap();
        let mut connected = Vec::new();
        for reached in reachable {
            let account: AccountId = tx.new_id();
            let handle = reached.profile.handle.clone().unwrap();
            sqlx::query(
                "insert into accounts (agency_id, id, platform, platform_account_id, connection_id, via_agency, name, handle, connected_at)
                 values ($1, $2, 'fanvue', $3, $4, $5, $6, $6, $7)",
            )
            .bind(agency)
            .bind(account)
            .bind(&reached.profile.platform_account_id)
            .bind(connection)
            .bind(reached.account != AccountRef::Own)
            .bind(&handle)
            .bind(now)
            .execute(tx.conn())
            .await
            .unwrap();
            connected.push(Connected { agency, account, connection, handle });
        }
        tx.commit().await.unwrap();
        connected
    }

    /// Connects the one account of `handle`.
    pub async fn connect_one(&self, agency: AgencyId, handle: &str) -> Connected {
        self.connect(agency, handle).await.remove(0)
    }

    /// Gives an account whose grant ended a new one, as reconnecting does.
    pub async fn reconnect(&self, of: &Connected) -> Connected {
        let pair = self.consent(&of.handle).await;
        let mut tx = self.see(of.agency).await;
        let row = of.connection.to_string();
        let place = |column| Place { agency: of.agency.0, table: "connections", row: &row, column };
        let access = self.app.vault.seal(place("access_token"), pair.access.secret()).unwrap();
        let refresh = self.app.vault.seal(place("refresh_token"), pair.refresh.as_ref().unwrap()).unwrap();
        sqlx::query(
            "update connections set access_token = $2, refresh_token = $3, access_expires_at = now() + interval '1 hour',
               refresh_due_at = now() + interval '50 minutes', health = 'connected' where id = $1",
        )
        .bind(of.connection)
        .bind(access.as_bytes())
        .bind(refresh.as_bytes())
        .execute(tx.conn())
        .await
        .unwrap();
        tx.commit().await.unwrap();
        self.want(of).await;
        of.clone()
    }

    /// Orders something at the sandbox's control desk.
    pub async fn order(&self, what: &str, order: Value) -> Value {
        let address = format!("{}/control/{what}", self.sandbox().base_url());
        let answer = http().post(address).json(&order).send().await.unwrap();
        assert!(answer.status().is_success(), "{what} {order}: {}", answer.text().await.unwrap());
        answer.json().await.unwrap()
    }

    /// Takes back every fault.
    pub async fn clear_faults(&self) {
        let address = format!("{}/control/faults", self.sandbox().base_url());
        assert!(http().delete(address).send().await.unwrap().status().is_success());
    }

    async fn control(&self, what: &str) -> Value {
        let address = format!("{}/control/{what}", self.sandbox().base_url());
        http().get(address).send().await.unwrap().json().await.unwrap()
    }

    /// What the sandbox was asked, and how its webhooks fared.
    pub async fn sandbox_state(&self) -> Value {
        self.control("state").await
    }

    /// The names of the sandbox's creators.
    pub async fn handles(&self) -> Vec<String> {
        let state = self.sandbox_state().await;
        let creators = state["creators"].as_array().unwrap().iter();
        creators.map(|creator| creator["handle"].as_str().unwrap().to_owned()).collect()
    }

    /// A field of the account's sync, as text.
    pub async fn sync_field(&self, of: &Connected, field: &str) -> Option<String> {
        let mut tx = self.see(of.agency).await;
        let sql = format!("select ({field})::text from syncs where agency_id = $1 and account_id = $2");
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .bind(of.agency)
            .bind(of.account)
            .fetch_one(tx.conn())
            .await
            .unwrap()
    }

    /// Waits until everything that was due of the account is read.
    pub async fn synced(&self, of: &Connected) {
        let sentence = format!("the first sync of {} is over", of.handle);
        until(&sentence, async || self.sync_field(of, "last_finished_at").await).await;
    }

    /// Has everything read again now, and waits until it is.
    pub async fn sync_again(&self, of: &Connected) {
        let mut tx = self.see(of.agency).await;
        let before: DateTime<Utc> = sqlx::query_scalar(
            "update syncs set earnings_due_at = now(), unsettled_due_at = now(), profile_due_at = now(), subscribers_due_at = now(),
               fans_due_at = now(), messages_due_at = now(), messages_begun_at = null, retry_at = null, next_due_at = now(),
               incremental_at = least(incremental_at, now() - interval '3 s')
             where account_id = $1 returning now()",
        )
        .bind(of.account)
        .fetch_one(tx.conn())
        .await
        .unwrap();
        tx.commit().await.unwrap();
        self.finished_since(of, before).await;
    }

    /// Waits until the account's sync has finished after `moment`.
    pub async fn finished_since(&self, of: &Connected, moment: DateTime<Utc>) {
        let sentence = format!("{} is synced again", of.handle);
        until(&sentence, async || {
            let mut tx = self.see(of.agency).await;
            let finished: Option<DateTime<Utc>> =
                sqlx::query_scalar("select last_finished_at from syncs where account_id = $1")
                    .bind(of.account)
                    .fetch_one(tx.conn())
                    .await
                    .unwrap();
            finished.filter(|finished| *finished > moment)
        })
        .await;
    }

    /// Every figure of the account as the sandbox's ledger gives it.
    pub async fn ledger(&self, of: &Connected) -> Figures {
        let ledger = self.control(&format!("ledger?creator={}", of.handle)).await;
        Figures::of_ledger(&ledger["creators"][0])
    }

    /// Every figure of the account as our tables give it.
    pub async fn figures(&self, of: &Connected) -> Figures {
        Figures::of_tables(&mut self.see(of.agency).await, of.account).await
    }

    /// Compares every figure of the account with the ledger.
    pub async fn assert_equals_ledger(&self, of: &Connected) {
        let (ours, theirs) = (self.figures(of).await, self.ledger(of).await);
        ours.assert_equal(&theirs);
        let count = self.sync_field(of, "earnings_count").await.unwrap();
        assert_eq!(count, theirs.earnings.len().to_string(), "earnings_count");
    }

    /// Waits until every figure of the account equals the ledger.
    pub async fn until_equal(&self, of: &Connected) {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while self.figures(of).await != self.ledger(of).await {
            if tokio::time::Instant::now() > deadline {
                self.assert_equals_ledger(of).await;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}
