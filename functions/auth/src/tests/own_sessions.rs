//! One's own sessions: the list, and ending them.

use domain::SessionId;

use super::*;

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";

impl World {
    async fn sign_in_with(&self, username: &str, user_agent: &str) -> Answer {
        let body = json!({ "username": username, "password": PASSWORD, "delivery": "body" });
        let request = call("POST", "/auth/sign-in").json(body);
        self.send(request.header("user-agent", user_agent)).await
    }

    async fn own_sessions(&self, token: &str) -> Answer {
        self.send(call("GET", "/auth/sessions").bearer(token)).await
    }

    async fn end_session(&self, id: &Value, token: &str) -> Answer {
        let path = format!("/auth/sessions/{}", id.as_str().unwrap());
        self.send(call("DELETE", &path).bearer(token)).await
    }
}

#[tokio::test]
async fn the_one_that_asks_comes_first_and_then_the_one_used_last() {
    let world = World::new();
    world.somebody("bob").await;
    world.sign_up("ada").await.expect(201);
    let first = world.sign_in_with("ada", FIREFOX).await;
    world.wait(SignedDuration::from_mins(1));
    let second = world.sign_in_with("ada", "curl/8.14.1").await;
    world.wait(SignedDuration::from_mins(1));
    world.sign_in("ada", PASSWORD).await.expect(200);
    world.wait(SignedDuration::from_mins(1));
    let first = world.refresh(first.text("refreshToken")).await;

    let list = world.own_sessions(second.text("accessToken")).await;
    assert_eq!(list.expect(200).headers["cache-control"], "no-store");
    let items = list.body["items"].as_array().unwrap();
    let shown = |name: &str| items.iter().map(|it| it[name].clone()).collect::<Vec<_>>();
    assert_eq!(
        shown("client"),
        [json!("curl"), json!("Firefox on Linux"), Value::Null]
    );
    assert_eq!(shown("current"), [json!(true), json!(false), json!(false)]);
    assert_eq!(items[1]["createdAt"], "2026-11-20T11:00:00Z");
    assert_eq!(items[1]["lastUsedAt"], "2026-11-20T11:03:00Z");
    assert_eq!(items[1]["endsAt"], "2027-02-18T11:00:00Z");
    assert_eq!(list.body["nextCursor"], Value::Null);
    let text = list.body.to_string();
    assert!(!text.contains("Mozilla"), "{text}");
    assert!(
        !text.contains(first.text("refreshToken").split_once('.').unwrap().1),
        "{text}"
    );
}

#[tokio::test]
async fn a_session_the_index_does_not_have_yet_is_listed_where_it_asks() {
    let world = World::new();
    let session = world.somebody("ada").await;
    *world.sessions.1.lock().unwrap() = Some(world.sessions.all()[0].id);
    let list = world.own_sessions(session.text("accessToken")).await;
    assert_eq!(list.body["items"].as_array().unwrap().len(), 1, "{list:?}");
}

#[tokio::test]
async fn a_session_that_is_over_is_not_listed() {
    let world = World::new();
    world.somebody("ada").await;
    world.wait(SignedDuration::from_hours(14 * 24));
    let second = world.sign_in("ada", PASSWORD).await;
    let everywhere = call("POST", "/auth/sign-out?everywhere=true").bearer(second.text("accessToken"));
    let third = world.sign_in("ada", PASSWORD).await;
    let before = world.own_sessions(third.text("accessToken")).await;
    assert_eq!(before.body["items"].as_array().unwrap().len(), 2);
    world.send(everywhere).await.expect(204);
    // Signed out everywhere, but for the rest of its access token.
    world
        .own_sessions(third.text("accessToken"))
        .await
        .expect_problem(401, "unauthenticated");
    let fourth = world.sign_in("ada", PASSWORD).await;
    let after = world.own_sessions(fourth.text("accessToken")).await;
    assert_eq!(after.body["items"].as_array().unwrap().len(), 1, "{after:?}");
}

#[tokio::test]
async fn at_most_a_hundred_are_listed() {
    let world = World::new();
    world.sign_up("ada").await.expect(201);
    let mut last = None;
    for _ in 0..101 {
        last = Some(world.sign_in("ada", PASSWORD).await);
    }
    let list = world.own_sessions(last.unwrap().text("accessToken")).await;
    assert_eq!(list.body["items"].as_array().unwrap().len(), 100);
}

#[tokio::test]
async fn ones_own_session_ends_and_no_other() {
    let world = World::new();
    let (here, bob) = (world.somebody("ada").await, world.somebody("bob").await);
    let there = world.sign_in("ada", PASSWORD).await;
    let id = |answer: &Answer| json!(answer.text("refreshToken").split_once('.').unwrap().0);
    let token = here.text("accessToken");
    let unknown = json!(SessionId::from_uuid(uuid::Uuid::nil()).to_string());
    for foreign in [
        id(&bob),
        unknown,
        json!("x"),
        json!(id(&bob).as_str().unwrap().to_uppercase()),
    ] {
        world
            .end_session(&foreign, token)
            .await
            .expect_problem(404, "session-not-found");
    }
    world.refresh(bob.text("refreshToken")).await.expect(200);

    let ended = world.end_session(&id(&there), token).await;
    assert!(ended.expect(204).cookies.is_empty());
    world
        .refresh(there.text("refreshToken"))
        .await
        .expect_problem(401, "session-ended");
    // Whoever was ended ends nobody else, while its access token lasts.
    world
        .end_session(&id(&here), there.text("accessToken"))
        .await
        .expect_problem(401, "unauthenticated");
    world
        .end_session(&id(&there), token)
        .await
        .expect_problem(404, "session-not-found");

    // One's own is signing out.
    let out = world.end_session(&id(&here), token).await;
    assert!(out.expect(204).cookies[0].contains("Max-Age=0"));
    world.refresh(here.text("refreshToken")).await.expect(401);
    world
        .own_sessions(token)
        .await
        .expect_problem(401, "unauthenticated");
}
