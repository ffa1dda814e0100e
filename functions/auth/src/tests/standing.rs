//! What a disabled account and a new role mean for whoever has the account.

use super::{
    users::{Boss, CHOSEN, administrator, id_of},
    *,
};

#[tokio::test]
async fn a_disabled_account_is_told_so_by_the_right_password_alone() {
    let world = World::new();
    let session = administrator(&world).await;
    let boss = Boss::new(&world, &session);
    let ada = world.somebody("ada").await;
    let answer = boss.change(id_of(&ada), json!({ "disabled": true })).await;
    assert_eq!(answer.expect(200).body["disabled"], true);

    let wrong = world.sign_in("ada", "not the password").await;
    let unknown = world.sign_in("nobody", "not the password").await;
    assert_eq!(wrong.expect(401).body, unknown.expect(401).body);
    world
        .sign_in("ada", PASSWORD)
        .await
        .expect_problem(403, "account-disabled");
    world
        .refresh(ada.text("refreshToken"))
        .await
        .expect_problem(401, "session-ended");
    let token = ada.text("accessToken");
    world
        .send(call("GET", "/auth/me").bearer(token))
        .await
        .expect_problem(401, "unauthenticated");
    let body = json!({ "currentPassword": PASSWORD, "newPassword": CHOSEN });
    world
        .send(call("PUT", "/auth/password").json(body).bearer(token))
        .await
        .expect_problem(401, "unauthenticated");

    // Enabled again it works with the same password; what was open before stays closed.
    boss.change(id_of(&ada), json!({ "disabled": false }))
        .await
        .expect(200);
    world
        .refresh(ada.text("refreshToken"))
        .await
        .expect_problem(401, "session-ended");
    world.sign_in("ada", PASSWORD).await.expect(200);
}

#[tokio::test]
async fn guesses_at_a_disabled_account_end_in_the_same_lockout() {
    let world = World::new();
    let session = administrator(&world).await;
    let boss = Boss::new(&world, &session);
    let ada = world.somebody("ada").await;
    boss.change(id_of(&ada), json!({ "disabled": true }))
        .await
        .expect(200);
    for _ in 0..5 {
        world.sign_in("ada", "not the password").await.expect(401);
    }
    world
        .sign_in("ada", PASSWORD)
        .await
        .expect_problem(429, "rate-limited");
}

#[tokio::test]
async fn no_link_gets_into_a_disabled_account() {
    let world = World::new();
    let session = administrator(&world).await;
    let boss = Boss::new(&world, &session);
    let ada = world.somebody("ada").await;
    let forgot = async || {
        let body = json!({ "email": "ada@example.org" });
        world.send(call("POST", "/auth/password/forgot").json(body)).await
    };
    forgot().await.expect(202);
    let text = world.mail.sent.lock().unwrap()[0].text.clone();
    let token = text
        .split_once("#token=")
        .unwrap()
        .1
        .lines()
        .next()
        .unwrap()
        .to_owned();

    boss.change(id_of(&ada), json!({ "disabled": true }))
        .await
        .expect(200);
    forgot().await.expect(202);
    assert_eq!(
        world.mail.sent.lock().unwrap().len(),
        1,
        "no mail to a disabled account"
    );
    let reset = async || {
        let body = json!({ "token": token, "newPassword": CHOSEN });
        world.send(call("POST", "/auth/password/reset").json(body)).await
    };
    reset().await.expect_problem(410, "reset-link-invalid");
    boss.change(id_of(&ada), json!({ "disabled": false }))
        .await
        .expect(200);
    reset().await.expect_problem(410, "reset-link-invalid");
    world.sign_in("ada", PASSWORD).await.expect(200);
}

#[tokio::test]
async fn a_new_role_ends_the_sessions_and_comes_with_the_next() {
    let world = World::new();
    let session = administrator(&world).await;
    let boss = Boss::new(&world, &session);
    let ada = world.somebody("ada").await;
    let answer = boss.change(id_of(&ada), json!({ "role": "admin" })).await;
    assert_eq!(answer.expect(200).body["role"], "admin");
    world
        .refresh(ada.text("refreshToken"))
        .await
        .expect_problem(401, "session-ended");
    let again = world.sign_in("ada", PASSWORD).await;
    assert_eq!(again.expect(200).body["user"]["role"], "admin");
    Boss::new(&world, &again).list("").await.expect(200);
    // What is as wished already ends nothing.
    boss.change(id_of(&ada), json!({ "role": "admin", "disabled": false }))
        .await
        .expect(200);
    world.refresh(again.text("refreshToken")).await.expect(200);
}

#[tokio::test]
async fn who_was_demoted_or_disabled_does_not_undo_it_with_the_token_he_has() {
    let world = World::new();
    let session = administrator(&world).await;
    let boss = Boss::new(&world, &session);
    for (username, wish, status, slug) in [
        ("ada", json!({ "role": "user" }), 403, "forbidden"),
        ("bob", json!({ "disabled": true }), 401, "unauthenticated"),
    ] {
        let (id, session) = boss.somebody(username, "admin").await;
        let other = Boss::new(&world, &session);
        other.list("").await.expect(200);
        boss.change(&id, wish).await.expect(200);
        other.list("").await.expect_problem(status, slug);
        let undo = json!({ "role": "admin", "disabled": false });
        other.change(&id, undo).await.expect_problem(status, slug);
        other.create("puppet", "admin").await.expect_problem(status, slug);
        other.delete(id_of(&session)).await.expect_problem(status, slug);
    }
    assert_eq!(world.people.all().len(), 3);
}
