//! An attempt may break off at every step, before or after what it was about to do. Repeated, it leaves nothing that recognises
//! and nothing lost.

use std::collections::BTreeSet;

use aws::uploads::UploadState;
use domain::{FaceId, PersonId, UserId};
use serde_json::json;

use super::{Desk, is_problem};
use crate::capabilities::fakes::{ADA, Trouble, World};
use crate::face::CLAIM_LIFETIME;

/// Most calls of one request here; that there are no more is asserted.
const MOST_CALLS: usize = 30;

/// Everything that is described, pictured or known belongs together.
#[track_caller]
fn is_consistent(world: &World, case: &str) {
    world.with(|it| {
        let rows: BTreeSet<_> = it.faces.keys().copied().collect();
        let pictures: BTreeSet<_> = it.pictures.keys().copied().collect();
        assert_eq!(rows, pictures, "{case}");
        let named: BTreeSet<_> = it.faces.values().map(|it| it.indexed_as.clone()).collect();
        let described: BTreeSet<_> = it.descriptions.keys().map(|it| it.1.clone()).collect();
        assert_eq!(named, described, "{case}");
        for ((owner, person), row) in &it.people {
            let of_them = rows.iter().filter(|it| (it.0, it.1) == (*owner, *person));
            assert_eq!(row.face_count as usize, of_them.count(), "{case}");
        }
        let has_person = |row: &(UserId, PersonId, FaceId)| it.people.contains_key(&(row.0, row.1));
        assert!(rows.iter().all(has_person), "{case}");
    });
}

/// Every way in which a request of so many calls can break off.
fn crashes(n_calls: usize) -> impl Iterator<Item = Trouble> {
    assert!(0 < n_calls && n_calls < MOST_CALLS, "{n_calls}");
    (1..=n_calls).flat_map(|at| [false, true].map(|done| Trouble::Crash { at, done }))
}

fn faults(n_calls: usize) -> impl Iterator<Item = Trouble> {
    assert!(0 < n_calls && n_calls < MOST_CALLS, "{n_calls}");
    (1..=n_calls).flat_map(|at| [false, true].map(|done| Trouble::Once { at, done }))
}

fn n_calls(desk: &Desk) -> usize {
    desk.world.with(|it| it.calls.len())
}

/// A desk with a person who has a face.
async fn desk() -> (Desk, PersonId) {
    let desk = Desk::new();
    let person = desk.person().await;
    desk.face(person, 200).await;
    desk.world.trouble(None);
    (desk, person)
}

fn after_the_claim(desk: &Desk) {
    desk.world.trouble(None);
    desk.wait(CLAIM_LIFETIME.as_secs().try_into().unwrap());
}

async fn calls_of_adding() -> usize {
    let (desk, person) = desk().await;
    desk.face(person, 201).await;
    n_calls(&desk)
}

/// Number of the call of adding a face by which it is described.
pub(super) async fn describing() -> usize {
    let (desk, person) = desk().await;
    desk.face(person, 201).await;
    let place = desk
        .world
        .with(|it| it.calls.iter().position(|call| *call == "Describe"));
    1 + place.unwrap()
}

#[tokio::test]
async fn adding_a_face_that_broke_off_anywhere_is_repeated() {
    for crash in crashes(calls_of_adding().await) {
        let (desk, person) = desk().await;
        let upload = desk.upload(ADA, 201);
        desk.world.trouble(Some(crash));
        let broken = desk.add(person, upload).await;
        // What comes after the transaction does not matter to the answer.
        assert!([201, 503].contains(&broken.0), "{crash:?}: {}", broken.1);
        after_the_claim(&desk);
        let repeated = desk.add(person, upload).await;
        assert_eq!(repeated.0, 201, "{crash:?}: {}", repeated.1);
        assert_eq!(desk.world.kept(), [1, 2, 2, 2], "{crash:?}");
        is_consistent(&desk.world, &format!("{crash:?}"));
        assert_eq!(desk.show(person).await.1["faces"][1], repeated.1, "{crash:?}");
    }
}

#[tokio::test]
async fn adding_a_face_that_broke_off_anywhere_leaves_nothing_once_the_person_is_erased() {
    for crash in crashes(calls_of_adding().await) {
        let (desk, person) = desk().await;
        let upload = desk.upload(ADA, 201);
        desk.world.trouble(Some(crash));
        desk.add(person, upload).await;
        desk.world.trouble(None);
        assert_eq!(desk.erase(person).await.0, 200, "{crash:?}");
        assert_eq!(desk.world.kept(), [0; 4], "{crash:?}");
    }
}

#[tokio::test]
async fn a_face_whose_adding_failed_once_is_undone_and_can_be_added_at_once() {
    for fault in faults(calls_of_adding().await) {
        let (desk, person) = desk().await;
        let upload = desk.upload(ADA, 201);
        desk.world.trouble(Some(fault));
        let failed = desk.add(person, upload).await;
        desk.world.trouble(None);
        if failed.0 == 503 {
            // The transaction may have been done, and so may the claim, which then ends by itself.
            let is_claimed = desk
                .world
                .with(|it| matches!(it.uploads[&(ADA, upload)].0.state, UploadState::Claimed { .. }));
            if is_claimed {
                after_the_claim(&desk);
            }
            is_consistent(&desk.world, &format!("{fault:?}"));
        }
        let repeated = desk.add(person, upload).await;
        assert_eq!(repeated.0, 201, "{fault:?}: {}", repeated.1);
        assert_eq!(desk.world.kept(), [1, 2, 2, 2], "{fault:?}");
        is_consistent(&desk.world, &format!("{fault:?}"));
    }
}

#[tokio::test]
async fn a_photo_that_cannot_be_used_leaves_nothing_even_where_cleaning_up_fails_at_first() {
    let (desk, person) = desk().await;
    // Its picture is there already when that is found.
    desk.world
        .with(|it| it.not_described = vec![domain::FaceFault::Blurred]);
    let upload = desk.upload(ADA, 201);
    desk.world.trouble(None);
    is_problem(&desk.add(person, upload).await, 422, "face-not-usable");
    assert_eq!(desk.world.n_calls("PutPicture"), 1);
    for crash in crashes(n_calls(&desk)) {
        let upload = desk.upload(ADA, 201);
        desk.world.trouble(Some(crash));
        desk.add(person, upload).await;
        after_the_claim(&desk);
        is_problem(&desk.add(person, upload).await, 422, "face-not-usable");
        assert_eq!(desk.world.kept(), [1, 1, 1, 1], "{crash:?}");
    }
}

#[tokio::test]
async fn erasing_a_face_that_broke_off_anywhere_is_repeated() {
    for shared in [false, true] {
        let prepared = async || {
            let (desk, person) = desk().await;
            let face = desk.face(person, if shared { 200 } else { 201 }).await;
            desk.world.trouble(None);
            (desk, person, face)
        };
        let (desk, person, face) = prepared().await;
        desk.erase_face(person, face).await;
        for crash in crashes(n_calls(&desk)) {
            let (desk, person, face) = prepared().await;
            desk.world.trouble(Some(crash));
            is_problem(&desk.erase_face(person, face).await, 503, "busy");
            desk.world.trouble(None);
            let repeated = desk.erase_face(person, face).await;
            // The second time there may be nothing left.
            assert!([204, 404].contains(&repeated.0), "{crash:?}: {}", repeated.1);
            assert_eq!(desk.world.kept(), [1, 1, 1, 1], "{crash:?}");
            is_consistent(&desk.world, &format!("{crash:?}"));
        }
    }
}

#[tokio::test]
async fn erasing_a_person_that_broke_off_anywhere_is_repeated_and_they_are_nobody_meanwhile() {
    let (first, person) = desk().await;
    first.erase(person).await;
    for crash in crashes(n_calls(&first)) {
        let (desk, person) = desk().await;
        desk.face(person, 201).await;
        desk.world.trouble(Some(crash));
        is_problem(&desk.erase(person).await, 503, "busy");
        desk.world.trouble(None);
        if crash != (Trouble::Crash { at: 1, done: false }) {
            is_problem(&desk.show(person).await, 404, "person-not-found");
            let upload = desk.upload(ADA, 202);
            is_problem(&desk.add(person, upload).await, 404, "person-not-found");
            is_problem(&desk.verify_photo(person, upload).await, 404, "person-not-found");
            let path = format!("/people/{person}");
            let renamed = desk.call(("PATCH", &path), &json!({ "displayName": "x" })).await;
            is_problem(&renamed, 404, "person-not-found");
        }
        // The receipt is of the whole erasure, whatever went before.
        let (status, receipt) = desk.erase(person).await;
        assert_eq!(status, 200, "{crash:?}: {receipt}");
        let counts = (&receipt["faceCount"], &receipt["imageCount"]);
        assert_eq!(counts, (&json!(2), &json!(2)), "{crash:?}");
        assert_eq!(desk.world.kept(), [0; 4], "{crash:?}");
    }
}
