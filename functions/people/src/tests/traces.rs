//! What is written down, and what must be nowhere.

use api::wire::{AuditEvent, AuditOutcome};
use domain::{PersonId, Scope, UploadId};
use lambda_kit::audit::parse;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Desk, order};
use crate::capabilities::fakes::{ADA, Trouble};
use crate::register::{Key, Order};

/// What was written down of people, in this order.
pub(super) fn written(desk: &Desk) -> Vec<(AuditEvent, AuditOutcome)> {
    let rows = desk.audit.lock().unwrap();
    let mut entries: Vec<_> = rows.values().map(|it| parse(it).unwrap()).collect();
    entries.sort_by_key(|it| (it.chain, it.number));
    entries.retain(|it| it.event != AuditEvent::ApiKeyUsed);
    entries.iter().map(|it| (it.event, it.outcome)).collect()
}

#[tokio::test]
async fn every_change_and_every_verification_is_written_down_once() {
    use AuditEvent::{FaceAdded, FaceErased, PersonChanged, PersonCreated, PersonErased, PersonVerified};
    use AuditOutcome::{Done, Refused};
    let desk = Desk::new();
    let person = desk.person().await;
    let face = desk.face(person, 200).await;
    // Again: nothing happens.
    desk.add(person, UploadId::from_uuid(face.as_uuid())).await;
    desk.world.with(|it| it.seen.insert(205, Vec::new()));
    desk.add(person, desk.upload(ADA, 205)).await;
    desk.add(person, UploadId::from_uuid(Uuid::nil())).await;
    let path = format!("/people/{person}");
    desk.call(("PATCH", &path), &json!({ "displayName": "Mary" }))
        .await;
    desk.call(("PATCH", &path), &json!({})).await;
    desk.verify_photo(person, desk.upload(ADA, 201)).await;
    desk.verify_photo(person, desk.upload(ADA, 210)).await;
    desk.verify_photo(person, UploadId::from_uuid(Uuid::nil())).await;
    desk.verify(person, &json!({ "livenessAssertion": "forged" }))
        .await;
    desk.show(person).await;
    desk.erase_face(person, face).await;
    desk.erase_face(person, face).await;
    desk.erase(person).await;
    desk.erase(person).await;
    assert_eq!(
        written(&desk),
        [
            (PersonCreated, Done),
            (FaceAdded, Done),
            (FaceAdded, Refused),
            (PersonChanged, Done),
            (PersonVerified, Done),
            (PersonVerified, Refused),
            (PersonVerified, Refused),
            (FaceErased, Done),
            (PersonErased, Done),
        ]
    );
}

#[tokio::test]
async fn what_is_written_down_says_who_did_it_to_whom_and_names_nobody() {
    let desk = Desk::new();
    let key = vec![("x-api-key", desk.api_keys.issue(ADA, &[Scope::PeopleWrite], None))];
    let (_, person) = desk.call_as(&key, ("POST", "/people"), &order()).await;
    let rows = desk.audit.lock().unwrap();
    let entries: Vec<_> = rows.values().map(|it| parse(it).unwrap()).collect();
    let created = entries
        .iter()
        .find(|it| it.event == AuditEvent::PersonCreated)
        .unwrap();
    assert_eq!(created.user_id, Some(ADA.to_string()));
    assert_eq!(created.subject_id.as_deref(), person["personId"].as_str());
    assert!(created.api_key_id.is_some());
    assert_eq!(created.network.as_deref(), Some("192.0.2.0/24"));
    for row in rows.values() {
        for name in ["Grace", "Hopper", "4711", "2026-11-20"] {
            assert!(!row.text.contains(name), "{}", row.text);
        }
    }
}

#[tokio::test]
async fn what_broke_off_and_was_repeated_is_written_down_when_it_is_done() {
    let desk = Desk::new();
    let mut who = Desk::session(ADA);
    who.push(("idempotency-key", "k".to_owned()));
    desk.world.trouble(Some(Trouble::Crash { at: 1, done: true }));
    assert_eq!(desk.call_as(&who, ("POST", "/people"), &order()).await.0, 503);
    desk.world.trouble(None);
    for _ in 0..2 {
        assert_eq!(desk.call_as(&who, ("POST", "/people"), &order()).await.0, 201);
    }
    assert_eq!(written(&desk), [(AuditEvent::PersonCreated, AuditOutcome::Done)]);
}

#[tokio::test]
async fn what_is_kept_of_a_key_does_not_tell_the_names_it_was_used_for() {
    let desk = Desk::new();
    let mut who = Desk::session(ADA);
    who.push(("idempotency-key", "k".to_owned()));
    let (_, first) = desk.call_as(&who, ("POST", "/people"), &order()).await;
    who[1].1 = "l".to_owned();
    let (_, second) = desk.call_as(&who, ("POST", "/people"), &order()).await;
    let fingerprint = |person: &Value| {
        let id = PersonId::parse(person["personId"].as_str().unwrap()).unwrap();
        desk.world.with(|it| it.people[&(ADA, id)].fingerprint.clone())
    };
    // The same names under another key are another text: nobody can try them out.
    assert_ne!(fingerprint(&first), fingerprint(&second));
    assert_eq!(fingerprint(&first).len(), 64);
}

#[test]
fn names_do_not_show_in_debug_output() {
    let consent = aws::people::ConsentRow {
        notice_version: "1".to_owned(),
        given_by: "Grace Hopper".to_owned(),
        at: jiff::Timestamp::UNIX_EPOCH,
    };
    let order = Order {
        owner: ADA,
        display_name: "Grace".to_owned(),
        external_id: Some("4711".to_owned()),
        consent,
        key: Some(Key {
            digest: "d".to_owned(),
            fingerprint: "f".to_owned(),
        }),
    };
    assert_eq!(format!("{order:?}"), "Order { .. }");
}
