use super::*;
use crate::frame::Judgement;
use crate::sight::Sight;
use crate::space::PictureSize;
use crate::testing::{Held, STRAIGHT, frame, head};

/// A face in a frame: how it is held, and percentages of open eyes, smile and open mouth.
#[derive(Clone, Copy)]
struct Look {
    held: Held,
    eyes: f64,
    smile: f64,
    mouth: f64,
}

const CALM: Look = Look {
    held: STRAIGHT,
    eyes: 97.0,
    smile: 3.0,
    mouth: 3.0,
};

#[expect(clippy::unnecessary_wraps, reason = "the type of the fields that it fills")]
fn percent(yes: f64) -> Option<Judgement> {
    Some(Judgement {
        value: true,
        confidence: yes,
    })
}

fn seen(look: Look) -> Seen {
    let mut face = head(look.held);
    face.eyes_open = percent(look.eyes);
    face.smile = percent(look.smile);
    face.mouth_open = percent(look.mouth);
    match Sight::of(&frame(0, vec![face]), PictureSize::new(640, 480).unwrap()) {
        Sight::One(seen) => *seen,
        other => panic!("{other:?}"),
    }
}

/// All gestures told by these frames, one every 250 ms, each with its first frame.
fn told(looks: &[Look]) -> Vec<(Told, u32)> {
    let mut watch = Watch::default();
    let rest = Rest::of(&seen(CALM));
    let mut all = Vec::new();
    for (index, look) in (0..).zip(looks) {
        let at = ServerMs(250 * i64::from(index));
        let events = watch.feed(index, at, &seen(*look), &rest, 1_000);
        all.extend(events.into_iter().map(|it| (it.told, it.since)));
    }
    all
}

fn yaw(yaw: f64) -> Look {
    Look {
        held: Held { yaw, ..STRAIGHT },
        ..CALM
    }
}

fn scale(scale: f64) -> Look {
    Look {
        held: Held { scale, ..STRAIGHT },
        ..CALM
    }
}

fn smile(smile: f64) -> Look {
    Look { smile, ..CALM }
}

fn eyes(eyes: f64) -> Look {
    Look { eyes, ..CALM }
}

#[test]
fn a_turn_is_told_after_two_frames_with_its_side() {
    assert_eq!(
        told(&[CALM, yaw(14.0), yaw(26.0), yaw(27.0), yaw(40.0)]),
        [(Told::TurnedLeft, 2), (Told::Away, 2)]
    );
    assert_eq!(
        told(&[CALM, yaw(-26.0), yaw(-27.0)]),
        [(Told::TurnedRight, 1), (Told::Away, 1)]
    );
}

#[test]
fn a_turn_that_wavers_is_told_once_and_again_only_after_coming_back() {
    let wavering = [CALM, yaw(26.0), yaw(26.0), yaw(20.0), yaw(26.0), yaw(26.0)];
    assert_eq!(told(&wavering).len(), 2);
    let twice = [CALM, yaw(26.0), yaw(26.0), CALM, yaw(26.0), yaw(26.0)];
    assert_eq!(
        told(&twice).iter().filter(|it| it.0 == Told::TurnedLeft).count(),
        2
    );
}

#[test]
fn one_misread_frame_is_no_gesture() {
    assert_eq!(
        told(&[CALM, yaw(30.0), CALM, smile(99.0), CALM, scale(1.3), CALM]),
        []
    );
}

#[test]
fn a_yaw_against_the_nose_is_no_turn() {
    // What a mirrored picture with the pose of the unmirrored one would be.
    let mut watch = Watch::default();
    let rest = Rest::of(&seen(CALM));
    let mut mirrored = seen(yaw(30.0));
    mirrored.yaw = -30.0;
    let mut events = watch.feed(0, ServerMs(0), &seen(CALM), &rest, 1_000);
    for index in 1..5 {
        events.extend(watch.feed(index, ServerMs(0), &mirrored, &rest, 1_000));
    }
    assert!(events.iter().all(|it| it.told == Told::Away), "{events:?}");
}

#[test]
fn looking_up_or_down_is_looking_away() {
    let nod = Look {
        held: Held {
            pitch: 16.0,
            ..STRAIGHT
        },
        ..CALM
    };
    assert_eq!(told(&[CALM, nod, nod]), [(Told::Away, 1)]);
}

#[test]
fn whoever_smiles_all_the_time_has_not_smiled_until_relaxed() {
    assert_eq!(told(&[smile(95.0); 6]), []);
    assert_eq!(
        told(&[smile(95.0), smile(30.0), smile(95.0), smile(95.0)]),
        [(Told::Smiled, 2)]
    );
}

#[test]
fn a_blink_is_open_closed_and_open_in_time() {
    assert_eq!(told(&[CALM, eyes(5.0), CALM]), [(Told::Blinked, 1)]);
    assert_eq!(told(&[CALM, eyes(5.0), eyes(40.0), CALM]), [(Told::Blinked, 1)]);
    // Closed from the start, half closed, and closed for longer than a second.
    assert_eq!(told(&[eyes(5.0), CALM]), []);
    assert_eq!(told(&[CALM, eyes(40.0), CALM]), []);
    assert_eq!(
        told(&[CALM, eyes(5.0), eyes(5.0), eyes(5.0), eyes(5.0), eyes(5.0), CALM]),
        []
    );
}

#[test]
fn closer_is_both_sides_larger_by_a_quarter() {
    assert_eq!(
        told(&[CALM, scale(1.2), scale(1.26), scale(1.27)]),
        [(Told::CameCloser, 2)]
    );
    assert_eq!(told(&[CALM, scale(1.24), scale(1.24)]), []);
}

#[test]
fn expressions_of_a_turned_face_are_not_read() {
    let turned = Look {
        smile: 99.0,
        mouth: 99.0,
        eyes: 1.0,
        ..yaw(24.0)
    };
    assert_eq!(told(&[CALM, turned, turned, CALM]), [(Told::Away, 1)]);
}

#[test]
fn what_the_detector_does_not_say_is_no_gesture() {
    let mut watch = Watch::default();
    let mut silent = seen(CALM);
    (silent.eyes_open, silent.smile, silent.mouth_open) = (None, None, None);
    let rest = Rest::of(&silent);
    for index in 0..6 {
        assert_eq!(watch.feed(index, ServerMs(0), &silent, &rest, 1_000), []);
    }
    assert!(rest.is_straight(&silent));
}
