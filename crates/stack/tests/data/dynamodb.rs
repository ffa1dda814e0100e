//! Tables as a template describes them, and what the DynamoDB tests share.

use serde_json::{Value, json};
use stack::dynamodb::Dynamo;
use tempfile::TempDir;

use crate::servers::{ACCOUNT, REGION};

pub(crate) fn analyses() -> Value {
    json!({
        "TableName": "visavis-analyses",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [
            {"AttributeName": "userId", "AttributeType": "S"}, {"AttributeName": "analysisId", "AttributeType": "S"},
            {"AttributeName": "list", "AttributeType": "S"},
        ],
        "KeySchema": [{"AttributeName": "userId", "KeyType": "HASH"}, {"AttributeName": "analysisId", "KeyType": "RANGE"}],
        "GlobalSecondaryIndexes": [{"IndexName": "by-list", "KeySchema": [{"AttributeName": "list", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"}}],
        "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": true},
        "SSESpecification": {"SSEEnabled": true},
        "Tags": [{"Key": "app", "Value": "visavis"}],
    })
}

pub(crate) fn sessions() -> Value {
    json!({
        "TableName": "visavis-sessions",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "TimeToLiveSpecification": {"AttributeName": "expiresAt", "Enabled": true},
    })
}

pub(crate) async fn call(dynamo: &Dynamo, operation: &str, input: Value) -> Value {
    dynamo
        .call(operation, input.to_string().as_bytes())
        .await
        .unwrap_or_else(|error| panic!("{operation}: {error}"))
}

pub(crate) async fn refusal(dynamo: &Dynamo, operation: &str, body: &str) -> (String, u16) {
    let error = dynamo
        .call(operation, body.as_bytes())
        .await
        .expect_err(operation);
    (error.code, error.status.as_u16())
}

#[tokio::test]
async fn a_template_s_table_is_made_once_and_kept() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("below/dynamodb.sqlite");
    let dynamo = Dynamo::open(&path, REGION, ACCOUNT).expect("a store");
    let made = dynamo.create_table(&analyses()).await.expect("made");
    assert_eq!(
        made.arn,
        "arn:aws:dynamodb:eu-west-1:000000000000:table/visavis-analyses"
    );
    let stream = made.stream_arn.clone().expect("a stream");
    assert!(stream.starts_with(&format!("{}/stream/", made.arn)), "{stream}");
    call(
        &dynamo,
        "PutItem",
        json!({"TableName": made.name, "Item": {"userId": {"S": "u"}, "analysisId": {"S": "1"}}}),
    )
    .await;
    drop(dynamo);

    let dynamo = Dynamo::open(&path, REGION, ACCOUNT).expect("the same store");
    let again = dynamo.create_table(&analyses()).await.expect("it is there");
    assert_eq!(again, made, "the stream is still the same");
    let found = call(&dynamo, "Scan", json!({"TableName": made.name})).await;
    assert_eq!(found["Count"], 1);

    let description = call(&dynamo, "DescribeTable", json!({"TableName": made.name})).await;
    let text = description.to_string();
    assert!(!text.contains("dynoxide"), "{text}");
    assert!(text.contains("table/visavis-analyses/index/by-list"));
    let backups = call(
        &dynamo,
        "DescribeContinuousBackups",
        json!({"TableName": made.name}),
    )
    .await;
    assert_eq!(
        backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"],
        "DISABLED"
    );
    assert_eq!(
        refusal(&dynamo, "DescribeContinuousBackups", r#"{"TableName":"none"}"#).await,
        ("TableNotFoundException".into(), 400)
    );
}

#[tokio::test]
async fn a_template_that_changes_is_followed_where_it_can_be() {
    let folder = TempDir::new().expect("a folder");
    let dynamo = Dynamo::open(&folder.path().join("d.sqlite"), REGION, ACCOUNT).expect("a store");
    dynamo.create_table(&analyses()).await.expect("made");
    call(&dynamo, "PutItem", json!({"TableName": "visavis-analyses",
        "Item": {"userId": {"S": "u"}, "analysisId": {"S": "1"}, "list": {"S": "no-faces"}, "kind": {"S": "k"}}})).await;

    let mut changed = analyses();
    changed["AttributeDefinitions"][2]["AttributeName"] = "kind".into();
    changed["GlobalSecondaryIndexes"][0]["IndexName"] = "by-kind".into();
    changed["GlobalSecondaryIndexes"][0]["KeySchema"][0]["AttributeName"] = "kind".into();
    changed["TimeToLiveSpecification"] = json!({"AttributeName": "expiresAt", "Enabled": true});
    changed["DeletionProtectionEnabled"] = true.into();
    dynamo.create_table(&changed).await.expect("followed");
    let found = call(
        &dynamo,
        "Query",
        json!({"TableName": "visavis-analyses", "IndexName": "by-kind",
        "KeyConditionExpression": "kind = :k", "ExpressionAttributeValues": {":k": {"S": "k"}}}),
    )
    .await;
    assert_eq!(found["Count"], 1, "the new index has the old item");
    let query = json!({"TableName": "visavis-analyses", "IndexName": "by-list", "KeyConditionExpression": "list = :k",
        "ExpressionAttributeValues": {":k": {"S": "k"}}});
    assert!(
        dynamo.call("Query", query.to_string().as_bytes()).await.is_err(),
        "the old index is gone"
    );
    let ttl = call(
        &dynamo,
        "DescribeTimeToLive",
        json!({"TableName": "visavis-analyses"}),
    )
    .await;
    assert_eq!(ttl["TimeToLiveDescription"]["TimeToLiveStatus"], "ENABLED");
    assert_eq!(
        refusal(&dynamo, "DeleteTable", r#"{"TableName":"visavis-analyses"}"#)
            .await
            .0,
        "ValidationException",
        "deletion protection is on"
    );
    let same = dynamo.create_table(&changed).await.expect("nothing to do");
    assert_eq!(same, dynamo.create_table(&changed).await.expect("nothing to do"));

    for (what, change) in [
        (
            "another key",
            json!({"KeySchema": [{"AttributeName": "userId", "KeyType": "HASH"}]}),
        ),
        (
            "another index under the same name",
            json!({"GlobalSecondaryIndexes": [{"IndexName": "by-kind",
            "KeySchema": [{"AttributeName": "kind", "KeyType": "HASH"}], "Projection": {"ProjectionType": "KEYS_ONLY"}}]}),
        ),
        ("something unknown", json!({"ReplicaSpecification": {}})),
    ] {
        let mut wrong = changed.clone();
        wrong
            .as_object_mut()
            .expect("an object")
            .extend(change.as_object().expect("an object").clone());
        let error = dynamo.create_table(&wrong).await.expect_err(what).to_string();
        assert!(error.starts_with("table visavis-analyses: "), "{error}");
    }
    let found = call(&dynamo, "Scan", json!({"TableName": "visavis-analyses"})).await;
    assert_eq!(found["Count"], 1, "a refused template changes nothing");
}

#[tokio::test]
async fn a_table_that_was_left_unfinished_is_made_again() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("d.sqlite");
    let dynamo = Dynamo::open(&path, REGION, ACCOUNT).expect("a store");
    dynamo.create_table(&sessions()).await.expect("made");
    drop(dynamo);
    // What a process leaves that dies between announcing a table and making it.
    rusqlite::Connection::open(&path)
        .expect("a connection")
        .execute_batch("DROP TABLE \"visavis-sessions\"")
        .expect("dropped");
    let dynamo = Dynamo::open(&path, REGION, ACCOUNT).expect("a store");
    dynamo.create_table(&sessions()).await.expect("made again");
    call(
        &dynamo,
        "PutItem",
        json!({"TableName": "visavis-sessions", "Item": {"pk": {"S": "x"}}}),
    )
    .await;
}
