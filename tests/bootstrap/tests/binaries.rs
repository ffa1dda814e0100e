//! Each deployed binary starts, takes an event from a Lambda Runtime API, and does its work with its own role.

use bootstrap::{Binary, Outcome};
use journeys::Suite;
use serde_json::{Value, json};

fn http(method: &str, route: &str, path: &str) -> Value {
    json!({
        "version": "2.0", "routeKey": format!("{method} {route}"), "rawPath": path, "rawQueryString": "",
        "headers": { "host": "example.org" },
        "requestContext": {
            "accountId": "000000000000", "apiId": "api", "domainName": "example.org", "domainPrefix": "example",
            "http": { "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "test" },
            "requestId": "r-1", "routeKey": format!("{method} {route}"), "stage": "$default",
            "time": "20/Nov/2026:10:00:00 +0000", "timeEpoch": 1_795_168_800_000_u64
        },
        "isBase64Encoded": false
    })
}

fn answered(outcome: Outcome) -> Value {
    match outcome {
        Outcome::Answered(answer) => answer,
        Outcome::Failed(error) => panic!("the function failed: {error}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn auth_creates_its_keys_and_publishes_them() {
    let suite = Suite::start().await;
    let mut auth = Binary::start(&suite, "AuthFunction").await;
    let answer = answered(
        auth.invoke(http("GET", "/api/auth/jwks.json", "/api/auth/jwks.json"))
            .await,
    );
    assert_eq!(answer["statusCode"], 200, "{answer}");
    assert!(
        answer["body"].as_str().is_some_and(|it| it.contains("Ed25519")),
        "{answer}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn functions_behind_a_login_refuse_without_one_and_stay_alive() {
    let suite = Suite::start().await;
    for (id, method, path) in [
        ("PresignUploadFunction", "POST", "/api/uploads"),
        ("AnalyzeFunction", "GET", "/api/analyses"),
        ("LivenessChallengeFunction", "POST", "/api/liveness/challenges"),
        ("PeopleFunction", "GET", "/api/people"),
    ] {
        let mut function = Binary::start(&suite, id).await;
        for _ in 0..2 {
            let answer = answered(function.invoke(http(method, path, path)).await);
            assert_eq!(answer["statusCode"], 401, "{id}: {answer}");
        }
        let nonsense = function.invoke(json!({ "not": "an HTTP event" })).await;
        assert!(matches!(nonsense, Outcome::Failed(_)), "{id}: {nonsense:?}");
        let answer = answered(function.invoke(http(method, path, path)).await);
        assert_eq!(answer["statusCode"], 401, "{id}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_notifier_publishes_what_the_stream_brings() {
    let suite = Suite::start().await;
    let mut notifier = Binary::start(&suite, "LowConfidenceNotifierFunction").await;
    let event = std::fs::read_to_string(
        std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../events/low-confidence-notifier/no-face.json"),
    )
    .expect("the event of a photo without a face");
    let answer = answered(notifier.invoke(serde_json::from_str(&event).expect("JSON")).await);
    assert_eq!(answer["batchItemFailures"], json!([]), "{answer}");
    let outbox = suite.stack("/_stack/outbox.json").await;
    assert_eq!(suite.messages(&outbox).len(), 1, "{outbox}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_eraser_erases_what_belongs_to_nobody_and_leaves_who_exists_alone() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;
    let mut eraser = Binary::start(&suite, "EraseAccountFunction").await;
    let gone = std::fs::read_to_string(
        std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../events/erase-account/remnant-expired.json"),
    )
    .expect("the event of an account that is gone");
    let answer = answered(eraser.invoke(serde_json::from_str(&gone).expect("JSON")).await);
    assert_eq!(answer["batchItemFailures"], json!([]), "{answer}");

    let by_hand = json!({ "visavisAction": "erase-account", "userId": ada.user_id });
    let answer = answered(eraser.invoke(by_hand).await);
    assert_eq!(answer["erased"], false, "{answer}");
    ada.get("/api/auth/me").await.expect(200);
    assert_eq!(suite.rows_of(&ada.user_id).await, 1);
}

/// As docs/operations.md says it.
#[tokio::test(flavor = "multi_thread")]
async fn where_the_last_administrator_is_lost_an_operator_makes_another() {
    let suite = Suite::start().await;
    let mut auth = Binary::start(&suite, "AuthFunction").await;
    let another =
        json!({ "visavisAction": "create-first-admin", "username": "root", "email": "root@example.org" });
    let refused = answered(auth.invoke(another.clone()).await);
    assert_eq!(refused["created"], false, "{refused}");
    suite.forget_first_admin().await;
    let made = answered(auth.invoke(another).await);
    assert_eq!(made["created"], true, "{made}");

    let mut root = suite.anonymous();
    let (one_time, own) = (made["oneTimePassword"].clone(), "another long sentence");
    for (password, is_last) in [(one_time.clone(), false), (json!(own), true)] {
        let body = json!({ "username": "root", "password": password, "delivery": "body" });
        let session = root.post("/api/auth/sign-in", &body).await.expect(200);
        root.hold(session["accessToken"].as_str().map(str::to_owned));
        if !is_last {
            let change = json!({ "currentPassword": one_time, "newPassword": own });
            assert_eq!(root.put_json("/api/auth/password", &change).await.status, 204);
        }
    }
    let both = async || {
        let page = root.get("/api/users").await.expect(200);
        let items = page["items"].as_array().expect("accounts").clone();
        (items.len() == 2).then_some(items)
    };
    let accounts = suite.eventually("both administrators in the list", both).await;
    let lost = accounts[0]["id"].as_str().expect("an id");
    assert_eq!(accounts[0]["username"], "admin");
    assert_eq!(root.delete(&format!("/api/users/{lost}")).await.status, 204);
}
