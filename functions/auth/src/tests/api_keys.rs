//! One's own API keys: made, seen and revoked.

use lambda_kit::principal::ApiKeyToken;

use super::*;

impl World {
    async fn make_key(&self, token: &str, body: Value) -> Answer {
        self.send(call("POST", "/api-keys").bearer(token).json(body))
            .await
    }

    async fn make_named(&self, token: &str, idempotency_key: &str, body: Value) -> Answer {
        let request = call("POST", "/api-keys").bearer(token).json(body);
        self.send(request.header("idempotency-key", idempotency_key))
            .await
    }

    async fn own_keys(&self, token: &str) -> Vec<Value> {
        let answer = self.send(call("GET", "/api-keys").bearer(token)).await;
        answer.expect(200).body["items"].as_array().unwrap().clone()
    }

    async fn revoke_key(&self, token: &str, id: &str) -> Answer {
        self.send(call("DELETE", &format!("/api-keys/{id}")).bearer(token))
            .await
    }

    /// Makes somebody an administrator who is signed in as one.
    async fn promoted(&self, username: &str) -> Answer {
        self.somebody(username).await;
        self.people.promote(username);
        self.sign_in(username, PASSWORD).await
    }
}

fn camera() -> Value {
    json!({ "name": "Camera at the gate", "scopes": ["analyze"] })
}

const DOOR: &str = "01890a5f-0000-7000-8000-000000000002";

#[tokio::test]
async fn a_key_is_shown_once_and_stored_hashed() {
    let world = World::new();
    let ada = world.somebody("ada").await;
    let token = ada.text("accessToken");
    let wish = json!({
        "name": "  Camera at the gate ", "scopes": ["people:read", "analyze"], "expiresInDays": 30,
    });
    let made = world.make_key(token, wish).await;
    made.expect(201);
    assert_eq!(made.headers["cache-control"], "no-store");
    let key = ApiKeyToken::parse(made.text("key")).unwrap();
    let row = &world.api_keys.all()[0];
    assert_eq!((key.user, key.id, key.hash()), (row.user, row.id, row.hash));
    assert_eq!(key.user, world.people.all()[0].id);
    assert_eq!(made.text("id"), row.id.to_string());
    assert_eq!(made.body["name"], "Camera at the gate");
    assert_eq!(made.body["scopes"], json!(["analyze", "people:read"]));
    assert_eq!(made.body["doorId"], Value::Null);
    assert_eq!(made.body["createdAt"], "2026-11-20T11:00:00Z");
    assert_eq!(made.body["expiresAt"], "2026-12-20T11:00:00Z");

    let listed = world.own_keys(token).await;
    let mut expected = made.body.clone();
    expected.as_object_mut().unwrap().remove("key");
    expected["lastUsedAt"] = Value::Null;
    assert_eq!(listed, [expected]);
}

#[tokio::test]
async fn keys_are_listed_newest_first_without_those_that_are_over() {
    let world = World::new();
    let ada = world.somebody("ada").await;
    let token = ada.text("accessToken");
    for (name, days) in [("first", json!(1)), ("second", Value::Null), ("third", json!(2))] {
        let wish = json!({ "name": name, "scopes": ["identify"], "expiresInDays": days });
        world.make_key(token, wish).await.expect(201);
        world.wait(SignedDuration::from_mins(1));
    }
    let names = |keys: Vec<Value>| keys.iter().map(|it| it["name"].clone()).collect::<Vec<_>>();
    assert_eq!(names(world.own_keys(token).await), ["third", "second", "first"]);
    world.wait(SignedDuration::from_hours(24));
    let ada = world.sign_in("ada", PASSWORD).await;
    let left = world.own_keys(ada.text("accessToken")).await;
    assert_eq!(names(left), ["third", "second"]);
}

#[tokio::test]
async fn what_is_asked_for_must_make_sense() {
    let world = World::new();
    let admin = world.promoted("ada").await;
    let token = admin.text("accessToken");
    for (field, wish) in [
        ("name", json!({ "name": "", "scopes": ["analyze"] })),
        ("name", json!({ "name": "  ", "scopes": ["analyze"] })),
        ("name", json!({ "name": "ä".repeat(61), "scopes": ["analyze"] })),
        ("name", json!({ "name": "a\u{0}b", "scopes": ["analyze"] })),
        ("name", json!({ "name": "a\nb", "scopes": ["analyze"] })),
        ("scopes", json!({ "name": "x", "scopes": [] })),
        ("scopes", json!({ "name": "x", "scopes": ["analyze", "analyze"] })),
        ("scopes[0]", json!({ "name": "x", "scopes": ["admin"] })),
        (
            "doorId",
            json!({ "name": "x", "scopes": ["door"], "doorId": "1" }),
        ),
        (
            "scopes",
            json!({ "name": "x", "scopes": ["analyze"], "doorId": DOOR }),
        ),
        (
            "scopes",
            json!({ "name": "x", "scopes": ["door", "analyze"], "doorId": DOOR }),
        ),
        (
            "expiresInDays",
            json!({ "name": "x", "scopes": ["analyze"], "expiresInDays": 0 }),
        ),
        (
            "expiresInDays",
            json!({ "name": "x", "scopes": ["analyze"], "expiresInDays": 3651 }),
        ),
    ] {
        let answer = world.make_key(token, wish).await;
        answer.expect_problem(422, "invalid-request");
        assert_eq!(answer.body["errors"][0]["field"], field, "{answer:?}");
    }
    assert_eq!(world.api_keys.all(), []);
    let longest = json!({ "name": "ä".repeat(60), "scopes": ["analyze"], "expiresInDays": 3650 });
    world.make_key(token, longest).await.expect(201);
}

#[tokio::test]
async fn only_an_administrator_makes_the_key_of_a_door() {
    let world = World::new();
    let (ada, bob) = (world.promoted("ada").await, world.somebody("bob").await);
    let door = || json!({ "name": "Gate", "scopes": ["door"], "doorId": DOOR });
    world
        .make_key(bob.text("accessToken"), door())
        .await
        .expect_problem(403, "forbidden");
    let made = world.make_key(ada.text("accessToken"), door()).await;
    assert_eq!(made.expect(201).body["doorId"], DOOR);
}

#[tokio::test]
async fn an_account_has_twenty_keys_at_most_however_fast_they_are_asked_for() {
    let world = World::new();
    let (ada, bob) = (world.somebody("ada").await, world.somebody("bob").await);
    let token = ada.text("accessToken");
    let all = (0..25).map(|_| world.make_key(token, camera()));
    let answers = futures::future::join_all(all).await;
    let n_made = answers.iter().filter(|it| it.status == 201).count();
    assert_eq!(n_made, 20);
    for answer in answers.iter().filter(|it| it.status != 201) {
        answer.expect_problem(409, "too-many-api-keys");
        assert_eq!(answer.body["limit"], 20);
    }
    assert_eq!(world.own_keys(token).await.len(), 20);
    // Each account has its own, and a place that is given up is free.
    let others = bob.text("accessToken");
    world.make_key(others, camera()).await.expect(201);
    world.revoke_key(token, answers[0].text("id")).await.expect(204);
    world.make_key(token, camera()).await.expect(201);
}

#[tokio::test]
async fn a_request_that_is_repeated_has_a_new_key_and_the_old_one_is_void() {
    let world = World::new();
    let (ada, bob) = (world.somebody("ada").await, world.somebody("bob").await);
    let token = ada.text("accessToken");
    let first = world.make_named(token, "k", camera()).await;
    world.wait(SignedDuration::from_mins(1));
    let second = world.make_named(token, "k", camera()).await;
    assert_eq!(first.expect(201).text("id"), second.expect(201).text("id"));
    assert_eq!(first.text("createdAt"), second.text("createdAt"));
    assert_ne!(first.text("key"), second.text("key"));
    let row = &world.api_keys.all()[0];
    let hash = |it: &Answer| ApiKeyToken::parse(it.text("key")).unwrap().hash();
    assert_eq!(hash(&second), row.hash);

    for wish in [
        json!({ "name": "Other", "scopes": ["analyze"] }),
        json!({ "name": "Camera at the gate", "scopes": ["identify"] }),
        json!({ "name": "Camera at the gate", "scopes": ["analyze"], "expiresInDays": 1 }),
    ] {
        let answer = world.make_named(token, "k", wish).await;
        answer.expect_problem(422, "idempotency-key-reused");
    }
    // The same from somebody else is another request; so is it after the key was revoked.
    let others = world.make_named(bob.text("accessToken"), "k", camera()).await;
    assert_ne!(others.expect(201).text("id"), first.text("id"));
    world.revoke_key(token, first.text("id")).await.expect(204);
    let again = world.make_named(token, "k", camera()).await;
    assert_ne!(again.expect(201).text("id"), first.text("id"));

    // At the same time: one key, whose secret is in one of the answers.
    let all = (0..5).map(|_| world.make_named(token, "together", camera()));
    let answers = futures::future::join_all(all).await;
    let row = world.api_keys.all().pop().unwrap();
    assert!(
        answers
            .iter()
            .all(|it| it.expect(201).text("id") == row.id.to_string())
    );
    assert_eq!(answers.iter().filter(|it| hash(it) == row.hash).count(), 1);
}

#[tokio::test]
async fn ones_own_key_is_revoked_and_no_other() {
    let world = World::new();
    let (ada, bob) = (world.somebody("ada").await, world.somebody("bob").await);
    let token = ada.text("accessToken");
    let own = world.make_key(token, camera()).await;
    let foreign = world.make_key(bob.text("accessToken"), camera()).await;
    for id in [
        foreign.text("id"),
        "x",
        "owner",
        "00000000-0000-0000-0000-000000000000",
    ] {
        world
            .revoke_key(token, id)
            .await
            .expect_problem(404, "api-key-not-found");
    }
    world.revoke_key(token, own.text("id")).await.expect(204);
    world
        .revoke_key(token, own.text("id"))
        .await
        .expect_problem(404, "api-key-not-found");
    assert_eq!(world.own_keys(bob.text("accessToken")).await.len(), 1);
}

#[tokio::test]
async fn a_session_that_is_over_makes_no_key_while_its_access_token_is_good() {
    let world = World::new();
    let ada = world.somebody("ada").await;
    let token = ada.text("accessToken");
    let made = world.make_key(token, camera()).await;
    world
        .send(call("POST", "/auth/sign-out").bearer(token))
        .await
        .expect(204);
    world
        .make_key(token, camera())
        .await
        .expect_problem(401, "unauthenticated");
    world
        .send(call("GET", "/api-keys").bearer(token))
        .await
        .expect_problem(401, "unauthenticated");
    world
        .revoke_key(token, made.text("id"))
        .await
        .expect_problem(401, "unauthenticated");
    assert_eq!(world.api_keys.all().len(), 1);
}

#[tokio::test]
async fn an_api_key_does_not_manage_api_keys() {
    let world = World::new();
    let ada = world.somebody("ada").await;
    let made = world.make_key(ada.text("accessToken"), camera()).await;
    for (method, path) in [
        ("GET", "/api-keys".to_owned()),
        ("POST", "/api-keys".to_owned()),
        ("DELETE", format!("/api-keys/{}", made.text("id"))),
        ("GET", "/auth/me".to_owned()),
    ] {
        let request = call(method, &path).header("x-api-key", made.text("key"));
        let answer = world.send(request).await;
        answer.expect_problem(401, "unauthenticated");
        assert!(answer.text("detail").contains("signed in"), "{answer:?}");
    }
}
