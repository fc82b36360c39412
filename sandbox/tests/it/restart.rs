//! Stopping and starting again loses no grant and no row.

use std::path::PathBuf;

use creatorcrm_sandbox::Config;
use reqwest::StatusCode;
use serde_json::json;

use crate::client::{App, config, tokens};

/// A state file of its own in the system's temporary folder.
struct StateFile(PathBuf);

impl StateFile {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("sandbox-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder.join("state.json"))
    }

    fn config(&self) -> Config {
        Config { now: None, state_file: Some(self.0.clone()), ..config() }
    }
}

impl Drop for StateFile {
    fn drop(&mut self) {
        if let Some(folder) = self.0.parent() {
            // The folder is temporary; what is left of it harms nobody.
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

#[tokio::test]
async fn grants_clock_and_rows_survive() {
    let file = StateFile::new("survive");
    let app = App::start(file.config()).await;
    let mia = app.connect("mia.larsson").await;
    let (_, second) = app.refresh(&mia.refresh).await;
    app.control(
        "earnings",
        json!({"creator": "mia.larsson", "source": "message", "gross": 1234, "count": 2}),
    )
    .await;
    app.control("earnings", json!({"creator": "mia.larsson", "source": "subscription"})).await;
    app.advance(1000).await;
    let (before, earlier) = (app.ledger("mia.larsson").await, app.state().await);
    app.sandbox.stop().await;

    let app = App::start(file.config()).await;
    let second = tokens(&second);
    app.ok(&second.access, "/users/me").await;
    let after = app.ledger("mia.larsson").await;
    for part in ["earnings", "subscriberEvents", "pricedMessages"] {
        assert_eq!(after[part], before[part], "{part}");
    }
    assert!(app.state().await["now"].as_str() >= earlier["now"].as_str());
    assert_eq!(app.refresh(&second.refresh).await.0, StatusCode::OK);
    app.advance(31).await;
    assert_eq!(app.refresh(&mia.refresh).await.0, StatusCode::BAD_REQUEST, "reuse is known across restarts");
}

#[tokio::test]
async fn a_kill_right_after_an_answer_loses_no_grant() {
    let file = StateFile::new("kill");
    let app = App::start(file.config()).await;
    let mia = app.connect("mia.larsson").await;
    let (_, second) = app.refresh(&mia.refresh).await;
    app.control("earnings", json!({"creator": "mia.larsson", "count": 4})).await;
    let rows = app.ledger("mia.larsson").await["earnings"].as_array().unwrap().len();
    // What a kill leaves: the files as they are now, and a torn last line.
    let copy = StateFile::new("kill-copy");
    std::fs::copy(&file.0, &copy.0).unwrap();
    let journal = |file: &StateFile| PathBuf::from(format!("{}.rows", file.0.display()));
    let mut lines = std::fs::read(journal(&file)).unwrap();
    lines.truncate(lines.len() - 9);
    std::fs::write(journal(&copy), lines).unwrap();

    let app = App::start(copy.config()).await;
    assert_eq!(app.refresh(&tokens(&second).refresh).await.0, StatusCode::OK);
    assert_eq!(app.ledger("mia.larsson").await["earnings"].as_array().unwrap().len(), rows - 1);
    app.control("earnings", json!({"creator": "mia.larsson"})).await;
    app.sandbox.stop().await;
    let app = App::start(copy.config()).await;
    assert_eq!(app.ledger("mia.larsson").await["earnings"].as_array().unwrap().len(), rows);
}

#[tokio::test]
async fn another_history_leaves_the_journal_behind_but_keeps_the_grants() {
    let file = StateFile::new("seed");
    let app = App::start(file.config()).await;
    let mia = app.connect("mia.larsson").await;
    app.control("earnings", json!({"creator": "mia.larsson", "gross": 4321})).await;
    app.sandbox.stop().await;
    let app = App::start(Config { seed: 8, ..file.config() }).await;
    let ledger = app.ledger("mia.larsson").await;
    assert!(ledger["earnings"].as_array().unwrap().iter().all(|row| row["gross"] != 4321));
    assert_eq!(app.refresh(&mia.refresh).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_state_file_that_cannot_be_read_stops_the_start() {
    let file = StateFile::new("broken");
    std::fs::write(&file.0, "{").unwrap();
    let error = creatorcrm_sandbox::start(file.config()).await.unwrap_err();
    assert!(error.to_string().contains("state file"), "{error}");
}
