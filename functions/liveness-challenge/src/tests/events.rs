//! The events in `events/liveness-challenge`.

use domain::PersonId;
use lambda_kit::testing;
use lambda_kit::{Clock, Ids, Invocation};
use serde_json::Value;
use std::sync::{Arc, Mutex};

use super::{Hands, now};
use crate::capabilities::fakes::{ADA, World};
use crate::http::{Context, router};
use crate::keys::Keys;

/// The challenge that the events name.
const CHALLENGE: &str = "01890a5e-0000-7000-8000-000000000000";

/// The person that the events name.
const PERSON: PersonId = PersonId::from_uuid(uuid::uuid!("01890a5e-0000-7000-8000-00000000000a"));

struct AlwaysTheEvents;

impl Ids for AlwaysTheEvents {
    fn next(&self) -> uuid::Uuid {
        CHALLENGE.parse().unwrap()
    }
}

fn function() -> lambda_kit::Function {
    let clock: Arc<dyn Clock> = Arc::new(Hands(Arc::new(Mutex::new(now()))));
    let world = World::default();
    world.enroll(ADA, PERSON, &[99.0]);
    let context = Context {
        deps: world,
        keys: Keys::default(),
        limits: testing::limits_at(clock.clone()),
        verify_threshold_percent: 90.0,
        clock: clock.clone(),
        ids: Arc::new(AlwaysTheEvents),
    };
    let api_keys = testing::ApiKeyRows::default().verifier(clock);
    lambda_kit::Function::http(router(testing::access_tokens(now()), api_keys, Arc::new(context)))
}

/// An event with an access token that is valid now, and with the challenge's token.
fn event(name: &str, token: &str) -> Value {
    let path = format!(
        "{}/../../events/liveness-challenge/{name}",
        env!("CARGO_MANIFEST_DIR")
    );
    let mut event: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    event["headers"]["authorization"] = format!("Bearer {}", testing::token(ADA, now())).into();
    let mut body: Value = serde_json::from_str(event["body"].as_str().unwrap()).unwrap();
    if body["token"].is_string() {
        body["token"] = token.into();
    }
    event["body"] = body.to_string().into();
    event
}

async fn answer(function: &lambda_kit::Function, event: Value) -> (u64, Value) {
    let answer = function.invoke(event, Invocation::new("req-1")).await.unwrap();
    let body = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    (answer["statusCode"].as_u64().unwrap(), body)
}

#[tokio::test]
async fn every_event_is_answered() {
    let folder = format!("{}/../../events/liveness-challenge", env!("CARGO_MANIFEST_DIR"));
    let mut n_events = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let function = function();
        let creates = name.starts_with("create");
        let token = if creates {
            String::new()
        } else {
            let (_, begun) = answer(&function, event("create.json", "")).await;
            begun["token"].as_str().unwrap().to_owned()
        };
        let (status, body) = answer(&function, event(&name, &token)).await;
        assert_eq!(status, if creates { 201 } else { 200 }, "{name}: {body}");
        n_events += 1;
    }
    assert!(0 < n_events);
}
