//! Everything that must be refused, and that a refusal leaves nothing behind.

use journeys::{Person, Suite, broken, sample};
use reqwest::Method;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_acceptable_photo_is_refused_by_name_and_leaves_nothing() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;
    for (what, bytes, content_type, status, slug) in broken() {
        let answer = ada.analyze(&bytes, content_type).await;
        assert_eq!(answer.status, status, "{what}: {answer:?}");
        answer.expect_problem(status, slug);
        assert_nothing_is_stored(&suite, &ada, what).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promise_that_no_upload_may_keep_is_refused_before_anything_is_sent() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;
    for (what, body, status, slug) in [
        (
            "16 MB",
            json!({ "contentType": "image/jpeg", "sizeBytes": 16 * 1024 * 1024 }),
            413,
            "upload-too-large",
        ),
        (
            "zero bytes",
            json!({ "contentType": "image/jpeg", "sizeBytes": 0 }),
            422,
            "invalid-request",
        ),
        (
            "a GIF",
            json!({ "contentType": "image/gif", "sizeBytes": 10 }),
            422,
            "invalid-request",
        ),
        (
            "no size",
            json!({ "contentType": "image/jpeg" }),
            422,
            "invalid-request",
        ),
        (
            "a hash that is none",
            json!({ "contentType": "image/jpeg", "sizeBytes": 10, "sha256": "abc" }),
            422,
            "invalid-request",
        ),
        (
            "a field nobody knows",
            json!({ "contentType": "image/jpeg", "sizeBytes": 10, "key": "../../x" }),
            422,
            "invalid-request",
        ),
    ] {
        let answer = ada.post("/api/uploads", &body).await;
        assert_eq!(answer.status, status, "{what}: {answer:?}");
        answer.expect_problem(status, slug);
    }
    assert_nothing_is_stored(&suite, &ada, "refused promises").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn storage_takes_exactly_what_was_promised() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;
    let photo = sample("sample1.jpg");
    let upload = ada.promise(&photo, "image/jpeg").await.expect(201);
    let mut longer = photo.clone();
    longer.push(0);
    let mut other = photo.clone();
    other[1000] ^= 1;

    assert!(ada.put(&upload, &longer).await.status >= 400, "another size");
    assert!(ada.put(&upload, &other).await.status >= 400, "another content");
    let mut tampered = upload.clone();
    tampered["url"] = json!(
        upload["url"]
            .as_str()
            .unwrap_or_default()
            .replacen("/u/", "/v/", 1)
    );
    assert!(ada.put(&tampered, &photo).await.status >= 400, "another key");
    let mut text = upload.clone();
    for (name, value) in text["headers"].as_object_mut().into_iter().flatten() {
        if name.eq_ignore_ascii_case("content-type") {
            *value = json!("text/html");
        }
    }
    assert!(ada.put(&text, &photo).await.status >= 400, "another type");
    let objects = suite.objects().await;
    assert!(objects.is_empty(), "{objects:?}");

    let body = json!({ "uploadId": upload["uploadId"] });
    ada.post("/api/analyses", &body)
        .await
        .expect_problem(409, "upload-incomplete");
    ada.put(&upload, &photo).await.expect(200);
    assert!(ada.put(&upload, &photo).await.status >= 400, "a second time");
    ada.post("/api/analyses", &body).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_things_do_not_exist() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;
    let eve = suite.person("eve").await;
    let upload_id = ada.upload(&sample("sample1.jpg"), "image/jpeg").await;

    let body = json!({ "uploadId": upload_id });
    eve.post("/api/analyses", &body)
        .await
        .expect_problem(404, "upload-not-found");
    let analysis = ada.post("/api/analyses", &body).await.expect(201);
    let id = analysis["analysisId"].as_str().expect("an id");
    for path in [
        format!("/api/analyses/{id}"),
        format!("/api/analyses/{id}/image?variant=original"),
    ] {
        eve.get(&path).await.expect_problem(404, "analysis-not-found");
    }
    eve.delete(&format!("/api/analyses/{id}"))
        .await
        .expect_problem(404, "analysis-not-found");
    assert_eq!(eve.get("/api/analyses").await.expect(200)["items"], json!([]));
    ada.get(&format!("/api/analyses/{id}")).await.expect(200);
    let invented = "0199a000-0000-7000-8000-000000000000";
    ada.get(&format!("/api/analyses/{invented}"))
        .await
        .expect_problem(404, "analysis-not-found");
    ada.post("/api/analyses", &json!({ "uploadId": invented }))
        .await
        .expect_problem(404, "upload-not-found");
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_are_wrong_in_form_get_a_problem_that_says_so() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;
    let json_type = "application/json";

    let broken_json = ada
        .raw(
            Method::POST,
            "/api/uploads",
            json_type,
            b"{\"contentType\":".to_vec(),
        )
        .await;
    broken_json.expect_problem(400, "invalid-json");
    let as_text = ada
        .raw(Method::POST, "/api/uploads", "text/plain", b"{}".to_vec())
        .await;
    as_text.expect_problem(415, "unsupported-media-type");
    ada.get("/api/there/is/nothing")
        .await
        .expect_problem(404, "not-found");
    let wrong = ada
        .raw(Method::PUT, "/api/uploads", json_type, b"{}".to_vec())
        .await;
    assert!(wrong.headers.contains_key("allow"), "{wrong:?}");
    wrong.expect_problem(405, "method-not-allowed");
    ada.get("/api/analyses?limit=0")
        .await
        .expect_problem(422, "invalid-request");
    ada.get("/api/analyses?limit=1000000")
        .await
        .expect_problem(422, "invalid-request");
    ada.get("/api/analyses?list=everything")
        .await
        .expect_problem(422, "invalid-request");
    ada.post("/api/analyses", &json!({ "uploadId": "../../etc/passwd" }))
        .await
        .expect_problem(422, "invalid-request");
    suite.anonymous().get("/api/health").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_valid_token_nothing_of_anybodys_is_answered() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;
    let good = ada.token().expect("a token").to_owned();
    let (head, signature) = good.rsplit_once('.').expect("three parts");
    let (header, claims) = head.split_once('.').expect("three parts");
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
    let mut forged_signature = signature.as_bytes().to_vec();
    forged_signature[0] = if forged_signature[0] == b'A' { b'B' } else { b'A' };
    let forged_signature = String::from_utf8(forged_signature).expect("ASCII");
    for (what, token) in [
        ("none at all", None),
        ("not a token", Some("letmein".to_owned())),
        ("no signature", Some(format!("{header}.{claims}."))),
        ("algorithm none", Some(format!("{none}.{claims}."))),
        (
            "a forged signature",
            Some(format!("{header}.{claims}.{forged_signature}")),
        ),
    ] {
        let mut somebody = suite.anonymous();
        somebody.hold(token);
        for path in [
            "/api/auth/me",
            "/api/analyses",
            "/api/analyses/0199a000-0000-7000-8000-000000000000",
        ] {
            let answer = somebody.get(path).await;
            assert_eq!(answer.status, 401, "{what}, {path}: {answer:?}");
            assert!(answer.headers.contains_key("www-authenticate"), "{what}");
            answer.expect_problem(401, "unauthenticated");
        }
        let answer = somebody
            .post(
                "/api/uploads",
                &json!({ "contentType": "image/jpeg", "sizeBytes": 10 }),
            )
            .await;
        answer.expect_problem(401, "unauthenticated");
    }
    ada.get("/api/auth/me").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_refused_for_a_reason() {
    let suite = Suite::start().await;
    let ada = suite.anonymous();
    ada.sign_up("ada").await.expect(201);
    ada.sign_up("ADA").await.expect_problem(409, "username-taken");
    let weak = json!({ "username": "bob", "email": "bob@example.org", "password": "short" });
    ada.post("/api/auth/sign-up", &weak)
        .await
        .expect_problem(422, "password-too-weak");
    let no_mail = json!({ "username": "bob", "email": "bob", "password": "a long sentence nobody uses" });
    ada.post("/api/auth/sign-up", &no_mail)
        .await
        .expect_problem(422, "invalid-request");
    let unknown =
        json!({ "username": "nobody", "password": "a long sentence nobody uses", "delivery": "body" });
    let wrong =
        json!({ "username": "ada", "password": "a wrong sentence somebody uses", "delivery": "body" });
    let first = ada
        .post("/api/auth/sign-in", &unknown)
        .await
        .expect_problem(401, "invalid-credentials");
    let second = ada
        .post("/api/auth/sign-in", &wrong)
        .await
        .expect_problem(401, "invalid-credentials");
    assert_eq!(first["title"], second["title"]);
    assert_eq!(first["detail"], second["detail"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_can_close_sign_up() {
    let suite = Suite::start_with(&[("SelfSignUp", "closed")]).await;
    suite
        .anonymous()
        .sign_up("ada")
        .await
        .expect_problem(403, "sign-up-closed");
}

async fn assert_nothing_is_stored(suite: &Suite, person: &Person<'_>, what: &str) {
    assert_eq!(
        person.get("/api/analyses").await.expect(200)["items"],
        json!([]),
        "{what}"
    );
    let left: Vec<String> = suite
        .objects()
        .await
        .into_iter()
        .filter(|it| !it.contains("uploads"))
        .collect();
    assert!(left.is_empty(), "{what}: {left:?}");
}
