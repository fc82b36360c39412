//! `/settings/second-factor`: one's own app, passkeys and recovery codes.

use crate::auth::Visitor;
use crate::error::Result;
use crate::identity::second_factor::server_fns::{
    AddPasskey, BeginApp, BeginPasskey, ConfirmApp, MakeRecoveryCodes, RemoveApp, RemovePasskey,
    RenamePasskey,
};
use crate::identity::second_factor::{Enrolment, Overview, PasskeyLine, enrolment, offered, overview};
use crate::server::frame::Page;
use crate::server::state::App;
use crate::ui::{
    Banner, CopyButton, Field, Form, Hidden, Icon, Link, PageHeader, PasskeyForm, PrintButton, SettingsTabs,
    Submit, Time, TimeShape, Tone,
};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use chrono_tz::Tz;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// `GET /settings/second-factor`
///
/// # Errors
/// `NotSignedIn`, or when the database does not answer.
pub async fn second_factor(State(app): State<App>, visitor: Visitor) -> Result<Page> {
    let scope = visitor.scope()?;
    let overview = overview(&app.db, &scope).await?;
    let zone = scope.member().zone();
    let (held, passkeys) = (visitor.is_held(), offered(&app.public_url));
    Ok(Page::new("Two-step sign-in", move || content(overview, held, passkeys, zone)).narrow())
}

fn content(overview: Overview, held: bool, passkeys: bool, zone: Option<Tz>) -> impl IntoView {
    let on = overview.is_on();
    let codes = on.then(|| view! { <Codes left=overview.codes_left/> });
    let held = held.then(|| {
        view! {
            <Banner tone=Tone::Warn title="Set up two-step sign-in to go on"
                text="Your agency requires it of your role. The rest opens as soon as you have done it."/>
        }
    });
    view! {
        <SettingsTabs/>
        {held}
        <p class="muted">"With two-step sign-in, somebody who knows your password still does not get in: they would need your phone or key as well."</p>
        <section class="card" aria-labelledby="app">
            <div class="card-header"><h2 id="app">"App"</h2></div>
            <App since=overview.app_since zone/>
        </section>
        {passkeys.then(|| view! { <Passkeys lines=overview.passkeys zone/> })}
        {codes}
    }
}

#[component]
fn App(since: Option<chrono::DateTime<chrono::Utc>>, zone: Option<Tz>) -> impl IntoView {
    match since {
        Some(since) => view! {
            <ul class="list"><li>
                <Icon name="good"/>
                <div class="grow">
                    <span class="truncate">"Your app makes the codes"</span>
                    <span class="faint small">"since "<Time at=since zone shape=TimeShape::Day/></span>
                </div>
                <div class="end">
                    <form method="post" action=RemoveApp::PATH><button class="button danger small" aria-label="Remove the app">"Remove"</button></form>
                </div>
            </li></ul>
        }
        .into_any(),
        None => view! {
            <div class="card-body stack">
                <p>"An app on your phone shows a code that you type after your password: any authenticator, such as Google Authenticator, 1Password or Aegis."</p>
                <Form action=BeginApp::PATH><Submit words="Set up an app"/></Form>
            </div>
        }
        .into_any(),
    }
}

#[component]
fn Passkeys(lines: Vec<PasskeyLine>, zone: Option<Tz>) -> impl IntoView {
    let lines = (!lines.is_empty()).then(|| {
        let lines = lines.into_iter().map(|line| view! { <OnePasskey line zone/> });
        view! { <ul class="list">{lines.collect_view()}</ul> }
    });
    view! {
        <section class="card" aria-labelledby="passkeys">
            <div class="card-header"><h2 id="passkeys">"Passkeys"</h2></div>
            {lines}
            <div class="card-body stack">
                <p>"A passkey is your fingerprint, face or security key. It signs you in without a password, and nobody can trick you into giving it away."</p>
                <PasskeyForm action=AddPasskey::PATH begin=BeginPasskey::PATH words="Add a passkey" creates=true>
                    <Field name="name" label="What to call it" hint="Such as the device that holds it" maxlength=100/>
                </PasskeyForm>
                <noscript><p class="muted small">"Passkeys need JavaScript, which your browser does not run. An app works without."</p></noscript>
            </div>
        </section>
    }
}

#[component]
fn OnePasskey(line: PasskeyLine, zone: Option<Tz>) -> impl IntoView {
    let id = line.id.to_string();
    let form = format!("rename-{id}");
    let used = match line.last_used_at {
        Some(at) => view! { ", last used "<Time at zone shape=TimeShape::Brief/> }.into_any(),
        None => view! { ", not used yet" }.into_any(),
    };
    let removed = id.clone();
    let (rename, remove) = (format!("Rename {}", line.name), format!("Remove {}", line.name));
    view! {
        <li>
            <Icon name="device"/>
            <div class="grow">
                <span class="truncate">{line.name.clone()}</span>
                <span class="faint small">"added "<Time at=line.created_at zone shape=TimeShape::Day/>{used}</span>
                <details>
                    <summary class="small" aria-label=rename>"Rename"</summary>
                    <Form action=RenamePasskey::PATH id=form>
                        <Hidden name="passkey" value=id.clone()/>
                        <Field name="name" label="Name" value=line.name maxlength=100/>
                        <Submit words="Save name" class="button secondary small"/>
                    </Form>
                </details>
            </div>
            <div class="end">
                <form method="post" action=RemovePasskey::PATH>
                    <input type="hidden" name="passkey" value=removed/>
                    <button class="button danger small" aria-label=remove>"Remove"</button>
                </form>
            </div>
        </li>
    }
}

#[component]
fn Codes(left: i64) -> impl IntoView {
    let words = match left {
        0 => "None is left: make new ones, so that you get in when your phone is lost.".to_owned(),
        1 => "One is left. Each works once, when your phone or key is not at hand.".to_owned(),
        n => format!("{n} are left. Each works once, when your phone or key is not at hand."),
    };
    view! {
        <section class="card" aria-labelledby="codes">
            <div class="card-header"><h2 id="codes">"Recovery codes"</h2></div>
            <div class="card-body stack">
                <p>{words}</p>
                <Form action=MakeRecoveryCodes::PATH><Submit words="Make new codes" class="button secondary"/></Form>
            </div>
        </section>
    }
}

/// `GET /settings/second-factor/app`
///
/// # Errors
/// `NotSignedIn`, `NotProven`, or when the database does not answer.
pub async fn app(State(app): State<App>, visitor: Visitor) -> Result<Response> {
    let own = visitor.fresh()?;
    let Some(enrolment) = enrolment(&app.reception(), &own).await? else {
        return Ok(Redirect::to("/settings/second-factor").into_response());
    };
    Ok(Page::new("Set up an app", move || app_content(enrolment)).narrow().into_response())
}

fn app_content(enrolment: Enrolment) -> impl IntoView {
    let key = enrolment.key;
    view! {
        <PageHeader title="Set up an app" trail=vec![Link::new("/settings/second-factor", "Two-step sign-in")]/>
        <section class="card" aria-label="Set up an app">
            <div class="card-body stack">
                <p>"1. Scan this with an authenticator app on your phone."</p>
                <div class="qr" role="img" aria-label="QR code for your app" inner_html=enrolment.qr></div>
                <p class="small">"Cannot scan? Type this key into the app: "<code>{key.clone()}</code>" "<CopyButton text=key.replace(' ', "")/></p>
                <p>"2. Type the code that the app shows now."</p>
                <Form action=ConfirmApp::PATH>
                    <Field name="code" label="Code" autocomplete="one-time-code" input_mode="numeric" maxlength=10/>
                    <Submit words="Turn it on"><a class="button quiet" href="/settings/second-factor">"Not now"</a></Submit>
                </Form>
            </div>
        </section>
    }
}

/// `GET /settings/second-factor/codes`: shown once, right after they were made; nothing but their hashes is kept.
///
/// # Errors
/// `NotSignedIn`.
pub async fn codes(visitor: Visitor) -> Result<Response> {
    visitor.scope::<crate::identity::policy::ManageOwnSecondFactor>()?;
    let Some(codes) = visitor.flash.and_then(|flash| flash.secret) else {
        return Ok(Redirect::to("/settings/second-factor").into_response());
    };
    Ok(Page::new("Recovery codes", move || codes_content(codes)).narrow().into_response())
}

fn codes_content(codes: String) -> impl IntoView {
    let file = format!(
        "data:text/plain;charset=utf-8,CreatorCRM%20recovery%20codes%0A{}%0A",
        codes.replace('\n', "%0A")
    );
    let lines = codes.lines().map(|code| view! { <li><code>{code.to_owned()}</code></li> }).collect_view();
    view! {
        <PageHeader title="Recovery codes" sub="Keep them where you find them without your phone. They are shown only now."
            trail=vec![Link::new("/settings/second-factor", "Two-step sign-in")]/>
        <section class="card" aria-label="Recovery codes">
            <div class="card-body stack">
                <ol class="codes">{lines}</ol>
                <div class="row">
                    <a class="button secondary small" href=file download="creatorcrm-recovery-codes.txt">"Download"</a>
                    <CopyButton text=codes.clone()/>
                    <PrintButton/>
                </div>
                <p class="muted small">"Each works once, in place of a code of your app."</p>
                <div><a class="button primary" href="/settings/second-factor">"I have kept them"</a></div>
            </div>
        </section>
    }
}
