//! Verifications by photo.

use aws::uploads::UploadState;
use domain::{AnalysisId, PersonId, UploadId};
use serde_json::{Value, json};

use super::{Desk, is_problem};
use crate::capabilities::fakes::{ADA, ALIKE, Trouble, UNLIKE, good_face};

#[tokio::test]
async fn a_photo_of_the_person_is_verified_and_one_of_another_is_not() {
    let desk = Desk::new();
    let person = desk.person().await;
    desk.face(person, 200).await;
    let upload = desk.upload(ADA, 201);
    let yes = json!({ "verified": true, "similarity": ALIKE, "threshold": 90.0, "liveness": null });
    assert_eq!(desk.verify_photo(person, upload).await, (200, yes.clone()));
    let no = json!({ "verified": false, "similarity": UNLIKE, "threshold": 90.0, "liveness": null });
    assert_eq!(desk.verify_photo(person, desk.upload(ADA, 210)).await, (200, no));
    // The photo stays: it can be asked about again, also about others, until it expires.
    assert_eq!(desk.verify_photo(person, upload).await, (200, yes));
    assert_eq!(desk.world.kept(), [1, 1, 1, 1]);
    desk.wait(30 * 60);
    is_problem(&desk.verify_photo(person, upload).await, 410, "upload-expired");
}

#[tokio::test]
async fn a_photo_that_was_looked_at_does_not_count_among_those_that_wait() {
    let desk = Desk::new();
    let person = desk.person().await;
    desk.face(person, 200).await;
    desk.world.with(|it| it.seen.insert(203, Vec::new()));
    for (width, status) in [(201, 200), (210, 200), (203, 422)] {
        let upload = desk.upload(ADA, width);
        let first = desk.verify_photo(person, upload).await;
        assert_eq!(first.0, status, "{}", first.1);
        let state = desk.world.with(|it| it.uploads[&(ADA, upload)].0.state);
        assert!(matches!(state, UploadState::Used { .. }), "{state:?}");
        assert_eq!(desk.verify_photo(person, upload).await, first);
        // A face is made of a photo of its own.
        is_problem(&desk.add(person, upload).await, 410, "upload-expired");
    }
    let upload = desk.upload(ADA, 201);
    desk.world.trouble(Some(Trouble::Once { at: 6, done: false }));
    is_problem(&desk.verify_photo(person, upload).await, 503, "busy");
    let state = desk.world.with(|it| it.uploads[&(ADA, upload)].0.state);
    assert_eq!(state, UploadState::Pending);
}

#[tokio::test]
async fn the_most_similar_of_all_faces_counts_and_once_one_is_enough_the_rest_does_not_matter() {
    let desk = Desk::new();
    let person = desk.person().await;
    desk.world.with(|it| it.similar.insert((210, 200), Some(85.0)));
    // The seventh is the first of the second round.
    for width in [200, 201, 202, 203, 204, 205, 210, 206, 207] {
        desk.face(person, width).await;
    }
    desk.world.trouble(None);
    let (_, answer) = desk.verify_photo(person, desk.upload(ADA, 211)).await;
    assert_eq!(
        (&answer["verified"], &answer["similarity"]),
        (&json!(true), &json!(ALIKE))
    );
    assert_eq!(desk.world.n_calls("CompareFaces"), 9);
    desk.world.trouble(None);
    let (_, answer) = desk.verify_photo(person, desk.upload(ADA, 208)).await;
    assert_eq!(answer["verified"], true);
    assert_eq!(desk.world.n_calls("CompareFaces"), 6);
    desk.world.trouble(None);
    let (_, answer) = desk.verify_photo(person, desk.upload(ADA, 220)).await;
    assert_eq!(answer["verified"], false);
    assert_eq!(desk.world.n_calls("CompareFaces"), 9);
}

#[tokio::test]
async fn nobody_without_a_face_can_be_verified() {
    let desk = Desk::new();
    let person = desk.person().await;
    let upload = desk.upload(ADA, 200);
    is_problem(
        &desk.verify_photo(person, upload).await,
        409,
        "person-without-face",
    );
    let unknown = PersonId::from_uuid(uuid::Uuid::now_v7());
    is_problem(&desk.verify_photo(unknown, upload).await, 404, "person-not-found");
}

#[tokio::test]
async fn a_request_shows_one_thing() {
    let desk = Desk::new();
    let person = desk.person().await;
    desk.face(person, 200).await;
    let upload = desk.upload(ADA, 201).to_string();
    for body in [
        json!({}),
        json!({ "livenessAtLeast": "nose" }),
        json!({ "uploadId": upload, "livenessAssertion": "x" }),
        json!({ "uploadId": upload, "livenessAtLeast": "nose" }),
        json!({ "uploadId": upload, "threshold": 1 }),
        json!({ "livenessAssertion": "x", "livenessAtLeast": "none" }),
    ] {
        is_problem(&desk.verify(person, &body).await, 422, "invalid-request");
    }
}

#[tokio::test]
async fn a_comparison_that_fails_is_no_answer_unless_another_one_is_enough() {
    let desk = Desk::new();
    let person = desk.person().await;
    for width in [200, 201] {
        desk.face(person, width).await;
    }
    let upload = desk.upload(ADA, 202);
    // GetPerson, Faces, GetUpload, GetPhoto, DetectFaces, and the first of two comparisons.
    let first = Trouble::Once { at: 6, done: false };
    desk.world.trouble(Some(first));
    let (status, answer) = desk.verify_photo(person, upload).await;
    assert_eq!((status, &answer["verified"]), (200, &json!(true)));
    let stranger = desk.upload(ADA, 210);
    desk.world.trouble(Some(first));
    is_problem(&desk.verify_photo(person, stranger).await, 503, "busy");
}

#[tokio::test]
async fn a_face_that_is_erased_meanwhile_does_not_matter() {
    let desk = Desk::new();
    let person = desk.person().await;
    let (first, _) = (desk.face(person, 200).await, desk.face(person, 201).await);
    let stranger = desk.upload(ADA, 210);
    // Its picture is gone already, its row is not: an erasure that broke off.
    desk.world.with(|it| it.pictures.remove(&(ADA, person, first)));
    is_problem(&desk.verify_photo(person, stranger).await, 500, "internal");
    assert_eq!(desk.verify_photo(person, desk.upload(ADA, 202)).await.0, 200);
    desk.erase_face(person, first).await;
    assert_eq!(desk.verify_photo(person, stranger).await.0, 200);
}

#[tokio::test]
async fn what_cannot_be_compared_is_not_similar() {
    let desk = Desk::new();
    let person = desk.person().await;
    desk.face(person, 200).await;
    desk.world.with(|it| it.similar.insert((201, 200), None));
    let no = json!({ "verified": false, "similarity": 0.0, "threshold": 90.0, "liveness": null });
    assert_eq!(desk.verify_photo(person, desk.upload(ADA, 201)).await, (200, no));
}

#[tokio::test]
async fn nobody_is_verified_as_a_person_who_is_erased_meanwhile() {
    let desk = Desk::new();
    let person = desk.person().await;
    desk.face(person, 200).await;
    let upload = desk.upload(ADA, 201);
    desk.world.with(|it| {
        it.meanwhile = Some(("CompareFaces", |it| {
            it.people.values_mut().for_each(|it| it.is_erasing = true);
        }));
    });
    is_problem(&desk.verify_photo(person, upload).await, 404, "person-not-found");
}

#[tokio::test]
async fn a_face_that_is_erased_after_it_was_compared_does_not_count() {
    let desk = Desk::new();
    let person = desk.person().await;
    for width in 200..207 {
        desk.face(person, width).await;
    }
    // Similar to the first and, in the second round, to the last.
    desk.world.with(|it| {
        let similar = [((220, 200), Some(95.0)), ((220, 206), Some(93.0))];
        it.similar.extend(similar);
    });
    desk.world.trouble(None);
    desk.world.with(|it| {
        it.meanwhile = Some(("CompareFaces", |it| {
            let pictures = &it.pictures;
            it.faces.retain(|face, _| pictures[face] != 200);
        }));
    });
    let (status, answer) = desk.verify_photo(person, desk.upload(ADA, 220)).await;
    assert_eq!((status, &answer["similarity"]), (200, &json!(93.0)), "{answer}");
    assert_eq!(desk.world.n_calls("CompareFaces"), 7);
    desk.world
        .with(|it| it.meanwhile = Some(("CompareFaces", |it| it.faces.clear())));
    let answer = desk.verify_photo(person, desk.upload(ADA, 206)).await;
    is_problem(&answer, 409, "person-without-face");
}

#[tokio::test]
async fn a_verification_leaves_an_upload_to_whoever_claimed_it_meanwhile() {
    let desk = Desk::new();
    let person = desk.person().await;
    desk.face(person, 200).await;
    let upload = desk.upload(ADA, 201);
    desk.world.with(|it| {
        it.meanwhile = Some(("CompareFaces", |it| {
            let pending = it.uploads.values_mut().map(|it| &mut it.0.state);
            for state in pending.filter(|it| **it == UploadState::Pending) {
                let analysis = AnalysisId::from_uuid(uuid::Uuid::nil());
                *state = UploadState::Claimed { analysis };
            }
        }));
    });
    assert_eq!(desk.verify_photo(person, upload).await.0, 200);
    let state = desk.world.with(|it| it.uploads[&(ADA, upload)].0.state);
    assert!(matches!(state, UploadState::Claimed { .. }), "{state:?}");
}

#[tokio::test]
async fn light_and_sharpness_matter_to_what_is_kept_alone() {
    let desk = Desk::new();
    let person = desk.person().await;
    desk.face(person, 200).await;
    let dark = aws::faces::DetectedFace {
        quality: (2.0, 2.0),
        ..good_face()
    };
    desk.world.with(|it| it.seen.insert(201, vec![dark]));
    let answer = desk.verify_photo(person, desk.upload(ADA, 201)).await;
    assert_eq!((answer.0, &answer.1["verified"]), (200, &json!(true)));
    let refused = desk.add(person, desk.upload(ADA, 201)).await;
    is_problem(&refused, 422, "face-not-usable");
    assert_eq!(refused.1["reasons"], json!(["too-dark", "blurred"]));
}

#[tokio::test]
async fn verifying_too_often_is_refused() {
    let desk = Desk::new();
    let person = desk.person().await;
    desk.face(person, 200).await;
    desk.wait(60);
    let body = json!({ "uploadId": desk.upload(ADA, 201).to_string() });
    let path = format!("/people/{person}/verify");
    for n in 0..11 {
        let answer = desk.call_as(&Desk::session(ADA), ("POST", &path), &body).await;
        if n < 10 {
            assert_eq!(answer.0, 200, "{n}: {}", answer.1);
        } else {
            is_problem(&answer, 429, "rate-limited");
        }
    }
}

#[tokio::test]
async fn identifiers_that_are_none_name_nothing() {
    let desk = Desk::new();
    let person = desk.person().await;
    let upload = UploadId::from_uuid(uuid::Uuid::nil());
    let body = json!({ "uploadId": upload.to_string() });
    for id in ["x", "01890A5E-0000-7000-8000-000000000000", "..%2F..%2Fetc"] {
        for (method, path, body) in [
            ("GET", format!("/people/{id}"), &Value::Null),
            ("DELETE", format!("/people/{id}"), &Value::Null),
            ("PATCH", format!("/people/{id}"), &json!({ "displayName": "x" })),
            ("POST", format!("/people/{id}/faces"), &body),
            ("POST", format!("/people/{id}/verify"), &body),
        ] {
            is_problem(&desk.call((method, &path), body).await, 404, "person-not-found");
        }
        for (method, path) in [
            ("DELETE", format!("/people/{person}/faces/{id}")),
            ("GET", format!("/people/{person}/faces/{id}/image")),
        ] {
            is_problem(
                &desk.call((method, &path), &Value::Null).await,
                404,
                "face-not-found",
            );
        }
    }
}
