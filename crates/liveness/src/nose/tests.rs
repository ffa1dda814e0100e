use super::*;
use crate::testing::{Held, STRAIGHT, frame, head};

const PICTURE: (u32, u32) = (640, 480);

fn picture() -> PictureSize {
    PictureSize::new(PICTURE.0, PICTURE.1).unwrap()
}

fn seen(held: Held) -> Sight {
    Sight::of(&frame(0, vec![head(held)]), picture())
}

fn run_of(first: Held) -> Run {
    let Sight::One(first) = seen(first) else {
        panic!("one face");
    };
    Run::new(
        NoseKind::Scaled,
        Target::Offset(RIGHT),
        picture(),
        &first,
        ServerMs(0),
    )
}

fn run() -> Run {
    run_of(STRAIGHT)
}

/// A face that leaves room to move inside the area.
const SMALL: Held = Held {
    scale: 0.8,
    ..STRAIGHT
};

/// 0.2 face widths to the right: the head of the vectors is inside from 26° of yaw on, and in the middle at 39°.
const RIGHT: Point = Point { x: 0.2, y: 0.0 };

/// Judges one frame every 250 ms; returns what the last one led to, or the first end.
fn judge_all(run: &mut Run, sights: impl IntoIterator<Item = Sight>) -> Next {
    let mut last = Next::Stay(None);
    for (count, sight) in (1..).zip(sights) {
        last = run.judge(&sight, ServerMs(250 * count));
        if matches!(last, Next::Pass | Next::Fail(..)) {
            return last;
        }
    }
    last
}

fn turn(yaws: &[f64]) -> Vec<Sight> {
    let held = |&yaw: &f64| seen(Held { yaw, ..STRAIGHT });
    yaws.iter().map(held).collect()
}

#[test]
fn a_head_that_turns_to_the_target_and_stays_passes() {
    let path = [0.0, 5.0, 10.0, 15.0, 20.0, 24.0, 33.0, 38.0];
    assert_eq!(judge_all(&mut run(), turn(&path)), Next::Pass);
}

#[test]
fn one_frame_inside_is_not_enough_and_passing_through_is_no_stay() {
    let inside_once = [0.0, 5.0, 10.0, 15.0, 20.0, 24.0, 38.0];
    assert_eq!(
        judge_all(&mut run(), turn(&inside_once)),
        Next::Stay(Some(Hint::HoldStill))
    );
    let came_back = [0.0, 5.0, 10.0, 15.0, 20.0, 38.0, 10.0, 38.0];
    assert_eq!(
        judge_all(&mut run(), turn(&came_back)),
        Next::Stay(Some(Hint::HoldStill))
    );
}

const HURRIED: [f64; 5] = [0.0, 12.0, 24.0, 38.0, 39.0];

#[test]
fn five_points_are_too_few_and_staying_makes_no_more_of_them() {
    let stays = [38.5, 39.0, 38.5, 39.0, 38.5, 39.0, 38.5, 39.0];
    let path: Vec<f64> = HURRIED.into_iter().chain(stays).collect();
    assert_eq!(
        judge_all(&mut run(), turn(&path)),
        Next::Stay(Some(Hint::BackToMiddle))
    );
}

#[test]
fn whoever_was_too_quick_goes_back_and_does_it_again() {
    let back = [20.0, 2.0];
    let again = [8.0, 14.0, 20.0, 26.0, 34.0, 38.0];
    let path: Vec<f64> = HURRIED.into_iter().chain(back).chain(again).collect();
    assert_eq!(judge_all(&mut run(), turn(&path)), Next::Pass);

    let never_back = [20.0, 14.0, 20.0, 26.0, 34.0, 38.0, 38.5];
    let path: Vec<f64> = HURRIED.into_iter().chain(never_back).collect();
    assert_eq!(
        judge_all(&mut run(), turn(&path)),
        Next::Stay(Some(Hint::BackToMiddle))
    );

    let quick_again = [12.0, 24.0, 38.0, 39.0];
    let path: Vec<f64> = HURRIED.into_iter().chain(back).chain(quick_again).collect();
    assert_eq!(
        judge_all(&mut run(), turn(&path)),
        Next::Stay(Some(Hint::BackToMiddle))
    );
}

#[test]
fn a_flat_picture_that_moves_there_fails() {
    let moved = |x: f64| {
        seen(Held {
            x: 204.0 * x,
            ..STRAIGHT
        })
    };
    let path = [0.0, 0.04, 0.08, 0.12, 0.16, 0.2, 0.2].map(moved);
    assert_eq!(judge_all(&mut run(), path), Next::Fail(Reason::FlatFace, None));
}

#[test]
fn a_head_that_is_turned_away_from_the_target_fails() {
    let moved = |x: f64| {
        seen(Held {
            x: 163.0 * x,
            yaw: -8.0,
            ..SMALL
        })
    };
    let path = [0.04, 0.08, 0.12, 0.16, 0.2, 0.24, 0.24].map(moved);
    assert_eq!(
        judge_all(&mut run_of(SMALL), path),
        Next::Fail(Reason::WrongWay, Some(Hint::OtherWay))
    );
}

#[test]
fn a_nose_that_jumps_is_too_fast() {
    let mut run = run_of(SMALL);
    assert_eq!(run.judge(&seen(SMALL), ServerMs(100)), Next::Stay(None));
    let jumped = seen(Held { x: 60.0, ..SMALL });
    // 60 px of 163 in 66 ms are 5.6 face widths a second.
    assert_eq!(
        run.judge(&jumped, ServerMs(101)),
        Next::Fail(Reason::TooFast, None)
    );
}

#[test]
fn four_faceless_frames_are_tolerated_and_the_fifth_is_not() {
    let nobody = || std::iter::repeat_with(|| Sight::Nobody);
    assert_eq!(
        judge_all(&mut run(), nobody().take(4)),
        Next::Stay(Some(Hint::NoFace))
    );
    assert_eq!(
        judge_all(&mut run(), nobody().take(5)),
        Next::Fail(Reason::FaceLost, Some(Hint::NoFace))
    );
}

#[test]
fn a_second_face_and_ten_seconds_fail() {
    assert_eq!(
        run().judge(&Sight::Several, ServerMs(1)),
        Next::Fail(Reason::MultipleFaces, Some(Hint::OnlyOneFace))
    );
    assert_eq!(run().judge(&seen(STRAIGHT), ServerMs(10_000)), Next::Stay(None));
    assert_eq!(
        run().judge(&seen(STRAIGHT), ServerMs(10_001)),
        Next::Fail(Reason::Timeout, None)
    );
}

#[test]
fn the_target_grows_and_moves_with_the_face() {
    let targets = [0.8, 1.0].map(|scale| {
        let run = run_of(Held { scale, ..STRAIGHT });
        (run.target.centre().x - run.anchor.x, run.target.width)
    });
    assert!((targets[0].0 / targets[1].0 - 0.8).abs() < 1e-3);
    assert!((targets[0].1 / targets[1].1 - 0.8).abs() < 1e-3);
}

#[test]
fn drawn_targets_keep_to_their_ranges_and_reach_all_four_quarters() {
    use rand::SeedableRng as _;
    let mut rng = rand::rngs::StdRng::seed_from_u64(3);
    let mut quarters = [0; 4];
    for _ in 0..2_000 {
        let Target::Offset(offset) = Target::draw(NoseKind::Scaled, picture(), &mut rng) else {
            panic!("an offset");
        };
        assert!((0.16..=0.4).contains(&offset.x.abs()) && offset.y.abs() <= 0.2 + 1e-9);
        quarters[usize::from(0.0 < offset.x) + 2 * usize::from(0.0 < offset.y)] += 1;
        let Target::Fixed(rect) = Target::draw(NoseKind::Reference, picture(), &mut rng) else {
            panic!("a box");
        };
        let (left, top) = (rect.left - 320.0, rect.top - 240.0);
        assert!(
            (45.0..=75.0).contains(&left) || (-95.0..=-65.0).contains(&left),
            "{left}"
        );
        assert!(
            (0.0..=40.0).contains(&top) || (-60.0..=-20.0).contains(&top),
            "{top}"
        );
    }
    // 500 each; the standard deviation is 19.
    assert!(quarters.iter().all(|it| (400..600).contains(it)), "{quarters:?}");
}
