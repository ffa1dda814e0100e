//! How challenges begin.

use api::wire::ChallengeKind;
use domain::Scope;
use jiff::SignedDuration;
use lambda_kit::liveness::TokenKeys;
use liveness::Pace;
use serde_json::json;

use super::{Desk, is_problem, now};
use crate::capabilities::TokenKeyStore as _;
use crate::capabilities::fakes::{ADA, BOB};
use crate::course::KEPT;

#[tokio::test]
async fn a_challenge_says_what_a_client_must_know_and_no_more() {
    let desk = Desk::new();
    let begun = desk.begin("sequence").await;
    let area = json!({ "left": 92.0, "top": 30.0, "width": 135.0, "height": 180.0 });
    let mut answer = begun.answer.clone();
    for name in ["challengeId", "token"] {
        assert!(answer.as_object_mut().unwrap().remove(name).is_some());
    }
    assert_eq!(
        answer,
        json!({
            "expiresAt": "2026-11-21T11:03:00Z", "kind": "sequence", "area": area, "maxFrames": 60,
            "maxFrameBytes": 200_000, "frameIntervalMs": Pace::Standard.frame_interval_ms(),
            "instruction": { "task": "enter-area", "step": 0, "target": area, "limitMs": 180_000 },
        })
    );
    let row = desk.world.challenge(begun.id());
    assert_eq!(row.forget_at, now() + KEPT);
    assert_eq!(KEPT, SignedDuration::from_hours(24));
    // DynamoDB's largest row has 400 kB; this one grows by some hundred bytes a frame.
    assert!(row.body.len() < 4_000, "{}", row.body.len());
}

#[tokio::test]
async fn a_nose_challenge_has_its_own_numbers() {
    let desk = Desk::new();
    let begun = desk.begin("nose").await;
    assert_eq!(
        (&begun.answer["kind"], &begun.answer["maxFrames"]),
        (&json!("nose"), &json!(40))
    );
}

#[tokio::test]
async fn the_row_of_a_challenge_stays_far_below_the_largest_row() {
    let desk = Desk::new();
    let begun = desk.begin("sequence").await;
    desk.perform(&begun).await;
    let row = desk.world.challenge(begun.id());
    assert!(row.body.len() < 40_000, "{}", row.body.len());
}

#[tokio::test]
async fn bad_orders_are_refused() {
    let desk = Desk::new();
    let size = json!({ "imageWidth": 640, "imageHeight": 480 });
    for (name, value) in [
        ("imageWidth", json!(79)),
        ("imageHeight", json!(4097)),
        ("imageWidth", json!("640")),
        ("kind", json!("pose")),
        ("pace", json!("slow")),
        ("avoid", json!(["sneeze"])),
        ("avoid", json!(["turn", "blink", "turn"])),
        ("userId", json!("x")),
        // Only API keys speak for others.
        ("subject", json!("badge 7")),
    ] {
        let mut body = size.clone();
        body[name] = value;
        is_problem(
            &desk.start(&Desk::session(ADA), &body).await,
            422,
            "invalid-request",
        );
    }
    is_problem(&desk.start(&[], &size).await, 401, "unauthenticated");
    assert_eq!(desk.world.n_challenges(), 0);
}

#[tokio::test]
async fn an_api_key_with_the_scope_speaks_for_whom_it_names() {
    let desk = Desk::new();
    let key = |scope| vec![("x-api-key", desk.api_keys.issue(ADA, &[scope], None))];
    let size = json!({ "imageWidth": 640, "imageHeight": 480 });
    is_problem(
        &desk.start(&key(Scope::Analyze), &size).await,
        403,
        "insufficient-scope",
    );
    for subject in ["", "a\nb", &"x".repeat(65)] {
        let mut body = size.clone();
        body["subject"] = subject.into();
        is_problem(
            &desk.start(&key(Scope::Liveness), &body).await,
            422,
            "invalid-request",
        );
    }
    let subject = "ä".repeat(64);
    let begun = desk
        .begin_as(
            key(Scope::Liveness),
            &json!({ "kind": "nose", "subject": subject }),
        )
        .await;
    desk.perform(&begun).await;
    let (_, result) = desk.verify(&begun).await;
    let keys = TokenKeys::parse(&desk.world.read_token_keys().await.unwrap().unwrap()).unwrap();
    let said = keys
        .assertion(result["assertion"].as_str().unwrap(), ChallengeKind::Nose, now())
        .unwrap();
    assert_eq!((said.owner, said.subject), (ADA, Some(subject)));
}

#[tokio::test]
async fn a_repeated_request_with_a_key_finds_its_challenge_again() {
    let desk = Desk::new();
    let with_key = |user| {
        let mut who = Desk::session(user);
        who.push(("idempotency-key", "k1".to_owned()));
        who
    };
    let size = json!({ "imageWidth": 640, "imageHeight": 480 });
    let first = desk.start(&with_key(ADA), &size).await;
    assert_eq!(first.0, 201);
    assert_eq!(desk.start(&with_key(ADA), &size).await, first);
    assert_eq!(desk.world.n_challenges(), 1);
    let other = json!({ "imageWidth": 480, "imageHeight": 640 });
    is_problem(
        &desk.start(&with_key(ADA), &other).await,
        422,
        "idempotency-key-reused",
    );
    let bobs = desk.start(&with_key(BOB), &size).await;
    assert_ne!(bobs.1["challengeId"], first.1["challengeId"]);
    desk.wait(180_001);
    is_problem(&desk.start(&with_key(ADA), &size).await, 410, "challenge-expired");
}

#[tokio::test]
async fn instances_that_start_at_the_same_time_have_the_same_keys() {
    let desk = Desk::new();
    let one = crate::keys::Keys::default();
    let two = crate::keys::Keys::default();
    let (one, two) = tokio::join!(one.get(&desk.world, now()), two.get(&desk.world, now()));
    let begun = desk.begin("nose").await;
    for keys in [one.unwrap(), two.unwrap()] {
        assert!(
            keys.read(lambda_kit::liveness::TOKEN_AUDIENCE, &begun.token)
                .is_some()
        );
    }
}
