//! What people are told after connecting, and where they go on to.

use crate::connections::{Connected, Ending};
use secrecy::{ExposeSecret, SecretString};

/// The notice after connecting.
pub fn connected(connected: &Connected) -> String {
    let names = listed(&connected.names);
    match (connected.names.len(), connected.again) {
        (0, _) => "Choose what to connect.".to_owned(),
        (_, true) => format!("{names} reconnected. The figures catch up by themselves."),
        (_, false) => format!("{names} connected. The newest figures come first."),
    }
}

/// `A`, `A and B`, `A, B and C`; of many, the first and how many more.
fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first, rest @ ..] if rest.len() > 3 => format!("{first} and {} more", rest.len()),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Where a member goes on to.
pub fn next_page(connected: &Connected) -> String {
    if connected.choose {
        return format!("/connections/{}/choose", connected.connection);
    }
    "/connections".to_owned()
}

/// Where a creator goes on to.
pub fn next_page_of_creator(connected: &Connected) -> String {
    let page = if connected.choose { "choose" } else { "done" };
    format!("/connect/{page}/{}", connected.connection)
}

/// The notice after disconnecting.
pub fn disconnected(ended: &Ending) -> String {
    let tokens = if ended.others == 0 { " Its tokens are deleted." } else { "" };
    format!("{} is disconnected. Everything seen so far is kept.{tokens}", ended.name)
}

/// The whole address of a creator's link.
pub fn link_address(public_url: &str, token: &SecretString) -> String {
    format!("{public_url}{}", link_path(token))
}

/// The same on this site.
pub fn link_path(token: &SecretString) -> String {
    format!("/connect/{}", token.expose_secret())
}

#[cfg(test)]
mod tests {
    use super::listed;

    #[test]
    fn names_are_listed_as_people_would() {
        let names: Vec<_> = ["A", "B", "C", "D", "E"].map(String::from).into();
        assert_eq!(listed(&names[..1]), "A");
        assert_eq!(listed(&names[..2]), "A and B");
        assert_eq!(listed(&names[..4]), "A, B, C and D");
        assert_eq!(listed(&names), "A and 4 more");
    }
}
