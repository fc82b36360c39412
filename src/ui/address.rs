//! The address bar holds what a page shows: reading and changing a path's query.

use crate::auth::Visitor;
use leptos::prelude::use_context;

/// A path of ours with its query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    path: String,
    pairs: Vec<(String, String)>,
}

impl Address {
    /// Reads `/path?query`.
    #[must_use]
    pub fn parse(address: &str) -> Self {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let url = reqwest::Url::parse(&format!("http://here/?{query}"));
        let pairs = url.map(|url| url.query_pairs().into_owned().collect()).unwrap_or_default();
        Self { path: path.to_owned(), pairs }
    }

    /// The page that is being rendered.
    #[must_use]
    pub fn here() -> Self {
        use_context::<Visitor>().map(|visitor| Self::parse(&visitor.path)).unwrap_or_default()
    }

    /// The path alone.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The query, in order.
    #[must_use]
    pub fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    /// The first value of `name`.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(named, _)| named == name).map(|(_, value)| value.as_str())
    }

    /// With `name` as `value` besides whatever it is already.
    #[must_use]
    pub fn and(mut self, name: &str, value: impl Into<String>) -> Self {
        self.pairs.push((name.to_owned(), value.into()));
        self
    }

    /// With `name` as `value`, in the place of any before.
    #[must_use]
    pub fn with(self, name: &str, value: impl Into<String>) -> Self {
        let mut address = self.without(&[name]);
        address.pairs.push((name.to_owned(), value.into()));
        address
    }

    /// With `pairs` at the end, names that are there already included.
    #[must_use]
    pub fn with_pairs(mut self, pairs: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        self.pairs.extend(pairs.into_iter().map(|(name, value)| (name.to_owned(), value)));
        self
    }

    /// Without the pair of `name` and `value`.
    #[must_use]
    pub fn without_pair(mut self, name: &str, value: &str) -> Self {
        self.pairs.retain(|pair| (pair.0.as_str(), pair.1.as_str()) != (name, value));
        self
    }

    /// With those of its pairs only that are of `names`, at `path`.
    #[must_use]
    pub fn kept(&self, path: &str, names: &[&str]) -> Self {
        let pairs = self.pairs.iter().filter(|(name, _)| names.contains(&name.as_str())).cloned().collect();
        Self { path: path.to_owned(), pairs }
    }

    /// Without what a form left empty.
    #[must_use]
    pub fn filled(mut self) -> Self {
        self.pairs.retain(|(_, value)| !value.is_empty());
        self
    }

    /// The same query at another path.
    #[must_use]
    pub fn at(self, path: &str) -> Self {
        Self { path: path.to_owned(), ..self }
    }

    /// Without any of `names`.
    #[must_use]
    pub fn without(mut self, names: &[&str]) -> Self {
        self.pairs.retain(|(name, _)| !names.contains(&name.as_str()));
        self
    }
}

/// `/path?name=value&…`, encoded.
impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.path)?;
        if self.pairs.is_empty() {
            return Ok(());
        }
        let Ok(mut url) = reqwest::Url::parse("http://here/") else { return Ok(()) };
        url.query_pairs_mut().extend_pairs(&self.pairs);
        write!(f, "?{}", url.query().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_changes_one_name_and_keeps_the_rest() {
        let here = Address::parse("/dashboard?account=a%20b&period=7d&after=x");
        let there = here.clone().without(&["after"]).with("period", "30d");
        assert_eq!(there.to_string(), "/dashboard?account=a+b&period=30d");
        assert_eq!(here.without(&["account", "period", "after"]).to_string(), "/dashboard");
        assert_eq!(Address::parse("/x").with("q", "a&b=ü").to_string(), "/x?q=a%26b%3D%C3%BC");
        let several = Address::parse("/x").and("a", "1").and("a", "2").and("b", "3");
        assert_eq!(several.clone().without_pair("a", "1").to_string(), "/x?a=2&b=3");
        assert_eq!((several.value("a"), several.value("c")), (Some("1"), None));
        assert_eq!(several.kept("/y", &["a"]).to_string(), "/y?a=1&a=2");
    }
}
