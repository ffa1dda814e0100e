//! The events in `events/people`.

use std::sync::{Arc, Mutex};

use api::wire::ChallengeKind;
use domain::{ChallengeId, UploadId};
use jiff::SignedDuration;
use lambda_kit::liveness::{ASSERTION_AUDIENCE, Claims, KEY_BYTES, TokenKeys};
use lambda_kit::principal::ISSUER;
use lambda_kit::testing::{self, ApiKeyRows, AuditRows};
use lambda_kit::{Function, Ids, Invocation};
use serde_json::Value;
use uuid::Uuid;

use super::{Hands, context, now};
use crate::capabilities::fakes::{ADA, World, jpeg};
use crate::http::router;

/// The person that the events name.
const PERSON: &str = "01890a5e-0000-7000-8000-00000000000a";
/// The photo that becomes a face.
const UPLOAD: &str = "01890a5d-ac96-774b-bcce-b302099a8057";
/// The photo that is verified.
const PROBE: &str = "01890a5d-ac96-774b-bcce-b302099a8058";

struct AlwaysTheEvents;

impl Ids for AlwaysTheEvents {
    fn next(&self) -> Uuid {
        PERSON.parse().unwrap()
    }
}

/// A function in a world where Ada has uploaded two photos of one woman, and she has passed a challenge; and its assertion.
fn function() -> (Function, String) {
    let (world, hands) = (World::default(), Hands(Arc::new(Mutex::new(now()))));
    for (upload, width) in [(UPLOAD, 200), (PROBE, 201)] {
        world.upload(ADA, UploadId::parse(upload).unwrap(), jpeg(width), now());
    }
    let challenge = ChallengeId::from_uuid(Uuid::from_u128(9));
    let until = now() + SignedDuration::from_mins(2);
    world.pass_challenge(challenge, 202, until);
    let text = TokenKeys::text_of(&[7; KEY_BYTES]);
    world.with(|it| it.token_keys = Some(text.clone()));
    let claims = Claims {
        iss: ISSUER.to_owned(),
        aud: ASSERTION_AUDIENCE.to_owned(),
        jti: challenge.to_string(),
        own: ADA.to_string(),
        sub: None,
        per: Some(PERSON.to_owned()),
        kind: Some(ChallengeKind::Sequence),
        avoided: Vec::new(),
        iat: now().as_second(),
        exp: until.as_second(),
    };
    let assertion = TokenKeys::parse(&text).unwrap().sign(&claims).unwrap();
    let mut context = context(&world, &hands, &AuditRows::default());
    context.ids = Arc::new(AlwaysTheEvents);
    let api_keys = ApiKeyRows::default().verifier(Arc::new(hands));
    let router = router(testing::access_tokens(now()), api_keys, Arc::new(context));
    (Function::http(router), assertion)
}

/// An event with an access token and an assertion that are valid now.
fn event(name: &str, assertion: &str) -> Value {
    let path = format!("{}/../../events/people/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let mut event: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    event["headers"]["authorization"] = format!("Bearer {}", testing::token(ADA, now())).into();
    if name == "verify-assertion" {
        let mut body: Value = serde_json::from_str(event["body"].as_str().unwrap()).unwrap();
        body["livenessAssertion"] = assertion.into();
        event["body"] = body.to_string().into();
    }
    event
}

async fn answer(function: &Function, event: Value) -> (u64, String) {
    let answer = function.invoke(event, Invocation::new("req-1")).await.unwrap();
    let body = answer["body"].as_str().unwrap().to_owned();
    (answer["statusCode"].as_u64().unwrap(), body)
}

#[tokio::test]
async fn every_event_is_answered_after_those_that_register_and_add() {
    let folder = format!("{}/../../events/people", env!("CARGO_MANIFEST_DIR"));
    let mut n_events = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let name = name.strip_suffix(".json").unwrap();
        let (function, assertion) = function();
        if !name.starts_with("create") {
            for before in ["create", "add-face"] {
                let (status, body) = answer(&function, event(before, &assertion)).await;
                assert_eq!(status, 201, "{before}: {body}");
            }
        }
        let expected = match name {
            "create" | "create-with-key" | "add-face" => 201,
            "list" | "show" | "change" | "erase" | "face-image-address" | "verify-photo"
            | "verify-assertion" => 200,
            "erase-face" => 204,
            "face-image" => 302,
            other => panic!("events/people/{other}.json is not expected to be answered with anything"),
        };
        let (status, body) = answer(&function, event(name, &assertion)).await;
        assert_eq!(status, expected, "{name}: {body}");
        if name.starts_with("verify") {
            assert!(body.contains(r#""verified":true"#), "{name}: {body}");
        }
        n_events += 1;
    }
    assert_eq!(n_events, 12);
}
