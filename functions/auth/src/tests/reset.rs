//! Forgetting a password, and a new one by a mailed link.

use std::sync::atomic::Ordering;

use super::*;

const NEW: &str = "note g computes bernoulli";

async fn forgot(world: &World, email: &str) -> Answer {
    world
        .send(call("POST", "/auth/password/forgot").json(json!({ "email": email })))
        .await
}

async fn reset(world: &World, token: &str, password: &str) -> Answer {
    let body = json!({ "token": token, "newPassword": password });
    world.send(call("POST", "/auth/password/reset").json(body)).await
}

/// The token of the last mail.
fn mailed(world: &World) -> String {
    let sent = world.mail.sent.lock().unwrap();
    let text = &sent.last().expect("a mail").text;
    let (_, rest) = text
        .split_once("https://faces.example.org/reset-password#token=")
        .expect("a link");
    rest.lines().next().unwrap().to_owned()
}

#[tokio::test]
async fn a_link_sets_the_password_once_ends_all_sessions_and_opens_none() {
    let world = World::new();
    let before = world.somebody("ada").await;
    forgot(&world, "ADA@example.org").await.expect(202);
    let letter = world.mail.sent.lock().unwrap()[0].clone();
    assert_eq!(letter.to.as_str(), "ada@example.org");
    assert!(letter.text.contains("account ada"), "{}", letter.text);

    let token = mailed(&world);
    let answer = reset(&world, &token, NEW).await;
    answer.expect(204);
    assert!(answer.cookies.is_empty() && answer.body.is_null());
    world
        .refresh(before.text("refreshToken"))
        .await
        .expect_problem(401, "session-ended");
    assert!(world.sessions.all().is_empty(), "no session was opened");
    world.sign_in("ada", PASSWORD).await.expect(401);
    world.sign_in("ada", NEW).await.expect(200);
    reset(&world, &token, "yet another sentence")
        .await
        .expect_problem(410, "reset-link-invalid");
    assert_eq!(world.links.n(), 0);
}

#[tokio::test]
async fn an_unknown_address_has_the_same_answer_and_no_mail() {
    let world = World::new();
    world.sign_up("ada").await.expect(201);
    let known = forgot(&world, "ada@example.org").await;
    let unknown = forgot(&world, "bob@example.org").await;
    assert_eq!(
        (known.status, &known.headers, &known.body),
        (unknown.status, &unknown.headers, &unknown.body)
    );
    assert_eq!(world.mail.sent.lock().unwrap().len(), 1);
    assert_eq!(world.links.n(), 2, "the same is written");
    world.mail.refuses.store(true, Ordering::Relaxed);
    forgot(&world, "ada@example.org").await.expect(202);
}

#[tokio::test]
async fn three_mails_an_hour_also_for_nobody() {
    let world = World::new();
    world.sign_up("ada").await.expect(201);
    for email in ["ada@example.org", "bob@example.org"] {
        for _ in 0..3 {
            forgot(&world, email).await.expect(202);
        }
        let answer = forgot(&world, &email.to_uppercase()).await;
        answer.expect_problem(429, "rate-limited");
        assert_eq!(answer.headers["retry-after"], "1200");
    }
    world.wait(SignedDuration::from_mins(20));
    forgot(&world, "ada@example.org").await.expect(202);
    assert_eq!(world.mail.sent.lock().unwrap().len(), 4);
}

#[tokio::test]
async fn a_link_dies_after_fifteen_minutes_and_with_any_change_of_the_account() {
    let world = World::new();
    world.sign_up("ada").await.expect(201);
    forgot(&world, "ada@example.org").await.expect(202);
    let late = mailed(&world);
    world.wait(SignedDuration::from_mins(15));
    reset(&world, &late, NEW)
        .await
        .expect_problem(410, "reset-link-invalid");

    forgot(&world, "ada@example.org").await.expect(202);
    let first = mailed(&world);
    forgot(&world, "ada@example.org").await.expect(202);
    reset(&world, &mailed(&world), NEW).await.expect(204);
    reset(&world, &first, PASSWORD)
        .await
        .expect_problem(410, "reset-link-invalid");
    for nonsense in ["", "x", "%", &"A".repeat(43), &"A".repeat(4000)] {
        reset(&world, nonsense, NEW)
            .await
            .expect_problem(410, "reset-link-invalid");
    }
}

#[tokio::test]
async fn a_weak_password_leaves_the_link_and_a_reset_ends_a_lockout() {
    let world = World::new();
    world.sign_up("ada").await.expect(201);
    for _ in 0..5 {
        world.sign_in("ada", "not the password").await.expect(401);
    }
    world.sign_in("ada", PASSWORD).await.expect(429);
    forgot(&world, "ada@example.org").await.expect(202);
    let token = mailed(&world);
    reset(&world, &token, "Password123!")
        .await
        .expect_problem(422, "password-too-weak");
    reset(&world, &token, NEW).await.expect(204);
    world.sign_in("ada", NEW).await.expect(200);
}

#[tokio::test]
async fn what_is_no_address_is_refused() {
    let world = World::new();
    forgot(&world, "nowhere")
        .await
        .expect_problem(422, "invalid-request");
    assert_eq!(world.links.n(), 0);
}
