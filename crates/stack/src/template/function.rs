//! Functions: what they need to run, what may reach them, and what they may reach.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    NotRun, Problem, RouteSpec, Scope, StreamMappingSpec, TemplateError, globals, items, read::Node, text,
};

/// One `AWS::Serverless::Function`.
#[derive(Debug, Clone)]
pub struct FunctionSpec {
    /// Logical id in the template.
    pub logical_id: String,
    /// Physical name.
    pub name: String,
    /// Amazon Resource Name.
    pub arn: String,
    /// `Metadata.BuildProperties.Binary`.
    pub binary: String,
    /// `Environment.Variables`, resolved.
    pub environment: BTreeMap<String, String>,
    /// Longest run of one invocation, in seconds.
    pub timeout_s: u32,
    /// Memory on AWS, in MB; passed on, not enforced.
    pub memory_mb: u32,
    /// Statements of the role's inline policies, with where each stands.
    pub statements: Vec<(String, Value)>,
    /// `HttpApi` events.
    pub routes: Vec<RouteSpec>,
    /// `DynamoDB` events.
    pub mappings: Vec<StreamMappingSpec>,
}

/// Properties that only matter on AWS, or that the build has already used.
const WITHOUT_EFFECT: &[&str] = &[
    "Architectures",
    "CodeUri",
    "Description",
    "EphemeralStorage",
    "Handler",
    "KmsKeyArn",
    "Layers",
    "LoggingConfig",
    "PackageType",
    "PropagateTags",
    "ReservedConcurrentExecutions",
    "Runtime",
    "RuntimeManagementConfig",
    "Tags",
    "Tracing",
];

impl FunctionSpec {
    pub(super) fn read(
        scope: &Scope<'_>,
        logical_id: &str,
        resource: &Value,
        not_run: &mut Vec<NotRun>,
    ) -> Result<Self, TemplateError> {
        let at = format!("Resources.{logical_id}");
        let (_, name) = scope.physical(logical_id, &at)?;
        let raw = Node::new(
            format!("{at}.Properties"),
            globals::properties(scope.template, "Function", resource)?,
        )?;
        let mut function = Self {
            logical_id: logical_id.to_owned(),
            arn: scope.attribute(logical_id, "Arn", &at)?,
            name,
            binary: binary(&at, resource)?,
            environment: BTreeMap::new(),
            timeout_s: 3,   // Lambda's default
            memory_mb: 128, // Lambda's default
            statements: Vec::new(),
            routes: Vec::new(),
            mappings: Vec::new(),
        };
        for (property, value) in &raw.members {
            let at = raw.at(property);
            let resolved = || {
                scope
                    .resolve_or_nothing(value, &at)
                    .map(|it| it.unwrap_or(Value::Null))
            };
            match property.as_str() {
                "Environment" => function.environment = environment(&at, &resolved()?)?,
                "Timeout" => function.timeout_s = whole(&at, &resolved()?)?,
                "MemorySize" => function.memory_mb = whole(&at, &resolved()?)?,
                "Policies" => function.policies(&at, &resolved()?, not_run)?,
                "Events" => function.events(&at, resolved()?, not_run)?,
                "Role" | "PermissionsBoundary" => {
                    let what = format!("`{property}`; declare the function's statements under Policies");
                    return Err(TemplateError::at(at, Problem::Unsupported(what)));
                }
                "FunctionName" => {}
                property if WITHOUT_EFFECT.contains(&property) => {}
                property => not_run.push(NotRun::property(logical_id, property)),
            }
        }
        Ok(function)
    }

    fn events(&mut self, at: &str, events: Value, not_run: &mut Vec<NotRun>) -> Result<(), TemplateError> {
        if events.is_null() {
            return Ok(());
        }
        let events = Node::new(at, events)?;
        for name in events.members.keys() {
            let Some(event) = events.child(name)? else {
                continue;
            };
            match event.required_text("Type")?.as_str() {
                "HttpApi" => self.routes.push(RouteSpec::read(&event)?),
                "DynamoDB" => {
                    self.mappings
                        .extend(StreamMappingSpec::read(name, &event, not_run, &self.logical_id)?);
                }
                other => not_run.push(NotRun::new(&format!("{}.Events.{name}", self.logical_id), other)),
            }
        }
        Ok(())
    }

    fn policies(
        &mut self,
        at: &str,
        policies: &Value,
        not_run: &mut Vec<NotRun>,
    ) -> Result<(), TemplateError> {
        for (idx, policy) in items(policies).iter().enumerate() {
            let at = if policies.is_array() {
                format!("{at}[{idx}]")
            } else {
                at.to_owned()
            };
            match policy {
                Value::Object(document) if document.contains_key("Statement") => {
                    for (idx, statement) in items(&document["Statement"]).iter().enumerate() {
                        self.statements
                            .push((format!("{at}.Statement[{idx}]"), statement.clone()));
                    }
                }
                Value::Object(_) => {
                    let what = "SAM policy templates; write the statements out".to_owned();
                    return Err(TemplateError::at(at, Problem::Unsupported(what)));
                }
                // A managed policy can only grant more, so that leaving it out is never too lenient here. What the
                // function then lacks is denied, and said.
                Value::String(name) => {
                    not_run.push(NotRun::new(&format!("{}.Policies", self.logical_id), name));
                }
                _ => return Err(TemplateError::at(at, Problem::Expected("a policy document"))),
            }
        }
        Ok(())
    }
}

fn binary(at: &str, resource: &Value) -> Result<String, TemplateError> {
    resource
        .pointer("/Metadata/BuildProperties/Binary")
        .and_then(Value::as_str)
        .map(str::to_owned)
        .ok_or_else(|| TemplateError::at(at, Problem::Missing("Metadata.BuildProperties.Binary")))
}

fn whole(at: &str, value: &Value) -> Result<u32, TemplateError> {
    text(value)
        .and_then(|it| it.parse().ok())
        .ok_or_else(|| TemplateError::at(at, Problem::Expected("a whole number")))
}

fn environment(at: &str, value: &Value) -> Result<BTreeMap<String, String>, TemplateError> {
    let Some(variables) = value.get("Variables") else {
        return Ok(BTreeMap::new());
    };
    let variables = Node::new(format!("{at}.Variables"), variables.clone())?;
    variables
        .members
        .iter()
        .map(|(name, value)| {
            let value = text(value)
                .ok_or_else(|| TemplateError::at(variables.at(name), Problem::Expected("text")))?;
            Ok((name.clone(), value))
        })
        .collect()
}
