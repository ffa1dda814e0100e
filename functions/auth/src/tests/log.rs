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
