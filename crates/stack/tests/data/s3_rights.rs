//! What a key may do is what it was given, and a refusal tells nothing.

use aws_sdk_s3::{
    presigning::PresigningConfig,
    primitives::ByteStream,
    types::{Delete, ObjectIdentifier},
};

use crate::servers::{S3, credentials, failure, refused};

#[tokio::test]
async fn a_reader_reads_what_it_may_and_nothing_else() {
    let s3 = S3::start().await;
    for key in ["u/1", "secret"] {
        s3.store
            .put("photos", key, "text/plain", key.as_bytes().to_vec())
            .await
            .expect("stored");
    }
    let reader = s3.client_as(credentials("reader"));
    reader
        .get_object()
        .bucket("photos")
        .key("u/1")
        .send()
        .await
        .expect("may read");
    reader
        .head_object()
        .bucket("photos")
        .key("u/1")
        .send()
        .await
        .expect("may look");

    let denied = ("AccessDenied".to_owned(), 403);
    let x = ByteStream::from_static(b"x");
    assert_eq!(
        refused!(reader.get_object().bucket("photos").key("secret")),
        denied
    );
    assert_eq!(
        refused!(reader.head_object().bucket("photos").key("secret")).1,
        403
    );
    assert_eq!(
        refused!(reader.delete_object().bucket("photos").key("u/1")),
        denied
    );
    assert_eq!(
        refused!(reader.put_object().bucket("photos").key("u/1").body(x)),
        denied
    );
    assert_eq!(
        refused!(
            reader
                .copy_object()
                .bucket("photos")
                .key("u/2")
                .copy_source("photos/u/1")
        ),
        denied
    );
    assert_eq!(refused!(reader.list_objects_v2().bucket("photos")), denied);
    assert_eq!(refused!(reader.list_buckets()), denied);
    assert_eq!(refused!(reader.head_bucket().bucket("photos")).1, 403);
    assert_eq!(refused!(reader.create_bucket().bucket("mine")), denied);
    assert_eq!(refused!(reader.delete_bucket().bucket("photos")), denied);
    assert_eq!(refused!(reader.get_bucket_policy().bucket("photos")), denied);
    assert_eq!(s3.files().0, 2);
}

#[tokio::test]
async fn who_may_not_list_does_not_learn_what_is_missing() {
    let s3 = S3::start().await;
    let reader = s3.client_as(credentials("reader"));
    let missing = reader
        .get_object()
        .bucket("photos")
        .key("u/none")
        .send()
        .await
        .expect_err("missing");
    assert_eq!(failure(missing), ("AccessDenied".into(), 403));
    assert_eq!(
        failure(
            reader
                .head_object()
                .bucket("photos")
                .key("u/none")
                .send()
                .await
                .expect_err("missing")
        )
        .1,
        403
    );
    let owner = s3.client();
    let missing = owner
        .get_object()
        .bucket("photos")
        .key("u/none")
        .send()
        .await
        .expect_err("missing");
    assert_eq!(failure(missing), ("NoSuchKey".into(), 404));
    assert_eq!(
        failure(
            owner
                .head_object()
                .bucket("photos")
                .key("u/none")
                .send()
                .await
                .expect_err("missing")
        )
        .1,
        404
    );
}

#[tokio::test]
async fn a_url_can_do_what_its_signer_can() {
    let s3 = S3::start().await;
    s3.store
        .put("photos", "secret", "text/plain", b"x".to_vec())
        .await
        .expect("stored");
    let minute = || PresigningConfig::expires_in(std::time::Duration::from_mins(1)).expect("a minute");
    let reader = s3.client_as(credentials("reader"));
    let get = reader
        .get_object()
        .bucket("photos")
        .key("secret")
        .presigned(minute())
        .await
        .expect("signed");
    assert_eq!(reqwest::get(get.uri()).await.expect("an answer").status(), 403);
    let put = reader
        .put_object()
        .bucket("photos")
        .key("u/1")
        .presigned(minute())
        .await
        .expect("signed");
    let answer = reqwest::Client::new()
        .put(put.uri())
        .body("x")
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), 403);
    assert_eq!(s3.files().0, 1);
}

#[tokio::test]
async fn a_copy_needs_the_right_to_read_its_source() {
    let s3 = S3::start().await;
    s3.store
        .put("photos", "secret", "text/plain", b"x".to_vec())
        .await
        .expect("stored");
    // `session` may do everything here; the source's right is asked for with the signer's own key.
    let keys = aws_credential_types::Credentials::new(
        "session",
        "secret of session",
        Some("the token".into()),
        None,
        "test",
    );
    let client = s3.client_as(keys);
    client
        .copy_object()
        .bucket("photos")
        .key("copy")
        .copy_source("photos/secret")
        .send()
        .await
        .expect("copied");
    let reader = s3.client_as(credentials("reader"));
    let copy = reader
        .copy_object()
        .bucket("photos")
        .key("u/stolen")
        .copy_source("photos/secret")
        .send()
        .await;
    assert_eq!(failure(copy.expect_err("no")).0, "AccessDenied");
}

#[tokio::test]
async fn a_list_of_deletions_is_judged_object_by_object() {
    let s3 = S3::start().await;
    s3.store
        .put("photos", "u/1", "text/plain", b"x".to_vec())
        .await
        .expect("stored");
    let object = ObjectIdentifier::builder().key("u/1").build().expect("a key");
    let delete = Delete::builder().objects(object).build().expect("a list");
    let answer = s3
        .client_as(credentials("reader"))
        .delete_objects()
        .bucket("photos")
        .delete(delete)
        .send()
        .await
        .expect("an answer");
    assert_eq!(
        (answer.deleted().len(), answer.errors()[0].code()),
        (0, Some("AccessDenied"))
    );
    assert_eq!(s3.files().0, 1);
}

#[tokio::test]
async fn nobody_gets_nothing() {
    let s3 = S3::start().await;
    s3.store
        .put("photos", "u/1", "text/plain", b"x".to_vec())
        .await
        .expect("stored");
    let http = reqwest::Client::new();
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/photos"),
        ("GET", "/photos/u/1"),
        ("HEAD", "/photos/u/1"),
        ("PUT", "/photos/new"),
        ("DELETE", "/photos/u/1"),
        ("DELETE", "/photos"),
        ("POST", "/photos?delete"),
        ("PUT", "/fresh"),
        ("GET", "/photos?policy"),
        ("GET", "/nowhere"),
        ("POST", "/photos/u/1?uploads"),
        ("POST", "/"),
    ] {
        let url = format!("{}{path}", s3.server.url());
        let request = http.request(
            reqwest::Method::from_bytes(method.as_bytes()).expect("a method"),
            url,
        );
        let answer = request.body("x").send().await.expect("an answer");
        let status = answer.status().as_u16();
        assert!(
            status == 403 || (path == "/" && method == "POST" && (400..=501).contains(&status)),
            "{method} {path}: {status}"
        );
    }
    let form = http
        .post(format!("{}/photos", s3.server.url()))
        .header("content-type", "multipart/form-data; boundary=x");
    assert_eq!(form.body("--x--").send().await.expect("an answer").status(), 501);
    assert_eq!(s3.files(), (1, 0));
}
