//! What is left of somebody who was erased: a receipt, and that for a day.

use api::wire::{AuditEvent, AuditOutcome};
use domain::{FaceId, PersonId, UserId};
use intake::Jpeg;
use lambda_kit::Invocation;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Desk, is_problem, traces::written};
use crate::capabilities::fakes::{ADA, BOB, Trouble, jpeg};
use crate::capabilities::{KeepDescriptions, KeepPictures};
use crate::erase::RECEIPT_KEPT_FOR;

/// A desk with a person who has two faces.
async fn desk() -> (Desk, PersonId) {
    let desk = Desk::new();
    let person = desk.person().await;
    for photo in [200, 201] {
        desk.face(person, photo).await;
    }
    desk.world.trouble(None);
    (desk, person)
}

#[track_caller]
fn has_counts(receipt: &Value, faces: u32, images: u32) {
    let counts = (&receipt["faceCount"], &receipt["imageCount"]);
    assert_eq!(counts, (&json!(faces), &json!(images)));
}

/// Number of the call of erasing a person that has this name.
async fn place_of(call: &str) -> usize {
    let (desk, person) = desk().await;
    desk.erase(person).await;
    let place = desk
        .world
        .with(|it| it.calls.iter().position(|name| *name == call));
    1 + place.unwrap()
}

#[tokio::test]
async fn a_receipt_whose_answer_was_lost_can_be_had_again_for_a_day() {
    let (desk, person) = desk().await;
    let at = place_of("ForgetPerson").await;
    desk.world.trouble(Some(Trouble::Crash { at, done: true }));
    is_problem(&desk.erase(person).await, 503, "busy");
    desk.world.trouble(None);
    let erased_at = desk.now();
    let (status, receipt) = desk.erase(person).await;
    assert_eq!(status, 200, "{receipt}");
    has_counts(&receipt, 2, 2);
    assert_eq!(receipt["erasedAt"], erased_at.to_string());
    assert_eq!(desk.erase(person).await, (200, receipt));
    // Not by others.
    let path = format!("/people/{person}");
    let bobs = desk
        .call_as(&Desk::session(BOB), ("DELETE", &path), &Value::Null)
        .await;
    is_problem(&bobs, 404, "person-not-found");

    let kept_for = jiff::SignedDuration::try_from(RECEIPT_KEPT_FOR).unwrap();
    desk.world.expire(desk.now() + kept_for);
    is_problem(&desk.erase(person).await, 404, "person-not-found");
    assert_eq!(desk.world.with(|it| it.people.len()), 0);
}

#[tokio::test]
async fn who_was_erased_is_nobody_and_nameless() {
    let (desk, person) = desk().await;
    assert_eq!(desk.erase(person).await.0, 200);
    is_problem(&desk.show(person).await, 404, "person-not-found");
    let upload = desk.upload(ADA, 202);
    is_problem(&desk.add(person, upload).await, 404, "person-not-found");
    is_problem(&desk.verify_photo(person, upload).await, 404, "person-not-found");
    let path = format!("/people/{person}");
    let renamed = desk.call(("PATCH", &path), &json!({ "displayName": "x" })).await;
    is_problem(&renamed, 404, "person-not-found");
    let (_, page) = desk.call(("GET", "/people"), &Value::Null).await;
    assert_eq!(page["items"], json!([]));
}

#[tokio::test]
async fn what_a_late_writer_left_goes_when_asked_again_and_is_on_the_receipt() {
    // However far the erasure is when the other writes for the last time, and breaks off.
    let finished = place_of("ForgetPerson").await;
    for at in 1..=finished {
        let (desk, person) = desk().await;
        desk.world.trouble(Some(Trouble::Crash { at, done: true }));
        is_problem(&desk.erase(person).await, 503, "busy");
        desk.world.trouble(None);
        let face = FaceId::from_uuid(Uuid::now_v7());
        let picture = Jpeg(jpeg(202));
        desk.world.put_picture(ADA, person, face, picture).await.unwrap();
        desk.world.describe(ADA, person, face).await.unwrap();
        let (status, receipt) = desk.erase(person).await;
        assert_eq!(status, 200, "{at}: {receipt}");
        assert_eq!(desk.world.kept(), [0; 4], "{at}");
        has_counts(&receipt, 3, 3);
        assert_eq!(receipt["erasedAt"], desk.now().to_string());
        assert_eq!(desk.erase(person).await, (200, receipt), "{at}");
    }
}

#[tokio::test]
async fn an_erasure_is_written_down_before_it_cannot_be_repeated_any_more() {
    let erased = (AuditEvent::PersonErased, AuditOutcome::Done);
    let n_written = |desk: &Desk| written(desk).iter().filter(|it| **it == erased).count();
    let at = place_of("ForgetPerson").await;
    for done in [false, true] {
        let (desk, person) = desk().await;
        desk.world.trouble(Some(Trouble::Crash { at, done }));
        is_problem(&desk.erase(person).await, 503, "busy");
        assert_eq!(n_written(&desk), 1);
        desk.world.trouble(None);
        desk.erase(person).await;
        // Twice rather than not at all.
        assert_eq!(n_written(&desk), if done { 1 } else { 2 });
    }
}

#[tokio::test]
async fn whoever_operates_the_stack_finishes_what_an_account_began_to_erase() {
    let last = place_of("ForgetPerson").await;
    for at in 2..=last {
        let (desk, person) = desk().await;
        let stays = desk.person().await;
        desk.world.trouble(Some(Trouble::Crash { at, done: false }));
        is_problem(&desk.erase(person).await, 503, "busy");
        desk.world.trouble(None);
        let finish = async |owner: UserId| {
            let event = json!({ "visavisAction": "finish-erasures", "userId": owner.to_string() });
            let answer = desk.function.invoke(event, Invocation::new("op")).await.unwrap();
            answer["finished"].as_array().unwrap().clone()
        };
        assert_eq!(finish(BOB).await, [] as [Value; 0]);
        let receipts = finish(ADA).await;
        assert_eq!(receipts.len(), 1, "{at}");
        assert_eq!(receipts[0]["personId"], person.to_string());
        has_counts(&receipts[0], 2, 2);
        assert_eq!(desk.world.kept(), [1, 0, 0, 0], "{at}");
        assert_eq!(desk.show(stays).await.0, 200);
        // The account has its receipt, too, and there is nothing left to finish.
        assert_eq!(desk.erase(person).await, (200, receipts[0].clone()));
        assert_eq!(finish(ADA).await, [] as [Value; 0]);
        let entries = written(&desk);
        assert!(entries.contains(&(AuditEvent::PersonErased, AuditOutcome::Done)));
    }
    let nobodys = json!({ "visavisAction": "finish-erasures", "userId": "x" });
    let desk = Desk::new();
    desk.function
        .invoke(nobodys, Invocation::new("op"))
        .await
        .unwrap_err();
}

#[tokio::test]
async fn people_are_erased_only_so_often_a_minute() {
    let desk = Desk::new();
    let person = desk.person().await;
    let (who, path) = (Desk::session(ADA), format!("/people/{person}"));
    for _ in 0..10 {
        let erased = desk.call_as(&who, ("DELETE", &path), &Value::Null).await;
        assert_eq!(erased.0, 200, "{}", erased.1);
    }
    let refused = desk.call_as(&who, ("DELETE", &path), &Value::Null).await;
    is_problem(&refused, 429, "rate-limited");
}
