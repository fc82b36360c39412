//! Regions of a page that follow what changes in the agency.

use leptos::prelude::*;

/// A part of a page that stays up to date: `name` is unique on the page. Whenever the agency's data changes, the page is
/// fetched again in the background and this part swapped if it differs; focus, opened details and scroll stay.
/// The element itself must be on the page from the start, also when it is empty.
#[component]
pub fn LiveRegion(
    name: &'static str,
    /// The class of the element that holds it.
    #[prop(optional)]
    class: &'static str,
    children: Children,
) -> impl IntoView {
    view! { <div data-live=name class=(!class.is_empty()).then_some(class)>{children()}</div> }
}
