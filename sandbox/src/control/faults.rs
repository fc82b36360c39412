//! Faults on demand.

use axum::http::Method;
use axum::response::Response;
use serde_json::{Value, json};

use crate::clock::Millis;
use crate::shared::Shared;

#[derive(Debug, Default)]
pub(crate) struct Faults;

impl Faults {
    pub(crate) fn take(
        &mut self,
        _path: &str,
        _method: &Method,
        _creator: Option<usize>,
        _now: Millis,
    ) -> Vec<u8> {
        Vec::new()
    }
    pub(crate) fn to_json(&self) -> Value {
        json!([])
    }
}

pub(crate) async fn before(_sandbox: &Shared, _faults: &[u8]) -> Option<Response> {
    None
}

pub(crate) async fn after(_sandbox: &Shared, _faults: &[u8], response: Response) -> Response {
    response
}

pub(crate) async fn at_token_endpoint(_sandbox: &Shared) -> Option<Response> {
    None
}
