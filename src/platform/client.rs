//! The client of a platform: one trait, implemented once per adapter.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use reqwest::header::HeaderMap;
use secrecy::SecretString;

use super::{
    AccountProfile, Chat, Cursor, Earning, Fan, FanInsight, Message, Page, PkceVerifier, PlatformProfile,
    PlatformResult, SubscriberDay, TopSpender, Url, WebhookError, WebhookEvent,
};

/// A token that opens the API for about an hour.
#[derive(Clone, Debug)]
pub struct AccessToken(SecretString);

impl AccessToken {
    /// The secret itself: to be sealed and stored, or put in a request.
    pub fn secret(&self) -> &SecretString {
        &self.0
    }
}

impl From<SecretString> for AccessToken {
    fn from(secret: SecretString) -> Self {
        Self(secret)
    }
}

/// What the token endpoint gave. Seal it before anything else happens.
#[derive(Clone, Debug)]
pub struct TokenPair {
    /// Opens the API.
    pub access: AccessToken,
    /// Gets the next pair. Without one in the answer to a refresh, the old one stays good.
    pub refresh: Option<SecretString>,
    /// How long the access token lives, counted from the answer.
    pub expires_in: Duration,
    /// What was granted; nothing means "as asked" (after consent) or "as before" (after a refresh).
    pub scopes: Option<Vec<String>>,
}

/// Whose account a call is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum AccountRef {
    /// The account of the person who granted.
    Own,
    /// A creator under an agency's grant, by the platform's id.
    Creator(String),
}

/// An account that a grant opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReachableAccount {
    /// How to name it in every call.
    pub account: AccountRef,
    /// What it is, for the person who chooses.
    pub profile: AccountProfile,
}

/// What a consent page has to know.
#[derive(Clone, Copy, Debug)]
pub struct Authorization<'a> {
    /// Single-use and bound to the session that asks.
    pub state: &'a str,
    /// Its challenge goes into the address; the secret stays here.
    pub pkce: &'a PkceVerifier,
    /// Exactly as registered with the platform.
    pub redirect_uri: &'a Url,
    /// Have the platform ask for a fresh sign-in: the browser may be signed in there as somebody else.
    pub prompt_login: bool,
}

/// Speaks to one platform on behalf of whoever's token is handed in. Holds no token and no state of its own.
///
/// Every call may fail with any [`PlatformError`](super::PlatformError); none retries, so that the caller's schedule
/// is the only one. Pages come in the platform's order, which no caller should rely on.
#[async_trait]
pub trait PlatformClient: Send + Sync {
    /// What the platform declares about itself.
    fn platform(&self) -> &PlatformProfile;

    /// The address of the consent page.
    fn authorize_url(&self, authorization: &Authorization<'_>) -> Url;

    /// Exchanges the code that the consent page sent back. A code is good for one try; `InvalidGrant` here means that
    /// it was used, is too old, or belongs to another verifier or address.
    async fn exchange_code(
        &self,
        code: &SecretString,
        pkce: &PkceVerifier,
        redirect_uri: &Url,
    ) -> PlatformResult<TokenPair>;

    /// Gets the next pair. The refresh token handed in may be dead afterwards, whatever the answer was.
    async fn refresh(&self, refresh_token: &SecretString) -> PlatformResult<TokenPair>;

    /// The account of the person who granted.
    async fn me(&self, token: &AccessToken) -> PlatformResult<AccountProfile>;

    /// The creators that an agency's grant reaches; empty when it is no agency's. May name the owner of the token too.
    async fn reachable_creators(&self, token: &AccessToken) -> PlatformResult<Vec<AccountProfile>>;

    /// Every account that the grant of `me` opens, each once: the owner's own first, if it is a creator's, then the creators.
    /// Empty when the person who granted is neither a creator nor an agency.
    async fn reachable_accounts(
        &self,
        token: &AccessToken,
        me: &AccountProfile,
    ) -> PlatformResult<Vec<ReachableAccount>> {
        let mut creators = self.reachable_creators(token).await?;
        creators.retain(|creator| creator.platform_account_id != me.platform_account_id);
        let own = (me.is_creator != Some(false))
            .then(|| ReachableAccount { account: AccountRef::Own, profile: me.clone() });
        let others = creators.into_iter().map(|profile| {
            let account = AccountRef::Creator(profile.platform_account_id.clone());
            ReachableAccount { account, profile }
        });
        Ok(own.into_iter().chain(others).collect())
    }

    /// The account's profile and counts as of now.
    async fn profile(&self, token: &AccessToken, account: &AccountRef) -> PlatformResult<AccountProfile>;

    /// Transactions with `since <= occurred_at < until`; a side left open is unbounded.
    async fn earnings(
        &self,
        token: &AccessToken,
        account: &AccountRef,
        since: Option<DateTime<Utc>>,
        until: Option<DateTime<Utc>>,
        cursor: Option<&Cursor>,
    ) -> PlatformResult<Page<Earning>>;

    /// Days with `since <= day < until`; the time of day is ignored.
    async fn subscriber_days(
        &self,
        token: &AccessToken,
        account: &AccountRef,
        since: Option<DateTime<Utc>>,
        until: Option<DateTime<Utc>>,
        cursor: Option<&Cursor>,
    ) -> PlatformResult<Page<SubscriberDay>>;

    /// The fans with a running subscription.
    async fn subscribers(
        &self,
        token: &AccessToken,
        account: &AccountRef,
        cursor: Option<&Cursor>,
    ) -> PlatformResult<Page<Fan>>;

    /// The fans who follow.
    async fn followers(
        &self,
        token: &AccessToken,
        account: &AccountRef,
        cursor: Option<&Cursor>,
    ) -> PlatformResult<Page<Fan>>;

    /// The fans who spent most, most first.
    async fn top_spenders(
        &self,
        token: &AccessToken,
        account: &AccountRef,
        cursor: Option<&Cursor>,
    ) -> PlatformResult<Page<TopSpender>>;

    /// What these fans spent and when they renew, in one request; a fan unknown to the platform is left out.
    ///
    /// At most `platform().limits.fan_insights` fans; the caller cuts longer lists.
    async fn fan_insights(
        &self,
        token: &AccessToken,
        account: &AccountRef,
        fan_ids: &[&str],
    ) -> PlatformResult<Vec<FanInsight>>;

    /// The chats, most recent first.
    async fn chats(
        &self,
        token: &AccessToken,
        account: &AccountRef,
        cursor: Option<&Cursor>,
    ) -> PlatformResult<Page<Chat>>;

    /// How many chats have something unread.
    async fn unread_chats(&self, token: &AccessToken, account: &AccountRef) -> PlatformResult<i64>;

    /// The messages of the chat with a fan, newest first. Reading never marks them as read.
    async fn messages(
        &self,
        token: &AccessToken,
        account: &AccountRef,
        fan_id: &str,
        cursor: Option<&Cursor>,
    ) -> PlatformResult<Page<Message>>;

    /// Checks the signature over the raw body, and only then reads it.
    fn read_webhook(
        &self,
        headers: &HeaderMap,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<WebhookEvent, WebhookError>;
}
