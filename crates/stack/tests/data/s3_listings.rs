//! Keys, listings and buckets through the official SDK.

use aws_sdk_s3::{primitives::ByteStream, types::EncodingType};

use crate::servers::{REGION, S3, failure};

#[tokio::test]
async fn any_legal_key_names_one_object() {
    let s3 = S3::start().await;
    let client = s3.client();
    let long = "x".repeat(1024);
    let keys = [
        "../../../etc/passwd",
        "..",
        ".",
        "a/../b",
        "a//b",
        "/leading",
        "trailing/",
        "sp ace",
        "plus+sign",
        "per%cent",
        "%2e%2e",
        "ünïcödé/文字/🙂",
        "q?uery&x=y#hash",
        "back\\slash",
        "quote\"'<>",
        "con",
        "a:b|c*d",
        "tab\there",
        "index.sqlite",
        &long,
    ];
    for key in keys {
        client
            .put_object()
            .bucket("photos")
            .key(key)
            .body(key.as_bytes().to_vec().into())
            .send()
            .await
            .unwrap_or_else(|error| panic!("{key}: {error:?}"));
    }
    for key in keys {
        let got = client
            .get_object()
            .bucket("photos")
            .key(key)
            .send()
            .await
            .unwrap_or_else(|error| panic!("{key}: {error:?}"));
        assert_eq!(
            got.body.collect().await.expect("whole").to_vec(),
            key.as_bytes(),
            "{key}"
        );
    }
    let listed = client
        .list_objects_v2()
        .bucket("photos")
        .send()
        .await
        .expect("listed");
    let mut expected = keys.to_vec();
    expected.sort_unstable();
    assert_eq!(
        listed
            .contents()
            .iter()
            .filter_map(|it| it.key())
            .collect::<Vec<_>>(),
        expected
    );
    assert_eq!(s3.files(), (keys.len(), 0));
    let outside = s3.folder.path().parent().expect("a parent").join("etc");
    assert!(!outside.exists());

    let too_long = client
        .put_object()
        .bucket("photos")
        .key("x".repeat(1025))
        .body(ByteStream::from_static(b"x"));
    assert_eq!(
        failure(too_long.send().await.expect_err("too long")),
        ("KeyTooLongError".into(), 400)
    );
    for key in keys {
        client
            .delete_object()
            .bucket("photos")
            .key(key)
            .send()
            .await
            .expect("deleted");
    }
    assert_eq!(s3.files(), (0, 0));
}

#[tokio::test]
async fn listings_have_pages_prefixes_and_folders() {
    let s3 = S3::start().await;
    let client = s3.client();
    for key in ["a/1", "a/2", "a/b/3", "a b", "c", "d"] {
        client
            .put_object()
            .bucket("photos")
            .key(key)
            .body(ByteStream::from_static(b"xyz"))
            .send()
            .await
            .expect("stored");
    }
    let mut pages = client
        .list_objects_v2()
        .bucket("photos")
        .max_keys(2)
        .into_paginator()
        .send();
    let (mut keys, mut count) = (Vec::new(), 0);
    while let Some(page) = pages.next().await {
        let page = page.expect("a page");
        count += 1;
        keys.extend(
            page.contents()
                .iter()
                .map(|it| (it.key().expect("a key").to_owned(), it.size())),
        );
    }
    assert_eq!(count, 3);
    assert_eq!(
        keys.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(),
        ["a b", "a/1", "a/2", "a/b/3", "c", "d"]
    );
    assert!(keys.iter().all(|(_, size)| *size == Some(3)));

    let folder = client
        .list_objects_v2()
        .bucket("photos")
        .prefix("a/")
        .delimiter("/")
        .send()
        .await
        .expect("listed");
    assert_eq!(
        folder
            .contents()
            .iter()
            .filter_map(|it| it.key())
            .collect::<Vec<_>>(),
        ["a/1", "a/2"]
    );
    assert_eq!(
        folder
            .common_prefixes()
            .iter()
            .filter_map(|it| it.prefix())
            .collect::<Vec<_>>(),
        ["a/b/"]
    );
    assert_eq!(folder.key_count(), Some(3));

    let after = client
        .list_objects_v2()
        .bucket("photos")
        .start_after("a/2")
        .send()
        .await
        .expect("listed");
    assert_eq!(
        after
            .contents()
            .iter()
            .filter_map(|it| it.key())
            .collect::<Vec<_>>(),
        ["a/b/3", "c", "d"]
    );
    let encoded = client
        .list_objects_v2()
        .bucket("photos")
        .encoding_type(EncodingType::Url)
        .prefix("a ");
    assert_eq!(
        encoded.send().await.expect("listed").contents()[0].key(),
        Some("a%20b")
    );
    let wrong = client
        .list_objects_v2()
        .bucket("photos")
        .continuation_token("?")
        .send()
        .await
        .expect_err("no token");
    assert_eq!(failure(wrong), ("InvalidArgument".into(), 400));
    let nowhere = client
        .list_objects_v2()
        .bucket("nowhere")
        .send()
        .await
        .expect_err("no bucket");
    assert_eq!(failure(nowhere), ("NoSuchBucket".into(), 404));
}

#[tokio::test]
async fn buckets_come_and_go() {
    let s3 = S3::start().await;
    let client = s3.client();
    let taken = client
        .create_bucket()
        .bucket("photos")
        .send()
        .await
        .expect_err("it is there");
    assert_eq!(failure(taken), ("BucketAlreadyOwnedByYou".into(), 409));
    client.create_bucket().bucket("more").send().await.expect("made");
    assert_eq!(
        failure(
            client
                .create_bucket()
                .bucket("No")
                .send()
                .await
                .expect_err("no name")
        )
        .0,
        "InvalidBucketName"
    );
    let names: Vec<String> = client
        .list_buckets()
        .send()
        .await
        .expect("listed")
        .buckets()
        .iter()
        .filter_map(|it| it.name().map(str::to_owned))
        .collect();
    assert_eq!(names, ["more", "photos"]);
    let head = client.head_bucket().bucket("more").send().await.expect("there");
    assert_eq!(head.bucket_region(), Some(REGION));
    assert_eq!(
        failure(
            client
                .head_bucket()
                .bucket("nowhere")
                .send()
                .await
                .expect_err("missing")
        )
        .1,
        404
    );
    let location = client
        .get_bucket_location()
        .bucket("more")
        .send()
        .await
        .expect("somewhere");
    assert_eq!(
        location
            .location_constraint()
            .map(aws_sdk_s3::types::BucketLocationConstraint::as_str),
        Some(REGION)
    );

    client
        .put_object()
        .bucket("more")
        .key("k")
        .body(ByteStream::from_static(b"x"))
        .send()
        .await
        .expect("stored");
    let full = client
        .delete_bucket()
        .bucket("more")
        .send()
        .await
        .expect_err("not empty");
    assert_eq!(failure(full), ("BucketNotEmpty".into(), 409));
    client
        .delete_object()
        .bucket("more")
        .key("k")
        .send()
        .await
        .expect("deleted");
    client.delete_bucket().bucket("more").send().await.expect("gone");
    let gone = client
        .put_object()
        .bucket("more")
        .key("k")
        .body(ByteStream::from_static(b"x"))
        .send()
        .await;
    assert_eq!(failure(gone.expect_err("gone")), ("NoSuchBucket".into(), 404));
}

#[tokio::test]
async fn buckets_may_stand_in_the_host_name() {
    let s3 = S3::start().await;
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(aws_sdk_s3::config::BehaviorVersion::latest())
        .region(aws_sdk_s3::config::Region::new(REGION))
        .credentials_provider(crate::servers::credentials("test"))
        .endpoint_url("http://localhost")
        .build();
    let presigned = aws_sdk_s3::Client::from_conf(config)
        .put_object()
        .bucket("photos")
        .key("by host")
        .presigned(
            aws_sdk_s3::presigning::PresigningConfig::expires_in(std::time::Duration::from_mins(1))
                .expect("a minute"),
        )
        .await
        .expect("signed");
    let signed: http::Uri = presigned.uri().parse().expect("a URI");
    assert_eq!(signed.host(), Some("photos.localhost"));
    let path = signed.path_and_query().expect("a path").as_str();
    let answer = reqwest::Client::new()
        .put(format!("{}{path}", s3.server.url()))
        .header("host", "photos.localhost")
        .body("x")
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), 200, "{}", answer.text().await.expect("text"));
    assert_eq!(s3.store.get("photos", "by host", 1).await.expect("stored"), b"x");
}
