//! `/settings/devices`: where a person is signed in.

use crate::auth::Visitor;
use crate::error::Result;
use crate::identity::devices;
use crate::identity::server_fns::{EndDevice, EndMemberDevice, EndOtherDevices};
use crate::identity::types::{Device, device_words};
use crate::ids::UserId;
use crate::server::frame::Page;
use crate::server::state::App;
use crate::ui::{Banner, Icon, SettingsTabs, Time, TimeShape, Tone, kept};
use axum::extract::State;
use chrono_tz::Tz;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// `GET /settings/devices`
///
/// # Errors
/// `NotSignedIn`, or when the database does not answer.
pub async fn devices(State(app): State<App>, visitor: Visitor) -> Result<Page> {
    let session = visitor.session_hash();
    let scope = visitor.scope()?;
    let devices = devices::list(&app.db, &scope, session.as_deref()).await?;
    let zone = scope.member().zone();
    Ok(Page::new("Signed-in devices", move || content(devices, zone)).narrow())
}

fn content(devices: Vec<Device>, zone: Option<Tz>) -> impl IntoView {
    let others = devices.len() > 1;
    let gone = kept(EndDevice::PATH).problem.map(|_| {
        view! { <Banner tone=Tone::Warn title="That device was signed out already."/> }
    });
    let lines = devices.into_iter().map(|device| view! { <OneDevice device zone/> }).collect_view();
    let all = others.then(|| {
        view! {
            <form class="card-foot" method="post" action=EndOtherDevices::PATH>
                <button class="button danger small">"Sign out all others"</button>
            </form>
        }
    });
    view! {
        <SettingsTabs/>
        {gone}
        <section class="card" aria-labelledby="devices">
            <div class="card-header"><h2 id="devices">"Signed-in devices"</h2></div>
            <ul class="list">{lines}</ul>
            {all}
        </section>
        <p class="muted small">"You do not know one of them? Sign it out and "<a href="/settings/password">"change your password"</a>"."</p>
    }
}

/// A device, and the button that signs it out; `member` is whose it is, where it is not one's own.
#[component]
pub(super) fn OneDevice(
    device: Device,
    zone: Option<Tz>,
    #[prop(optional)] member: Option<UserId>,
) -> impl IntoView {
    let name = device_words(&device.user_agent);
    let address = device.ip.map(|ip| format!("{ip}, ")).unwrap_or_default();
    let seen = if device.here {
        view! { "now" }.into_any()
    } else {
        view! { <Time at=device.last_seen zone shape=TimeShape::Brief/> }.into_any()
    };
    let end = if device.here {
        view! { <span class="badge accent">"This device"</span> }.into_any()
    } else {
        let label = format!("Sign out {name}");
        let action = if member.is_some() { EndMemberDevice::PATH } else { EndDevice::PATH };
        let whose = member.map(|id| view! { <input type="hidden" name="member" value=id.to_string()/> });
        view! {
            <form method="post" action=action>
                {whose}
                <input type="hidden" name="device" value=device.id/>
                <button class="button secondary small" aria-label=label>"Sign out"</button>
            </form>
        }
        .into_any()
    };
    view! {
        <li>
            <Icon name="device"/>
            <div class="grow">
                <span class="truncate">{name}</span>
                <span class="faint small">{address}"last seen "{seen}", signed in "<Time at=device.since zone shape=TimeShape::Day/></span>
            </div>
            <div class="end">{end}</div>
        </li>
    }
}
