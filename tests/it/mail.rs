//! Outgoing mail: a real mail server of our own takes it, refuses it for a while, or is not there.

use crate::app::TestApp;
use creatorcrm::clock::SystemClock;
use creatorcrm::mail::{self, Mail};
use sqlx::{Connection, PgConnection, Row};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A mail server that keeps what it is given, after refusing `refusals` times with "try again later".
pub struct MailServer {
    pub url: String,
    letters: Arc<Mutex<Vec<String>>>,
    refusals: Arc<AtomicU32>,
}

impl MailServer {
    pub async fn start(refusals: u32) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let server = Self { url, letters: Arc::default(), refusals: Arc::new(AtomicU32::new(refusals)) };
        let (letters, refusals) = (server.letters.clone(), server.refusals.clone());
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(converse(socket, letters.clone(), refusals.clone()));
            }
        });
        server
    }

    pub fn letters(&self) -> Vec<String> {
        self.letters.lock().unwrap().clone()
    }

    fn still_refuses(&self) -> bool {
        self.refusals.load(Ordering::SeqCst) > 0
    }
}

/// As much of RFC 5321 as a client needs.
async fn converse(socket: TcpStream, letters: Arc<Mutex<Vec<String>>>, refusals: Arc<AtomicU32>) {
    let (reader, mut writer) = socket.into_split();
    let mut lines = BufReader::new(reader).lines();
    let mut answer = "220 test ready";
    loop {
        writer.write_all(format!("{answer}\r\n").as_bytes()).await.unwrap();
        let Ok(Some(line)) = lines.next_line().await else { return };
        let verb = line.to_uppercase();
        answer = match verb.split([' ', ':']).next().unwrap() {
            "MAIL" => {
                let refused =
                    refusals.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
                if refused.is_ok() { "451 try again later" } else { "250 ok" }
            }
            "DATA" => {
                writer.write_all(b"354 go on\r\n").await.unwrap();
                let mut letter = String::new();
                while let Ok(Some(line)) = lines.next_line().await {
                    if line == "." {
                        break;
                    }
                    letter.push_str(&line);
                    letter.push('\n');
                }
                letters.lock().unwrap().push(letter);
                "250 taken"
            }
            "QUIT" => return,
            _ => "250 ok",
        };
    }
}

async fn send(app: &TestApp) {
    let mut tx = app.db.begin_system("test").await.unwrap();
    let mail = Mail {
        to: "anna@example.com".to_owned(),
        subject: "Confirm your address".to_owned(),
        body: "Open this page:\n\nhttps://crm.example/verify-email/once\n".to_owned(),
    };
    mail::send(&mut tx, &app.app.vault, mail).await.unwrap();
    tx.commit().await.unwrap();
}

/// Waits for something that the worker does on its own.
async fn eventually<F: AsyncFnMut() -> bool>(what: &str, mut it_is_so: F) {
    for _ in 0..600 {
        if it_is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("never happened: {what}");
}

async fn kept(app: &TestApp) -> (bool, bool, Option<String>) {
    let mut db = PgConnection::connect(&app.database_url).await.unwrap();
    let row = sqlx::query("select sent_at is not null, body is not null, last_error from mails")
        .fetch_one(&mut db)
        .await
        .unwrap();
    (row.get(0), row.get(1), row.get(2))
}

#[tokio::test]
async fn a_mail_is_delivered_once_and_its_text_forgotten() {
    let server = MailServer::start(0).await;
    let app = TestApp::with(Arc::new(SystemClock), &["--smtp-url".to_owned(), server.url.clone()]).await;
    send(&app).await;
    eventually("the mail is marked as sent", async || kept(&app).await.0).await;
    assert_eq!(kept(&app).await, (true, false, None));
    let letters = server.letters();
    assert_eq!(letters.len(), 1);
    for part in
        ["To: anna@example.com", "Subject: Confirm your address", "https://crm.example/verify-email/once"]
    {
        assert!(letters[0].contains(part), "{part} in {}", letters[0]);
    }
}

#[tokio::test]
async fn a_mail_server_that_refuses_for_a_while_gets_it_later() {
    let server = MailServer::start(1).await;
    let app = TestApp::with(Arc::new(SystemClock), &["--smtp-url".to_owned(), server.url.clone()]).await;
    send(&app).await;
    eventually("the refusal is noted", async || {
        let (sent, text, error) = kept(&app).await;
        (!sent && text && error.is_some_and(|error| error.contains("try again later"))) || sent
    })
    .await;
    assert!(!server.still_refuses());
    eventually("the mail is sent all the same", async || kept(&app).await.0).await;
    assert_eq!(server.letters().len(), 1);
}

#[tokio::test]
async fn without_a_mail_server_it_is_read_in_development() {
    let app = TestApp::start().await;
    send(&app).await;
    let page = app.browser().open("/dev/mail").await;
    assert!(page.text.contains(r#"<a href="https://crm.example/verify-email/once""#), "{}", page.text);
    let mut db = PgConnection::connect(&app.database_url).await.unwrap();
    let bodies = sqlx::query("select encode(body, 'escape') from mails").fetch_one(&mut db).await.unwrap();
    assert!(!bodies.get::<String, _>(0).contains("verify-email"), "the text is sealed");
}

#[tokio::test]
async fn in_production_there_is_no_such_page() {
    let server = MailServer::start(0).await;
    let production = [
        ("--leptos-env", "PROD"),
        ("--public-url", "https://crm.example"),
        ("--smtp-url", &server.url),
        ("--fanvue-client-id", "id"),
        ("--fanvue-client-secret", "secret"),
    ];
    let settings: Vec<_> =
        production.into_iter().flat_map(|(name, value)| [name.to_owned(), value.to_owned()]).collect();
    let app = TestApp::with(Arc::new(SystemClock), &settings).await;
    assert_eq!(app.browser().open("/dev/mail").await.status, 404);
}
