//! The SQL of connections: what an earlier key sealed. A sealed value's second byte is the id of its key.

use crate::db::SystemTx;
use crate::error::Result;
use crate::ids::{AgencyId, ConnectionId};
use crate::vault::SealedToken;

/// A connection of which a token was sealed with another key.
pub(in crate::connections) struct StaleTokens {
    pub agency: AgencyId,
    pub id: ConnectionId,
    pub access_token: Option<SealedToken>,
    pub refresh_token: Option<SealedToken>,
}

/// The next of them, by key, locked until the transaction ends.
pub(in crate::connections) async fn lock_stale_tokens(
    tx: &mut SystemTx,
    key: u8,
    after: Option<(AgencyId, ConnectionId)>,
    limit: i64,
) -> Result<Vec<StaleTokens>> {
    let (agency, id) = after.unzip();
    let rows = sqlx::query_as!(
        StaleTokens,
        r#"select agency_id as "agency: AgencyId", id as "id: ConnectionId", access_token as "access_token: SealedToken",
                  refresh_token as "refresh_token: SealedToken"
           from connections
           where (get_byte(access_token, 1) <> $1 or get_byte(refresh_token, 1) <> $1)
             and ($2::uuid is null or (agency_id, id) > ($2, $3::uuid))
           order by agency_id, id limit $4 for update"#,
        i32::from(key),
        agency as Option<AgencyId>,
        id as Option<ConnectionId>,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

pub(in crate::connections) async fn set_sealed_tokens(
    tx: &mut SystemTx,
    agency: AgencyId,
    id: ConnectionId,
    access: Option<SealedToken>,
    refresh: Option<SealedToken>,
) -> Result<()> {
    sqlx::query!(
        "update connections set access_token = $3, refresh_token = $4 where agency_id = $1 and id = $2",
        agency as AgencyId,
        id as ConnectionId,
        access.as_ref().map(SealedToken::as_bytes),
        refresh.as_ref().map(SealedToken::as_bytes)
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// An attempt whose verifier was sealed with another key.
pub(in crate::connections) struct StaleVerifier {
    pub agency: AgencyId,
    pub state_hash: Vec<u8>,
    pub verifier: SealedToken,
}

pub(in crate::connections) async fn lock_stale_verifiers(
    tx: &mut SystemTx,
    key: u8,
    after: Option<(AgencyId, Vec<u8>)>,
    limit: i64,
) -> Result<Vec<StaleVerifier>> {
    let (agency, state_hash) = after.unzip();
    let rows = sqlx::query_as!(
        StaleVerifier,
        r#"select agency_id as "agency: AgencyId", state_hash, verifier as "verifier: SealedToken" from oauth_attempts
           where get_byte(verifier, 1) <> $1 and ($2::uuid is null or (agency_id, state_hash) > ($2, $3::bytea))
           order by agency_id, state_hash limit $4 for update"#,
        i32::from(key),
        agency as Option<AgencyId>,
        state_hash,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

pub(in crate::connections) async fn set_sealed_verifier(
    tx: &mut SystemTx,
    agency: AgencyId,
    state_hash: &[u8],
    verifier: &SealedToken,
) -> Result<()> {
    sqlx::query!(
        "update oauth_attempts set verifier = $3 where agency_id = $1 and state_hash = $2",
        agency as AgencyId,
        state_hash,
        verifier.as_bytes()
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
