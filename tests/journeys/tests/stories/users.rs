//! Accounts as administrators manage them.

use journeys::{Answer, Person, Suite, jpeg_of_nothing};
use reqwest::Method;
use serde_json::{Value, json};

/// The password that [`Person::sign_up`] gives, and everybody here has.
const PASSWORD: &str = "a long sentence nobody uses";

async fn session(person: &Person<'_>, username: &str, password: &str) -> Answer {
    let body = json!({ "username": username, "password": password, "delivery": "body" });
    person.post("/api/auth/sign-in", &body).await
}

async fn patch(person: &Person<'_>, id: &str, body: &Value) -> Answer {
    let path = format!("/api/users/{id}");
    let body = body.to_string().into_bytes();
    person.raw(Method::PATCH, &path, "application/json", body).await
}

/// Whoever has a one-time password, after changing it to [`PASSWORD`] and signing in again.
async fn with_own_password<'a>(suite: &'a Suite, username: &str, one_time: &str) -> Person<'a> {
    let mut person = suite.anonymous();
    let restricted = session(&person, username, one_time).await.expect(200);
    assert_eq!(restricted["passwordChangeRequired"], true);
    person.hold(restricted["accessToken"].as_str().map(str::to_owned));
    person
        .get("/api/analyses")
        .await
        .expect_problem(403, "password-change-required");
    let change = json!({ "currentPassword": one_time, "newPassword": PASSWORD });
    assert_eq!(person.put_json("/api/auth/password", &change).await.status, 204);
    person.sign_in(username).await;
    person
}

async fn first_admin(suite: &Suite) -> Person<'_> {
    let admin = suite.first_admin().expect("a first start").clone();
    with_own_password(suite, &admin.username, &admin.one_time_password).await
}

/// Has `admin` create an account, and returns whoever it is for.
async fn created<'a>(suite: &'a Suite, admin: &Person<'_>, username: &str, role: &str) -> Person<'a> {
    let email = format!("{username}@example.org");
    let body = json!({ "username": username, "email": email, "role": role });
    let made = admin.post("/api/users", &body).await.expect(201);
    with_own_password(
        suite,
        username,
        made["oneTimePassword"].as_str().expect("a password"),
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn where_sign_up_is_closed_an_administrator_lets_people_in() {
    let suite = Suite::start_with(&[("SelfSignUp", "closed")]).await;
    suite
        .anonymous()
        .sign_up("ada")
        .await
        .expect_problem(403, "sign-up-closed");
    let admin = first_admin(&suite).await;
    let ada = created(&suite, &admin, "ada", "user").await;
    ada.get("/api/analyses").await.expect(200);
    ada.get("/api/users").await.expect_problem(403, "forbidden");

    let listed = async || {
        let page = admin.get("/api/users?prefix=A&limit=1").await.expect(200);
        (page["items"][0]["username"] == "ada").then_some(page)
    };
    let page = suite.eventually("ada in the list", listed).await;
    let cursor = page["nextCursor"].as_str().expect("another page");
    let next = admin
        .get(&format!("/api/users?prefix=A&limit=1&cursor={cursor}"))
        .await
        .expect(200);
    assert_eq!(next["items"][0]["username"], "admin");
    assert_eq!(next["nextCursor"], Value::Null);
    admin
        .get(&format!("/api/users?limit=1&cursor={cursor}"))
        .await
        .expect_problem(400, "invalid-cursor");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_account_is_out_until_it_is_enabled() {
    let suite = Suite::start().await;
    let admin = first_admin(&suite).await;
    let ada = suite.person("ada").await;
    let open = session(&ada, "ada", PASSWORD).await.expect(200);
    let disabled = patch(&admin, &ada.user_id, &json!({ "disabled": true })).await;
    assert_eq!(disabled.expect(200)["disabled"], true);

    let refresh = json!({ "refreshToken": open["refreshToken"] });
    ada.post("/api/auth/refresh", &refresh)
        .await
        .expect_problem(401, "session-ended");
    ada.get("/api/auth/me")
        .await
        .expect_problem(401, "unauthenticated");
    session(&ada, "ada", "not the password")
        .await
        .expect_problem(401, "invalid-credentials");
    session(&ada, "ada", PASSWORD)
        .await
        .expect_problem(403, "account-disabled");

    patch(&admin, &ada.user_id, &json!({ "disabled": false }))
        .await
        .expect(200);
    session(&ada, "ada", PASSWORD).await.expect(200);
    ada.post("/api/auth/refresh", &refresh)
        .await
        .expect_problem(401, "session-ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_administrator_stays_until_there_is_another() {
    let suite = Suite::start().await;
    let admin = first_admin(&suite).await;
    let own = admin.user_id.clone();
    for wish in [json!({ "role": "user" }), json!({ "disabled": true })] {
        patch(&admin, &own, &wish)
            .await
            .expect_problem(409, "last-administrator");
    }
    admin
        .delete(&format!("/api/users/{own}"))
        .await
        .expect_problem(409, "last-administrator");

    let mut ada = suite.person("ada").await;
    patch(&admin, &ada.user_id, &json!({ "role": "admin" }))
        .await
        .expect(200);
    // The new role comes with the next sign-in.
    ada.get("/api/users").await.expect_problem(403, "forbidden");
    ada.sign_in("ada").await;
    ada.get("/api/users").await.expect(200);
    patch(&admin, &own, &json!({ "role": "user" })).await.expect(200);
    // The old one ends before its token does.
    admin.get("/api/users").await.expect_problem(403, "forbidden");
    patch(&ada, &ada.user_id, &json!({ "disabled": true }))
        .await
        .expect_problem(409, "last-administrator");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_administrators_who_turn_on_each_other_exactly_one_stays() {
    let suite = Suite::start().await;
    let mut admin = first_admin(&suite).await;
    let mut ada = created(&suite, &admin, "ada", "admin").await;
    for wish in [
        json!({ "role": "user" }),
        json!({ "disabled": true }),
        json!({ "role": "user", "disabled": true }),
        json!({ "role": "user" }),
    ] {
        let (one, other) = tokio::join!(
            patch(&admin, &ada.user_id, &wish),
            patch(&ada, &admin.user_id, &wish)
        );
        let n_done = [&one, &other].iter().filter(|it| it.status == 200).count();
        assert_eq!(n_done, 1, "{one:?} {other:?}");
        let restored = json!({ "role": "admin", "disabled": false });
        if one.status == 200 {
            patch(&admin, &ada.user_id, &restored).await.expect(200);
        } else {
            patch(&ada, &admin.user_id, &restored).await.expect(200);
        }
        // Whoever was turned on has to sign in again.
        admin.sign_in("admin").await;
        ada.sign_in("ada").await;
        admin.get("/api/users").await.expect(200);
        ada.get("/api/users").await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_account_leaves_nothing_and_takes_nothing_of_anybody_else() {
    let suite = Suite::start().await;
    let admin = first_admin(&suite).await;
    let (ada, bob) = (suite.person("ada").await, suite.person("bob").await);
    let photo = jpeg_of_nothing(320, 240);
    for person in [&ada, &bob] {
        person.analyze(&photo, "image/jpeg").await.expect(201);
        // One that waits to be analyzed.
        person.upload(&photo, "image/jpeg").await;
    }
    let objects_of = async |user_id: &str| {
        let all = suite.objects().await;
        all.into_iter().filter(|it| it.contains(user_id)).count()
    };
    let (n_objects, n_rows) = (objects_of(&bob.user_id).await, suite.rows_of(&bob.user_id).await);
    assert!(5 <= n_objects && 4 <= n_rows, "{n_objects} {n_rows}");

    // Killed twice before it gets anywhere.
    suite.fail_next("EraseAccountFunction", 2).await;
    let path = format!("/api/users/{}", ada.user_id);
    assert_eq!(admin.delete(&path).await.status, 204);
    admin.delete(&path).await.expect_problem(404, "user-not-found");
    let gone = async || {
        let left = (objects_of(&ada.user_id).await, suite.rows_of(&ada.user_id).await);
        (left == (0, 0)).then_some(())
    };
    suite.eventually("everything of ada's is gone", gone).await;

    session(&ada, "ada", PASSWORD)
        .await
        .expect_problem(401, "invalid-credentials");
    ada.get("/api/auth/me")
        .await
        .expect_problem(401, "unauthenticated");

    // Her token lives for some minutes more. What she makes with it goes when what is left of the account does.
    ada.analyze(&photo, "image/jpeg").await.expect(201);
    assert!(0 < objects_of(&ada.user_id).await);
    suite.expire_remnant(&ada.user_id).await;
    suite.eventually("what came after is gone, too", gone).await;

    assert_eq!(objects_of(&bob.user_id).await, n_objects);
    assert_eq!(suite.rows_of(&bob.user_id).await, n_rows);
    let page = bob.get("/api/analyses").await.expect(200);
    assert_eq!(page["items"].as_array().map(Vec::len), Some(1));
    let dead = suite.stack("/_stack/dead-letters.json").await;
    assert_eq!(suite.messages(&dead).len(), 0, "{dead}");

    // Her names are free, and whoever takes them has nothing of hers.
    let again = suite.person("ada").await;
    assert_ne!(again.user_id, ada.user_id);
    let page = again.get("/api/analyses").await.expect(200);
    assert_eq!(page["items"].as_array().map(Vec::len), Some(0));
}
