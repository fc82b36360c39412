//! Values of the team, and pure rules about them.

use crate::auth::Role;
use crate::ids::{AccountId, CreatorId, InvitationId, UserId};
use chrono::{DateTime, Utc};
use std::collections::HashMap;

/// Addresses that can be pasted at once.
pub const MAX_LINES: usize = 200;

/// Whether a member who is `actor` may give or take the role `role`: owners every one, managers those below them.
#[must_use]
pub fn may_manage(actor: Role, role: Role) -> bool {
    match actor {
        Role::Owner => true,
        Role::Manager => matches!(role, Role::Chatter | Role::Creator),
        Role::Chatter | Role::Creator | Role::Compliance => false,
    }
}

/// Whether the role sees or decides more than a manager may give: it is given and taken with a fresh proof only.
#[must_use]
pub fn is_high(role: Role) -> bool {
    !may_manage(Role::Manager, role)
}

/// The role in words that follow "as".
#[must_use]
pub fn as_role(role: Role) -> &'static str {
    match role {
        Role::Owner => "an owner",
        Role::Manager => "a manager",
        Role::Chatter => "a chatter",
        Role::Creator => "a creator",
        Role::Compliance => "a compliance officer",
    }
}

/// A member in the list.
#[derive(Clone, Debug)]
pub struct ListedMember {
    /// The person.
    pub user: UserId,
    /// Their name.
    pub name: String,
    /// The name in lower case, by which the list is ordered.
    pub low: String,
    /// Their address.
    pub email: String,
    /// What they are.
    pub role: Role,
    /// Since when.
    pub joined_at: DateTime<Utc>,
    /// The accounts that they work on, or that are theirs.
    pub accounts: i64,
}

/// A member's place in the list.
pub type Key = (String, UserId);

/// Which members a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Part of a name or address.
    pub words: Option<String>,
    /// Only these.
    pub role: Option<Role>,
}

impl Filter {
    /// Whether anybody is left out.
    #[must_use]
    pub fn narrows(&self) -> bool {
        self.words.is_some() || self.role.is_some()
    }
}

/// One member.
#[derive(Clone, Debug)]
pub struct TeamMember {
    /// The person.
    pub user: UserId,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// What they are.
    pub role: Role,
    /// Since when they belong to the agency.
    pub joined_at: DateTime<Utc>,
    /// The creator that they are.
    pub creator: Option<(CreatorId, String)>,
}

/// An account in lists to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountChoice {
    /// The account.
    pub id: AccountId,
    /// Its name here.
    pub name: String,
    /// Its name on the platform.
    pub handle: String,
}

/// A span in which somebody worked on an account.
#[derive(Clone, Debug)]
pub struct Span {
    /// The person.
    pub user: UserId,
    /// Their name.
    pub name: String,
    /// The account.
    pub account: AccountId,
    /// Its name.
    pub account_name: String,
    /// From when.
    pub started_at: DateTime<Utc>,
    /// Until when; nothing while it goes on.
    pub ended_at: Option<DateTime<Utc>>,
}

/// An invitation that nobody accepted yet.
#[derive(Clone, Debug)]
pub struct OpenInvitation {
    /// Which.
    pub id: InvitationId,
    /// To whom.
    pub email: String,
    /// As what.
    pub role: Role,
    /// By whom.
    pub invited_by: String,
    /// Until when the link that was sent last works.
    pub expires_at: DateTime<Utc>,
    /// Whether that is over.
    pub expired: bool,
}

/// What is known of an address before it is invited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// It belongs to a member.
    Member(Role),
    /// An invitation to it is open.
    Invited(Role),
}

/// What will happen with a line of a pasted list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It will be invited.
    Invite,
    /// An open invitation is replaced by this one and sent anew.
    Again(Role),
    /// Nothing: the person is a member.
    Member(Role),
    /// Nothing: an open invitation gives a role that whoever asks may not take back.
    Kept(Role),
    /// Nothing: it stands on an earlier line too.
    Twice(usize),
    /// Nothing: it is no address; the sentence says what to do.
    NoAddress(&'static str),
}

impl Fate {
    /// Whether a mail will go out.
    #[must_use]
    pub fn sends(&self) -> bool {
        matches!(self, Self::Invite | Self::Again(_))
    }
}

/// A line of a pasted list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1.
    pub number: usize,
    /// What was pasted.
    pub text: String,
    /// The address that was read from it.
    pub email: Option<String>,
    /// What will happen.
    pub fate: Fate,
}

/// The addresses of a pasted list: separated by lines, commas or semicolons; `Anna <anna@studio.com>` is read too.
#[must_use]
pub fn pasted(text: &str) -> Vec<&str> {
    text.split(['\n', '\r', ',', ';']).map(str::trim).filter(|line| !line.is_empty()).collect()
}

/// What will happen with each line, by what is known of its address.
#[must_use]
pub fn fates(
    lines: &[(&str, Result<String, &'static str>)],
    known: &HashMap<String, Known>,
    actor: Role,
) -> Vec<Line> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let mut all = Vec::with_capacity(lines.len());
    for (number, (text, email)) in (1..).zip(lines) {
        let fate = match email {
            Err(sentence) => Fate::NoAddress(sentence),
            Ok(address) => match (seen.get(address.as_str()), known.get(address)) {
                (Some(first), _) => Fate::Twice(*first),
                (None, Some(Known::Member(role))) => Fate::Member(*role),
                (None, Some(Known::Invited(role))) if !may_manage(actor, *role) => Fate::Kept(*role),
                (None, Some(Known::Invited(role))) => Fate::Again(*role),
                (None, None) => Fate::Invite,
            },
        };
        if let Ok(address) = email {
            seen.entry(address).or_insert(number);
        }
        all.push(Line { number, text: (*text).to_owned(), email: email.clone().ok(), fate });
    }
    all
}

/// The part of a pasted line that is the address.
#[must_use]
pub fn address_in(text: &str) -> &str {
    match (text.rfind('<'), text.rfind('>')) {
        (Some(from), Some(to)) if from < to => &text[from + 1..to],
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn managers_have_no_say_over_their_own_rank_and_above() {
        for role in Role::ALL {
            assert!(may_manage(Role::Owner, role));
            assert_eq!(may_manage(Role::Manager, role), matches!(role, Role::Chatter | Role::Creator));
            for nobody in [Role::Chatter, Role::Creator, Role::Compliance] {
                assert!(!may_manage(nobody, role));
            }
        }
    }

    #[test]
    fn a_pasted_list_is_read_by_lines_commas_and_semicolons() {
        let text = "anna@studio.com\r\n\n Bea <bea@studio.com>; cleo@studio.com, dora";
        let lines = pasted(text);
        let read: Vec<_> = lines.iter().map(|line| address_in(line)).collect();
        assert_eq!(read, ["anna@studio.com", "bea@studio.com", "cleo@studio.com", "dora"]);
        assert_eq!(address_in(">anna<"), ">anna<");
    }

    #[test]
    fn each_line_says_what_will_happen() {
        let line = |text: &'static str| (text, Ok(text.to_owned()));
        let lines = [
            line("new"),
            line("member"),
            line("invited"),
            line("new"),
            ("?", Err("Type the whole address")),
            line("boss"),
        ];
        let known = HashMap::from([
            ("member".to_owned(), Known::Member(Role::Chatter)),
            ("invited".to_owned(), Known::Invited(Role::Chatter)),
            ("boss".to_owned(), Known::Invited(Role::Owner)),
        ]);
        let fates: Vec<_> = fates(&lines, &known, Role::Manager).into_iter().map(|line| line.fate).collect();
        let expected = [
            Fate::Invite,
            Fate::Member(Role::Chatter),
            Fate::Again(Role::Chatter),
            Fate::Twice(1),
            Fate::NoAddress("Type the whole address"),
            Fate::Kept(Role::Owner),
        ];
        assert_eq!(fates, expected);
        assert_eq!(fates.iter().filter(|fate| fate.sends()).count(), 2);
    }
}
