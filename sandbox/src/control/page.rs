//! The start page, and the page that lists what the control desk can do.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Html;

use crate::clock::iso;
use crate::html::{escape, page};
use crate::shared::Shared;

/// `GET /`.
pub(crate) async fn start_page(State(sandbox): State<Arc<Shared>>) -> Html<String> {
    let world = sandbox.world();
    let creators: String = world
        .creators
        .iter()
        .map(|creator| {
            format!(
                "<tr><td><b>{}</b><small>@{}{}</small></td><td>{}</td><td>{}</td><td>{}</td></tr>",
                escape(creator.name),
                escape(creator.handle),
                if creator.in_agency { " · agency" } else { "" },
                creator.currency,
                creator.subscribers().count(),
                creator.earnings.len(),
            )
        })
        .collect();
    let body = format!(
        "<main class=\"card\"><h1>A stand-in for Fanvue</h1>\
         <p>It answers like the platform, with demo creators made from seed {seed}, so that CreatorCRM can be tried and \
         tested without one real account. It listens on this machine only. <a href=\"/control\">The control desk</a> \
         makes things happen.</p><p class=\"muted\">The world's clock says {now}; it {moves}.</p>\
         <h2>Creators</h2><table><thead><tr><th>Creator</th><th>Currency</th><th>Subscribers</th><th>Transactions</th>\
         </tr></thead><tbody>{creators}</tbody></table></main>",
        seed = sandbox.genesis.seed,
        now = iso(sandbox.clock.now()),
        moves = if sandbox.config.live { "moves by itself" } else { "stands still unless told otherwise" },
    );
    Html(page("A stand-in for Fanvue", &body))
}

/// Every order, with an example.
const ORDERS: &[(&str, &str)] = &[
    (
        "GET /control/state",
        "Clock, creators, grants (alive or dead and why), request counts, webhooks, faults.",
    ),
    (
        "GET /control/ledger?creator=mia.larsson",
        "Every transaction, subscriber event and priced message as of now.",
    ),
    ("POST /control/advance", r#"{"seconds": 604800}"#),
    ("POST /control/earnings", r#"{"creator": "mia.larsson", "source": "tip", "gross": 2500, "count": 3}"#),
    ("POST /control/refund", r#"{"transactionOrderId": "…", "gross": 500, "kind": "chargeback"}"#),
    ("POST /control/message", r#"{"creator": "mia.larsson", "text": "hi", "fromCreator": false}"#),
    (
        "POST /control/faults",
        r#"{"kind": "slow", "scope": {"path": "/insights", "creator": "mia.larsson"}, "count": 3, "params": {"ms": 800}}"#,
    ),
    ("DELETE /control/faults", "All of them, or ?id=…"),
];

const KINDS: &[(&str, &str)] = &[
    ("server_error", "5xx; params.status (503)"),
    ("timeout", "no answer; params.ms (120000)"),
    ("slow", "a late answer; params.ms (1000)"),
    ("rate_limited", "429; params.retryAfter (2)"),
    ("truncated_json", "half of the answer"),
    ("unknown_values", "unknown fields and enum values; params.fields, params.enums (true)"),
    ("send_times_out", "the message is sent, the answer never comes; params.ms"),
    ("token_expiry", "access tokens expire in params.seconds (0); at once; later ones live params.lifetime"),
    ("chain_death", "refresh is refused from now on; at once"),
    ("consent_withdrawn", "the grant is revoked; at once"),
    ("webhook_late", "signed params.seconds (600) ago; the retry is genuine"),
    ("webhook_doubled", "sent twice"),
    ("webhook_out_of_order", "sent after the one that follows"),
    ("webhook_tampered", "a body that was not signed; the retry is genuine"),
];

/// `GET /control`.
pub(super) async fn control_page() -> Html<String> {
    let rows = |list: &[(&str, &str)]| {
        let row = |(name, what): &(&str, &str)| {
            format!("<tr><td><code>{}</code></td><td><code>{}</code></td></tr>", escape(name), escape(what))
        };
        list.iter().map(row).collect::<String>()
    };
    let body = format!(
        "<main class=\"card\"><h1>Control desk</h1><p>JSON in, JSON out. A creator is named by handle or uuid.</p>\
         <h2>Orders</h2><table><tbody>{}</tbody></table><h2>Kinds of faults</h2>\
         <p class=\"muted\">Scope: the start of an address (with or without /v1 and /creators/…; \
         /oauth2/token strikes the token endpoint) and a creator. Ends after <code>count</code>, at <code>until</code>, \
         after <code>seconds</code>, or when deleted.</p><table><tbody>{}</tbody></table></main>",
        rows(ORDERS),
        rows(KINDS)
    );
    Html(page("Control desk", &body))
}
