//! The calls. Every personal path has a twin below `/creators/{id}` for an agency's grant.

use async_trait::async_trait;
use chrono::{DateTime, SecondsFormat, Utc};
use reqwest::header::{ACCEPT, HeaderMap};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::{API_VERSION, FanvueClient, MOST_CREATORS, PAGE_SIZE, VERSION_HEADER, answer, rows, webhook};
use crate::platform::json::{self, Row};
use crate::platform::page::Position;
use crate::platform::{
    AccessToken, AccountProfile, AccountRef, Authorization, Chat, Cursor, Earning, Fan, FanInsight, Message,
    Page, PkceVerifier, PlatformClient, PlatformError, PlatformProfile, PlatformResult, SubscriberDay,
    TokenPair, TopSpender, Url, WebhookError, WebhookEvent,
};

/// What is said of an id that the agency's list does not hold.
const NOT_REACHABLE: &str = "not among the creators of this grant";

type Query = Vec<(&'static str, String)>;

impl FanvueClient {
    /// Gets one document. `endpoint` is a template of which `{}` stands for `id`.
    async fn get(
        &self,
        token: &AccessToken,
        account: &AccountRef,
        endpoint: &'static str,
        id: &str,
        query: &Query,
    ) -> PlatformResult<Value> {
        let mut url = self.address(account, endpoint, id)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let request = self
            .http
            .get(url)
            .bearer_auth(token.secret().expose_secret())
            .header(VERSION_HEADER, API_VERSION)
            .header(ACCEPT, "application/json")
            .build()
            // A token that cannot stand in a header is none that a platform gave.
            .map_err(|_| PlatformError::Unauthorized)?;
        self.transport.call(endpoint, request, |got| answer::read(&got, token.secret())).await
    }

    /// Ids are put in segment by segment, so that one with a slash cannot lead elsewhere.
    fn address(&self, account: &AccountRef, endpoint: &str, id: &str) -> PlatformResult<Url> {
        let mut url = self.settings.api_url.clone();
        {
            let mut path = url.path_segments_mut().map_err(|()| PlatformError::Unreachable)?;
            path.pop_if_empty();
            if let AccountRef::Creator(creator) = account {
                path.extend(["creators", creator]);
            }
            let segments = endpoint.split('/').filter(|segment| !segment.is_empty());
            path.extend(segments.map(|segment| if segment == "{}" { id } else { segment }));
        }
        Ok(url)
    }

    async fn list<T>(
        &self,
        token: &AccessToken,
        account: &AccountRef,
        list: List<'_>,
        cursor: Option<&Cursor>,
        read: impl Fn(Row<'_>) -> Option<T> + Send,
    ) -> PlatformResult<Page<T>> {
        let mut query = list.query;
        query.push(("size", PAGE_SIZE.to_string()));
        match cursor.map(Cursor::position) {
            Some(Position::Number(number)) => query.push(("page", number.to_string())),
            Some(Position::Token(text)) => query.push(("cursor", text.to_owned())),
            None => {}
        }
        let answer = self.get(token, account, list.endpoint, list.id, &query).await?;
        json::page(&answer, cursor, read)
    }

    /// A creator under an agency has no profile call: the agency's list has the names, the smart lists the counts.
    async fn creator_profile(&self, token: &AccessToken, id: &str) -> PlatformResult<AccountProfile> {
        let creators = self.reachable_creators(token).await?;
        let mut profile = creators
            .into_iter()
            .find(|creator| creator.platform_account_id == id)
            .ok_or_else(|| PlatformError::Rejected { status: 404, message: NOT_REACHABLE.to_owned() })?;
        let lists = self.smart_lists(token, &AccountRef::Creator(id.to_owned())).await?;
        let count = |name: &str| lists.iter().find(|list| list.is_called(name)).map(|list| list.count);
        profile.subscribers = profile.subscribers.or_else(|| count("subscribers"));
        profile.followers = profile.followers.or_else(|| count("followers"));
        Ok(profile)
    }

    /// The fixed lists with their sizes; none when the grant does not cover them.
    async fn smart_lists(&self, token: &AccessToken, account: &AccountRef) -> PlatformResult<Vec<SmartList>> {
        let lists = self.get(token, account, "/chats/lists/smart", "", &Query::new()).await;
        match lists.and_then(|answer| json::page(&answer, None, smart_list)) {
            Err(error) if is_out_of_reach(&error) => Ok(Vec::new()),
            lists => Ok(lists?.items),
        }
    }
}

/// A fixed list of an account's fans, of which only the size is of use here.
struct SmartList {
    id: Option<String>,
    name: Option<String>,
    count: i64,
}

impl SmartList {
    /// The documents leave open which field holds the fixed id.
    fn is_called(&self, name: &str) -> bool {
        [&self.id, &self.name].into_iter().flatten().any(|have| have.eq_ignore_ascii_case(name))
    }
}

fn smart_list(row: Row<'_>) -> Option<SmartList> {
    Some(SmartList { id: row.text("uuid"), name: row.text("name"), count: row.int("count")? })
}

/// A list to read: which, of whom, filtered how.
struct List<'a> {
    endpoint: &'static str,
    id: &'a str,
    query: Query,
}

fn plain(endpoint: &'static str) -> List<'static> {
    List { endpoint, id: "", query: Query::new() }
}

fn between(
    endpoint: &'static str,
    since: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
) -> List<'static> {
    let text = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Millis, true);
    let bounds = [("startDate", since), ("endDate", until)];
    let query = bounds.into_iter().filter_map(|(name, time)| Some((name, text(time?)))).collect();
    List { endpoint, id: "", query }
}

fn is_out_of_reach(error: &PlatformError) -> bool {
    *error == PlatformError::MissingScope || error.is_not_found()
}

#[async_trait]
impl PlatformClient for FanvueClient {
    fn platform(&self) -> &PlatformProfile {
        &self.profile
    }

    fn authorize_url(&self, authorization: &Authorization<'_>) -> Url {
        self.consent_page(authorization)
    }

    async fn exchange_code(
        &self,
        code: &SecretString,
        pkce: &PkceVerifier,
        redirect_uri: &Url,
    ) -> PlatformResult<TokenPair> {
        self.exchange(code, pkce, redirect_uri).await
    }

    async fn refresh(&self, refresh_token: &SecretString) -> PlatformResult<TokenPair> {
        self.next_pair(refresh_token).await
    }

    async fn me(&self, token: &AccessToken) -> PlatformResult<AccountProfile> {
        let answer = self.get(token, &AccountRef::Own, "/users/me", "", &Query::new()).await?;
        rows::profile(Row(&answer)).ok_or(PlatformError::Malformed { what: "a profile without an id" })
    }

    async fn reachable_creators(&self, token: &AccessToken) -> PlatformResult<Vec<AccountProfile>> {
        let (mut creators, mut cursor) = (Vec::new(), None);
        loop {
            let list = plain("/creators");
            let page = match self.list(token, &AccountRef::Own, list, cursor.as_ref(), rows::profile).await {
                // Somebody who is no agency is told that this is forbidden, or not there.
                Err(error) if cursor.is_none() && is_out_of_reach(&error) => return Ok(creators),
                page => page?,
            };
            creators.extend(page.items);
            cursor = page.next;
            if cursor.is_none() || creators.len() >= MOST_CREATORS {
                return Ok(creators);
            }
        }
    }

    async fn profile(&self, token: &AccessToken, account: &AccountRef) -> PlatformResult<AccountProfile> {
        match account {
            AccountRef::Own => self.me(token).await,
            AccountRef::Creator(id) => self.creator_profile(token, id).await,
        }
    }

    async fn earnings(
        &self,
        token: &AccessToken,
        account: &AccountRef,
        since: Option<DateTime<Utc>>,
        until: Option<DateTime<Utc>>,
        cursor: Option<&Cursor>,
    ) -> PlatformResult<Page<Earning>> {
        self.list(token, account, between("/insights/earnings", since, until), cursor, rows::earning).await
    }

    async fn subscriber_days(
        &self,
        token: &AccessToken,
        account: &AccountRef,
        since: Option<DateTime<Utc>>,
        until: Option<DateTime<Utc>>,
        cursor: Option<&Cursor>,
    ) -> PlatformResult<Page<SubscriberDay>> {
        self.list(
            token,
            account,
            between("/insights/subscribers", since, until),
            cursor,
            rows::subscriber_day,
        )
        .await
    }

    async fn subscribers(
        &self,
        token: &AccessToken,
        account: &AccountRef,
        cursor: Option<&Cursor>,
    ) -> PlatformResult<Page<Fan>> {
        self.list(token, account, plain("/subscribers"), cursor, rows::fan).await
    }

    async fn followers(
        &self,
        token: &AccessToken,
        account: &AccountRef,
        cursor: Option<&Cursor>,
    ) -> PlatformResult<Page<Fan>> {
        self.list(token, account, plain("/followers"), cursor, rows::fan).await
    }

    async fn top_spenders(
        &self,
        token: &AccessToken,
        account: &AccountRef,
        cursor: Option<&Cursor>,
    ) -> PlatformResult<Page<TopSpender>> {
        self.list(token, account, plain("/insights/top-spenders"), cursor, rows::top_spender).await
    }

    async fn fan_insights(
        &self,
        token: &AccessToken,
        account: &AccountRef,
        fan_ids: &[&str],
    ) -> PlatformResult<Vec<FanInsight>> {
        if fan_ids.is_empty() {
            return Ok(Vec::new());
        }
        let query = vec![("fanUuids", fan_ids.join(","))];
        let answer = self.get(token, account, "/insights/fans", "", &query).await?;
        rows::fan_insights(&answer).ok_or(PlatformError::Malformed { what: "fan insights without results" })
    }

    async fn chats(
        &self,
        token: &AccessToken,
        account: &AccountRef,
        cursor: Option<&Cursor>,
    ) -> PlatformResult<Page<Chat>> {
        let query = vec![("sortBy", "most_recent_messages".to_owned())];
        self.list(token, account, List { query, ..plain("/chats") }, cursor, rows::chat).await
    }

    async fn unread_chats(&self, token: &AccessToken, account: &AccountRef) -> PlatformResult<i64> {
        let answer = self.get(token, account, "/chats/unread", "", &Query::new()).await?;
        let count = Row(&answer).int("unreadChatsCount").filter(|count| *count >= 0);
        count.ok_or(PlatformError::Malformed { what: "unread chats without a count" })
    }

    async fn messages(
        &self,
        token: &AccessToken,
        account: &AccountRef,
        fan_id: &str,
        cursor: Option<&Cursor>,
    ) -> PlatformResult<Page<Message>> {
        // Said explicitly: what leaving it out means differs between versions of the API.
        let query = vec![("markAsRead", "false".to_owned())];
        let list = List { endpoint: "/chats/{}/messages", id: fan_id, query };
        self.list(token, account, list, cursor, |row| rows::message(row, fan_id)).await
    }

    fn read_webhook(
        &self,
        headers: &HeaderMap,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<WebhookEvent, WebhookError> {
        let secret = self.settings.webhook_secret.as_ref().ok_or(WebhookError::NotConfigured)?;
        webhook::receive(secret, headers, body, now)
    }
}
