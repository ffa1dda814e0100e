//! What is one account's does not exist for another: not by id, not by cursor, not by `Idempotency-Key`, and not by an
//! answer that is a little different.

mod rows;

use std::collections::BTreeSet;

use api::ROUTES;
use journeys::{Cutout, Person, Suite, camera, jpeg_of_nothing};
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::json;

use rows::{NOBODYS, api_key, ask, challenge, header, route, rows, seen, somebody, things};

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
        assert!(
            row.face.is_empty() || !String::from_utf8_lossy(&theirs.bytes).contains(&row.face),
            "{what}: the face's id is in the answer"
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
async fn somebody_elses_face_is_not_found_with_ones_own_person() {
    let suite = Suite::start().await;
    let (ada, eve) = (suite.person("ada").await, suite.person("eve").await);
    let of_ada = things(&ada).await;
    let own = eve.register("Olive").await;
    let face = |id: &str| format!("/api/people/{own}/faces/{id}");
    let image = |id: &str| format!("{}/image", face(id));
    let theirs = eve.get(&image(&of_ada.face)).await;
    assert_eq!(seen(&theirs), seen(&eve.get(&image(NOBODYS)).await));
    theirs.expect_problem(404, "face-not-found");
    let theirs = eve.delete(&face(&of_ada.face)).await;
    assert_eq!(seen(&theirs), seen(&eve.delete(&face(NOBODYS)).await));
    theirs.expect_problem(404, "face-not-found");
    // Nor with another person of the same account.
    let other = ada.register("Plum").await;
    ada.delete(&format!("/api/people/{other}/faces/{}", of_ada.face))
        .await
        .expect_problem(404, "face-not-found");
    let person = ada
        .get(&format!("/api/people/{}", of_ada.person))
        .await
        .expect(200);
    assert_eq!(person["faces"][0]["faceId"], json!(of_ada.face));

    // A photo that ada sent is none that eve can add or compare.
    let path = format!("/api/people/{own}");
    for action in ["faces", "verify"] {
        let ask = async |upload: &str| {
            let body = json!({ "uploadId": upload });
            eve.post(&format!("{path}/{action}"), &body).await
        };
        if action == "verify" {
            eve.add_face(&own, &camera(&Cutout::MAROON.picture()))
                .await
                .expect(201);
        }
        let theirs = ask(&of_ada.uploads[0]).await;
        assert_eq!(seen(&theirs), seen(&ask(NOBODYS).await), "{action}");
        theirs.expect_problem(404, "upload-not-found");
    }
    // Nor is a challenge about ada's person one that eve can begin.
    let mut order = challenge();
    order["personId"] = json!(of_ada.person);
    let theirs = eve.post("/api/liveness/challenges", &order).await;
    order["personId"] = json!(NOBODYS);
    let nobodys = eve.post("/api/liveness/challenges", &order).await;
    assert_eq!(seen(&theirs), seen(&nobodys));
    theirs.expect_problem(404, "person-not-found");
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_cursor_and_upload_are_good_for_nothing() {
    let suite = Suite::start().await;
    let (ada, eve) = (suite.person("ada").await, suite.person("eve").await);
    things(&ada).await;
    ada.register("Plum").await;
    for list in ["/api/analyses", "/api/people"] {
        let page = ada.get(&format!("{list}?limit=1")).await.expect(200);
        let cursor = page["nextCursor"].as_str().expect("a next page");
        let theirs = eve.get(&format!("{list}?limit=1&cursor={cursor}")).await;
        let invented = eve.get(&format!("{list}?limit=1&cursor=AAAA")).await;
        assert_eq!(seen(&theirs), seen(&invented));
        theirs.expect_problem(400, "invalid-cursor");
        let next = ada.get(&format!("{list}?limit=1&cursor={cursor}")).await;
        assert_eq!(next.expect(200)["items"].as_array().map(Vec::len), Some(1));
    }

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
        ("createPerson", somebody(), "personId", 201),
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
