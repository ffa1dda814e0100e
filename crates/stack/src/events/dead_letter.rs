//! What Lambda sends to the destination of a batch it gave up.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html>: the records themselves are not in
//! it; they are in the stream for a day, under the sequence numbers given here.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::batch::{Batch, Condition, arrival};

pub(super) struct Failure<'a> {
    pub(super) batch: &'a Batch,
    pub(super) condition: Condition,
    /// Request id of the last invocation, if there was one.
    pub(super) request_id: Option<&'a str>,
    /// Whether the function ended without an answer, rather than naming records.
    pub(super) unhandled: bool,
    pub(super) function_arn: &'a str,
    pub(super) stream_arn: &'a str,
    pub(super) shard_id: &'a str,
    pub(super) now: Timestamp,
}

/// The record in AWS's on-failure format.
pub(super) fn record(failure: &Failure<'_>) -> Value {
    let Failure {
        batch,
        condition,
        now,
        ..
    } = failure;
    let (first, last) = (batch.records.first(), batch.records.last());
    let mut record = json!({
        "requestContext": {
            "requestId": failure.request_id.map_or_else(|| uuid::Uuid::new_v4().to_string(), str::to_owned),
            "functionArn": failure.function_arn,
            "condition": condition.name(),
            "approximateInvokeCount": batch.invocations,
        },
    });
    if failure.request_id.is_some() {
        let mut context = json!({ "statusCode": 200, "executedVersion": "$LATEST" });
        if failure.unhandled {
            context["functionError"] = "Unhandled".into();
        }
        record["responseContext"] = context;
    }
    record["version"] = "1.0".into();
    record["timestamp"] = format!("{now:.3}").into();
    record["DDBStreamBatchInfo"] = json!({
        "shardId": failure.shard_id,
        "startSequenceNumber": first.map(|it| &it.sequence_number),
        "endSequenceNumber": last.map(|it| &it.sequence_number),
        "approximateArrivalOfFirstRecord": first.and_then(arrival).map(|it| format!("{it:.0}")),
        "approximateArrivalOfLastRecord": last.and_then(arrival).map(|it| format!("{it:.0}")),
        "batchSize": batch.records.len(),
        "streamArn": failure.stream_arn,
    });
    record
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dynamodb::StreamRecord;

    #[test]
    fn the_record_has_the_form_of_the_documentations_example() {
        let record_at = |number: &str, second: i64| StreamRecord {
            sequence_number: number.into(),
            event: json!({"dynamodb": {"ApproximateCreationDateTime": second}}),
        };
        let mut batch = Batch::new(vec![
            record_at("100", 1_573_690_759),
            record_at("101", 1_573_690_760),
        ]);
        batch.invocations = 3;
        let failure = Failure {
            batch: &batch,
            condition: Condition::RetryAttemptsExhausted,
            request_id: Some("316aa6d0"),
            unhandled: true,
            function_arn: "arn:aws:lambda:us-east-2:123456789012:function:myfunction",
            stream_arn: "arn:aws:dynamodb:us-east-2:123456789012:table/mytable/stream/2019-11-14T00:04:06.388",
            shard_id: "shardId-00000001573689847184-864758bb",
            now: "2019-11-14T00:13:49.717Z".parse().unwrap(),
        };
        assert_eq!(
            record(&failure),
            json!({
                "requestContext": {
                    "requestId": "316aa6d0",
                    "functionArn": "arn:aws:lambda:us-east-2:123456789012:function:myfunction",
                    "condition": "RetryAttemptsExhausted",
                    "approximateInvokeCount": 3
                },
                "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
                "version": "1.0",
                "timestamp": "2019-11-14T00:13:49.717Z",
                "DDBStreamBatchInfo": {
                    "shardId": "shardId-00000001573689847184-864758bb",
                    "startSequenceNumber": "100",
                    "endSequenceNumber": "101",
                    "approximateArrivalOfFirstRecord": "2019-11-14T00:19:19Z",
                    "approximateArrivalOfLastRecord": "2019-11-14T00:19:20Z",
                    "batchSize": 2,
                    "streamArn": "arn:aws:dynamodb:us-east-2:123456789012:table/mytable/stream/2019-11-14T00:04:06.388"
                }
            })
        );
    }
}
