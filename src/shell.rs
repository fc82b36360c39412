//! The HTML document around every page: head, navigation, notices, and the script that wakes islands.

use crate::accounts::policy::ViewAccounts;
use crate::alerts::Bell;
use crate::alerts::pages::BellMenu;
use crate::analytics::policy::ViewDashboard;
use crate::auth::{Member, Permission, Role, Visitor};
use crate::creators::policy::ViewCreators;
use crate::identity::pages::{AskToConfirm, SecondFactorDue};
use crate::problem::Problem;
use crate::server::frame::{Assets, Frame, Page};
use crate::team::policy::ViewTeam;
use crate::ui::islands::{ChartReadout, LiveUpdates, Palette, SendOnce};
use crate::ui::{Icon, ThemeSwitch, initials};
use axum::http::StatusCode;
use leptos::prelude::*;
use std::sync::Arc;

/// What a document is made of.
pub struct Document<'a> {
    /// The page's title, without the product's name.
    pub title: &'a str,
    /// What stands around the content.
    pub frame: Frame,
    /// Whether lines are short: forms, settings.
    pub narrow: bool,
    /// The content.
    pub body: &'a str,
    /// Who looks at it.
    pub visitor: &'a Visitor,
    /// What stands in their bell, if they have one.
    pub bell: Option<Arc<Bell>>,
    /// Allows this document's inline scripts.
    pub nonce: &'a str,
    /// The browser's files.
    pub assets: &'a Assets,
    /// Whether the platform is the sandbox, which every page says.
    pub sandbox: bool,
}

/// Pages that a hover fetches ahead. Not what leaves the app or streams a file; nor pages whose views go on record, which shall
/// say what somebody opened.
const AHEAD: &str = r#"{"prefetch":[{"where":{"and":[{"href_matches":"/*"},{"not":{"href_matches":"/*.csv*"}},{"not":{"href_matches":"/audit*"}},{"not":{"href_matches":"/accounts/*"}},{"not":{"href_matches":"/statements/*"}},{"not":{"href_matches":"/earnings*"}},{"not":{"href_matches":"/creators/*"}},{"not":{"href_matches":"/analytics/forecast/churn*"}},{"not":{"href_matches":"/analytics/messages*"}},{"not":{"href_matches":"/analytics/fans*"}},{"not":{"href_matches":"/*.pdf*"}},{"not":{"href_matches":"/oauth/*"}}]},"eagerness":"moderate"}]}"#;

/// The complete document. Pages without islands ship no script at all.
pub fn document(page: Document<'_>) -> String {
    let notice = page.visitor.flash.as_ref().and_then(|flash| flash.notice.clone());
    let notice = notice.map(|sentence| view! { <Notice sentence/> }.to_html()).unwrap_or_default();
    let environment = if page.sandbox {
        r#"<aside class="environment" aria-label="Environment">Sandbox: nothing here is real money</aside>"#
    } else {
        ""
    };
    let (body, notice) = (page.body, notice.as_str());
    let framed = match (page.frame, page.visitor.member()) {
        (Frame::App, Some(member)) => {
            let nav = navigation(member, &page.visitor.path, page.bell).to_html();
            let islands = islands(body);
            let narrow = if page.narrow { " narrow" } else { "" };
            let asked = ask_to_confirm(member) + &ask_for_second_factor(page.visitor);
            format!(
                r#"<div class="app">{nav}<main class="main" id="main" tabindex="-1"><div class="page{narrow}">{asked}{notice}{body}</div></main></div>{islands}"#
            )
        }
        (frame, _) => {
            let wide = if frame == Frame::PlainWide { " wide" } else { "" };
            let header = r#"<header><a class="wordmark" href="/"><img src="/favicon.svg" alt="" width="22" height="22">CreatorCRM</a></header>"#;
            format!(
                r#"<div class="plain{wide}">{header}<main id="main" tabindex="-1">{notice}{body}</main></div>"#
            )
        }
    };
    let island = framed.contains("<leptos-island");
    let (preload, script) = if island { hydration(page.assets, page.nonce) } else { Default::default() };
    // Hovering a link fetches its page ahead: nothing mutates on GET. Files are left alone.
    let ahead = match page.visitor.member() {
        Some(_) => format!(r#"<script type="speculationrules" nonce="{}">{AHEAD}</script>"#, page.nonce),
        None => String::new(),
    };
    let title = escape(page.title);
    let (theme, css) = (page.visitor.theme, &page.assets.css);
    format!(
        r##"<!DOCTYPE html><html lang="en" data-theme="{theme}"><head><meta charset="utf-8"><title>{title} · CreatorCRM</title><meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"><meta name="color-scheme" content="light dark"><link rel="icon" href="/favicon.svg" type="image/svg+xml"><link rel="preload" href="/fonts/geist-latin-1.woff2" as="font" type="font/woff2" crossorigin><link rel="stylesheet" href="{css}">{preload}</head><body><a class="skip-link" href="#main">Skip to content</a>{environment}{framed}{ahead}{script}</body></html>"##
    )
}

/// Until the address is confirmed.
fn ask_to_confirm(member: &Member) -> String {
    if member.email_verified() {
        return String::new();
    }
    let email = member.email().to_owned();
    view! { <AskToConfirm email/> }.to_html()
}

/// While days of grace run. Who is held back is told where they are led.
fn ask_for_second_factor(visitor: &Visitor) -> String {
    let left = visitor.second_factor_due().filter(|_| !visitor.is_held());
    left.map(|left| view! { <SecondFactorDue left/> }.to_html()).unwrap_or_default()
}

/// The islands that every signed-in page has, and that a page with live regions or charts has besides. Charts may come
/// into a live region later.
fn islands(body: &str) -> String {
    let live = body.contains("data-live=");
    let charts = (live || body.contains("data-chart")).then(|| view! { <ChartReadout/> });
    view! { <Palette/><SendOnce/>{live.then(|| view! { <LiveUpdates/> })}{charts} }.to_html()
}

/// Text made safe for HTML.
#[must_use]
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Preloads, and the script that loads the WebAssembly (once more if the network stumbles) and wakes every island, those in
/// live regions again after a swap.
/// Leptos' own component writes a `crossorigin` that keeps Firefox from hydrating (leptos #4843).
fn hydration(assets: &Assets, nonce: &str) -> (String, String) {
    let (js, wasm) = (&assets.js, &assets.wasm);
    let preload = format!(
        r#"<link rel="modulepreload" href="{js}" crossorigin="anonymous"><link rel="preload" href="{wasm}" as="fetch" type="application/wasm" crossorigin="anonymous">"#
    );
    let script = format!(
        r#"<script type="module" nonce="{nonce}">
const load = () => import("{js}").then(async (mod) => {{ await mod.default({{ module_or_path: "{wasm}" }}); mod.hydrate(); return mod; }});
const owners = [];
const wake = async (node, mod) => {{
  if (node.tagName === "LEPTOS-ISLAND" && !node.awake) {{
    node.awake = true;
    owners.at(-1)?.();
    await mod[node.dataset.component]?.(node);
  }}
  const within = node.tagName === "LEPTOS-CHILDREN";
  if (within) owners.push(node.$$on_hydrate);
  for (const child of [...node.children]) await wake(child, mod);
  if (within) owners.pop();
}};
const start = () => load().catch(() => new Promise((again) => setTimeout(again, 2000)).then(load)).then((mod) => {{
    document.addEventListener("swapped", (event) => wake(event.target, mod), true);
    return wake(document.body, mod);
  }})
  .then(() => document.documentElement.dataset.awake = "true").catch(() => {{ document.documentElement.dataset.awake = "failed"; }});
"requestIdleCallback" in window ? requestIdleCallback(start, {{ timeout: 500 }}) : start();
</script>"#
    );
    (preload, script)
}

/// Where the navigation leads: path, icon, words, and whose it is.
const PLACES: [(&str, &str, &str, &[Role]); 8] = [
    ("/dashboard", "dashboard", "Dashboard", ViewDashboard::INFO.roles),
    ("/analytics", "chart", "Analytics", ViewDashboard::INFO.roles),
    ("/dashboard", "dashboard", "Home", &[Role::Chatter, Role::Creator]),
    // Owners have it in the agency's menu: five places fit on a phone.
    ("/audit", "shield", "Audit log", &[Role::Compliance]),
    ("/accounts", "accounts", "Accounts", ViewAccounts::INFO.roles),
    ("/creators", "creators", "Creators", ViewCreators::INFO.roles),
    ("/team", "user", "Team", ViewTeam::INFO.roles),
    // Who sees analytics has settings in the menus: five places fit on a phone.
    ("/settings/devices", "settings", "Settings", &[Role::Chatter, Role::Creator, Role::Compliance]),
];

fn navigation(member: &Member, path: &str, bell: Option<Arc<Bell>>) -> impl IntoView + use<> {
    let zone = member.zone();
    let agency = member.agency_name().to_owned();
    let (name, email) = (member.name().to_owned(), member.email().to_owned());
    // The agency's own settings are its owners'; everybody has settings of their own.
    let owner = member.role() == Role::Owner;
    let places = PLACES.into_iter().filter(|(.., roles)| roles.contains(&member.role()));
    let links = places.map(|(href, icon, words, _)| {
        let here = path == href || path.strip_prefix(href).is_some_and(|rest| rest.starts_with(['/', '?']));
        let here = here || (href == "/accounts" && path.starts_with("/connections"));
        let here = here || (href.starts_with("/settings") && path.starts_with("/settings"));
        view! {
            <a href=href aria-current=here.then_some("page")>
                <Icon name=icon/>
                <span>{words}</span>
            </a>
        }
    });
    let agencies = if member.has_several_agencies() { "Switch agency" } else { "Your agencies" };
    view! {
        <header class="sidebar">
            <details class="menu" name="menu">
                <summary>
                    <span class="avatar small square" aria-hidden="true">{initials(&agency)}</span>
                    <span class="truncate strong">{agency.clone()}</span>
                    <Icon name="chevrons"/>
                </summary>
                <div class="menu-list">
                    <a href="/settings/agencies">{agencies}</a>
                    {owner.then(|| view! { <a href="/settings">"Agency settings"</a> })}
                    {owner.then(|| view! { <a href="/audit">"Audit log"</a> })}
                </div>
            </details>
            <a class="search-button" href="/search">
                <Icon name="search"/>
                <span>"Search"</span>
                <kbd>"Ctrl K"</kbd>
            </a>
            {bell.map(|bell| view! { <BellMenu bell zone/> })}
            <nav class="nav" aria-label="Main">{links.collect_view()}</nav>
            <details class="menu up end" name="menu">
                <summary>
                    <span class="avatar small" aria-hidden="true">{initials(&name)}</span>
                    <span class="truncate name">{name.clone()}</span>
                </summary>
                <div class="menu-list">
                    <p class="menu-heading">{email}</p>
                    <a href="/settings/profile">"Your profile"</a>
                    <a href="/settings/devices">"Signed-in devices"</a>
                    <a href="/settings/password">"Change password"</a>
                    <a href="/settings/second-factor">"Two-step sign-in"</a>
                    <hr/>
                    <p class="menu-heading">"Theme"</p>
                    <ThemeSwitch/>
                    <hr/>
                    <form method="post" action=crate::identity::sign_out_path()><button>"Sign out"</button></form>
                </div>
            </details>
        </header>
    }
}

#[component]
fn Notice(sentence: String) -> impl IntoView {
    view! {
        <div class="banner good" role="status"><Icon name="good"/><div class="banner-text"><p>{sentence}</p></div></div>
    }
}

/// A problem for people of whom nothing is known yet: no navigation, no script.
#[must_use]
pub fn bare_problem(assets: &Assets, problem: &Problem) -> String {
    let (css, sentence) = (&assets.css, escape(&problem.sentence));
    format!(
        r#"<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Please wait · CreatorCRM</title><meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"><meta name="color-scheme" content="light dark"><link rel="icon" href="/favicon.svg" type="image/svg+xml"><link rel="stylesheet" href="{css}"></head><body><div class="plain"><main id="main"><div class="empty"><h1>Please wait</h1><p>{sentence}</p></div></main></div></body></html>"#
    )
}

/// A problem as a page: what happened, what to do, and a reference to quote.
pub fn problem_page(problem: Problem, signed_in: bool) -> Page {
    let title = match problem.status {
        403 => "Not allowed",
        404 => "Not found",
        409 => "Not possible now",
        422 => "Please check",
        429 | 503 => "Please wait",
        502 => "The platform does not answer",
        _ => "Something went wrong",
    };
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let frame = if signed_in { Frame::App } else { Frame::Plain };
    let (home, words) =
        if signed_in { ("/dashboard", "To your first page") } else { ("/sign-in", "To sign-in") };
    let view = move || {
        let reference =
            problem.reference.map(|it| view! { <p class="faint small">"Reference: "<code>{it}</code></p> });
        let fields = problem.fields.into_iter().map(|field| view! { <p>{field.sentence}</p> }).collect_view();
        view! {
            <div class="empty">
                <h1>{title}</h1>
                <p>{problem.sentence}</p>
                {fields}
                {reference}
                <div class="row"><a class="button primary" href=home>{words}</a></div>
            </div>
        }
    };
    Page::new(title, view).framed(frame).with_status(status)
}
