//! Items through the official SDK, and bodies that no SDK would send.

use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, KeysAndAttributes, Put, PutRequest, ReturnValuesOnConditionCheckFailure,
    TransactWriteItem, Update, WriteRequest,
};
use serde_json::json;
use stack::dynamodb::Dynamo;
use tempfile::TempDir;

use crate::{
    dynamodb::{analyses, call, refusal, sessions},
    servers::{ACCOUNT, DynamoServer, REGION, failure},
};

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

#[tokio::test]
async fn conditions_fail_as_the_sdk_expects() {
    let folder = TempDir::new().expect("a folder");
    let server = DynamoServer::start(folder.path()).await;
    server.store.create_table(&sessions()).await.expect("made");
    let client = server.client();
    let put = || {
        client
            .put_item()
            .table_name("visavis-sessions")
            .item("pk", text("s1"))
            .item("n", text("old"))
    };
    put()
        .condition_expression("attribute_not_exists(pk)")
        .send()
        .await
        .expect("free");
    let refused = put()
        .condition_expression("attribute_not_exists(pk)")
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .send()
        .await
        .expect_err("taken")
        .into_service_error();
    let failed = match &refused {
        aws_sdk_dynamodb::operation::put_item::PutItemError::ConditionalCheckFailedException(it) => it,
        other => panic!("{other:?}"),
    };
    assert_eq!(failed.message(), Some("The conditional request failed"));
    assert_eq!(failed.item().expect("the old item")["n"], text("old"));

    let transaction = client
        .transact_write_items()
        .transact_items(
            TransactWriteItem::builder()
                .put(
                    Put::builder()
                        .table_name("visavis-sessions")
                        .item("pk", text("s2"))
                        .build()
                        .expect("a put"),
                )
                .build(),
        )
        .transact_items(
            TransactWriteItem::builder()
                .condition_check(
                    ConditionCheck::builder()
                        .table_name("visavis-sessions")
                        .key("pk", text("s1"))
                        .condition_expression("attribute_not_exists(pk)")
                        .build()
                        .expect("a check"),
                )
                .build(),
        )
        .send()
        .await
        .expect_err("cancelled")
        .into_service_error();
    let cancelled = match &transaction {
        aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::TransactionCanceledException(it) => it,
        other => panic!("{other:?}"),
    };
    let reasons: Vec<_> = cancelled
        .cancellation_reasons()
        .iter()
        .filter_map(|it| it.code())
        .collect();
    assert_eq!(reasons, ["None", "ConditionalCheckFailed"]);
    let none = client
        .get_item()
        .table_name("visavis-sessions")
        .key("pk", text("s2"))
        .send()
        .await
        .expect("an answer");
    assert!(none.item().is_none(), "all or nothing");

    let update = Update::builder()
        .table_name("visavis-sessions")
        .key("pk", text("s1"))
        .update_expression("SET n = :n")
        .expression_attribute_values(":n", text("new"))
        .build()
        .expect("an update");
    client
        .transact_write_items()
        .transact_items(TransactWriteItem::builder().update(update).build())
        .send()
        .await
        .expect("done");
    let item = client
        .get_item()
        .table_name("visavis-sessions")
        .key("pk", text("s1"))
        .consistent_read(true)
        .send()
        .await;
    assert_eq!(item.expect("there").item().expect("an item")["n"], text("new"));
}

#[tokio::test]
async fn batches_queries_and_errors_work_over_the_wire() {
    let folder = TempDir::new().expect("a folder");
    let server = DynamoServer::start(folder.path()).await;
    server.store.create_table(&analyses()).await.expect("made");
    let client = server.client();
    let requests = (0..25).map(|n| {
        let put = PutRequest::builder()
            .item("userId", text("u"))
            .item("analysisId", text(&format!("{n:03}")))
            .item("faces", AttributeValue::N(n.to_string()))
            .build()
            .expect("a put");
        WriteRequest::builder().put_request(put).build()
    });
    client
        .batch_write_item()
        .request_items("visavis-analyses", requests.collect())
        .send()
        .await
        .expect("written");
    let page = client
        .query()
        .table_name("visavis-analyses")
        .key_condition_expression("userId = :u AND begins_with(analysisId, :p)")
        .expression_attribute_values(":u", text("u"))
        .expression_attribute_values(":p", text("0"))
        .scan_index_forward(false)
        .limit(10)
        .send()
        .await
        .expect("a page");
    assert_eq!(page.items()[0]["analysisId"], text("024"));
    assert_eq!(
        page.last_evaluated_key().expect("more")["analysisId"],
        text("015")
    );
    let keys = KeysAndAttributes::builder()
        .keys(
            [
                ("userId".to_owned(), text("u")),
                ("analysisId".to_owned(), text("001")),
            ]
            .into(),
        )
        .build()
        .expect("keys");
    let got = client
        .batch_get_item()
        .request_items("visavis-analyses", keys)
        .send()
        .await
        .expect("got");
    assert_eq!(got.responses().expect("responses")["visavis-analyses"].len(), 1);

    let missing = client
        .get_item()
        .table_name("nowhere")
        .key("pk", text("x"))
        .send()
        .await
        .expect_err("no table");
    assert_eq!(failure(missing), ("ResourceNotFoundException".into(), 400));
    let wrong = client
        .get_item()
        .table_name("visavis-analyses")
        .key("pk", text("x"))
        .send()
        .await
        .expect_err("no such key");
    assert_eq!(failure(wrong), ("ValidationException".into(), 400));
    assert_eq!(
        failure(client.describe_limits().send().await.expect_err("not here")),
        ("NotImplemented".into(), 501)
    );
    assert_eq!(
        failure(client.list_backups().send().await.expect_err("not here")).1,
        501
    );
}

#[tokio::test]
async fn hostile_bodies_are_refused_and_the_store_lives() {
    let folder = TempDir::new().expect("a folder");
    let dynamo = Dynamo::open(&folder.path().join("d.sqlite"), REGION, ACCOUNT).expect("a store");
    dynamo.create_table(&sessions()).await.expect("made");
    let deep = format!(
        r#"{{"TableName":"visavis-sessions","Item":{{"pk":{}"x"{}}}}}"#,
        r#"{"M":{"a":"#.repeat(300),
        "}}".repeat(300)
    );
    let huge = format!(
        r#"{{"TableName":"visavis-sessions","Item":{{"pk":{{"S":"x"}},"b":{{"S":"{}"}}}}}}"#,
        "x".repeat(450_000)
    );
    for body in [
        "",
        "{",
        "null",
        "[]",
        "5",
        "\"x\"",
        "{}",
        r#"{"TableName":5}"#,
        r#"{"TableName":"visavis-sessions","Item":[]}"#,
        r#"{"TableName":"visavis-sessions","Item":{"pk":{"S":5}}}"#,
        r#"{"TableName":"visavis-sessions","Item":{"pk":{"N":"1"}}}"#,
        r#"{"TableName":"visavis-sessions","Item":{"pk":{"S":""}}}"#,
        r#"{"TableName":"a\" ; DROP TABLE _tables; --","Item":{}}"#,
        r#"{"TableName":"_stream_records","Item":{"pk":{"S":"x"}}}"#,
        "\u{0}",
        &deep,
        &huge,
    ] {
        let (code, status) = refusal(&dynamo, "PutItem", body).await;
        let shown: String = body.chars().take(60).collect();
        assert!(
            status == 400
                && [
                    "ValidationException",
                    "SerializationException",
                    "ResourceNotFoundException"
                ]
                .contains(&code.as_str()),
            "{shown}: {status} {code}"
        );
    }
    let marker = refusal(
        &dynamo,
        "PutItem",
        r#"{"TableName":"visavis-sessions","Item":{"pk":{"S":"x","N":"1"}}}"#,
    )
    .await;
    assert_eq!(marker.0, "ValidationException");
    assert_eq!(
        refusal(&dynamo, "DropDatabase", "{}").await,
        ("UnknownOperationException".into(), 400)
    );
    assert_eq!(
        call(&dynamo, "Scan", json!({"TableName": "visavis-sessions"})).await["Count"],
        0
    );
}

#[tokio::test]
async fn no_message_carries_the_engines_markers() {
    let folder = TempDir::new().expect("a folder");
    let dynamo = Dynamo::open(&folder.path().join("d.sqlite"), REGION, ACCOUNT).expect("a store");
    for (operation, body) in [
        ("CreateTable", r#"{"TableName":"x"}"#),
        ("UpdateTable", r#"{"TableName":"x"}"#),
        ("PutItem", r#"{"TableName":"abc","Item":{"pk":{"NULL":false}}}"#),
        ("PutItem", r#"{"TableName":"abc","Item":{"pk":{"SS":[]}}}"#),
        ("PutItem", r#"{"TableName":"abc","Item":{"pk":{"N":"x"}}}"#),
        (
            "Query",
            r#"{"TableName":"abc","ExpressionAttributeValues":{":a":{}}}"#,
        ),
        ("GetItem", r#"{"TableName":"abc","Key":{"pk":{"B":"%"}}}"#),
        (
            "ListTagsOfResource",
            r#"{"ResourceArn":"arn:aws:dynamodb:eu-west-1:000000000000:table/none"}"#,
        ),
    ] {
        let error = dynamo
            .call(operation, body.as_bytes())
            .await
            .expect_err(operation);
        for part in ["VALIDATION", "SERIALIZATION", " at line ", "dynoxide"] {
            assert!(!error.message.contains(part), "{operation} {body}: {error}");
        }
    }
}

#[tokio::test]
async fn many_callers_are_served_and_none_is_lost() {
    let folder = TempDir::new().expect("a folder");
    let dynamo = Dynamo::open(&folder.path().join("d.sqlite"), REGION, ACCOUNT).expect("a store");
    dynamo.create_table(&sessions()).await.expect("made");
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..400 {
        let dynamo = dynamo.clone();
        tasks.spawn(async move {
            let update = json!({"TableName": "visavis-sessions", "Key": {"pk": {"S": "counter"}},
                "UpdateExpression": "ADD n :one", "ExpressionAttributeValues": {":one": {"N": "1"}}});
            call(&dynamo, "UpdateItem", update).await;
        });
    }
    tasks.join_all().await;
    let counter = call(
        &dynamo,
        "GetItem",
        json!({"TableName": "visavis-sessions", "Key": {"pk": {"S": "counter"}}}),
    )
    .await;
    assert_eq!(counter["Item"]["n"]["N"], "400");
}
