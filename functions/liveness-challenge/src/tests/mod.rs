//! The function as a whole, asked over HTTP, over a world in memory.

mod comparing;
mod events;
mod forgery;
mod frames;
mod locking;
mod person;
mod races;
mod registered;
mod results;
mod starts;
mod swaps;

use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::{ChallengeId, UserId};
use jiff::{SignedDuration, Timestamp};
use lambda_kit::testing::{self, ApiKeyRows};
use lambda_kit::{Clock, Function, Invocation, RandomIds};
use serde_json::{Value, json};

use crate::capabilities::fakes::{ADA, HEIGHT, WIDTH, World, jpeg};
use crate::http::{Context, router};
use crate::keys::Keys;

fn now() -> Timestamp {
    "2026-11-21T11:00:00Z".parse().unwrap()
}

/// A clock that is set by hand.
#[derive(Clone)]
struct Hands(Arc<Mutex<Timestamp>>);

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// The function and everything around it.
struct Desk {
    function: Function,
    world: World,
    hands: Hands,
    api_keys: ApiKeyRows,
}

/// A challenge that was begun, by whom.
struct Begun {
    id: String,
    token: String,
    answer: Value,
    who: Vec<(&'static str, String)>,
}

impl Begun {
    fn id(&self) -> ChallengeId {
        ChallengeId::parse(&self.id).unwrap()
    }
}

impl Desk {
    fn new() -> Self {
        let (world, hands) = (World::default(), Hands(Arc::new(Mutex::new(now()))));
        let api_keys = ApiKeyRows::default();
        let clock: Arc<dyn Clock> = Arc::new(hands.clone());
        let context = Context {
            deps: world.clone(),
            keys: Keys::default(),
            limits: testing::limits_at(clock.clone()),
            verify_threshold_percent: 90.0,
            clock: clock.clone(),
            ids: Arc::new(RandomIds),
        };
        let router = router(
            testing::access_tokens(now()),
            api_keys.verifier(clock),
            Arc::new(context),
        );
        assert_eq!(router.misplaced(crate::MANIFEST.logical_id), [] as [&str; 0]);
        Self {
            function: Function::http(router),
            world,
            hands,
            api_keys,
        }
    }

    fn now(&self) -> Timestamp {
        self.hands.now()
    }

    fn wait(&self, ms: i64) {
        *self.hands.0.lock().unwrap() += SignedDuration::from_millis(ms);
    }

    fn session(user: UserId) -> Vec<(&'static str, String)> {
        vec![("authorization", format!("Bearer {}", testing::token(user, now())))]
    }

    async fn call(
        &self,
        who: &[(&'static str, String)],
        (method, path): (&str, &str),
        body: &Value,
    ) -> (u64, Value) {
        let mut headers = json!({ "content-type": "application/json", "host": "example.org" });
        for (name, value) in who {
            headers[*name] = value.as_str().into();
        }
        let event = json!({
            "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "", "headers": headers,
            "requestContext": {
                "accountId": "000000000000", "apiId": "api", "domainName": "example.org", "domainPrefix": "example",
                "http": { "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "test" },
                "requestId": "r", "routeKey": "$default", "stage": "$default",
                "time": "21/Nov/2026:11:00:00 +0000", "timeEpoch": 0
            },
            "body": body.to_string(), "isBase64Encoded": false,
        });
        let answer = self
            .function
            .invoke(event, Invocation::new("req-1"))
            .await
            .unwrap();
        let body = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
        (answer["statusCode"].as_u64().unwrap(), body)
    }

    async fn start(&self, who: &[(&'static str, String)], body: &Value) -> (u64, Value) {
        self.call(who, ("POST", "/api/liveness/challenges"), body).await
    }

    /// Begins a challenge.
    async fn begin_as(&self, who: Vec<(&'static str, String)>, extra: &Value) -> Begun {
        let mut body = json!({ "imageWidth": WIDTH, "imageHeight": HEIGHT });
        body.as_object_mut()
            .unwrap()
            .extend(extra.as_object().unwrap().clone());
        let (status, answer) = self.start(&who, &body).await;
        assert_eq!(status, 201, "{answer}");
        Begun {
            id: answer["challengeId"].as_str().unwrap().to_owned(),
            token: answer["token"].as_str().unwrap().to_owned(),
            answer,
            who,
        }
    }

    async fn begin(&self, kind: &str) -> Begun {
        self.begin_as(Self::session(ADA), &json!({ "kind": kind })).await
    }

    /// Sends a frame.
    async fn send(&self, begun: &Begun, index: u32, file: &[u8]) -> (u64, Value) {
        let taken_at_ms = self.hands.now().as_millisecond() - 100;
        let body = json!({
            "token": begun.token, "index": index, "takenAtMs": taken_at_ms, "jpegBase64": STANDARD.encode(file),
        });
        let path = format!("/api/liveness/challenges/{}/frames", begun.id);
        self.call(&begun.who, ("PUT", &path), &body).await
    }

    /// Sends a frame like no other, a camera's interval after the one before.
    async fn next(&self, begun: &Begun, index: u32) -> Value {
        self.wait(250);
        let (status, answer) = self.send(begun, index, &jpeg(index)).await;
        assert_eq!((status, &answer["accepted"]), (200, &json!(true)), "{answer}");
        answer
    }

    async fn verify(&self, begun: &Begun) -> (u64, Value) {
        let path = format!("/api/liveness/challenges/{}/verify", begun.id);
        self.call(&begun.who, ("POST", &path), &json!({ "token": begun.token }))
            .await
    }
}

/// Asserts that an answer is this problem.
#[track_caller]
fn is_problem((status, body): &(u64, Value), expected: u64, slug: &str) {
    assert_eq!(
        (*status, &body["type"]),
        (expected, &json!(format!("/problems/{slug}"))),
        "{body}"
    );
}
