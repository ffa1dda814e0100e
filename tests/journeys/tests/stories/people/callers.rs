//! Who may do what with people, and what is written down about it.

use std::collections::BTreeMap;

use api::ROUTES;
use journeys::cutout::another;
use journeys::{Cutout, Suite, camera};
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use super::{administrator, program};

/// An id in the right form that nobody has.
const NOBODYS: &str = "0199a000-0000-7000-8000-000000000000";

/// What each scope lets a key do, and nothing else. Written out, so that a change of it is seen.
const MAY: &[(&str, &[&str])] = &[
    ("people:read", &["listPeople", "getPerson", "getPersonFaceImage"]),
    (
        "people:write",
        &[
            "createPerson",
            "listPeople",
            "getPerson",
            "changePerson",
            "addPersonFace",
            "deletePersonFace",
            "getPersonFaceImage",
            "deletePerson",
        ],
    ),
    ("identify", &["verifyPerson"]),
    ("analyze", &[]),
    ("liveness", &[]),
];

/// A body that is in order, where an operation wants one.
fn body_of(operation: &str) -> Option<Value> {
    match operation {
        "createPerson" => Some(json!({
            "displayName": "Grace",
            "consent": { "noticeVersion": "1", "givenBy": "Grace", "at": "2026-11-20T10:58:00Z" },
        })),
        "changePerson" => Some(json!({ "displayName": "Grace" })),
        "addPersonFace" | "verifyPerson" => Some(json!({ "uploadId": NOBODYS })),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_does_with_people_what_its_scopes_say_and_no_more() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;
    let operations: Vec<_> = ROUTES
        .iter()
        .filter(|it| it.path.starts_with("/people"))
        .collect();
    assert_eq!(operations.len(), 9);
    for (scope, may) in MAY {
        let key = program(&suite, &ada, &[scope]).await;
        for route in &operations {
            let method = Method::from_bytes(route.method.as_str().as_bytes()).expect("a method");
            let path = format!("{}{}", api::BASE_PATH, route.path);
            let path = path.replace("{id}", NOBODYS).replace("{faceId}", NOBODYS);
            let answer = key
                .call(method, &path, HeaderMap::new(), body_of(route.id).as_ref())
                .await;
            if may.contains(&route.id) {
                assert!(
                    [200, 201, 404].contains(&answer.status),
                    "{scope} {}: {answer:?}",
                    route.id
                );
            } else {
                assert_eq!(answer.status, 403, "{scope} {}: {answer:?}", route.id);
                answer.expect_problem(403, "insufficient-scope");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_desk_registers_the_door_verifies_and_both_mean_the_same_people() {
    let suite = Suite::start().await;
    let (ada, eve) = (suite.person("ada").await, suite.person("eve").await);
    let desk = program(&suite, &ada, &["people:write"]).await;
    let door = program(&suite, &ada, &["identify"]).await;
    let theirs = program(&suite, &eve, &["people:read", "people:write", "identify"]).await;

    let person = desk.register("Peach").await;
    let picture = Cutout::PEACH.picture();
    desk.add_face(&person, &camera(&picture)).await.expect(201);
    let probe = camera(&another(&picture));
    let answer = door.verify_photo(&person, &probe).await.expect(200);
    assert_eq!(answer["verified"], true, "{answer}");
    // It is ada's, and nobody else's.
    let page = ada.get("/api/people").await.expect(200);
    assert_eq!(page["items"][0]["personId"], json!(person));
    theirs
        .verify_photo(&person, &probe)
        .await
        .expect_problem(404, "person-not-found");
    theirs
        .add_face(&person, &probe)
        .await
        .expect_problem(404, "person-not-found");
    let page = theirs.get("/api/people").await.expect(200);
    assert_eq!(page["items"], json!([]));
    // Nor does a photo of somebody else's say anything about one's own people.
    let own = theirs.register("Own").await;
    theirs.add_face(&own, &probe).await.expect(201);
    let upload = ada.upload(&probe, "image/jpeg").await;
    let body = json!({ "uploadId": upload });
    theirs
        .post(&format!("/api/people/{own}/verify"), &body)
        .await
        .expect_problem(404, "upload-not-found");
    theirs
        .add_upload(&own, &upload)
        .await
        .expect_problem(404, "upload-not-found");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_to_people_is_written_down_without_their_names() {
    let suite = Suite::start().await;
    let admin = administrator(&suite).await;
    let ada = suite.person("ada").await;
    let person = ada.register("Hortensia Peach").await;
    let path = format!("/api/people/{person}");
    let wish = json!({ "displayName": "Hortensia Plum", "externalId": "payroll-77" });
    ada.call(Method::PATCH, &path, HeaderMap::new(), Some(&wish))
        .await
        .expect(200);
    let face = ada
        .add_face(&person, &camera(&Cutout::PEACH.picture()))
        .await
        .expect(201);
    ada.add_face(&person, &journeys::jpeg_of_nothing(200, 200))
        .await
        .expect_problem(422, "face-not-usable");
    for (one, is_it) in [(Cutout::PEACH, true), (Cutout::GREEN, false)] {
        let answer = ada
            .verify_photo(&person, &camera(&one.picture()))
            .await
            .expect(200);
        assert_eq!(answer["verified"], is_it, "{answer}");
    }
    let face = face["faceId"].as_str().expect("an id");
    assert_eq!(ada.delete(&format!("{path}/faces/{face}")).await.status, 204);
    ada.delete(&path).await.expect(200);

    let of_ada = format!("/api/audit?limit=100&userId={}", ada.user_id);
    let page = admin.get(&of_ada).await.expect(200);
    let items = page["items"].as_array().expect("items");
    let mut n_events = BTreeMap::new();
    for item in items.iter().filter(|it| it["subjectId"] == json!(person)) {
        let text = |name: &str| item[name].as_str().expect("a text").to_owned();
        *n_events.entry((text("event"), text("outcome"))).or_insert(0) += 1;
    }
    let expected = [
        ("person-created", "done", 1),
        ("person-changed", "done", 1),
        ("face-added", "done", 1),
        ("face-added", "refused", 1),
        ("person-verified", "done", 1),
        ("person-verified", "refused", 1),
        ("face-erased", "done", 1),
        ("person-erased", "done", 1),
    ];
    let expected: BTreeMap<_, _> = expected
        .iter()
        .map(|&(event, outcome, n)| ((event.to_owned(), outcome.to_owned()), n))
        .collect();
    assert_eq!(n_events, expected, "{items:#?}");
    let text = page.to_string();
    for private in ["Hortensia", "Plum", "payroll-77", "127.0.0.1"] {
        assert!(!text.contains(private), "{private} in {text}");
    }
    let sound = suite.operate(json!({ "visavisAction": "verify-audit" })).await;
    assert_eq!(sound["ok"], true, "{sound}");
}
