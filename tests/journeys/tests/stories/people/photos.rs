//! Photos that cannot be used, and what is said about them.

use aws::faces::FaceDetector;
use image::{RgbImage, imageops};
use journeys::cutout::{lit, scaled, side_by_side};
use journeys::head::{Head, Held, Portrait, frame};
use journeys::people::Kept;
use journeys::{Cutout, Suite, broken, camera, jpeg_of_nothing, sample};
use serde_json::json;

/// Registered, and nothing else.
const NOTHING_MORE: Kept = Kept {
    rows: 1,
    objects: 0,
    vectors: 0,
};

async fn turned_away(suite: &Suite) -> RgbImage {
    let head = Head::of(Portrait::CALM, &FaceDetector::new(&suite.aws())).await;
    let held = Held {
        yaw_deg: 48.0,
        ..Held::STRAIGHT
    };
    frame(&[(&head, held)], (480, 640))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_that_cannot_be_used_says_everything_that_is_wrong_with_it() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;
    let person = ada.register("Olive").await;
    let olive = Cutout::OLIVE.picture();
    let small = scaled(&olive, 0.27);
    let both = side_by_side(&olive, &Cutout::GREEN.picture());
    let rows: Vec<(&str, Vec<u8>, &[&str])> = vec![
        ("nobody", jpeg_of_nothing(300, 300), &["no-face"]),
        ("two", camera(&both), &["several-faces"]),
        ("a group", sample("sample6.jpg"), &["several-faces"]),
        ("far away", camera(&small), &["too-small"]),
        ("at night", camera(&lit(&olive, 0.2)), &["too-dark"]),
        (
            "far away, at night",
            camera(&lit(&small, 0.3)),
            &["too-small", "too-dark"],
        ),
        ("out of focus", camera(&imageops::blur(&olive, 6.0)), &["blurred"]),
        (
            "to the side",
            camera(&turned_away(&suite).await),
            &["turned-away"],
        ),
    ];
    for (nth, (what, photo, reasons)) in rows.iter().enumerate() {
        if nth % 5 == 0 {
            suite.forget_limits().await;
        }
        let answer = ada.add_face(&person, photo).await;
        assert_eq!(answer.status, 422, "{what}: {answer:?}");
        let problem = answer.expect_problem(422, "face-not-usable");
        assert_eq!(problem["reasons"], json!(reasons), "{what}");
    }
    assert_eq!(suite.kept_of(&ada.user_id, &person).await, NOTHING_MORE);
    // A good one, after all of them.
    suite.forget_limits().await;
    ada.add_face(&person, &camera(&olive)).await.expect(201);

    // Who is asked about must be one person, too.
    for (what, photo, reasons) in &rows[..3] {
        let answer = ada.verify_photo(&person, photo).await;
        assert_eq!(answer.status, 422, "{what}: {answer:?}");
        let problem = answer.expect_problem(422, "face-not-usable");
        assert_eq!(problem["reasons"], json!(reasons), "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_photo_becomes_no_face() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;
    let person = ada.register("Olive").await;
    for (nth, (what, bytes, content_type, status, slug)) in broken().into_iter().enumerate() {
        if nth % 5 == 0 {
            suite.forget_limits().await;
        }
        let upload = ada.upload(&bytes, content_type).await;
        let answer = ada.add_upload(&person, &upload).await;
        assert_eq!(answer.status, status, "{what}: {answer:?}");
        answer.expect_problem(status, slug);
    }
    suite.forget_limits().await;
    let missing = "0199a000-0000-7000-8000-000000000000";
    ada.add_upload(&person, missing)
        .await
        .expect_problem(404, "upload-not-found");
    let photo = camera(&Cutout::OLIVE.picture());
    let promised = ada.promise(&photo, "image/jpeg").await.expect(201);
    let promised = promised["uploadId"].as_str().expect("an id");
    ada.add_upload(&person, promised)
        .await
        .expect_problem(409, "upload-incomplete");
    assert_eq!(suite.kept_of(&ada.user_id, &person).await, NOTHING_MORE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_face_is_kept_upright_and_without_what_the_camera_wrote() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;
    let person = ada.register("Olive").await;
    // As a phone stores it that was held upright: the pixels lie on their side, and EXIF says so.
    let lying = camera(&imageops::rotate270(&Cutout::OLIVE.picture()));
    let exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
    let mut photo = lying[..2].to_vec();
    photo.extend([0xFF, 0xE1]);
    photo.extend(u16::try_from(exif.len() + 2).expect("short").to_be_bytes());
    photo.extend(exif);
    photo.extend(&lying[2..]);

    let face = ada.add_face(&person, &photo).await.expect(201);
    let roll = face["pose"]["roll"].as_f64().expect("a number");
    assert!(roll.abs() < 20.0, "{face}");
    let kept = ada.fetch(face["image"].as_str().expect("a path")).await.bytes;
    let decoded = image::load_from_memory(&kept).expect("a picture");
    assert_eq!((decoded.width(), decoded.height()), (320, 380));
    assert!(!kept.windows(4).any(|it| it == b"Exif"));
}
