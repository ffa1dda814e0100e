//! Presigned requests: good for exactly what was signed.

use std::time::Duration;

use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::{Method, Response};
use sha2::{Digest, Sha256};

use crate::servers::{ALSO_ALLOWED, S3, credentials};

const PHOTO: &[u8] = b"not really a JPEG, but exactly these bytes";
const PHOTO_LENGTH: i64 = 42;

/// A header and its new value, or none.
type Change<'a> = (&'a str, Option<&'a str>);

fn sha256(bytes: &[u8]) -> String {
    STANDARD.encode(Sha256::digest(bytes))
}

fn a_minute() -> PresigningConfig {
    PresigningConfig::expires_in(Duration::from_mins(1)).expect("a minute")
}

/// What a function hands to a browser: this key, this type, this size, this content, and only if the key is free.
async fn upload(s3: &S3, key: &str) -> PresignedRequest {
    s3.client()
        .put_object()
        .bucket("photos")
        .key(key)
        .content_type("image/jpeg")
        .content_length(PHOTO_LENGTH)
        .checksum_sha256(sha256(PHOTO))
        .if_none_match("*")
        .presigned(a_minute())
        .await
        .expect("signed")
}

/// Sends the request with some headers changed (`None` leaves one out).
async fn send(presigned: &PresignedRequest, uri: &str, body: &[u8], changes: &[Change<'_>]) -> Response {
    let mut request = reqwest::Client::new().request(
        Method::from_bytes(presigned.method().as_bytes()).expect("a method"),
        uri,
    );
    for (name, value) in presigned.headers() {
        // The client sets the length from the body, and that is the point.
        if name.eq_ignore_ascii_case("content-length")
            || changes.iter().any(|(it, _)| it.eq_ignore_ascii_case(name))
        {
            continue;
        }
        request = request.header(name, value);
    }
    for (name, value) in changes {
        if let Some(value) = value {
            request = request.header(*name, *value);
        }
    }
    request.body(body.to_vec()).send().await.expect("an answer")
}

#[tokio::test]
async fn an_upload_as_it_was_signed_is_stored() {
    let s3 = S3::start().await;
    let presigned = upload(&s3, "u/1/x").await;
    let answer = send(&presigned, presigned.uri(), PHOTO, &[]).await;
    assert_eq!(answer.status(), 200, "{}", answer.text().await.expect("text"));
    let head = s3
        .client()
        .head_object()
        .bucket("photos")
        .key("u/1/x")
        .send()
        .await
        .expect("there");
    assert_eq!(head.content_type(), Some("image/jpeg"));
    assert_eq!(head.content_length(), Some(PHOTO_LENGTH));
    assert_eq!(s3.store.get("photos", "u/1/x", 100).await.expect("stored"), PHOTO);

    let again = send(&presigned, presigned.uri(), PHOTO, &[]).await;
    assert_eq!(again.status(), 412, "one upload, one object");
}

#[tokio::test]
async fn an_upload_of_another_body_is_refused_and_nothing_is_stored() {
    let s3 = S3::start().await;
    let presigned = upload(&s3, "u/1/x").await;
    let longer = [PHOTO, b"!"].concat();
    let other = PHOTO.to_ascii_uppercase();
    let other_sum = sha256(&other);
    let bodies: [(&str, &[u8], &[Change<'_>]); 6] = [
        ("longer", &longer, &[]),
        ("shorter", &PHOTO[1..], &[]),
        ("empty", b"", &[]),
        ("other bytes of the same length", &other, &[]),
        (
            "other bytes with their checksum",
            &other,
            &[("x-amz-checksum-sha256", Some(&other_sum))],
        ),
        (
            "other bytes without a checksum",
            &other,
            &[("x-amz-checksum-sha256", None)],
        ),
    ];
    for (name, body, changes) in bodies {
        must_be_refused(&s3, name, send(&presigned, presigned.uri(), body, changes).await).await;
    }
    assert_eq!(
        send(&presigned, presigned.uri(), PHOTO, &[]).await.status(),
        200,
        "the right one still works"
    );
}

#[tokio::test]
async fn an_upload_with_other_headers_is_refused_and_nothing_is_stored() {
    let s3 = S3::start().await;
    let presigned = upload(&s3, "u/1/x").await;
    let headers: [(&str, Change<'_>); 9] = [
        ("another type", ("content-type", Some("text/html"))),
        ("no type", ("content-type", None)),
        ("without its condition", ("if-none-match", None)),
        ("metadata on top", ("x-amz-meta-admin", Some("yes"))),
        ("an ACL on top", ("x-amz-acl", Some("public-read"))),
        ("a copy instead", ("x-amz-copy-source", Some("/photos/secret"))),
        (
            "another checksum on top",
            ("x-amz-checksum-crc32", Some("AAAAAA==")),
        ),
        ("another host", ("host", Some("localhost:1"))),
        (
            "a second authorization",
            ("authorization", Some("AWS4-HMAC-SHA256 Credential=x")),
        ),
    ];
    for (name, change) in headers {
        must_be_refused(
            &s3,
            name,
            send(&presigned, presigned.uri(), PHOTO, &[change]).await,
        )
        .await;
    }
    assert_eq!(
        send(&presigned, presigned.uri(), PHOTO, &[]).await.status(),
        200,
        "the right one still works"
    );
}

#[tokio::test]
async fn an_upload_to_another_address_is_refused_and_nothing_is_stored() {
    let s3 = S3::start().await;
    let presigned = upload(&s3, "u/1/x").await;
    let uri = presigned.uri();
    for (name, changed) in [
        ("another key", uri.replace("u/1/x", "u/2/x")),
        ("another bucket", uri.replace("/photos/", "/photoz/")),
        (
            "a longer life",
            uri.replace("X-Amz-Expires=60", "X-Amz-Expires=3600"),
        ),
        ("a later date", uri.replace("X-Amz-Date=20", "X-Amz-Date=21")),
        ("another signer", uri.replace("=test%2F", "=reader%2F")),
        ("an unknown signer", uri.replace("=test%2F", "=nobody%2F")),
        ("fewer signed headers", uri.replace("content-length%3B", "")),
        ("one more parameter", format!("{uri}&tagging=")),
        (
            "a hidden header",
            format!("{uri}&x-amz-copy-source=%2Fphotos%2Fsecret"),
        ),
    ] {
        assert_ne!(changed, uri, "{name}");
        must_be_refused(&s3, name, send(&presigned, &changed, PHOTO, &[]).await).await;
    }
    for method in ["POST", "DELETE", "GET", "HEAD"] {
        let request =
            reqwest::Client::new().request(Method::from_bytes(method.as_bytes()).expect("a method"), uri);
        let status = request
            .header("content-type", "image/jpeg")
            .send()
            .await
            .expect("an answer")
            .status();
        assert!(status.is_client_error() || status == 501, "{method}: {status}");
    }
    assert_eq!(
        send(&presigned, uri, PHOTO, &[]).await.status(),
        200,
        "the right one still works"
    );
}

async fn must_be_refused(s3: &S3, name: &str, answer: Response) {
    assert!(
        [400, 403].contains(&answer.status().as_u16()),
        "{name}: {}",
        answer.status()
    );
    let text = answer.text().await.expect("text");
    assert!(text.contains("<Code>"), "{name}: {text}");
    assert_eq!(s3.files(), (0, 0), "{name}");
}

#[tokio::test]
async fn a_body_without_a_length_is_refused() {
    let s3 = S3::start().await;
    let unsigned_length = s3
        .client()
        .put_object()
        .bucket("photos")
        .key("k")
        .presigned(a_minute())
        .await
        .expect("signed");
    let chunked = http_chunked(&s3, unsigned_length.uri(), PHOTO).await;
    assert!(chunked.starts_with("HTTP/1.1 411"), "{chunked}");
    let signed = upload(&s3, "k").await;
    let chunked = http_chunked(&s3, signed.uri(), PHOTO).await;
    assert!(chunked.starts_with("HTTP/1.1 403"), "{chunked}");
    assert_eq!(s3.files(), (0, 0));
}

async fn http_chunked(s3: &S3, uri: &str, body: &[u8]) -> String {
    let uri: http::Uri = uri.parse().expect("a URI");
    let head = format!(
        "PUT {} HTTP/1.1\r\nhost: {}\r\ncontent-type: image/jpeg\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n{:x}\r\n",
        uri.path_and_query().expect("a path"),
        s3.server.address,
        body.len(),
    );
    crate::s3_hostile::raw(s3, &[head.as_bytes(), body, b"\r\n0\r\n\r\n"].concat()).await
}

#[tokio::test]
async fn a_presigned_url_expires() {
    let s3 = S3::start().await;
    s3.store
        .put("photos", "k", "text/plain", b"x".to_vec())
        .await
        .expect("stored");
    let yesterday = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let old = PresigningConfig::builder()
        .start_time(yesterday)
        .expires_in(Duration::from_hours(1))
        .build()
        .expect("valid");
    let get = s3
        .client()
        .get_object()
        .bucket("photos")
        .key("k")
        .presigned(old)
        .await
        .expect("signed");
    let answer = reqwest::get(get.uri()).await.expect("an answer");
    assert_eq!(answer.status(), 403);
    assert!(
        answer
            .text()
            .await
            .expect("text")
            .contains("<Message>Request has expired</Message>")
    );

    let brief = PresigningConfig::expires_in(Duration::from_secs(1)).expect("a second");
    let get = s3
        .client()
        .get_object()
        .bucket("photos")
        .key("k")
        .presigned(brief)
        .await
        .expect("signed");
    assert_eq!(reqwest::get(get.uri()).await.expect("an answer").status(), 200);
    tokio::time::sleep(Duration::from_millis(2100)).await;
    assert_eq!(reqwest::get(get.uri()).await.expect("an answer").status(), 403);
}

#[tokio::test]
async fn a_presigned_download_is_for_one_object() {
    let s3 = S3::start().await;
    for key in ["mine", "theirs"] {
        s3.store
            .put("photos", key, "image/jpeg", key.as_bytes().to_vec())
            .await
            .expect("stored");
    }
    let get = s3
        .client()
        .get_object()
        .bucket("photos")
        .key("mine")
        .response_content_disposition("attachment")
        .presigned(a_minute())
        .await
        .expect("signed");
    let answer = reqwest::get(get.uri()).await.expect("an answer");
    assert_eq!(answer.headers()["content-disposition"], "attachment");
    assert_eq!(answer.headers()["content-type"], "image/jpeg");
    assert_eq!(answer.bytes().await.expect("bytes"), "mine");
    let part = reqwest::Client::new()
        .get(get.uri())
        .header("range", "bytes=1-2")
        .send()
        .await
        .expect("an answer");
    assert_eq!(
        (
            part.status().as_u16(),
            part.bytes().await.expect("bytes").as_ref()
        ),
        (206, b"in".as_slice())
    );
    for changed in [
        get.uri().replace("/mine", "/theirs"),
        get.uri().replace("attachment", "inline"),
        get.uri().replace("X-Amz-Signature=", "X-Amz-Signature=0"),
        get.uri().split('?').next().expect("a path").to_owned(),
    ] {
        let answer = reqwest::get(&changed).await.expect("an answer");
        assert!(
            [400, 403].contains(&answer.status().as_u16()),
            "{changed}: {}",
            answer.status()
        );
    }
}

#[tokio::test]
async fn a_url_signed_with_a_session_needs_its_token() {
    let s3 = S3::start().await;
    s3.store
        .put("photos", "k", "text/plain", b"x".to_vec())
        .await
        .expect("stored");
    for (token, expected) in [(Some("the token"), 200), (Some("another"), 400), (None, 403)] {
        let keys = aws_credential_types::Credentials::new(
            "session",
            "secret of session",
            token.map(str::to_owned),
            None,
            "test",
        );
        let client = s3.client_as(keys);
        let get = client
            .get_object()
            .bucket("photos")
            .key("k")
            .presigned(a_minute())
            .await
            .expect("signed");
        assert_eq!(
            reqwest::get(get.uri()).await.expect("an answer").status(),
            expected,
            "{token:?} in the URL"
        );
        let status = match client.get_object().bucket("photos").key("k").send().await {
            Ok(_) => 200,
            Err(error) => crate::servers::failure(error).1,
        };
        assert_eq!(status, expected, "{token:?} in a header");
    }
}

#[tokio::test]
async fn a_browser_may_upload_from_the_pages_that_are_named() {
    let s3 = S3::start().await;
    let http = reqwest::Client::new();
    let url = format!("{}/photos/u/1/x", s3.server.url());
    let ask = |origin: &'static str, method: &'static str, headers: &'static str| {
        http.request(Method::OPTIONS, &url)
            .header("origin", origin)
            .header("access-control-request-method", method)
            .header("access-control-request-headers", headers)
            .send()
    };
    for origin in ["https://app.example.com", ALSO_ALLOWED] {
        let answer = ask(origin, "PUT", "content-type,x-amz-checksum-sha256")
            .await
            .expect("an answer");
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["access-control-allow-origin"], origin);
        assert_eq!(answer.headers()["access-control-max-age"], "300");
        let presigned = upload(&s3, &format!("from {origin}")).await;
        let answer = send(&presigned, presigned.uri(), PHOTO, &[("origin", Some(origin))]).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["access-control-allow-origin"], origin);
        assert_eq!(answer.headers()["access-control-expose-headers"], "ETag");
        assert!(answer.headers().contains_key("x-amz-request-id"));
        let refused = send(&presigned, presigned.uri(), PHOTO, &[("origin", Some(origin))]).await;
        assert_eq!(refused.status(), 412);
        assert_eq!(
            refused.headers()["access-control-allow-origin"],
            origin,
            "the page may read why it failed"
        );
    }
    for (origin, method, headers) in [
        ("https://evil.example.com", "PUT", "content-type"),
        ("https://app.example.com", "DELETE", "content-type"),
        ("https://app.example.com", "PUT", "x-amz-meta-x"),
        ("null", "PUT", "content-type"),
    ] {
        let answer = ask(origin, method, headers).await.expect("an answer");
        assert_eq!(answer.status(), 403, "{origin} {method} {headers}");
        assert!(!answer.headers().contains_key("access-control-allow-origin"));
    }
    let presigned = upload(&s3, "from elsewhere").await;
    let elsewhere = send(
        &presigned,
        presigned.uri(),
        PHOTO,
        &[("origin", Some("https://evil.example.com"))],
    )
    .await;
    assert!(!elsewhere.headers().contains_key("access-control-allow-origin"));
    let no_rules = http
        .request(Method::OPTIONS, format!("{}/nowhere/x", s3.server.url()))
        .header("origin", ALSO_ALLOWED)
        .header("access-control-request-method", "GET");
    assert_eq!(no_rules.send().await.expect("an answer").status(), 403);
}

#[tokio::test]
async fn a_wrong_secret_is_refused_everywhere() {
    let s3 = S3::start().await;
    let wrong = s3.client_as(aws_credential_types::Credentials::new(
        "test", "guess", None, None, "test",
    ));
    let put = wrong
        .put_object()
        .bucket("photos")
        .key("k")
        .body(PHOTO.to_vec().into())
        .send()
        .await;
    assert_eq!(
        crate::servers::failure(put.expect_err("refused")),
        ("SignatureDoesNotMatch".into(), 403)
    );
    let presigned = wrong
        .put_object()
        .bucket("photos")
        .key("k")
        .presigned(a_minute())
        .await
        .expect("signed");
    assert_eq!(send(&presigned, presigned.uri(), PHOTO, &[]).await.status(), 403);
    let stranger = s3.client_as(credentials("stranger")).list_buckets().send().await;
    assert_eq!(
        crate::servers::failure(stranger.expect_err("refused")),
        ("InvalidAccessKeyId".into(), 403)
    );
    assert_eq!(s3.files(), (0, 0));
}
