//! People without faces: registered, changed, listed.

use journeys::{Person, Suite};
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

fn consent() -> Value {
    json!({ "noticeVersion": "2026-11", "givenBy": "Ada's mother", "at": "2026-11-20T10:58:00Z" })
}

fn key(text: &'static str) -> HeaderMap {
    let name = HeaderName::from_static("idempotency-key");
    HeaderMap::from_iter([(name, HeaderValue::from_static(text))])
}

async fn change(account: &Person<'_>, person: &str, wish: &Value) -> journeys::Answer {
    let path = format!("/api/people/{person}");
    account
        .call(Method::PATCH, &path, HeaderMap::new(), Some(wish))
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_agreed_is_registered_seen_and_changed() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;
    let body = json!({ "displayName": "Grace 🦉", "externalId": "staff/4711", "consent": consent() });
    let answer = ada.post("/api/people", &body).await;
    let location = answer.headers["location"].to_str().expect("ASCII").to_owned();
    let made = answer.expect(201);
    let id = made["personId"].as_str().expect("an id");
    assert_eq!(location, format!("/api/people/{id}"));
    assert_eq!(made["displayName"], "Grace 🦉");
    assert_eq!(made["externalId"], "staff/4711");
    assert_eq!(made["consent"], consent());
    assert_eq!(made["faces"], json!([]));
    assert_eq!(ada.get(&location).await.expect(200), made);

    let changed = change(&ada, id, &json!({ "displayName": "Grace H." }))
        .await
        .expect(200);
    assert_eq!(changed["displayName"], "Grace H.");
    assert_eq!(
        changed["externalId"], "staff/4711",
        "what is not named stays as it is"
    );
    assert_eq!(changed["consent"], consent());
    assert_eq!(changed["createdAt"], made["createdAt"]);
    change(&ada, id, &json!({ "externalId": "4712" }))
        .await
        .expect(200);
    let seen = ada.get(&location).await.expect(200);
    assert_eq!(
        (&seen["displayName"], &seen["externalId"]),
        (&json!("Grace H."), &json!("4712"))
    );

    let nobodys = "0199a000-0000-7000-8000-000000000000";
    change(&ada, nobodys, &json!({ "displayName": "Nobody" }))
        .await
        .expect_problem(404, "person-not-found");
    ada.get("/api/people/grace")
        .await
        .expect_problem(404, "person-not-found");
    for wish in [
        json!({}),
        json!({ "displayName": "" }),
        json!({ "displayName": "x".repeat(101) }),
        json!({ "externalId": "" }),
        // Nobody takes a consent back by the way, or makes another one up.
        json!({ "displayName": "Grace", "consent": consent() }),
    ] {
        let answer = change(&ada, id, &wish).await;
        assert_eq!(answer.status, 422, "{wish}");
        answer.expect_problem(422, "invalid-request");
    }
    assert_eq!(ada.get(&location).await.expect(200), seen);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_registered_without_a_consent_that_can_be_shown() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;
    let with = |member: &str, value: Value| {
        let mut consent = consent();
        consent[member] = value;
        json!({ "displayName": "Grace", "consent": consent })
    };
    for body in [
        json!({ "displayName": "Grace" }),
        json!({ "displayName": "Grace", "consent": null }),
        json!({ "displayName": "Grace", "consent": true }),
        json!({ "displayName": "Grace", "consent": {} }),
        with("noticeVersion", json!("")),
        with("noticeVersion", json!("x".repeat(65))),
        with("givenBy", json!("")),
        with("givenBy", Value::Null),
        with("at", json!("2126-11-20T10:58:00Z")),
        with("at", json!("yesterday")),
        json!({ "displayName": "", "consent": consent() }),
        json!({ "displayName": "x".repeat(101), "consent": consent() }),
    ] {
        let answer = ada.post("/api/people", &body).await;
        assert_eq!(answer.status, 422, "{body}");
        answer.expect_problem(422, "invalid-request");
    }
    let page = ada.get("/api/people").await.expect(200);
    assert_eq!(page, json!({ "items": [], "nextCursor": null }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_that_is_repeated_is_the_same_person() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;
    let body = json!({ "displayName": "Grace", "consent": consent() });
    let (first, second) = tokio::join!(
        ada.post_with("/api/people", &body, key("form-7")),
        ada.post_with("/api/people", &body, key("form-7"))
    );
    let first = first.expect(201);
    assert_eq!(second.expect(201), first);
    let other = json!({ "displayName": "Alan", "consent": consent() });
    ada.post_with("/api/people", &other, key("form-7"))
        .await
        .expect_problem(422, "idempotency-key-reused");
    // Without the key it is somebody else who is called the same.
    let another = ada.post("/api/people", &body).await.expect(201);
    assert_ne!(another["personId"], first["personId"]);
    let page = ada.get("/api/people").await.expect(200);
    assert_eq!(page["items"].as_array().map(Vec::len), Some(2), "{page}");

    // A key stands for what was asked for, also after a change of it.
    let id = first["personId"].as_str().expect("an id");
    let changed = change(&ada, id, &json!({ "displayName": "Grace H." })).await;
    let again = ada
        .post_with("/api/people", &body, key("form-7"))
        .await
        .expect(201);
    assert_eq!(again, changed.expect(200));
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_listed_newest_first_page_by_page() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;
    let mut ids = Vec::new();
    for name in ["one", "two", "three", "four"] {
        // With a key, as the client registers, and without one.
        let body = json!({ "displayName": name, "consent": consent() });
        let made = ada.post_with("/api/people", &body, key(name)).await.expect(201);
        ids.insert(0, made["personId"].as_str().expect("an id").to_owned());
    }
    ids.insert(0, ada.register("five").await);
    let (mut seen, mut pages, mut path) = (Vec::new(), 0, "/api/people?limit=2".to_owned());
    loop {
        let page = ada.get(&path).await.expect(200);
        pages += 1;
        for item in page["items"].as_array().expect("items") {
            assert_eq!(item["faceCount"], 0);
            assert_eq!(item["externalId"], Value::Null);
            assert!(
                item.get("consent").is_none() && item.get("faces").is_none(),
                "{item}"
            );
            seen.push(item["personId"].as_str().expect("an id").to_owned());
        }
        let Some(cursor) = page["nextCursor"].as_str() else {
            break;
        };
        path = format!("/api/people?limit=2&cursor={cursor}");
        if pages == 1 {
            // Somebody who comes meanwhile moves nobody to another page.
            ada.register("six").await;
        }
    }
    assert_eq!((seen, pages), (ids, 3));
    let newest = ada.get("/api/people?limit=1").await.expect(200);
    assert_eq!(newest["items"][0]["displayName"], "six");

    ada.get("/api/people?limit=0")
        .await
        .expect_problem(422, "invalid-request");
    ada.get("/api/people?limit=101")
        .await
        .expect_problem(422, "invalid-request");
    ada.get("/api/people?cursor=AAAA")
        .await
        .expect_problem(400, "invalid-cursor");
}
