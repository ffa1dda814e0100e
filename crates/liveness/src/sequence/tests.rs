use uuid::Uuid;

use super::*;
use crate::challenge::Challenge;
use crate::frame::{Face, Judgement};
use crate::step::Direction;
use crate::testing::{Held, STRAIGHT, frame, head};
use crate::verdict::{Outcome, Phase};

/// A challenge with these steps, four frames a second, and what the last frame led to.
struct Taken {
    challenge: Challenge,
    outcome: Outcome,
}

/// A face of 200 px that looks straight.
fn calm() -> Face {
    head(STRAIGHT)
}

fn held(held: Held) -> Face {
    head(held)
}

fn yaw(yaw: f64) -> Face {
    head(Held { yaw, ..STRAIGHT })
}

/// A head whose nose is so many face widths from its rest, and that is turned as much as that takes.
fn nose_at(x: f64, y: f64) -> Face {
    // Half of the way by turning, half by the neck, as the nose of the vectors' head is 65 px before its axis.
    let degrees = |share: f64| (share * 204.0 / 2.0 / 65.0).asin().to_degrees();
    let yaw = degrees(x);
    let pitch = degrees(y);
    let straight = head(STRAIGHT).landmarks[2];
    let turned = head(Held {
        yaw,
        pitch,
        ..STRAIGHT
    })
    .landmarks[2];
    // The rest of the way, to the pixel.
    let rest = |want: f64, from: f64, to: f64, side: f64| want * 204.0 - (to - from) * side;
    head(Held {
        yaw,
        pitch,
        x: rest(x, straight.x, turned.x, 640.0),
        y: rest(y, straight.y, turned.y, 480.0),
        ..STRAIGHT
    })
}

fn with(change: fn(&mut Face)) -> Face {
    let mut face = calm();
    change(&mut face);
    face
}

const YES: Option<Judgement> = Some(Judgement {
    value: true,
    confidence: 97.0,
});

const NO: Option<Judgement> = Some(Judgement {
    value: false,
    confidence: 97.0,
});

fn smiling() -> Face {
    with(|it| it.smile = YES)
}

fn open_mouth() -> Face {
    with(|it| it.mouth_open = YES)
}

fn closed_eyes() -> Face {
    with(|it| it.eyes_open = NO)
}

impl Taken {
    /// Starts, and brings the face into the area and the first step to light.
    fn begin(steps: &[Step]) -> Self {
        Self::begin_at(Pace::Standard, steps)
    }

    fn begin_at(pace: Pace, steps: &[Step]) -> Self {
        let picture = PictureSize::new(640, 480).unwrap();
        let challenge =
            Challenge::sequence_of(Uuid::from_u128(3), picture, pace, steps.to_vec(), ServerMs(1_000));
        let outcome = Outcome {
            refusal: None,
            phase: Phase::Face,
            revealed: None,
            hint: None,
        };
        Self { challenge, outcome }.frames(&[calm(), calm(), calm()])
    }

    fn frames(mut self, faces: &[Face]) -> Self {
        for face in faces {
            self = self.sees(vec![face.clone()]);
        }
        self
    }

    fn sees(self, faces: Vec<Face>) -> Self {
        let frame = frame(self.challenge.frames(), faces);
        let (challenge, outcome) = self.challenge.advance(&frame, frame.received_at);
        Self { challenge, outcome }
    }

    fn phase(&self) -> Phase {
        self.challenge.phase()
    }
}

fn direction(number: u8) -> Direction {
    Direction::try_from(number).unwrap()
}

#[test]
fn each_step_is_shown_only_when_the_one_before_is_passed_and_the_face_is_straight() {
    let taken = Taken::begin(&[Step::TurnLeft, Step::Smile, Step::ComeCloser]);
    let first = taken.outcome.revealed.unwrap();
    assert_eq!((first.number, first.task), (1, Task::Do(Step::TurnLeft)));

    let taken = taken.frames(&[yaw(15.0), yaw(28.0)]);
    assert_eq!(
        (taken.phase(), taken.outcome.revealed),
        (Phase::Step { number: 1 }, None)
    );
    let taken = taken.frames(&[yaw(30.0)]);
    assert_eq!(
        (taken.phase(), taken.outcome.revealed),
        (Phase::Ready { number: 2 }, None)
    );
    assert_eq!(taken.challenge.instruction(ServerMs(2_500)), None);
    let taken = taken.frames(&[yaw(20.0)]);
    assert_eq!(taken.outcome.hint, Some(Hint::LookStraight));
    let taken = taken.frames(&[yaw(3.0), yaw(2.0)]);
    assert_eq!(
        taken.outcome.revealed.map(|it| it.task),
        Some(Task::Do(Step::Smile))
    );

    let taken = taken.frames(&[calm(), smiling(), smiling(), calm()]);
    assert_eq!(
        taken.outcome.revealed.map(|it| it.task),
        Some(Task::Do(Step::ComeCloser))
    );
    let closer = |scale| held(Held { scale, ..STRAIGHT });
    let taken = taken.frames(&[calm(), closer(1.15), closer(1.27), closer(1.28)]);
    assert_eq!(taken.phase(), Phase::Passed);
    assert_eq!(taken.challenge.risk().score, 0);
}

#[test]
fn every_gesture_passes_its_own_step() {
    let closer = held(Held {
        scale: 1.27,
        ..STRAIGHT
    });
    for (step, deed) in [
        (Step::TurnLeft, [yaw(30.0), yaw(30.0)]),
        (Step::TurnRight, [yaw(-30.0), yaw(-30.0)]),
        (Step::Blink, [closed_eyes(), calm()]),
        (Step::Smile, [smiling(), smiling()]),
        (Step::MouthOpen, [open_mouth(), open_mouth()]),
        (Step::ComeCloser, [closer.clone(), closer.clone()]),
    ] {
        let taken = Taken::begin(&[step]).frames(&[calm()]).frames(&deed);
        assert_eq!(taken.phase(), Phase::Passed, "{step:?}");
    }
}

#[test]
fn the_nose_passes_at_its_target_in_every_direction_and_nowhere_else() {
    for asked in Direction::all() {
        for gone in Direction::all() {
            let unit = gone.unit();
            let way = [0.03, 0.1, 0.17, 0.24, 0.25, 0.25].map(|it| nose_at(it * unit.x, it * unit.y));
            let taken = Taken::begin(&[Step::Nose(asked)]).frames(&way);
            assert_eq!(
                taken.phase() == Phase::Passed,
                asked == gone,
                "asked {asked:?}, gone {gone:?}: {:?}",
                taken.phase()
            );
        }
    }
}

#[test]
fn the_target_is_shown_where_the_nose_has_to_go() {
    let taken = Taken::begin(&[Step::Nose(direction(2))]);
    let Some(Task::NoseInto(target)) = taken.outcome.revealed.map(|it| it.task) else {
        panic!("{:?}", taken.outcome);
    };
    // A quarter of 204 px below the nose, which is 3 px below the middle of the picture.
    assert!((target.centre().x - 320.0).abs() < 0.1 && (target.centre().y - 294.0).abs() < 0.1);
    assert!((target.width - 2.0 * 0.09 * 204.0).abs() < 0.1);
}

#[test]
fn a_nose_that_sweeps_along_the_targets_does_not_pass() {
    let sweep: Vec<_> = (0..=32)
        .map(|it| f64::from(it) * std::f64::consts::TAU / 32.0 + std::f64::consts::FRAC_PI_2)
        .map(|angle| nose_at(0.25 * angle.cos(), 0.25 * angle.sin()))
        .collect();
    for asked in [0, 5, 7] {
        let taken = Taken::begin(&[Step::Nose(direction(asked))])
            .frames(&[nose_at(0.0, 0.1), nose_at(0.0, 0.2)])
            .frames(&sweep);
        assert_ne!(taken.phase(), Phase::Passed, "{asked}");
    }
}

#[test]
fn a_detour_is_told_and_a_new_straight_way_passes() {
    let detour = [
        nose_at(0.0, 0.12),
        nose_at(0.0, 0.22),
        nose_at(0.12, 0.25),
        nose_at(0.24, 0.2),
        nose_at(0.26, 0.05),
        nose_at(0.25, 0.0),
        nose_at(0.25, 0.0),
    ];
    let taken = Taken::begin(&[Step::Nose(direction(0))]).frames(&detour);
    assert_eq!(
        (taken.phase(), taken.outcome.hint),
        (Phase::Step { number: 1 }, Some(Hint::BackToMiddle))
    );
    let again = [0.12, 0.0, 0.1, 0.2, 0.25, 0.25].map(|it| nose_at(it, 0.0));
    assert_eq!(taken.frames(&again).phase(), Phase::Passed);
}

#[test]
fn a_flat_picture_that_moves_to_the_target_fails() {
    let moved = [0.03, 0.1, 0.17, 0.24, 0.25, 0.25].map(|it| {
        held(Held {
            x: 204.0 * it,
            ..STRAIGHT
        })
    });
    let taken = Taken::begin(&[Step::Nose(direction(0))]).frames(&moved);
    assert_eq!(taken.phase(), Phase::Failed(Reason::FlatFace));
}

#[test]
fn a_flat_picture_with_the_pose_of_a_turned_head_fails() {
    let claimed = with(|it| it.pose.yaw = 30.0);
    let taken = Taken::begin(&[Step::TurnLeft]).frames(&[claimed.clone(), claimed]);
    assert_eq!(taken.phase(), Phase::Failed(Reason::FlatFace));
}

#[test]
fn a_turn_to_the_other_side_is_told_and_the_second_one_fails() {
    let other = [yaw(-20.0), yaw(-30.0), calm()];
    let taken = Taken::begin(&[Step::TurnLeft]).frames(&other[..2]);
    assert_eq!(
        (taken.phase(), taken.outcome.hint),
        (Phase::Step { number: 1 }, Some(Hint::OtherWay))
    );
    let taken = taken.frames(&[calm()]).frames(&other);
    assert_eq!(taken.phase(), Phase::Failed(Reason::WrongGesture));
}

#[test]
fn a_face_that_does_everything_in_turn_fails() {
    let everything = [
        smiling(),
        smiling(),
        calm(),
        open_mouth(),
        open_mouth(),
        calm(),
        closed_eyes(),
        calm(),
        yaw(30.0),
        yaw(30.0),
        calm(),
    ];
    let taken = Taken::begin(&[Step::TurnRight, Step::Smile, Step::Blink]).frames(&everything);
    assert_eq!(taken.phase(), Phase::Failed(Reason::WrongGesture));
}

#[test]
fn a_smile_that_shows_teeth_is_one_thing_too_many_and_not_two() {
    let teeth = with(|it| (it.smile, it.mouth_open) = (YES, YES));
    let twice = [
        teeth.clone(),
        teeth.clone(),
        calm(),
        teeth.clone(),
        teeth.clone(),
        calm(),
    ];
    let taken = Taken::begin(&[Step::Blink]).frames(&twice);
    assert_eq!(taken.phase(), Phase::Step { number: 1 });
    let taken = taken.frames(&[teeth.clone(), teeth]);
    assert_eq!(taken.phase(), Phase::Failed(Reason::WrongGesture));
}

#[test]
fn a_camera_beside_the_screen_sees_a_straight_face_too() {
    let beside = || yaw(-10.0);
    let picture = PictureSize::new(640, 480).unwrap();
    let steps = vec![Step::Smile, Step::TurnLeft];
    let challenge = Challenge::sequence_of(Uuid::nil(), picture, Pace::Standard, steps, ServerMs(1_000));
    let outcome = Taken::begin(&[Step::Smile]).outcome;
    let smiling_beside = || {
        let mut face = beside();
        face.smile = YES;
        face
    };
    let taken = Taken { challenge, outcome }.frames(&[
        beside(),
        beside(),
        beside(),
        smiling_beside(),
        smiling_beside(),
        beside(),
        beside(),
        yaw(8.0),
        yaw(26.0),
        yaw(28.0),
    ]);
    assert_eq!(taken.phase(), Phase::Passed);
}

#[test]
fn blinks_are_free() {
    let blinks: Vec<_> = (0..5).flat_map(|_| [closed_eyes(), calm()]).collect();
    let taken = Taken::begin(&[Step::Smile]).frames(&blinks);
    assert_eq!(taken.phase(), Phase::Step { number: 1 });
    assert_eq!(taken.frames(&[smiling(), smiling()]).phase(), Phase::Passed);
}

#[test]
fn whoever_smiles_already_is_told_to_relax_first() {
    let picture = PictureSize::new(640, 480).unwrap();
    let challenge = Challenge::sequence_of(
        Uuid::nil(),
        picture,
        Pace::Standard,
        vec![Step::Smile],
        ServerMs(1_000),
    );
    let outcome = Taken::begin(&[Step::Smile]).outcome;
    let taken = Taken { challenge, outcome }.frames(&[smiling(), smiling(), smiling(), smiling()]);
    assert_eq!(taken.outcome.hint, Some(Hint::RelaxFirst));
    assert_eq!(
        taken.frames(&[calm(), smiling(), smiling()]).phase(),
        Phase::Passed
    );
}

#[test]
fn a_step_has_its_time_and_the_unhurried_pace_more() {
    for (pace, limit_ms) in [(Pace::Standard, 8_000), (Pace::Unhurried, 20_000)] {
        let taken = Taken::begin_at(pace, &[Step::Smile]);
        assert_eq!(taken.outcome.revealed.map(|it| it.limit_ms), Some(limit_ms));
        // Shown with the third frame, half a second after the first.
        let shown = 1_500;
        assert_eq!(
            taken
                .challenge
                .clone()
                .conclude(ServerMs(shown + limit_ms))
                .phase(),
            Phase::Failed(Reason::Incomplete)
        );
        let mut late = frame(3, vec![smiling()]);
        late.received_at = ServerMs(shown + limit_ms + 1);
        let (challenge, _) = taken.challenge.advance(&late, late.received_at);
        assert_eq!(challenge.phase(), Phase::Failed(Reason::Timeout));
    }
}

#[test]
fn a_second_face_fails_and_a_few_frames_without_one_do_not() {
    let taken = Taken::begin(&[Step::Smile]).sees(vec![calm(), calm()]);
    assert_eq!(taken.phase(), Phase::Failed(Reason::MultipleFaces));
    let mut taken = Taken::begin(&[Step::Smile]);
    for _ in 0..TOLERATED_UNUSABLE {
        taken = taken.sees(vec![]);
        assert_eq!(
            (taken.phase(), taken.outcome.hint),
            (Phase::Step { number: 1 }, Some(Hint::NoFace))
        );
    }
    assert_eq!(taken.sees(vec![]).phase(), Phase::Failed(Reason::FaceLost));
}

#[test]
fn a_face_outside_of_the_area_fails_after_a_few_frames() {
    let outside = held(Held { x: 150.0, ..STRAIGHT });
    let taken = Taken::begin(&[Step::Smile]).frames(&vec![outside; 4]);
    assert_eq!(
        (taken.phase(), taken.outcome.hint),
        (Phase::Step { number: 1 }, Some(Hint::CenterFace))
    );
    let outside = held(Held { x: 150.0, ..STRAIGHT });
    assert_eq!(taken.frames(&[outside]).phase(), Phase::Failed(Reason::LeftArea));
}

#[test]
fn a_face_too_large_to_come_closer_is_sent_back() {
    let picture = PictureSize::new(640, 480).unwrap();
    let challenge = Challenge::sequence_of(
        Uuid::nil(),
        picture,
        Pace::Standard,
        vec![Step::Smile],
        ServerMs(1_000),
    );
    let outcome = Taken::begin(&[Step::Smile]).outcome;
    let large = held(Held {
        scale: 1.1,
        ..STRAIGHT
    });
    let taken = Taken { challenge, outcome }.frames(&[large.clone(), large]);
    assert_eq!(
        (taken.phase(), taken.outcome.hint),
        (Phase::Area, Some(Hint::MoveBack))
    );
}

#[test]
fn what_was_begun_before_the_step_was_shown_does_not_count() {
    // Eyes that close with the frame before the step is shown keep it from being shown; a smile does not.
    let taken = Taken::begin(&[Step::TurnLeft, Step::Smile]).frames(&[yaw(30.0), yaw(30.0)]);
    let taken = taken.frames(&[calm(), smiling()]);
    assert_eq!(taken.outcome.revealed.map(|it| it.number), Some(2));
    let taken = taken.frames(&[smiling(), smiling()]);
    assert_eq!(
        (taken.phase(), taken.outcome.hint),
        (Phase::Step { number: 2 }, Some(Hint::RelaxFirst))
    );
    assert_eq!(
        taken.frames(&[calm(), smiling(), smiling()]).phase(),
        Phase::Passed
    );
}

#[test]
fn a_sequence_without_steps_cannot_be_passed() {
    let picture = PictureSize::new(640, 480).unwrap();
    let challenge = Challenge::sequence_of(Uuid::nil(), picture, Pace::Standard, vec![], ServerMs(1_000));
    let outcome = Taken::begin(&[Step::Smile]).outcome;
    let taken = Taken { challenge, outcome }.frames(&[calm(), calm(), calm()]);
    assert_eq!(taken.phase(), Phase::Failed(Reason::Incomplete));
}

#[test]
fn a_deed_before_anybody_can_have_read_the_step_is_recorded() {
    let mut taken = Taken::begin(&[Step::Blink, Step::TurnLeft]);
    for (after_ms, face) in [(50, closed_eyes()), (100, calm())] {
        let mut frame = frame(taken.challenge.frames(), vec![face]);
        // Shown with the third frame, at 1.5 s.
        frame.received_at = ServerMs(1_500 + after_ms);
        let (challenge, outcome) = taken.challenge.advance(&frame, frame.received_at);
        taken = Taken { challenge, outcome };
    }
    assert_eq!(taken.phase(), Phase::Ready { number: 2 });
    assert_eq!(taken.challenge.risk().signals.get(&Signal::Anticipated), Some(&1));
}

#[test]
fn a_pose_that_does_not_fit_the_nose_is_recorded_and_no_turn() {
    let mut mirrored = yaw(30.0);
    mirrored.pose.yaw = -30.0;
    let taken = Taken::begin(&[Step::TurnRight]).frames(&[mirrored.clone(), mirrored.clone(), mirrored]);
    assert_eq!(taken.phase(), Phase::Step { number: 1 });
    assert_eq!(
        taken.challenge.risk().signals.get(&Signal::PoseDisagrees),
        Some(&3)
    );
}

#[test]
fn each_step_that_was_done_names_its_frames() {
    let taken = Taken::begin(&[Step::Blink, Step::TurnLeft]).frames(&[
        calm(),
        closed_eyes(),
        closed_eyes(),
        calm(),
        // Straight, and the next step is shown.
        calm(),
        yaw(15.0),
        yaw(30.0),
        yaw(30.0),
    ]);
    assert_eq!(taken.challenge.phase(), Phase::Passed);
    let deed = |shown, begun, done| Deed { shown, begun, done };
    assert_eq!(taken.challenge.deeds(), [deed(2, 4, 6), deed(7, 9, 10)]);
}

#[test]
fn a_step_that_was_not_done_names_nothing() {
    let taken = Taken::begin(&[Step::Smile]).frames(&[calm(), smiling()]);
    assert_eq!(taken.challenge.deeds(), []);
    assert_eq!(taken.frames(&[smiling()]).challenge.deeds().len(), 1);
}
