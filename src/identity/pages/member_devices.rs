//! `/team/{member}/devices`: where a member is signed in to the agency, for its owners.

use super::devices::OneDevice;
use crate::auth::Visitor;
use crate::error::Result;
use crate::identity::devices;
use crate::identity::policy::ManageMemberDevices;
use crate::identity::server_fns::{EndMemberDevice, EndMemberDevices};
use crate::identity::types::Device;
use crate::ids::UserId;
use crate::server::frame::Page;
use crate::server::state::App;
use crate::ui::{Banner, Link, PageHeader, Tone, kept};
use axum::extract::{Path, State};
use chrono_tz::Tz;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// `GET /team/{member}/devices`
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, `NotFound`, or when the database does not answer.
pub async fn member_devices(
    State(app): State<App>,
    visitor: Visitor,
    Path(member): Path<UserId>,
) -> Result<Page> {
    let session = visitor.session_hash();
    let scope = visitor.scope::<ManageMemberDevices>()?;
    let (name, devices) = devices::list_of_member(&app.db, &scope, member, session.as_deref()).await?;
    let zone = scope.member().zone();
    let title = format!("Devices of {name}");
    Ok(Page::new(title, move || content(member, name, devices, zone)).narrow())
}

fn content(member: UserId, name: String, devices: Vec<Device>, zone: Option<Tz>) -> impl IntoView {
    let gone = kept(EndMemberDevice::PATH).problem.map(|_| {
        view! { <Banner tone=Tone::Warn title="That device was signed out already."/> }
    });
    let trail = vec![Link::new("/team", "Team"), Link::new(format!("/team/{member}"), name.clone())];
    let none = devices.is_empty();
    let lines = devices.into_iter().map(|device| view! { <OneDevice device zone member/> }).collect_view();
    let list = if none {
        view! { <p class="card-body muted">{format!("{name} is not signed in to this agency anywhere.")}</p> }
            .into_any()
    } else {
        view! {
            <ul class="list">{lines}</ul>
            <form class="card-foot" method="post" action=EndMemberDevices::PATH>
                <input type="hidden" name="member" value=member.to_string()/>
                <button class="button danger small">"Sign out all"</button>
            </form>
        }
        .into_any()
    };
    view! {
        <PageHeader title="Signed-in devices" trail/>
        {gone}
        <section class="card" aria-labelledby="devices">
            <div class="card-header"><h2 id="devices">{name.clone()}</h2></div>
            {list}
        </section>
        <p class="muted small">"Where they are at work in another agency is not shown here. To keep somebody out for good, remove them from the team."</p>
    }
}
