//! The ceiling that pages are measured against: bare axum, one row by key, on a pool set up as the app's.
//! Usage: DATABASE_URL=… PORT=… ceiling (scripts/bench runs it).
#![expect(clippy::disallowed_types, reason = "no tenant data: this measures the pool itself")]

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::serve::ListenerExt;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use uuid::Uuid;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let pool = PgPoolOptions::new()
        .max_connections(20)
        .test_before_acquire(false)
        .connect(&std::env::var("DATABASE_URL")?)
        .await?;
    let id: Uuid = sqlx::query_scalar("select agency_id from agencies limit 1").fetch_one(&pool).await?;
    let app = Router::new().route("/", get(row)).with_state((pool, id));
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", std::env::var("PORT")?.parse()?)).await?;
    // As the app: failing to set it only costs speed.
    let listener = listener.tap_io(|socket| drop(socket.set_nodelay(true)));
    axum::serve(listener, app).await?;
    Ok(())
}

async fn row(State((pool, id)): State<(PgPool, Uuid)>) -> Result<String, StatusCode> {
    sqlx::query_scalar("select name from agencies where agency_id = $1")
        .bind(id)
        .fetch_one(&pool)
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}
