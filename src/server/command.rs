//! The commands of the program.

use super::state::App;
use super::{run, telemetry};
use crate::clock::SystemClock;
use crate::config::Settings;
use crate::db::Db;
use crate::demo::bulk::{self, Plan};
use crate::postgres::OwnPostgres;
use crate::random::{Random, SystemRandom};
use crate::rotation::{self, Progress};
use crate::vault::Vault;
use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand, value_parser};
use secrecy::ExposeSecret;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// The self-hosted workspace of agencies that manage creators' accounts.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Subcommand)]
enum Command {
    /// Serve the web app, and work through background jobs.
    Serve,
    /// Work through background jobs alone, beside other processes that serve or work; HOST and PORT tell health and metrics.
    Worker,
    /// Bring the database up to date.
    Migrate,
    /// Make a demo agency beside the sandbox platform, and print how to sign in. Again changes nothing.
    ///
    /// Without options it is the sandbox's twelve creators, connected through its consent page. With --accounts it is an agency of
    /// its own with that many made-up accounts, written straight into the database in bulk: about ten thousand earnings and a
    /// thousand fans per account in 24 months, with subscriptions, renewals, leaving, paid messages, tips and refunds, and all
    /// rollups. The accounts are not synced. The same options make the same figures; a run that was cut off is gone on with by the next
    /// one. Both refuse to run beside a real platform.
    Demo(DemoArguments),
    /// Seal again with the current key of ENCRYPTION_KEY what the previous one sealed. Others may serve meanwhile.
    RotateKeys,
    /// Count every rollup again from the earnings, and print what differs.
    CheckRollups,
    /// Walk the audit chain of every agency, and print the first row of each that was changed or removed.
    VerifyAudit,
}

/// Which demo agency.
#[derive(Args, Clone, Copy, Debug, PartialEq, Eq)]
struct DemoArguments {
    /// Make an agency of so many made-up accounts, instead of connecting the sandbox's creators.
    #[arg(long, value_parser = value_parser!(u32).range(1..=100_000))]
    accounts: Option<u32>,
    /// How many months the made-up accounts' history goes back.
    #[arg(long, requires = "accounts", default_value_t = 24, value_parser = value_parser!(u32).range(1..=120))]
    months: u32,
    /// What the made-up figures are made from: another seed makes another agency.
    #[arg(long, requires = "accounts", default_value_t = 7)]
    seed: u64,
}

impl DemoArguments {
    fn plan(self) -> Option<Plan> {
        let Self { accounts, months, seed } = self;
        accounts.map(|accounts| Plan { accounts, months, seed })
    }
}

/// Runs the command that the arguments name; a failure is one sentence.
pub async fn run() -> ExitCode {
    let arguments = Arguments::parse();
    telemetry::start_logging(arguments.settings.log_format);
    match execute(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        #[expect(clippy::print_stderr, reason = "the sentence that the operator reads")]
        Err(error) => {
            eprintln!("creatorcrm: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn execute(Arguments { command, settings }: Arguments) -> Result<()> {
    settings.check()?;
    let own = match &settings.database_url {
        Some(_) => None,
        None => Some(OwnPostgres::start(&settings.data_dir).await?),
    };
    let url = match (&own, &settings.database_url) {
        (Some(own), _) => own.url(),
        (None, Some(url)) => url.expose_secret().to_owned(),
        (None, None) => String::new(),
    };
    let random: Arc<dyn Random> = Arc::new(SystemRandom);
    let db = run::database(&url, Arc::new(SystemClock), random.clone()).await?;
    let done = dispatch(command, settings, db.clone(), &random).await;
    db.close().await;
    if let Some(own) = own {
        own.stop().await?;
    }
    done
}

async fn dispatch(command: Command, settings: Settings, db: Db, random: &Arc<dyn Random>) -> Result<()> {
    match command {
        Command::Migrate => Ok(()),
        Command::CheckRollups => check_rollups(&db).await,
        Command::VerifyAudit => verify_audit(&db).await,
        Command::Demo(which) => demo(settings, db, random, which.plan()).await,
        Command::RotateKeys => rotate_keys(&settings, &db, random).await,
        Command::Serve => {
            let stop = stop_signal()?;
            let socket = settings.socket();
            let app = build(settings, db, random, stop.clone()).await?;
            let listener = TcpListener::bind(socket)
                .await
                .with_context(|| format!("{socket} cannot be listened on (HOST, PORT)"))?;
            tracing::info!("CreatorCRM is at {}", app.public_url);
            run::serve(app, listener, stop).await
        }
        Command::Worker => {
            let stop = stop_signal()?;
            let socket = settings.socket();
            let app = build(settings, db, random, stop.clone()).await?;
            tracing::info!("working through background jobs");
            run::work_watched(app, socket, stop).await;
            Ok(())
        }
    }
}

/// The app, once its keys have proved to be those of the database.
async fn build(settings: Settings, db: Db, random: &Arc<dyn Random>, stop: CancellationToken) -> Result<App> {
    let app = run::build(settings, db, random, stop)?;
    rotation::prove(&app.db, &app.vault).await?;
    Ok(app)
}

#[expect(clippy::print_stdout, reason = "what the operator asked for")]
async fn demo(settings: Settings, db: Db, random: &Arc<dyn Random>, plan: Option<Plan>) -> Result<()> {
    let app = build(settings, db, random, CancellationToken::new()).await?;
    let Some(plan) = plan else {
        println!("{}", crate::demo::prepare(&app).await?);
        return Ok(());
    };
    let mut first = true;
    let mut heard = |at: bulk::Progress| {
        if std::mem::take(&mut first) && at.accounts > 0 {
            println!("{} of {} accounts are here already; the others follow", at.accounts, at.of);
        } else if at.accounts.is_multiple_of((at.of / 50).max(1)) {
            println!("{} of {} accounts, {} earnings", at.accounts, at.of, at.earnings);
        }
    };
    println!("{}", bulk::prepare(&app, plan, &mut heard).await?);
    Ok(())
}

#[expect(clippy::print_stdout, reason = "what the operator asked for")]
async fn rotate_keys(settings: &Settings, db: &Db, random: &Arc<dyn Random>) -> Result<()> {
    let vault = Vault::new(&settings.encryption_key(random.as_ref())?, random.clone())?;
    rotation::prove(db, &vault).await?;
    let mut heard = |at: &Progress| println!("{}: {} of {} sealed again", at.column, at.sealed, at.total);
    let outcome = rotation::rotate(db, &vault, &mut heard).await?;
    let unreadable = rotation::progress(db, vault.key_id()).await?.into_iter().filter(|at| at.unreadable > 0);
    for at in unreadable {
        println!("{}: {} open with no key in ENCRYPTION_KEY and stay as they are", at.column, at.unreadable);
    }
    anyhow::ensure!(
        outcome.left == 0,
        "{} values are not sealed with the current key; keep the previous one, and run this again when no process seals with it any more",
        outcome.left
    );
    println!(
        "{} values sealed again; every value is sealed with the current key: the previous one may go",
        outcome.sealed
    );
    Ok(())
}

#[expect(clippy::print_stdout, reason = "what the operator asked for")]
async fn check_rollups(db: &Db) -> Result<()> {
    let differences = crate::earnings::check_rollups(db).await?;
    for difference in &differences {
        println!("{difference}");
    }
    anyhow::ensure!(differences.is_empty(), "{} figures differ from the earnings", differences.len());
    println!("every rollup equals its earnings");
    Ok(())
}

#[expect(clippy::print_stdout, reason = "what the operator asked for")]
async fn verify_audit(db: &Db) -> Result<()> {
    let broken = crate::audit::verify_all(db).await?;
    for chain in &broken {
        let at = chain.at.map(|at| format!(" ({})", at.format("%Y-%m-%d"))).unwrap_or_default();
        println!("agency {}: {}{at}", chain.agency, chain.sentence());
    }
    anyhow::ensure!(broken.is_empty(), "{} audit chains are broken", broken.len());
    println!("every audit chain is whole");
    Ok(())
}

/// Cancelled by the first SIGINT or SIGTERM.
fn stop_signal() -> Result<CancellationToken> {
    use tokio::signal::unix::{SignalKind, signal};
    let stop = CancellationToken::new();
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let token = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("stopping");
        token.cancel();
    });
    Ok(stop)
}
