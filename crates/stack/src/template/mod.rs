//! `template.yaml`, read the way CloudFormation and SAM read it.
//!
//! Reading goes in three steps, one module each: `yaml` turns the text into JSON with long-form intrinsic
//! functions, `scope` gives every name a value (parameters, pseudo parameters, physical names, conditions), and
//! `plan` picks out what the stack runs. A node is only resolved when something that runs locally needs it, so
//! a part that only AWS understands can stand in the template without being misread here; it is listed as
//! [`NotRun`] instead.

mod conditions;
mod csp;
mod error;
mod function;
mod globals;
mod http_api;
mod intrinsic;
mod mapping;
mod parameters;
mod physical;
mod plan;
mod read;
mod resources;
mod scope;
mod site;
mod sub;
mod yaml;

pub use error::{Problem, TemplateError};
pub use function::FunctionSpec;
pub use http_api::{ApiSpec, CorsSpec, RouteSpec};
pub use mapping::{OnFailure, StreamMappingSpec};
pub use plan::{NotRun, Plan};
pub use resources::{BucketSpec, ParameterSpec, QueueSpec, TableSpec, TopicSpec};
pub use scope::{Local, Scope};
pub use site::{HeaderSpec, SiteSpec};

pub(crate) use read::{items, text};

use std::path::Path;

use serde_json::{Map, Value};

/// A parsed template: JSON, with short tags such as `!Ref` written out as `{"Ref": …}`.
#[derive(Debug, Clone)]
pub struct Template {
    root: Map<String, Value>,
}

impl Template {
    /// Reads and parses the file at `path`.
    ///
    /// # Errors
    ///
    /// [`TemplateError`] if the file cannot be read, is not YAML, or has no `Resources`.
    pub fn read(path: &Path) -> Result<Self, TemplateError> {
        let text = std::fs::read_to_string(path).map_err(|source| TemplateError::Read {
            path: path.to_owned(),
            source,
        })?;
        Self::parse(&text)
    }

    /// Parses the text of a template.
    ///
    /// # Errors
    ///
    /// [`TemplateError`] if the text is not YAML, or has no `Resources`.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let Value::Object(root) = yaml::parse(text)? else {
            return Err(TemplateError::at("template", Problem::Expected("a mapping")));
        };
        let template = Self { root };
        template.check_transforms()?;
        for (id, resource) in template.resources()? {
            if resource.get("Type").and_then(Value::as_str).is_none() {
                return Err(TemplateError::at(
                    format!("Resources.{id}"),
                    Problem::Missing("Type"),
                ));
            }
        }
        Ok(template)
    }

    /// A macro may rewrite anything, so that only the one whose rewriting is known here can be let pass.
    fn check_transforms(&self) -> Result<(), TemplateError> {
        let named = self.root.get("Transform").map(items).unwrap_or_default();
        match named
            .iter()
            .find(|it| it.as_str() != Some("AWS::Serverless-2016-10-31"))
        {
            Some(other) => Err(TemplateError::at(
                "Transform",
                Problem::Unsupported(format!("the transform {other}")),
            )),
            None => Ok(()),
        }
    }

    pub(crate) fn resources(&self) -> Result<&Map<String, Value>, TemplateError> {
        match self.root.get("Resources") {
            Some(Value::Object(resources)) => Ok(resources),
            Some(_) => Err(TemplateError::at("Resources", Problem::Expected("a mapping"))),
            None => Err(TemplateError::at("template", Problem::Missing("Resources"))),
        }
    }

    /// A top-level section that may be absent, e.g. `Parameters`.
    pub(crate) fn section(&self, name: &'static str) -> Result<Option<&Map<String, Value>>, TemplateError> {
        match self.root.get(name) {
            Some(Value::Object(section)) => Ok(Some(section)),
            Some(_) => Err(TemplateError::at(name, Problem::Expected("a mapping"))),
            None => Ok(None),
        }
    }
}
