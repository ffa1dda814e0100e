//! Two requests at once.

use futures::future::join_all;
use serde_json::{Value, json};

use super::{Desk, is_problem, order};
use crate::capabilities::fakes::{ADA, Trouble};

fn path_of_faces(person: domain::PersonId) -> String {
    format!("/people/{person}/faces")
}

#[tokio::test]
async fn the_same_upload_twice_at_once_is_one_face() {
    let desk = Desk::new();
    let person = desk.person().await;
    let upload = desk.upload(ADA, 200);
    let (who, path) = (Desk::session(ADA), path_of_faces(person));
    let body = json!({ "uploadId": upload.to_string() });
    let answers = join_all((0..3).map(|_| desk.call_as(&who, ("POST", &path), &body))).await;
    let added = answers.iter().filter(|it| it.0 == 201).count();
    assert!(1 <= added, "{answers:?}");
    for answer in answers.iter().filter(|it| it.0 != 201) {
        is_problem(answer, 503, "busy");
        assert_eq!(answer.1["retryAfterSeconds"], 3);
    }
    assert_eq!(desk.world.kept(), [1, 1, 1, 1]);
    assert_eq!(desk.add(person, upload).await.0, 201);
}

#[tokio::test]
async fn of_two_faces_for_the_last_place_one_is_added_and_nothing_is_left_of_the_other() {
    let desk = Desk::new();
    let person = desk.person().await;
    for photo in 0..9 {
        desk.face(person, 200 + photo).await;
    }
    desk.wait(60);
    let uploads = [desk.upload(ADA, 209), desk.upload(ADA, 200)];
    let (who, path) = (Desk::session(ADA), path_of_faces(person));
    let bodies = uploads.map(|it| json!({ "uploadId": it.to_string() }));
    let answers = join_all(bodies.iter().map(|it| desk.call_as(&who, ("POST", &path), it))).await;
    let mut statuses: Vec<_> = answers.iter().map(|it| it.0).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409], "{answers:?}");
    let [_, n_faces, n_pictures, n_descriptions] = desk.world.kept();
    assert_eq!((n_faces, n_pictures), (10, 10));
    // One of the two is a photo that is there already, and shares its description.
    let expected = desk.world.with(|it| {
        let names: std::collections::BTreeSet<_> = it.faces.values().map(|it| &it.indexed_as).collect();
        names.len()
    });
    assert_eq!(n_descriptions, expected);
}

#[tokio::test]
async fn a_face_that_is_added_while_its_person_is_erased_leaves_nothing() {
    // However far the one is when the other begins.
    for head_start in 0..24 {
        let desk = Desk::new();
        let person = desk.person().await;
        desk.face(person, 200).await;
        desk.wait(60);
        let upload = desk.upload(ADA, 201);
        let who = Desk::session(ADA);
        let (path, body) = (path_of_faces(person), json!({ "uploadId": upload.to_string() }));
        let adding = desk.call_as(&who, ("POST", &path), &body);
        let person_path = format!("/people/{person}");
        let erasing = async {
            for _ in 0..head_start {
                tokio::task::yield_now().await;
            }
            desk.call_as(&who, ("DELETE", &person_path), &Value::Null).await
        };
        let (added, erased) = futures::join!(adding, erasing);
        assert_eq!(erased.0, 200, "{head_start}: {}", erased.1);
        if added.0 != 201 {
            is_problem(&added, 404, "person-not-found");
        }
        assert_eq!(desk.world.kept(), [0; 4], "{head_start}");
    }
}

#[tokio::test]
async fn a_face_that_is_erased_twice_at_once_is_counted_once() {
    let desk = Desk::new();
    let person = desk.person().await;
    let faces = [desk.face(person, 200).await, desk.face(person, 201).await];
    let path = format!("/people/{person}/faces/{}", faces[0]);
    let who = Desk::session(ADA);
    let answers = join_all((0..2).map(|_| desk.call_as(&who, ("DELETE", &path), &Value::Null))).await;
    assert!(answers.iter().all(|it| [204, 404].contains(&it.0)), "{answers:?}");
    assert_eq!(desk.world.kept(), [1, 1, 1, 1]);
    let (_, page) = desk.call(("GET", "/people"), &Value::Null).await;
    assert_eq!(page["items"][0]["faceCount"], 1);
}

#[tokio::test]
async fn a_person_who_is_erased_twice_at_once_is_erased() {
    let desk = Desk::new();
    let person = desk.person().await;
    desk.face(person, 200).await;
    let (who, path) = (Desk::session(ADA), format!("/people/{person}"));
    let answers = join_all((0..2).map(|_| desk.call_as(&who, ("DELETE", &path), &Value::Null))).await;
    for (status, receipt) in &answers {
        assert_eq!((*status, &receipt["faceCount"]), (200, &json!(1)), "{answers:?}");
    }
    assert_eq!(desk.world.kept(), [0; 4]);
}

#[tokio::test]
async fn one_key_at_once_registers_one_person() {
    let desk = Desk::new();
    let mut who = Desk::session(ADA);
    who.push(("idempotency-key", "k".to_owned()));
    let order = order();
    let answers = join_all((0..3).map(|_| desk.call_as(&who, ("POST", "/people"), &order))).await;
    assert!(answers.iter().all(|it| it.0 == 201), "{answers:?}");
    assert!(
        answers
            .iter()
            .all(|it| it.1["personId"] == answers[0].1["personId"])
    );
    assert_eq!(desk.world.kept()[0], 1);
}

#[tokio::test]
async fn an_attempt_that_stopped_keeps_others_waiting_as_long_as_its_claim_lasts() {
    let desk = Desk::new();
    let person = desk.person().await;
    desk.face(person, 200).await;
    let upload = desk.upload(ADA, 201);
    // The first stops for good while it holds the claim; the photo is described then.
    let at = super::crashes::describing().await;
    desk.world.trouble(Some(Trouble::Crash { at, done: true }));
    is_problem(&desk.add(person, upload).await, 503, "busy");
    desk.world.trouble(None);
    let claimed_for = crate::face::CLAIM_LIFETIME.as_secs();
    let (who, path) = (Desk::session(ADA), path_of_faces(person));
    let body = json!({ "uploadId": upload.to_string() });
    let early = desk.call_as(&who, ("POST", &path), &body).await;
    is_problem(&early, 503, "busy");
    desk.wait(claimed_for.try_into().unwrap());
    assert_eq!(desk.call_as(&who, ("POST", &path), &body).await.0, 201);
    assert_eq!(desk.world.kept(), [1, 2, 2, 2]);
}
