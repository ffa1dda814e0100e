//! Whose face a photo shows, before it becomes one.

use serde_json::json;

use super::{Desk, is_problem};
use crate::capabilities::fakes::{ADA, Trouble};

#[track_caller]
fn is_refused(answer: &(u64, serde_json::Value), reason: &str) {
    is_problem(answer, 422, "face-not-usable");
    assert_eq!(answer.1["reasons"], json!([reason]));
}

#[tokio::test]
async fn nobody_else_becomes_a_face_of_a_person() {
    let desk = Desk::new();
    let (person, other) = (desk.person().await, desk.person().await);
    desk.face(person, 200).await;
    let upload = desk.upload(ADA, 210);
    desk.world.trouble(None);
    is_refused(&desk.add(person, upload).await, "not-this-person");
    // It has come no further than the upload, and is good for whom it shows.
    for call in ["PutPicture", "Describe", "AddFace"] {
        assert_eq!(desk.world.n_calls(call), 0, "{call}");
    }
    assert_eq!(desk.world.kept(), [2, 1, 1, 1]);
    assert_eq!(desk.add(other, upload).await.0, 201);
    let stranger = desk.upload(ADA, 211);
    is_refused(&desk.add(person, stranger).await, "enrolled-as-another");
}

#[tokio::test]
async fn a_face_must_be_like_one_of_those_that_the_person_has() {
    let desk = Desk::new();
    let person = desk.person().await;
    for width in 200..207 {
        desk.face(person, width).await;
    }
    let upload = desk.upload(ADA, 220);
    for (similarity, status) in [(None, 422), (Some(79.9), 422), (Some(80.0), 201)] {
        // The last one, of the second round.
        desk.world.with(|it| it.similar.insert((220, 206), similarity));
        let answer = desk.add(person, upload).await;
        assert_eq!(answer.0, status, "{similarity:?}: {}", answer.1);
    }
    // Whoever is like that one is like one of them.
    assert_eq!(desk.add(person, desk.upload(ADA, 221)).await.0, 201);
}

#[tokio::test]
async fn a_comparison_that_fails_adds_nobody() {
    let desk = Desk::new();
    let person = desk.person().await;
    desk.face(person, 200).await;
    // GetPerson, Faces, GetUpload, ClaimUpload, GetPhoto, DetectFaces, FindAlike, CompareFaces.
    desk.world.trouble(Some(Trouble::Once { at: 8, done: false }));
    let answer = desk.add(person, desk.upload(ADA, 201)).await;
    is_problem(&answer, 503, "busy");
    let eighth = desk.world.with(|it| it.calls[7]);
    assert_eq!(eighth, "CompareFaces");
    assert_eq!(desk.world.kept(), [1, 1, 1, 1]);
}

#[tokio::test]
async fn who_has_no_face_any_more_may_get_any() {
    let desk = Desk::new();
    let person = desk.person().await;
    desk.face(person, 200).await;
    desk.world
        .with(|it| it.meanwhile = Some(("CompareFaces", |it| it.faces.clear())));
    assert_eq!(desk.add(person, desk.upload(ADA, 210)).await.0, 201);
}

#[tokio::test]
async fn who_is_merely_like_another_person_is_not_that_person() {
    let desk = Desk::new();
    let (grace, mary) = (desk.person().await, desk.person().await);
    desk.face(grace, 200).await;
    let upload = desk.upload(ADA, 210);
    for (similarity, status) in [(99.0, 422), (98.9, 201)] {
        desk.world
            .with(|it| it.similar.insert((210, 200), Some(similarity)));
        let answer = desk.add(mary, upload).await;
        assert_eq!(answer.0, status, "{similarity}: {}", answer.1);
    }
}

#[tokio::test]
async fn a_description_without_a_face_keeps_nobody_out() {
    let desk = Desk::new();
    let (grace, mary) = (desk.person().await, desk.person().await);
    desk.face(grace, 200).await;
    // Of an attempt to add Mary's face to Grace that broke off.
    desk.world.with(|it| {
        it.descriptions.insert((ADA, "left".to_owned()), (grace, 210));
    });
    desk.face(mary, 210).await;
    // A face beside it still does.
    is_refused(
        &desk.add(mary, desk.upload(ADA, 201)).await,
        "enrolled-as-another",
    );
}
