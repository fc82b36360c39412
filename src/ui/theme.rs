//! Light, dark, or as the system has it: a plain form that sets a cookie, so that the first byte has the right colours.

use crate::auth::{self, Visitor};
use crate::problem::Problem;
use crate::server::state::App;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// The three choices, the current one pressed.
#[component]
pub fn ThemeSwitch() -> impl IntoView {
    let chosen = use_context::<Visitor>().map_or("system", |visitor| visitor.theme);
    let choices = [("light", "Light"), ("dark", "Dark"), ("system", "System")].map(|(value, words)| {
        let pressed = if value == chosen { "true" } else { "false" };
        view! { <button name="theme" value=value aria-pressed=pressed>{words}</button> }
    });
    view! {
        <form method="post" action=SetTheme::PATH>
            <div class="segments" role="group" aria-label="Theme">{choices.into_iter().collect_view()}</div>
        </form>
    }
}

/// Remembers the theme in this browser, for a year. Anybody may: it says nothing about anyone.
#[server]
pub async fn set_theme(theme: String) -> Result<(), Problem> {
    auth::visitor()?;
    let theme = match theme.as_str() {
        "light" => "light",
        "dark" => "dark",
        _ => "system",
    };
    let secure = if App::current()?.settings.is_https() { "; Secure" } else { "" };
    let cookie = format!("theme={theme}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax{secure}");
    if let (Some(response), Ok(cookie)) =
        (use_context::<leptos_axum::ResponseOptions>(), axum::http::HeaderValue::from_str(&cookie))
    {
        response.append_header(axum::http::header::SET_COOKIE, cookie);
    }
    Ok(())
}
