//! Bodies in `aws-chunked` encoding, with and without signatures of their own.

use std::fmt::Write as _;

use crate::{
    s3_hostile::{raw, settled},
    servers::S3,
};

/// Takes signed chunks and spoils them.
type Spoil = fn(&mut Vec<Vec<u8>>);

#[tokio::test]
async fn unsigned_chunks_must_end_in_the_right_trailer() {
    const UNSIGNED: &str = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
    let s3 = S3::start().await;
    let right = "9\r\n123456789\r\n0\r\nx-amz-checksum-crc32:y/Q5Jg==\r\n\r\n";
    let put = |body: &str, length: &str, trailer: &str| {
        let mut headers = vec![("x-amz-decoded-content-length", length.to_owned())];
        if !trailer.is_empty() {
            headers.push(("x-amz-trailer", trailer.to_owned()));
        }
        let (head, _) = signed_head(&s3, UNSIGNED, &headers, body.len());
        let request = [head.as_bytes(), body.as_bytes()].concat();
        let s3 = &s3;
        async move { raw(s3, &request).await }
    };
    for (name, body, length, trailer) in [
        (
            "other bytes",
            right.replace("123456789", "12345678x"),
            "9",
            "x-amz-checksum-crc32",
        ),
        (
            "another checksum",
            right.replace("y/Q5Jg", "AAAAAA"),
            "9",
            "x-amz-checksum-crc32",
        ),
        (
            "no checksum",
            "9\r\n123456789\r\n0\r\n\r\n".to_owned(),
            "9",
            "x-amz-checksum-crc32",
        ),
        ("an unannounced trailer", right.to_owned(), "9", ""),
        ("a longer length", right.to_owned(), "10", "x-amz-checksum-crc32"),
        ("a shorter length", right.to_owned(), "8", "x-amz-checksum-crc32"),
        (
            "no end",
            "9\r\n123456789\r\n".to_owned(),
            "9",
            "x-amz-checksum-crc32",
        ),
        (
            "a chunk that is too short",
            right.replace("9\r\n1", "a\r\n1"),
            "9",
            "x-amz-checksum-crc32",
        ),
        (
            "no number",
            right.replace("9\r\n1", "zz\r\n1"),
            "9",
            "x-amz-checksum-crc32",
        ),
        (
            "no chunks at all",
            "123456789".to_owned(),
            "9",
            "x-amz-checksum-crc32",
        ),
        ("an endless number", "f".repeat(5000), "9", "x-amz-checksum-crc32"),
        ("no length", right.to_owned(), "", "x-amz-checksum-crc32"),
        (
            "a huge length",
            right.to_owned(),
            "99999999999999999999",
            "x-amz-checksum-crc32",
        ),
    ] {
        let answer = put(&body, length, trailer).await;
        assert!(answer.starts_with("HTTP/1.1 4"), "{name}: {answer}");
        assert_eq!(settled(&s3).await, (0, 0), "{name}");
    }
    let answer = put(right, "9", "x-amz-checksum-crc32").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(
        s3.store.get("photos", "chunked", 9).await.expect("stored"),
        b"123456789"
    );
}

#[tokio::test]
async fn signed_chunks_are_checked_one_by_one() {
    const SIGNED: &str = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
    let s3 = S3::start().await;
    let chunks: [&[u8]; 3] = [&[1; 9000], &[2; 500], b""];
    let put = |spoil: Spoil| {
        // The length of the body does not depend on the signatures in it.
        let length = chunked(&chunks, &"0".repeat(64)).concat().len();
        let headers = [("x-amz-decoded-content-length", "9500".to_owned())];
        let (head, signature) = signed_head(&s3, SIGNED, &headers, length);
        let mut body = chunked(&chunks, &signature);
        spoil(&mut body);
        let request = [head.into_bytes(), body.concat()].concat();
        let s3 = &s3;
        async move { raw(s3, &request).await }
    };
    // The empty chunk at the end is not among them: the number of bytes is signed, so nothing can be cut off before it.
    let changes: [(&str, Spoil); 4] = [
        ("a byte", |it| it[0][5000] ^= 1),
        ("a byte of the last chunk with bytes", |it| it[1][200] ^= 1),
        ("the order", |it| it.swap(0, 1)),
        ("a chunk less", |it| drop(it.remove(1))),
    ];
    for (name, spoil) in changes {
        let answer = put(spoil).await;
        assert!(answer.starts_with("HTTP/1.1 4"), "{name}: {answer}");
        assert_eq!(settled(&s3).await, (0, 0), "{name}");
    }
    let answer = put(|_| ()).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(
        s3.store
            .get("photos", "chunked", 9500)
            .await
            .expect("stored")
            .len(),
        9500
    );
}

const SIGNED_AT: fn() -> std::time::SystemTime = || jiff::Timestamp::now().into();

/// The head of a `PUT /photos/chunked` by `test` with `payload` as its `x-amz-content-sha256`, and its signature.
fn signed_head(s3: &S3, payload: &str, headers: &[(&str, String)], length: usize) -> (String, String) {
    use aws_sigv4::{
        http_request::{SignableBody, SignableRequest, SigningSettings, sign},
        sign::v4::SigningParams,
    };
    let mut settings = SigningSettings::default();
    settings.payload_checksum_kind = aws_sigv4::http_request::PayloadChecksumKind::XAmzSha256;
    let identity = crate::servers::credentials("test").into();
    let params = SigningParams::builder()
        .identity(&identity)
        .region(crate::servers::REGION)
        .name("s3")
        .time(SIGNED_AT())
        .settings(settings)
        .build()
        .expect("complete")
        .into();
    let url = format!("{}/photos/chunked", s3.server.url());
    let host = s3.server.address.to_string();
    let length = length.to_string();
    let to_sign = headers
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .chain([("host", host.as_str())]);
    let request = SignableRequest::new(
        "PUT",
        &url,
        to_sign,
        SignableBody::Precomputed(payload.to_owned()),
    )
    .expect("valid");
    let (instructions, signature) = sign(request, &params).expect("signed").into_parts();
    let mut head = format!(
        "PUT /photos/chunked HTTP/1.1\r\nhost: {host}\r\ncontent-length: {length}\r\nconnection: close\r\n"
    );
    for (name, value) in headers {
        write!(head, "{name}: {value}\r\n").expect("memory");
    }
    for (name, value) in instructions.headers() {
        write!(head, "{name}: {value}\r\n").expect("memory");
    }
    (head + "content-encoding: aws-chunked\r\n\r\n", signature)
}

/// Chunks with their signatures, each of which signs the one before.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html>
fn chunked(chunks: &[&[u8]], seed: &str) -> Vec<Vec<u8>> {
    use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
    use sha2::{Digest, Sha256};
    let now = SIGNED_AT();
    let stamp = jiff::Timestamp::try_from(now)
        .expect("a time")
        .strftime("%Y%m%dT%H%M%SZ")
        .to_string();
    let scope = format!("{}/{}/s3/aws4_request", &stamp[..8], crate::servers::REGION);
    let key = generate_signing_key("secret of test", now, crate::servers::REGION, "s3");
    let sha256 = |bytes: &[u8]| hex::encode(Sha256::digest(bytes));
    let mut previous = seed.to_owned();
    let mut body = Vec::new();
    for chunk in chunks {
        let to_sign = format!(
            "AWS4-HMAC-SHA256-PAYLOAD\n{stamp}\n{scope}\n{previous}\n{}\n{}",
            sha256(b""),
            sha256(chunk)
        );
        previous = calculate_signature(&key, to_sign.as_bytes());
        let head = format!("{:x};chunk-signature={previous}\r\n", chunk.len());
        body.push([head.as_bytes(), chunk, b"\r\n"].concat());
    }
    body
}
