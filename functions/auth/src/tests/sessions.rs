//! Signing in, refreshing, signing out.

use super::*;

#[tokio::test]
async fn a_session_opens_with_the_right_password_in_any_case_of_the_name() {
    let world = World::new();
    world.sign_up("Ada").await.expect(201);
    let answer = world.sign_in("aDA", PASSWORD).await;
    answer.expect(200);
    assert_eq!(
        (
            &answer.body["expiresInSeconds"],
            &answer.body["passwordChangeRequired"]
        ),
        (&json!(900), &json!(false))
    );
    assert_eq!(answer.body["user"]["username"], "Ada");
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert!(answer.cookies.is_empty());
    let row = &world.sessions.all()[0];
    assert!(!answer.text("refreshToken").contains(&hex(&row.token_hash)));
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, it| {
        write!(text, "{it:02x}").unwrap();
        text
    })
}

#[tokio::test]
async fn an_unknown_name_and_a_wrong_password_have_the_same_answer() {
    let world = World::new();
    world.sign_up("ada").await.expect(201);
    let wrong = world.sign_in("ada", "wrong password").await;
    wrong.expect_problem(401, "invalid-credentials");
    for username in ["bob", "", "not a name", &"x".repeat(1000), "ADA "] {
        let unknown = world.sign_in(username, PASSWORD).await;
        assert_eq!(
            (unknown.status, &unknown.body, &unknown.headers),
            (wrong.status, &wrong.body, &wrong.headers)
        );
    }
    assert!(world.sessions.all().is_empty());
}

#[tokio::test]
async fn a_very_long_password_is_just_wrong() {
    let world = World::new();
    world.sign_up("ada").await.expect(201);
    world
        .sign_in("ada", &"x".repeat(60_000))
        .await
        .expect_problem(401, "invalid-credentials");
}

#[tokio::test]
async fn a_refresh_token_is_good_once_and_a_second_use_ends_the_session() {
    let world = World::new();
    let first = world.somebody("ada").await;
    let second = world.refresh(first.text("refreshToken")).await;
    second.expect(200);
    assert_ne!(first.text("refreshToken"), second.text("refreshToken"));
    world
        .send(call("GET", "/auth/me").bearer(second.text("accessToken")))
        .await
        .expect(200);

    world
        .refresh(first.text("refreshToken"))
        .await
        .expect_problem(401, "session-ended");
    world
        .refresh(second.text("refreshToken"))
        .await
        .expect_problem(401, "session-ended");
    assert!(world.sessions.all().is_empty());
}

#[tokio::test]
async fn a_stolen_token_ends_only_its_own_session() {
    let world = World::new();
    let stolen = world.somebody("ada").await;
    let other = world.sign_in("ada", PASSWORD).await;
    world.refresh(stolen.text("refreshToken")).await.expect(200);
    world.refresh(stolen.text("refreshToken")).await.expect(401);
    world.refresh(other.text("refreshToken")).await.expect(200);
}

#[tokio::test]
async fn of_two_refreshes_at_the_same_time_at_most_one_succeeds() {
    let world = World::new();
    let session = world.somebody("ada").await;
    let token = session.text("refreshToken");
    let (one, two) = tokio::join!(world.refresh(token), world.refresh(token));
    assert!([one.status, two.status].contains(&401), "{one:?} {two:?}");
    assert!(world.sessions.all().is_empty());
}

#[tokio::test]
async fn what_is_no_refresh_token_of_ours_is_refused_and_changes_nothing() {
    let world = World::new();
    let session = world.somebody("ada").await;
    let token = session.text("refreshToken");
    let (id, secret) = token.split_once('.').unwrap();
    let other = world.somebody("bob").await;
    let other_id = other.text("refreshToken").split_once('.').unwrap().0;
    for forged in [
        "",
        "x",
        id,
        &format!("{id}."),
        &format!("{id}.AAAA"),
        session.text("accessToken"),
    ] {
        world.refresh(forged).await.expect_problem(401, "session-ended");
    }
    assert_eq!(world.sessions.all().len(), 2);
    // Well-formed, for a session that exists, with a secret that is not its own: that session ends.
    world
        .refresh(&format!("{other_id}.{secret}"))
        .await
        .expect_problem(401, "session-ended");
    assert_eq!(world.sessions.all().len(), 1);
    world.refresh(token).await.expect(200);
}

#[tokio::test]
async fn an_access_token_lasts_fifteen_minutes() {
    let world = World::new();
    let session = world.somebody("ada").await;
    let me = async || {
        world
            .send(call("GET", "/auth/me").bearer(session.text("accessToken")))
            .await
    };
    world.wait(SignedDuration::from_secs(899));
    me().await.expect(200);
    world.wait(SignedDuration::from_secs(1));
    me().await.expect_problem(401, "token-expired");
    world.refresh(session.text("refreshToken")).await.expect(200);
}

#[tokio::test]
async fn a_session_ends_after_two_weeks_of_silence_and_after_ninety_days_in_any_case() {
    let world = World::new();
    let session = world.somebody("ada").await;
    world.wait(SignedDuration::from_hours(14 * 24));
    world
        .refresh(session.text("refreshToken"))
        .await
        .expect_problem(401, "session-ended");

    let mut session = world.sign_in("ada", PASSWORD).await;
    for _ in 0..8 {
        world.wait(SignedDuration::from_hours(11 * 24));
        session = world.refresh(session.text("refreshToken")).await;
        session.expect(200);
    }
    world.wait(SignedDuration::from_hours(2 * 24));
    world
        .refresh(session.text("refreshToken"))
        .await
        .expect_problem(401, "session-ended");
}

#[tokio::test]
async fn a_browser_keeps_its_refresh_token_in_a_cookie_that_no_script_reads() {
    let world = World::new();
    world.sign_up("ada").await.expect(201);
    let body = json!({ "username": "ada", "password": PASSWORD, "delivery": "cookie" });
    let session = world.send(call("POST", "/auth/sign-in").json(body)).await;
    assert!(session.expect(200).body.get("refreshToken").is_none());
    let [cookie] = session.cookies.as_slice() else {
        panic!("{session:?}")
    };
    for rule in [
        "HttpOnly",
        "Secure",
        "SameSite=Strict",
        "Path=/api/auth",
        "Max-Age=1209600",
    ] {
        assert!(cookie.contains(rule), "{rule} in {cookie}");
    }
    let pair = cookie.split(';').next().unwrap();

    // With an empty body, with an empty object, and from the same origin.
    let next = world.send(call("POST", "/auth/refresh").cookie(pair)).await;
    assert!(next.expect(200).body.get("refreshToken").is_none());
    let pair = next.cookies[0].split(';').next().unwrap();
    let next = world
        .send(call("POST", "/auth/refresh").cookie(pair).json(json!({})))
        .await;
    let pair = next.expect(200).cookies[0].split(';').next().unwrap();
    let foreign = call("POST", "/auth/refresh")
        .cookie(pair)
        .header("sec-fetch-site", "cross-site");
    world.send(foreign).await.expect_problem(403, "forbidden");
    let own = call("POST", "/auth/refresh")
        .cookie(pair)
        .header("sec-fetch-site", "same-origin");
    world.send(own).await.expect(200);

    // A cookie that is good for nothing is taken away.
    let spent = world.send(call("POST", "/auth/refresh").cookie(pair)).await;
    spent.expect_problem(401, "session-ended");
    assert!(spent.cookies[0].contains("Max-Age=0"), "{spent:?}");
}

#[tokio::test]
async fn without_a_token_there_is_nothing_to_refresh() {
    let world = World::new();
    world
        .send(call("POST", "/auth/refresh"))
        .await
        .expect_problem(401, "session-ended");
    world
        .send(call("POST", "/auth/refresh").json(json!({})))
        .await
        .expect_problem(401, "session-ended");
    let unknown = call("POST", "/auth/refresh").json(json!({ "token": "x" }));
    world.send(unknown).await.expect_problem(422, "invalid-request");
}

#[tokio::test]
async fn signing_out_ends_this_session_or_all() {
    let world = World::new();
    let (here, there) = (world.somebody("ada").await, world.sign_in("ada", PASSWORD).await);
    let out = world
        .send(call("POST", "/auth/sign-out").bearer(here.text("accessToken")))
        .await;
    assert!(out.expect(204).cookies[0].contains("Max-Age=0"));
    world
        .refresh(here.text("refreshToken"))
        .await
        .expect_problem(401, "session-ended");
    let there = world.refresh(there.text("refreshToken")).await;
    there.expect(200);

    let third = world.sign_in("ada", PASSWORD).await;
    let everywhere = call("POST", "/auth/sign-out?everywhere=true").bearer(third.text("accessToken"));
    world.send(everywhere).await.expect(204);
    world
        .refresh(there.text("refreshToken"))
        .await
        .expect_problem(401, "session-ended");
    world
        .refresh(third.text("refreshToken"))
        .await
        .expect_problem(401, "session-ended");
    world.sign_in("ada", PASSWORD).await.expect(200);

    world
        .send(call("POST", "/auth/sign-out"))
        .await
        .expect_problem(401, "unauthenticated");
    let odd = call("POST", "/auth/sign-out?everywhere=perhaps").bearer(there.text("accessToken"));
    world.send(odd).await.expect_problem(422, "invalid-request");
}
