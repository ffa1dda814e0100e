//! One person from beginning to end.

use domain::UserId;
use liveness::Deed;
use serde_json::json;
use uuid::Uuid;

use super::{Begun, Desk};
use crate::capabilities::{Random as _, fakes::World};
use crate::course::Kept;

fn kept(world: &World, begun: &Begun) -> Kept {
    Kept::read(&world.challenge(begun.id())).unwrap()
}

/// A sequence that was done, with steps that depend on `seed`; its deeds, and the number of its frames.
async fn done(seed: u128) -> (Desk, Begun, Vec<Deed>, u32) {
    let desk = Desk::new();
    for _ in 0..seed {
        desk.world.random().unwrap();
    }
    let who = Desk::session(UserId::from_uuid(Uuid::from_u128(100 + seed)));
    let begun = desk.begin_as(who, &json!({})).await;
    let (_, n_frames) = desk.perform(&begun).await;
    let deeds = kept(&desk.world, &begun).course.challenge.deeds().to_vec();
    assert!((3..=5).contains(&deeds.len()));
    (desk, begun, deeds, n_frames)
}

async fn assert_swapped(desk: &Desk, begun: &Begun, what: &str) {
    let (status, result) = desk.verify(begun).await;
    assert_eq!(
        (status, result),
        (200, json!({ "passed": false, "reason": "swapped" })),
        "{what}"
    );
}

#[tokio::test]
async fn a_helper_who_does_the_steps_between_the_frames_that_show_them_is_a_swap() {
    for seed in 0..3 {
        let (desk, begun, deeds, n_frames) = done(seed).await;
        let calm = |index: &u32| deeds.iter().any(|it| it.shown == *index);
        let helped = (2..n_frames - 1).filter(|it| !calm(it));
        desk.world.swap_in(begun.id(), helped);
        assert_swapped(&desk, &begun, &format!("{deeds:?}")).await;
    }
}

#[tokio::test]
async fn a_helper_who_does_any_one_step_is_a_swap() {
    let (_, _, deeds, _) = done(3).await;
    for n in 0..deeds.len() {
        let (desk, begun, deeds, _) = done(3).await;
        desk.world.swap_in(begun.id(), deeds[n].begun..=deeds[n].done);
        assert_swapped(&desk, &begun, &format!("step {n} of {deeds:?}")).await;
    }
}

#[tokio::test]
async fn a_helper_who_only_begins_a_gesture_is_a_swap() {
    for seed in 0..3 {
        let (desk, begun, deeds, _) = done(seed).await;
        let Some(gesture) = deeds.iter().find(|it| it.begun < it.done) else {
            continue;
        };
        desk.world.swap_in(begun.id(), gesture.begun..gesture.done);
        assert_swapped(&desk, &begun, &format!("{deeds:?}")).await;
    }
}

#[tokio::test]
async fn a_helper_on_the_way_of_the_nose_is_a_swap() {
    let desk = Desk::new();
    let begun = desk.begin("nose").await;
    let (_, n_frames) = desk.perform(&begun).await;
    desk.world.swap_in(begun.id(), 2..n_frames - 1);
    assert_swapped(&desk, &begun, "all of the way but its ends").await;
}

#[tokio::test]
async fn who_looks_away_for_a_frame_is_not_compared_in_it() {
    for seed in 0..2 {
        let desk = Desk::new();
        for _ in 0..seed {
            desk.world.random().unwrap();
        }
        let begun = desk.begin("nose").await;
        let mut instruction = begun.answer["instruction"].clone();
        let (mut index, mut n) = (0, 0);
        loop {
            // Every other frame of the way shows nobody, as often as is tolerated.
            let hidden = (3..11).contains(&index) && index % 2 == 1;
            let faces = vec![crate::capabilities::fakes::face(super::person::look(
                &instruction,
                n,
            ))];
            desk.world.show(if hidden { Vec::new() } else { faces });
            let answer = desk.next(&begun, index).await;
            if answer["phase"] == "over" {
                break;
            }
            let same = instruction["task"] == answer["instruction"]["task"];
            n = match (same, hidden) {
                (true, true) => n,
                (true, false) => n + 1,
                (false, _) => 0,
            };
            instruction = answer["instruction"].clone();
            index += 1;
        }
        assert_eq!(desk.verify(&begun).await.1["passed"], true);
    }
}
