//! From a template's `AWS::DynamoDB::Table` to a table.

use aws_wire::AwsError;
use dynoxide::Database;
use serde_json::{Map, Value, json};

use super::{arn::Place, dispatch, error::DynamoError};

/// A table that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The table's name.
    pub name: String,
    /// What `!GetAtt Table.Arn` gives.
    pub arn: String,
    /// What `!GetAtt Table.StreamArn` gives, where the table has a stream.
    pub stream_arn: Option<String>,
}

/// Properties that go into `CreateTable` as they stand.
const SAME: &[&str] = &[
    "AttributeDefinitions",
    "BillingMode",
    "DeletionProtectionEnabled",
    "KeySchema",
    "LocalSecondaryIndexes",
    "OnDemandThroughput",
    "ProvisionedThroughput",
    "TableClass",
    "TableName",
    "Tags",
];

/// Properties that are handled below, or that change nothing a caller could observe here: data at rest is as safe as the
/// disk, there are no backups, and nobody's contributions are counted.
const KNOWN: &[&str] = &[
    "ContributorInsightsSpecification",
    "GlobalSecondaryIndexes",
    "PointInTimeRecoverySpecification",
    "SSESpecification",
    "StreamSpecification",
    "TimeToLiveSpecification",
    "WarmThroughput",
];

/// Makes the table that `properties` describe, or brings an existing one in line with them.
pub(super) fn ensure(db: &Database, place: &Place, properties: &Value) -> Result<Table, DynamoError> {
    let name = properties["TableName"].as_str().unwrap_or("?").to_owned();
    let wrong = |reason: String| DynamoError::Table {
        table: name.clone(),
        reason,
    };
    let declared = properties
        .as_object()
        .ok_or_else(|| wrong("its properties are not an object".into()))?;
    if let Some(unknown) = declared
        .keys()
        .find(|it| !SAME.contains(&it.as_str()) && !KNOWN.contains(&it.as_str()))
    {
        return Err(wrong(format!("the property {unknown} is not supported here")));
    }
    let call = |operation: &str, input: &Value| {
        dispatch::run(db, place, operation, input.to_string().as_bytes()).map_err(|it| wrong(it.to_string()))
    };

    let description = match dispatch::run(
        db,
        place,
        "DescribeTable",
        json!({"TableName": name}).to_string().as_bytes(),
    ) {
        Ok(found) if is_whole(db, place, &found["Table"]) => {
            adapt(&call, declared, &found["Table"]).map_err(&wrong)?;
            call("DescribeTable", &json!({"TableName": name}))?
        }
        Ok(_) => {
            // A process that died inside CreateTable leaves a table that is announced and not there.
            tracing::warn!(table = name, "table was left unfinished; making it again");
            call(
                "UpdateTable",
                &json!({"TableName": name, "DeletionProtectionEnabled": false}),
            )?;
            call("DeleteTable", &json!({"TableName": name}))?;
            create(&call, declared)?
        }
        Err(AwsError { code, .. }) if code == "ResourceNotFoundException" => create(&call, declared)?,
        Err(other) => return Err(wrong(other.to_string())),
    };
    time_to_live(&call, &name, &properties["TimeToLiveSpecification"])?;

    let table = &description[if description["Table"].is_object() {
        "Table"
    } else {
        "TableDescription"
    }];
    Ok(Table {
        arn: place.table(&name),
        stream_arn: table["LatestStreamArn"].as_str().map(str::to_owned),
        name,
    })
}

type Call<'a> = &'a dyn Fn(&str, &Value) -> Result<Value, DynamoError>;

fn create(call: Call<'_>, declared: &Map<String, Value>) -> Result<Value, DynamoError> {
    let mut input: Map<String, Value> = declared
        .iter()
        .filter(|(key, _)| SAME.contains(&key.as_str()))
        .map(|(key, it)| (key.clone(), it.clone()))
        .collect();
    if let Some(indexes) = declared.get("GlobalSecondaryIndexes") {
        input.insert(
            "GlobalSecondaryIndexes".into(),
            indexes.as_array().into_iter().flatten().map(index).collect(),
        );
    }
    if let Some(view) = view_type(declared) {
        input.insert(
            "StreamSpecification".into(),
            json!({"StreamEnabled": true, "StreamViewType": view}),
        );
    }
    call("CreateTable", &Value::Object(input))
}

/// What a template may say of an index and `CreateTable` may not.
fn index(declared: &Value) -> Value {
    let mut index = declared.clone();
    if let Some(members) = index.as_object_mut() {
        members.remove("ContributorInsightsSpecification");
        members.remove("WarmThroughput");
    }
    index
}

fn view_type(declared: &Map<String, Value>) -> Option<&Value> {
    declared.get("StreamSpecification")?.get("StreamViewType")
}

/// Whether the table and its indexes can be read, and not only described.
fn is_whole(db: &Database, place: &Place, table: &Value) -> bool {
    let name = &table["TableName"];
    let indexes = ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"]
        .into_iter()
        .flat_map(|it| table[it].as_array().into_iter().flatten())
        .map(|it| json!({"TableName": name, "IndexName": it["IndexName"], "Limit": 1}));
    std::iter::once(json!({"TableName": name, "Limit": 1}))
        .chain(indexes)
        .all(|it| dispatch::run(db, place, "Scan", it.to_string().as_bytes()).is_ok())
}

/// Changes what may be changed, as CloudFormation does without replacing the table, and refuses the rest.
fn adapt(call: Call<'_>, declared: &Map<String, Value>, found: &Value) -> Result<(), String> {
    let update = |change: Value| {
        let mut input = json!({"TableName": found["TableName"]});
        input
            .as_object_mut()
            .into_iter()
            .for_each(|it| it.extend(change.as_object().cloned().unwrap_or_default()));
        call("UpdateTable", &input).map_err(|it| it.to_string())
    };
    let wanted = |key: &str| declared.get(key).unwrap_or(&Value::Null);

    if key(wanted("KeySchema"), wanted("AttributeDefinitions"))
        != key(&found["KeySchema"], &found["AttributeDefinitions"])
    {
        return Err(format!(
            "it exists with the key {}, and the template says {}; a key cannot be changed, so rename the table or delete the \
             local data",
            found["KeySchema"],
            wanted("KeySchema"),
        ));
    }
    let local = |list: &Value, definitions: &Value| indexes(list, definitions);
    if local(wanted("LocalSecondaryIndexes"), wanted("AttributeDefinitions"))
        != local(&found["LocalSecondaryIndexes"], &found["AttributeDefinitions"])
    {
        return Err("its local secondary indexes differ from the template's, and cannot be changed".into());
    }

    let old = indexes(&found["GlobalSecondaryIndexes"], &found["AttributeDefinitions"]);
    let new = indexes(wanted("GlobalSecondaryIndexes"), wanted("AttributeDefinitions"));
    for (name, shape) in &old {
        match new.iter().find(|(it, _)| it == name) {
            Some((_, same)) if same == shape => {}
            Some(_) => {
                return Err(format!(
                    "its index {name} differs from the template's; give the new one another name"
                ));
            }
            None => {
                update(json!({"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": name}}]}))?;
            }
        }
    }
    for declared_index in wanted("GlobalSecondaryIndexes").as_array().into_iter().flatten() {
        if !old
            .iter()
            .any(|(name, _)| Some(name.as_str()) == declared_index["IndexName"].as_str())
        {
            update(json!({
                "AttributeDefinitions": wanted("AttributeDefinitions"),
                "GlobalSecondaryIndexUpdates": [{"Create": index(declared_index)}],
            }))?;
        }
    }

    let has = found["StreamSpecification"]
        .get("StreamViewType")
        .filter(|_| found["LatestStreamArn"].is_string());
    let wants = view_type(declared);
    if has != wants {
        if has.is_some() {
            update(json!({"StreamSpecification": {"StreamEnabled": false}}))?;
        }
        if let Some(view) = wants {
            update(json!({"StreamSpecification": {"StreamEnabled": true, "StreamViewType": view}}))?;
        }
    }
    let protect = wanted("DeletionProtectionEnabled").as_bool().unwrap_or(false);
    if protect != found["DeletionProtectionEnabled"].as_bool().unwrap_or(false) {
        update(json!({"DeletionProtectionEnabled": protect}))?;
    }
    Ok(())
}

/// A key as comparable text: name, role and type of each attribute.
fn key(schema: &Value, definitions: &Value) -> Vec<[String; 3]> {
    let text = |it: &Value| it.as_str().unwrap_or_default().to_owned();
    let elements = schema.as_array().into_iter().flatten();
    elements
        .map(|it| {
            let definition = definitions
                .as_array()
                .into_iter()
                .flatten()
                .find(|other| other["AttributeName"] == it["AttributeName"]);
            [
                text(&it["AttributeName"]),
                text(&it["KeyType"]),
                text(&definition.unwrap_or(&Value::Null)["AttributeType"]),
            ]
        })
        .collect()
}

type Shape = (Vec<[String; 3]>, String, Vec<String>);

fn indexes(list: &Value, definitions: &Value) -> Vec<(String, Shape)> {
    let list = list.as_array().into_iter().flatten();
    let mut shapes: Vec<(String, Shape)> = list
        .map(|it| {
            let projection = &it["Projection"];
            let mut attributes: Vec<String> = projection["NonKeyAttributes"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|name| name.as_str().map(str::to_owned))
                .collect();
            attributes.sort();
            let kind = projection["ProjectionType"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            (
                it["IndexName"].as_str().unwrap_or_default().to_owned(),
                (key(&it["KeySchema"], definitions), kind, attributes),
            )
        })
        .collect();
    shapes.sort();
    shapes
}

fn time_to_live(call: Call<'_>, table: &str, wanted: &Value) -> Result<(), DynamoError> {
    let found = call("DescribeTimeToLive", &json!({"TableName": table}))?;
    let found = &found["TimeToLiveDescription"];
    let has = found["AttributeName"]
        .as_str()
        .filter(|_| found["TimeToLiveStatus"] == "ENABLED");
    let wants = wanted["AttributeName"]
        .as_str()
        .filter(|_| wanted["Enabled"].as_bool().unwrap_or(false));
    if has == wants {
        return Ok(());
    }
    let set = |attribute: &str, enabled: bool| {
        let specification = json!({"AttributeName": attribute, "Enabled": enabled});
        call(
            "UpdateTimeToLive",
            &json!({"TableName": table, "TimeToLiveSpecification": specification}),
        )
    };
    if let Some(attribute) = has {
        set(attribute, false)?;
    }
    if let Some(attribute) = wants {
        set(attribute, true)?;
    }
    Ok(())
}
