//! What one page tells the next through a sealed cookie: a notice, or a form's problem with what had been typed.

use super::state::App;
use crate::auth::cookie;
use crate::problem::Problem;
use crate::vault::Place;
use axum::http::{HeaderMap, HeaderValue};
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

const COOKIE: &str = "flash";
/// Browsers keep 4,096 bytes per cookie; sealed and encoded, this much fits.
const MAX_JSON_BYTES: usize = 2800;
const PLACE: Place<'static> = Place { agency: Uuid::nil(), table: "cookies", row: "flash", column: "value" };

/// Said once, on the next page.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Flash {
    /// The path of the server function whose form this is about.
    pub form: Option<String>,
    /// What went wrong with it.
    pub problem: Option<Problem>,
    /// What had been typed, never a password.
    pub input: BTreeMap<String, String>,
    /// Good news.
    pub notice: Option<String>,
    /// A secret that is shown once, such as a link that was just made.
    #[serde(default)]
    pub secret: Option<String>,
}

impl Flash {
    /// Good news only.
    #[must_use]
    pub fn notice(sentence: impl Into<String>) -> Self {
        Self { notice: Some(sentence.into()), ..Self::default() }
    }

    /// What the browser brought; a cookie that does not open is as none.
    #[must_use]
    pub fn read(app: &App, headers: &HeaderMap) -> Option<Self> {
        Self::open(app, cookie(headers, COOKIE)?)
    }

    /// What [`Flash::seal`] sealed.
    #[must_use]
    pub fn open(app: &App, sealed: &str) -> Option<Self> {
        let sealed = BASE64URL_NOPAD.decode(sealed.as_bytes()).ok()?;
        let json = app.vault.open_bytes(PLACE, &sealed).ok()?;
        serde_json::from_slice(&json).ok()
    }

    /// Sealed, as text. The longest inputs are dropped first if it would not fit.
    ///
    /// # Errors
    /// When sealing fails.
    pub fn seal(mut self, app: &App) -> anyhow::Result<String> {
        let mut json = serde_json::to_vec(&self)?;
        while json.len() > MAX_JSON_BYTES {
            let longest =
                self.input.iter().max_by_key(|(_, value)| value.len()).map(|(name, _)| name.clone());
            let Some(name) = longest else { break };
            self.input.remove(&name);
            json = serde_json::to_vec(&self)?;
        }
        Ok(BASE64URL_NOPAD.encode(&app.vault.seal_bytes(PLACE, &json)?))
    }

    /// The header that sets it.
    ///
    /// # Errors
    /// When sealing fails.
    pub fn cookie(self, app: &App) -> anyhow::Result<HeaderValue> {
        let sealed = self.seal(app)?;
        let secure = if app.settings.is_https() { "; Secure" } else { "" };
        Ok(HeaderValue::from_str(&format!(
            "{COOKIE}={sealed}; Path=/; Max-Age=60; HttpOnly; SameSite=Lax{secure}"
        ))?)
    }

    /// The header that ends it.
    #[must_use]
    pub fn spent() -> HeaderValue {
        HeaderValue::from_static("flash=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax")
    }
}
