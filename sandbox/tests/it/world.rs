//! The world: the same from the same seed, and the same through the API as in the ledger.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::client::App;

#[tokio::test]
async fn the_same_seed_and_moment_give_the_same_history() {
    let (one, other) = (App::new().await, App::new().await);
    for creator in ["mia.larsson", "pip.hollow"] {
        assert_eq!(one.ledger(creator).await, other.ledger(creator).await);
    }
}

#[tokio::test]
async fn the_earnings_endpoint_gives_the_ledger_to_the_cent() {
    let app = App::new().await;
    for creator in ["mia.larsson", "lenahoff", "pip.hollow"] {
        let tokens = app.connect(creator).await;
        let rows = app.all(&tokens.access, "/insights/earnings?size=50").await;
        let ledger = app.ledger(creator).await;
        let expected = ledger["earnings"].as_array().unwrap();
        assert_eq!(rows.len(), expected.len());
        let by_id: BTreeMap<&str, &Value> =
            rows.iter().map(|row| (row["transactionOrderId"].as_str().unwrap(), row)).collect();
        for row in expected {
            let given = by_id[row["transactionOrderId"].as_str().unwrap()];
            for field in ["date", "gross", "net", "currency", "source"] {
                assert_eq!(given[field], row[field], "{field}");
            }
            assert_eq!(given["transactionOrderStatus"], row["status"]);
        }
        assert!(rows.is_sorted_by(|a, b| a["date"].as_str() >= b["date"].as_str()));
    }
}
