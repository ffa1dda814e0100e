//! The first administrator and the one-time password.

use super::*;

async fn create(world: &World, username: &str) -> Value {
    let event = json!({ "visavisAction": "create-first-admin", "username": username, "email": format!("{username}@example.org") });
    world
        .function
        .invoke(event, Invocation::new("req"))
        .await
        .unwrap()
}

#[tokio::test]
async fn there_is_one_first_administrator() {
    let world = World::new();
    let made = create(&world, "admin").await;
    assert_eq!(
        (&made["created"], &made["username"]),
        (&json!(true), &json!("admin"))
    );
    assert_eq!(create(&world, "admin").await, json!({ "created": false }));
    assert_eq!(create(&world, "other").await, json!({ "created": false }));
    assert_eq!(world.people.all().len(), 1);
}

#[tokio::test]
async fn a_one_time_password_opens_nothing_but_its_change() {
    let world = World::new();
    let made = create(&world, "admin").await;
    let one_time = made["oneTimePassword"].as_str().unwrap();
    let session = world.sign_in("admin", one_time).await;
    assert_eq!(session.expect(200).body["passwordChangeRequired"], true);
    assert_eq!(session.body["user"]["role"], "admin");
    let token = session.text("accessToken");
    world
        .send(call("GET", "/auth/me").bearer(token))
        .await
        .expect(200);
    // A refreshed token is restricted as well.
    let again = world.refresh(session.text("refreshToken")).await;
    assert_eq!(again.expect(200).body["passwordChangeRequired"], true);

    let body = json!({ "currentPassword": one_time, "newPassword": PASSWORD });
    world
        .send(call("PUT", "/auth/password").json(body).bearer(token))
        .await
        .expect(204);
    let free = world.refresh(again.text("refreshToken")).await;
    assert_eq!(free.expect(200).body["passwordChangeRequired"], false);
    assert_eq!(free.body["user"]["role"], "admin");
    world
        .sign_in("admin", one_time)
        .await
        .expect_problem(401, "invalid-credentials");
}

#[tokio::test]
async fn the_action_names_what_is_wrong_and_does_not_need_open_sign_up() {
    let world = World::with_sign_up(false);
    for event in [
        json!({ "visavisAction": "create-first-admin" }),
        json!({ "visavisAction": "create-first-admin", "username": "a b", "email": "admin@example.org" }),
        json!({ "visavisAction": "create-first-admin", "username": "admin", "email": "nowhere" }),
    ] {
        let error = world
            .function
            .invoke(event, Invocation::new("req"))
            .await
            .unwrap_err();
        assert!(error.to_string().contains("invalid-request"), "{error}");
    }
    assert_eq!(create(&world, "admin").await["created"], true);
}

#[tokio::test]
async fn an_ordinary_account_keeps_its_name() {
    let world = World::new();
    world.sign_up("admin").await.expect(201);
    let event =
        json!({ "visavisAction": "create-first-admin", "username": "admin", "email": "boss@example.org" });
    let error = world
        .function
        .invoke(event, Invocation::new("req"))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("username-taken"), "{error}");
}
