//! What is not available, and that it says so.

use aws_sdk_s3::{
    operation::put_object::builders::PutObjectFluentBuilder,
    primitives::ByteStream,
    types::{ObjectCannedAcl, ServerSideEncryption, StorageClass},
};

use crate::servers::{ACCOUNT, MAX_OBJECT_BYTES, S3, refused};

fn put(s3: &S3, key: &str) -> PutObjectFluentBuilder {
    s3.client()
        .put_object()
        .bucket("photos")
        .key(key)
        .body(ByteStream::from_static(b"x"))
}

#[tokio::test]
async fn what_would_be_lost_is_refused_and_nothing_is_stored() {
    let s3 = S3::start().await;
    let put = || put(&s3, "k");
    for (request, code, status) in [
        (
            put().server_side_encryption(ServerSideEncryption::AwsKms),
            "NotImplemented",
            501,
        ),
        (put().storage_class(StorageClass::Glacier), "NotImplemented", 501),
        (put().tagging("a=b"), "NotImplemented", 501),
        (put().website_redirect_location("/x"), "NotImplemented", 501),
        (
            put().acl(ObjectCannedAcl::PublicRead),
            "AccessControlListNotSupported",
            400,
        ),
        (put().grant_read("id=x"), "AccessControlListNotSupported", 400),
        (put().expected_bucket_owner("111111111111"), "AccessDenied", 403),
        (put().metadata("m", "x".repeat(2100)), "MetadataTooLarge", 400),
        (
            put().body(vec![0; MAX_OBJECT_BYTES as usize + 1].into()),
            "EntityTooLarge",
            400,
        ),
    ] {
        assert_eq!(refused!(request), (code.to_owned(), status));
    }
    assert_eq!(s3.files(), (0, 0));
    put()
        .expected_bucket_owner(ACCOUNT)
        .acl(ObjectCannedAcl::Private)
        .send()
        .await
        .expect("my account, my object");
    assert_eq!(s3.store.get("photos", "k", 1).await.expect("one byte"), b"x");
}

#[tokio::test]
async fn operations_that_are_not_here_answer_501() {
    let s3 = S3::start().await;
    let client = s3.client();
    put(&s3, "k").send().await.expect("stored");
    let not_here = ("NotImplemented".to_owned(), 501);
    assert_eq!(
        refused!(client.create_multipart_upload().bucket("photos").key("k")),
        not_here
    );
    assert_eq!(
        refused!(client.list_multipart_uploads().bucket("photos")),
        not_here
    );
    assert_eq!(refused!(client.list_objects().bucket("photos")), not_here);
    assert_eq!(refused!(client.list_object_versions().bucket("photos")), not_here);
    assert_eq!(
        refused!(
            client
                .get_object_attributes()
                .bucket("photos")
                .key("k")
                .object_attributes("ETag".into())
        ),
        not_here
    );
    assert_eq!(
        refused!(client.get_object_tagging().bucket("photos").key("k")),
        not_here
    );
    assert_eq!(
        refused!(client.get_object_acl().bucket("photos").key("k")),
        not_here
    );
    assert_eq!(refused!(client.get_bucket_cors().bucket("photos")), not_here);
    assert_eq!(refused!(client.delete_bucket_cors().bucket("photos")), not_here);
    assert_eq!(refused!(client.get_bucket_policy().bucket("photos")), not_here);
    assert_eq!(
        refused!(client.get_bucket_versioning().bucket("photos")),
        not_here
    );
    assert_eq!(
        refused!(client.get_bucket_encryption().bucket("photos")),
        not_here
    );
    assert_eq!(
        refused!(client.get_object().bucket("photos").key("k").part_number(1)),
        not_here
    );
    let version = client.get_object().bucket("photos").key("k").version_id("3");
    assert_eq!(refused!(version), ("NoSuchVersion".into(), 404));
    client
        .get_object()
        .bucket("photos")
        .key("k")
        .version_id("null")
        .send()
        .await
        .expect("the only version");
}
