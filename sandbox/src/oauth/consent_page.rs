//! The page on which a person allows or denies: plain HTML, one form, no script.

use std::fmt::Write;

use super::SCOPES;
use super::authorize::Ask;
use crate::html::{escape, page};
use crate::shared::Shared;
use crate::world::Creator;

pub(super) fn consent_page(sandbox: &Shared, ask: &Ask) -> String {
    let app = escape(&sandbox.config.app_name);
    let world = sandbox.world();
    let mut people = String::new();
    for (index, creator) in world.creators.iter().enumerate() {
        people.push_str(&person(creator, index == 0));
    }
    let reached: Vec<_> = world
        .creators
        .iter()
        .filter(|creator| creator.in_agency)
        .map(|creator| escape(creator.name))
        .collect();
    let body = format!(
        r#"<main class="card">
<div class="apps"><span class="logo">{initial}</span><span class="dots" aria-hidden="true">···</span><span class="logo fan">F</span></div>
<h1>{app} wants to connect to your account</h1>
<p class="muted">You are redirected to <code>{redirect}</code></p>
<form method="post" action="/oauth2/auth">
{hidden}
<fieldset><legend>Sign in as</legend>
<div class="people">{people}
<label class="person wide"><input type="radio" name="identity" value="agency"><span class="avatar agency">N</span>
<span><b>Northlight Agency</b><small>Agency grant: reaches {reached}</small></span></label></div></fieldset>
<h2>{app} will be able to</h2>
<ul class="scopes">{scopes}</ul>
<div class="actions"><button name="decision" value="deny" class="quiet">Deny</button>
<button name="decision" value="allow">Allow</button></div>
</form></main>"#,
        initial = escape(&sandbox.config.app_name.chars().take(1).collect::<String>()),
        redirect = escape(&ask.redirect_uri),
        hidden = hidden_fields(ask),
        reached = reached.join(" and "),
        scopes = scope_lines(ask),
    );
    page("Connect your account", &body)
}

fn person(creator: &Creator, checked: bool) -> String {
    format!(
        r#"<label class="person"><input type="radio" name="identity" value="{handle}"{checked}><span class="avatar">{initial}</span>
<span><b>{name}</b><small>@{handle} · {currency}</small></span></label>"#,
        handle = escape(creator.handle),
        name = escape(creator.name),
        initial = escape(&creator.name.chars().take(1).collect::<String>()),
        currency = creator.currency,
        checked = if checked { " checked" } else { "" },
    )
}

fn hidden_fields(ask: &Ask) -> String {
    let fields = [
        ("response_type", &ask.response_type),
        ("client_id", &ask.client_id),
        ("redirect_uri", &ask.redirect_uri),
        ("scope", &ask.scope),
        ("state", &ask.state),
        ("code_challenge", &ask.code_challenge),
        ("code_challenge_method", &ask.code_challenge_method),
        ("nonce", &ask.nonce),
    ];
    fields.iter().fold(String::new(), |mut html, (name, value)| {
        // Writing to a String cannot fail.
        let _ = write!(html, r#"<input type="hidden" name="{name}" value="{}">"#, escape(value));
        html
    })
}

fn scope_lines(ask: &Ask) -> String {
    let asked = ask.scopes();
    let mut said: Vec<&str> = Vec::new();
    let mut html = String::new();
    for (scope, words) in SCOPES.iter().filter(|(scope, _)| asked.iter().any(|other| other == scope)) {
        if !said.contains(words) {
            said.push(words);
            html.push_str(&format!("<li>{} <code>{scope}</code></li>", escape(words)));
        }
    }
    html
}
