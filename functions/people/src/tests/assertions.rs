//! Verifications by the assertion of a passed liveness challenge.

use api::wire::ChallengeKind;
use domain::{ChallengeId, PersonId, UserId};
use jiff::SignedDuration;
use lambda_kit::liveness::{ASSERTION_AUDIENCE, Claims, KEY_BYTES, TOKEN_AUDIENCE, TokenKeys};
use lambda_kit::principal::ISSUER;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Desk, is_problem};
use crate::capabilities::fakes::{ADA, ALIKE, BOB, Trouble, UNLIKE};

const KEY: [u8; KEY_BYTES] = [7; KEY_BYTES];

/// What is wrong with an assertion, and how it gets so.
type Change<'a> = (&'a str, Box<dyn Fn(&mut Claims) + 'a>);

/// A passed challenge of somebody whose photos are as wide as 201 px.
struct Passed {
    challenge: ChallengeId,
    claims: Claims,
}

impl Passed {
    fn token_by(&self, key: &[u8; KEY_BYTES]) -> String {
        let keys = TokenKeys::parse(&TokenKeys::text_of(key)).unwrap();
        keys.sign(&self.claims).unwrap()
    }

    fn body(&self) -> Value {
        json!({ "livenessAssertion": self.token_by(&KEY) })
    }
}

/// A challenge that was passed; its assertion lasts longer than ours do, because every call of a test is a minute later.
fn passed_by(desk: &Desk, owner: UserId, width: u32) -> Passed {
    let challenge = ChallengeId::from_uuid(Uuid::now_v7());
    let until = desk.now() + SignedDuration::from_mins(10);
    desk.world.pass_challenge(challenge, width, until);
    desk.world
        .with(|it| it.token_keys = Some(TokenKeys::text_of(&KEY)));
    let claims = Claims {
        iss: ISSUER.to_owned(),
        aud: ASSERTION_AUDIENCE.to_owned(),
        jti: challenge.to_string(),
        own: owner.to_string(),
        sub: None,
        per: None,
        kind: Some(ChallengeKind::Sequence),
        avoided: Vec::new(),
        iat: desk.now().as_second(),
        exp: until.as_second(),
    };
    Passed { challenge, claims }
}

/// A desk with a person who has a face, and a challenge that they passed.
async fn desk() -> (Desk, PersonId, Passed) {
    let desk = Desk::new();
    let person = desk.person().await;
    desk.face(person, 200).await;
    let passed = passed_by(&desk, ADA, 201);
    (desk, person, passed)
}

#[tokio::test]
async fn whoever_passed_a_challenge_is_verified_once() {
    let (desk, person, passed) = desk().await;
    let yes = json!({ "verified": true, "similarity": ALIKE, "threshold": 90.0, "liveness": "sequence" });
    assert_eq!(desk.verify(person, &passed.body()).await, (200, yes));
    assert!(desk.world.is_spent(passed.challenge));
    is_problem(
        &desk.verify(person, &passed.body()).await,
        422,
        "liveness-assertion-invalid",
    );
}

#[tokio::test]
async fn a_no_uses_an_assertion_up_as_well() {
    let (desk, person, _) = desk().await;
    let passed = passed_by(&desk, ADA, 210);
    let no = json!({ "verified": false, "similarity": UNLIKE, "threshold": 90.0, "liveness": "sequence" });
    assert_eq!(desk.verify(person, &passed.body()).await, (200, no));
    is_problem(
        &desk.verify(person, &passed.body()).await,
        422,
        "liveness-assertion-invalid",
    );
}

#[tokio::test]
async fn a_frame_that_cannot_be_compared_is_a_no() {
    let (desk, person, passed) = desk().await;
    desk.world.with(|it| it.similar.insert((201, 200), None));
    let no = json!({ "verified": false, "similarity": 0.0, "threshold": 90.0, "liveness": "sequence" });
    assert_eq!(desk.verify(person, &passed.body()).await, (200, no));
    assert!(desk.world.is_spent(passed.challenge));
}

#[tokio::test]
async fn an_assertion_is_not_used_up_for_a_person_who_is_erased_meanwhile() {
    let (desk, person, passed) = desk().await;
    desk.world.with(|it| {
        it.meanwhile = Some(("CompareFaces", |it| {
            it.people.values_mut().for_each(|it| it.is_erasing = true);
        }));
    });
    let answer = desk.verify(person, &passed.body()).await;
    is_problem(&answer, 404, "person-not-found");
    assert!(!desk.world.is_spent(passed.challenge));
}

#[tokio::test]
async fn of_two_at_once_one_gets_the_answer() {
    let (desk, person, passed) = desk().await;
    let (who, path, body) = (
        Desk::session(ADA),
        format!("/people/{person}/verify"),
        passed.body(),
    );
    let ask = || desk.call_as(&who, ("POST", &path), &body);
    let answers = futures::future::join_all([ask(), ask(), ask()]).await;
    let (yes, no): (Vec<_>, Vec<_>) = answers.into_iter().partition(|it| it.0 == 200);
    assert_eq!((yes.len(), no.len()), (1, 2));
    for answer in &no {
        is_problem(answer, 422, "liveness-assertion-invalid");
    }
}

#[tokio::test]
async fn an_assertion_that_is_not_good_here_is_refused_and_not_used_up() {
    let other = Uuid::now_v7().to_string();
    let changes: [Change<'_>; 8] = [
        ("another owner's", Box::new(|it| it.own = BOB.to_string())),
        (
            "about another person",
            Box::new(|it| it.per = Some(other.clone())),
        ),
        (
            "about another subject",
            Box::new(|it| it.sub = Some("4712".to_owned())),
        ),
        (
            "about a person by what they are called",
            Box::new(|it| it.sub = Some("Grace".to_owned())),
        ),
        (
            "of a challenge that is too weak",
            Box::new(|it| it.kind = Some(ChallengeKind::Nose)),
        ),
        ("of no challenge", Box::new(|it| it.kind = None)),
        (
            "a token to go on with",
            Box::new(|it| it.aud = TOKEN_AUDIENCE.to_owned()),
        ),
        ("expired", Box::new(|it| it.exp = it.iat + 60)),
    ];
    for (what, change) in changes {
        let (desk, person, mut passed) = desk().await;
        change(&mut passed.claims);
        let answer = desk.verify(person, &passed.body()).await;
        assert_eq!(answer.0, 422, "{what}: {}", answer.1);
        is_problem(&answer, 422, "liveness-assertion-invalid");
        assert!(!desk.world.is_spent(passed.challenge), "{what}");
        assert_eq!(desk.world.n_calls("SpendAssertion"), 0, "{what}");
    }
}

#[tokio::test]
async fn a_forged_assertion_is_none() {
    let (desk, person, passed) = desk().await;
    let token = passed.token_by(&KEY);
    let (unsigned, _) = token.rsplit_once('.').unwrap();
    for forged in [
        passed.token_by(&[8; KEY_BYTES]),
        format!("{unsigned}."),
        format!("{token}x"),
        "x".to_owned(),
        String::new(),
    ] {
        let answer = desk.verify(person, &json!({ "livenessAssertion": forged })).await;
        is_problem(&answer, 422, "liveness-assertion-invalid");
    }
    assert!(!desk.world.is_spent(passed.challenge));
    // Where no challenge was ever begun there is no key.
    desk.world.with(|it| it.token_keys = None);
    desk.wait(300);
    is_problem(
        &desk.verify(person, &passed.body()).await,
        422,
        "liveness-assertion-invalid",
    );
}

#[tokio::test]
async fn an_assertion_the_table_does_not_have_is_none() {
    let (desk, person, passed) = desk().await;
    desk.world.with(|it| it.assertions.clear());
    is_problem(
        &desk.verify(person, &passed.body()).await,
        422,
        "liveness-assertion-invalid",
    );
}

#[tokio::test]
async fn an_assertion_about_the_person_is_good_by_each_of_their_names() {
    for (subject, named) in [
        (None, true),
        (Some("4711".to_owned()), false),
        (Some(String::new()), true),
        (Some("4711".to_owned()), true),
    ] {
        let (desk, person, mut passed) = desk().await;
        // Their own identifier is a subject as well.
        passed.claims.sub = subject.map(|it| if it.is_empty() { person.to_string() } else { it });
        passed.claims.per = named.then(|| person.to_string());
        let answer = desk.verify(person, &passed.body()).await;
        assert_eq!(
            (answer.0, &answer.1["verified"]),
            (200, &json!(true)),
            "{}",
            answer.1
        );
    }
}

#[tokio::test]
async fn a_weak_challenge_is_enough_for_whoever_says_so() {
    let (desk, person, mut passed) = desk().await;
    passed.claims.kind = Some(ChallengeKind::Nose);
    let mut body = passed.body();
    body["livenessAtLeast"] = "sequence".into();
    is_problem(
        &desk.verify(person, &body).await,
        422,
        "liveness-assertion-invalid",
    );
    body["livenessAtLeast"] = "nose".into();
    let (status, answer) = desk.verify(person, &body).await;
    assert_eq!((status, &answer["liveness"]), (200, &json!("nose")));
}

#[tokio::test]
async fn an_assertion_is_not_used_up_for_a_person_who_cannot_be_compared() {
    let (desk, _, passed) = desk().await;
    let faceless = desk.person().await;
    is_problem(
        &desk.verify(faceless, &passed.body()).await,
        409,
        "person-without-face",
    );
    let unknown = PersonId::from_uuid(Uuid::now_v7());
    is_problem(
        &desk.verify(unknown, &passed.body()).await,
        404,
        "person-not-found",
    );
    assert!(!desk.world.is_spent(passed.challenge));
}

#[tokio::test]
async fn an_assertion_is_used_up_only_when_the_comparison_succeeded() {
    let (first, person, passed) = desk().await;
    first.world.trouble(None);
    assert_eq!(first.verify(person, &passed.body()).await.0, 200);
    let n_calls = first.world.with(|it| it.calls.len());
    assert!(5 < n_calls);
    for at in 1..=n_calls {
        let (desk, person, passed) = desk().await;
        desk.world.trouble(Some(Trouble::Once { at, done: false }));
        is_problem(&desk.verify(person, &passed.body()).await, 503, "busy");
        desk.world.trouble(None);
        assert!(!desk.world.is_spent(passed.challenge), "{at}");
        assert_eq!(desk.verify(person, &passed.body()).await.0, 200, "{at}");
    }
}

#[tokio::test]
async fn a_key_that_was_replaced_is_looked_for_at_once_but_not_at_every_forgery() {
    let (desk, person, passed) = desk().await;
    assert_eq!(desk.verify(person, &passed.body()).await.0, 200);
    let mut next = passed_by(&desk, ADA, 201);
    next.claims.sub = None;
    desk.world
        .with(|it| it.token_keys = Some(TokenKeys::text_of(&[9; KEY_BYTES])));
    let body = json!({ "livenessAssertion": next.token_by(&[9; KEY_BYTES]) });
    assert_eq!(desk.verify(person, &body).await.0, 200);
    desk.world.trouble(None);
    let (who, path) = (Desk::session(ADA), format!("/people/{person}/verify"));
    let forged = json!({ "livenessAssertion": next.token_by(&[3; KEY_BYTES]) });
    desk.wait(60);
    for _ in 0..5 {
        desk.call_as(&who, ("POST", &path), &forged).await;
    }
    assert_eq!(desk.world.n_calls("ReadTokenKeys"), 1);
}

#[tokio::test]
async fn somebody_signed_in_took_a_challenge_about_no_one_in_particular() {
    let (desk, person, passed) = desk().await;
    assert_eq!((&passed.claims.sub, &passed.claims.per), (&None, &None));
    assert_eq!(desk.verify(person, &passed.body()).await.0, 200);
}
