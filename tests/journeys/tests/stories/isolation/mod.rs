//! What is one account's does not exist for another: not by id, not by cursor, not by `Idempotency-Key`, and not by an
//! answer that is a little different.

use std::collections::BTreeSet;

use api::{ROUTES, Route};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use journeys::{Answer, Person, Suite, jpeg_of_nothing};
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

/// An id in the right form that nobody has.
const NOBODYS: &str = "0199a000-0000-7000-8000-000000000000";

/// What ada has, by the path of the collection it is in.
struct Things {
    analysis: String,
    api_key: String,
    session: String,
    user: String,
    challenge: String,
    challenge_token: String,
}

/// A route with an id in its path, called by somebody whose id it is not.
struct Row {
    route: &'static str,
    query: &'static str,
    body: Option<Value>,
    id: String,
    /// The answer, the same as for an id that nobody has.
    refusal: (u16, &'static str),
    /// What the owner gets in the end; `None` where not even the owner may.
    owner: Option<u16>,
}

fn row(route: &'static str, id: &str, refusal: (u16, &'static str), owner: Option<u16>) -> Row {
    Row {
        route,
        query: "",
        body: None,
        id: id.to_owned(),
        refusal,
        owner,
    }
}

/// One row at least for every route with an id in its path; what erases comes last.
fn rows(of: &Things) -> Vec<Row> {
    let unknown = (404, "analysis-not-found");
    let image = |query| Row {
        query,
        ..row("getAnalysisImage", &of.analysis, unknown, Some(302))
    };
    let change = |body| Row {
        body: Some(body),
        ..row("changeUser", &of.user, (403, "forbidden"), None)
    };
    // Also to whoever got hold of the token: it is good for the account that began the challenge.
    let of_challenge = |route, body| Row {
        body: Some(body),
        ..row(route, &of.challenge, (404, "challenge-not-found"), Some(200))
    };
    let frame = STANDARD.encode(jpeg_of_nothing(200, 150));
    vec![
        of_challenge(
            "putLivenessFrame",
            json!({ "token": of.challenge_token, "index": 0, "takenAtMs": 0, "jpegBase64": frame }),
        ),
        of_challenge("verifyLivenessChallenge", json!({ "token": of.challenge_token })),
        row("getAnalysis", &of.analysis, unknown, Some(200)),
        image("?variant=original"),
        image("?variant=annotated"),
        image("?variant=thumbnail"),
        change(json!({ "role": "admin" })),
        change(json!({ "disabled": true })),
        row("deleteUser", &of.user, (403, "forbidden"), None),
        row("deleteAnalysis", &of.analysis, unknown, Some(204)),
        row("deleteApiKey", &of.api_key, (404, "api-key-not-found"), Some(204)),
        row(
            "deleteSession",
            &of.session,
            (404, "session-not-found"),
            Some(204),
        ),
    ]
}

fn route(id: &str) -> &'static Route {
    ROUTES
        .iter()
        .find(|it| it.id == id)
        .unwrap_or_else(|| panic!("there is no route {id}"))
}

fn header(name: &'static str, value: &str) -> HeaderMap {
    let value = HeaderValue::from_str(value).expect("a header");
    HeaderMap::from_iter([(HeaderName::from_static(name), value)])
}

async fn ask(person: &Person<'_>, row: &Row, id: &str, headers: HeaderMap) -> Answer {
    let route = route(row.route);
    let method = Method::from_bytes(route.method.as_str().as_bytes()).expect("a method");
    let path = format!(
        "{}{}{}",
        api::BASE_PATH,
        route.path.replace("{id}", id),
        row.query
    );
    person.call(method, &path, headers, row.body.as_ref()).await
}

/// Everything of a refusal that a caller could tell two apart by.
fn seen(answer: &Answer) -> (u16, Value, BTreeSet<String>) {
    let mut body = answer.json.clone();
    body.as_object_mut().expect("a problem").remove("instance");
    (
        answer.status,
        body,
        answer.headers.keys().map(ToString::to_string).collect(),
    )
}

async fn things(ada: &Person<'_>) -> Things {
    let photo = jpeg_of_nothing(200, 150);
    let text = |value: &Value| value.as_str().expect("an id").to_owned();
    let analysis = ada.analyze(&photo, "image/jpeg").await.expect(201);
    // A second one, so that the list has a next page.
    ada.analyze(&jpeg_of_nothing(210, 150), "image/jpeg")
        .await
        .expect(201);
    let key = ada.post("/api/api-keys", &api_key()).await.expect(201);
    let sessions = ada.get("/api/auth/sessions").await.expect(200);
    let challenge = ada
        .post("/api/liveness/challenges", &challenge())
        .await
        .expect(201);
    Things {
        analysis: text(&analysis["analysisId"]),
        api_key: text(&key["id"]),
        session: text(&sessions["items"][0]["id"]),
        user: ada.user_id.clone(),
        challenge: text(&challenge["challengeId"]),
        challenge_token: text(&challenge["token"]),
    }
}

fn challenge() -> Value {
    json!({ "imageWidth": 200, "imageHeight": 150 })
}

fn api_key() -> Value {
    json!({ "name": "a camera", "scopes": ["analyze"] })
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_id_is_answered_as_one_that_nobody_has() {
    let suite = Suite::start().await;
    let (ada, eve) = (suite.person("ada").await, suite.person("eve").await);
    let rows = rows(&things(&ada).await);

    let with_an_id = ROUTES.iter().filter(|it| it.path_parameters().count() > 0);
    let expected: BTreeSet<_> = with_an_id.map(|it| it.id).collect();
    let covered: BTreeSet<_> = rows.iter().map(|it| it.route).collect();
    assert_eq!(covered, expected, "every route with an id in its path has a row");

    let key = eve.post("/api/api-keys", &api_key()).await.expect(201);
    let key = key["key"].as_str().expect("a key");
    let device = suite.anonymous();
    for row in &rows {
        let what = format!("{}{}", row.route, row.query);
        let theirs = ask(&eve, row, &row.id, HeaderMap::new()).await;
        let nobodys = ask(&eve, row, NOBODYS, HeaderMap::new()).await;
        assert_eq!(seen(&theirs), seen(&nobodys), "{what}");
        assert!(
            !String::from_utf8_lossy(&theirs.bytes).contains(&row.id),
            "{what}: the id is in the answer"
        );
        theirs.expect_problem(row.refusal.0, row.refusal.1);
        // The same by eve's API key, and by nobody at all.
        let theirs = ask(&device, row, &row.id, header("x-api-key", key)).await;
        let nobodys = ask(&device, row, NOBODYS, header("x-api-key", key)).await;
        assert!(theirs.status >= 400, "{what}: {theirs:?}");
        assert_eq!(seen(&theirs), seen(&nobodys), "{what}, by key");
        let theirs = ask(&device, row, &row.id, HeaderMap::new()).await;
        theirs.expect_problem(401, "unauthenticated");
        println!("{what:<40} {} {}", row.refusal.0, row.refusal.1);
    }
    // Nothing of it did anything, and it was the ids of things that exist.
    for row in &rows {
        if let Some(status) = row.owner {
            let answer = ask(&ada, row, &row.id, HeaderMap::new()).await;
            assert_eq!(answer.status, status, "{}: {answer:?}", row.route);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_cursor_and_upload_are_good_for_nothing() {
    let suite = Suite::start().await;
    let (ada, eve) = (suite.person("ada").await, suite.person("eve").await);
    things(&ada).await;
    let page = ada.get("/api/analyses?limit=1").await.expect(200);
    let cursor = page["nextCursor"].as_str().expect("a next page");
    let theirs = eve.get(&format!("/api/analyses?limit=1&cursor={cursor}")).await;
    let invented = eve.get("/api/analyses?limit=1&cursor=AAAA").await;
    assert_eq!(seen(&theirs), seen(&invented));
    theirs.expect_problem(400, "invalid-cursor");
    let next = ada.get(&format!("/api/analyses?limit=1&cursor={cursor}")).await;
    assert_eq!(next.expect(200)["items"].as_array().map(Vec::len), Some(1));

    let upload = ada.upload(&jpeg_of_nothing(220, 150), "image/jpeg").await;
    let theirs = eve.post("/api/analyses", &json!({ "uploadId": upload })).await;
    let nobodys = eve.post("/api/analyses", &json!({ "uploadId": NOBODYS })).await;
    assert_eq!(seen(&theirs), seen(&nobodys));
    theirs.expect_problem(404, "upload-not-found");
    ada.post("/api/analyses", &json!({ "uploadId": upload }))
        .await
        .expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idempotency_key_is_of_its_account() {
    let suite = Suite::start().await;
    let (ada, eve) = (suite.person("ada").await, suite.person("eve").await);
    let upload = ada.upload(&jpeg_of_nothing(200, 150), "image/jpeg").await;
    let promise = json!({ "contentType": "image/jpeg", "sizeBytes": 1000 });
    // What it is, its body, where the answer has its id, and what somebody else gets for the same key and body.
    let rows = [
        ("createUpload", promise, "uploadId", 201),
        ("createAnalysis", json!({ "uploadId": upload }), "analysisId", 404),
        ("createApiKey", api_key(), "id", 201),
        ("createLivenessChallenge", challenge(), "challengeId", 201),
    ];
    // Before there is an account, and for the administrator alone: these make accounts, whose names are of the suite.
    let makes_accounts = ["signUp", "createUser"];
    let expected = ROUTES.iter().filter(|it| it.idempotent_by_key);
    let expected: BTreeSet<_> = expected.map(|it| it.id).collect();
    let covered = rows.iter().map(|it| it.0).chain(makes_accounts);
    assert_eq!(covered.collect::<BTreeSet<_>>(), expected);

    for (id, body, name, status) in &rows {
        let path = format!("{}{}", api::BASE_PATH, route(id).path);
        let with_key = || header("idempotency-key", "the-same-key");
        let make = async |person: &Person<'_>| person.call(Method::POST, &path, with_key(), Some(body)).await;
        let first = make(&ada).await.expect(201);
        let theirs = make(&eve).await;
        assert_eq!(theirs.status, *status, "{id}: {theirs:?}");
        let again = make(&ada).await;
        assert!(again.status < 300, "{id}: {again:?}");
        // A key that is made again is another one; everything else is the same.
        if *id != "createApiKey" {
            assert_eq!(again.json[name], first[name], "{id}");
        }
        assert_ne!(theirs.json[name], first[name], "{id}");
        assert!(
            !String::from_utf8_lossy(&theirs.bytes).contains(first[name].as_str().expect("an id")),
            "{id}: ada's thing is in eve's answer"
        );
    }
}
