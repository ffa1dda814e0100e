//! Stream records as an event source mapping hands them to a function.

use aws_wire::AwsError;
use dynoxide::{Database, actions::get_shard_iterator, streams};
use serde_json::{Value, json};

use super::{arn::Place, dispatch, error};

/// One change of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamRecord {
    /// Its place in the stream. Sequence numbers have a fixed width, so that they compare as text; pass the last one read to
    /// [`super::Dynamo::stream_records`] to go on from there.
    pub sequence_number: String,
    /// One member of `Records` in the event that Lambda gives a function.
    pub event: Value,
}

/// Sequence numbers are the engine's, lifted to DynamoDB's 21 digits.
///
/// Source: `dynoxide::streams::SEQUENCE_NUMBER_OFFSET`, which is private there; a test compares them.
const SEQUENCE_NUMBER_OFFSET: u128 = 100_000_000_000_000_000_000;

/// The records after `after` (from the oldest one kept, if that is `None`), at most `limit`, oldest first.
pub(super) fn records(
    db: &Database,
    place: &Place,
    table: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<StreamRecord>, AwsError> {
    let description = dispatch::run(
        db,
        place,
        "DescribeTable",
        json!({"TableName": table}).to_string().as_bytes(),
    )?;
    let Some(arn) = description["Table"]["LatestStreamArn"].as_str() else {
        return Err(error::validation(format!("table {table} has no stream")));
    };
    let position = match after {
        None => 0,
        Some(sequence_number) => position(sequence_number)
            .ok_or_else(|| error::validation(format!("{sequence_number} is not a sequence number")))?,
    };
    let iterator = get_shard_iterator::encode_shard_iterator(table, &streams::shard_id(table), position);
    let input = json!({"ShardIterator": iterator, "Limit": limit});
    let mut output = dispatch::run(db, place, "GetRecords", input.to_string().as_bytes())?;
    let records = output["Records"]
        .as_array_mut()
        .map(std::mem::take)
        .unwrap_or_default();
    Ok(records.into_iter().map(|it| for_lambda(it, place, arn)).collect())
}

/// The engine's number for a public sequence number.
fn position(sequence_number: &str) -> Option<i64> {
    let public: u128 = sequence_number.parse().ok()?;
    i64::try_from(public.checked_sub(SEQUENCE_NUMBER_OFFSET)?).ok()
}

/// <https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html#services-dynamodb-events>: as the Streams API gives a record,
/// with the stream's ARN, seconds as a whole number, and `userIdentity` with small letters.
fn for_lambda(mut record: Value, place: &Place, arn: &str) -> StreamRecord {
    record["awsRegion"] = place.region.clone().into();
    record["eventSourceARN"] = arn.into();
    let change = &mut record["dynamodb"];
    if let Some(seconds) = change["ApproximateCreationDateTime"].as_f64() {
        change["ApproximateCreationDateTime"] = json!(seconds as i64);
    }
    let sequence_number = change["SequenceNumber"].as_str().unwrap_or_default().to_owned();
    if let Some(identity) = record.get_mut("userIdentity") {
        *identity = json!({"type": identity["Type"], "principalId": identity["PrincipalId"]});
    }
    StreamRecord {
        sequence_number,
        event: record,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_what_the_engine_counts() {
        assert_eq!(position("100000000000000000000"), Some(0));
        assert_eq!(position("100001761000000000000"), Some(1_761_000_000_000_000));
        for wrong in [
            "",
            "5",
            "-1",
            "abc",
            "99999999999999999999",
            "400000000000000000000000000000",
        ] {
            assert_eq!(position(wrong), None, "{wrong}");
        }
    }
}
