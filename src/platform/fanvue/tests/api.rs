//! The calls with a token: what goes out, and what each kind of answer becomes.

use super::*;

#[tokio::test]
async fn every_call_carries_version_accept_and_bearer() {
    let fake =
        fake([ok(json!({"uuid": "u", "fanCounts": {"followersCount": 3, "subscribersCount": 2}}))]).await;
    let me = fake.client.me(&token()).await.unwrap();
    assert_eq!((me.platform_account_id.as_str(), me.followers, me.subscribers), ("u", Some(3), Some(2)));
    let seen = &fake.seen()[0];
    assert_eq!(seen.target, "/users/me");
    assert_eq!(seen.headers["x-fanvue-api-version"], "2025-06-26");
    assert_eq!(seen.headers["accept"], "application/json");
    assert_eq!(seen.headers["authorization"], format!("Bearer {TOKEN}"));
}

#[tokio::test]
async fn an_agency_reads_the_twin_and_an_id_cannot_lead_elsewhere() {
    let fake = fake([ok(json!({"data": []})), ok(json!({"data": []}))]).await;
    fake.client.subscribers(&token(), &creator(), None).await.unwrap();
    assert_eq!(fake.target(), "/creators/c%2F1/subscribers?size=50");
    fake.client.messages(&token(), &creator(), "../f?x", None).await.unwrap();
    assert_eq!(fake.target(), "/creators/c%2F1/chats/..%2Ff%3Fx/messages?markAsRead=false&size=50");
}

#[tokio::test]
async fn a_range_of_earnings_is_asked_for_on_every_page() {
    let row = json!({"transactionOrderId": "t", "date": "2026-01-01T00:00:00Z", "gross": 1, "net": 1});
    let fake =
        fake([ok(json!({"data": [row], "nextCursor": "a b"})), ok(json!({"data": [], "nextCursor": null}))])
            .await;
    let since = DateTime::from_timestamp(1_764_547_200, 0);
    let first = fake.client.earnings(&token(), &AccountRef::Own, since, None, None).await.unwrap();
    assert_eq!(fake.target(), "/insights/earnings?startDate=2025-12-01T00%3A00%3A00.000Z&size=50");
    let next = Cursor::from_stored(first.next.unwrap().as_str());
    let last = fake.client.earnings(&token(), &AccountRef::Own, since, None, Some(&next)).await.unwrap();
    assert_eq!(fake.target(), "/insights/earnings?startDate=2025-12-01T00%3A00%3A00.000Z&size=50&cursor=a+b");
    assert_eq!((first.items.len(), last.items.len(), last.next), (1, 0, None));
}

#[tokio::test]
async fn unread_chats_are_a_count_or_an_error_and_never_a_guess() {
    let unread =
        json!({"unreadChatsCount": 7, "unreadMessagesCount": 19, "unreadNotifications": {"newTip": 3}});
    let fake = fake([ok(unread), ok(json!({"unreadChatsCount": -1})), ok(json!({}))]).await;
    assert_eq!(fake.client.unread_chats(&token(), &creator()).await, Ok(7));
    assert_eq!(fake.target(), "/creators/c%2F1/chats/unread");
    for _ in 0..2 {
        let error = fake.client.unread_chats(&token(), &AccountRef::Own).await.unwrap_err();
        assert!(matches!(error, PlatformError::Malformed { .. }));
        assert_eq!(fake.target(), "/chats/unread");
    }
}

#[tokio::test]
async fn the_creators_of_an_agency_are_read_to_the_last_page() {
    let page = |id: &str, more| ok(json!({"data": [{"uuid": id}], "pagination": {"hasMore": more}}));
    let fake = fake([page("a", true), page("b", false)]).await;
    let creators = fake.client.reachable_creators(&token()).await.unwrap();
    let ids: Vec<_> = creators.iter().map(|creator| creator.platform_account_id.as_str()).collect();
    assert_eq!(ids, ["a", "b"]);
    assert_eq!(fake.target(), "/creators?size=50&page=2");
}

#[tokio::test]
async fn a_grant_without_an_agency_reaches_no_creators() {
    for code in [403, 404] {
        let fake = fake([status(code, &json!({"message": "no"}))]).await;
        assert_eq!(fake.client.reachable_creators(&token()).await, Ok(vec![]));
    }
    let fake = fake([status(500, &json!({}))]).await;
    assert!(fake.client.reachable_creators(&token()).await.is_err());
}

async fn accounts(me: Value, creators: Response) -> Vec<(AccountRef, String)> {
    let fake = fake([ok(me), creators]).await;
    let me = fake.client.me(&token()).await.unwrap();
    let accounts = fake.client.reachable_accounts(&token(), &me).await.unwrap();
    accounts.into_iter().map(|reached| (reached.account, reached.profile.platform_account_id)).collect()
}

#[tokio::test]
async fn a_grant_opens_each_account_once() {
    let list = || ok(json!({"data": [{"uuid": "a"}, {"uuid": "b"}], "pagination": {"hasMore": false}}));
    let (own, other) = (AccountRef::Own, |id: &str| AccountRef::Creator(id.to_owned()));
    let both = vec![(own.clone(), "a".to_owned()), (other("b"), "b".to_owned())];
    assert_eq!(accounts(json!({"uuid": "a", "isCreator": true}), list()).await, both);
    let agency = vec![(other("a"), "a".to_owned()), (other("b"), "b".to_owned())];
    assert_eq!(accounts(json!({"uuid": "x", "isCreator": false}), list()).await, agency);
    let no_agency = status(403, &json!({}));
    assert_eq!(accounts(json!({"uuid": "a"}), no_agency).await, [(own, "a".to_owned())]);
    assert_eq!(accounts(json!({"uuid": "fan", "isCreator": false}), status(404, &json!({}))).await, []);
}

#[tokio::test]
async fn the_profile_under_an_agency_takes_its_counts_from_the_smart_lists() {
    let creators = json!({"data": [{"uuid": "c/1", "handle": "mia"}], "pagination": {"hasMore": false}});
    let lists =
        json!([{"uuid": "subscribers", "count": 12}, {"name": "Followers", "uuid": "x", "count": 40}]);
    let fake = fake([ok(creators), ok(lists)]).await;
    let profile = fake.client.profile(&token(), &creator()).await.unwrap();
    assert_eq!(
        (profile.handle.as_deref(), profile.subscribers, profile.followers),
        (Some("mia"), Some(12), Some(40))
    );
    assert_eq!(fake.target(), "/creators/c%2F1/chats/lists/smart");
}

#[tokio::test]
async fn each_refusal_becomes_its_own_error() {
    let version = json!({"error": "Unsupported API version", "message": "API version 'x' is not supported"});
    let sunset = json!({"error": "gone", "message": "gone", "nextVersion": "2027-01-01"});
    let none = json!({});
    assert_eq!(me_after(status(401, &json!({"error": "x"}))).await, PlatformError::Unauthorized);
    assert_eq!(me_after(status(403, &none)).await, PlatformError::MissingScope);
    assert_eq!(me_after(status(400, &version)).await, PlatformError::UnsupportedVersion { next: None });
    let next = Some("2027-01-01".to_owned());
    assert_eq!(me_after(status(410, &sunset)).await, PlatformError::UnsupportedVersion { next });
    assert_eq!(me_after(status(503, &none)).await, PlatformError::Unavailable { status: 503 });
    let message = "bad date; bad size".to_owned();
    let errors = json!({"errors": ["bad date", "bad size"]});
    assert_eq!(me_after(status(400, &errors)).await, PlatformError::Rejected { status: 400, message });
    assert!(me_after(status(404, &none)).await.is_not_found());
    assert!(matches!(me_after(ok(json!({"handle": "no id"}))).await, PlatformError::Malformed { .. }));
}

#[tokio::test]
async fn a_limit_says_how_long_to_wait() {
    let limited = |value| with_header(status(429, &json!({})), "retry-after", value);
    let wait = |seconds| PlatformError::RateLimited { retry_after: Duration::from_secs(seconds) };
    assert_eq!(me_after(limited("17")).await, wait(17));
    let dated =
        with_header(limited("Wed, 21 Oct 2026 07:28:09 GMT"), "date", "Wed, 21 Oct 2026 07:28:00 GMT");
    assert_eq!(me_after(dated).await, wait(9));
    assert_eq!(me_after(status(429, &json!({}))).await, wait(60));
}

#[tokio::test]
async fn a_redirect_is_refused_and_takes_the_token_nowhere() {
    let fake =
        fake([with_header(status(302, &json!({})), "location", "/elsewhere"), ok(json!({"uuid": "u"}))])
            .await;
    let error = fake.client.me(&token()).await.unwrap_err();
    assert!(matches!(error, PlatformError::Rejected { status: 302, .. }));
    assert_eq!(fake.seen().len(), 1);
}

/// A server that hears a request, writes these bytes and hangs up, or writes nothing and holds the line.
async fn raw(bytes: Option<&'static [u8]>) -> PlatformError {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let root = format!("http://{}", listener.local_addr().unwrap());
    let patience = if bytes.is_some() { PATIENCE } else { Duration::from_millis(300) };
    tokio::spawn(async move {
        let (mut line, _) = listener.accept().await.unwrap();
        // A line that is closed with something unread is reset, and the answer may be lost.
        assert!(line.read(&mut [0; 4096]).await.unwrap() > 0);
        match bytes {
            Some(bytes) => line.write_all(bytes).await.unwrap(),
            None => tokio::time::sleep(PATIENCE).await,
        }
    });
    patient_client(&root, patience).me(&token()).await.unwrap_err()
}

#[tokio::test]
async fn what_breaks_on_the_way_is_transient() {
    let cut_line = raw(Some(b"HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n{\"uuid\"")).await;
    assert_eq!(cut_line, PlatformError::Unreachable);
    let cut_json = raw(Some(b"HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n{\"uuid\"")).await;
    assert!(matches!(cut_json, PlatformError::Malformed { .. }));
    let silent = raw(None).await;
    assert_eq!(silent, PlatformError::TimedOut);
    let nobody = client_of("http://127.0.0.1:1").me(&token()).await.unwrap_err();
    assert_eq!(nobody, PlatformError::Unreachable);
    assert!([cut_line, cut_json, silent, nobody].iter().all(PlatformError::is_transient));
}

#[tokio::test]
async fn no_error_ever_shows_a_token() {
    let echo = json!({"error": format!("bad token {TOKEN}"), "message": TOKEN, "nextVersion": TOKEN});
    for code in [400, 401, 403, 404, 409, 410, 429, 500] {
        let error = me_after(status(code, &echo)).await;
        assert!(!format!("{error} {error:?}").contains(TOKEN), "{code}");
    }
    let fake = fake([]).await;
    assert!(!format!("{:?} {:?}", fake.client, token()).contains("s3cret"));
}

#[test]
fn every_call_is_counted_by_template_and_outcome() {
    let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
    let page = recorder.handle();
    let run = |work: std::pin::Pin<Box<dyn Future<Output = ()>>>| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        metrics::with_local_recorder(&recorder, || runtime.block_on(work));
    };
    run(Box::pin(async {
        let fake = fake([ok(json!({"data": []})), status(500, &json!({}))]).await;
        fake.client.messages(&token(), &creator(), "fan-9", None).await.unwrap();
        fake.client.messages(&token(), &creator(), "fan-9", None).await.unwrap_err();
    }));
    let page = page.render();
    for outcome in ["ok", "unavailable"] {
        let line = format!(
            r#"platform_requests_total{{platform="fanvue",endpoint="/chats/{{}}/messages",outcome="{outcome}"}} 1"#
        );
        assert!(page.contains(&line), "{page}");
    }
    assert!(page.contains("platform_request_duration_seconds") && !page.contains("fan-9"));
}
