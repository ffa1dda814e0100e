//! Which rights a request needs: pairs of IAM action and resource.
//!
//! Action names and resource types as in
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html>. Where a request cannot be
//! read, or names no resource, the resource is `*`, which only a grant on everything covers: a doubt is a refusal.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

use super::arn::{Place, table_and_label};

/// An IAM action (`dynamodb:GetItem`) and the ARN it is asked for.
pub type Right = (String, String);

const EVERYTHING: &str = "*";

pub(super) fn touches(place: &Place, operation: &str, body: &[u8]) -> Vec<Right> {
    let input: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let rights = match operation {
        "BatchGetItem" | "BatchWriteItem" => batch(place, operation, &input),
        "TransactGetItems" | "TransactWriteItems" => transaction(place, &input),
        "ExecuteStatement" | "BatchExecuteStatement" | "ExecuteTransaction" => partiql(),
        "DescribeStream" | "GetShardIterator" => vec![right(operation, stream(place, &input))],
        "GetRecords" => vec![right(operation, iterator(place, &input))],
        "ListTagsOfResource" | "TagResource" | "UntagResource" => {
            vec![right(operation, tagged(place, &input))]
        }
        "Query" | "Scan" => vec![right(operation, table_or_index(place, &input))],
        _ => vec![right(
            operation,
            input["TableName"].as_str().map(|it| place.table(it)),
        )],
    };
    if rights.is_empty() {
        vec![right(operation, None)]
    } else {
        rights
    }
}

fn right(operation: &str, resource: Option<String>) -> Right {
    (
        format!("dynamodb:{operation}"),
        resource.unwrap_or_else(|| EVERYTHING.to_owned()),
    )
}

/// IAM asks for the index alone when a request names one.
fn table_or_index(place: &Place, input: &Value) -> Option<String> {
    let table = input["TableName"].as_str()?;
    match input.get("IndexName") {
        None | Some(Value::Null) => Some(place.table(table)),
        Some(index) => index.as_str().map(|it| place.index(table, it)),
    }
}

fn batch(place: &Place, operation: &str, input: &Value) -> Vec<Right> {
    let tables = input["RequestItems"].as_object();
    tables
        .into_iter()
        .flatten()
        .map(|(table, _)| right(operation, Some(place.table(table))))
        .collect()
}

/// A transaction needs the rights of the operations it is made of; it has none of its own.
fn transaction(place: &Place, input: &Value) -> Vec<Right> {
    let actions = input["TransactItems"].as_array().into_iter().flatten();
    actions
        .flat_map(|action| {
            let members: Vec<(&str, &Value)> = action
                .as_object()
                .into_iter()
                .flatten()
                .map(|(kind, it)| (kind.as_str(), it))
                .collect();
            if members.is_empty() {
                vec![("", action)]
            } else {
                members
            }
        })
        .map(|(kind, member)| {
            let operation = match kind {
                "Get" => "GetItem",
                "Put" => "PutItem",
                "Update" => "UpdateItem",
                "Delete" => "DeleteItem",
                "ConditionCheck" => "ConditionCheckItem",
                _ => return right("TransactItems", None),
            };
            right(operation, member["TableName"].as_str().map(|it| place.table(it)))
        })
        .collect()
}

/// The table stands inside the statement's text, which is not parsed here: only a caller who may do everything may do this.
fn partiql() -> Vec<Right> {
    ["PartiQLSelect", "PartiQLInsert", "PartiQLUpdate", "PartiQLDelete"]
        .map(|it| right(it, None))
        .to_vec()
}

fn stream(place: &Place, input: &Value) -> Option<String> {
    let (table, label) = table_and_label(input["StreamArn"].as_str()?)?;
    Some(place.stream(table, label))
}

/// A shard iterator is the engine's own base64 JSON; what it names is what will be read, so that is what is checked.
fn iterator(place: &Place, input: &Value) -> Option<String> {
    let decoded: Value =
        serde_json::from_slice(&STANDARD.decode(input["ShardIterator"].as_str()?).ok()?).ok()?;
    Some(place.stream(decoded["table_name"].as_str()?, "*"))
}

fn tagged(place: &Place, input: &Value) -> Option<String> {
    let (_, resource) = input["ResourceArn"].as_str()?.split_once(":table/")?;
    Some(place.table(resource.split('/').next()?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(operation: &str, input: &Value) -> Vec<String> {
        let place = Place::new("eu-west-1", "000000000000");
        let prefix = "arn:aws:dynamodb:eu-west-1:000000000000:";
        touches(&place, operation, input.to_string().as_bytes())
            .into_iter()
            .map(|(action, resource)| format!("{action} {}", resource.replace(prefix, "")))
            .collect()
    }

    #[test]
    fn an_item_operation_touches_its_table() {
        assert_eq!(
            of("GetItem", &json!({"TableName": "users"})),
            ["dynamodb:GetItem table/users"]
        );
    }

    #[test]
    fn a_query_on_an_index_touches_the_index_only() {
        let query = json!({"TableName": "users", "IndexName": "by-name"});
        assert_eq!(of("Query", &query), ["dynamodb:Query table/users/index/by-name"]);
        assert_eq!(
            of("Query", &json!({"TableName": "users", "IndexName": null})),
            ["dynamodb:Query table/users"]
        );
        assert_eq!(
            of("Query", &json!({"TableName": "users", "IndexName": 5})),
            ["dynamodb:Query *"]
        );
    }

    #[test]
    fn batches_touch_every_table() {
        let batch = json!({"RequestItems": {"a": [], "b": []}});
        assert_eq!(
            of("BatchWriteItem", &batch),
            [
                "dynamodb:BatchWriteItem table/a",
                "dynamodb:BatchWriteItem table/b"
            ]
        );
    }

    #[test]
    fn transactions_touch_what_they_are_made_of() {
        let write = json!({"TransactItems": [
            {"Put": {"TableName": "a"}}, {"ConditionCheck": {"TableName": "b"}},
            {"Update": {"TableName": "a"}, "Delete": {"TableName": "c"}},
        ]});
        assert_eq!(
            of("TransactWriteItems", &write),
            [
                "dynamodb:PutItem table/a",
                "dynamodb:ConditionCheckItem table/b",
                "dynamodb:UpdateItem table/a",
                "dynamodb:DeleteItem table/c"
            ]
        );
        assert_eq!(
            of(
                "TransactGetItems",
                &json!({"TransactItems": [{"Get": {"TableName": "a"}}]})
            ),
            ["dynamodb:GetItem table/a"]
        );
        assert_eq!(
            of(
                "TransactWriteItems",
                &json!({"TransactItems": [{}, {"Drop": {}}]})
            ),
            ["dynamodb:TransactItems *"; 2]
        );
    }

    #[test]
    fn a_forged_iterator_touches_the_table_it_names() {
        let iterator = dynoxide::actions::get_shard_iterator::encode_shard_iterator("secrets", "shard", 0);
        assert_eq!(
            of("GetRecords", &json!({"ShardIterator": iterator})),
            ["dynamodb:GetRecords table/secrets/stream/*"]
        );
        assert_eq!(
            of("GetRecords", &json!({"ShardIterator": "?"})),
            ["dynamodb:GetRecords *"]
        );
        let arn = json!({"StreamArn": "arn:aws:dynamodb:elsewhere:1:table/secrets/stream/5"});
        assert_eq!(
            of("DescribeStream", &arn),
            ["dynamodb:DescribeStream table/secrets/stream/5"]
        );
    }

    #[test]
    fn what_cannot_be_read_touches_everything() {
        let place = Place::new("eu-west-1", "000000000000");
        for (operation, body) in [
            ("GetItem", "{"),
            ("GetItem", "{}"),
            ("GetItem", r#"{"TableName": 7}"#),
            ("BatchGetItem", "{}"),
            ("TransactWriteItems", "[]"),
            ("ListTables", "{}"),
            ("ExecuteStatement", r#"{"Statement": "SELECT * FROM users"}"#),
        ] {
            let rights = touches(&place, operation, body.as_bytes());
            assert!(
                !rights.is_empty() && rights.iter().all(|(_, resource)| resource == "*"),
                "{operation} {body}: {rights:?}"
            );
        }
    }
}
