//! Reading resolved nodes: CloudFormation lets numbers and booleans be written as text and lists of one as the
//! element itself, and so do these functions.

use serde_json::{Map, Value};

use super::{Problem, TemplateError};

/// The scalar as text, as CloudFormation passes it on; `None` for lists, mappings and null.
pub(crate) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(it) => Some(it.clone()),
        Value::Number(it) => Some(it.to_string()),
        Value::Bool(it) => Some(it.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The elements of a list, or the single element that stands for a list of one.
pub(crate) fn items(value: &Value) -> &[Value] {
    match value {
        Value::Array(items) => items,
        Value::Null => &[],
        other => std::slice::from_ref(other),
    }
}

/// A resolved mapping together with where it stands.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) at: String,
    pub(super) members: Map<String, Value>,
}

impl Node {
    pub(super) fn new(at: impl Into<String>, value: Value) -> Result<Self, TemplateError> {
        let at = at.into();
        match value {
            Value::Object(members) => Ok(Self { at, members }),
            _ => Err(TemplateError::at(at, Problem::Expected("a mapping"))),
        }
    }

    pub(super) fn at(&self, name: &str) -> String {
        format!("{}.{name}", self.at)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.members.get(name).filter(|it| !it.is_null())
    }

    pub(super) fn child(&self, name: &str) -> Result<Option<Node>, TemplateError> {
        self.get(name)
            .map(|it| Node::new(self.at(name), it.clone()))
            .transpose()
    }

    pub(super) fn text(&self, name: &str) -> Result<Option<String>, TemplateError> {
        self.get(name)
            .map(|it| text(it).ok_or_else(|| TemplateError::at(self.at(name), Problem::Expected("text"))))
            .transpose()
    }

    pub(super) fn required_text(&self, name: &'static str) -> Result<String, TemplateError> {
        self.text(name)?
            .ok_or_else(|| TemplateError::at(&self.at, Problem::Missing(name)))
    }

    pub(super) fn integer(&self, name: &str) -> Result<Option<i64>, TemplateError> {
        self.text(name)?
            .map(|it| {
                it.trim()
                    .parse()
                    .map_err(|_| TemplateError::at(self.at(name), Problem::Expected("a whole number")))
            })
            .transpose()
    }

    pub(super) fn boolean(&self, name: &str) -> Result<Option<bool>, TemplateError> {
        match self.text(name)?.as_deref() {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(TemplateError::at(
                self.at(name),
                Problem::Expected("true or false"),
            )),
        }
    }

    pub(super) fn texts(&self, name: &str) -> Result<Vec<String>, TemplateError> {
        items(self.get(name).unwrap_or(&Value::Null))
            .iter()
            .enumerate()
            .map(|(idx, it)| {
                text(it).ok_or_else(|| {
                    TemplateError::at(format!("{}[{idx}]", self.at(name)), Problem::Expected("text"))
                })
            })
            .collect()
    }
}
