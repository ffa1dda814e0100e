use lambda_kit::testing::{self, StoppedClock};
use lambda_kit::{Function, Invocation};
use serde_json::{Value, json};

use super::*;
use crate::capabilities::fakes::{self, ADA, World, jpeg, now};

/// The upload that the events name.
const UPLOAD: &str = "01890a5d-ac96-774b-bcce-b302099a8057";
/// The analysis that the events name.
const ANALYSIS: &str = "01890a5e-0000-7000-8000-000000000000";

struct AlwaysTheEvents;

impl Ids for AlwaysTheEvents {
    fn next(&self) -> uuid::Uuid {
        ANALYSIS.parse().unwrap()
    }
}

/// A function in a world where Ada has uploaded the photo that the events name.
fn function() -> Function {
    function_in(World::default(), "image/jpeg", jpeg(100, 100))
}

fn function_in(deps: World, content_type: &str, photo: Vec<u8>) -> Function {
    let upload = UploadId::parse(UPLOAD).unwrap();
    deps.upload_as(ADA, upload, content_type, photo);
    let context = Context {
        deps,
        clock: Arc::new(StoppedClock(now())),
        ids: Arc::new(AlwaysTheEvents),
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

/// The event of `events/analyze/<name>.json`, with a token that is valid now.
fn event(name: &str) -> Value {
    let path = format!("{}/../../events/analyze/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let mut event: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    event["headers"]["authorization"] = format!("Bearer {}", testing::token(ADA, now())).into();
    event
}

async fn answer(function: &Function, event: Value) -> (u64, Value) {
    let answer = function.invoke(event, Invocation::new("req-1")).await.unwrap();
    let body = answer["body"].as_str().unwrap();
    let body = if body.is_empty() {
        answer["headers"].clone()
    } else {
        serde_json::from_str(body).unwrap()
    };
    (answer["statusCode"].as_u64().unwrap(), body)
}

fn created(body: &Value) -> Value {
    let mut event = event("create");
    event["body"] = body.to_string().into();
    event
}

fn with_query(name: &str, query: &str) -> Value {
    let mut event = event(name);
    event["rawQueryString"] = query.into();
    event
}

#[tokio::test]
async fn every_event_is_answered_after_the_one_that_creates() {
    let folder = format!("{}/../../events/analyze", env!("CARGO_MANIFEST_DIR"));
    let mut n_events = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let name = name.strip_suffix(".json").unwrap();
        let expected = match name {
            // An upload is analyzed once, also where the second request measures something else.
            "create" | "create-with-attributes" | "list" | "list-no-faces" | "show" | "image-address" => 200,
            "erase" => 204,
            "image" => 302,
            other => panic!("events/analyze/{other}.json is not expected to be answered with anything"),
        };
        let function = function();
        assert_eq!(answer(&function, event("create")).await.0, 201);
        let (status, body) = answer(&function, event(name)).await;
        assert_eq!(status, expected, "{name}: {body}");
        n_events += 1;
    }
    assert!(0 < n_events);
}

#[tokio::test]
async fn an_analysis_says_where_it_is() {
    let answer = function()
        .invoke(event("create"), Invocation::new("req-1"))
        .await
        .unwrap();
    assert_eq!(answer["headers"]["location"], format!("/api/analyses/{ANALYSIS}"));
}

#[tokio::test]
async fn bad_orders_are_refused() {
    let id = UPLOAD;
    for (body, slug) in [
        (json!({}), "invalid-request"),
        (json!({ "uploadId": 1 }), "invalid-request"),
        (json!({ "uploadId": "" }), "invalid-request"),
        (json!({ "uploadId": "../../x" }), "invalid-request"),
        (json!({ "uploadId": id.to_uppercase() }), "invalid-request"),
        (json!({ "uploadId": id, "kinds": [] }), "invalid-request"),
        (json!({ "uploadId": id, "kinds": ["ears"] }), "invalid-request"),
        (
            json!({ "uploadId": id, "kinds": ["masks"] }),
            "kind-not-available",
        ),
        (
            json!({ "uploadId": id, "kinds": ["faces", "masks"] }),
            "kind-not-available",
        ),
        (
            json!({ "uploadId": id, "attributes": ["shoeSize"] }),
            "invalid-request",
        ),
        (
            json!({ "uploadId": id, "bucket": "x", "key": "y" }),
            "invalid-request",
        ),
        (json!({ "uploadId": ANALYSIS }), "upload-not-found"),
    ] {
        let (status, problem) = answer(&function(), created(&body)).await;
        assert!((400..500).contains(&status), "{body}: {status}");
        assert_eq!(problem["type"], format!("/problems/{slug}"), "{body}: {problem}");
    }
}

#[tokio::test]
async fn every_bad_picture_has_its_problem() {
    let photo = jpeg(100, 100);
    let truncated = photo[..photo.len() - 40].to_vec();
    for (content_type, bytes, status, slug) in [
        ("image/jpeg", b"GIF89a not taken".to_vec(), 422, "not-an-image"),
        ("image/jpeg", Vec::new(), 422, "not-an-image"),
        ("image/jpeg", truncated, 422, "image-corrupt"),
        ("image/jpeg", jpeg(40, 40), 422, "image-too-small"),
        ("image/png", photo, 422, "upload-mismatch"),
    ] {
        let function = function_in(World::default(), content_type, bytes);
        let (answered, problem) = answer(&function, event("create")).await;
        assert_eq!(
            (answered, &problem["type"]),
            (status, &json!(format!("/problems/{slug}"))),
            "{problem}"
        );
    }
}

#[tokio::test]
async fn problems_of_an_analysis_name_what_helps() {
    let document = |error: AnalyzeError| Failure::from(error).problem().document("x");
    let waiting = document(AnalyzeError::InProgress);
    assert_eq!(
        (waiting["status"].as_u64(), waiting["retryAfterSeconds"].as_u64()),
        (Some(409), Some(3))
    );
    assert_eq!(document(AnalyzeError::UploadExpired)["status"], 410);
    assert_eq!(document(AnalyzeError::UploadRefused)["status"], 410);
    assert_eq!(document(AnalyzeError::UploadIncomplete)["status"], 409);
    assert_eq!(document(AnalyzeError::KeyReused)["status"], 422);
}

#[tokio::test]
async fn an_identifier_that_is_none_names_nothing() {
    for name in ["show", "erase", "image"] {
        for id in ["x", "01890A5E-0000-7000-8000-000000000000", "..%2F..%2Fetc"] {
            let mut event = event(name);
            event["rawPath"] = event["rawPath"].as_str().unwrap().replace(ANALYSIS, id).into();
            let (status, problem) = answer(&function(), event).await;
            assert_eq!(
                (status, problem["type"].as_str()),
                (404, Some("/problems/analysis-not-found"))
            );
        }
    }
}

#[tokio::test]
async fn erasing_what_never_was_is_not_found_and_erasing_twice_is_fine() {
    let function = function();
    assert_eq!(answer(&function, event("erase")).await.0, 404);
    answer(&function, event("create")).await;
    assert_eq!(answer(&function, event("erase")).await.0, 204);
    assert_eq!(answer(&function, event("erase")).await.0, 204);
    assert_eq!(answer(&function, event("show")).await.0, 404);
}

#[tokio::test]
async fn a_picture_is_a_redirect_or_an_address_and_never_kept() {
    let function = function();
    answer(&function, event("create")).await;
    let redirect = function
        .invoke(event("image"), Invocation::new("r"))
        .await
        .unwrap();
    let location = redirect["headers"]["location"].as_str().unwrap();
    assert!(location.ends_with("/annotated.jpg?signed"), "{location}");
    assert_eq!(redirect["headers"]["cache-control"], "no-store");
    let (_, body) = answer(&function, event("image-address")).await;
    assert!(body["url"].as_str().unwrap().ends_with("/thumbnail.jpg?signed"));
    for query in ["", "variant=", "variant=raw", "variant=original&x=1"] {
        let (status, problem) = answer(&function, with_query("image", query)).await;
        assert_eq!(
            (status, problem["type"].as_str()),
            (422, Some("/problems/invalid-request")),
            "{query}"
        );
    }
}

#[test]
fn only_a_caller_that_names_json_gets_it() {
    for (accept, json) in [
        (None, false),
        (Some("*/*"), false),
        (Some("image/avif,image/webp,*/*;q=0.8"), false),
        (Some("application/json"), true),
        (Some("application/problem+json, application/json;q=0.9"), true),
    ] {
        assert_eq!(accepts_json(accept), json, "{accept:?}");
    }
}

#[tokio::test]
async fn lists_are_filtered_and_bad_filters_refused() {
    let function = function();
    answer(&function, event("create")).await;
    for (query, n_items) in [
        ("", 1),
        ("list=no-faces", 0),
        ("from=2026-11-20T11:00:00Z", 1),
        ("from=2026-11-20T11:00:01Z", 0),
        ("to=2026-11-20T11:00:00Z", 0),
        ("to=2026-11-20T12:00:01%2B01:00", 1),
    ] {
        let (status, page) = answer(&function, with_query("list", query)).await;
        assert_eq!(status, 200, "{query}: {page}");
        assert_eq!(page["items"].as_array().unwrap().len(), n_items, "{query}");
        assert_eq!(page["nextCursor"], Value::Null);
    }
    for query in [
        "limit=0",
        "limit=101",
        "limit=x",
        "list=x",
        "smiling=maybe",
        "from=yesterday",
        "to=",
        "page=2",
    ] {
        let (status, problem) = answer(&function, with_query("list", query)).await;
        assert_eq!(
            (status, problem["type"].as_str()),
            (422, Some("/problems/invalid-request")),
            "{query}"
        );
    }
}

#[tokio::test]
async fn a_cursor_leads_on_and_only_in_its_own_list() {
    let world = World::default();
    for n in 1..=3 {
        world.analyzed(ADA, n).await;
    }
    let function = function_in(world, "image/jpeg", jpeg(100, 100));
    let (_, first) = answer(&function, with_query("list", "limit=2")).await;
    let cursor = first["nextCursor"].as_str().unwrap();
    let (_, second) = answer(&function, with_query("list", &format!("limit=2&cursor={cursor}"))).await;
    assert_eq!(
        second["items"][0]["analysisId"],
        fakes::analysis_id(1).to_string()
    );
    assert_eq!(second["nextCursor"], Value::Null);
    for query in [
        format!("cursor={cursor}&list=no-faces"),
        "cursor=x".to_owned(),
        "cursor=".to_owned(),
    ] {
        let (status, problem) = answer(&function, with_query("list", &query)).await;
        assert_eq!(
            (status, problem["type"].as_str()),
            (400, Some("/problems/invalid-cursor")),
            "{query}"
        );
    }
}

#[tokio::test]
async fn nobody_sees_anything_without_a_token() {
    for name in ["create", "list", "show", "erase", "image"] {
        let mut event = event(name);
        event["headers"].as_object_mut().unwrap().remove("authorization");
        assert_eq!(answer(&function(), event).await.0, 401, "{name}");
    }
}
