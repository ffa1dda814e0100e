//! Condition blocks: the operators and keys that can be evaluated here. Everything else is refused at the start.

use serde_json::Value;

use super::{pattern, policy::PolicyProblem};
use crate::template::{items, text};

/// What is known about a request besides action and resource.
#[derive(Debug)]
pub struct RequestContext {
    principal_arn: String,
}

impl RequestContext {
    /// A request on this machine. Loopback counts as a secure transport: nobody else can listen.
    #[must_use]
    pub fn local(principal_arn: &str) -> Self {
        Self {
            principal_arn: principal_arn.to_owned(),
        }
    }

    fn value(&self, key: Key) -> &str {
        match key {
            Key::PrincipalArn => &self.principal_arn,
            Key::SecureTransport => "true",
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Key {
    PrincipalArn,
    SecureTransport,
}

#[derive(Debug, Clone, Copy)]
enum Operator {
    Equals,
    NotEquals,
    Like,
    NotLike,
}

/// One operator applied to one key.
#[derive(Debug)]
pub(super) struct Condition {
    operator: Operator,
    key: Key,
    values: Vec<String>,
}

impl Condition {
    pub(super) fn read_all(block: &Value) -> Result<Vec<Self>, PolicyProblem> {
        let unsupported = |name: &str| PolicyProblem::Unsupported(format!("Condition {name}"));
        let mut conditions = Vec::new();
        for (name, keys) in block.as_object().into_iter().flatten() {
            let operator = match name.as_str() {
                "StringEquals" | "Bool" => Operator::Equals,
                "StringNotEquals" => Operator::NotEquals,
                "StringLike" | "ArnLike" | "ArnEquals" => Operator::Like,
                "StringNotLike" | "ArnNotLike" | "ArnNotEquals" => Operator::NotLike,
                other => return Err(unsupported(other)),
            };
            for (key, values) in keys.as_object().into_iter().flatten() {
                let key = match key.to_ascii_lowercase().as_str() {
                    "aws:principalarn" => Key::PrincipalArn,
                    "aws:securetransport" => Key::SecureTransport,
                    _ => return Err(unsupported(key)),
                };
                let values = items(values).iter().filter_map(text).collect();
                conditions.push(Self {
                    operator,
                    key,
                    values,
                });
            }
        }
        Ok(conditions)
    }

    pub(super) fn holds(&self, context: &RequestContext) -> bool {
        let actual = context.value(self.key);
        match self.operator {
            Operator::Equals => self.values.iter().any(|it| it == actual),
            Operator::NotEquals => !self.values.iter().any(|it| it == actual),
            Operator::Like => self.values.iter().any(|it| pattern::matches(it, actual)),
            Operator::NotLike => !self.values.iter().any(|it| pattern::matches(it, actual)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn holds(block: &Value) -> bool {
        let context = RequestContext::local("arn:aws:sts::000000000000:assumed-role/f/f");
        Condition::read_all(block)
            .unwrap()
            .iter()
            .all(|it| it.holds(&context))
    }

    #[test]
    fn every_operator_and_key_must_hold() {
        assert!(holds(&json!({"Bool": {"aws:SecureTransport": "true"}})));
        assert!(!holds(&json!({"Bool": {"aws:SecureTransport": false}})));
        assert!(holds(
            &json!({"ArnLike": {"aws:PrincipalArn": ["arn:x", "arn:aws:sts::*:assumed-role/f/*"]}})
        ));
        assert!(!holds(&json!({
            "Bool": {"aws:SecureTransport": "true"}, "StringNotLike": {"aws:PrincipalArn": "*"},
        })));
    }
}
