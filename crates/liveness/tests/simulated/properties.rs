//! Whatever numbers, clocks and faces come in: nothing panics, nothing goes back, and what is stored reads back.

use liveness::nose::Target;
use liveness::space::Point;
use liveness::{
    Challenge, ClientMs, Face, Frame, Judgement, Landmark, LandmarkKind, NoseKind, Outcome, Pace,
    PerceptualHash, Phase, PictureSize, Pose, Ratios, Reason, ServerMs, Step,
};
use proptest::prelude::*;
use uuid::Uuid;

use crate::simulation::replay::Kind;
use crate::simulation::{Person, seeded};

/// A number near `middle`, or one that no detector should give.
fn number(middle: f64, spread: f64) -> impl Strategy<Value = f64> {
    prop_oneof![
        30 => middle - spread..=middle + spread,
        1 => prop::sample::select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0, -1.0, 1e300, f64::MIN_POSITIVE]),
    ]
}

fn judgement() -> impl Strategy<Value = Option<Judgement>> {
    prop::option::weighted(
        0.9,
        (any::<bool>(), number(85.0, 15.0)).prop_map(|(value, confidence)| Judgement { value, confidence }),
    )
}

prop_compose! {
    /// Mostly a face in the middle of the picture, turned by up to 45°.
    fn face()(
        left in number(0.34, 0.02),
        top in number(0.26, 0.02),
        width in number(0.32, 0.04),
        height in number(0.48, 0.04),
        nose_x in number(0.5, 0.12),
        nose_y in number(0.52, 0.12),
        others in prop::collection::vec((number(0.5, 0.1), number(0.5, 0.1)), 0..12),
        has_nose in prop::bool::weighted(0.97),
        yaw in number(0.0, 45.0),
        pitch in number(0.0, 30.0),
        eyes_open in judgement(),
        smile in judgement(),
        mouth_open in judgement(),
    ) -> Face {
        let kinds = [LandmarkKind::EyeLeft, LandmarkKind::EyeRight];
        let others = others.iter().enumerate().map(|(at, &(x, y))| Landmark {
            kind: kinds.get(at).copied().unwrap_or(LandmarkKind::Other),
            x,
            y,
        });
        let nose = Landmark { kind: LandmarkKind::Nose, x: nose_x, y: nose_y };
        Face {
            bounding_box: Ratios { left, top, width, height },
            landmarks: others.chain(has_nose.then_some(nose)).collect(),
            pose: Pose { yaw, pitch, roll: f64::NAN },
            eyes_open,
            smile,
            mouth_open,
        }
    }
}

/// A time near the one that is due, or any other.
fn time(due: i64) -> impl Strategy<Value = i64> {
    prop_oneof![20 => due - 100..=due + 100, 1 => any::<i64>()]
}

/// What a client could send.
#[derive(Debug, Clone)]
struct Sent {
    faces: Vec<Face>,
    skips: u32,
    taken_at: i64,
    received_at: i64,
    now: i64,
    file: u8,
}

fn sent(count: i64) -> impl Strategy<Value = Sent> {
    (
        prop_oneof![
            20 => prop::collection::vec(face(), 1..2),
            1 => prop::collection::vec(face(), 0..4),
        ],
        prop_oneof![20 => Just(0), 1 => any::<u32>()],
        time(250 * count),
        time(250 * count),
        time(250 * count),
        any::<u8>(),
    )
        .prop_map(|(faces, skips, taken_at, received_at, now, file)| Sent {
            faces,
            skips,
            taken_at,
            received_at,
            now,
            file,
        })
}

fn stream() -> impl Strategy<Value = Vec<Sent>> {
    (0..70_i64).map(sent).collect::<Vec<_>>()
}

fn challenge() -> impl Strategy<Value = Challenge> {
    let picture = PictureSize::new(640, 480).expect("a camera's size");
    let nose = (
        prop::sample::select(vec![NoseKind::Reference, NoseKind::Scaled]),
        -400..=400_i32,
        -200..=200_i32,
    )
        .prop_map(move |(kind, x, y)| {
            // Thousandths, as they are drawn.
            let target = Target::Offset(Point {
                x: f64::from(x) / 1000.0,
                y: f64::from(y) / 1000.0,
            });
            Challenge::nose_at(Uuid::nil(), picture, kind, target, ServerMs(0))
        });
    let sequence = (
        prop::collection::vec(prop::sample::select(Step::ALL.to_vec()), 0..6),
        prop::sample::select(vec![Pace::Standard, Pace::Unhurried]),
    )
        .prop_map(move |(steps, pace)| {
            Challenge::sequence_of(Uuid::nil(), picture, pace, steps, ServerMs(0))
        });
    prop_oneof![nose, sequence]
}

/// How far a challenge is; it must never become less.
fn progress(challenge: &Challenge) -> (u32, u32) {
    let stage = match challenge.phase() {
        Phase::Face => 0,
        Phase::Area => 1,
        Phase::Ready { number } => 2 * u32::from(number),
        Phase::Step { number } => 2 * u32::from(number) + 1,
        Phase::Passed | Phase::Failed(_) => u32::MAX,
    };
    (stage, challenge.frames())
}

/// Takes a frame and checks what must hold for every one.
fn take(before: &Challenge, frame: &Frame, now: ServerMs) -> Result<(Challenge, Outcome), TestCaseError> {
    let (after, outcome) = before.clone().advance(frame, now);
    prop_assert_eq!(outcome.phase, after.phase());
    if outcome.accepted() {
        prop_assert!(!before.phase().is_over());
        prop_assert_eq!(after.frames(), before.frames() + 1);
        prop_assert!(progress(before) < progress(&after));
        prop_assert_ne!(after.link(), before.link());
    } else {
        prop_assert_eq!(&after, before);
    }
    if let Some(revealed) = outcome.revealed {
        let number = revealed.number;
        prop_assert_eq!(after.phase(), Phase::Step { number });
    }
    let risk = after.risk().score;
    prop_assert!(before.risk().score <= risk && risk <= 100);
    let _ = after.instruction(now);
    let stored = serde_json::to_string(&after).expect("it is stored");
    prop_assert!(stored.len() < 12_000, "{}", stored.len());
    let read = serde_json::from_str::<Challenge>(&stored).expect("it reads back");
    prop_assert_eq!(&read, &after);
    Ok((after, outcome))
}

/// Ends a challenge and checks what must hold then.
fn end(challenge: Challenge) -> Result<(), TestCaseError> {
    let has_passed = challenge.phase() == Phase::Passed;
    let concluded = challenge.conclude(ServerMs(i64::MAX));
    prop_assert!(concluded.phase().is_over());
    prop_assert_eq!(concluded.phase() == Phase::Passed, has_passed);
    prop_assert_eq!(&concluded.clone().conclude(ServerMs(i64::MIN)), &concluded);
    prop_assert!(matches!(
        concluded.reject(Reason::Swapped).phase(),
        Phase::Failed(_)
    ));
    Ok(())
}

/// Spoils a frame in one of many ways.
fn spoil(frame: &mut Frame, way: u32) {
    let face = frame.faces.first().cloned();
    match way {
        0 => frame.faces.clear(),
        1 => frame.faces.extend(face),
        2 => frame.received_at = ServerMs(i64::MIN),
        3 => frame.taken_at = ClientMs(i64::MAX),
        4 => frame.sha256 = [0; 32],
        5 => frame.index = frame.index.wrapping_sub(1),
        _ => {
            let Some(face) = frame.faces.first_mut() else {
                return;
            };
            match way {
                6 => face.bounding_box.width = 0.0,
                7 => face.bounding_box.left = f64::NAN,
                8 => face.landmarks.clear(),
                9 => face.landmarks.iter_mut().for_each(|it| it.x = f64::INFINITY),
                10 => face.pose.yaw = f64::NEG_INFINITY,
                11 => face.pose.pitch = 179.0,
                12 => (face.eyes_open, face.smile, face.mouth_open) = (None, None, None),
                _ => face.landmarks.iter_mut().for_each(|it| it.y = 0.5),
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_stream_moves_a_challenge_forward_or_not_at_all(start in challenge(), stream in stream()) {
        let mut challenge = start;
        for sent in stream {
            let frame = Frame {
                index: challenge.frames().wrapping_add(sent.skips),
                taken_at: ClientMs(sent.taken_at),
                received_at: ServerMs(sent.received_at),
                sha256: [sent.file; 32],
                looks: PerceptualHash(u64::from(sent.file) << 17),
                faces: sent.faces,
            };
            challenge = take(&challenge, &frame, ServerMs(sent.now))?.0;
        }
        end(challenge)?;
    }

    #[test]
    fn a_person_with_a_broken_camera_moves_a_challenge_forward_or_not_at_all(
        seed in any::<u64>(),
        kind in prop::sample::select(vec![Kind::Reference, Kind::Nose, Kind::Sequence, Kind::Unhurried]),
        spoiled in prop::collection::vec(prop::option::weighted(0.06, 0..14_u32), 70),
    ) {
        let mut rng = seeded(seed);
        let mut person = Person::new(&mut rng);
        let mut challenge = kind.draw(&kind.space(), &mut rng);
        for (count, spoiled) in (1..).zip(spoiled) {
            let mut frame = person.frame(challenge.frames(), 250 * count, &mut rng);
            let now = frame.received_at;
            if let Some(way) = spoiled {
                spoil(&mut frame, way);
            }
            let (after, outcome) = take(&challenge, &frame, now)?;
            person.hear(&outcome, now.0, &mut rng);
            challenge = after;
        }
        end(challenge)?;
    }
}
