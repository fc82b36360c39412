//! What recording new earnings costs: the same rows by COPY into bare tables, and through `earnings::record` with all rollups.
//! Usage: DATABASE_URL=… ingest ROWS (benches/parts/ingest.mjs runs it). Prints JSON; rows per second.

use anyhow::{Context, Result};
use creatorcrm::auth::SystemScope;
use creatorcrm::clock::SystemClock;
use creatorcrm::db::Db;
use creatorcrm::demo::bulk::{AccountWorld, Plan, Window};
use creatorcrm::earnings;
use creatorcrm::ids::{AccountId, AgencyId};
use creatorcrm::platform::Earning;
use creatorcrm::random::{Random, SystemRandom};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::fmt::Write as _;
use std::sync::Arc;
use tokio::time::Instant;

/// Side by side, for COPY and for recording alike; each has accounts of its own.
const WRITERS: usize = 2;
/// Rows per transaction: a page of the platform, and a batch of a larger one.
const BATCHES: [usize; 3] = [50, 1000, 5000];
const TABLES: [(&str, &str); 3] = [
    ("no key", "create table bench_copied (like earnings)"),
    (
        "primary key",
        "create table bench_copied (like earnings, primary key (agency_id, account_id, transaction_id))",
    ),
    ("all indexes of earnings", "create table bench_copied (like earnings including indexes)"),
];

type Rows = Vec<(AccountId, Vec<Earning>)>;

#[tokio::main]
async fn main() -> Result<()> {
    let wanted: usize = std::env::args().nth(1).context("usage: ingest ROWS")?.parse()?;
    let url = std::env::var("DATABASE_URL")?;
    let random: Arc<dyn Random> = Arc::new(SystemRandom);
    let db = Db::connect(&url, 10, Arc::new(SystemClock), random).await?;
    let (mut copied, mut recorded) = (Vec::new(), Vec::new());
    let mut total = 0;
    for batch in BATCHES {
        let agency = new_agency(&db).await?;
        let shares = shares(&db, agency, wanted).await?;
        total = shares.iter().flatten().map(|(_, rows)| rows.len()).sum();
        if recorded.is_empty() {
            for (name, table) in TABLES {
                let rate = copy(&url, table, agency, &shares, total).await?;
                copied.push(json!({ "table": name, "rate": rate }));
            }
        }
        let rate = record(&db, agency, shares, batch, total).await?;
        recorded.push(json!({ "batch": batch, "rate": rate }));
    }
    answer(json!({ "rows": total, "writers": WRITERS, "copied": copied, "recorded": recorded }));
    Ok(())
}

#[expect(clippy::print_stdout, reason = "what the harness reads")]
fn answer(value: Value) {
    println!("{value}");
}

async fn new_agency(db: &Db) -> Result<AgencyId> {
    let mut tx = db.begin_system("bench").await?;
    let (agency, now) = (tx.new_id::<AgencyId>(), tx.now());
    let statement =
        "insert into agencies (agency_id, name, created_at, deleted_at) values ($1, 'Ingest bench', $2, $2)";
    sqlx::query(statement).bind(agency).bind(now).execute(tx.conn()).await?;
    tx.commit().await?;
    Ok(agency)
}

/// So many made-up rows, by writer and account, the oldest first.
async fn shares(db: &Db, agency: AgencyId, wanted: usize) -> Result<Vec<Rows>> {
    let plan = Plan { accounts: u32::MAX, months: 24, seed: 11 };
    let window = Window::of(plan.months, db.now());
    let mut shares = vec![Rows::new(); WRITERS];
    let mut left = wanted;
    for number in 0.. {
        if left == 0 {
            break;
        }
        let mut rows = AccountWorld::make(&plan, &window, number).earnings;
        rows.truncate(left);
        left -= rows.len();
        let least =
            shares.iter_mut().min_by_key(|share| share.iter().map(|(_, rows)| rows.len()).sum::<usize>());
        least.context("there are writers")?.push((new_account(db, agency, number).await?, rows));
    }
    Ok(shares)
}

async fn new_account(db: &Db, agency: AgencyId, number: u32) -> Result<AccountId> {
    let mut tx = db.begin(&SystemScope::for_agency(agency, "bench")).await?;
    let (account, now) = (tx.new_id::<AccountId>(), tx.now());
    let statement = "with account as (
           insert into accounts (agency_id, id, platform, platform_account_id, name, handle, connected_at)
           values ($1, $2, 'fanvue', $3, $3, $3, $4))
         insert into syncs (agency_id, account_id, state, backfill_done_at) values ($1, $2, 'stopped', $4)";
    let query = sqlx::query(statement).bind(agency).bind(account).bind(format!("bench{number}")).bind(now);
    query.execute(tx.conn()).await?;
    tx.commit().await?;
    Ok(account)
}

/// Rows per second of one COPY per writer into a new table.
async fn copy(
    url: &str,
    table: &'static str,
    agency: AgencyId,
    shares: &[Rows],
    total: usize,
) -> Result<f64> {
    let mut connection = PgConnection::connect(url).await?;
    sqlx::raw_sql("drop table if exists bench_copied").execute(&mut connection).await?;
    sqlx::raw_sql(AssertSqlSafe(table)).execute(&mut connection).await?;
    let texts: Vec<_> = shares.iter().map(|rows| as_text(agency, rows)).collect::<Result<_>>()?;
    let begun = Instant::now();
    let copies = texts.into_iter().map(|text| copy_text(url.to_owned(), text));
    futures::future::try_join_all(copies).await?;
    let seconds = begun.elapsed().as_secs_f64();
    sqlx::raw_sql("drop table bench_copied").execute(&mut connection).await?;
    connection.close().await?;
    rate(total, seconds)
}

async fn copy_text(url: String, text: String) -> Result<()> {
    let mut connection = PgConnection::connect(&url).await?;
    let mut copy = connection.copy_in_raw("copy bench_copied from stdin").await?;
    copy.send(text.into_bytes()).await?;
    copy.finish().await?;
    connection.close().await?;
    Ok(())
}

/// As COPY reads it; nothing in made-up rows needs escaping.
fn as_text(agency: AgencyId, rows: &Rows) -> Result<String> {
    let mut text = String::new();
    for (account, rows) in rows {
        for row in rows {
            let optional = |value: &Option<String>| value.clone().unwrap_or_else(|| "\\N".to_owned());
            let fan = row.fan.as_ref().map(|fan| fan.id.clone());
            writeln!(
                text,
                "{agency}\t{account}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\tnow\tnow",
                row.transaction_id,
                row.occurred_at.to_rfc3339(),
                row.gross,
                row.net,
                row.currency,
                row.source.as_str(),
                row.status.as_str(),
                optional(&row.reverses),
                optional(&row.message_id),
                optional(&row.post_id),
                optional(&fan),
            )?;
        }
    }
    Ok(text)
}

/// Rows per second through the app's own code, a transaction per batch of one account.
async fn record(db: &Db, agency: AgencyId, shares: Vec<Rows>, batch: usize, total: usize) -> Result<f64> {
    let begun = Instant::now();
    let writers = shares.into_iter().map(|rows| {
        let db = db.clone();
        tokio::spawn(async move {
            for (account, rows) in rows {
                for rows in rows.chunks(batch) {
                    let mut tx = db.begin(&SystemScope::for_agency(agency, "bench")).await?;
                    earnings::record(&mut tx, account, rows).await?;
                    tx.commit().await?;
                }
            }
            anyhow::Ok(())
        })
    });
    for written in futures::future::try_join_all(writers).await? {
        written?;
    }
    rate(total, begun.elapsed().as_secs_f64())
}

fn rate(rows: usize, seconds: f64) -> Result<f64> {
    Ok(f64::from(u32::try_from(rows)?) / seconds)
}
