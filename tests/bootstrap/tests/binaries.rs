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
