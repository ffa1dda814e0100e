//! Signing up, reading oneself, changing the password.

use api::routes;
use lambda_kit::SystemClock;

use super::*;

#[test]
fn every_route_of_the_function_is_served_and_no_other() {
    let context = Context::<memory::Memory> {
        accounts: People::default(),
        sessions: Rows::default(),
        api_keys: Keys::default(),
        resets: Links::default(),
        mail: Letters::default(),
        parameters: Texts::default(),
        site_origin_parameter: String::new(),
        forgot_takes: Duration::ZERO,
        signing: SigningKeys::new(Texts::default(), String::new(), String::new()),
        passwords: Passwords::quick(),
        random: SystemRandom,
        limits: testing::limits_at(Arc::new(SystemClock)),
        trail: testing::trail_over(
            Arc::new(testing::StoppedClock(Timestamp::UNIX_EPOCH)),
            testing::AuditRows::default(),
        ),
        clock: Arc::new(SystemClock),
        ids: Arc::new(RandomIds),
        self_sign_up: true,
    };
    let tokens = AccessTokens::new(Arc::new(SystemClock), || async { Ok(None) });
    let router = http::router(tokens, Arc::new(context));
    assert_eq!(router.misplaced(routes::AUTH_FUNCTION), Vec::<&str>::new());
}

#[tokio::test]
async fn a_new_account_is_answered_as_it_was_made() {
    let world = World::new();
    let answer = world.sign_up("Ada").await;
    let user = &answer.expect(201).body["user"];
    assert_eq!(
        (&user["username"], &user["email"]),
        (&json!("Ada"), &json!("Ada@example.org"))
    );
    assert_eq!(
        (&user["role"], &user["passwordChangeRequired"]),
        (&json!("user"), &json!(false))
    );
    assert_eq!(user["createdAt"], "2026-11-20T11:00:00Z");
    assert!(!answer.body.to_string().contains("argon"));
    assert!(answer.cookies.is_empty());
    let stored = &world.people.all()[0];
    assert!(
        stored.password_hash.starts_with("$argon2id$"),
        "{}",
        stored.password_hash
    );
}

#[tokio::test]
async fn names_are_taken_in_any_case() {
    let world = World::new();
    world.sign_up("ada").await.expect(201);
    world.sign_up("ADA").await.expect_problem(409, "username-taken");
    let body = json!({ "username": "bob", "email": "ADA@Example.Org", "password": PASSWORD });
    world
        .send(call("POST", "/auth/sign-up").json(body))
        .await
        .expect_problem(409, "email-taken");
    assert_eq!(world.people.all().len(), 1);
}

#[tokio::test]
async fn everything_wrong_with_the_names_is_said_at_once() {
    let world = World::new();
    let body = json!({ "username": "a b", "email": "nowhere", "password": PASSWORD });
    let answer = world.send(call("POST", "/auth/sign-up").json(body)).await;
    let errors = answer.expect_problem(422, "invalid-request").body["errors"]
        .as_array()
        .unwrap();
    let fields: Vec<_> = errors.iter().map(|it| it["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["username", "email"]);
}

#[tokio::test]
async fn weak_passwords_are_refused_with_a_reason() {
    let world = World::new();
    for (password, reason) in [
        ("tiny", "too-short"),
        ("Password123!", "common"),
        ("ada@example.org", "contains-name"),
    ] {
        let body = json!({ "username": "ada", "email": "ada@example.org", "password": password });
        let answer = world.send(call("POST", "/auth/sign-up").json(body)).await;
        assert_eq!(
            answer.expect_problem(422, "password-too-weak").body["reason"],
            reason
        );
        assert!(!answer.body.to_string().contains(password));
    }
    let body = json!({ "username": "ada", "email": "ada@example.org", "password": "ab ".repeat(50) });
    let answer = world.send(call("POST", "/auth/sign-up").json(body)).await;
    assert_eq!(
        answer.expect_problem(422, "invalid-request").body["errors"][0]["field"],
        "password"
    );
    assert!(world.people.all().is_empty());
}

#[tokio::test]
async fn an_operator_can_close_sign_up() {
    let world = World::with_sign_up(false);
    world.sign_up("ada").await.expect_problem(403, "sign-up-closed");
    assert!(world.people.all().is_empty());
}

#[tokio::test]
async fn a_repeated_request_with_its_key_makes_one_account() {
    let world = World::new();
    let send = async |key: &str, password: &str, email: &str| {
        let body = json!({ "username": "ada", "email": email, "password": password });
        world
            .send(
                call("POST", "/auth/sign-up")
                    .json(body)
                    .header("idempotency-key", key),
            )
            .await
    };
    let first = send("k1", PASSWORD, "ada@example.org").await;
    let second = send("k1", PASSWORD, "ada@example.org").await;
    assert_eq!(first.expect(201).body, second.expect(201).body);
    send("k2", PASSWORD, "ada@example.org")
        .await
        .expect_problem(409, "username-taken");
    send("k1", "another long sentence", "ada@example.org")
        .await
        .expect_problem(422, "idempotency-key-reused");
    send("k1", PASSWORD, "other@example.org")
        .await
        .expect_problem(422, "idempotency-key-reused");
    send("", PASSWORD, "ada@example.org")
        .await
        .expect_problem(422, "invalid-request");
    assert_eq!(world.people.all().len(), 1);
}

#[tokio::test]
async fn bodies_that_do_not_fit_are_problems() {
    let world = World::new();
    let sign_up = |body: Value| call("POST", "/auth/sign-up").json(body);
    for (body, field) in [
        (json!({}), "username"),
        (json!({ "username": 7 }), "username"),
        (
            json!({ "username": "ada", "email": "ada@example.org", "password": ["x"] }),
            "password",
        ),
        (
            json!({ "username": "ada", "email": "ada@example.org", "password": PASSWORD, "role": "admin" }),
            "role",
        ),
        (json!(["ada", "ada@example.org", PASSWORD]), ""),
    ] {
        let answer = world.send(sign_up(body)).await;
        assert_eq!(
            answer.expect_problem(422, "invalid-request").body["errors"][0]["field"],
            field
        );
    }
    let text = call("POST", "/auth/sign-up").header("content-type", "text/plain");
    world
        .send(text)
        .await
        .expect_problem(415, "unsupported-media-type");
}

#[tokio::test]
async fn who_is_signed_in_reads_himself_and_nobody_else_does() {
    let world = World::new();
    let session = world.somebody("ada").await;
    let me = world
        .send(call("GET", "/auth/me").bearer(session.text("accessToken")))
        .await;
    assert_eq!(me.expect(200).body["user"]["username"], "ada");
    world
        .send(call("GET", "/auth/me"))
        .await
        .expect_problem(401, "unauthenticated");
    world
        .send(call("GET", "/auth/me").bearer("letmein"))
        .await
        .expect_problem(401, "unauthenticated");
    world.people.remove(world.people.all()[0].id);
    let gone = world
        .send(call("GET", "/auth/me").bearer(session.text("accessToken")))
        .await;
    gone.expect_problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_changed_password_ends_the_other_sessions_and_keeps_this_one() {
    let world = World::new();
    let here = world.somebody("ada").await;
    let elsewhere = world.sign_in("ada", PASSWORD).await;
    let body = json!({ "currentPassword": PASSWORD, "newPassword": "note g computes bernoulli" });
    let change = call("PUT", "/auth/password")
        .json(body)
        .bearer(here.text("accessToken"));
    world.send(change).await.expect(204);

    world
        .sign_in("ada", PASSWORD)
        .await
        .expect_problem(401, "invalid-credentials");
    world
        .sign_in("ada", "note g computes bernoulli")
        .await
        .expect(200);
    world
        .refresh(elsewhere.text("refreshToken"))
        .await
        .expect_problem(401, "session-ended");
    world.refresh(here.text("refreshToken")).await.expect(200);
}

#[tokio::test]
async fn a_password_changes_for_whoever_knows_it_into_a_better_one() {
    let world = World::new();
    let session = world.somebody("ada").await;
    let change = async |current: &str, new: &str| {
        let body = json!({ "currentPassword": current, "newPassword": new });
        world
            .send(
                call("PUT", "/auth/password")
                    .json(body)
                    .bearer(session.text("accessToken")),
            )
            .await
    };
    change("wrong", "note g computes bernoulli")
        .await
        .expect_problem(401, "invalid-credentials");
    assert_eq!(
        change(PASSWORD, "short")
            .await
            .expect_problem(422, "password-too-weak")
            .body["reason"],
        "too-short"
    );
    let same = change(PASSWORD, PASSWORD).await;
    assert_eq!(
        same.expect_problem(422, "password-too-weak").body["reason"],
        "same-as-before"
    );
    let long = change(PASSWORD, &"ab ".repeat(50)).await;
    assert_eq!(
        long.expect_problem(422, "invalid-request").body["errors"][0]["field"],
        "newPassword"
    );
    world.sign_in("ada", PASSWORD).await.expect(200);
}

#[tokio::test]
async fn health_the_document_and_the_keys_are_open() {
    let world = World::new();
    assert_eq!(
        world.send(call("GET", "/health")).await.expect(200).body["status"],
        "ok"
    );
    let document = world.send(call("GET", "/openapi.json")).await;
    assert_eq!(document.expect(200).body["openapi"], "3.1.1");
    let keys = world.send(call("GET", "/auth/jwks.json")).await;
    assert_eq!(keys.expect(200).body["keys"].as_array().unwrap().len(), 2);
    assert_eq!(keys.headers["cache-control"], "public, max-age=300");
    assert!(!keys.body.to_string().contains("\"d\""));
}

#[tokio::test]
async fn addresses_of_nobody_and_methods_of_others_are_problems() {
    let world = World::new();
    world
        .send(call("GET", "/auth/nothing"))
        .await
        .expect_problem(404, "not-found");
    let answer = world.send(call("DELETE", "/uploads")).await;
    assert_eq!(
        answer.expect_problem(405, "method-not-allowed").headers["allow"],
        "POST"
    );
}
