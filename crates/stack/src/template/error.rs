//! What can be wrong with a template, and where.

use std::path::PathBuf;

/// A template the stack cannot run. Every message names the node.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The file cannot be read.
    #[error("cannot read the template {path}: {source}", path = path.display())]
    Read {
        /// Path as it was given.
        path: PathBuf,
        /// What the operating system reported.
        source: std::io::Error,
    },
    /// The text is not YAML.
    #[error("the template is not YAML: {0}")]
    Yaml(#[from] serde_yaml_ng::Error),
    /// One node is wrong.
    #[error("template, at {at}: {problem}")]
    At {
        /// Dotted path of the node, e.g. `Resources.AuthFunction.Properties.Timeout`.
        at: String,
        /// What is wrong with it.
        problem: Problem,
    },
}

impl TemplateError {
    pub(crate) fn at(at: impl Into<String>, problem: Problem) -> Self {
        Self::At {
            at: at.into(),
            problem,
        }
    }
}

/// What is wrong with one node.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// A required member is absent.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// The node has another shape.
    #[error("expected {0}")]
    Expected(&'static str),
    /// A name that is neither a parameter, a pseudo parameter nor a resource.
    #[error("`{0}` is neither a parameter nor a resource of this template")]
    UnknownName(String),
    /// A resource that exists only under a condition that does not hold.
    #[error("`{0}` does not exist, because its condition does not hold")]
    Absent(String),
    /// A condition that is not declared.
    #[error("`{0}` is not declared under Conditions")]
    UnknownCondition(String),
    /// An attribute the stack has no local value for.
    #[error("the stack knows no attribute `{attribute}` of {kind}")]
    UnknownAttribute {
        /// Resource type.
        kind: String,
        /// Attribute asked for by `!GetAtt`.
        attribute: String,
    },
    /// A function of CloudFormation that the stack does not evaluate.
    #[error("the stack does not evaluate `{0}`")]
    UnknownFunction(String),
    /// Names that need each other to be known.
    #[error("`{0}` refers to itself")]
    Circular(String),
    /// A parameter without a default that nobody gave a value.
    #[error("the parameter `{0}` has no default and no value was given")]
    NoValue(String),
    /// A value was given for a parameter that is not declared.
    #[error("a value was given for `{0}`, which is not declared")]
    UndeclaredParameter(String),
    /// A parameter's value breaks the constraint the template declares.
    #[error("the value of `{parameter}` does not satisfy {constraint}")]
    Constraint {
        /// Name of the parameter.
        parameter: String,
        /// Which constraint, e.g. `AllowedValues`.
        constraint: &'static str,
    },
    /// `!Select` or `!FindInMap` found nothing.
    #[error("there is no element `{0}`")]
    NoElement(String),
    /// Something the stack would have to misread, so it refuses.
    #[error("not supported by the local stack: {0}")]
    Unsupported(String),
}
