//! From an operation's name to the engine's method.

use aws_wire::AwsError;
use dynoxide::Database;
use serde_json::{Value, json};

use super::{arn::Place, error};

/// Operations of DynamoDB and DynamoDB Streams that exist on AWS and are not available here.
///
/// Source: the API models of 2012-08-10; <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations.html>.
const ELSEWHERE: &[&str] = &[
    "CreateBackup",
    "CreateGlobalTable",
    "DeleteBackup",
    "DeleteResourcePolicy",
    "DescribeBackup",
    "DescribeContributorInsights",
    "DescribeEndpoints",
    "DescribeExport",
    "DescribeGlobalTable",
    "DescribeGlobalTableSettings",
    "DescribeImport",
    "DescribeKinesisStreamingDestination",
    "DescribeLimits",
    "DescribeTableReplicaAutoScaling",
    "DisableKinesisStreamingDestination",
    "EnableKinesisStreamingDestination",
    "ExportTableToPointInTime",
    "GetResourcePolicy",
    "ImportTable",
    "ListBackups",
    "ListContributorInsights",
    "ListExports",
    "ListGlobalTables",
    "ListImports",
    "PutResourcePolicy",
    "RestoreTableFromBackup",
    "RestoreTableToPointInTime",
    "SearchVectors",
    "UpdateContinuousBackups",
    "UpdateContributorInsights",
    "UpdateGlobalTable",
    "UpdateGlobalTableSettings",
    "UpdateKinesisStreamingDestination",
    "UpdateTableReplicaAutoScaling",
];

/// Runs one operation on the calling thread.
pub(super) fn run(db: &Database, place: &Place, operation: &str, body: &[u8]) -> Result<Value, AwsError> {
    macro_rules! engine {
        ($method:ident) => {{
            let request = error::read(operation, body)?;
            let output = db.$method(request).map_err(|it| error::to_aws(operation, it))?;
            error::write(operation, &output)
        }};
    }
    match operation {
        "BatchExecuteStatement" => engine!(batch_execute_statement),
        "BatchGetItem" => engine!(batch_get_item),
        "BatchWriteItem" => engine!(batch_write_item),
        "DeleteItem" => engine!(delete_item),
        "ExecuteStatement" => engine!(execute_statement),
        "ExecuteTransaction" => engine!(execute_transaction),
        "GetItem" => engine!(get_item),
        "PutItem" => engine!(put_item),
        "Query" => engine!(query),
        "Scan" => engine!(scan),
        "TransactGetItems" => engine!(transact_get_items),
        "TransactWriteItems" => engine!(transact_write_items),
        "UpdateItem" => engine!(update_item),
        "GetRecords" => engine!(get_records).map(|it| records_of_the_api(it, place)),
        "DescribeContinuousBackups" => continuous_backups(db, body),
        _ => describe(db, operation, body)
            .map(|mut output| {
                place.rewrite(&mut output);
                output
            })
            .map_err(|mut refused| {
                refused.message = place.rewrite_text(&refused.message);
                refused
            }),
    }
}

/// Operations whose answers name tables and streams by ARN.
fn describe(db: &Database, operation: &str, body: &[u8]) -> Result<Value, AwsError> {
    macro_rules! engine {
        ($method:ident) => {{
            let request = error::read(operation, body)?;
            let output = db.$method(request).map_err(|it| error::to_aws(operation, it))?;
            error::write(operation, &output)
        }};
    }
    match operation {
        "CreateTable" => engine!(create_table),
        "DeleteTable" => engine!(delete_table),
        "DescribeStream" => engine!(describe_stream),
        "DescribeTable" => engine!(describe_table),
        "DescribeTimeToLive" => engine!(describe_time_to_live),
        "GetShardIterator" => engine!(get_shard_iterator),
        "ListStreams" => engine!(list_streams),
        "ListTables" => engine!(list_tables),
        "ListTagsOfResource" => engine!(list_tags_of_resource),
        // These two answer with an empty body on AWS; the engine's unit type would be `null`.
        "TagResource" => engine!(tag_resource).map(|_| json!({})),
        "UntagResource" => engine!(untag_resource).map(|_| json!({})),
        "UpdateTable" => engine!(update_table),
        "UpdateTimeToLive" => engine!(update_time_to_live),
        known if ELSEWHERE.contains(&known) => Err(AwsError::not_implemented("DynamoDB", known)),
        unknown => Err(AwsError::unknown_operation(unknown)),
    }
}

/// The API's records differ from Lambda's in one place, the names inside `userIdentity`.
fn records_of_the_api(mut output: Value, place: &Place) -> Value {
    for record in output["Records"].as_array_mut().into_iter().flatten() {
        record["awsRegion"] = place.region.clone().into();
        if let Some(identity) = record.get_mut("userIdentity") {
            *identity = json!({"Type": identity["type"], "PrincipalId": identity["principalId"]});
        }
    }
    output
}

/// There are no backups here, whatever the template asked for, and the answer says so.
fn continuous_backups(db: &Database, body: &[u8]) -> Result<Value, AwsError> {
    const OPERATION: &str = "DescribeContinuousBackups";
    let request = error::read(OPERATION, body)?;
    db.describe_table(request)
        .map_err(|it| match error::to_aws(OPERATION, it) {
            missing if missing.code == "ResourceNotFoundException" => AwsError {
                code: "TableNotFoundException".into(),
                ..missing
            },
            other => other,
        })?;
    Ok(json!({"ContinuousBackupsDescription": {
        "ContinuousBackupsStatus": "DISABLED",
        "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "DISABLED"},
    }}))
}
