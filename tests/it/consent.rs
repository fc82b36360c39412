//! Walking to the sandbox's consent page and back, as a person does.

use crate::app::{Browser, Shown, TestApp, attribute};
use reqwest::Method;
use reqwest::header::LOCATION;

/// The address of the consent page after pressing "Continue" on `/connections/new`.
pub async fn begin(browser: &mut Browser) -> String {
    let shown = browser.submit_form("/connections/new", "connect_account", &[]).await;
    assert!(shown.path.contains("/oauth2/auth?"), "{shown:?}");
    shown.path
}

/// What the sandbox answers when `identity` decides: the callback's address. `changes` replace parameters of the question.
pub async fn decide(address: &str, identity: &str, decision: &str, changes: &[(&str, &str)]) -> String {
    let url = reqwest::Url::parse(address).unwrap();
    let mut form: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    for (name, value) in changes {
        form.retain(|(other, _)| other != name);
        form.push(((*name).to_owned(), (*value).to_owned()));
    }
    form.push(("identity".to_owned(), identity.to_owned()));
    form.push(("decision".to_owned(), decision.to_owned()));
    let fields: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut nobody = Browser::new("");
    let page = format!("{}{}", url.origin().ascii_serialization(), url.path());
    let response = nobody.request(Method::POST, &page, Some(&fields), "").await;
    response.headers()[LOCATION].to_str().unwrap().to_owned()
}

/// Connects the account of `identity` (a creator's handle, or `agency`), and where that ends.
pub async fn connect(browser: &mut Browser, identity: &str) -> Shown {
    let address = begin(browser).await;
    let callback = decide(&address, identity, "allow", &[]).await;
    browser.open(&callback).await
}

/// Has something go wrong at the sandbox.
pub async fn fault(app: &TestApp, order: serde_json::Value) {
    let url = format!("{}/control/faults", app.sandbox().base_url());
    let response = reqwest::Client::new().post(url).json(&order).send().await.unwrap();
    assert!(response.status().is_success(), "{}", response.text().await.unwrap());
}

/// Ends everything that goes wrong at the sandbox.
pub async fn clear_faults(app: &TestApp) {
    let url = format!("{}/control/faults", app.sandbox().base_url());
    reqwest::Client::new().delete(url).send().await.unwrap();
}

/// What is sent for the choice that has `words`.
pub fn choice(shown: &Shown, words: &str) -> String {
    let choices = shown.text.split("<label class=\"choice\"").skip(1);
    let found = choices.into_iter().find(|choice| choice.split("</label>").next().unwrap().contains(words));
    let found = found.unwrap_or_else(|| panic!("no choice {words:?} on {shown:?}"));
    attribute(found.split("<input").nth(1).unwrap(), "value").unwrap()
}
