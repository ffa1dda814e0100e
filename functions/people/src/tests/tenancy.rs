//! Whose people somebody may ask about, and with what.

use domain::Scope;
use serde_json::{Value, json};

use super::{Desk, Who, is_problem, order};
use crate::capabilities::fakes::{ADA, BOB};

/// Every operation on a person and a face, with a body that would do.
fn operations(person: &str, face: &str, upload: &str) -> Vec<(&'static str, String, Value)> {
    let photo = json!({ "uploadId": upload });
    vec![
        ("GET", format!("/people/{person}"), Value::Null),
        (
            "PATCH",
            format!("/people/{person}"),
            json!({ "displayName": "Eve" }),
        ),
        ("POST", format!("/people/{person}/faces"), photo.clone()),
        ("GET", format!("/people/{person}/faces/{face}/image"), Value::Null),
        ("POST", format!("/people/{person}/verify"), photo),
        ("DELETE", format!("/people/{person}/faces/{face}"), Value::Null),
        ("DELETE", format!("/people/{person}"), Value::Null),
    ]
}

#[tokio::test]
async fn another_accounts_people_do_not_exist() {
    let desk = Desk::new();
    let person = desk.person().await;
    let face = desk.face(person, 200).await;
    let before = desk.show(person).await;
    let upload = desk.upload(BOB, 201).to_string();
    let bob = Desk::session(BOB);
    for (method, path, body) in operations(&person.to_string(), &face.to_string(), &upload) {
        let answer = desk.call_as(&bob, (method, &path), &body).await;
        is_problem(&answer, 404, "person-not-found");
    }
    let (_, page) = desk.call_as(&bob, ("GET", "/people"), &Value::Null).await;
    assert_eq!(page, json!({ "items": [], "nextCursor": null }));
    assert_eq!(desk.show(person).await, before);
    assert_eq!(desk.world.kept(), [1, 1, 1, 1]);
}

#[tokio::test]
async fn another_accounts_people_are_not_recognised() {
    let desk = Desk::new();
    let person = desk.person().await;
    desk.face(person, 200).await;
    // Bob may register the same woman: he does not learn that Ada did.
    let bob = Desk::session(BOB);
    let (_, bobs) = desk.call_as(&bob, ("POST", "/people"), &order()).await;
    let path = format!("/people/{}/faces", bobs["personId"].as_str().unwrap());
    let body = json!({ "uploadId": desk.upload(BOB, 200).to_string() });
    let (status, answer) = desk.call_as(&bob, ("POST", &path), &body).await;
    assert_eq!(status, 201, "{answer}");
}

#[tokio::test]
async fn a_face_belongs_to_its_person() {
    let desk = Desk::new();
    let (grace, mary) = (desk.person().await, desk.person().await);
    let face = desk.face(grace, 200).await;
    is_problem(&desk.erase_face(mary, face).await, 404, "face-not-found");
    let image = format!("/people/{mary}/faces/{face}/image");
    is_problem(
        &desk.call(("GET", &image), &Value::Null).await,
        404,
        "face-not-found",
    );
    assert_eq!(desk.world.kept(), [2, 1, 1, 1]);
}

#[tokio::test]
async fn nobody_asks_without_showing_who_they_are() {
    let desk = Desk::new();
    let id = uuid::Uuid::nil().to_string();
    let mut all = operations(&id, &id, &id);
    all.push(("GET", "/people".to_owned(), Value::Null));
    all.push(("POST", "/people".to_owned(), order()));
    for (method, path, body) in all {
        let answer = desk.call_as(&Who::new(), (method, &path), &body).await;
        is_problem(&answer, 401, "unauthenticated");
    }
}

#[tokio::test]
async fn an_api_key_does_what_its_scopes_say_for_its_owner() {
    use Scope::{Identify, PeopleRead, PeopleWrite};
    let desk = Desk::new();
    let person = desk.person().await;
    let face = desk.face(person, 200).await;
    for scopes in [
        [PeopleRead].as_slice(),
        &[PeopleWrite],
        &[Identify],
        &[Scope::Analyze, Scope::Liveness],
    ] {
        let key = vec![("x-api-key", desk.api_keys.issue(ADA, scopes, None))];
        let upload = desk.upload(ADA, 201).to_string();
        let mut all = operations(&person.to_string(), &face.to_string(), &upload);
        // What is there has to last.
        all.retain(|it| it.0 != "DELETE");
        all.push(("DELETE", format!("/people/{person}/faces/{upload}"), Value::Null));
        all.push(("GET", "/people".to_owned(), Value::Null));
        all.push(("POST", "/people".to_owned(), order()));
        for (method, path, body) in all {
            desk.wait(60);
            let allowed = if path.ends_with("/verify") {
                scopes.contains(&Identify)
            } else if method == "GET" {
                scopes.contains(&PeopleRead) || scopes.contains(&PeopleWrite)
            } else {
                scopes.contains(&PeopleWrite)
            };
            let answer = desk.call_as(&key, (method, &path), &body).await;
            if allowed {
                assert!(answer.0 < 400, "{method} {path}: {}", answer.1);
            } else {
                is_problem(&answer, 403, "insufficient-scope");
            }
        }
    }
}
