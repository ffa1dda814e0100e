use lambda_kit::testing::{self, StoppedClock};
use lambda_kit::{Function, Invocation, RandomIds};
use serde_json::{Value, json};

use super::*;
use crate::capabilities::fakes::{self, World};

fn now() -> jiff::Timestamp {
    "2026-11-20T11:00:00Z".parse().unwrap()
}

fn function() -> Function {
    let context = Context {
        deps: World::default(),
        clock: Arc::new(StoppedClock(now())),
        ids: Arc::new(RandomIds),
    };
    let router = router(
        testing::access_tokens(now()),
        testing::ApiKeyRows::default().verifier(Arc::new(StoppedClock(now()))),
        testing::limits_at(Arc::new(StoppedClock(now()))),
        Arc::new(context),
    );
    assert_eq!(router.misplaced(crate::MANIFEST.logical_id), [] as [&str; 0]);
    Function::http(router)
}

/// The event of `events/presign-upload/<name>.json`, with a token that is valid now.
fn event(name: &str) -> Value {
    let path = format!(
        "{}/../../events/presign-upload/{name}.json",
        env!("CARGO_MANIFEST_DIR")
    );
    let mut event: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    event["headers"]["authorization"] = format!("Bearer {}", testing::token(fakes::ADA, now())).into();
    event
}

async fn answer(function: &Function, event: Value) -> (u64, Value) {
    let answer = function.invoke(event, Invocation::new("req-1")).await.unwrap();
    let body = answer["body"].as_str().unwrap();
    (
        answer["statusCode"].as_u64().unwrap(),
        serde_json::from_str(body).unwrap(),
    )
}

async fn answer_to(body: Value) -> (u64, Value) {
    let mut event = event("jpeg");
    event["body"] = body.to_string().into();
    answer(&function(), event).await
}

#[tokio::test]
async fn every_event_is_answered_with_a_place() {
    let folder = format!("{}/../../events/presign-upload", env!("CARGO_MANIFEST_DIR"));
    let mut n_events = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let (status, body) = answer(&function(), event(name.strip_suffix(".json").unwrap())).await;
        assert_eq!(status, 201, "{name}: {body}");
        assert_eq!(body["method"], "PUT");
        assert_eq!(body["expiresAt"], "2026-11-20T11:05:00Z");
        assert!(body["headers"]["content-type"].is_string());
        n_events += 1;
    }
    assert!(0 < n_events);
}

#[tokio::test]
async fn what_cannot_be_a_photo_is_refused_before_anything_is_written() {
    let jpeg = "image/jpeg";
    for (body, status, slug) in [
        (
            json!({ "contentType": jpeg, "sizeBytes": 0 }),
            422,
            "invalid-request",
        ),
        (
            json!({ "contentType": jpeg, "sizeBytes": -1 }),
            422,
            "invalid-request",
        ),
        (
            json!({ "contentType": jpeg, "sizeBytes": 1.5 }),
            422,
            "invalid-request",
        ),
        (
            json!({ "contentType": jpeg, "sizeBytes": "1" }),
            422,
            "invalid-request",
        ),
        (
            json!({ "contentType": jpeg, "sizeBytes": MAX_UPLOAD_BYTES + 1 }),
            413,
            "upload-too-large",
        ),
        (
            json!({ "contentType": jpeg, "sizeBytes": u64::MAX }),
            413,
            "upload-too-large",
        ),
        (
            json!({ "contentType": "image/gif", "sizeBytes": 1 }),
            422,
            "invalid-request",
        ),
        (
            json!({ "contentType": "image/svg+xml", "sizeBytes": 1 }),
            422,
            "invalid-request",
        ),
        (json!({ "contentType": jpeg }), 422, "invalid-request"),
        (
            json!({ "contentType": jpeg, "sizeBytes": 1, "sha256": "00" }),
            422,
            "invalid-request",
        ),
        (
            json!({ "contentType": jpeg, "sizeBytes": 1, "sha256": "A".repeat(64) }),
            422,
            "invalid-request",
        ),
        (
            json!({ "contentType": jpeg, "sizeBytes": 1, "sha256": "g".repeat(64) }),
            422,
            "invalid-request",
        ),
        (
            json!({ "contentType": jpeg, "sizeBytes": 1, "key": "../x" }),
            422,
            "invalid-request",
        ),
        (json!([]), 422, "invalid-request"),
    ] {
        let (answered, problem) = answer_to(body.clone()).await;
        assert_eq!(
            (answered, &problem["type"]),
            (status, &json!(format!("/problems/{slug}"))),
            "{body}"
        );
    }
}

#[tokio::test]
async fn the_largest_photo_is_taken() {
    let (status, _) = answer_to(json!({ "contentType": "image/png", "sizeBytes": MAX_UPLOAD_BYTES })).await;
    assert_eq!(status, 201);
}

#[tokio::test]
async fn nobody_gets_a_place_without_a_token() {
    let mut event = event("jpeg");
    event["headers"].as_object_mut().unwrap().remove("authorization");
    let (status, problem) = answer(&function(), event).await;
    assert_eq!(
        (status, problem["type"].as_str()),
        (401, Some("/problems/unauthenticated"))
    );
}

#[tokio::test]
async fn too_many_uploads_are_told_when_to_come_back() {
    let function = function();
    for _ in 0..MAX_PENDING_UPLOADS {
        assert_eq!(answer(&function, event("jpeg")).await.0, 201);
    }
    let (status, problem) = answer(&function, event("jpeg")).await;
    assert_eq!(
        (status, problem["type"].as_str()),
        (429, Some("/problems/too-many-uploads"))
    );
    assert_eq!(
        (problem["limit"].as_u64(), problem["retryAfterSeconds"].as_u64()),
        (Some(20), Some(30))
    );
}

#[tokio::test]
async fn a_repeated_key_gets_the_same_place_and_another_request_is_refused() {
    let function = function();
    let keyed = |size: u64| {
        let mut event = event("jpeg");
        event["headers"]["idempotency-key"] = "k1".into();
        event["body"] = json!({ "contentType": "image/jpeg", "sizeBytes": size })
            .to_string()
            .into();
        event
    };
    let (_, first) = answer(&function, keyed(10)).await;
    let (_, second) = answer(&function, keyed(10)).await;
    assert_eq!(first["uploadId"], second["uploadId"]);
    let (status, problem) = answer(&function, keyed(11)).await;
    assert_eq!(
        (status, problem["type"].as_str()),
        (422, Some("/problems/idempotency-key-reused"))
    );
}
