//! The function as a whole, asked over HTTP, over a world in memory.

mod assertions;
mod crashes;
mod erasing;
mod events;
mod faces;
mod people;
mod photos;
mod races;
mod tenancy;
mod traces;
mod verifying;
mod whose;

use std::sync::{Arc, Mutex};

use domain::{FaceId, PersonId, UploadId, UserId};
use jiff::{SignedDuration, Timestamp};
use lambda_kit::testing::{self, ApiKeyRows, AuditRows};
use lambda_kit::{Clock, Function, Invocation, RandomIds};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::capabilities::fakes::{ADA, World, jpeg};
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

type Who = Vec<(&'static str, String)>;

/// The function and everything around it.
struct Desk {
    function: Function,
    world: World,
    hands: Hands,
    api_keys: ApiKeyRows,
    audit: AuditRows,
}

fn context(world: &World, hands: &Hands, audit: &AuditRows) -> Context<World> {
    let clock: Arc<dyn Clock> = Arc::new(hands.clone());
    Context {
        deps: world.clone(),
        keys: Keys::default(),
        threshold_percent: 90.0,
        limits: testing::limits_at(clock.clone()).behind_edge("edge"),
        trail: testing::trail_over(clock.clone(), audit.clone()),
        clock,
        ids: Arc::new(RandomIds),
    }
}

impl Desk {
    fn new() -> Self {
        let (world, hands) = (World::default(), Hands(Arc::new(Mutex::new(now()))));
        let (api_keys, audit) = (ApiKeyRows::default(), AuditRows::default());
        let context = Arc::new(context(&world, &hands, &audit));
        let router = router(
            testing::access_tokens(now()),
            api_keys.verifier(Arc::new(hands.clone())),
            context.clone(),
        );
        assert_eq!(router.misplaced(crate::MANIFEST.logical_id), [] as [&str; 0]);
        Self {
            function: crate::operator::function(router, context),
            world,
            hands,
            api_keys,
            audit,
        }
    }

    fn now(&self) -> Timestamp {
        self.hands.now()
    }

    fn wait(&self, seconds: i64) {
        *self.hands.0.lock().unwrap() += SignedDuration::from_secs(seconds);
    }

    fn session(user: UserId) -> Who {
        vec![("authorization", format!("Bearer {}", testing::token(user, now())))]
    }

    /// Returns status, headers and body.
    async fn answer(&self, who: &Who, (method, path): (&str, &str), body: &Value) -> (u64, Value, Value) {
        let mut headers = json!({ "content-type": "application/json", "host": "example.org" });
        for (name, value) in who {
            headers[*name] = value.as_str().into();
        }
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let event = json!({
            "version": "2.0", "routeKey": "$default", "rawPath": format!("/api{path}"), "rawQueryString": query, "headers": headers,
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
        let body = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap_or_default();
        (
            answer["statusCode"].as_u64().unwrap(),
            answer["headers"].clone(),
            body,
        )
    }

    async fn call_as(&self, who: &Who, address: (&str, &str), body: &Value) -> (u64, Value) {
        let (status, _, body) = self.answer(who, address, body).await;
        (status, body)
    }

    /// Asks as Ada. A minute after the request before, so that nothing is asked too often.
    async fn call(&self, address: (&str, &str), body: &Value) -> (u64, Value) {
        self.wait(60);
        self.call_as(&Self::session(ADA), address, body).await
    }

    async fn create(&self, body: &Value) -> (u64, Value) {
        self.call(("POST", "/people"), body).await
    }

    /// Registers a person of Ada's.
    async fn person(&self) -> PersonId {
        let (status, answer) = self.create(&order()).await;
        assert_eq!(status, 201, "{answer}");
        PersonId::parse(answer["personId"].as_str().unwrap()).unwrap()
    }

    /// Lets a photo of this width arrive.
    fn upload(&self, owner: UserId, width: u32) -> UploadId {
        self.upload_file(owner, jpeg(width))
    }

    fn upload_file(&self, owner: UserId, file: Vec<u8>) -> UploadId {
        let upload = UploadId::from_uuid(Uuid::now_v7());
        self.world.upload(owner, upload, file, self.now());
        upload
    }

    async fn add(&self, person: PersonId, upload: UploadId) -> (u64, Value) {
        let path = format!("/people/{person}/faces");
        self.call(("POST", &path), &json!({ "uploadId": upload.to_string() }))
            .await
    }

    /// Adds a face to a person of Ada's.
    async fn face(&self, person: PersonId, width: u32) -> FaceId {
        let (status, answer) = self.add(person, self.upload(ADA, width)).await;
        assert_eq!(status, 201, "{answer}");
        FaceId::parse(answer["faceId"].as_str().unwrap()).unwrap()
    }

    async fn show(&self, person: PersonId) -> (u64, Value) {
        self.call(("GET", &format!("/people/{person}")), &Value::Null)
            .await
    }

    async fn erase(&self, person: PersonId) -> (u64, Value) {
        self.call(("DELETE", &format!("/people/{person}")), &Value::Null)
            .await
    }

    async fn erase_face(&self, person: PersonId, face: FaceId) -> (u64, Value) {
        let path = format!("/people/{person}/faces/{face}");
        self.call(("DELETE", &path), &Value::Null).await
    }

    async fn verify(&self, person: PersonId, body: &Value) -> (u64, Value) {
        self.call(("POST", &format!("/people/{person}/verify")), body)
            .await
    }

    async fn verify_photo(&self, person: PersonId, upload: UploadId) -> (u64, Value) {
        self.verify(person, &json!({ "uploadId": upload.to_string() }))
            .await
    }
}

/// What registers Ada's first person.
fn order() -> Value {
    json!({
        "displayName": "Grace", "externalId": "4711",
        "consent": { "noticeVersion": "2026-11", "givenBy": "Grace Hopper", "at": "2026-11-20T10:58:00Z" },
    })
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
