//! What ada has, and every route with an id in its path.

use std::collections::BTreeSet;

use api::{ROUTES, Route};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use journeys::{Answer, Cutout, Person, camera, jpeg_of_nothing};
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

/// An id in the right form that nobody has.
pub(super) const NOBODYS: &str = "0199a000-0000-7000-8000-000000000000";

/// What ada has, by the path of the collection it is in.
pub(super) struct Things {
    pub(super) analysis: String,
    pub(super) api_key: String,
    pub(super) session: String,
    pub(super) user: String,
    pub(super) challenge: String,
    pub(super) challenge_token: String,
    pub(super) person: String,
    pub(super) face: String,
    /// Two photos that wait: one to be added, one to be compared.
    pub(super) uploads: [String; 2],
}

/// A route with an id in its path, called by somebody whose id it is not.
pub(super) struct Row {
    pub(super) route: &'static str,
    pub(super) query: &'static str,
    pub(super) body: Option<Value>,
    pub(super) id: String,
    /// The second id in the path, of those that have one.
    pub(super) face: String,
    /// The answer, the same as for an id that nobody has.
    pub(super) refusal: (u16, &'static str),
    /// What the owner gets in the end; `None` where not even the owner may.
    pub(super) owner: Option<u16>,
}

pub(super) fn row(route: &'static str, id: &str, refusal: (u16, &'static str), owner: Option<u16>) -> Row {
    Row {
        route,
        query: "",
        body: None,
        id: id.to_owned(),
        face: String::new(),
        refusal,
        owner,
    }
}

/// One row at least for every route with an id in its path; what erases comes last.
pub(super) fn rows(of: &Things) -> Vec<Row> {
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
    let of_person = |route, body, owner| Row {
        body,
        face: of.face.clone(),
        ..row(route, &of.person, (404, "person-not-found"), Some(owner))
    };
    let photo = |nth: usize| Some(json!({ "uploadId": of.uploads[nth] }));
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
        of_person("getPerson", None, 200),
        of_person("changePerson", Some(json!({ "displayName": "Eve's now" })), 200),
        of_person("addPersonFace", photo(0), 201),
        of_person("verifyPerson", photo(1), 200),
        of_person("getPersonFaceImage", None, 302),
        of_person("deletePersonFace", None, 204),
        of_person("deletePerson", None, 200),
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

pub(super) fn route(id: &str) -> &'static Route {
    ROUTES
        .iter()
        .find(|it| it.id == id)
        .unwrap_or_else(|| panic!("there is no route {id}"))
}

pub(super) fn header(name: &'static str, value: &str) -> HeaderMap {
    let value = HeaderValue::from_str(value).expect("a header");
    HeaderMap::from_iter([(HeaderName::from_static(name), value)])
}

pub(super) async fn ask(person: &Person<'_>, row: &Row, id: &str, headers: HeaderMap) -> Answer {
    let route = route(row.route);
    let method = Method::from_bytes(route.method.as_str().as_bytes()).expect("a method");
    let path = format!(
        "{}{}{}",
        api::BASE_PATH,
        route.path.replace("{id}", id).replace("{faceId}", &row.face),
        row.query
    );
    person.call(method, &path, headers, row.body.as_ref()).await
}

/// Everything of a refusal that a caller could tell two apart by.
pub(super) fn seen(answer: &Answer) -> (u16, Value, BTreeSet<String>) {
    let mut body = answer.json.clone();
    body.as_object_mut().expect("a problem").remove("instance");
    (
        answer.status,
        body,
        answer.headers.keys().map(ToString::to_string).collect(),
    )
}

pub(super) async fn things(ada: &Person<'_>) -> Things {
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
    let person = ada.register("Olive").await;
    let portrait = camera(&Cutout::OLIVE.picture());
    let face = ada.add_face(&person, &portrait).await.expect(201);
    let uploads = [
        ada.upload(&portrait, "image/jpeg").await,
        ada.upload(&portrait, "image/jpeg").await,
    ];
    Things {
        analysis: text(&analysis["analysisId"]),
        api_key: text(&key["id"]),
        session: text(&sessions["items"][0]["id"]),
        user: ada.user_id.clone(),
        challenge: text(&challenge["challengeId"]),
        challenge_token: text(&challenge["token"]),
        person,
        face: text(&face["faceId"]),
        uploads,
    }
}

pub(super) fn challenge() -> Value {
    json!({ "imageWidth": 200, "imageHeight": 150 })
}

pub(super) fn somebody() -> Value {
    let consent = json!({ "noticeVersion": "1", "givenBy": "Olive", "at": "2026-11-20T10:58:00Z" });
    json!({ "displayName": "Olive", "consent": consent })
}

pub(super) fn api_key() -> Value {
    let scopes = ["analyze", "liveness", "people:read", "people:write", "identify"];
    json!({ "name": "a camera", "scopes": scopes })
}
