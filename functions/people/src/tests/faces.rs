//! Faces are added, shown and erased.

use aws::{faces::Verdict, uploads::UploadState};
use domain::{FaceFault, RatioBox};
use serde_json::{Value, json};

use super::{Desk, is_problem};
use crate::capabilities::fakes::{ADA, good_face};

#[tokio::test]
async fn a_photo_becomes_a_face_with_a_picture_and_a_description() {
    let desk = Desk::new();
    let person = desk.person().await;
    let upload = desk.upload(ADA, 200);
    let (status, face) = desk.add(person, upload).await;
    let expected = json!({
        "faceId": upload.to_string(), "addedAt": desk.now().to_string(),
        "quality": { "brightness": 71.0, "sharpness": 83.5 }, "pose": { "roll": 1.5, "yaw": -4.25, "pitch": 3.0 },
        "image": format!("/api/people/{person}/faces/{upload}/image"),
    });
    assert_eq!((status, &face), (201, &expected));
    assert_eq!(desk.world.kept(), [1, 1, 1, 1]);
    let (_, shown) = desk.show(person).await;
    assert_eq!(shown["faces"], json!([expected]));
    desk.world.with(|it| {
        assert!(it.photos.is_empty(), "the photo itself is not kept");
        let state = it.uploads[&(ADA, upload)].0.state;
        assert!(matches!(state, UploadState::Used { .. }), "{state:?}");
    });
}

#[tokio::test]
async fn the_same_upload_is_the_same_face() {
    let desk = Desk::new();
    let person = desk.person().await;
    let upload = desk.upload(ADA, 200);
    let first = desk.add(person, upload).await;
    assert_eq!(desk.add(person, upload).await, first);
    assert_eq!(desk.world.kept(), [1, 1, 1, 1]);
    // It is no face of anybody else.
    let other = desk.person().await;
    is_problem(&desk.add(other, upload).await, 410, "upload-expired");
}

#[tokio::test]
async fn a_person_has_ten_faces_at_most() {
    let desk = Desk::new();
    let person = desk.person().await;
    let mut faces = Vec::new();
    for photo in 0..10 {
        faces.push(desk.face(person, 200 + photo).await);
    }
    let upload = desk.upload(ADA, 200);
    let refused = desk.add(person, upload).await;
    is_problem(&refused, 409, "too-many-faces");
    assert_eq!(refused.1["limit"], 10);
    assert_eq!(desk.world.kept(), [1, 10, 10, 10]);
    // One that is there is still found.
    let repeated = desk
        .add(person, domain::UploadId::from_uuid(faces[0].as_uuid()))
        .await;
    assert_eq!(repeated.0, 201);
    assert_eq!(desk.erase_face(person, faces[3]).await.0, 204);
    assert_eq!(desk.add(person, upload).await.0, 201);
    let (_, shown) = desk.show(person).await;
    let shown = shown["faces"].as_array().unwrap().iter();
    let shown: Vec<_> = shown
        .map(|it| it["faceId"].as_str().unwrap().to_owned())
        .collect();
    let mut expected: Vec<_> = faces.iter().map(ToString::to_string).collect();
    expected.remove(3);
    expected.push(upload.to_string());
    assert_eq!(shown, expected);
}

#[tokio::test]
async fn what_keeps_a_photo_from_being_used_is_told_and_nothing_of_it_kept() {
    let no_face = Vec::new();
    let turned = aws::faces::DetectedFace {
        pose: (0.0, 40.0, 0.0),
        ..good_face()
    };
    let everything = aws::faces::DetectedFace {
        bounds: RatioBox::new(0.1, 0.1, 0.2, 0.2).unwrap(),
        pose: (0.0, 0.0, -60.0),
        quality: (2.0, 2.0),
        sunglasses: Some(Verdict {
            value: true,
            confidence: 95.0,
        }),
        ..good_face()
    };
    for (seen, reasons) in [
        (no_face, json!(["no-face"])),
        (vec![good_face(), turned.clone()], json!(["several-faces"])),
        (vec![turned], json!(["turned-away"])),
        (
            vec![everything],
            json!(["too-small", "turned-away", "too-dark", "blurred", "covered"]),
        ),
    ] {
        let desk = Desk::new();
        let person = desk.person().await;
        desk.world.with(|it| it.seen.insert(200, seen));
        let upload = desk.upload(ADA, 200);
        for _ in 0..2 {
            let refused = desk.add(person, upload).await;
            is_problem(&refused, 422, "face-not-usable");
            assert_eq!(refused.1["reasons"], reasons);
            assert_eq!(desk.world.kept(), [1, 0, 0, 0]);
        }
    }
}

#[tokio::test]
async fn what_rekognition_does_not_describe_is_not_kept() {
    let desk = Desk::new();
    let person = desk.person().await;
    desk.world
        .with(|it| it.not_described = vec![FaceFault::TooDark, FaceFault::Blurred]);
    let refused = desk.add(person, desk.upload(ADA, 200)).await;
    is_problem(&refused, 422, "face-not-usable");
    assert_eq!(refused.1["reasons"], json!(["too-dark", "blurred"]));
    assert_eq!(desk.world.kept(), [1, 0, 0, 0]);
}

#[tokio::test]
async fn nobody_is_registered_as_two_people() {
    let desk = Desk::new();
    let (grace, mary) = (desk.person().await, desk.person().await);
    desk.face(grace, 200).await;
    let refused = desk.add(mary, desk.upload(ADA, 201)).await;
    is_problem(&refused, 422, "face-not-usable");
    assert_eq!(refused.1["reasons"], json!(["enrolled-as-another"]));
    assert_eq!(desk.world.kept(), [2, 1, 1, 1]);
    // A second photo of herself is none of another person, and somebody else is somebody else.
    desk.face(grace, 202).await;
    desk.face(mary, 210).await;
    // Whoever is erased is nobody any more, whatever is left in the collection.
    desk.world.with(|it| {
        it.descriptions.insert((ADA, "left".to_owned()), (grace, 200));
    });
    let left = desk.world.with(|it| it.descriptions.clone());
    assert_eq!(desk.erase(grace).await.0, 200);
    desk.world.with(|it| it.descriptions = left);
    let third = desk.person().await;
    desk.face(third, 203).await;
}

#[tokio::test]
async fn a_face_is_erased_with_picture_and_description() {
    let desk = Desk::new();
    let person = desk.person().await;
    let (first, second) = (desk.face(person, 200).await, desk.face(person, 201).await);
    assert_eq!(desk.erase_face(person, first).await, (204, Value::Null));
    assert_eq!(desk.world.kept(), [1, 1, 1, 1]);
    let (_, shown) = desk.show(person).await;
    assert_eq!(shown["faces"][0]["faceId"], second.to_string());
    is_problem(&desk.erase_face(person, first).await, 404, "face-not-found");
}

#[tokio::test]
async fn a_description_lasts_as_long_as_one_of_the_photos_it_stands_for() {
    let desk = Desk::new();
    let person = desk.person().await;
    // The same photo, uploaded twice, has one description.
    let (first, second) = (desk.face(person, 200).await, desk.face(person, 200).await);
    assert_eq!(desk.world.kept(), [1, 2, 2, 1]);
    desk.erase_face(person, first).await;
    assert_eq!(desk.world.kept(), [1, 1, 1, 1]);
    desk.erase_face(person, second).await;
    assert_eq!(desk.world.kept(), [1, 0, 0, 0]);
}

#[tokio::test]
async fn the_picture_of_a_face_is_a_redirect_or_an_address() {
    let desk = Desk::new();
    let person = desk.person().await;
    let face = desk.face(person, 200).await;
    let path = format!("/people/{person}/faces/{face}/image");
    let mut who = Desk::session(ADA);
    let (status, headers, _) = desk.answer(&who, ("GET", &path), &Value::Null).await;
    let url = format!("https://images.example.org/u/{ADA}/people/{person}/{face}.jpg?signed");
    assert_eq!((status, &headers["location"]), (302, &json!(url)));
    assert_eq!(
        (&headers["vary"], &headers["cache-control"]),
        (&json!("Accept"), &json!("no-store"))
    );
    who.push(("accept", "application/json".to_owned()));
    assert_eq!(
        desk.call_as(&who, ("GET", &path), &Value::Null).await,
        (200, json!({ "url": url }))
    );
    desk.erase_face(person, face).await;
    let gone = desk.call(("GET", &path), &Value::Null).await;
    is_problem(&gone, 404, "face-not-found");
}

#[tokio::test]
async fn an_erased_person_is_nobody_and_the_receipt_counts() {
    let desk = Desk::new();
    let (person, other) = (desk.person().await, desk.person().await);
    let face = desk.face(person, 200).await;
    desk.face(person, 201).await;
    desk.face(other, 210).await;
    // What attempts left that broke off.
    desk.world.with(|it| {
        it.descriptions.insert((ADA, "left".to_owned()), (person, 202));
    });
    let (status, receipt) = desk.erase(person).await;
    assert_eq!(
        (status, receipt),
        (
            200,
            json!({
                "personId": person.to_string(), "erasedAt": desk.now().to_string(), "faceCount": 3, "imageCount": 2,
            })
        )
    );
    assert_eq!(desk.world.kept(), [1, 1, 1, 1]);
    is_problem(&desk.show(person).await, 404, "person-not-found");
    is_problem(&desk.erase_face(person, face).await, 404, "person-not-found");
}
