//! How they begin.

use domain::{PersonId, Scope};
use serde_json::json;
use uuid::Uuid;

use super::super::{Desk, is_problem};
use super::{EVE, ZOE, assert_passed, begin, order};
use crate::capabilities::fakes::{ADA, BOB};

#[tokio::test]
async fn who_cannot_be_recognised_begins_nothing_and_fails_nothing() {
    let desk = Desk::new();
    desk.world.enroll(ADA, EVE, &[]);
    desk.world.enroll(BOB, ZOE, &[99.0]);
    let ada = Desk::session(ADA);
    for _ in 0..6 {
        is_problem(&desk.start(&ada, &order(EVE)).await, 409, "person-without-face");
        // Another account's person is nobody.
        is_problem(&desk.start(&ada, &order(ZOE)).await, 404, "person-not-found");
        for person in ["", "Eve", "01890A5E-0000-7000-8000-00000000000A"] {
            let mut body = order(EVE);
            body["personId"] = person.into();
            is_problem(&desk.start(&ada, &body).await, 422, "invalid-request");
        }
    }
    assert_eq!(desk.world.n_challenges(), 0);
    assert_eq!(desk.start(&Desk::session(BOB), &order(ZOE)).await.0, 201);
    desk.begin("nose").await;
}

#[tokio::test]
async fn an_api_key_needs_the_scope_to_identify() {
    let desk = Desk::new();
    desk.world.enroll(ADA, EVE, &[95.0]);
    let key = |scopes: &[Scope]| vec![("x-api-key", desk.api_keys.issue(ADA, scopes, None))];
    for person in [EVE, ZOE] {
        // Nor does it learn who is registered.
        let refused = desk.start(&key(&[Scope::Liveness]), &order(person)).await;
        is_problem(&refused, 403, "insufficient-scope");
        assert_eq!(refused.1["scopes"], json!(["identify"]));
    }
    let refused = desk.start(&key(&[Scope::Identify]), &order(EVE)).await;
    is_problem(&refused, 403, "insufficient-scope");
    assert_eq!(refused.1["scopes"], json!(["liveness"]));
    let both = key(&[Scope::Liveness, Scope::Identify]);
    let begun = begin(&desk, both).await;
    assert_passed(&desk, &begun, 95.0).await;
}

#[tokio::test]
async fn a_challenge_is_about_a_subject_or_a_person() {
    let desk = Desk::new();
    desk.world.enroll(ADA, EVE, &[95.0]);
    let scopes = [Scope::Liveness, Scope::Identify];
    let key = vec![("x-api-key", desk.api_keys.issue(ADA, &scopes, None))];
    let mut body = order(EVE);
    body["subject"] = "badge 7".into();
    is_problem(&desk.start(&key, &body).await, 422, "invalid-request");
    is_problem(
        &desk.start(&Desk::session(ADA), &body).await,
        422,
        "invalid-request",
    );
    assert_eq!(desk.world.n_challenges(), 0);
}

#[tokio::test]
async fn a_repeated_request_is_about_the_same_person() {
    let desk = Desk::new();
    desk.world.enroll(ADA, EVE, &[95.0]);
    desk.world.enroll(ADA, ZOE, &[95.0]);
    let mut who = Desk::session(ADA);
    who.push(("idempotency-key", "k1".to_owned()));
    let first = desk.start(&who, &order(EVE)).await;
    assert_eq!(first.0, 201);
    is_problem(
        &desk.start(&who, &order(ZOE)).await,
        422,
        "idempotency-key-reused",
    );
    let mut nobody = order(EVE);
    nobody.as_object_mut().unwrap().remove("personId");
    is_problem(&desk.start(&who, &nobody).await, 422, "idempotency-key-reused");
    // A lost answer is found again, whatever has become of her.
    desk.world.forget_person(ADA, EVE);
    assert_eq!(desk.start(&who, &order(EVE)).await, first);
}

#[tokio::test]
async fn failures_are_counted_for_each_person_of_an_api_key() {
    let desk = Desk::new();
    desk.world.enroll(ADA, EVE, &[95.0]);
    desk.world.enroll(ADA, ZOE, &[95.0]);
    let scopes = [Scope::Liveness, Scope::Identify];
    let key = vec![("x-api-key", desk.api_keys.issue(ADA, &scopes, None))];
    for _ in 0..5 {
        assert_eq!(desk.start(&key, &order(EVE)).await.0, 201);
    }
    is_problem(&desk.start(&key, &order(EVE)).await, 429, "rate-limited");
    assert_eq!(desk.start(&key, &order(ZOE)).await.0, 201);
    desk.begin("nose").await;
}

#[tokio::test]
async fn whoever_is_signed_in_has_no_more_attempts_for_having_more_people() {
    let desk = Desk::new();
    let people: Vec<_> = (80..86)
        .map(|it| PersonId::from_uuid(Uuid::from_u128(it)))
        .collect();
    for person in &people {
        desk.world.enroll(ADA, *person, &[95.0]);
    }
    let who = Desk::session(ADA);
    for person in &people[..5] {
        assert_eq!(desk.start(&who, &order(*person)).await.0, 201);
    }
    is_problem(&desk.start(&who, &order(people[5])).await, 429, "rate-limited");
}
