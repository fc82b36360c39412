//! Every figure opens: the transactions that it leads to add up to it, to the cent.

use crate::app::{TestApp, owner_agency};
use crate::earnings::{new_account, record_now, tip};
use creatorcrm::platform::{Earning, EarningSource};
use std::collections::BTreeSet;

/// A text without its tags, entities as they are.
fn text(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for letter in html.chars() {
        match letter {
            '<' => inside = true,
            '>' => inside = false,
            _ if !inside => text.push(letter),
            _ => {}
        }
    }
    text.trim().to_owned()
}

/// The figures of a page that lead somewhere: where to, and what they say.
fn opening(page: &str) -> Vec<(String, String)> {
    let links = page.split("<a ").skip(1);
    let link = |rest: &str| {
        let (tag, rest) = rest.split_once('>')?;
        let (_, href) = tag.split_once(r#"href=""#).filter(|_| tag.contains(r#"class="opens""#))?;
        let (href, _) = href.split_once('"')?;
        let (inner, _) = rest.split_once("</a>")?;
        Some((href.replace("&amp;", "&"), text(inner)))
    };
    links.filter_map(link).collect()
}

/// The sums that stand above a list of transactions: net and gross, once per currency.
fn sums(page: &str) -> Vec<(String, String)> {
    let sums = page.split(r#"<span class="strong">"#).skip(1);
    let sum = |rest: &str| {
        let rest = text(rest.split_once("fees")?.0);
        let (net, rest) = rest.split_once(" net of ")?;
        Some((net.trim().to_owned(), rest.split_once(" gross")?.0.to_owned()))
    };
    sums.filter_map(sum).collect()
}

fn earned(id: &str, at: &str, source: &str, gross: i64, currency: &str) -> Earning {
    Earning {
        source: EarningSource::parse(source),
        currency: currency.to_owned(),
        ..tip(id, at, gross, "leo")
    }
}

#[tokio::test]
async fn every_amount_on_the_dashboard_opens_to_transactions_that_add_up_to_it() {
    let (app, _) = TestApp::start_at("2026-03-31T12:00:00Z".parse().unwrap()).await;
    let mut owner = app.owner("anna").await;
    let agency = owner_agency(&app, "anna").await;
    let mia = new_account(&app.db, agency, "Mia Hart").await;
    let zoe = new_account(&app.db, agency, "Zoe Lane").await;
    let rows = [
        earned("m1", "2026-03-30T10:00:00Z", "tip", 12_345, "USD"),
        earned("m2", "2026-03-20T23:59:59Z", "message", 4_500, "USD"),
        earned("m3", "2026-03-21T00:00:00Z", "subscription", 999, "USD"),
        earned("m4", "2026-03-22T08:00:00Z", "refund", -4_500, "USD"),
        earned("m5", "2026-02-20T08:00:00Z", "tip", 70_000, "USD"),
        earned("m6", "2026-03-29T08:00:00Z", "tip", 3_300, "EUR"),
    ];
    record_now(&app.db, agency, mia, &rows).await;
    record_now(&app.db, agency, zoe, &[earned("z1", "2026-03-31T00:00:00Z", "tip", 100, "USD")]).await;
    let mut checked = BTreeSet::new();
    for place in ["/dashboard", "/dashboard?period=7d", "/dashboard?period=12m"] {
        let page = owner.open(place).await.text;
        let opening = opening(&page);
        // Net and gross per currency, every source, every account.
        assert!(opening.len() >= 8, "{place}: {opening:?}");
        for (href, said) in opening {
            let list = owner.open(&href).await;
            assert_eq!(list.status, 200, "{href}");
            let sums = sums(&list.text);
            assert!(!sums.is_empty(), "{href}");
            // Several currencies stand beside each other; a code may follow an amount.
            let amounts: Vec<_> = said.split(" · ").filter_map(|it| it.split_whitespace().next()).collect();
            let says = |sum: &str| amounts.contains(&sum);
            let adds_up = sums.iter().all(|(net, gross)| says(net) || says(gross));
            assert!(adds_up, "{href} says {said}, and lists {sums:?}");
            checked.insert(href);
        }
    }
    assert!(checked.iter().any(|href| href.contains("/accounts/")), "{checked:?}");
    assert!(checked.iter().any(|href| href.contains("source=refund")), "{checked:?}");
}

#[tokio::test]
async fn a_list_of_an_agency_is_of_that_agency_alone() {
    let app = TestApp::start().await;
    let (mut anna, mut bert) = (app.owner("anna").await, app.owner("bert").await);
    let (first, second) = (owner_agency(&app, "anna").await, owner_agency(&app, "bert").await);
    let mia = new_account(&app.db, first, "Mia Hart").await;
    let zoe = new_account(&app.db, first, "Zoe Lane").await;
    let kim = new_account(&app.db, second, "Kim Doe").await;
    record_now(&app.db, first, mia, &[tip("m1", "2026-02-27T10:00:00Z", 1000, "leo")]).await;
    record_now(&app.db, first, zoe, &[tip("z1", "2026-02-27T10:00:00Z", 2000, "max")]).await;
    record_now(&app.db, second, kim, &[tip("k1", "2026-02-27T10:00:00Z", 4000, "tim")]).await;
    let page = anna.open("/earnings").await.text;
    assert_eq!(sums(&page), [("$24.00".to_owned(), "$30.00".to_owned())]);
    assert!(page.contains("Mia Hart") && page.contains("Zoe Lane") && !page.contains("Kim Doe"));
    let page = bert.open("/earnings").await.text;
    assert_eq!(sums(&page), [("$32.00".to_owned(), "$40.00".to_owned())]);
    // Of some accounts; of one it is that account's own list; of another agency's there is nothing.
    let page = anna.open(&format!("/earnings?account={mia}&account={zoe}&source=tip")).await;
    assert!(page.text.contains("Transactions of Mia Hart, Zoe Lane"), "{}", page.text);
    assert_eq!(
        anna.open(&format!("/earnings?account={mia}")).await.path,
        format!("/accounts/{mia}/earnings")
    );
    assert_eq!(anna.open(&format!("/earnings?account={mia}&account={kim}")).await.status, 404);
    assert_eq!(anna.open(&format!("/earnings.csv?account={mia}&account={kim}")).await.status, 404);
    let file = anna.open("/earnings.csv").await.text;
    assert!(file.contains("Mia Hart") && file.contains("Zoe Lane") && !file.contains("Kim Doe"), "{file}");
}
