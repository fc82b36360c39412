//! The mails about alerts. A link stands on a line of its own.

use super::types::Alert;
use crate::mail::Mail;

/// More are left to the page.
const MOST: usize = 30;

/// To whom, and of which agency.
pub(super) struct Letter<'a> {
    pub to: &'a str,
    pub agency: &'a str,
    pub public_url: &'a str,
    pub at_once: bool,
}

/// One mail about `alerts`, of which there is at least one.
pub(super) fn write(letter: &Letter<'_>, alerts: &[Alert]) -> Mail {
    let Letter { to, agency, public_url, at_once } = letter;
    let subject = match alerts {
        [one] => format!("{agency}: {}", one.title()),
        many => format!("{agency}: {} alerts", many.len()),
    };
    let mut body = String::new();
    for alert in alerts.iter().take(MOST) {
        let over = if alert.ended_at.is_some() { " This is over by now." } else { "" };
        body.push_str(&format!("{}\n{}{over}\n\n", alert.title(), alert.text()));
    }
    if alerts.len() > MOST {
        body.push_str(&format!("And {} more.\n\n", alerts.len() - MOST));
    }
    let why = if *at_once { "as soon as something happens" } else { "of what happened" };
    body.push_str(&format!(
        "All alerts of {agency}, with where to look:\n\n{public_url}/alerts\n\n\
         You chose to be mailed {why}. Here you choose otherwise, or no mail at all:\n\n\
         {public_url}/settings/notifications\n"
    ));
    Mail { to: (*to).to_owned(), subject, body }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alerts::types::Evidence;
    use crate::ids::{AccountId, AlertId};

    fn alert(name: &str) -> Alert {
        let evidence =
            Evidence::RenewalsFalling { renewed: 60, due: 100, renewed_before: 240, due_before: 300 };
        Alert {
            id: AlertId(uuid::Uuid::nil()),
            evidence,
            account: Some((AccountId(uuid::Uuid::nil()), name.to_owned())),
            raised_at: chrono::DateTime::UNIX_EPOCH,
            ended_at: None,
            read: false,
        }
    }

    #[test]
    fn a_letter_says_what_where_and_how_to_have_no_more() {
        let letter =
            Letter { to: "a@example.com", agency: "North", public_url: "https://crm.example", at_once: true };
        let mail = write(&letter, &[alert("Mia")]);
        assert_eq!(mail.subject, "North: Mia: fewer subscribers renew");
        for part in [
            "(60 %)",
            "(80 %)",
            "\nhttps://crm.example/alerts\n",
            "\nhttps://crm.example/settings/notifications\n",
        ] {
            assert!(mail.body.contains(part), "{part} in {}", mail.body);
        }
        let many: Vec<_> = (0..40).map(|_| alert("Mia")).collect();
        let mail = write(&letter, &many);
        assert!(mail.subject == "North: 40 alerts" && mail.body.contains("And 10 more."), "{mail:?}");
    }
}
