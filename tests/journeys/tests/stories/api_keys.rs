//! API keys, as programs use them.

use journeys::{Answer, Person, Suite, jpeg_of_nothing};
use reqwest::{
    Method,
    header::{HeaderMap, HeaderValue},
};
use serde_json::{Value, json};

/// Makes a key and returns its identifier and its text.
async fn make(owner: &Person<'_>, scopes: &[&str]) -> (String, String) {
    let wish = json!({ "name": "Camera at the gate", "scopes": scopes });
    let made = owner.post("/api/api-keys", &wish).await.expect(201);
    let text = |name: &str| made[name].as_str().expect("a text").to_owned();
    (text("id"), text("key"))
}

/// Somebody who has nothing but a key.
fn holder<'suite>(suite: &'suite Suite, key: &str) -> Person<'suite> {
    let mut program = suite.anonymous();
    program.hold_api_key(key);
    program
}

/// The first administrator, with a password of his own.
async fn administrator(suite: &Suite) -> Person<'_> {
    let given = suite.first_admin().expect("a first start").clone();
    let mut admin = suite.anonymous();
    let sign_in = async |admin: &mut Person<'_>, password: &str| {
        let body = json!({ "username": given.username, "password": password, "delivery": "body" });
        let session = admin.post("/api/auth/sign-in", &body).await.expect(200);
        admin.hold(session["accessToken"].as_str().map(str::to_owned));
    };
    sign_in(&mut admin, &given.one_time_password).await;
    let own = "another long sentence";
    let body = json!({ "currentPassword": given.one_time_password, "newPassword": own });
    admin.put_json("/api/auth/password", &body).await.expect(204);
    sign_in(&mut admin, own).await;
    admin
}

/// Disables an account, or lets it in again.
async fn disable(admin: &Person<'_>, account: &str, disabled: bool) {
    let body = json!({ "disabled": disabled }).to_string().into_bytes();
    let patch = admin.raw(Method::PATCH, account, "application/json", body);
    patch.await.expect(200);
}

fn headers(pairs: &[(&'static str, &[u8])]) -> HeaderMap {
    let value = |it: &[u8]| HeaderValue::from_bytes(it).expect("a value of a header");
    pairs
        .iter()
        .map(|(name, it)| (name.parse().expect("a name"), value(it)))
        .collect()
}

fn ids(page: &Value) -> Vec<&str> {
    let items = page["items"].as_array().expect("items").iter();
    items
        .map(|it| it["analysisId"].as_str().expect("an id"))
        .collect()
}

fn refused(answer: Answer) {
    answer.expect_problem(401, "invalid-api-key");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_has_photos_analyzed_with_a_key_alone_and_they_belong_to_its_owner() {
    let suite = Suite::start().await;
    let (ada, bob) = (suite.person("ada").await, suite.person("bob").await);
    let (id, key) = make(&ada, &["analyze"]).await;
    let (_, bobs) = make(&bob, &["analyze"]).await;
    let (camera, other) = (holder(&suite, &key), holder(&suite, &bobs));

    let analysis = camera
        .analyze(&jpeg_of_nothing(300, 300), "image/jpeg")
        .await
        .expect(201);
    let analysis_id = analysis["analysisId"].as_str().expect("an id");
    let path = format!("/api/analyses/{analysis_id}");
    assert_eq!(camera.get(&path).await.expect(200)["analysisId"], analysis_id);
    assert_eq!(
        camera
            .fetch(&format!("{path}/image?variant=original"))
            .await
            .status,
        200
    );
    assert_eq!(ids(&camera.get("/api/analyses").await.expect(200)), [analysis_id]);
    // It is its owner's, and nobody else's.
    assert_eq!(ids(&ada.get("/api/analyses").await.expect(200)), [analysis_id]);
    assert_eq!(
        ids(&other.get("/api/analyses").await.expect(200)),
        [] as [&str; 0]
    );
    other.get(&path).await.expect_problem(404, "analysis-not-found");
    other
        .delete(&path)
        .await
        .expect_problem(404, "analysis-not-found");

    let keys = ada.get("/api/api-keys").await.expect(200);
    let listed = keys["items"].as_array().expect("items");
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["id"], id);
    assert!(listed[0]["lastUsedAt"].is_string(), "{keys}");
    assert!(!keys.to_string().contains(&key), "{keys}");

    camera.delete(&path).await.expect(204);
    ada.get(&path).await.expect_problem(404, "analysis-not-found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_can_do_what_its_scopes_say_and_no_more() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;
    let (id, key) = make(&ada, &["liveness", "people:read"]).await;
    let program = holder(&suite, &key);
    let problem = program
        .get("/api/analyses")
        .await
        .expect_problem(403, "insufficient-scope");
    assert_eq!(problem["scopes"], json!(["analyze"]));
    program
        .promise(&jpeg_of_nothing(9, 9), "image/jpeg")
        .await
        .expect_problem(403, "insufficient-scope");

    // A key is nobody who is signed in.
    for path in [
        "/api/auth/me",
        "/api/auth/sessions",
        "/api/users",
        "/api/api-keys",
        "/api/audit",
    ] {
        program.get(path).await.expect_problem(401, "unauthenticated");
    }
    let wish = json!({ "name": "Another", "scopes": ["analyze"] });
    program
        .post("/api/api-keys", &wish)
        .await
        .expect_problem(401, "unauthenticated");
    program
        .delete(&format!("/api/api-keys/{id}"))
        .await
        .expect_problem(401, "unauthenticated");
    program.get("/api/health").await.expect(200);
    let door =
        json!({ "name": "Gate", "scopes": ["door"], "doorId": "01890a5f-0000-7000-8000-000000000002" });
    ada.post("/api/api-keys", &door)
        .await
        .expect_problem(403, "forbidden");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_revoked_or_replaced_is_dead_at_once() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;
    let (id, key) = make(&ada, &["analyze"]).await;
    let program = holder(&suite, &key);
    program.get("/api/analyses").await.expect(200);
    ada.delete(&format!("/api/api-keys/{id}")).await.expect(204);
    refused(program.get("/api/analyses").await);
    ada.delete(&format!("/api/api-keys/{id}"))
        .await
        .expect_problem(404, "api-key-not-found");

    let wish = json!({ "name": "Twice", "scopes": ["analyze"] });
    let named = headers(&[("idempotency-key", b"once")]);
    let first = ada
        .post_with("/api/api-keys", &wish, named.clone())
        .await
        .expect(201);
    let second = ada.post_with("/api/api-keys", &wish, named).await.expect(201);
    assert_eq!(first["id"], second["id"]);
    let with = |it: &Value| holder(&suite, it["key"].as_str().expect("a key"));
    refused(with(&first).get("/api/analyses").await);
    with(&second).get("/api/analyses").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_has_twenty_keys_however_fast_they_are_asked_for() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;
    let wish = json!({ "name": "One of many", "scopes": ["analyze"] });
    let mut made = Vec::new();
    for _ in 0..6 {
        // As many at once as are likely to meet at the table.
        let (a, b, c, d) = tokio::join!(
            ada.post("/api/api-keys", &wish),
            ada.post("/api/api-keys", &wish),
            ada.post("/api/api-keys", &wish),
            ada.post("/api/api-keys", &wish),
        );
        made.extend([a, b, c, d]);
    }
    assert_eq!(made.iter().filter(|it| it.status == 201).count(), 20);
    for answer in made.into_iter().filter(|it| it.status != 201) {
        answer.expect_problem(409, "too-many-api-keys");
    }
    let keys = ada.get("/api/api-keys").await.expect(200);
    assert_eq!(keys["items"].as_array().expect("items").len(), 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_key_or_in_the_wrong_place_opens_nothing() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;
    let (_, key) = make(&ada, &["analyze"]).await;
    let nobody = suite.anonymous();
    let huge = format!("visavis_{}", "A".repeat(6000));
    let mut guess = key.clone();
    guess.replace_range(60..61, if &key[60..61] == "A" { "B" } else { "A" });
    for text in [
        "",
        "x",
        "visavis_",
        &key[..key.len() - 1],
        &format!("{key}A"),
        &guess,
        &huge,
    ] {
        let answer = nobody
            .get_with("/api/analyses", headers(&[("x-api-key", text.as_bytes())]))
            .await;
        assert_eq!(answer.status, 401, "{}", &text[..text.len().min(99)]);
        refused(answer);
    }
    for bytes in [&b"schl\xc3\xbcssel"[..], b"\xff\xfe"] {
        refused(
            nobody
                .get_with("/api/analyses", headers(&[("x-api-key", bytes)]))
                .await,
        );
    }
    let bearer = format!("Bearer {key}");
    for value in [&bearer, &key] {
        nobody
            .get_with("/api/analyses", headers(&[("authorization", value.as_bytes())]))
            .await
            .expect_problem(401, "unauthenticated");
    }
    // Both at once is nobody: two that differ must not be chosen from.
    ada.get_with("/api/analyses", headers(&[("x-api-key", key.as_bytes())]))
        .await
        .expect_problem(401, "unauthenticated");
    // Where nobody is asked, nobody is.
    nobody
        .get_with("/api/health", headers(&[("x-api-key", b"x")]))
        .await
        .expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keys_of_a_disabled_or_deleted_account_are_dead_at_once() {
    let suite = Suite::start().await;
    let admin = administrator(&suite).await;
    let ada = suite.person("ada").await;
    let (_, key) = make(&ada, &["analyze"]).await;
    let program = holder(&suite, &key);
    program.get("/api/analyses").await.expect(200);
    let user = format!("/api/users/{}", ada.user_id);
    disable(&admin, &user, true).await;
    refused(program.get("/api/analyses").await);
    // Nor is there a new one, though the access token is good for minutes.
    let wish = json!({ "name": "Another", "scopes": ["analyze"] });
    ada.post("/api/api-keys", &wish)
        .await
        .expect_problem(401, "unauthenticated");
    disable(&admin, &user, false).await;
    program.get("/api/analyses").await.expect(200);
    admin.delete(&user).await.expect(204);
    refused(program.get("/api/analyses").await);
}
