//! Objects through the official SDK: what goes in comes out.

use aws_sdk_s3::{
    primitives::{ByteStream, DateTime},
    types::{
        ChecksumAlgorithm, ChecksumMode, Delete, MetadataDirective, ObjectIdentifier, ServerSideEncryption,
    },
};

use crate::servers::{S3, failure, pattern, refused};

#[tokio::test]
async fn an_object_comes_back_as_it_was_put() {
    let s3 = S3::start().await;
    let client = s3.client();
    for length in [0, 1, 1000, 600_000, 3_000_000] {
        let body = pattern(length);
        let put = client
            .put_object()
            .bucket("photos")
            .key("u/1/a.jpg")
            .body(ByteStream::from(body.clone()))
            .content_type("image/jpeg")
            .cache_control("no-store")
            .content_disposition("attachment")
            .content_language("en")
            .expires(DateTime::from_secs(1_900_000_000))
            .metadata("owner", "somebody")
            .metadata("note", "größer")
            .server_side_encryption(ServerSideEncryption::Aes256)
            .send()
            .await
            .expect("stored");
        assert!(
            put.checksum_crc32().is_some(),
            "the SDK sends CRC32 as a trailer: {put:?}"
        );
        assert_eq!(put.server_side_encryption(), Some(&ServerSideEncryption::Aes256));

        let got = client
            .get_object()
            .bucket("photos")
            .key("u/1/a.jpg")
            .checksum_mode(ChecksumMode::Enabled)
            .send()
            .await
            .expect("there");
        assert_eq!(got.e_tag(), put.e_tag());
        assert_eq!(got.content_type(), Some("image/jpeg"));
        assert_eq!(got.cache_control(), Some("no-store"));
        assert_eq!(got.content_disposition(), Some("attachment"));
        assert_eq!(got.content_language(), Some("en"));
        assert_eq!(got.content_encoding(), None);
        assert_eq!(got.expires_string(), Some("Sun, 17 Mar 2030 17:46:40 GMT"));
        assert_eq!(got.metadata().expect("metadata")["owner"], "somebody");
        // S3 gives back what is not ASCII in the encoding of RFC 2047.
        assert_eq!(
            got.metadata().expect("metadata")["note"],
            "=?UTF-8?B?Z3LDtsOfZXI=?="
        );
        assert_eq!(got.content_length(), i64::try_from(length).ok());
        assert_eq!(got.checksum_crc32(), put.checksum_crc32());
        assert_eq!(got.body.collect().await.expect("whole").to_vec(), body);

        let head = client
            .head_object()
            .bucket("photos")
            .key("u/1/a.jpg")
            .send()
            .await
            .expect("there");
        assert_eq!(
            (head.content_length(), head.e_tag()),
            (i64::try_from(length).ok(), put.e_tag())
        );
        assert_eq!(head.metadata().expect("metadata")["owner"], "somebody");
        assert!(head.last_modified().is_some());
    }
    assert_eq!(s3.files(), (1, 0), "overwritten bodies are gone");
}

#[tokio::test]
async fn every_checksum_the_sdk_can_send_is_checked_and_kept() {
    let s3 = S3::start().await;
    let client = s3.client();
    for algorithm in [
        ChecksumAlgorithm::Crc32,
        ChecksumAlgorithm::Crc32C,
        ChecksumAlgorithm::Crc64Nvme,
        ChecksumAlgorithm::Sha1,
        ChecksumAlgorithm::Sha256,
    ] {
        client
            .put_object()
            .bucket("photos")
            .key("k")
            .checksum_algorithm(algorithm.clone())
            .body(ByteStream::from(pattern(100_000)))
            .send()
            .await
            .expect("stored");
        // The SDK compares the body with the checksum it gets.
        let got = client
            .get_object()
            .bucket("photos")
            .key("k")
            .checksum_mode(ChecksumMode::Enabled)
            .send()
            .await
            .expect("there");
        let sent = [
            got.checksum_crc32().is_some(),
            got.checksum_crc32_c().is_some(),
            got.checksum_crc64_nvme().is_some(),
            got.checksum_sha1().is_some(),
            got.checksum_sha256().is_some(),
        ];
        assert_eq!(sent.iter().filter(|it| **it).count(), 1, "{algorithm:?}");
        assert_eq!(
            got.body.collect().await.expect("right").to_vec(),
            pattern(100_000)
        );
    }

    for (name, wrong) in [
        (
            "sha256",
            client
                .put_object()
                .checksum_sha256("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
        ),
        ("crc32", client.put_object().checksum_crc32("AAAAAA==")),
        ("md5", client.put_object().content_md5("1B2M2Y8AsgTpgAmY7PhCfg==")),
    ] {
        let refused = wrong
            .bucket("photos")
            .key("wrong")
            .body(ByteStream::from_static(b"not empty"))
            .send()
            .await;
        let (code, status) = failure(refused.expect_err(name));
        assert_eq!((code.as_str(), status), ("BadDigest", 400), "{name}");
    }
    let malformed = client
        .put_object()
        .bucket("photos")
        .key("wrong")
        .content_md5("abc")
        .body(ByteStream::from_static(b"x"));
    assert_eq!(
        failure(malformed.send().await.expect_err("malformed")).0,
        "InvalidDigest"
    );
    let missing = client
        .head_object()
        .bucket("photos")
        .key("wrong")
        .send()
        .await
        .expect_err("nothing is stored");
    assert_eq!(failure(missing).1, 404);
    assert_eq!(s3.files(), (1, 0));
}

#[tokio::test]
async fn part_of_an_object_can_be_had() {
    let s3 = S3::start().await;
    let client = s3.client();
    let body = pattern(1000);
    s3.store
        .put("photos", "k", "image/jpeg", body.clone())
        .await
        .expect("stored");
    let get = || client.get_object().bucket("photos").key("k");
    for (range, expected, header) in [
        ("bytes=0-0", 0..1, "bytes 0-0/1000"),
        ("bytes=10-19", 10..20, "bytes 10-19/1000"),
        ("bytes=990-5000", 990..1000, "bytes 990-999/1000"),
        ("bytes=500-", 500..1000, "bytes 500-999/1000"),
        ("bytes=-5", 995..1000, "bytes 995-999/1000"),
        ("bytes=-5000", 0..1000, "bytes 0-999/1000"),
    ] {
        let got = get().range(range).send().await.expect(range);
        assert_eq!(got.content_range(), Some(header));
        assert_eq!(got.content_length(), i64::try_from(expected.len()).ok());
        assert_eq!(got.body.collect().await.expect("whole").to_vec(), body[expected]);
        let head = client
            .head_object()
            .bucket("photos")
            .key("k")
            .range(range)
            .send()
            .await
            .expect(range);
        assert_eq!(head.content_range(), Some(header));
    }
    for beyond in ["bytes=1000-", "bytes=5000-6000", "bytes=-0"] {
        assert_eq!(
            refused!(get().range(beyond)),
            ("InvalidRange".into(), 416),
            "{beyond}"
        );
    }
    s3.store
        .put("photos", "empty", "image/jpeg", Vec::new())
        .await
        .expect("stored");
    assert_eq!(
        refused!(
            client
                .get_object()
                .bucket("photos")
                .key("empty")
                .range("bytes=-5")
        )
        .1,
        416
    );
}

#[tokio::test]
async fn conditions_are_honoured() {
    let s3 = S3::start().await;
    let client = s3.client();
    let x = || ByteStream::from_static(b"x");
    let put = client
        .put_object()
        .bucket("photos")
        .key("k")
        .body(x())
        .send()
        .await
        .expect("stored");
    let tag = put.e_tag().expect("a tag");
    let get = || client.get_object().bucket("photos").key("k");
    let failed = ("PreconditionFailed".to_owned(), 412);
    let (past, future) = (
        DateTime::from_secs(1_000_000_000),
        DateTime::from_secs(4_000_000_000),
    );
    for fine in [
        get().if_match(tag),
        get().if_none_match("\"other\""),
        get().if_modified_since(past),
        get().if_unmodified_since(future),
        // If-Match decides.
        get().if_unmodified_since(past).if_match(tag),
    ] {
        fine.send().await.expect("it holds");
    }
    assert_eq!(refused!(get().if_match("\"other\"")), failed);
    assert_eq!(refused!(get().if_unmodified_since(past)), failed);
    assert_eq!(refused!(get().if_none_match(tag)).1, 304);
    assert_eq!(refused!(get().if_modified_since(future)).1, 304);

    let put = |key: &str| client.put_object().bucket("photos").key(key).body(x());
    assert_eq!(refused!(put("k").if_none_match("*")), failed);
    assert_eq!(refused!(put("k").if_match("\"other\"")), failed);
    assert_eq!(refused!(put("none").if_match(tag)), ("NoSuchKey".into(), 404));
    assert_eq!(
        refused!(put("k").if_none_match("\"other\"")),
        ("NotImplemented".into(), 501)
    );
    put("fresh").if_none_match("*").send().await.expect("free");
    put("k").if_match(tag).send().await.expect("the same still");
}

#[tokio::test]
async fn objects_are_copied_and_deleted() {
    let s3 = S3::start().await;
    let client = s3.client();
    client
        .put_object()
        .bucket("photos")
        .key("från/å b.jpg")
        .content_type("image/jpeg")
        .metadata("owner", "me")
        .body(pattern(700_000).into())
        .send()
        .await
        .expect("stored");
    let copy = |target: &str| {
        client
            .copy_object()
            .bucket("photos")
            .key(target)
            .copy_source("photos/fr%C3%A5n/%C3%A5%20b.jpg")
    };
    copy("copy").send().await.expect("copied");
    let got = client
        .get_object()
        .bucket("photos")
        .key("copy")
        .send()
        .await
        .expect("there");
    assert_eq!(got.content_type(), Some("image/jpeg"));
    assert_eq!(got.metadata().expect("metadata")["owner"], "me");
    assert_eq!(
        got.body.collect().await.expect("whole").to_vec(),
        pattern(700_000)
    );

    copy("replaced")
        .metadata_directive(MetadataDirective::Replace)
        .content_type("image/png")
        .send()
        .await
        .expect("copied");
    let head = client
        .head_object()
        .bucket("photos")
        .key("replaced")
        .send()
        .await
        .expect("there");
    assert_eq!(head.content_type(), Some("image/png"));
    assert!(head.metadata().is_none_or(std::collections::HashMap::is_empty));
    assert_eq!(
        failure(copy("från/å b.jpg").send().await.expect_err("itself")),
        ("InvalidRequest".into(), 400)
    );
    let refused = copy("x")
        .copy_source_if_match("\"other\"")
        .send()
        .await
        .expect_err("another tag");
    assert_eq!(failure(refused), ("PreconditionFailed".into(), 412));
    let missing = client
        .copy_object()
        .bucket("photos")
        .key("x")
        .copy_source("photos/none")
        .send()
        .await;
    assert_eq!(failure(missing.expect_err("missing")), ("NoSuchKey".into(), 404));

    client
        .delete_object()
        .bucket("photos")
        .key("copy")
        .send()
        .await
        .expect("deleted");
    client
        .delete_object()
        .bucket("photos")
        .key("copy")
        .send()
        .await
        .expect("deleting again is fine");
    let object = |key: &str| ObjectIdentifier::builder().key(key).build().expect("a key");
    let delete = Delete::builder()
        .objects(object("replaced"))
        .objects(object("never there"))
        .build()
        .expect("a list");
    let deleted = client
        .delete_objects()
        .bucket("photos")
        .delete(delete)
        .send()
        .await
        .expect("deleted");
    assert_eq!((deleted.deleted().len(), deleted.errors().len()), (2, 0));
    assert_eq!(s3.files(), (1, 0));
}
