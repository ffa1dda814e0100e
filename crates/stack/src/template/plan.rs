//! What of a template runs on this machine, and what does not.

use serde_json::Value;

use super::{
    ApiSpec, BucketSpec, FunctionSpec, ParameterSpec, QueueSpec, Scope, SiteSpec, TableSpec, TemplateError,
    TopicSpec,
};

/// A resource, or a property of one, that has an effect on AWS and none here.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotRun {
    /// Logical id, or `<logical id>.<property>`.
    pub name: String,
    /// Resource type, or what the property is.
    pub kind: String,
}

impl NotRun {
    pub(super) fn new(name: &str, kind: &str) -> Self {
        Self {
            name: name.to_owned(),
            kind: kind.to_owned(),
        }
    }

    pub(super) fn property(logical_id: &str, property: &str) -> Self {
        Self::new(&format!("{logical_id}.{property}"), "property")
    }
}

/// Everything the stack runs.
#[derive(Debug)]
pub struct Plan {
    /// Functions, in the template's order.
    pub functions: Vec<FunctionSpec>,
    /// Settings of the HTTP API.
    pub api: ApiSpec,
    /// Headers CloudFront adds.
    pub site: SiteSpec,
    /// Buckets.
    pub buckets: Vec<BucketSpec>,
    /// Topics.
    pub topics: Vec<TopicSpec>,
    /// Queues.
    pub queues: Vec<QueueSpec>,
    /// Parameters.
    pub parameters: Vec<ParameterSpec>,
    /// What only AWS runs, sorted.
    pub not_run: Vec<NotRun>,
}

/// Types the stack reads; every other type is listed as not run.
const RUN: &[&str] = &[
    "AWS::CloudFront::ResponseHeadersPolicy",
    "AWS::DynamoDB::Table",
    "AWS::S3::Bucket",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::SSM::Parameter",
    "AWS::Serverless::Function",
    "AWS::Serverless::HttpApi",
];

impl Plan {
    /// The tables alone: they are created first, because functions may need their streams' ARNs.
    ///
    /// # Errors
    ///
    /// [`TemplateError`] naming the node.
    pub fn tables(scope: &Scope<'_>) -> Result<Vec<TableSpec>, TemplateError> {
        TableSpec::read_all(scope, &mut Vec::new())
    }

    /// Everything else.
    ///
    /// # Errors
    ///
    /// [`TemplateError`] naming the node.
    pub fn read(scope: &Scope<'_>) -> Result<Self, TemplateError> {
        let mut not_run = Vec::new();
        let mut functions = Vec::new();
        for (id, resource) in scope.template.resources()? {
            if !scope.exists(id, resource)? {
                continue;
            }
            match resource.get("Type").and_then(Value::as_str).unwrap_or_default() {
                "AWS::Serverless::Function" => {
                    functions.push(FunctionSpec::read(scope, id, resource, &mut not_run)?);
                }
                kind if RUN.contains(&kind) => {}
                kind => not_run.push(NotRun::new(id, kind)),
            }
        }
        for name in scope
            .template
            .section("Rules")?
            .into_iter()
            .flat_map(serde_json::Map::keys)
        {
            not_run.push(NotRun::new(&format!("Rules.{name}"), "rule"));
        }
        TableSpec::read_all(scope, &mut not_run)?;
        let mut plan = Self {
            functions,
            api: ApiSpec::read(scope, &mut not_run)?,
            site: SiteSpec::read(scope, &mut not_run)?,
            buckets: BucketSpec::read_all(scope, &mut not_run)?,
            topics: TopicSpec::read_all(scope, &mut not_run)?,
            queues: QueueSpec::read_all(scope)?,
            parameters: ParameterSpec::read_all(scope)?,
            not_run,
        };
        plan.not_run.sort();
        plan.not_run.dedup();
        Ok(plan)
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
