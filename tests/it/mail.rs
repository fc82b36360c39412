//! Outgoing mail: a real mail server of our own takes it, refuses it for a while, or is not there.

use crate::app::{Setup, TestApp};
use creatorcrm::clock::SystemClock;
use creatorcrm::jobs::Job;
use creatorcrm::mail::{self, Mail, SendMail};
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
    next: Next,
}

/// What the server does instead of taking the next letter: an answer to its recipient, or keeping it and going away
/// without a word.
type Next = Arc<Mutex<Option<&'static str>>>;
const GO_AWAY: &str = "";

impl MailServer {
    pub async fn start(refusals: u32) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let refusals = Arc::new(AtomicU32::new(refusals));
        let server = Self { url, letters: Arc::default(), refusals, next: Next::default() };
        let (letters, refusals, next) =
            (server.letters.clone(), server.refusals.clone(), server.next.clone());
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(converse(socket, letters.clone(), refusals.clone(), next.clone()));
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
async fn converse(socket: TcpStream, letters: Arc<Mutex<Vec<String>>>, refusals: Arc<AtomicU32>, next: Next) {
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
                if next.lock().unwrap().take().is_some() {
                    return;
                }
                "250 taken"
            }
            "RCPT" => {
                let mut next = next.lock().unwrap();
                next.take_if(|answer| *answer != GO_AWAY).unwrap_or("250 ok")
            }
            "QUIT" => return,
            _ => "250 ok",
        };
    }
}

/// An app whose jobs wait for the test to run them.
async fn at_rest(server: &MailServer) -> TestApp {
    let arguments = vec!["--smtp-url".to_owned(), server.url.clone()];
    TestApp::set_up(Setup { arguments, works: false, ..Setup::default() }).await
}

/// Runs the job of the one mail that there is, as a worker does.
async fn deliver(app: &TestApp) -> creatorcrm::error::Result<()> {
    let mut db = PgConnection::connect(&app.database_url).await.unwrap();
    let id = sqlx::query("select id from mails").fetch_one(&mut db).await.unwrap().get::<uuid::Uuid, _>(0);
    let job: SendMail = serde_json::from_value(serde_json::json!({ "id": id })).unwrap();
    job.run(&app.app).await
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
        sent || (text && error.is_some_and(|error| error.contains("try again later")))
    })
    .await;
    assert!(!server.still_refuses());
    eventually("the mail is sent all the same", async || kept(&app).await.0).await;
    assert_eq!(server.letters().len(), 1);
}

#[tokio::test]
async fn workers_at_the_same_mail_send_it_once() {
    let server = MailServer::start(0).await;
    let app = at_rest(&server).await;
    send(&app).await;
    for done in futures::future::join_all((0..8).map(|_| deliver(&app))).await {
        done.unwrap();
    }
    assert_eq!(server.letters().len(), 1);
    assert_eq!(kept(&app).await, (true, false, None));
}

#[tokio::test]
async fn a_worker_that_died_at_it_leaves_it_to_the_next() {
    let server = MailServer::start(0).await;
    let app = at_rest(&server).await;
    send(&app).await;
    let mut db = PgConnection::connect(&app.database_url).await.unwrap();
    let other = "update mails set sending_until = now() + interval '30 seconds'";
    sqlx::query(other).execute(&mut db).await.unwrap();
    deliver(&app).await.unwrap();
    assert!(server.letters().is_empty(), "another one has it");
    let waits =
        "select run_at > now() + interval '20 seconds' from graphile_worker.jobs order by id desc limit 1";
    let waits: bool = sqlx::query(waits).fetch_one(&mut db).await.unwrap().get(0);
    assert!(waits, "it comes back when the other one must have ended");
    sqlx::query("update mails set sending_until = now()").execute(&mut db).await.unwrap();
    deliver(&app).await.unwrap();
    assert_eq!(server.letters().len(), 1);
}

#[tokio::test]
async fn a_yes_that_is_lost_sends_the_same_letter_again() {
    let server = MailServer::start(0).await;
    let app = at_rest(&server).await;
    send(&app).await;
    *server.next.lock().unwrap() = Some(GO_AWAY);
    deliver(&app).await.unwrap_err();
    deliver(&app).await.unwrap();
    let letters = server.letters();
    let id =
        |letter: &String| letter.lines().find(|line| line.starts_with("Message-ID:")).unwrap().to_owned();
    assert_eq!(letters.len(), 2, "what arrived cannot be asked");
    assert_eq!(id(&letters[0]), id(&letters[1]), "a mailbox can tell");
}

#[tokio::test]
async fn a_mailbox_that_does_not_exist_is_not_asked_again() {
    let server = MailServer::start(0).await;
    let app = at_rest(&server).await;
    send(&app).await;
    *server.next.lock().unwrap() = Some("550 5.1.1 no such user here");
    deliver(&app).await.expect("done for good, so that the queue does not repeat it");
    let (sent, _, error) = kept(&app).await;
    assert!(!sent && error.unwrap().contains("no such user here"));
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
        ("--fanvue-webhook-secret", "webhooks"),
        ("--fanvue-client-id", "id"),
        ("--fanvue-client-secret", "secret"),
    ];
    let settings: Vec<_> =
        production.into_iter().flat_map(|(name, value)| [name.to_owned(), value.to_owned()]).collect();
    let app = TestApp::with(Arc::new(SystemClock), &settings).await;
    assert_eq!(app.browser().open("/dev/mail").await.status, 404);
}
