//! What reaches the log.

use std::{cell::RefCell, io::Write, sync::Once};

use super::*;

thread_local! {
    /// What was logged on this thread; a test and the function it calls run on one.
    static LINES: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

struct Lines;

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LINES.with_borrow_mut(|it| it.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Logs everything from now on, on all threads: what one test logs is decided once for all of them.
pub(super) fn start() {
    static START: Once = Once::new();
    START.call_once(|| {
        let subscriber = tracing_subscriber::fmt()
            .json()
            .with_max_level(tracing::Level::TRACE);
        subscriber.with_writer(|| Lines).init();
    });
}

#[tokio::test]
async fn no_name_address_password_or_token_reaches_the_log() {
    let world = World::new();
    let session = world.somebody("lovelace").await;
    let next = world.refresh(session.text("refreshToken")).await;
    world.refresh(session.text("refreshToken")).await.expect(401);
    world.sign_in("lovelace", "guess in the dark").await.expect(401);
    world.sign_up("lovelace").await.expect(409);
    world
        .send(call("GET", "/lovelace?token=lovelace"))
        .await
        .expect(404);
    world
        .send(call("POST", "/auth/sign-in").json(json!({ "username": ["lovelace"] })))
        .await
        .expect(422);
    world
        .send(call("GET", "/auth/me").bearer("lovelace"))
        .await
        .expect(401);
    world
        .send(call("POST", "/auth/password/forgot").json(json!({ "email": "lovelace@example.org" })))
        .await
        .expect(202);
    let letter = world.mail.sent.lock().unwrap()[0].text.clone();
    let token = letter.split_once("#token=").unwrap().1.lines().next().unwrap();
    let new = "note g computes bernoulli";
    world
        .send(call("POST", "/auth/password/reset").json(json!({ "token": token, "newPassword": new })))
        .await
        .expect(204);
    let event = json!({ "visavisAction": "create-first-admin", "username": "babbage", "email": "babbage@example.org" });
    let admin = world
        .function
        .invoke(event, Invocation::new("req"))
        .await
        .unwrap();

    let log = String::from_utf8(LINES.take()).unwrap();
    let user = &world.people.all()[0];
    for secret in [
        "lovelace",
        "babbage",
        "example.org",
        PASSWORD,
        "guess in the dark",
        token,
        new,
        session.text("accessToken"),
        session.text("refreshToken"),
        next.text("accessToken"),
        next.text("refreshToken"),
        admin["oneTimePassword"].as_str().unwrap(),
        &user.password_hash,
    ] {
        assert!(!log.contains(secret), "{secret} in {log}");
        // Nor a part of it that would help.
        let tail = &secret[secret.len() / 2..];
        assert!(!log.contains(tail), "{tail} in {log}");
    }
    assert_eq!(log.matches("invocation ended").count(), 12, "{log}");
    assert!(log.contains(r#""http.route":"/auth/sign-in""#), "{log}");
}

#[tokio::test]
async fn nothing_of_an_api_key_reaches_the_log() {
    let world = World::new();
    let session = world.somebody("lovelace").await;
    let token = session.text("accessToken");
    let wish = json!({ "name": "Camera of countess", "scopes": ["analyze"] });
    let make = || call("POST", "/api-keys").bearer(token).json(wish.clone());
    let first = world.send(make().header("idempotency-key", "babbage")).await;
    let second = world.send(make().header("idempotency-key", "babbage")).await;
    world
        .send(call("GET", "/api-keys").bearer(token))
        .await
        .expect(200);
    for (name, value) in [
        ("x-api-key", second.text("key").to_owned()),
        ("authorization", format!("Bearer {}", second.text("key"))),
    ] {
        world
            .send(call("GET", "/auth/me").header(name, &value))
            .await
            .expect(401);
    }
    let path = format!("/api-keys/{}", second.text("key"));
    world.send(call("DELETE", &path).bearer(token)).await.expect(404);

    let log = String::from_utf8(LINES.take()).unwrap();
    let row = &world.api_keys.all()[0];
    // The first half of a key is its owner and its identifier, which are no secrets.
    for secret in [first.expect(201).text("key"), second.expect(201).text("key")] {
        for part in [secret, &secret[secret.len() / 2..]] {
            assert!(!log.contains(part), "{part} in {log}");
        }
    }
    for secret in ["countess", "babbage", &format!("{:?}", row.hash), "visavis_"] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
    assert!(log.contains(&row.id.to_string()), "{log}");
    assert!(log.contains(r#""http.route":"/api-keys/{id}""#), "{log}");
}
