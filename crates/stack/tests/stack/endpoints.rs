//! The AWS endpoints, through AWS's own SDKs.

use aws_sdk_dynamodb::{error::ProvideErrorMetadata as _, types::AttributeValue};
use serde_json::{Value, json};

use crate::world::{World, echo, sdk, takes_all};

const SESSION: &str = "arn:aws:sts::000000000000:assumed-role/visavis-NotesFunction/visavis-NotesFunction";

#[tokio::test]
async fn a_function_may_do_what_its_role_says_and_nothing_else() {
    let world = World::start(echo(), takes_all()).await;
    let tables = aws_sdk_dynamodb::Client::new(&world.function("NotesFunction").await);
    let put = tables
        .put_item()
        .table_name("visavis-notes")
        .item("pk", AttributeValue::S("a".into()));
    put.send().await.unwrap();
    let refused = tables
        .scan()
        .table_name("visavis-notes")
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    assert_eq!(refused.code(), Some("AccessDeniedException"));
    assert_eq!(
        refused.message(),
        Some(format!(
            "User: {SESSION} is not authorized to perform: dynamodb:Scan on resource: \
             arn:aws:dynamodb:eu-west-1:000000000000:table/visavis-notes because no identity-based policy allows the \
             dynamodb:Scan action"
        ).as_str())
    );
    let root = aws_sdk_dynamodb::Client::new(&world.root().await);
    assert_eq!(
        root.scan()
            .table_name("visavis-notes")
            .send()
            .await
            .unwrap()
            .count(),
        1
    );
}

#[tokio::test]
async fn objects_are_reached_by_key_as_the_role_says() {
    let world = World::start(echo(), takes_all()).await;
    let objects = aws_sdk_s3::Client::new(&world.function("NotesFunction").await);
    let put = |key: &str| {
        objects
            .put_object()
            .bucket("visavis-000000000000-files")
            .key(key)
            .body(b"x".to_vec().into())
    };
    put("u/1").send().await.unwrap();
    let refused = put("v/1").send().await.unwrap_err().into_service_error();
    assert_eq!(refused.code(), Some("AccessDenied"));
}

#[tokio::test]
async fn messages_and_parameters_are_guarded_alike() {
    let world = World::start(echo(), takes_all()).await;
    let notes = world.function("NotesFunction").await;
    let topics = aws_sdk_sns::Client::new(&notes);
    let topic = &world.plans["NotesFunction"].env["ALERTS_TOPIC_ARN"];
    let published = topics
        .publish()
        .topic_arn(topic)
        .subject("Hello")
        .message("a <b> & c")
        .send()
        .await
        .unwrap();
    let messages = world.messages("/_stack/outbox.json").await;
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0]["messageId"], published.message_id().unwrap());
    assert_eq!(
        messages[0]["recipients"],
        json!(["email:ops@example.org", "email:second@example.org"])
    );
    let page = world.get("/_stack/outbox").await.text().await.unwrap();
    assert!(page.contains("a &lt;b&gt; &amp; c"));
    let refused = topics
        .publish()
        .topic_arn("arn:aws:sns:eu-west-1:000000000000:x")
        .message("x")
        .send()
        .await;
    assert_eq!(
        refused.unwrap_err().into_service_error().code(),
        Some("AuthorizationError")
    );

    let parameters = aws_sdk_ssm::Client::new(&notes);
    let greeting = parameters
        .get_parameter()
        .name("/visavis/greeting")
        .send()
        .await
        .unwrap();
    assert_eq!(greeting.parameter().unwrap().value(), Some("hello"));
    let refused = parameters
        .get_parameter()
        .name("/visavis/secret")
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    assert_eq!(refused.code(), Some("AccessDeniedException"));
    let root = aws_sdk_ssm::Client::new(&world.root().await);
    let missing = root
        .get_parameter()
        .name("/visavis/secret")
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    assert!(missing.is_parameter_not_found());
}

#[tokio::test]
async fn rekognition_reads_s3_with_the_callers_rights() {
    let world = World::start(echo(), takes_all()).await;
    let grey = picture::Picture {
        width: 100,
        height: 100,
        rgb: vec![128; 3 * 100 * 100],
        format: picture::Format::Jpeg,
    };
    let grey = picture::encode_jpeg(&grey, 90);
    let objects = aws_sdk_s3::Client::new(&world.root().await);
    objects
        .put_object()
        .bucket("visavis-000000000000-files")
        .key("u/1")
        .body(grey.into())
        .send()
        .await
        .unwrap();
    let image = || {
        let object = aws_sdk_rekognition::types::S3Object::builder()
            .bucket("visavis-000000000000-files")
            .name("u/1");
        aws_sdk_rekognition::types::Image::builder()
            .s3_object(object.build())
            .build()
    };
    let root = aws_sdk_rekognition::Client::new(&world.root().await);
    assert_eq!(
        root.detect_faces()
            .image(image())
            .send()
            .await
            .unwrap()
            .face_details()
            .len(),
        0
    );
    // This function may ask Rekognition, but may not read the object.
    let notes = aws_sdk_rekognition::Client::new(&world.function("NotesFunction").await);
    let refused = notes
        .detect_faces()
        .image(image())
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    assert_eq!(refused.code(), Some("InvalidS3ObjectException"));
    // And this one may not even ask.
    let notifier = aws_sdk_rekognition::Client::new(&world.function("NotifierFunction").await);
    let refused = notifier
        .detect_faces()
        .image(image())
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    assert_eq!(refused.code(), Some("AccessDeniedException"));
}

#[tokio::test]
async fn rights_to_one_collection_are_rights_to_no_other() {
    use aws_sdk_rekognition::types::Image;
    let world = World::start(echo(), takes_all()).await;
    let root = aws_sdk_rekognition::Client::new(&world.root().await);
    let others = root.create_collection().collection_id("others");
    let others = others.send().await.unwrap();
    assert!(others.collection_arn().unwrap().contains(stack::ACCOUNT));
    let notes = aws_sdk_rekognition::Client::new(&world.function("NotesFunction").await);
    let made = notes.create_collection().collection_id("visitors");
    let arn = made.send().await.unwrap().collection_arn().unwrap().to_owned();
    let tag = async |arn: String| notes.tag_resource().resource_arn(arn).tags("a", "b").send().await;
    tag(format!("arn:{arn}")).await.unwrap();
    // Without the prefix, as it was answered, and in another region, it is still that collection and not another.
    tag(arn.clone()).await.unwrap();
    let listed = notes.list_faces().collection_id("visitors").send().await;
    assert!(listed.unwrap().faces().is_empty());

    macro_rules! denied {
        ($request:expr) => {
            let error = $request.await.unwrap_err().into_service_error();
            assert_eq!(error.code(), Some("AccessDeniedException"));
        };
    }
    denied!(notes.create_collection().collection_id("others2").send());
    denied!(notes.list_faces().collection_id("others").send());
    denied!(notes.list_faces().collection_id("Visitors").send());
    denied!(tag(arn.replace("visitors", "others")));
    denied!(tag(
        format!("arn:{}", arn.replace("eu-west-1", "us-east-1")).replace("visitors", "others")
    ));
    denied!(notes.list_collections().send());
    denied!(notes.delete_collection().collection_id("visitors").send());
    denied!(
        notes
            .index_faces()
            .collection_id("visitors")
            .image(Image::builder().build())
            .send()
    );
    // CompareFaces is about no collection, so a right to it on one is none.
    let image = || {
        Image::builder()
            .bytes(aws_sdk_rekognition::primitives::Blob::new("x"))
            .build()
    };
    denied!(
        notes
            .compare_faces()
            .source_image(image())
            .target_image(image())
            .send()
    );
    let refused = root
        .compare_faces()
        .source_image(image())
        .target_image(image())
        .send()
        .await;
    let refused = refused.unwrap_err().into_service_error();
    assert_eq!(refused.code(), Some("InvalidImageFormatException"));
}

#[tokio::test]
async fn collections_are_there_after_a_restart() {
    let folder = tempfile::TempDir::new().unwrap();
    for start in 0..2 {
        let mut world = World::start_in(folder.path(), |_| {}, echo(), takes_all()).await;
        let root = aws_sdk_rekognition::Client::new(&world.root().await);
        if start == 0 {
            root.create_collection()
                .collection_id("kept")
                .send()
                .await
                .unwrap();
        }
        let listed = root.list_collections().send().await.unwrap();
        assert_eq!(listed.collection_ids(), ["kept"]);
        drop(root);
        world.stop().await;
    }
}

#[tokio::test]
async fn a_wrong_signature_and_an_unknown_key_open_nothing() {
    let world = World::start(echo(), takes_all()).await;
    for (key, secret, code) in [
        ("test", "wrong", "InvalidSignatureException"),
        ("nobody", "test", "UnrecognizedClientException"),
    ] {
        let tables = aws_sdk_dynamodb::Client::new(&sdk(&world.aws, key, secret).await);
        let refused = tables
            .list_tables()
            .send()
            .await
            .unwrap_err()
            .into_service_error();
        assert_eq!(refused.code(), Some(code));
    }
}

#[tokio::test]
async fn what_is_not_served_is_a_501_that_names_it() {
    let world = World::start(echo(), takes_all()).await;
    let authorization = "AWS4-HMAC-SHA256 Credential=test/20261120/eu-west-1/secretsmanager/aws4_request, \
                         SignedHeaders=host, Signature=00";
    let request = world
        .client
        .post(&world.aws)
        .header("authorization", authorization);
    let response = request
        .header("x-amz-target", "secretsmanager.GetSecretValue")
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 501);
    let body: Value = response.json().await.unwrap();
    assert_eq!(
        body["Message"],
        "secretsmanager GetSecretValue is not supported by this endpoint"
    );

    let authorization = authorization.replace("secretsmanager", "sts");
    let request = world
        .client
        .post(&world.aws)
        .header("authorization", authorization);
    let response = request
        .body("Action=GetCallerIdentity&Version=2011-06-15")
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 501);
    assert!(
        response
            .text()
            .await
            .unwrap()
            .contains("<Message>sts GetCallerIdentity is not supported")
    );

    let parameters = aws_sdk_ssm::Client::new(&world.root().await);
    let error = parameters
        .get_parameters_by_path()
        .path("/")
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.raw_response().unwrap().status().as_u16(), 501);
    let topics = aws_sdk_sns::Client::new(&world.root().await);
    let error = topics.create_topic().name("x").send().await.unwrap_err();
    assert_eq!(error.raw_response().unwrap().status().as_u16(), 501);
}

#[tokio::test]
async fn grants_that_nobody_used_are_reported() {
    let world = World::start(echo(), takes_all()).await;
    let tables = aws_sdk_dynamodb::Client::new(&world.function("NotesFunction").await);
    tables
        .put_item()
        .table_name("visavis-notes")
        .item("pk", AttributeValue::S("a".into()))
        .send()
        .await
        .unwrap();
    let _refused = tables
        .scan()
        .table_name("visavis-notes")
        .send()
        .await
        .unwrap_err();
    let grants = world.get_json("/_stack/grants").await;
    let notes = &grants["functions"]["NotesFunction"];
    let actions = |list: &Value| -> Vec<String> {
        list.as_array()
            .unwrap()
            .iter()
            .map(|it| it["action"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(actions(&notes["used"]), ["dynamodb:PutItem"]);
    assert!(actions(&notes["unused"]).contains(&"dynamodb:DeleteItem".to_owned()));
    assert_eq!(actions(&notes["refused"]), ["dynamodb:Scan"]);
}
