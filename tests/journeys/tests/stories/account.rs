//! Accounts and sessions.

use journeys::Suite;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn the_first_admin_must_change_the_one_time_password() {
    let suite = Suite::start().await;
    let admin = suite.first_admin().expect("a first start").clone();
    let mut person = suite.anonymous();
    let sign_in =
        json!({ "username": admin.username, "password": admin.one_time_password, "delivery": "body" });
    let session = person.post("/api/auth/sign-in", &sign_in).await.expect(200);
    assert_eq!(session["passwordChangeRequired"], true, "{session}");
    person.hold(session["accessToken"].as_str().map(str::to_owned));
    person
        .get("/api/analyses")
        .await
        .expect_problem(403, "password-change-required");

    let change =
        json!({ "currentPassword": admin.one_time_password, "newPassword": "another long sentence" });
    assert_eq!(person.put_json("/api/auth/password", &change).await.status, 204);

    person
        .post("/api/auth/sign-in", &sign_in)
        .await
        .expect_problem(401, "invalid-credentials");
    let again =
        json!({ "username": admin.username, "password": "another long sentence", "delivery": "body" });
    let session = person.post("/api/auth/sign-in", &again).await.expect(200);
    person.hold(session["accessToken"].as_str().map(str::to_owned));
    assert_eq!(
        person.get("/api/auth/me").await.expect(200)["user"]["role"],
        "admin"
    );
    person.get("/api/analyses").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spent_refresh_token_ends_the_whole_family() {
    let suite = Suite::start().await;
    let ada = suite.anonymous();
    ada.sign_up("ada").await.expect(201);
    let sign_in = json!({ "username": "ada", "password": "a long sentence nobody uses", "delivery": "body" });
    let first = ada.post("/api/auth/sign-in", &sign_in).await.expect(200);
    let spent = json!({ "refreshToken": first["refreshToken"] });
    let second = ada.post("/api/auth/refresh", &spent).await.expect(200);
    assert_ne!(first["refreshToken"], second["refreshToken"]);
    ada.post("/api/auth/refresh", &spent)
        .await
        .expect_problem(401, "session-ended");
    let fresh = json!({ "refreshToken": second["refreshToken"] });
    ada.post("/api/auth/refresh", &fresh)
        .await
        .expect_problem(401, "session-ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_gets_its_refresh_token_as_a_cookie_that_scripts_cannot_read() {
    let suite = Suite::start().await;
    let ada = suite.anonymous();
    ada.sign_up("ada").await.expect(201);
    let sign_in =
        json!({ "username": "ada", "password": "a long sentence nobody uses", "delivery": "cookie" });
    let answer = ada.post("/api/auth/sign-in", &sign_in).await;
    let cookie = answer.headers["set-cookie"].to_str().expect("ASCII").to_owned();
    for rule in ["HttpOnly", "Secure", "SameSite=Strict", "Path=/api/auth"] {
        assert!(cookie.contains(rule), "{rule} is missing: {cookie}");
    }
    let session = answer.expect(200);
    assert!(session.get("refreshToken").is_none(), "{session}");
    let pair = cookie.split(';').next().expect("a pair");
    let refreshed = ada.post_with_cookie("/api/auth/refresh", pair).await;
    assert!(refreshed.expect(200)["accessToken"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_public_keys_are_published_two_at_a_time() {
    let suite = Suite::start().await;
    suite.person("ada").await;
    let jwks = suite.anonymous().get("/api/auth/jwks.json").await.expect(200);
    let keys = jwks["keys"].as_array().expect("keys");
    assert_eq!(keys.len(), 2, "{jwks}");
    for key in keys {
        assert_eq!(key["kty"], "OKP");
        assert_eq!(key["crv"], "Ed25519");
        assert!(key.get("d").is_none(), "a private key is published");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_guesses_a_password_is_locked_out_and_the_owners_session_goes_on() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;
    let stranger = suite.anonymous();
    let guess = json!({ "username": "ada", "password": "is it this one", "delivery": "body" });
    for _ in 0..5 {
        stranger
            .post("/api/auth/sign-in", &guess)
            .await
            .expect_problem(401, "invalid-credentials");
    }
    let right = json!({ "username": "ada", "password": "a long sentence nobody uses", "delivery": "body" });
    let answer = stranger.post("/api/auth/sign-in", &right).await;
    let wait_s: u64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((800..=900).contains(&wait_s), "{wait_s}");
    assert!(answer.headers.contains_key("ratelimit"));
    let problem = answer.expect_problem(429, "rate-limited");
    assert_eq!(problem["retryAfterSeconds"], wait_s);
    ada.get("/api/auth/me").await.expect(200);
    suite.person("bob").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_and_lists_are_counted_by_account() {
    let suite = Suite::start().await;
    let (ada, eve) = (suite.person("ada").await, suite.person("eve").await);
    let mut refused = None;
    // One is added every two seconds, so that the thirty-first need not be the first to be refused.
    for _ in 0..60 {
        let answer = ada.get("/api/analyses").await;
        if answer.status != 200 {
            refused = Some(answer);
            break;
        }
        assert_eq!(answer.headers["ratelimit-policy"], r#""lists";q=30;w=60"#);
    }
    refused.expect("a refusal").expect_problem(429, "rate-limited");
    eve.get("/api/analyses").await.expect(200);
    let promise = json!({ "contentType": "image/jpeg", "sizeBytes": 1 });
    let promised = ada.post("/api/uploads", &promise).await;
    assert_eq!(promised.headers["ratelimit-policy"], r#""uploads";q=60;w=60"#);
    promised.expect(201);
}

/// The token of the link in the only mail to ada.
async fn mailed_token(suite: &Suite) -> String {
    let outbox = suite.stack("/_stack/outbox.json").await;
    let messages = suite.messages(&outbox);
    let [mail] = messages.as_slice() else {
        panic!("one mail: {outbox}")
    };
    assert!(mail.contains("email:ada@example.org"), "{mail}");
    let (before, rest) = mail.split_once("/reset-password#token=").expect("a link");
    assert!(
        before.ends_with(&suite.url("")),
        "the link leads to the client: {mail}"
    );
    rest.chars()
        .take_while(|it| it.is_ascii_alphanumeric() || matches!(it, '-' | '_'))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_password_is_replaced_by_mail_and_old_sessions_are_dead() {
    let suite = Suite::start().await;
    let ada = suite.anonymous();
    ada.sign_up("ada").await.expect(201);
    let sign_in = |password: &str| json!({ "username": "ada", "password": password, "delivery": "body" });
    let old = "a long sentence nobody uses";
    let session = ada.post("/api/auth/sign-in", &sign_in(old)).await.expect(200);
    // Locked out by somebody else's guesses.
    for _ in 0..5 {
        ada.post("/api/auth/sign-in", &sign_in("a guess"))
            .await
            .expect_problem(401, "invalid-credentials");
    }
    ada.post("/api/auth/sign-in", &sign_in(old))
        .await
        .expect_problem(429, "rate-limited");

    let known = ada
        .post(
            "/api/auth/password/forgot",
            &json!({ "email": "ada@example.org" }),
        )
        .await;
    let unknown = ada
        .post(
            "/api/auth/password/forgot",
            &json!({ "email": "nobody@example.org" }),
        )
        .await;
    assert_eq!((known.status, &known.bytes), (202, &unknown.bytes));
    assert_eq!(unknown.status, 202);
    let token = mailed_token(&suite).await;

    let body = json!({ "token": token, "newPassword": "another long sentence" });
    let answer = ada.post("/api/auth/password/reset", &body).await;
    assert!(
        answer.bytes.is_empty() && !answer.headers.contains_key("set-cookie"),
        "no session is opened"
    );
    assert_eq!(answer.status, 204);
    ada.post("/api/auth/password/reset", &body)
        .await
        .expect_problem(410, "reset-link-invalid");
    let refresh = json!({ "refreshToken": session["refreshToken"] });
    ada.post("/api/auth/refresh", &refresh)
        .await
        .expect_problem(401, "session-ended");
    // The lockout is over with the new password; the old one is wrong.
    ada.post("/api/auth/sign-in", &sign_in(old))
        .await
        .expect_problem(401, "invalid-credentials");
    ada.post("/api/auth/sign-in", &sign_in("another long sentence"))
        .await
        .expect(200);
}
