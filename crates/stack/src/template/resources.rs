//! Tables, buckets, topics, queues and parameters: what is created before any function runs.

use serde_json::{Map, Value};

use super::{NotRun, Scope, TemplateError, read::Node};

/// One `AWS::DynamoDB::Table`.
#[derive(Debug, Clone)]
pub struct TableSpec {
    /// Logical id in the template.
    pub logical_id: String,
    /// Physical name.
    pub name: String,
    /// Resolved properties that shape the table, `TableName` included.
    pub properties: Value,
}

/// One `AWS::S3::Bucket`.
#[derive(Debug, Clone)]
pub struct BucketSpec {
    /// Logical id in the template.
    pub logical_id: String,
    /// Physical name.
    pub name: String,
    /// Resolved properties that shape the bucket, `BucketName` included.
    pub properties: Value,
}

/// One `AWS::SNS::Topic` with the e-mail addresses subscribed to it.
#[derive(Debug, Clone)]
pub struct TopicSpec {
    /// Logical id in the template.
    pub logical_id: String,
    /// Amazon Resource Name.
    pub arn: String,
    /// `DisplayName`, which AWS puts in the sender of a mail.
    pub display_name: Option<String>,
    /// Addresses of e-mail subscriptions.
    pub emails: Vec<String>,
}

/// One `AWS::SQS::Queue`.
#[derive(Debug, Clone)]
pub struct QueueSpec {
    /// Logical id in the template.
    pub logical_id: String,
    /// Amazon Resource Name.
    pub arn: String,
}

/// One `AWS::SSM::Parameter`.
#[derive(Debug, Clone)]
pub struct ParameterSpec {
    /// Physical name.
    pub name: String,
    /// `String` or `StringList`.
    pub kind: String,
    /// Value at creation; an existing parameter is not overwritten.
    pub value: String,
}

const TABLE_SHAPE: &[&str] = &[
    "AttributeDefinitions",
    "BillingMode",
    "DeletionProtectionEnabled",
    "GlobalSecondaryIndexes",
    "KeySchema",
    "LocalSecondaryIndexes",
    "ProvisionedThroughput",
    "StreamSpecification",
    "TableName",
    "TimeToLiveSpecification",
];
/// Properties that say how AWS keeps the data, not what a caller sees.
const TABLE_WITHOUT_EFFECT: &[&str] = &[
    "ContributorInsightsSpecification",
    "OnDemandThroughput",
    "PointInTimeRecoverySpecification",
    "SSESpecification",
    "TableClass",
    "Tags",
    "WarmThroughput",
];
const BUCKET_SHAPE: &[&str] = &["BucketName", "CorsConfiguration", "LifecycleConfiguration"];
/// The local buckets are private and on one disk anyway.
const BUCKET_WITHOUT_EFFECT: &[&str] = &[
    "BucketEncryption",
    "LoggingConfiguration",
    "OwnershipControls",
    "PublicAccessBlockConfiguration",
    "Tags",
];

/// Every resource of `kind` that exists, with its raw properties.
fn of_kind<'a>(scope: &'a Scope<'_>, kind: &str) -> Result<Vec<(&'a String, Node)>, TemplateError> {
    let mut found = Vec::new();
    for (id, resource) in scope.template.resources()? {
        if resource.get("Type").and_then(Value::as_str) == Some(kind) && scope.exists(id, resource)? {
            let properties = resource
                .get("Properties")
                .cloned()
                .unwrap_or_else(|| Value::Object(Map::new()));
            found.push((id, Node::new(format!("Resources.{id}.Properties"), properties)?));
        }
    }
    Ok(found)
}

/// Resolves the properties in `shape`, and notes those in neither list.
fn shaped(
    scope: &Scope<'_>,
    id: &str,
    raw: &Node,
    shape: &[&str],
    without_effect: &[&str],
    not_run: &mut Vec<NotRun>,
) -> Result<Map<String, Value>, TemplateError> {
    let mut properties = Map::new();
    for (name, value) in &raw.members {
        if shape.contains(&name.as_str()) {
            if let Some(value) = scope.resolve_or_nothing(value, &raw.at(name))? {
                properties.insert(name.clone(), value);
            }
        } else if !without_effect.contains(&name.as_str()) {
            not_run.push(NotRun::property(id, name));
        }
    }
    Ok(properties)
}

impl TableSpec {
    pub(super) fn read_all(scope: &Scope<'_>, not_run: &mut Vec<NotRun>) -> Result<Vec<Self>, TemplateError> {
        of_kind(scope, "AWS::DynamoDB::Table")?
            .into_iter()
            .map(|(id, raw)| {
                let mut properties = shaped(scope, id, &raw, TABLE_SHAPE, TABLE_WITHOUT_EFFECT, not_run)?;
                let (_, name) = scope.physical(id, &raw.at)?;
                properties.insert("TableName".into(), name.clone().into());
                Ok(Self {
                    logical_id: id.clone(),
                    name,
                    properties: Value::Object(properties),
                })
            })
            .collect()
    }
}

impl BucketSpec {
    pub(super) fn read_all(scope: &Scope<'_>, not_run: &mut Vec<NotRun>) -> Result<Vec<Self>, TemplateError> {
        of_kind(scope, "AWS::S3::Bucket")?
            .into_iter()
            .map(|(id, raw)| {
                let mut properties = shaped(scope, id, &raw, BUCKET_SHAPE, BUCKET_WITHOUT_EFFECT, not_run)?;
                let (_, name) = scope.physical(id, &raw.at)?;
                properties.insert("BucketName".into(), name.clone().into());
                Ok(Self {
                    logical_id: id.clone(),
                    name,
                    properties: Value::Object(properties),
                })
            })
            .collect()
    }
}

impl TopicSpec {
    pub(super) fn read_all(scope: &Scope<'_>, not_run: &mut Vec<NotRun>) -> Result<Vec<Self>, TemplateError> {
        let mut topics = Vec::new();
        for (id, raw) in of_kind(scope, "AWS::SNS::Topic")? {
            let shape = ["DisplayName", "Subscription", "TopicName"];
            let properties = shaped(scope, id, &raw, &shape, &["KmsMasterKeyId", "Tags"], not_run)?;
            let node = Node::new(raw.at.clone(), Value::Object(properties))?;
            let mut emails = Vec::new();
            for (idx, subscription) in super::items(node.get("Subscription").unwrap_or(&Value::Null))
                .iter()
                .enumerate()
            {
                let subscription = Node::new(
                    format!("{}[{idx}]", node.at("Subscription")),
                    subscription.clone(),
                )?;
                emails.extend(email(&subscription, id, not_run)?);
            }
            let (_, name) = scope.physical(id, &raw.at)?;
            let arn = super::physical::reference("AWS::SNS::Topic", &name, &scope.local);
            topics.push(Self {
                logical_id: id.clone(),
                arn,
                display_name: node.text("DisplayName")?,
                emails,
            });
        }
        for (id, raw) in of_kind(scope, "AWS::SNS::Subscription")? {
            let node = Node::new(
                raw.at.clone(),
                scope.resolve(&Value::Object(raw.members), &raw.at)?,
            )?;
            let arn = node.required_text("TopicArn")?;
            let address = email(&node, id, not_run)?;
            if let Some(topic) = topics.iter_mut().find(|it| it.arn == arn) {
                topic.emails.extend(address);
            }
        }
        Ok(topics)
    }
}

/// The address of an e-mail subscription; other protocols have nowhere to go here.
fn email(node: &Node, id: &str, not_run: &mut Vec<NotRun>) -> Result<Option<String>, TemplateError> {
    let protocol = node.required_text("Protocol")?;
    if protocol == "email" || protocol == "email-json" {
        return node.required_text("Endpoint").map(Some);
    }
    not_run.push(NotRun::new(&format!("{id}.Subscription"), &protocol));
    Ok(None)
}

impl QueueSpec {
    pub(super) fn read_all(scope: &Scope<'_>) -> Result<Vec<Self>, TemplateError> {
        of_kind(scope, "AWS::SQS::Queue")?
            .into_iter()
            .map(|(id, raw)| {
                Ok(Self {
                    logical_id: id.clone(),
                    arn: scope.attribute(id, "Arn", &raw.at)?,
                })
            })
            .collect()
    }
}

impl ParameterSpec {
    pub(super) fn read_all(scope: &Scope<'_>) -> Result<Vec<Self>, TemplateError> {
        of_kind(scope, "AWS::SSM::Parameter")?
            .into_iter()
            .map(|(id, raw)| {
                let node = Node::new(
                    raw.at.clone(),
                    scope.resolve(&Value::Object(raw.members), &raw.at)?,
                )?;
                let (_, name) = scope.physical(id, &node.at)?;
                Ok(Self {
                    name,
                    kind: node.required_text("Type")?,
                    value: node.required_text("Value")?,
                })
            })
            .collect()
    }
}
