//! Addresses that somebody handed us, read as a browser would: only a path of ours is ever redirected to.

use reqwest::Url;

/// The path and query that a browser would go to on this site for `text`; nothing when that leads to another site.
#[must_use]
pub fn own_path(text: &str) -> Option<String> {
    let here = Url::parse("http://here.invalid/").ok()?;
    let there = here.join(text).ok()?;
    if there.origin() != here.origin() || !there.username().is_empty() || there.password().is_some() {
        return None;
    }
    path_of(&there)
}

/// The path and query of a whole address, whose site was checked before.
#[must_use]
pub fn path_of_address(address: &str) -> Option<String> {
    path_of(&Url::parse(address).ok()?)
}

/// `place?next=…`: a page of ours that leads on to `path` afterwards.
#[must_use]
pub fn with_next(place: &str, path: &str) -> String {
    let mut query = Url::parse("http://here.invalid/").ok();
    if let Some(url) = &mut query {
        url.query_pairs_mut().append_pair("next", path);
    }
    let query = query.as_ref().and_then(Url::query).unwrap_or_default();
    format!("{place}?{query}")
}

/// Two slashes at the beginning of a path would be read as another site.
fn path_of(url: &Url) -> Option<String> {
    let path = url.path();
    let ours = path.starts_with('/') && !path.starts_with("//");
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    ours.then(|| format!("{path}{query}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_ours_is_kept_with_its_query() {
        for path in ["/", "/dashboard?period=7d", "/accounts/1?a=//b&c=%2F%2Fd", "/search?q=a%20b"] {
            assert_eq!(own_path(path).as_deref(), Some(path));
        }
        assert_eq!(own_path("dashboard").as_deref(), Some("/dashboard"));
    }

    #[test]
    fn whatever_a_browser_reads_as_another_site_is_refused() {
        let evil = [
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "\t//evil.example",
            " //evil.example",
            "/\n/evil.example",
            "/\r\\evil.example",
            "///evil.example",
            "https://evil.example",
            "https:evil.example",
            "javascript:alert(1)",
            "data:text/html,x",
            "/.//evil.example",
            "/..//evil.example",
            "/x/..//evil.example",
            "/%2e//evil.example",
            "http://here.invalid@evil.example/",
            "http://evil@here.invalid/",
            "http://here.invalid//evil.example",
        ];
        for address in evil {
            assert_eq!(own_path(address), None, "{address:?}");
        }
    }

    #[test]
    fn a_referer_with_two_slashes_leads_nowhere() {
        assert_eq!(path_of_address("https://crm.example//evil.example/"), None);
        assert_eq!(
            path_of_address("https://crm.example/sign-in?next=%2F").as_deref(),
            Some("/sign-in?next=%2F")
        );
    }
}
