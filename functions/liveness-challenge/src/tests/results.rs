//! What comes of challenges, once.

use api::wire::ChallengeKind;
use lambda_kit::liveness::TokenKeys;
use serde_json::json;

use super::{Desk, is_problem, now};
use crate::capabilities::TokenKeyStore as _;
use crate::capabilities::fakes::{ADA, Look, face};
use crate::course::Kept;

async fn keys(desk: &Desk) -> TokenKeys {
    TokenKeys::parse(&desk.world.read_token_keys().await.unwrap().unwrap()).unwrap()
}

#[tokio::test]
async fn whoever_brings_the_nose_to_the_target_passes() {
    let desk = Desk::new();
    let begun = desk.begin("nose").await;
    desk.perform(&begun).await;
    let (status, result) = desk.verify(&begun).await;
    assert_eq!((status, &result["passed"]), (200, &json!(true)), "{result}");
    let assertion = result["assertion"].as_str().unwrap();
    let said = keys(&desk)
        .await
        .assertion(assertion, ChallengeKind::Nose, now())
        .unwrap();
    assert_eq!(
        (said.challenge, said.owner, said.subject, said.kind),
        (begun.id(), ADA, None, ChallengeKind::Nose)
    );
    // The weak kind does not open what asks for the other one.
    let sequence = keys(&desk)
        .await
        .assertion(assertion, ChallengeKind::Sequence, now());
    assert!(sequence.is_none());
    let row = desk.world.assertion(begun.id()).unwrap();
    assert_eq!(
        format!("{:.0}", row.expires_at),
        result["assertionExpiresAt"].as_str().unwrap()
    );
    // The reference is the frame that entered the area.
    assert_eq!(row.reference_frame, 1);
}

#[tokio::test]
async fn whoever_does_every_step_passes_whatever_the_steps_are() {
    // Each challenge of this world has other steps.
    let mut tasks = std::collections::BTreeSet::new();
    for user in 10..24_u128 {
        let desk = Desk::new();
        let who = Desk::session(domain::UserId::from_uuid(uuid::Uuid::from_u128(user)));
        for _ in 10..user {
            crate::capabilities::Random::random(&desk.world).unwrap();
        }
        let begun = desk.begin_as(who, &json!({})).await;
        let (done, _) = desk.perform(&begun).await;
        let (_, result) = desk.verify(&begun).await;
        assert_eq!(result["passed"], true, "{done:?}: {result}");
        let steps = done.iter().filter(|it| it.ends_with("look-straight")).count();
        // Of each step up to four frames, and none of them twice.
        let compared = desk.world.compared();
        assert!(
            (2 * steps..=4 * steps).contains(&compared.len()),
            "{done:?}: {compared:?}"
        );
        let different: std::collections::BTreeSet<_> = compared.iter().collect();
        assert_eq!(different.len(), compared.len());
        tasks.extend(done.iter().map(|it| it.split(' ').nth(1).unwrap().to_owned()));
    }
    for task in [
        "turn-left",
        "turn-right",
        "blink",
        "smile",
        "mouth-open",
        "come-closer",
        "nose-to-target",
    ] {
        assert!(tasks.contains(task), "{task} was never asked for");
    }
}

#[tokio::test]
async fn what_is_avoided_is_not_asked_for() {
    let desk = Desk::new();
    let avoid =
        json!({ "avoid": ["turn", "blink", "smile", "mouth-open", "come-closer"], "pace": "unhurried" });
    let begun = desk.begin_as(Desk::session(ADA), &avoid).await;
    assert_eq!(
        begun.answer["frameIntervalMs"],
        liveness::Pace::Unhurried.frame_interval_ms()
    );
    let (done, _) = desk.perform(&begun).await;
    let asked = |it: &&String| {
        !["enter-area", "look-straight"]
            .iter()
            .any(|calm| it.ends_with(calm))
    };
    assert!(
        done.iter().filter(asked).all(|it| it.ends_with("nose-to-target")),
        "{done:?}"
    );
    let (_, result) = desk.verify(&begun).await;
    assert_eq!(result["passed"], true);
    // And whoever lets somebody in for it can know, and does not take it for a whole one.
    let assertion = result["assertion"].as_str().unwrap();
    let keys = keys(&desk).await;
    let said = keys.assertion(assertion, ChallengeKind::Nose, now()).unwrap();
    assert_eq!(serde_json::to_value(said.avoided).unwrap(), avoid["avoid"]);
    assert_eq!(said.kind, ChallengeKind::Nose);
    let whole = keys.assertion(assertion, ChallengeKind::Sequence, now());
    assert!(whole.is_none());
}

#[tokio::test]
async fn asking_again_returns_the_same_and_compares_nothing() {
    let desk = Desk::new();
    let begun = desk.begin("nose").await;
    desk.perform(&begun).await;
    let first = desk.verify(&begun).await;
    let compared = desk.world.compared();
    // The frame with which it was done, and one of the way.
    assert_eq!(compared.len(), 2);
    desk.world.set_similarity(0.0);
    desk.wait(600_000);
    assert_eq!(desk.verify(&begun).await, first);
    assert_eq!(desk.world.compared(), compared);
}

#[tokio::test]
async fn of_requests_at_the_same_time_one_decides() {
    let desk = Desk::new();
    let begun = desk.begin("nose").await;
    desk.perform(&begun).await;
    let (first, second) = tokio::join!(desk.verify(&begun), desk.verify(&begun));
    let mut statuses = [first.0, second.0];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 503]);
    assert_eq!(desk.world.compared().len(), 2);
}

#[tokio::test]
async fn faces_that_cannot_be_compared_are_compared_later() {
    let desk = Desk::new();
    let begun = desk.begin("nose").await;
    desk.perform(&begun).await;
    desk.world.fail("CompareFaces");
    is_problem(&desk.verify(&begun).await, 503, "busy");
    desk.world.heal();
    assert_eq!(desk.verify(&begun).await.1["passed"], true);
}

#[tokio::test]
async fn another_person_at_the_end_is_a_swap() {
    let desk = Desk::new();
    let begun = desk.begin("nose").await;
    desk.perform(&begun).await;
    desk.world.set_similarity(79.9);
    let (status, result) = desk.verify(&begun).await;
    assert_eq!(
        (status, result),
        (200, json!({ "passed": false, "reason": "swapped" }))
    );
    assert!(desk.world.assertion(begun.id()).is_none());
}

#[tokio::test]
async fn a_challenge_that_is_ended_too_early_is_not_passed() {
    let desk = Desk::new();
    let begun = desk.begin("sequence").await;
    let (_, result) = desk.verify(&begun).await;
    assert_eq!(
        (&result["passed"], &result["reason"]),
        (&json!(false), &json!("incomplete"))
    );
    is_problem(&desk.send(&begun, 0, b"").await, 409, "challenge-over");
    assert_eq!((desk.world.compared().len(), desk.world.n_detections()), (0, 0));
}

#[tokio::test]
async fn a_picture_that_is_held_still_never_passes() {
    let desk = Desk::new();
    let begun = desk.begin("nose").await;
    let mut index = 0;
    let last = loop {
        // As often as a client of a nose challenge should, and a little slower.
        desk.wait(50);
        let answer = desk.next(&begun, index).await;
        index += 1;
        if answer["phase"] == "over" {
            break answer;
        }
    };
    assert!(last["instruction"].is_null());
    let (_, result) = desk.verify(&begun).await;
    assert_eq!(
        (&result["passed"], &result["reason"]),
        (&json!(false), &json!("timeout")),
        "{index}"
    );
    assert!(result["assertion"].is_null());
}

#[tokio::test]
async fn a_second_face_after_the_area_fails_with_its_reason_and_hint() {
    let desk = Desk::new();
    let begun = desk.begin("nose").await;
    desk.next(&begun, 0).await;
    desk.next(&begun, 1).await;
    desk.world.show(vec![
        face(Look::default()),
        face(Look {
            width: 60.0,
            ..Look::default()
        }),
    ]);
    let answer = desk.next(&begun, 2).await;
    assert_eq!(
        (&answer["phase"], &answer["hint"]),
        (&json!("over"), &json!("only-one-face"))
    );
    let (_, result) = desk.verify(&begun).await;
    assert_eq!(
        result,
        json!({ "passed": false, "reason": "multiple-faces", "hint": "only-one-face" })
    );
}

#[tokio::test]
async fn a_result_that_is_asked_for_too_late_is_not_passed() {
    let desk = Desk::new();
    let begun = desk.begin("nose").await;
    desk.perform(&begun).await;
    desk.wait(180_000);
    let (status, result) = desk.verify(&begun).await;
    assert_eq!((status, &result["reason"]), (200, &json!("expired")));
    assert_eq!(desk.world.compared(), []);
}

#[tokio::test]
async fn how_suspicious_it_was_is_kept_and_not_told() {
    let desk = Desk::new();
    let begun = desk.begin("sequence").await;
    desk.next(&begun, 0).await;
    desk.wait(250);
    // The same file at the next place: no camera takes it twice.
    desk.send(&begun, 1, &crate::capabilities::fakes::jpeg(0)).await;
    let (_, result) = desk.verify(&begun).await;
    assert!(!result.to_string().contains("risk"), "{result}");
    let kept = Kept::read(&desk.world.challenge(begun.id())).unwrap();
    let risk = kept.course.decision.unwrap().risk;
    assert!(0 < risk.score, "{risk:?}");
}
