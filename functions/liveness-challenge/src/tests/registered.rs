//! Challenges about a registered person: what comes of them.

mod starts;

use std::collections::BTreeSet;
use std::sync::Arc;

use api::wire::ChallengeKind;
use domain::{FaceId, PersonId, Scope};
use jiff::SignedDuration;
use lambda_kit::liveness::{Assertion, TokenKeys};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Begun, Desk, is_problem};
use crate::capabilities::TokenKeyStore as _;
use crate::capabilities::fakes::{ADA, BOB};
use crate::course::Kept;

const EVE: PersonId = PersonId::from_uuid(Uuid::from_u128(70));
const ZOE: PersonId = PersonId::from_uuid(Uuid::from_u128(71));

fn order(person: PersonId) -> Value {
    json!({ "imageWidth": 640, "imageHeight": 480, "kind": "nose", "personId": person.to_string() })
}

/// A challenge about Eve of which everything was done by somebody so similar to each of her pictures.
async fn done(percents: &[f32]) -> (Desk, Begun, Vec<FaceId>) {
    let desk = Desk::new();
    let faces = desk.world.enroll(ADA, EVE, percents);
    let begun = begin(&desk, Desk::session(ADA)).await;
    (desk, begun, faces)
}

async fn begin(desk: &Desk, who: Vec<(&'static str, String)>) -> Begun {
    let about = json!({ "kind": "nose", "personId": EVE.to_string() });
    let begun = desk.begin_as(who, &about).await;
    desk.perform(&begun).await;
    begun
}

async fn said(desk: &Desk, result: &Value) -> Assertion {
    let keys = TokenKeys::parse(&desk.world.read_token_keys().await.unwrap().unwrap()).unwrap();
    let token = result["assertion"].as_str().unwrap();
    keys.assertion(token, ChallengeKind::Nose, desk.now()).unwrap()
}

async fn assert_passed(desk: &Desk, begun: &Begun, similarity: f32) {
    let (status, result) = desk.verify(begun).await;
    assert_eq!((status, &result["passed"]), (200, &json!(true)), "{result}");
    assert_eq!(
        result["person"],
        json!({ "personId": EVE.to_string(), "similarity": similarity, "threshold": 90.0 })
    );
    assert_nothing_twice(desk);
}

async fn assert_other_person(desk: &Desk, begun: &Begun) {
    // Neither how similar, nor to whom.
    let other = json!({ "passed": false, "reason": "other-person" });
    assert_eq!(desk.verify(begun).await, (200, other));
    assert!(desk.world.assertion(begun.id()).is_none());
    assert_nothing_twice(desk);
    // Nor is it kept.
    let course = Kept::read(&desk.world.challenge(begun.id())).unwrap().course;
    assert_eq!((course.comparison, course.decision.unwrap().person), (None, None));
}

#[track_caller]
fn assert_nothing_twice(desk: &Desk) {
    let (frames, pictures) = (desk.world.compared(), desk.world.compared_with());
    let different: BTreeSet<_> = frames.iter().collect();
    assert_eq!(frames.len(), different.len(), "{frames:?}");
    let different: BTreeSet<_> = pictures.iter().collect();
    assert_eq!(pictures.len(), different.len(), "{pictures:?}");
}

#[tokio::test]
async fn the_person_passes_and_the_assertion_names_them() {
    let (desk, begun, faces) = done(&[40.5, 96.5, 91.0]).await;
    assert_passed(&desk, &begun, 96.5).await;
    let (_, result) = desk.verify(&begun).await;
    let said = said(&desk, &result).await;
    assert_eq!(
        (said.owner, said.subject, said.person, said.challenge),
        (ADA, None, Some(EVE), begun.id())
    );
    // Asked for twice, compared once.
    assert_eq!(desk.world.compared_with(), faces);
}

#[tokio::test]
async fn a_challenge_about_nobody_names_nobody_and_costs_no_more() {
    let desk = Desk::new();
    desk.world.enroll(ADA, EVE, &[99.0]);
    let begun = desk.begin("nose").await;
    desk.perform(&begun).await;
    let (_, result) = desk.verify(&begun).await;
    assert_eq!(
        (&result["passed"], &result["person"]),
        (&json!(true), &Value::Null)
    );
    assert_eq!(said(&desk, &result).await.person, None);
    assert_eq!(desk.world.compared_with(), []);
}

#[tokio::test]
async fn another_person_fails_and_learns_nothing() {
    let (desk, begun, _) = done(&[89.9, 12.0]).await;
    assert_other_person(&desk, &begun).await;
    // It stays a failure: four more, and then a pause.
    for _ in 0..4 {
        desk.begin("nose").await;
    }
    is_problem(
        &desk.start(&Desk::session(ADA), &order(EVE)).await,
        429,
        "rate-limited",
    );
}

#[tokio::test]
async fn the_threshold_itself_is_enough() {
    let (desk, begun, _) = done(&[90.0]).await;
    assert_passed(&desk, &begun, 90.0).await;
}

#[tokio::test]
async fn whoever_is_swapped_or_stops_is_not_compared_with_the_person() {
    let (desk, begun, _) = done(&[99.0]).await;
    desk.world.set_similarity(79.9);
    assert_eq!(desk.verify(&begun).await.1["reason"], "swapped");
    let begun = desk
        .begin_as(Desk::session(ADA), &json!({ "personId": EVE.to_string() }))
        .await;
    assert_eq!(desk.verify(&begun).await.1["reason"], "incomplete");
    assert_eq!(desk.world.compared_with(), []);
}

#[tokio::test]
async fn a_person_who_is_gone_is_nobody() {
    let (desk, begun, _) = done(&[99.0]).await;
    desk.world.forget_person(ADA, EVE);
    assert_other_person(&desk, &begun).await;
    let (desk, begun, faces) = done(&[99.0]).await;
    desk.world.forget_face(ADA, EVE, faces[0]);
    assert_other_person(&desk, &begun).await;
    assert_eq!(desk.world.compared_with(), []);
}

#[tokio::test]
async fn a_picture_counts_while_it_is_enrolled() {
    // Compared, and gone before that could be written down as a decision.
    let (desk, begun, faces) = done(&[95.0, 80.0]).await;
    desk.world.fail_write_after(1);
    is_problem(&desk.verify(&begun).await, 503, "busy");
    desk.world.forget_face(ADA, EVE, faces[0]);
    assert_other_person(&desk, &begun).await;
    // Not there yet when the challenge began.
    let (desk, begun, _) = done(&[50.0]).await;
    desk.world.enroll(ADA, EVE, &[97.0]);
    assert_passed(&desk, &begun, 97.0).await;
}

#[tokio::test]
async fn what_was_decided_stays_and_costs_nothing_more() {
    let (desk, begun, faces) = done(&[95.0]).await;
    let first = desk.verify(&begun).await;
    desk.world.forget_person(ADA, EVE);
    desk.wait(600_000);
    assert_eq!(desk.verify(&begun).await, first);
    assert_eq!(desk.world.compared_with(), faces);
}

#[tokio::test]
async fn six_are_compared_at_once_and_no_more_where_one_is_similar_enough() {
    let mut percents = [30.0; 10];
    percents[3] = 93.0;
    let (desk, begun, faces) = done(&percents).await;
    assert_passed(&desk, &begun, 93.0).await;
    assert_eq!(desk.world.compared_with(), faces[..6]);
    percents.swap(3, 9);
    let (desk, begun, faces) = done(&percents).await;
    assert_passed(&desk, &begun, 93.0).await;
    assert_eq!(desk.world.compared_with(), faces);
}

#[tokio::test]
async fn comparing_goes_on_with_the_next_request_where_there_was_no_time() {
    for (last, is_eve) in [(94.0, true), (89.0, false)] {
        let mut percents = [30.0; 10];
        percents[9] = last;
        let (desk, begun, faces) = done(&percents).await;
        let hands = desk.hands.clone();
        // Of six at once, that is more than there is time for.
        let second = move || *hands.0.lock().unwrap() += SignedDuration::from_secs(1);
        desk.world.when_comparing(Some(Arc::new(second)));
        is_problem(&desk.verify(&begun).await, 503, "busy");
        assert_eq!(desk.world.compared_with(), faces[..6]);
        if is_eve {
            assert_passed(&desk, &begun, last).await;
        } else {
            assert_other_person(&desk, &begun).await;
        }
        assert_eq!(desk.world.compared_with(), faces);
    }
}

#[tokio::test]
async fn what_was_compared_before_a_failure_is_not_compared_again() {
    // Two comparisons of frames come first, then the pictures: nobody's, and the one that is hers as well.
    for (n, last, is_eve) in [(2, 30.0, false), (11, 94.0, true)] {
        let mut percents = [30.0; 10];
        percents[9] = last;
        let (desk, begun, faces) = done(&percents).await;
        desk.world.fail_comparison_after(n);
        is_problem(&desk.verify(&begun).await, 503, "busy");
        assert_eq!(desk.world.compared_with().len(), faces.len() - 1);
        if is_eve {
            assert_passed(&desk, &begun, last).await;
        } else {
            assert_other_person(&desk, &begun).await;
        }
        assert_eq!(desk.world.compared_with().len(), faces.len());
    }
    let (desk, begun, _) = done(&[94.0]).await;
    desk.world.fail("ReadPeople");
    is_problem(&desk.verify(&begun).await, 503, "busy");
    desk.world.heal();
    assert_passed(&desk, &begun, 94.0).await;
}

#[tokio::test]
async fn a_picture_that_cannot_be_compared_stands_in_nobodys_way() {
    let mut percents = [30.0; 10];
    percents[9] = 94.0;
    let (desk, begun, faces) = done(&percents).await;
    desk.world.fail_comparison_after(2);
    assert_passed(&desk, &begun, 94.0).await;
    assert_eq!(desk.world.compared_with(), faces[1..]);
}

#[tokio::test]
async fn a_pass_takes_back_the_persons_own_start() {
    let desk = Desk::new();
    desk.world.enroll(ADA, EVE, &[95.0]);
    let scopes = [Scope::Liveness, Scope::Identify];
    let key = vec![("x-api-key", desk.api_keys.issue(ADA, &scopes, None))];
    for _ in 0..4 {
        assert_eq!(desk.start(&key, &order(EVE)).await.0, 201);
    }
    let begun = begin(&desk, key.clone()).await;
    is_problem(&desk.start(&key, &order(EVE)).await, 429, "rate-limited");
    assert_passed(&desk, &begun, 95.0).await;
    assert_eq!(desk.start(&key, &order(EVE)).await.0, 201);
    is_problem(&desk.start(&key, &order(EVE)).await, 429, "rate-limited");
}

#[tokio::test]
async fn accounts_with_the_same_name_for_a_person_do_not_share_faces() {
    let desk = Desk::new();
    let accounts = [(ADA, 20.0, false), (BOB, 97.0, true)];
    for (owner, percent, _) in accounts {
        desk.world.enroll(owner, EVE, &[percent]);
    }
    for (owner, percent, passes) in accounts {
        let begun = begin(&desk, Desk::session(owner)).await;
        let (_, result) = desk.verify(&begun).await;
        assert_eq!(result["passed"], passes, "{percent}: {result}");
    }
}
