//! The bell in the frame of every page: how many alerts are unread, and the newest.

use crate::alerts::bells::Bell;
use crate::ui::{Icon, TimeShape, time_words};
use chrono_tz::Tz;
use leptos::prelude::*;
use std::sync::Arc;

/// The menu behind the bell. It opens without script; its region follows on pages that are live.
#[component]
pub fn BellMenu(bell: Arc<Bell>, zone: Option<Tz>) -> impl IntoView {
    let unread = match bell.unread {
        0 => None,
        n if n >= 100 => Some(("99+".to_owned(), "more than 99 unread".to_owned())),
        n => Some((n.to_string(), format!("{n} unread"))),
    };
    let words = unread.as_ref().map_or_else(|| "Alerts".to_owned(), |(_, words)| format!("Alerts, {words}"));
    let count = unread.map(|(count, _)| view! { <span class="count" aria-hidden="true">{count}</span> });
    let newest = bell.newest.iter().map(|alert| {
        let (href, title) = (format!("/alerts#alert-{}", alert.id), alert.title());
        let new = (!alert.read).then(|| view! { <span class="visually-hidden">"New: "</span> });
        let since = time_words(alert.raised_at, zone, TimeShape::Brief);
        let class = if alert.read { "" } else { "unread" };
        view! { <a href=href class=class><span>{new}{title}<span class="faint small">{since}</span></span></a> }
    });
    let newest = newest.collect_view();
    let none = bell.newest.is_empty().then(|| view! { <p class="menu-heading">"Nothing to look at"</p> });
    view! {
        <div class="bell" data-live="bell">
            <details class="menu" name="menu">
                <summary>
                    <Icon name="bell"/>
                    <span class="words" aria-hidden="true">"Alerts"</span>
                    {count}
                    <span class="visually-hidden">{words}</span>
                </summary>
                <div class="menu-list">
                    {newest}
                    {none}
                    <hr/>
                    <a href="/alerts">"All alerts"</a>
                </div>
            </details>
        </div>
    }
}
