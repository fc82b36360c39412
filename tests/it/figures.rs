//! Every figure of one account, from our tables and from the sandbox's ledger, side by side.

use chrono::{DateTime, NaiveDate, Utc};
use creatorcrm::db::AgencyTx;
use creatorcrm::ids::AccountId;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Id, fan, when it was sent, its price, and when it was unlocked.
type PaidMessage = (String, String, DateTime<Utc>, i64, Option<DateTime<Utc>>);

/// `[gross, net, payments]`.
type Sums = [i64; 3];

/// Every figure of one account.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// By transaction: when, gross, net, currency, source, status, what it reverses, message, post, fan.
    pub earnings: BTreeMap<String, Value>,
    pub days: BTreeMap<(NaiveDate, String, String), Sums>,
    pub fans: BTreeMap<String, Sums>,
    pub subscribers: BTreeMap<NaiveDate, (i64, i64)>,
    /// By message: fan, when, price, when unlocked.
    pub ppv: BTreeMap<String, Value>,
}

fn add(sums: &mut Sums, gross: i64, net: i64) {
    sums[0] += gross;
    sums[1] += net;
    sums[2] += i64::from(gross > 0);
}

fn our_word(word: &str) -> String {
    match word {
        "pendingBalance" => "pending".to_owned(),
        "availableForPayout" => "available".to_owned(),
        "mediaLink" | "checkoutLink" | "fanExperience" | "appStore" => {
            let (first, second) = word.split_at(word.find(|c: char| c.is_ascii_uppercase()).unwrap());
            format!("{first}_{}", second.to_lowercase())
        }
        word => word.to_owned(),
    }
}

fn moment(value: &Value) -> Option<DateTime<Utc>> {
    value.as_str().map(|text| text.parse().unwrap())
}

impl Figures {
    pub fn of_ledger(creator: &Value) -> Self {
        let mut all = Self::default();
        for row in creator["earnings"].as_array().unwrap() {
            let (gross, net) = (row["gross"].as_i64().unwrap(), row["net"].as_i64().unwrap());
            let (at, source) = (moment(&row["date"]).unwrap(), our_word(row["source"].as_str().unwrap()));
            let currency = row["currency"].as_str().unwrap().to_owned();
            let key = (at.date_naive(), currency.clone(), source.clone());
            add(all.days.entry(key).or_default(), gross, net);
            if let Some(fan) = row["fanUuid"].as_str() {
                add(all.fans.entry(fan.to_owned()).or_default(), gross, net);
            }
            let status = our_word(row["status"].as_str().unwrap());
            let shown = json!([
                at,
                gross,
                net,
                currency,
                source,
                status,
                row["reversedTransactionOrderId"],
                row["messageUuid"],
                row["postUuid"],
                row["fanUuid"]
            ]);
            all.earnings.insert(row["transactionOrderId"].as_str().unwrap().to_owned(), shown);
        }
        for event in creator["subscriberEvents"].as_array().unwrap() {
            let day = all.subscribers.entry(moment(&event["date"]).unwrap().date_naive()).or_default();
            if event["type"] == "new" { day.0 += 1 } else { day.1 += 1 }
        }
        for message in creator["pricedMessages"].as_array().unwrap() {
            let shown = json!([
                message["fanUuid"],
                moment(&message["sentAt"]),
                message["price"],
                moment(&message["purchasedAt"])
            ]);
            all.ppv.insert(message["uuid"].as_str().unwrap().to_owned(), shown);
        }
        all
    }

    pub async fn of_tables(tx: &mut AgencyTx, account: AccountId) -> Self {
        type Row = (
            String,
            DateTime<Utc>,
            i64,
            i64,
            String,
            String,
            String,
            Option<String>,
            Option<String>,
            Option<String>,
            Option<String>,
        );
        let mut all = Self::default();
        let rows: Vec<Row> = sqlx::query_as(
            "select transaction_id, occurred_at, gross, net, currency, source, status, reverses, message_id, post_id, fan_id
             from earnings where account_id = $1",
        )
        .bind(account)
        .fetch_all(tx.conn())
        .await
        .unwrap();
        for (id, at, gross, net, currency, source, status, reverses, message, post, fan) in rows {
            let shown = json!([at, gross, net, currency, source, status, reverses, message, post, fan]);
            all.earnings.insert(id, shown);
        }
        let days: Vec<(NaiveDate, String, String, i64, i64, i64)> = sqlx::query_as(
            "select day, currency, source, gross, net, payments from earning_days
             where account_id = $1 and (gross, net, payments) <> (0, 0, 0)",
        )
        .bind(account)
        .fetch_all(tx.conn())
        .await
        .unwrap();
        all.days = days.into_iter().map(|day| ((day.0, day.1, day.2), [day.3, day.4, day.5])).collect();
        let fans: Vec<(String, i64, i64, i64)> = sqlx::query_as(
            "select fan_id, gross, net, payments from fans f where account_id = $1 and exists (
               select from earnings e where e.account_id = $1 and e.fan_id = f.fan_id)",
        )
        .bind(account)
        .fetch_all(tx.conn())
        .await
        .unwrap();
        all.fans = fans.into_iter().map(|fan| (fan.0, [fan.1, fan.2, fan.3])).collect();
        let days: Vec<(NaiveDate, i64, i64)> = sqlx::query_as(
            "select day, joined, lost from subscriber_days where account_id = $1 and (joined, lost) <> (0, 0)",
        )
        .bind(account)
        .fetch_all(tx.conn())
        .await
        .unwrap();
        all.subscribers = days.into_iter().map(|day| (day.0, (day.1, day.2))).collect();
        let paid: Vec<PaidMessage> = sqlx::query_as(
            "select message_id, fan_id, sent_at, price, unlocked_at from ppv_messages where account_id = $1",
        )
        .bind(account)
        .fetch_all(tx.conn())
        .await
        .unwrap();
        all.ppv = paid.into_iter().map(|it| (it.0, json!([it.1, it.2, it.3, it.4]))).collect();
        all
    }

    pub fn assert_equal(&self, ledger: &Self) {
        same("earnings", &self.earnings, &ledger.earnings);
        same("earning days", &self.days, &ledger.days);
        same("fans", &self.fans, &ledger.fans);
        same("subscriber days", &self.subscribers, &ledger.subscribers);
        same("paid messages", &self.ppv, &ledger.ppv);
    }
}

/// Names what differs, rather than print two whole worlds.
fn same<K: Ord + std::fmt::Debug, V: PartialEq + std::fmt::Debug>(
    what: &str,
    ours: &BTreeMap<K, V>,
    theirs: &BTreeMap<K, V>,
) {
    let missing: Vec<_> = theirs.iter().filter(|(key, _)| !ours.contains_key(key)).take(5).collect();
    let extra: Vec<_> = ours.iter().filter(|(key, _)| !theirs.contains_key(key)).take(5).collect();
    let different: Vec<_> = theirs
        .iter()
        .filter_map(|(key, theirs)| Some((key, ours.get(key).filter(|ours| *ours != theirs)?, theirs)))
        .take(5)
        .collect();
    assert!(
        missing.is_empty() && extra.is_empty() && different.is_empty(),
        "{what}, ours {} and the ledger's {}: missing {missing:?}, extra {extra:?}, different (ours, ledger's) {different:?}",
        ours.len(),
        theirs.len()
    );
}
