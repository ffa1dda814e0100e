use super::*;
use crate::testing::frame;

fn counts(frames: impl IntoIterator<Item = Frame>) -> BTreeMap<Signal, u16> {
    let mut ledger = Ledger::new();
    for frame in frames {
        ledger.note(&frame);
    }
    ledger.report().signals
}

fn camera(count: u32) -> Vec<Frame> {
    (0..count).map(|index| frame(index, vec![])).collect()
}

#[test]
fn a_camera_gives_no_sign() {
    assert_eq!(counts(camera(60)), BTreeMap::new());
}

#[test]
fn the_same_file_again_is_a_duplicate_and_said_to_be_one() {
    let mut ledger = Ledger::new();
    assert!(!ledger.note(&frame(0, vec![])));
    let mut again = frame(1, vec![]);
    again.sha256 = frame(0, vec![]).sha256;
    assert!(ledger.note(&again));
    assert_eq!(
        ledger.report().signals,
        BTreeMap::from([(Signal::DuplicateFrame, 1)])
    );
    assert_eq!(ledger.report().score, 25);
}

#[test]
fn eight_frames_without_a_difference_are_a_still_picture() {
    let still = |count: u32| {
        let mut frames = camera(count);
        for frame in &mut frames {
            frame.looks = PerceptualHash(7);
        }
        counts(frames)
    };
    assert_eq!(still(7), BTreeMap::new());
    assert_eq!(still(8), BTreeMap::from([(Signal::StillPicture, 1)]));
}

#[test]
fn a_clip_in_a_loop_comes_back_to_its_frames() {
    let mut frames = camera(40);
    for index in 20..40 {
        frames[index].looks = frames[index - 20].looks;
    }
    assert!(10 < counts(frames)[&Signal::LoopedFrame]);
}

#[test]
fn times_of_a_client_that_no_camera_has_are_signs() {
    let with = |change: fn(&mut Frame)| {
        let mut frames = camera(3);
        change(&mut frames[2]);
        counts(frames)
    };
    assert_eq!(
        with(|it| it.taken_at.0 -= 250),
        BTreeMap::from([(Signal::ClockBackwards, 1)])
    );
    assert_eq!(
        with(|it| it.taken_at.0 -= 240),
        BTreeMap::from([(Signal::FasterThanCamera, 1)])
    );
    assert_eq!(
        with(|it| it.taken_at.0 += 3_001),
        BTreeMap::from([(Signal::ClocksDisagree, 1)])
    );
    assert_eq!(with(|it| it.taken_at.0 += 3_000), BTreeMap::new());
}

#[test]
fn a_face_that_jumps_in_size_or_place_is_a_sign() {
    let noted = |width: f64, x: f64| {
        let mut ledger = Ledger::new();
        ledger.note_face(200.0, Point { x: 300.0, y: 200.0 }, ServerMs(0));
        ledger.note_face(width, Point { x, y: 200.0 }, ServerMs(250));
        ledger.report().signals
    };
    assert_eq!(noted(249.0, 320.0), BTreeMap::new());
    assert_eq!(noted(251.0, 320.0), BTreeMap::from([(Signal::SizeJump, 1)]));
    assert_eq!(noted(159.0, 320.0), BTreeMap::from([(Signal::SizeJump, 1)]));
    // 160 px of 200 in a quarter of a second are 3.2 face widths a second.
    assert_eq!(
        noted(200.0, 460.0),
        BTreeMap::from([(Signal::ImplausibleSpeed, 1)])
    );
}

#[test]
fn the_score_stays_within_100_and_one_innocent_sign_is_low() {
    let mut ledger = Ledger::new();
    ledger.count(Signal::SizeJump);
    assert_eq!(ledger.report().score, 5);
    for signal in Signal::ALL {
        for _ in 0..1_000 {
            ledger.count(*signal);
        }
    }
    assert_eq!(ledger.report().score, 100);
}
