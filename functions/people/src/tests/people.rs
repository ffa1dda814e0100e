//! People are registered, listed, shown and changed.

use domain::PersonId;
use serde_json::{Value, json};

use super::{Desk, is_problem, order};
use crate::capabilities::fakes::{ADA, BOB, Trouble};

#[tokio::test]
async fn who_agreed_is_registered_and_shown() {
    let desk = Desk::new();
    desk.wait(3);
    let (status, headers, person) = desk
        .answer(&Desk::session(ADA), ("POST", "/people"), &order())
        .await;
    let id = person["personId"].as_str().unwrap();
    let expected = json!({
        "personId": id, "displayName": "Grace", "externalId": "4711", "createdAt": "2026-11-21T11:00:03Z", "faces": [],
        "consent": { "noticeVersion": "2026-11", "givenBy": "Grace Hopper", "at": "2026-11-20T10:58:00Z" },
    });
    assert_eq!((status, &person), (201, &expected));
    assert_eq!(headers["location"], format!("/api/people/{id}"));
    assert_eq!(desk.show(PersonId::parse(id).unwrap()).await, (200, expected));
}

fn with(place: &str, value: Value) -> Value {
    let mut order = order();
    *order.pointer_mut(place).unwrap() = value;
    order
}

#[tokio::test]
async fn what_may_not_be_said_of_a_person_is_refused() {
    let desk = Desk::new();
    let long = "ä".repeat(101);
    for (body, field) in [
        (json!({}), "displayName"),
        (with("/displayName", json!("")), "displayName"),
        (with("/displayName", json!(" \u{a0} ")), "displayName"),
        (with("/displayName", json!(long)), "displayName"),
        (with("/displayName", json!("Gra\u{0}ce")), "displayName"),
        (with("/displayName", json!(7)), "displayName"),
        (with("/externalId", json!("")), "externalId"),
        (with("/externalId", json!(long)), "externalId"),
        (with("/externalId", json!("4\n7")), "externalId"),
        (with("/consent", json!({})), "consent.noticeVersion"),
        (with("/consent/noticeVersion", json!("")), "consent.noticeVersion"),
        (
            with("/consent/noticeVersion", json!("v".repeat(65))),
            "consent.noticeVersion",
        ),
        (with("/consent/givenBy", json!("")), "consent.givenBy"),
        (with("/consent/givenBy", json!(long)), "consent.givenBy"),
        (with("/consent/givenBy", json!("\u{1b}[1m")), "consent.givenBy"),
        (with("/consent/at", json!("yesterday")), "consent.at"),
        (with("/consent/at", json!("2026-11-20")), "consent.at"),
    ] {
        let answer = desk.create(&body).await;
        is_problem(&answer, 422, "invalid-request");
        assert_eq!(answer.1["errors"][0]["field"], field, "{}", answer.1);
    }
    for unknown in ["faces", "personId", "userId"] {
        let mut body = order();
        body[unknown] = json!("x");
        is_problem(&desk.create(&body).await, 422, "invalid-request");
    }
    assert_eq!(desk.world.kept(), [0; 4]);
}

#[tokio::test]
async fn everything_that_is_wrong_is_told_at_once_and_nothing_of_it_repeated() {
    let desk = Desk::new();
    let body = json!({
        "displayName": "Lovelace\u{7}", "externalId": "",
        "consent": { "noticeVersion": "1", "givenBy": "", "at": "soon" },
    });
    let (_, problem) = desk.create(&body).await;
    let errors = problem["errors"].as_array().unwrap();
    let fields: Vec<_> = errors.iter().map(|it| it["field"].as_str().unwrap()).collect();
    assert_eq!(
        fields,
        ["displayName", "externalId", "consent.at", "consent.givenBy"]
    );
    assert!(!problem.to_string().contains("Lovelace"));
}

#[tokio::test]
async fn lengths_are_those_of_characters_and_blanks_around_names_are_no_part_of_them() {
    let desk = Desk::new();
    let long = "é".repeat(100);
    let (status, person) = desk
        .create(&with("/displayName", json!(format!("  {long} "))))
        .await;
    assert_eq!((status, &person["displayName"]), (201, &json!(long)));
    // What another system says is compared, and stays as it is.
    let (_, person) = desk.create(&with("/externalId", json!(" 7 "))).await;
    assert_eq!(person["externalId"], " 7 ");
    let mut anonymous = order();
    anonymous.as_object_mut().unwrap().remove("externalId");
    assert_eq!(desk.create(&anonymous).await.1["externalId"], Value::Null);
}

#[tokio::test]
async fn nobody_agreed_in_the_future_but_clocks_differ_by_minutes() {
    let desk = Desk::new();
    for (seconds, status) in [(-1, 201), (300, 201), (301, 422), (3600, 422)] {
        // The call is a minute later.
        let at = desk.now() + jiff::SignedDuration::from_secs(60 + seconds);
        let answer = desk.create(&with("/consent/at", json!(at.to_string()))).await;
        assert_eq!(answer.0, status, "{seconds}: {}", answer.1);
    }
    // Other zones are other spellings.
    let (_, person) = desk
        .create(&with("/consent/at", json!("2026-11-20T11:58:00.5004+01:00")))
        .await;
    assert_eq!(person["consent"]["at"], "2026-11-20T10:58:00.5Z");
}

async fn keyed(desk: &Desk, key: &str, body: &Value) -> (u64, Value) {
    let mut who = Desk::session(ADA);
    who.push(("idempotency-key", key.to_owned()));
    desk.call_as(&who, ("POST", "/people"), body).await
}

#[tokio::test]
async fn a_request_with_a_key_registers_one_person_however_often_it_is_made() {
    let desk = Desk::new();
    let first = keyed(&desk, "k", &order()).await;
    assert_eq!(first.0, 201);
    desk.wait(60);
    assert_eq!(keyed(&desk, "k", &order()).await, first);
    assert_eq!(desk.world.kept()[0], 1);
    let other = with("/displayName", json!("Mary"));
    is_problem(&keyed(&desk, "k", &other).await, 422, "idempotency-key-reused");
    assert_eq!(keyed(&desk, "l", &order()).await.0, 201);
    assert_eq!(desk.world.kept()[0], 2);
    // Of another account it is another key.
    let mut bob = Desk::session(BOB);
    bob.push(("idempotency-key", "k".to_owned()));
    let bobs = desk.call_as(&bob, ("POST", "/people"), &other).await;
    assert_eq!(bobs.0, 201);
    assert_ne!(bobs.1["personId"], first.1["personId"]);
}

#[tokio::test]
async fn the_key_of_somebody_who_is_being_erased_registers_nobody() {
    let desk = Desk::new();
    let (_, person) = keyed(&desk, "k", &order()).await;
    let id = PersonId::parse(person["personId"].as_str().unwrap()).unwrap();
    desk.world.trouble(Some(Trouble::Crash { at: 2, done: false }));
    is_problem(&desk.erase(id).await, 503, "busy");
    desk.world.trouble(None);
    is_problem(&keyed(&desk, "k", &order()).await, 422, "idempotency-key-reused");
}

#[tokio::test]
async fn the_key_of_somebody_who_was_erased_registers_nobody_anew() {
    let desk = Desk::new();
    let (_, person) = keyed(&desk, "k", &order()).await;
    let id = PersonId::parse(person["personId"].as_str().unwrap()).unwrap();
    assert_eq!(desk.erase(id).await.0, 200);
    is_problem(&keyed(&desk, "k", &order()).await, 422, "idempotency-key-reused");
    is_problem(&desk.show(id).await, 404, "person-not-found");
    assert_eq!(desk.world.kept(), [0; 4]);
    // What is left outlasts the key, whenever the person was erased.
    assert!(crate::register::REPEATABLE_FOR <= crate::erase::RECEIPT_KEPT_FOR);
}

#[tokio::test]
async fn a_registration_whose_answer_was_lost_is_repeated_with_its_key() {
    for at in 1..=2 {
        for done in [false, true] {
            let desk = Desk::new();
            desk.world.trouble(Some(Trouble::Crash { at, done }));
            is_problem(&keyed(&desk, "k", &order()).await, 503, "busy");
            desk.world.trouble(None);
            assert_eq!(keyed(&desk, "k", &order()).await.0, 201);
            assert_eq!(desk.world.kept()[0], 1);
        }
    }
}

#[tokio::test]
async fn names_change_one_by_one() {
    let desk = Desk::new();
    let person = desk.person().await;
    let face = desk.face(person, 200).await;
    let path = format!("/people/{person}");
    let (status, changed) = desk
        .call(("PATCH", &path), &json!({ "displayName": " Grace Hopper " }))
        .await;
    assert_eq!((status, &changed["displayName"]), (200, &json!("Grace Hopper")));
    assert_eq!(changed["externalId"], "4711");
    assert_eq!(changed["faces"][0]["faceId"], face.to_string());
    let (_, changed) = desk
        .call(
            ("PATCH", &path),
            &json!({ "externalId": "4712", "displayName": null }),
        )
        .await;
    assert_eq!(changed, desk.show(person).await.1);
    assert_eq!(
        (&changed["displayName"], &changed["externalId"]),
        (&json!("Grace Hopper"), &json!("4712"))
    );
    for bad in [
        json!({}),
        json!({ "displayName": null }),
        json!({ "displayName": "" }),
        json!({ "externalId": "\t" }),
        json!({ "consent": {} }),
    ] {
        is_problem(&desk.call(("PATCH", &path), &bad).await, 422, "invalid-request");
    }
    assert_eq!(desk.show(person).await.1, changed);
}

#[tokio::test]
async fn lists_are_paged_from_the_newest_and_leave_out_who_is_being_erased() {
    let desk = Desk::new();
    let mut people = Vec::new();
    for key in ["a", "b", "c", "d", "e"] {
        // With a key or without one: what is registered later is newer.
        let (_, person) = keyed(&desk, key, &order()).await;
        people.push(person["personId"].as_str().unwrap().to_owned());
        people.push(desk.person().await.to_string());
    }
    people.reverse();
    let erasing = PersonId::parse(&people.remove(3)).unwrap();
    desk.world.trouble(Some(Trouble::Crash { at: 2, done: false }));
    is_problem(&desk.erase(erasing).await, 503, "busy");
    desk.world.trouble(None);
    let (mut seen, mut query) = (Vec::new(), "?limit=4".to_owned());
    loop {
        let (status, page) = desk.call(("GET", &format!("/people{query}")), &Value::Null).await;
        assert_eq!(status, 200, "{page}");
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 4);
        seen.extend(items.iter().map(|it| it["personId"].as_str().unwrap().to_owned()));
        let Some(cursor) = page["nextCursor"].as_str() else {
            break;
        };
        query = format!("?limit=4&cursor={cursor}");
    }
    assert_eq!(seen, people);
}

#[tokio::test]
async fn a_list_says_how_many_faces_there_are() {
    let desk = Desk::new();
    let person = desk.person().await;
    desk.face(person, 200).await;
    let (_, page) = desk.call(("GET", "/people"), &Value::Null).await;
    assert_eq!(
        page,
        json!({
            "items": [{
                "personId": person.to_string(), "displayName": "Grace", "externalId": "4711",
                "createdAt": "2026-11-21T11:01:00Z", "faceCount": 1,
            }],
            "nextCursor": null,
        })
    );
}

#[tokio::test]
async fn cursors_are_of_one_account_and_limits_have_bounds() {
    let desk = Desk::new();
    for _ in 0..3 {
        desk.person().await;
    }
    let (_, page) = desk.call(("GET", "/people?limit=1"), &Value::Null).await;
    let cursor = page["nextCursor"].as_str().unwrap();
    let stolen = format!("/people?cursor={cursor}");
    let bobs = desk
        .call_as(&Desk::session(BOB), ("GET", &stolen), &Value::Null)
        .await;
    is_problem(&bobs, 400, "invalid-cursor");
    is_problem(
        &desk.call(("GET", "/people?cursor=x"), &Value::Null).await,
        400,
        "invalid-cursor",
    );
    for query in ["limit=0", "limit=101", "limit=x", "page=1"] {
        let answer = desk
            .call(("GET", &format!("/people?{query}")), &Value::Null)
            .await;
        is_problem(&answer, 422, "invalid-request");
    }
}
