//! Holds back members whose agency requires a second factor that they did not set up in time: nothing else opens for them.

use super::Visitor;
use crate::error::Error;
use crate::identity;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;

/// Lets pass only what leads to a second factor, or away. Every route goes through here, so that none can be forgotten.
pub async fn hold_back(visitor: Visitor, request: Request, next: Next) -> Response {
    if visitor.is_held() && !identity::open_to_held(request.uri().path()) {
        return crate::server::frame::error_response(Error::SecondFactorDue);
    }
    next.run(request).await
}
