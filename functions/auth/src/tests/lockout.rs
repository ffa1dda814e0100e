//! Guessing, and how it is slowed down.

use lambda_kit::limits::Lockout;

use super::*;
use crate::sign_in::{ACCOUNT, ADDRESS};

/// A wrong password for an account, from an address.
async fn guess(world: &World, username: &str, from: &str) -> Answer {
    let body = json!({ "username": username, "password": "not the password", "delivery": "body" });
    world
        .send_from(from, call("POST", "/auth/sign-in").json(body))
        .await
}

fn pause(lockout: Lockout) -> SignedDuration {
    SignedDuration::from_secs(lockout.pause_s.into())
}

#[tokio::test]
async fn after_five_failures_the_right_password_has_to_wait_too() {
    let world = World::new();
    world.sign_up("ada").await.expect(201);
    for _ in 0..5 {
        guess(&world, "ADA", "192.0.2.1")
            .await
            .expect_problem(401, "invalid-credentials");
    }
    let answer = world.sign_in("ada", PASSWORD).await;
    answer.expect_problem(429, "rate-limited");
    assert_eq!(answer.headers["retry-after"], "900");
    assert_eq!(answer.body["retryAfterSeconds"], 900);
    assert_eq!(
        answer.headers["ratelimit-policy"],
        r#""sign-in-account";q=5;w=900"#
    );
    // Nobody else is locked out, also not from the address of the guesses.
    world.sign_up("bob").await.expect(201);
    world.sign_in("bob", PASSWORD).await.expect(200);

    world.wait(pause(ACCOUNT) - SignedDuration::from_secs(1));
    world
        .sign_in("ada", PASSWORD)
        .await
        .expect_problem(429, "rate-limited");
    world.wait(SignedDuration::from_secs(1));
    world.sign_in("ada", PASSWORD).await.expect(200);
    // Who has shown who he is begins anew.
    for _ in 0..5 {
        guess(&world, "ada", "192.0.2.1").await.expect(401);
    }
}

#[tokio::test]
async fn a_failure_after_the_pause_begins_a_longer_one() {
    let world = World::new();
    world.sign_up("ada").await.expect(201);
    for _ in 0..5 {
        guess(&world, "ada", "192.0.2.1").await.expect(401);
    }
    for expected in ["1800", "3600", "3600"] {
        world.wait(SignedDuration::from_hours(1));
        guess(&world, "ada", "192.0.2.1").await.expect(401);
        let answer = world.sign_in("ada", PASSWORD).await;
        assert_eq!(answer.expect(429).headers["retry-after"], expected);
    }
}

#[tokio::test]
async fn an_unknown_username_is_locked_out_as_a_known_one_is() {
    let world = World::new();
    world.sign_up("ada").await.expect(201);
    let mut seen = Vec::new();
    for (username, from) in [("ada", "192.0.2.1"), ("nobody", "192.0.2.2")] {
        let mut answers = Vec::new();
        for _ in 0..7 {
            let answer = guess(&world, username, from).await;
            answers.push((answer.status, answer.body["type"].clone(), answer.headers.clone()));
        }
        seen.push(answers);
    }
    assert_eq!(seen[0], seen[1]);
}

#[tokio::test]
async fn one_address_has_twenty_failures_over_all_accounts() {
    let world = World::new();
    world.sign_up("ada").await.expect(201);
    for number in 0..20 {
        guess(&world, &format!("user-{number}"), "2001:db8::1")
            .await
            .expect(401);
    }
    // The same household, another machine.
    let answer = guess(&world, "ada", "2001:db8::2").await;
    answer.expect_problem(429, "rate-limited");
    assert_eq!(
        answer.headers["ratelimit-policy"],
        r#""sign-in-address";q=20;w=900"#
    );
    // From elsewhere the account is open: the refused attempt did not count against it.
    for _ in 0..4 {
        guess(&world, "ada", "192.0.2.9").await.expect(401);
    }
    world.sign_in("ada", PASSWORD).await.expect(200);
    world.wait(pause(ADDRESS));
    guess(&world, "ada", "2001:db8::2").await.expect(401);
}

#[tokio::test]
async fn an_account_of_ones_own_does_not_clear_an_address() {
    let world = World::new();
    world.sign_up("eve").await.expect(201);
    for number in 0..20 {
        guess(&world, &format!("user-{number}"), "127.0.0.1")
            .await
            .expect(401);
        if number < 19 {
            world.sign_in("eve", PASSWORD).await.expect(200);
        }
    }
    world
        .sign_in("eve", PASSWORD)
        .await
        .expect_problem(429, "rate-limited");
}

#[tokio::test]
async fn a_header_of_the_caller_does_not_change_the_address() {
    let world = World::new();
    for number in 0..20 {
        let body = json!({ "username": format!("user-{number}"), "password": "x", "delivery": "body" });
        let call = call("POST", "/auth/sign-in")
            .json(body)
            .header("x-forwarded-for", &format!("10.0.0.{number}"));
        world.send_from("192.0.2.1", call).await.expect(401);
    }
    guess(&world, "ada", "192.0.2.1")
        .await
        .expect_problem(429, "rate-limited");
}
