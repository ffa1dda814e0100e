use rand::SeedableRng as _;
use rand::rngs::StdRng;

use super::*;
use crate::risk::Signal;
use crate::space::Point;
use crate::testing::{Held, STRAIGHT, face, frame, head};
use crate::verdict::{Phase, Task};

fn picture() -> PictureSize {
    PictureSize::new(640, 480).unwrap()
}

fn nose() -> Challenge {
    let target = Target::Offset(Point { x: 0.2, y: 0.0 });
    Challenge::nose_at(
        Uuid::from_u128(1),
        picture(),
        NoseKind::Scaled,
        target,
        ServerMs(1_000),
    )
}

/// Takes frame `index` of this face at the time it was received.
fn take(challenge: Challenge, index: u32, face: crate::Face) -> (Challenge, Outcome) {
    let frame = frame(index, vec![face]);
    challenge.advance(&frame, frame.received_at)
}

#[test]
fn a_head_passes_the_nose_challenge_and_is_over() {
    let (challenge, first) = take(nose(), 0, face());
    assert_eq!(first.phase, Phase::Area);
    let (mut challenge, second) = take(challenge, 1, face());
    assert_eq!(second.phase, Phase::Step { number: 1 });
    assert!(
        matches!(
            second.revealed,
            Some(Instruction {
                number: 1,
                task: Task::NoseInto(_),
                limit_ms: 10_000
            })
        ),
        "{:?}",
        second.revealed
    );
    assert_eq!(challenge.reference_frame(), Some(1));
    for (index, yaw) in (2..).zip([0.0, 5.0, 10.0, 15.0, 20.0, 24.0, 33.0, 38.0]) {
        challenge = take(challenge, index, head(Held { yaw, ..STRAIGHT })).0;
    }
    assert_eq!(challenge.phase(), Phase::Passed);
    let deed = Deed {
        shown: 1,
        begun: 9,
        done: 9,
    };
    assert_eq!(challenge.deeds(), [deed]);
    assert_eq!(challenge.risk().score, 0);
    let (after, refused) = take(challenge.clone(), 10, face());
    assert_eq!((after, refused.refusal), (challenge, Some(Refusal::Over)));
}

#[test]
fn a_frame_that_is_not_the_next_one_changes_nothing() {
    let (challenge, _) = take(nose(), 0, face());
    for index in [2, 7, u32::MAX] {
        let (after, outcome) = take(challenge.clone(), index, face());
        assert_eq!(outcome.refusal, Some(Refusal::OutOfOrder { expected: 1 }));
        assert_eq!(after, challenge);
    }
}

#[test]
fn the_last_frame_sent_again_is_known_and_another_one_in_its_place_is_not() {
    let (challenge, _) = take(nose(), 0, face());
    let (after, outcome) = take(challenge.clone(), 0, face());
    assert_eq!(outcome.refusal, Some(Refusal::AlreadyTaken));
    assert_eq!(after, challenge);
    let mut other = frame(0, vec![face()]);
    other.sha256 = [9; 32];
    let (_, outcome) = challenge.advance(&other, ServerMs(2_000));
    assert_eq!(outcome.refusal, Some(Refusal::OutOfOrder { expected: 1 }));
}

#[test]
fn the_face_has_to_be_whole_large_and_alone() {
    let (challenge, _) = take(nose(), 0, face());
    for (held, hint) in [
        (Held { x: 60.0, ..STRAIGHT }, Hint::CenterFace),
        (
            Held {
                scale: 0.7,
                ..STRAIGHT
            },
            Hint::ComeCloser,
        ),
        (
            Held {
                scale: 1.5,
                ..STRAIGHT
            },
            Hint::MoveBack,
        ),
    ] {
        let (after, outcome) = take(challenge.clone(), 1, head(held));
        assert_eq!((after.phase(), outcome.hint), (Phase::Area, Some(hint)));
    }
    let two = frame(1, vec![face(), face()]);
    let (after, outcome) = challenge.advance(&two, two.received_at);
    assert_eq!(
        (after.phase(), outcome.hint),
        (Phase::Area, Some(Hint::OnlyOneFace))
    );
}

#[test]
fn three_minutes_are_the_end_whatever_the_frame_says() {
    let (challenge, _) = take(nose(), 0, face());
    let late = ServerMs(181_001);
    let (after, _) = challenge.clone().advance(&frame(1, vec![face()]), late);
    assert_eq!(after.phase(), Phase::Failed(Reason::Expired));
    assert_eq!(challenge.conclude(late).phase(), Phase::Failed(Reason::Expired));
    assert_eq!(nose().expires_at(), ServerMs(181_000));
}

#[test]
fn the_area_has_thirty_seconds() {
    let (challenge, _) = take(nose(), 0, face());
    assert_eq!(
        challenge.clone().conclude(ServerMs(31_001)).phase(),
        Phase::Failed(Reason::Timeout)
    );
    let mut late = frame(1, vec![face()]);
    late.received_at = ServerMs(31_001);
    assert_eq!(
        challenge.advance(&late, ServerMs(31_001)).0.phase(),
        Phase::Failed(Reason::Timeout)
    );
}

#[test]
fn a_clock_that_goes_back_does_not_give_time() {
    let (challenge, _) = take(nose(), 0, face());
    let (challenge, _) = take(challenge, 1, face());
    let mut late = frame(2, vec![face()]);
    late.received_at = ServerMs(11_000);
    let (challenge, _) = challenge.advance(&late, ServerMs(11_000));
    let mut back = frame(3, vec![face()]);
    back.received_at = ServerMs(2_000);
    let (challenge, _) = challenge.advance(&back, ServerMs(2_000));
    assert_eq!(
        challenge.conclude(ServerMs(11_251)).phase(),
        Phase::Failed(Reason::Timeout)
    );
}

#[test]
fn a_challenge_ends_with_its_last_frame() {
    let mut challenge = nose();
    for index in 0..NOSE_FRAMES {
        challenge = challenge.advance(&frame(index, vec![]), ServerMs(2_000)).0;
        assert_eq!(challenge.phase(), Phase::Face);
    }
    let (challenge, _) = challenge.advance(&frame(NOSE_FRAMES, vec![]), ServerMs(2_000));
    assert_eq!(challenge.phase(), Phase::Failed(Reason::TooManyFrames));
}

#[test]
fn a_duplicate_is_no_evidence() {
    let (challenge, _) = take(nose(), 0, face());
    let (mut challenge, _) = take(challenge, 1, face());
    // A stay needs two frames; the same file twice is one.
    for (index, yaw) in (2..).zip([0.0, 5.0, 10.0, 15.0, 20.0, 24.0, 38.0]) {
        challenge = take(challenge, index, head(Held { yaw, ..STRAIGHT })).0;
    }
    let mut again = frame(
        9,
        vec![head(Held {
            yaw: 39.0,
            ..STRAIGHT
        })],
    );
    again.sha256 = frame(8, vec![]).sha256;
    let (challenge, outcome) = challenge.advance(&again, again.received_at);
    assert_eq!(
        (outcome.accepted(), outcome.phase),
        (true, Phase::Step { number: 1 })
    );
    assert_eq!(challenge.risk().signals[&Signal::DuplicateFrame], 1);
}

#[test]
fn a_camera_that_stands_still_is_told_from_one_that_is_slow() {
    let (challenge, _) = take(nose(), 0, face());
    let (mut challenge, _) = take(challenge, 1, face());
    let mut hints = Vec::new();
    for index in 2..8 {
        let mut again = frame(index, vec![face()]);
        // One picture until the sixth frame, then the camera is back.
        if index < 7 {
            again.sha256 = frame(1, vec![]).sha256;
        }
        let (next, outcome) = challenge.advance(&again, again.received_at);
        challenge = next;
        hints.push(outcome.hint == Some(Hint::PictureStandsStill));
    }
    assert_eq!(hints, [false, false, true, true, true, false]);
    assert_eq!(challenge.phase(), Phase::Step { number: 1 });
    // A loop of two pictures is no camera that stands still, whatever else it is.
    for index in 8..14 {
        let mut again = frame(index, vec![face()]);
        again.sha256 = frame(index % 2, vec![]).sha256;
        let (next, outcome) = challenge.advance(&again, again.received_at);
        challenge = next;
        assert_eq!(outcome.hint, None);
    }
}

#[test]
fn what_was_found_outside_fails_a_challenge_that_had_passed_once() {
    let swapped = nose().reject(Reason::Swapped);
    assert_eq!(swapped.phase(), Phase::Failed(Reason::Swapped));
    assert_eq!(
        swapped.reject(Reason::Incomplete).phase(),
        Phase::Failed(Reason::Swapped)
    );
}

#[test]
fn the_stored_form_reads_back_and_another_version_does_not() {
    let mut rng = StdRng::seed_from_u64(4);
    let new = Challenge::sequence(
        Uuid::from_u128(2),
        picture(),
        Pace::Standard,
        &[],
        ServerMs(1_000),
        &mut rng,
    );
    let (mut challenge, _) = take(new, 0, face());
    for index in 1..8 {
        challenge = take(challenge, index, face()).0;
        let stored = serde_json::to_string(&challenge).unwrap();
        assert_eq!(serde_json::from_str::<Challenge>(&stored).unwrap(), challenge);
    }
    assert_eq!(challenge.phase(), Phase::Step { number: 1 });
    let other = serde_json::to_string(&challenge)
        .unwrap()
        .replacen("\"version\":1", "\"version\":2", 1);
    let error = serde_json::from_str::<Challenge>(&other).unwrap_err();
    assert!(error.to_string().contains("version 2"), "{error}");
}

#[test]
fn the_stored_form_of_a_full_challenge_is_small() {
    let (challenge, _) = take(nose(), 0, face());
    let (mut challenge, _) = take(challenge, 1, face());
    for index in 2..NOSE_FRAMES {
        let yaw = if index % 2 == 0 { 0.123_456_789 } else { 9.87 };
        challenge = take(challenge, index, head(Held { yaw, ..STRAIGHT })).0;
    }
    assert_eq!(challenge.phase(), Phase::Step { number: 1 });
    let bytes = serde_json::to_vec(&challenge).unwrap().len();
    assert!(bytes < 8_000, "{bytes}");
}
