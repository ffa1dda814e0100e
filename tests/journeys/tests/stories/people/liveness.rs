//! Whether a registered person is before the camera, now. Who is there is a photo to which depth was given, as in
//! `liveness_passed.rs`.

use journeys::head::{Actor, Head, Portrait};
use journeys::{Check, Cutout, Person, Suite, camera};
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

use super::program;
use crate::liveness_passed::{N_BEFORE, N_BEFORE_STEP, PICTURE, alone, head, order, result};

/// An id in the right form that nobody has.
const NOBODYS: &str = "0199a000-0000-7000-8000-000000000000";

/// What is sent to begin a check of `person`.
pub(super) fn of_person(person: &str, kind: &str, pace: &str) -> Value {
    let mut order = order(kind, pace);
    order["personId"] = person.into();
    order
}

fn nose_of(person: &str) -> Value {
    of_person(person, "nose", "usual")
}

/// Registers somebody with the face of a photo.
pub(super) async fn registered(account: &Person<'_>, name: &str, face: Cutout) -> String {
    let person = account.register(name).await;
    account
        .add_face(&person, &camera(&face.picture()))
        .await
        .expect(201);
    person
}

/// Has `head` do what is asked, and returns the result. On a machine where others work, too, the way to a target may take longer
/// than there is time for: then it begins anew, as people do, and less often than locks.
async fn taken(caller: &Person<'_>, order: &Value, head: &Head) -> Value {
    let n_before = if order["kind"] == "nose" {
        N_BEFORE
    } else {
        N_BEFORE_STEP
    };
    for _ in 0..4 {
        let mut check = Check::begin(caller, order).await;
        check.take(Actor::new(PICTURE, n_before), alone(head)).await;
        let result = result(&check).await;
        if result["reason"] != "timeout" {
            assert_eq!(check.verify().await.expect(200), result, "the same again");
            return result;
        }
    }
    panic!("four times too slow");
}

/// The result of a check that is passed.
pub(super) async fn passed(caller: &Person<'_>, order: &Value, head: &Head) -> Value {
    let result = taken(caller, order, head).await;
    assert_eq!(result["passed"], true, "{result}");
    result
}

pub(super) async fn refused(caller: &Person<'_>, person: &str, assertion: &Value, at_least: Value) {
    caller
        .verify_assertion(person, assertion, &at_least)
        .await
        .expect_problem(422, "liveness-assertion-invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_person_who_was_named_passes_and_is_let_in_once() {
    let suite = Suite::start().await;
    let (ada, eve) = (suite.person("ada").await, suite.person("eve").await);
    let peach = registered(&ada, "Peach", Cutout::PEACH).await;
    let maroon = registered(&ada, "Maroon", Cutout::MAROON).await;
    let of_eve = registered(&eve, "Peach", Cutout::PEACH).await;
    let head = head(&suite, Portrait::CALM).await;

    let result = passed(&ada, &nose_of(&peach), &head).await;
    let person = &result["person"];
    assert_eq!(person["personId"], json!(peach), "{result}");
    assert_eq!(person["threshold"], 90.0, "{result}");
    assert!(
        person["similarity"].as_f64().is_some_and(|it| 90.0 <= it),
        "{result}"
    );
    let assertion = &result["assertion"];

    // For nobody else, nobody else's, and not where more is asked for; none of it uses it up.
    refused(&ada, &maroon, assertion, json!("nose")).await;
    refused(&eve, &of_eve, assertion, json!("nose")).await;
    refused(&ada, &peach, assertion, Value::Null).await;
    refused(&ada, &peach, assertion, json!("sequence")).await;
    // Whether ada's person is one or not.
    for person in [peach.as_str(), NOBODYS] {
        refused(&eve, person, assertion, json!("nose")).await;
    }
    let mut forged = assertion.as_str().expect("a token").to_owned();
    let at = forged.len() - 20;
    forged.replace_range(at..=at, if &forged[at..=at] == "A" { "B" } else { "A" });
    refused(&ada, &peach, &json!(forged), json!("nose")).await;

    let at_least = json!("nose");
    let (one, other) = tokio::join!(
        ada.verify_assertion(&peach, assertion, &at_least),
        ada.verify_assertion(&peach, assertion, &at_least)
    );
    let mut answers = [one, other];
    answers.sort_unstable_by_key(|it| it.status);
    let [good, spent] = answers;
    let answer = good.expect(200);
    assert_eq!(
        (&answer["verified"], &answer["liveness"], &answer["threshold"]),
        (&json!(true), &json!("nose"), &json!(90.0))
    );
    assert!(
        answer["similarity"].as_f64().is_some_and(|it| 90.0 <= it),
        "{answer}"
    );
    spent.expect_problem(422, "liveness-assertion-invalid");
    refused(&ada, &peach, assertion, json!("nose")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_else_than_the_person_who_was_named_does_not_pass() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;
    let green = registered(&ada, "Green", Cutout::GREEN).await;
    let peach = registered(&ada, "Peach", Cutout::PEACH).await;
    let head = head(&suite, Portrait::CALM).await;

    let other_person = json!({ "passed": false, "reason": "other-person" });
    let seen = taken(&ada, &nose_of(&green), &head).await;
    assert_eq!(seen, other_person, "and nothing of who it was");

    // Nor does somebody who was erased meanwhile: whoever is not registered is not recognised.
    let order = of_person(&peach, "sequence", "unhurried");
    let mut check = Check::begin(&ada, &order).await;
    check.take(Actor::new(PICTURE, N_BEFORE_STEP), alone(&head)).await;
    ada.delete(&format!("/api/people/{peach}")).await.expect(200);
    assert_eq!(result(&check).await, other_person);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assertion_that_names_nobody_says_whoever_it_was() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;
    let peach = registered(&ada, "Peach", Cutout::PEACH).await;
    let maroon = registered(&ada, "Maroon", Cutout::MAROON).await;
    let head = head(&suite, Portrait::CALM).await;
    for (person, is_it) in [(&maroon, false), (&peach, true)] {
        let result = passed(&ada, &order("nose", "usual"), &head).await;
        assert!(result.get("person").is_none(), "{result}");
        let answer = ada
            .verify_assertion(person, &result["assertion"], &json!("nose"))
            .await
            .expect(200);
        assert_eq!(answer["verified"], is_it, "{answer}");
        // A no is an answer, too: nobody tries the next person with it.
        refused(&ada, &peach, &result["assertion"], json!("nose")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kiosk_asks_for_every_step_and_a_door_of_the_same_account_believes_it() {
    let suite = Suite::start().await;
    let (ada, eve) = (suite.person("ada").await, suite.person("eve").await);
    let peach = registered(&ada, "Peach", Cutout::PEACH).await;
    let kiosk = program(&suite, &ada, &["liveness", "identify"]).await;
    let door = program(&suite, &ada, &["identify"]).await;
    let theirs = program(&suite, &eve, &["identify"]).await;
    let head = head(&suite, Portrait::CALM).await;

    // Twenty seconds a step instead of eight, for a busy machine.
    let result = passed(&kiosk, &of_person(&peach, "sequence", "unhurried"), &head).await;
    assert_eq!(result["person"]["personId"], json!(peach), "{result}");
    let assertion = &result["assertion"];
    refused(&theirs, &peach, assertion, Value::Null).await;
    let answer = door
        .verify_assertion(&peach, assertion, &Value::Null)
        .await
        .expect(200);
    assert_eq!(
        (&answer["verified"], &answer["liveness"]),
        (&json!(true), &json!("sequence"))
    );
    refused(&door, &peach, assertion, Value::Null).await;
    refused(&kiosk, &peach, assertion, json!("nose")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_badge_that_is_named_is_good_for_the_person_who_has_it() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;
    let peach = registered(&ada, "Peach", Cutout::PEACH).await;
    let kiosk = program(&suite, &ada, &["liveness", "identify"]).await;
    let head = head(&suite, Portrait::CALM).await;
    let mut order = order("nose", "usual");
    order["subject"] = json!("badge 7");
    let assertion = &passed(&kiosk, &order, &head).await["assertion"];

    refused(&kiosk, &peach, assertion, json!("nose")).await;
    let badge = json!({ "externalId": "badge 7" });
    let path = format!("/api/people/{peach}");
    ada.call(Method::PATCH, &path, HeaderMap::new(), Some(&badge))
        .await
        .expect(200);
    let answer = kiosk
        .verify_assertion(&peach, assertion, &json!("nose"))
        .await
        .expect(200);
    assert_eq!(answer["verified"], true, "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_of_a_person_begins_only_for_whoever_may_ask_about_them() {
    let suite = Suite::start().await;
    let (ada, eve) = (suite.person("ada").await, suite.person("eve").await);
    let peach = registered(&ada, "Peach", Cutout::PEACH).await;
    let faceless = ada.register("Nobody yet").await;
    let begin =
        async |caller: &Person<'_>, order: &Value| caller.post("/api/liveness/challenges", order).await;

    for (caller, person) in [(&ada, NOBODYS), (&eve, peach.as_str())] {
        begin(caller, &nose_of(person))
            .await
            .expect_problem(404, "person-not-found");
    }
    begin(&ada, &nose_of(&faceless))
        .await
        .expect_problem(409, "person-without-face");
    begin(&ada, &nose_of("peach"))
        .await
        .expect_problem(422, "invalid-request");

    let camera = program(&suite, &ada, &["liveness"]).await;
    let problem = begin(&camera, &nose_of(&peach))
        .await
        .expect_problem(403, "insufficient-scope");
    assert_eq!(problem["scopes"], json!(["identify"]));
    let kiosk = program(&suite, &ada, &["liveness", "identify"]).await;
    let mut both = nose_of(&peach);
    both["subject"] = json!("badge 7");
    begin(&kiosk, &both).await.expect_problem(422, "invalid-request");
    let answer = kiosk.verify_assertion(&peach, &json!("x"), &json!("nose")).await;
    answer.expect_problem(422, "liveness-assertion-invalid");
    for body in [
        json!({}),
        json!({ "uploadId": NOBODYS, "livenessAssertion": "x" }),
        json!({ "livenessAssertion": "x", "livenessAtLeast": "wave" }),
    ] {
        ada.post(&format!("/api/people/{peach}/verify"), &body)
            .await
            .expect_problem(422, "invalid-request");
    }

    // The same order again is the same check; one about somebody else is another.
    let key = || {
        let once = HeaderValue::from_static("once");
        HeaderMap::from_iter([(HeaderName::from_static("idempotency-key"), once)])
    };
    let path = "/api/liveness/challenges";
    let first = kiosk.post_with(path, &nose_of(&peach), key()).await.expect(201);
    let again = kiosk.post_with(path, &nose_of(&peach), key()).await.expect(201);
    assert_eq!(again["challengeId"], first["challengeId"]);
    kiosk
        .post_with(path, &order("nose", "usual"), key())
        .await
        .expect_problem(422, "idempotency-key-reused");
}

#[tokio::test(flavor = "multi_thread")]
async fn at_a_kiosk_one_persons_failures_lock_nobody_else() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;
    let peach = registered(&ada, "Peach", Cutout::PEACH).await;
    let maroon = registered(&ada, "Maroon", Cutout::MAROON).await;
    let kiosk = program(&suite, &ada, &["liveness", "identify"]).await;
    for _ in 0..5 {
        let check = Check::begin(&kiosk, &nose_of(&peach)).await;
        let result = check.verify().await.expect(200);
        assert_eq!(result, json!({ "passed": false, "reason": "incomplete" }));
    }
    kiosk
        .post("/api/liveness/challenges", &nose_of(&peach))
        .await
        .expect_problem(429, "rate-limited");
    Check::begin(&kiosk, &nose_of(&maroon)).await;
    // Nor the owner, at a computer of their own.
    Check::begin(&ada, &nose_of(&peach)).await;
}
