//! Handing mail to the mail server of `SMTP_URL`.

use super::store::Row;
use anyhow::{Context, Result};
use lettre::message::Mailbox;
use lettre::transport::smtp::{self, PoolConfig};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use secrecy::{ExposeSecret, SecretString};
use std::net::IpAddr;
use std::time::Duration;

const CONNECTIONS: u32 = 4;
/// Answers about the mailbox itself (RFC 5321, 4.2.3): there is none, or it is elsewhere.
const NO_SUCH_MAILBOX: [u16; 3] = [550, 551, 553];

/// Delivers mail to one server.
#[derive(Clone)]
pub struct Postman {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// Why a mail server did not take a mail.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotTaken {
    /// It never will: it knows no such mailbox.
    #[error("{0}")]
    NoSuchMailbox(String),
    /// Later it may.
    #[error("{0}")]
    ForNow(String),
}

impl NotTaken {
    /// One word, for the metrics.
    pub(super) fn as_str(&self) -> &'static str {
        match self {
            Self::NoSuchMailbox(_) => "refused",
            Self::ForNow(_) => "failed",
        }
    }

    fn of(error: &smtp::Error) -> Self {
        let error: &(dyn std::error::Error + 'static) = error;
        let causes = std::iter::successors(Some(error), |error| error.source());
        let answer = causes.map(ToString::to_string).collect::<Vec<_>>().join(": ");
        let code = error.downcast_ref::<smtp::Error>().and_then(smtp::Error::status).map(u16::from);
        match code {
            Some(code) if NO_SUCH_MAILBOX.contains(&code) => Self::NoSuchMailbox(answer),
            _ => Self::ForNow(answer),
        }
    }
}

impl Postman {
    /// A mail server that takes longer is asked again later.
    pub(super) const PATIENCE: Duration = Duration::from_secs(20);

    /// A postman for `smtp_url`. The sender is the URL's user if that is an address, else `no-reply@` the host of `public_url`.
    ///
    /// # Errors
    /// When the URL is not one of a mail server; the sentence names the setting and holds no password.
    pub fn new(smtp_url: &SecretString, public_url: &str) -> Result<Self> {
        let url = smtp_url.expose_secret();
        let malformed =
            "SMTP_URL is not a mail server's address, such as smtps://user:password@mail.example.com";
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
            .map_err(|_| anyhow::anyhow!(malformed))?
            .timeout(Some(Self::PATIENCE))
            .pool_config(PoolConfig::new().max_size(CONNECTIONS))
            .build();
        let address = sender(url, public_url).context("no sender can be made of SMTP_URL and PUBLIC_URL")?;
        Ok(Self { transport, from: Mailbox::new(Some("CreatorCRM".to_owned()), address) })
    }

    /// Delivers one mail. Each step has its time limit, and all of them together have the same.
    pub(super) async fn deliver(&self, row: &Row, body: String) -> Result<(), NotTaken> {
        let message = self.message(row, body).map_err(|error| NotTaken::ForNow(format!("{error:#}")))?;
        match tokio::time::timeout(Self::PATIENCE, self.transport.send(message)).await {
            Ok(sent) => sent.map(drop).map_err(|error| NotTaken::of(&error)),
            Err(_) => Err(NotTaken::ForNow("the mail server takes too long".to_owned())),
        }
    }

    /// Its Message-ID is the row's, so that a receiver can tell a repetition.
    fn message(&self, row: &Row, body: String) -> Result<Message> {
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, row.recipient.parse()?))
            .subject(&row.subject)
            .message_id(Some(format!("<{}@{}>", row.id, self.from.email.domain())))
            .date(row.created_at.into())
            .header(lettre::message::header::ContentType::TEXT_PLAIN)
            .body(body)?;
        Ok(message)
    }
}

fn sender(smtp_url: &str, public_url: &str) -> Option<Address> {
    let user = reqwest::Url::parse(smtp_url).ok().map(|url| url.username().replace("%40", "@"));
    if let Some(address) = user.and_then(|user| user.parse().ok()) {
        return Some(address);
    }
    let host = reqwest::Url::parse(public_url).ok()?.host_str()?.to_owned();
    let host = if host.parse::<IpAddr>().is_ok() || host.starts_with('[') { "localhost" } else { &host };
    Address::new("no-reply", host).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(smtp_url: &str, public_url: &str) -> Option<String> {
        sender(smtp_url, public_url).map(|address| address.to_string())
    }

    #[test]
    fn the_sender_is_the_user_of_the_mail_server_or_the_installation() {
        let public = "https://crm.example";
        assert_eq!(
            from("smtps://ana%40studio.example:x@mail.example", public).as_deref(),
            Some("ana@studio.example")
        );
        assert_eq!(from("smtps://api:x@mail.example", public).as_deref(), Some("no-reply@crm.example"));
        assert_eq!(
            from("smtp://127.0.0.1:25", "http://127.0.0.1:3000").as_deref(),
            Some("no-reply@localhost")
        );
    }

    #[test]
    fn a_bad_address_is_named_without_its_password() {
        let error =
            Postman::new(&SecretString::from("http://me:hunter2@mail.example"), "https://crm.example").err();
        let sentence = error.map(|error| format!("{error:#}")).unwrap_or_default();
        assert!(sentence.contains("SMTP_URL") && !sentence.contains("hunter2"), "{sentence}");
    }
}
