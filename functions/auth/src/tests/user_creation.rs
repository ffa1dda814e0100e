//! Creating accounts for somebody else.

use super::{
    users::{Boss, CHOSEN, administrator, own_password},
    *,
};

#[tokio::test]
async fn a_created_account_has_a_one_time_password_that_opens_nothing_but_its_change() {
    let world = World::with_sign_up(false);
    let session = administrator(&world).await;
    let boss = Boss::new(&world, &session);
    let made = boss.create("Ada", "user").await;
    let user = &made.expect(201).body["user"];
    assert_eq!(
        (
            &user["username"],
            &user["role"],
            &user["disabled"],
            &user["passwordChangeRequired"]
        ),
        (&json!("Ada"), &json!("user"), &json!(false), &json!(true))
    );
    assert_eq!(made.headers["cache-control"], "no-store");
    own_password(&world, "ada", made.text("oneTimePassword")).await;
    world.sign_up("eve").await.expect_problem(403, "sign-up-closed");
}

#[tokio::test]
async fn a_password_the_administrator_chose_must_be_changed_too() {
    let world = World::new();
    let session = administrator(&world).await;
    let boss = Boss::new(&world, &session);
    let body = |password: &str| json!({ "username": "ada", "email": "ada@example.org", "role": "user", "password": password });
    boss.send(call("POST", "/users").json(body("tiny")))
        .await
        .expect_problem(422, "password-too-weak");
    let made = boss.send(call("POST", "/users").json(body(CHOSEN))).await;
    assert_eq!(made.expect(201).body["oneTimePassword"], Value::Null);
    assert!(!made.body.to_string().contains(CHOSEN));
    own_password(&world, "ada", CHOSEN).await;
}

#[tokio::test]
async fn names_are_taken_also_for_administrators() {
    let world = World::new();
    world.sign_up("ada").await.expect(201);
    let session = administrator(&world).await;
    let boss = Boss::new(&world, &session);
    boss.create("ADA", "user")
        .await
        .expect_problem(409, "username-taken");
    let body = json!({ "username": "bob", "email": "ADA@example.org", "role": "user" });
    boss.send(call("POST", "/users").json(body))
        .await
        .expect_problem(409, "email-taken");
    let body = json!({ "username": "a b", "email": "nowhere", "role": "user" });
    let answer = boss.send(call("POST", "/users").json(body)).await;
    let errors = answer.expect_problem(422, "invalid-request").body["errors"].clone();
    assert_eq!(errors.as_array().unwrap().len(), 2);
    let body = json!({ "username": "bob", "email": "bob@example.org", "role": "root" });
    boss.send(call("POST", "/users").json(body))
        .await
        .expect_problem(422, "invalid-request");
    assert_eq!(world.people.all().len(), 2);
}

#[tokio::test]
async fn a_repeated_creation_makes_one_account_and_voids_the_old_one_time_password() {
    let world = World::new();
    let session = administrator(&world).await;
    let boss = Boss::new(&world, &session);
    let send = async |key: &str, role: &str, password: Option<&str>| {
        let mut body = json!({ "username": "ada", "email": "ada@example.org", "role": role });
        if let Some(password) = password {
            body["password"] = password.into();
        }
        let call = call("POST", "/users").json(body).header("idempotency-key", key);
        boss.send(call).await
    };
    let first = send("k1", "user", None).await;
    let second = send("k1", "user", None).await;
    assert_eq!(first.expect(201).body["user"], second.expect(201).body["user"]);
    let (old, new) = (first.text("oneTimePassword"), second.text("oneTimePassword"));
    assert_ne!(old, new);
    world
        .sign_in("ada", old)
        .await
        .expect_problem(401, "invalid-credentials");
    send("k1", "admin", None)
        .await
        .expect_problem(422, "idempotency-key-reused");
    send("k1", "user", Some(CHOSEN))
        .await
        .expect_problem(422, "idempotency-key-reused");
    send("k2", "user", None)
        .await
        .expect_problem(409, "username-taken");
    own_password(&world, "ada", new).await;
    // Its owner has a password of his own now, which nobody takes away from him.
    let third = send("k1", "user", None).await;
    assert_eq!(third.expect(201).body["oneTimePassword"], Value::Null);
    world.sign_in("ada", PASSWORD).await.expect(200);
    assert_eq!(world.people.all().len(), 2);
}

#[tokio::test]
async fn a_repeated_creation_with_a_password_is_the_same_request_only_with_that_password() {
    let world = World::new();
    let session = administrator(&world).await;
    let boss = Boss::new(&world, &session);
    let send = async |password: &str| {
        let body =
            json!({ "username": "ada", "email": "ada@example.org", "role": "user", "password": password });
        let call = call("POST", "/users").json(body).header("idempotency-key", "k");
        boss.send(call).await
    };
    let first = send(CHOSEN).await;
    assert_eq!(first.expect(201).body, send(CHOSEN).await.expect(201).body);
    send("another long sentence")
        .await
        .expect_problem(422, "idempotency-key-reused");
}
