//! Clients that lie, break off, or shout.

use std::time::Duration;

use aws_sdk_s3::presigning::PresigningConfig;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::servers::S3;

/// Sends bytes as they are and returns what comes back until the connection ends.
pub(crate) async fn raw(s3: &S3, request: &[u8]) -> String {
    let mut socket = TcpStream::connect(s3.server.address).await.expect("a connection");
    socket.write_all(request).await.expect("sent");
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(20), socket.read_to_end(&mut answer)).await;
    // A server may close before it has read everything, which looks like a reset from here.
    drop(read.expect("an end"));
    String::from_utf8_lossy(&answer).into_owned()
}

async fn signed_put(s3: &S3, key: &str) -> (String, String) {
    let minute = PresigningConfig::expires_in(Duration::from_mins(1)).expect("a minute");
    let presigned = s3
        .client()
        .put_object()
        .bucket("photos")
        .key(key)
        .presigned(minute)
        .await
        .expect("signed");
    let uri: http::Uri = presigned.uri().parse().expect("a URI");
    (
        uri.path_and_query().expect("a path").to_string(),
        s3.server.address.to_string(),
    )
}

pub(crate) async fn settled(s3: &S3) -> (usize, usize) {
    for _ in 0..200 {
        if s3.files().1 == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    s3.files()
}

#[tokio::test]
async fn a_connection_that_breaks_leaves_nothing() {
    let s3 = S3::start().await;
    let (path, host) = signed_put(&s3, "broken").await;
    for sent in [0, 1, 100_000, 999_999] {
        let mut socket = TcpStream::connect(s3.server.address).await.expect("a connection");
        let head = format!("PUT {path} HTTP/1.1\r\nhost: {host}\r\ncontent-length: 1000000\r\n\r\n");
        socket.write_all(head.as_bytes()).await.expect("sent");
        socket.write_all(&vec![7; sent]).await.expect("sent");
        socket.flush().await.expect("sent");
        tokio::time::sleep(Duration::from_millis(100)).await;
        drop(socket);
        assert_eq!(settled(&s3).await, (0, 0), "after {sent} bytes");
    }
    let missing = s3
        .client()
        .head_object()
        .bucket("photos")
        .key("broken")
        .send()
        .await;
    assert!(missing.is_err());
}

#[tokio::test]
async fn a_half_closed_connection_leaves_nothing_either() {
    let s3 = S3::start().await;
    let (path, host) = signed_put(&s3, "half").await;
    let mut socket = TcpStream::connect(s3.server.address).await.expect("a connection");
    let head =
        format!("PUT {path} HTTP/1.1\r\nhost: {host}\r\ncontent-length: 10\r\nconnection: close\r\n\r\nhalf");
    socket.write_all(head.as_bytes()).await.expect("sent");
    socket.shutdown().await.expect("half closed");
    let mut answer = String::new();
    drop(socket.read_to_string(&mut answer).await);
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 400"),
        "{answer}"
    );
    assert_eq!(settled(&s3).await, (0, 0));
}

#[tokio::test]
async fn chunks_that_do_not_add_up_are_refused() {
    let s3 = S3::start().await;
    let (path, host) = signed_put(&s3, "chunks").await;
    // A length that is not the body's, twice over: hyper refuses the second, the first becomes the next request.
    for head in [
        format!(
            "PUT {path} HTTP/1.1\r\nhost: {host}\r\ncontent-length: 4\r\ncontent-length: 5\r\nconnection: close\r\n\r\nabcde"
        ),
        format!("PUT {path} HTTP/1.1\r\nhost: {host}\r\ncontent-length: -1\r\nconnection: close\r\n\r\nabc"),
        format!(
            "PUT {path} HTTP/1.1\r\nhost: {host}\r\ncontent-length: 99999999999\r\nconnection: close\r\n\r\nabc"
        ),
        format!(
            "PUT {path} HTTP/1.1\r\nhost: {host}\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\nzz\r\nabc\r\n0\r\n\r\n"
        ),
        format!(
            "PUT {path} HTTP/1.1\r\nhost: {host}\r\nhost: other\r\ncontent-length: 1\r\nconnection: close\r\n\r\na"
        ),
    ] {
        let answer = raw(&s3, head.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 4"), "{head}\n{answer}");
        assert_eq!(settled(&s3).await, (0, 0), "{head}");
    }
}

#[tokio::test]
async fn nonsense_gets_an_answer_and_the_server_lives() {
    let s3 = S3::start().await;
    let host = s3.server.address;
    let long = "x".repeat(200_000);
    for request in [
        format!("GET /photos/{long} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nhost: {host}\r\nx-amz-meta-long: {long}\r\nconnection: close\r\n\r\n"),
        format!("GET /%ff%fe HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n"),
        format!("GET /photos/%zz HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n"),
        format!("GET /../../etc/passwd HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n"),
        format!(
            "GET /photos/..%2f..%2f..%2fetc%2fpasswd HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n"
        ),
        format!("GET /photos?%00=%00 HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n"),
        format!(
            "PUT /photos/x HTTP/1.1\r\nhost: {host}\r\nauthorization: AWS4-HMAC-SHA256 \r\nconnection: close\r\n\r\n"
        ),
        format!(
            "PUT /photos/x HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer x\r\nconnection: close\r\n\r\n"
        ),
        format!(
            "PUT /photos/x?X-Amz-Signature=a&X-Amz-Signature=b HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n"
        ),
        format!("PUT /photos/x?X-Amz-Algorithm=a HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n"),
        format!("OPTIONS /photos/x HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n"),
        format!("OPTIONS /photos/x HTTP/1.1\r\nhost: {host}\r\norigin: {long}\r\nconnection: close\r\n\r\n"),
        format!("BREW /photos/x HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n"),
        "GET / HTTP/1.1\r\nhost: ..localhost\r\nconnection: close\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\r\nhost: \u{1}\r\nconnection: close\r\n\r\n".to_owned(),
        "not HTTP at all\r\n\r\n".to_owned(),
        format!(
            "POST /photos?delete HTTP/1.1\r\nhost: {host}\r\ncontent-length: 30\r\nconnection: close\r\n\r\n<!DOCTYPE x [<!ENTITY a \"b\">]>"
        ),
    ] {
        let answer = raw(&s3, request.as_bytes()).await;
        let line: String = answer.chars().take(40).collect();
        let shown: String = request.chars().take(100).collect();
        assert!(
            line.starts_with("HTTP/1.1 4") || line.starts_with("HTTP/1.1 501") || answer.is_empty(),
            "{shown}\n{answer}"
        );
        assert!(!answer.contains("root:"), "{shown}");
        assert_eq!(settled(&s3).await, (0, 0), "{shown}");
    }
    s3.client().list_buckets().send().await.expect("it lives");
}

#[tokio::test]
async fn a_document_that_does_not_end_is_refused() {
    let s3 = S3::start().await;
    let client = s3.client();
    let delete = |body: String| {
        let object = aws_sdk_s3::types::ObjectIdentifier::builder()
            .key("k")
            .build()
            .expect("a key");
        let delete = aws_sdk_s3::types::Delete::builder()
            .objects(object)
            .build()
            .expect("a list");
        client
            .delete_objects()
            .bucket("photos")
            .delete(delete)
            .customize()
            .mutate_request(move |request| {
                request
                    .headers_mut()
                    .insert("content-length", body.len().to_string());
                *request.body_mut() = aws_sdk_s3::primitives::SdkBody::from(body.clone());
            })
            .send()
    };
    let deep = "<Delete>".repeat(50_000);
    let many = format!(
        "<Delete>{}</Delete>",
        "<Object><Key>k</Key></Object>".repeat(1001)
    );
    for body in [
        String::new(),
        "<Delete><Object>".to_owned(),
        deep,
        many,
        "x".repeat(9 * 1024 * 1024),
    ] {
        let length = body.len();
        let refused = delete(body).await.expect_err("refused");
        let status = refused.raw_response().map_or(0, |it| it.status().as_u16());
        assert!(
            (400..500).contains(&status) || status == 0,
            "{length} bytes: {status}"
        );
    }
    client.list_buckets().send().await.expect("it lives");
}
