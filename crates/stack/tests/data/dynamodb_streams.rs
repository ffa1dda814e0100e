//! Streams and expiry: what happens to a table by itself.

use std::{sync::Arc, time::Duration};

use aws_wire::{Clock, StoppedClock, SystemClock};
use jiff::SignedDuration;
use serde_json::json;
use stack::dynamodb::Dynamo;
use tempfile::TempDir;

use crate::{
    dynamodb::{analyses, call, sessions},
    servers::{ACCOUNT, REGION},
};

#[tokio::test]
async fn what_has_expired_goes_by_itself_and_leaves_its_record() {
    let folder = TempDir::new().expect("a folder");
    let dynamo = Dynamo::open_with(
        &folder.path().join("d.sqlite"),
        REGION,
        ACCOUNT,
        Arc::new(SystemClock),
        Duration::from_millis(50),
    )
    .expect("a store");
    let mut table = sessions();
    table["StreamSpecification"] = json!({"StreamViewType": "NEW_AND_OLD_IMAGES"});
    dynamo.create_table(&table).await.expect("made");
    for (pk, expires) in [("old", "1000000000"), ("new", "4000000000"), ("text", "soon")] {
        let kind = if expires == "soon" { "S" } else { "N" };
        let mut expires_at = json!({});
        expires_at[kind] = expires.into();
        call(
            &dynamo,
            "PutItem",
            json!({"TableName": "visavis-sessions",
            "Item": {"pk": {"S": pk}, "expiresAt": expires_at}}),
        )
        .await;
    }
    for _ in 0..200 {
        if call(&dynamo, "Scan", json!({"TableName": "visavis-sessions"})).await["Count"] == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let left = call(&dynamo, "Scan", json!({"TableName": "visavis-sessions"})).await;
    assert_eq!(left["Count"], 2, "{left}");
    let records = dynamo
        .stream_records("visavis-sessions", None, 100)
        .await
        .expect("records");
    let last = &records.last().expect("a record").event;
    assert_eq!(last["eventName"], "REMOVE");
    assert_eq!(
        last["userIdentity"],
        json!({"type": "Service", "principalId": "dynamodb.amazonaws.com"})
    );
    assert_eq!(last["dynamodb"]["Keys"], json!({"pk": {"S": "old"}}));
}

#[tokio::test]
async fn stream_records_are_what_lambda_would_give_a_function() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("d.sqlite");
    let dynamo = Dynamo::open(&path, REGION, ACCOUNT).expect("a store");
    let table = dynamo.create_table(&analyses()).await.expect("made");
    assert!(
        dynamo
            .stream_records("visavis-analyses", None, 10)
            .await
            .expect("none yet")
            .is_empty()
    );
    for n in 1..=3 {
        call(
            &dynamo,
            "PutItem",
            json!({"TableName": "visavis-analyses", "Item": {"userId": {"S": "u"},
            "analysisId": {"S": n.to_string()}, "lowConfidence": {"BOOL": n == 2}, "best": {"N": "12.5"}}}),
        )
        .await;
    }
    let records = dynamo
        .stream_records("visavis-analyses", None, 2)
        .await
        .expect("records");
    assert_eq!(records.len(), 2);
    let mut event = records[1].event.clone();
    let created = event["dynamodb"]["ApproximateCreationDateTime"].take();
    assert!(created.as_i64().is_some_and(|it| it > 1_700_000_000), "{created}");
    let id = event["eventID"].take();
    assert!(id.as_str().is_some_and(|it| it.len() == 32), "{id}");
    let size = event["dynamodb"]["SizeBytes"].take();
    assert!(size.as_i64().is_some_and(|it| it > 10));
    assert_eq!(
        event,
        json!({
            "eventID": null,
            "eventName": "INSERT",
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": "eu-west-1",
            "dynamodb": {
                "ApproximateCreationDateTime": null,
                "Keys": {"userId": {"S": "u"}, "analysisId": {"S": "2"}},
                "NewImage": {"userId": {"S": "u"}, "analysisId": {"S": "2"}, "lowConfidence": {"BOOL": true}, "best": {"N": "12.5"}},
                "SequenceNumber": records[1].sequence_number,
                "SizeBytes": null,
                "StreamViewType": "NEW_IMAGE",
            },
            "eventSourceARN": table.stream_arn,
        })
    );
    assert!(
        records[0].sequence_number < records[1].sequence_number && records[0].sequence_number.len() == 21
    );
    dynamo
        .set_note("mapping", &records[1].sequence_number)
        .await
        .expect("kept");
    drop(dynamo);

    let dynamo = Dynamo::open(&path, REGION, ACCOUNT).expect("the same store");
    let place = dynamo.note("mapping").await.expect("readable").expect("kept");
    let rest = dynamo
        .stream_records("visavis-analyses", Some(&place), 10)
        .await
        .expect("records");
    assert_eq!(rest.len(), 1);
    assert_eq!(rest[0].event["dynamodb"]["Keys"]["analysisId"]["S"], "3");
    assert!(
        dynamo
            .stream_records("visavis-analyses", Some(&rest[0].sequence_number), 10)
            .await
            .expect("none")
            .is_empty()
    );
    assert_eq!(dynamo.note("another").await.expect("readable"), None);
    for wrong in ["", "5", "abc"] {
        assert!(
            dynamo
                .stream_records("visavis-analyses", Some(wrong), 10)
                .await
                .is_err(),
            "{wrong}"
        );
    }
    dynamo.create_table(&sessions()).await.expect("made");
    assert!(
        dynamo.stream_records("visavis-sessions", None, 10).await.is_err(),
        "no stream"
    );
    assert!(dynamo.stream_records("nowhere", None, 10).await.is_err());
}

#[tokio::test]
async fn the_streams_api_gives_the_same_records() {
    let folder = TempDir::new().expect("a folder");
    let dynamo = Dynamo::open(&folder.path().join("d.sqlite"), REGION, ACCOUNT).expect("a store");
    let table = dynamo.create_table(&analyses()).await.expect("made");
    call(
        &dynamo,
        "PutItem",
        json!({"TableName": "visavis-analyses",
        "Item": {"userId": {"S": "u"}, "analysisId": {"S": "1"}}}),
    )
    .await;
    let streams = call(&dynamo, "ListStreams", json!({})).await;
    assert_eq!(
        streams["Streams"][0]["StreamArn"].as_str(),
        table.stream_arn.as_deref()
    );
    let described = call(&dynamo, "DescribeStream", json!({"StreamArn": table.stream_arn})).await;
    let shard = &described["StreamDescription"]["Shards"][0]["ShardId"];
    let iterator = call(
        &dynamo,
        "GetShardIterator",
        json!({"StreamArn": table.stream_arn, "ShardId": shard,
        "ShardIteratorType": "TRIM_HORIZON"}),
    )
    .await;
    let got = call(
        &dynamo,
        "GetRecords",
        json!({"ShardIterator": iterator["ShardIterator"]}),
    )
    .await;
    let ours = dynamo
        .stream_records("visavis-analyses", None, 10)
        .await
        .expect("records");
    assert_eq!(got["Records"][0]["awsRegion"], REGION);
    assert_eq!(got["Records"][0]["eventID"], ours[0].event["eventID"]);
    assert_eq!(
        got["Records"][0]["dynamodb"]["SequenceNumber"].as_str(),
        Some(ours[0].sequence_number.as_str())
    );
}

#[tokio::test]
async fn records_older_than_a_day_go_and_the_last_one_stays() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("d.sqlite");
    let write = |dynamo: Dynamo, from: usize, to: usize| async move {
        for n in from..to {
            call(
                &dynamo,
                "PutItem",
                json!({"TableName": "visavis-analyses",
                "Item": {"userId": {"S": "u"}, "analysisId": {"S": n.to_string()}}}),
            )
            .await;
        }
    };
    let dynamo = Dynamo::open(&path, REGION, ACCOUNT).expect("a store");
    dynamo.create_table(&analyses()).await.expect("made");
    write(dynamo.clone(), 0, 5).await;
    dynamo.sweep().await.expect("swept");
    assert_eq!(
        dynamo
            .stream_records("visavis-analyses", None, 100)
            .await
            .expect("records")
            .len(),
        5,
        "a day is not over"
    );
    let last = dynamo
        .stream_records("visavis-analyses", None, 100)
        .await
        .expect("records")
        .pop()
        .expect("a record");
    drop(dynamo);

    let tomorrow = SystemClock.now() + SignedDuration::from_hours(25);
    let dynamo = Dynamo::open_with(
        &path,
        REGION,
        ACCOUNT,
        Arc::new(StoppedClock(tomorrow)),
        Duration::from_hours(1),
    )
    .expect("open");
    dynamo.sweep().await.expect("swept");
    let left = dynamo
        .stream_records("visavis-analyses", None, 100)
        .await
        .expect("records");
    assert_eq!(left, std::slice::from_ref(&last));
    write(dynamo.clone(), 5, 6).await;
    let next = dynamo
        .stream_records("visavis-analyses", Some(&last.sequence_number), 100)
        .await
        .expect("records");
    assert_eq!(next.len(), 1, "numbers go on");
    assert_eq!(
        call(&dynamo, "Scan", json!({"TableName": "visavis-analyses"})).await["Count"],
        6,
        "items stay"
    );
}

#[tokio::test]
async fn one_sqlite_serves_both_connections_with_an_index() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("d.sqlite");
    let dynamo = Dynamo::open(&path, REGION, ACCOUNT).expect("a store");
    dynamo.create_table(&analyses()).await.expect("made");
    let connection = rusqlite::Connection::open(&path).expect("a third connection");
    let plan: String = connection
        .query_row(
            "EXPLAIN QUERY PLAN SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1 FROM _stream_records \
             WHERE table_name = 'visavis-analyses'",
            [],
            |row| row.get(3),
        )
        .expect("a plan");
    assert!(plan.contains("stack stream sequence"), "{plan}");
    let mode: String = connection
        .pragma_query_value(None, "journal_mode", |row| row.get(0))
        .expect("a mode");
    assert_eq!(mode, "wal");
}
