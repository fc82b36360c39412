//! The start page.

use axum::response::Html;

pub(crate) async fn start_page() -> Html<String> {
    Html(crate::html::page("Sandbox", "<main class=\"card\"><h1>A stand-in for Fanvue</h1></main>"))
}
