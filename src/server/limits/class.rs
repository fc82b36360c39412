//! Which limits hold for which route: every route is of one class, and every class has its rates.

use axum::extract::{MatchedPath, Request};

/// What a request asks for, as far as limits go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Pages.
    Pages,
    /// Finding something while it is typed.
    Searches,
    /// Server functions.
    Changes,
    /// Files made of many rows.
    Exports,
    /// Pages that read a whole file first.
    Files,
    /// Event streams: how many are open, not how often they are opened.
    Streams,
    /// Notifications of a platform. Forged ones use up what their own network may send, not what the platform may.
    Webhooks,
    /// Health and figures.
    Probes,
}

/// So many a minute; after a pause so many at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// In the long run.
    pub per_minute: u32,
    /// At once.
    pub burst: u32,
}

const fn rate(per_minute: u32, burst: u32) -> Rate {
    Rate { per_minute, burst }
}

impl Class {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Pages,
        Self::Searches,
        Self::Changes,
        Self::Exports,
        Self::Files,
        Self::Streams,
        Self::Webhooks,
        Self::Probes,
    ];

    /// The class of the route with this path, as the router has it.
    #[must_use]
    pub fn of_route(route: &str) -> Self {
        match route {
            "/live" => Self::Streams,
            "/metrics" => Self::Probes,
            "/api/{*function}" => Self::Changes,
            _ if route.starts_with("/health") => Self::Probes,
            _ if route.starts_with("/webhooks/") => Self::Webhooks,
            _ if route.starts_with("/search") => Self::Searches,
            _ if route.ends_with(".csv") || route.ends_with(".pdf") => Self::Exports,
            _ if route.starts_with("/statements/{import}") => Self::Files,
            _ => Self::Pages,
        }
    }

    /// The class of a request that was routed; what leads nowhere counts as a page.
    #[must_use]
    pub fn of(request: &Request) -> Self {
        let route = request.extensions().get::<MatchedPath>();
        route.map_or(Self::Pages, |route| Self::of_route(route.as_str()))
    }

    /// Its word in metrics and records.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pages => "pages",
            Self::Searches => "searches",
            Self::Changes => "changes",
            Self::Exports => "exports",
            Self::Files => "files",
            Self::Streams => "streams",
            Self::Webhooks => "webhooks",
            Self::Probes => "probes",
        }
    }

    /// For all who come from one network: an office of fifty, all at work.
    #[must_use]
    pub fn per_network(self) -> Rate {
        match self {
            Self::Pages | Self::Streams => rate(6_000, 1_200),
            Self::Searches | Self::Changes => rate(3_000, 600),
            Self::Exports => rate(60, 60),
            Self::Files => rate(600, 200),
            Self::Webhooks => rate(12_000, 5_000),
            Self::Probes => rate(600, 300),
        }
    }

    /// For a person: who works fast, and opens thirty tabs at once.
    #[must_use]
    pub fn per_person(self) -> Option<Rate> {
        match self {
            Self::Pages => Some(rate(600, 120)),
            Self::Searches | Self::Changes => Some(rate(300, 60)),
            Self::Exports => Some(rate(6, 10)),
            Self::Files => Some(rate(60, 20)),
            Self::Streams | Self::Webhooks | Self::Probes => None,
        }
    }

    /// For all of one network who are not signed in, where that is less than for the network: fifty sign in at nine.
    #[must_use]
    pub fn per_stranger(self) -> Option<Rate> {
        (self == Self::Changes).then_some(rate(60, 100))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_has_its_class() {
        let expected = |route: &str| match route {
            "/live" => Class::Streams,
            "/search" | "/search/found" => Class::Searches,
            "/api/{*function}" => Class::Changes,
            "/webhooks/{platform}" => Class::Webhooks,
            "/metrics" | "/health" | "/health/database" | "/health/external" => Class::Probes,
            _ if route.ends_with(".csv") || route.ends_with(".pdf") => Class::Exports,
            "/statements/{import}" | "/statements/{import}/undo" => Class::Files,
            _ => Class::Pages,
        };
        let routes = crate::server::router::paths();
        for route in &routes {
            assert_eq!(Class::of_route(route), expected(route), "{route}");
        }
        for class in Class::ALL {
            assert!(routes.iter().any(|route| Class::of_route(route) == class), "no route is of {class:?}");
        }
    }

    /// What is idle for [`super::super::rates::IDLE`] is full again, so forgetting it gives nothing away.
    #[test]
    fn what_is_forgotten_would_be_full_again() {
        for class in Class::ALL {
            let rates = [Some(class.per_network()), class.per_person(), class.per_stranger()];
            for Rate { per_minute, burst } in rates.into_iter().flatten() {
                assert!(u64::from(burst) * 60 / u64::from(per_minute) < super::super::rates::IDLE.as_secs());
            }
        }
    }

    #[test]
    fn one_person_does_not_use_up_what_an_office_may() {
        for class in Class::ALL {
            let (network, Some(person)) = (class.per_network(), class.per_person()) else { continue };
            assert!(network.per_minute >= 10 * person.per_minute, "{class:?}");
        }
    }
}
