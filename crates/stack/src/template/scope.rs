//! What every name in the template means on this machine.

use std::{cell::RefCell, collections::BTreeMap};

use serde_json::{Map, Value};

use super::{Problem, Template, TemplateError, conditions, intrinsic, parameters, physical, text};

/// What stands in for AWS: the pseudo parameters, and the addresses the stack listens on.
#[derive(Debug, Clone)]
pub struct Local {
    /// `AWS::Region`.
    pub region: String,
    /// `AWS::AccountId`.
    pub account: String,
    /// `AWS::StackName`.
    pub stack_name: String,
    /// Where client and API are, e.g. `http://127.0.0.1:8080`.
    pub http_url: String,
    /// Where the AWS endpoints are, e.g. `http://127.0.0.1:4566`.
    pub aws_url: String,
}

impl Local {
    /// The distribution's domain name: host and port of [`Local::http_url`].
    pub(super) fn site_domain(&self) -> &str {
        self.http_url.strip_prefix("http://").unwrap_or(&self.http_url)
    }

    fn pseudo(&self, name: &str) -> Option<String> {
        Some(match name {
            "AWS::Region" => self.region.clone(),
            "AWS::AccountId" => self.account.clone(),
            "AWS::StackName" => self.stack_name.clone(),
            // AWS ends it with a random UUID; there is one stack here.
            "AWS::StackId" => format!(
                "arn:aws:cloudformation:{}:{}:stack/{}/{}",
                self.region,
                self.account,
                self.stack_name,
                uuid::Uuid::nil()
            ),
            "AWS::Partition" => "aws".to_owned(),
            "AWS::URLSuffix" => "amazonaws.com".to_owned(),
            _ => return None,
        })
    }

    /// Site and API answer plain HTTP here, so addresses composed for AWS are pointed at them.
    pub(super) fn localize(&self, text: &str) -> String {
        let api = format!(
            "https://{}.execute-api.{}.amazonaws.com",
            physical::API_ID,
            self.region
        );
        text.replace(&format!("https://{}", self.site_domain()), &self.http_url)
            .replace(&api, &self.http_url)
    }
}

/// A template together with the values of its names.
#[derive(Debug)]
pub struct Scope<'a> {
    pub(super) template: &'a Template,
    pub(super) local: Local,
    parameters: BTreeMap<String, Value>,
    /// Attributes only known once a resource exists: `(logical id, attribute)`.
    known: BTreeMap<(String, String), String>,
    visiting: RefCell<Vec<String>>,
}

impl<'a> Scope<'a> {
    /// Gives the template's parameters their values.
    ///
    /// # Errors
    ///
    /// [`TemplateError`] for an override that is not declared, a parameter without value, or one that breaks its
    /// constraint.
    pub fn new(
        template: &'a Template,
        local: Local,
        overrides: &BTreeMap<String, String>,
    ) -> Result<Self, TemplateError> {
        let parameters = parameters::values(template.section("Parameters")?, overrides)?;
        Ok(Self {
            template,
            local,
            parameters,
            known: BTreeMap::new(),
            visiting: RefCell::default(),
        })
    }

    /// Adds an attribute that only the created resource knows, such as a table's `StreamArn`.
    #[must_use]
    pub fn knowing(mut self, logical_id: &str, attribute: &str, value: String) -> Self {
        self.known
            .insert((logical_id.to_owned(), attribute.to_owned()), value);
        self
    }

    /// The node with every intrinsic function evaluated.
    pub(super) fn resolve(&self, node: &Value, at: &str) -> Result<Value, TemplateError> {
        self.resolve_or_nothing(node, at)?
            .ok_or_else(|| TemplateError::at(at, Problem::Expected("a value, not AWS::NoValue")))
    }

    /// Like [`Scope::resolve`]; `None` for `AWS::NoValue`.
    pub(super) fn resolve_or_nothing(&self, node: &Value, at: &str) -> Result<Option<Value>, TemplateError> {
        match node {
            Value::Array(items) => {
                let mut resolved = Vec::with_capacity(items.len());
                for (idx, item) in items.iter().enumerate() {
                    resolved.extend(self.resolve_or_nothing(item, &format!("{at}[{idx}]"))?);
                }
                Ok(Some(Value::Array(resolved)))
            }
            Value::Object(members) => {
                if let Some((function, argument)) = intrinsic::call(members) {
                    return intrinsic::evaluate(self, function, argument, at);
                }
                let mut resolved = Map::new();
                for (key, value) in members {
                    if let Some(value) = self.resolve_or_nothing(value, &format!("{at}.{key}"))? {
                        resolved.insert(key.clone(), value);
                    }
                }
                Ok(Some(Value::Object(resolved)))
            }
            scalar => Ok(Some(scalar.clone())),
        }
    }

    /// What `!Ref name` means.
    pub(super) fn reference(&self, name: &str, at: &str) -> Result<Value, TemplateError> {
        if let Some(value) = self.local.pseudo(name) {
            return Ok(value.into());
        }
        if let Some(value) = self.parameters.get(name) {
            return Ok(value.clone());
        }
        let (kind, physical_name) = self.physical(name, at)?;
        Ok(physical::reference(&kind, &physical_name, &self.local).into())
    }

    /// What `!GetAtt logical_id.attribute` means.
    pub(super) fn attribute(
        &self,
        logical_id: &str,
        attribute: &str,
        at: &str,
    ) -> Result<String, TemplateError> {
        let (kind, name) = self.physical(logical_id, at)?;
        if let Some(value) = self.known.get(&(logical_id.to_owned(), attribute.to_owned())) {
            return Ok(value.clone());
        }
        physical::attribute(&kind, attribute, &name, &self.local).ok_or_else(|| {
            TemplateError::at(
                at,
                Problem::UnknownAttribute {
                    kind,
                    attribute: attribute.to_owned(),
                },
            )
        })
    }

    /// Type and physical name of a resource.
    pub(super) fn physical(&self, logical_id: &str, at: &str) -> Result<(String, String), TemplateError> {
        let resource = self
            .template
            .resources()?
            .get(logical_id)
            .ok_or_else(|| TemplateError::at(at, Problem::UnknownName(logical_id.to_owned())))?;
        if !self.exists(logical_id, resource)? {
            return Err(TemplateError::at(at, Problem::Absent(logical_id.to_owned())));
        }
        let kind = resource
            .get("Type")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let property = physical::name_property(&kind);
        let given = property.and_then(|it| resource.get("Properties")?.get(it));
        let Some((property, given)) = property.zip(given) else {
            let name = physical::default_name(&kind, &self.local.stack_name, logical_id);
            return Ok((kind, name));
        };
        if self.visiting.borrow().iter().any(|it| it == logical_id) {
            return Err(TemplateError::at(at, Problem::Circular(logical_id.to_owned())));
        }
        self.visiting.borrow_mut().push(logical_id.to_owned());
        let name_at = format!("Resources.{logical_id}.Properties.{property}");
        let resolved = self.resolve_or_nothing(given, &name_at);
        self.visiting.borrow_mut().pop();
        let name = match resolved? {
            Some(name) => text(&name).ok_or_else(|| TemplateError::at(name_at, Problem::Expected("text")))?,
            None => physical::default_name(&kind, &self.local.stack_name, logical_id),
        };
        Ok((kind, name))
    }

    /// Whether the resource's `Condition`, if any, holds.
    pub(super) fn exists(&self, logical_id: &str, resource: &Value) -> Result<bool, TemplateError> {
        match resource.get("Condition").and_then(Value::as_str) {
            Some(name) => conditions::holds(self, name, &format!("Resources.{logical_id}.Condition")),
            None => Ok(true),
        }
    }
}

#[cfg(test)]
#[path = "scope_tests.rs"]
mod tests;
