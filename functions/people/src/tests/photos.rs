//! Every photo that is not taken has its problem, whether it is to be a face or to be verified.

use std::time::Duration;

use aws::{faces::Verdict, uploads::UploadState};
use domain::{AnalysisId, PersonId, UploadId};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Desk, is_problem};
use crate::capabilities::fakes::{ADA, BOB, good_face, jpeg};

/// A desk with a person who has a face.
async fn desk() -> (Desk, PersonId) {
    let desk = Desk::new();
    let person = desk.person().await;
    desk.face(person, 200).await;
    (desk, person)
}

/// Adds the photo, and verifies by it; both must answer the same.
async fn both(prepare: impl Fn(&Desk) -> UploadId, status: u64, slug: &str) -> Value {
    let (desk, person) = desk().await;
    let upload = prepare(&desk);
    let answer = desk.verify_photo(person, upload).await;
    is_problem(&answer, status, slug);
    let (desk, person) = self::desk().await;
    let upload = prepare(&desk);
    let added = desk.add(person, upload).await;
    is_problem(&added, status, slug);
    assert_eq!(desk.world.kept(), [1, 1, 1, 1]);
    answer.1
}

#[tokio::test]
async fn an_upload_must_be_ones_own_and_usable() {
    both(|_| UploadId::from_uuid(Uuid::now_v7()), 404, "upload-not-found").await;
    both(|desk| desk.upload(BOB, 201), 404, "upload-not-found").await;
    let in_state = |desk: &Desk, state| {
        let upload = desk.upload(ADA, 201);
        desk.world
            .with(|it| it.uploads.get_mut(&(ADA, upload)).unwrap().0.state = state);
        upload
    };
    let analysis = AnalysisId::from_uuid(Uuid::nil());
    let used = |desk: &Desk| {
        let upload = in_state(desk, UploadState::Used { analysis });
        desk.world.with(|it| it.photos.clear());
        upload
    };
    let answer = both(used, 410, "upload-expired").await;
    assert_eq!(answer["detail"], "Its photo was used before. Upload it again.");
    let refused = |desk: &Desk| in_state(desk, UploadState::Refused);
    let answer = both(refused, 410, "upload-expired").await;
    assert_eq!(
        answer["detail"],
        "Its photo was refused before. Upload another one."
    );
    let old = |desk: &Desk| {
        let upload = desk.upload(ADA, 201);
        desk.wait(29 * 60);
        upload
    };
    both(old, 410, "upload-expired").await;
    let missing = |desk: &Desk| {
        let upload = desk.upload(ADA, 201);
        desk.world.with(|it| it.photos.clear());
        upload
    };
    both(missing, 409, "upload-incomplete").await;
}

#[tokio::test]
async fn what_arrived_must_be_what_was_announced_and_a_photo() {
    let other_size = |desk: &Desk| {
        let upload = desk.upload(ADA, 201);
        desk.world
            .with(|it| it.uploads.get_mut(&(ADA, upload)).unwrap().0.size_bytes += 1);
        upload
    };
    both(other_size, 422, "upload-mismatch").await;
    let other_hash = |desk: &Desk| {
        let upload = desk.upload(ADA, 201);
        desk.world
            .with(|it| it.uploads.get_mut(&(ADA, upload)).unwrap().0.sha256 = Some([7; 32]));
        upload
    };
    both(other_hash, 422, "upload-mismatch").await;
    both(
        |desk| desk.upload_file(ADA, b"GIF89a no".to_vec()),
        422,
        "not-an-image",
    )
    .await;
    let cut = |desk: &Desk| {
        let mut file = jpeg(201);
        file.truncate(file.len() - 40);
        desk.upload_file(ADA, file)
    };
    both(cut, 422, "image-corrupt").await;
    both(|desk| desk.upload(ADA, 40), 422, "image-too-small").await;
    let wide = |desk: &Desk| {
        let mut file = jpeg(201);
        // The width in the frame header (ITU T.81, B.2.2).
        let at = file.windows(2).position(|it| it == [0xFF, 0xC0]).unwrap();
        file[at + 7..at + 9].copy_from_slice(&9000_u16.to_be_bytes());
        desk.upload_file(ADA, file)
    };
    both(wide, 422, "image-too-large").await;
    let arithmetic = |desk: &Desk| {
        let mut file = jpeg(201);
        let at = file.windows(2).position(|it| it == [0xFF, 0xC0]).unwrap();
        file[at + 1] = 0xC9;
        desk.upload_file(ADA, file)
    };
    both(arithmetic, 422, "image-unsupported").await;
    let heavy = |desk: &Desk| {
        let mut file = jpeg(201);
        file.resize(15 * 1024 * 1024 + 1, 0);
        desk.upload_file(ADA, file)
    };
    let answer = both(heavy, 413, "upload-too-large").await;
    assert_eq!(answer["limitBytes"], 15 * 1024 * 1024);
}

#[tokio::test]
async fn a_photo_must_show_one_usable_face() {
    let covered = aws::faces::DetectedFace {
        face_occluded: Some(Verdict {
            value: true,
            confidence: 99.0,
        }),
        ..good_face()
    };
    let turned = aws::faces::DetectedFace {
        pose: (0.0, 0.0, 50.0),
        ..good_face()
    };
    for (seen, reason) in [
        (vec![], "no-face"),
        (vec![good_face(), good_face()], "several-faces"),
        (vec![turned], "turned-away"),
        (vec![covered], "covered"),
    ] {
        let shows = |desk: &Desk| {
            desk.world.with(|it| it.seen.insert(201, seen.clone()));
            desk.upload(ADA, 201)
        };
        let answer = both(shows, 422, "face-not-usable").await;
        assert_eq!(answer["reasons"], json!([reason]));
    }
}

#[tokio::test]
async fn what_is_no_photo_is_removed() {
    let (desk, person) = desk().await;
    let upload = desk.upload_file(ADA, b"GIF89a no".to_vec());
    is_problem(&desk.add(person, upload).await, 422, "not-an-image");
    assert!(desk.world.with(|it| it.photos.is_empty()));
    is_problem(&desk.add(person, upload).await, 410, "upload-expired");
    let upload = desk.upload_file(ADA, b"GIF89a no".to_vec());
    is_problem(&desk.verify_photo(person, upload).await, 422, "not-an-image");
    assert!(desk.world.with(|it| it.photos.is_empty()));
    is_problem(&desk.verify_photo(person, upload).await, 410, "upload-expired");
}

#[tokio::test]
async fn what_rekognition_does_not_take_is_not_supported() {
    let unreadable = |desk: &Desk| {
        desk.world.with(|it| it.unreadable.insert(201));
        desk.upload(ADA, 201)
    };
    both(unreadable, 422, "image-unsupported").await;
}

#[tokio::test]
async fn a_photo_that_cannot_be_used_comes_no_further_than_the_upload() {
    let (desk, person) = desk().await;
    desk.world
        .with(|it| it.seen.insert(201, vec![good_face(), good_face()]));
    desk.world.trouble(None);
    is_problem(
        &desk.add(person, desk.upload(ADA, 201)).await,
        422,
        "face-not-usable",
    );
    for call in ["PutPicture", "FindAlike", "Describe", "AddFace"] {
        assert_eq!(desk.world.n_calls(call), 0, "{call}");
    }
}

/// A photo that lies on its side: 210 px wide as it is stored, and 160 px as whoever holds the camera saw it.
fn on_its_side() -> Vec<u8> {
    // Exif 2.32, 4.5 and 4.6: big-endian, one field, orientation 6.
    const EXIF: [u8; 36] =
        *b"\xFF\xE1\x00\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let file = jpeg(210);
    [&file[..2], &EXIF[..], &file[2..]].concat()
}

#[tokio::test]
async fn what_is_looked_at_is_what_is_kept() {
    let (desk, person) = desk().await;
    let mary = desk.person().await;
    desk.face(mary, 210).await;
    // As it is stored it would be Mary's, and nothing like the person's.
    desk.world.with(|it| it.similar.insert((160, 200), Some(97.0)));
    let turned = || desk.upload_file(ADA, on_its_side());
    let (_, answer) = desk.verify_photo(person, turned()).await;
    assert_eq!(answer["similarity"], 97.0, "{answer}");
    let added = desk.add(person, turned()).await;
    assert_eq!(added.0, 201, "{}", added.1);
    let kept: Vec<_> = desk.world.with(|it| it.pictures.values().copied().collect());
    assert!(kept.contains(&160), "{kept:?}");
    desk.world.with(|it| it.seen.insert(160, Vec::new()));
    for answer in [
        desk.add(person, turned()).await,
        desk.verify_photo(person, turned()).await,
    ] {
        is_problem(&answer, 422, "face-not-usable");
        assert_eq!(answer.1["reasons"], json!(["no-face"]));
    }
}

#[tokio::test]
async fn a_photo_that_is_being_analyzed_waits() {
    let (desk, person) = desk().await;
    let upload = desk.upload(ADA, 201);
    let until = desk.now() + Duration::from_mins(2);
    desk.world.with(|it| {
        let (row, claimed, _) = it.uploads.get_mut(&(ADA, upload)).unwrap();
        row.state = UploadState::Claimed {
            analysis: AnalysisId::from_uuid(Uuid::nil()),
        };
        *claimed = Some(until);
    });
    is_problem(&desk.add(person, upload).await, 503, "busy");
    assert_eq!(desk.verify_photo(person, upload).await.0, 200);
    assert_eq!(desk.add(person, upload).await.0, 201);
}

#[tokio::test]
async fn only_an_identifier_is_one_of_an_upload() {
    let (desk, person) = desk().await;
    for body in [
        json!({}),
        json!({ "uploadId": "../../x" }),
        json!({ "uploadId": 7 }),
        json!({ "uploadId": Uuid::nil().to_string(), "bucket": "x" }),
    ] {
        is_problem(&desk.verify(person, &body).await, 422, "invalid-request");
        let path = format!("/people/{person}/faces");
        is_problem(&desk.call(("POST", &path), &body).await, 422, "invalid-request");
    }
}
