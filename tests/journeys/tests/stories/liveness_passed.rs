//! The liveness check, passed: from one end to the other, with the engine that looks at every frame.
//!
//! Whoever passes here is a photo to which depth was given (`journeys::head`), which is one of the attacks that
//! `docs/liveness.md` says are not stopped. It shows that the way can be gone, and nothing about people.

use std::time::Duration;

use aws::challenges::{ChallengesTable, SpendError};
use aws::faces::FaceDetector;
use domain::ChallengeId;
use image::RgbImage;
use jiff::Timestamp;
use journeys::head::{Actor, Head, Held, Portrait, frame};
use journeys::{Check, Suite, camera};
use serde_json::{Value, json};

/// Small, so that a frame takes little time on a busy machine: there are ten seconds for the way to the target.
pub(crate) const PICTURE: (u32, u32) = (240, 320);

/// Frames on the way to the target, before it: six different points are asked for.
pub(crate) const N_BEFORE: usize = 6;

/// Frames on the way to a target of a sequence, of which there may be several.
pub(crate) const N_BEFORE_STEP: usize = 2;

/// The first frame inside the target: one before the area, one in it, and the way.
const FIRST_INSIDE: u32 = 2 + N_BEFORE as u32;

pub(crate) fn order(kind: &str, pace: &str) -> Value {
    json!({ "imageWidth": PICTURE.0, "imageHeight": PICTURE.1, "kind": kind, "pace": pace })
}

fn nose() -> Value {
    order("nose", "usual")
}

pub(crate) async fn head(suite: &Suite, portrait: Portrait) -> Head {
    Head::of(portrait, &FaceDetector::new(&suite.aws())).await
}

pub(crate) fn alone(head: &Head) -> impl Fn(u32, Held) -> RgbImage {
    |_, held| frame(&[(head, held)], PICTURE)
}

async fn spend(suite: &Suite, id: &str) -> Result<u32, SpendError> {
    let name = suite.function("LivenessChallengeFunction").env["LIVENESS_TABLE"].clone();
    let table = ChallengesTable::new(&suite.aws(), name);
    let id = ChallengeId::parse(id).expect("an id");
    let spent = table.spend_assertion(id, Timestamp::now()).await;
    spent.map(|it| it.reference_frame)
}

/// Asks for the result until there is one.
///
/// A sequence takes up to twenty comparisons. On a machine where others work, too, a request may have no time for all of them:
/// then it says so, and the next one goes on.
pub(crate) async fn result(check: &Check<'_>) -> Value {
    for _ in 0..10 {
        let answer = check.verify().await;
        if answer.status == 200 {
            return answer.expect(200);
        }
        answer.expect_problem(503, "busy");
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    panic!("no result in ten requests");
}

/// Asks for the result twice: the same both times.
async fn passed(check: &Check<'_>) {
    let result = result(check).await;
    assert_eq!(result["passed"], true, "{result}");
    assert!(result.get("reason").is_none(), "{result}");
    assert!(result["assertion"].is_string() && result["assertionExpiresAt"].is_string());
    assert!(!result.to_string().contains("risk"));
    assert_eq!(check.verify().await.expect(200), result);
}

async fn failed(check: &Check<'_>, reason: &str) {
    let result = result(check).await;
    assert_eq!(
        (&result["passed"], &result["reason"]),
        (&json!(false), &json!(reason))
    );
    assert!(result.get("assertion").is_none(), "{result}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_head_turns_as_peoples_heads_do() {
    let suite = Suite::start().await;
    let detector = FaceDetector::new(&suite.aws());
    let head = head(&suite, Portrait::CALM).await;
    let look = async |yaw_deg: f64, pitch_deg: f64| {
        let held = Held {
            yaw_deg,
            pitch_deg,
            ..Held::STRAIGHT
        };
        let jpeg = camera(&frame(&[(&head, held)], PICTURE));
        let faces = detector.detect_in_bytes(jpeg).await.expect("faces");
        assert_eq!(faces.len(), 1, "{yaw_deg} {pitch_deg}");
        let (_, yaw, pitch) = faces[0].pose;
        let nose = faces[0]
            .landmarks
            .iter()
            .find(|it| it.0 == "nose")
            .expect("a nose");
        let pixels = |ratio: f32, side: u32| f64::from(ratio) * f64::from(side);
        let place = (pixels(nose.1, PICTURE.0), pixels(nose.2, PICTURE.1));
        let width = pixels(faces[0].bounds.width(), PICTURE.0);
        (f64::from(yaw), f64::from(pitch), place, width)
    };
    let (yaw, pitch, rest, width) = look(0.0, 0.0).await;
    assert!(yaw.abs() < 4.0 && pitch.abs() < 4.0, "{yaw} {pitch}");
    for turned in [-30.0, -15.0, 15.0, 30.0_f64] {
        let (yaw, _, nose, _) = look(turned, 0.0).await;
        assert!((yaw - turned).abs() < 7.0, "{yaw} instead of {turned}");
        // People's: 0.7 to 1.0 (docs/liveness.md).
        let lever = (nose.0 - rest.0) / width / turned.to_radians().sin();
        assert!((0.7..=1.0).contains(&lever), "{turned}: {lever}");
    }
    for raised in [-12.0, 12.0_f64] {
        let (_, pitch, nose, _) = look(0.0, raised).await;
        assert!((pitch - raised).abs() < 6.0, "{pitch} instead of {raised}");
        let lever = (rest.1 - nose.1) / width / raised.to_radians().sin();
        assert!((0.65..=0.85).contains(&lever), "{raised}: {lever}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_turns_to_the_target_passes_once_and_its_recording_does_not() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;
    let head = head(&suite, Portrait::CALM).await;

    let mut check = Check::begin(&ada, &nose()).await;
    let film = check.take(Actor::new(PICTURE, N_BEFORE), alone(&head)).await;
    passed(&check).await;

    assert_eq!(spend(&suite, &check.id).await.expect("good"), 1);
    let again = spend(&suite, &check.id).await;
    assert!(matches!(again, Err(SpendError::NotGood)), "{again:?}");
    check.send(&film[0]).await.expect_problem(409, "challenge-over");

    replay(&suite, &film, &check.asked[1]["target"]).await;
}

/// Plays the film to a fresh challenge, and it fails.
///
/// If the fresh target touches the old way, as about every sixth does, the film could pass: `docs/liveness.md` says so of this
/// kind. Then somebody else begins again.
async fn replay(suite: &Suite, film: &[Vec<u8>], old: &Value) {
    for turn in 0..20 {
        let bob = suite.person(&format!("bob{turn}")).await;
        let mut check = Check::begin(&bob, &nose()).await;
        for jpeg in &film[..2] {
            check.send(jpeg).await.expect(200);
        }
        if touches_way(old, &check.instruction["target"]) {
            continue;
        }
        for jpeg in &film[2..] {
            if !check.instruction.is_null() {
                check.send(jpeg).await.expect(200);
            }
        }
        let result = result(&check).await;
        assert_eq!(result["passed"], false, "{result}");
        assert!(result.get("assertion").is_none(), "{result}");
        let spent = spend(suite, &check.id).await;
        assert!(matches!(spent, Err(SpendError::NotGood)), "{spent:?}");
        return;
    }
    panic!("twenty targets in a row that touch one way");
}

/// Tells whether the nose comes near the target `fresh` on its way to the target `old`.
fn touches_way(old: &Value, fresh: &Value) -> bool {
    let middle = |target: &Value, at: &str, side: &str| {
        target[at].as_f64().expect("a number") + target[side].as_f64().expect("a number") / 2.0
    };
    let from = (f64::from(PICTURE.0) / 2.0, f64::from(PICTURE.1) / 2.0);
    let to = (middle(old, "left", "width"), middle(old, "top", "height"));
    let other = (middle(fresh, "left", "width"), middle(fresh, "top", "height"));
    // As much again as the target's half, for what the detector errs.
    let near = fresh["width"].as_f64().expect("a number");
    (0..=20).map(|it| f64::from(it) / 20.0).any(|part| {
        let x = from.0 + part * (to.0 - from.0);
        let y = from.1 + part * (to.1 - from.1);
        (x - other.0).abs() <= near && (y - other.1).abs() <= near
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_else_at_the_end_is_found_by_comparing() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;
    let head_of_ada = head(&suite, Portrait::CALM).await;
    let other = head(&suite, Portrait::OTHER).await;

    let mut check = Check::begin(&ada, &nose()).await;
    check
        .take(Actor::new(PICTURE, N_BEFORE), |index, held| {
            if index < FIRST_INSIDE {
                frame(&[(&head_of_ada, held)], PICTURE)
            } else {
                // Her nose is longer; so it is in the same place.
                let y = held.y - 0.008;
                frame(&[(&other, Held { y, ..held })], PICTURE)
            }
        })
        .await;
    failed(&check, "swapped").await;
    let spent = spend(&suite, &check.id).await;
    assert!(matches!(spent, Err(SpendError::NotGood)), "{spent:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_face_on_the_way_fails() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;
    let head_of_ada = head(&suite, Portrait::CALM).await;
    let other = head(&suite, Portrait::OTHER).await;
    let looking_on = Held {
        width: 0.25,
        x: 0.36,
        y: -0.3,
        ..Held::STRAIGHT
    };

    let mut check = Check::begin(&ada, &nose()).await;
    let film = check
        .take(Actor::new(PICTURE, N_BEFORE), |index, held| {
            if index < 4 {
                frame(&[(&head_of_ada, held)], PICTURE)
            } else {
                frame(&[(&head_of_ada, held), (&other, looking_on)], PICTURE)
            }
        })
        .await;
    assert_eq!(film.len(), 5, "the first such frame ends it");
    failed(&check, "multiple-faces").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_does_every_step_passes_a_sequence() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;
    let head = head(&suite, Portrait::CALM).await;

    // Nothing is left out; twenty seconds a step instead of eight, for a busy machine.
    let mut check = Check::begin(&ada, &order("sequence", "unhurried")).await;
    let film = check.take(Actor::new(PICTURE, N_BEFORE_STEP), alone(&head)).await;
    assert!(film.len() < 60, "{:?}", check.asked);
    passed(&check).await;
    let steps = check.asked.iter().filter(|it| it["task"] != "look-straight");
    assert!(
        (4..=6).contains(&steps.count()),
        "the area and three to five steps: {:?}",
        check.asked
    );
    assert_eq!(spend(&suite, &check.id).await.expect("good"), 1);
}
