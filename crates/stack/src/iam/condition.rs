//! Condition blocks: the operators and keys that can be evaluated here. Everything else is refused at the start.

use serde_json::Value;

use super::{pattern, policy::PolicyProblem};
use crate::template::{items, text};

/// What is known about a request besides action and resource.
#[derive(Debug)]
pub struct RequestContext {
    principal_arn: String,
    s3_prefix: Option<String>,
}

impl RequestContext {
    /// A request on this machine. Loopback counts as a secure transport: nobody else can listen.
    #[must_use]
    pub fn local(principal_arn: &str) -> Self {
        Self {
            principal_arn: principal_arn.to_owned(),
            s3_prefix: None,
        }
    }

    /// The same request, which lists the keys of a bucket that begin with `prefix`, if it says so.
    #[must_use]
    pub fn listing(self, prefix: Option<&str>) -> Self {
        Self {
            s3_prefix: prefix.map(str::to_owned),
            ..self
        }
    }

    /// `None` for what the request does not say.
    fn value(&self, key: Key) -> Option<&str> {
        match key {
            Key::PrincipalArn => Some(&self.principal_arn),
            Key::SecureTransport => Some("true"),
            Key::S3Prefix => self.s3_prefix.as_deref(),
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Key {
    PrincipalArn,
    SecureTransport,
    S3Prefix,
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
                    "s3:prefix" => Key::S3Prefix,
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

    /// What a request does not say is equal to nothing, and so is unequal to everything (IAM, "Condition operators").
    pub(super) fn holds(&self, context: &RequestContext) -> bool {
        let actual = context.value(self.key);
        let equals = || self.values.iter().any(|it| Some(it.as_str()) == actual);
        let is_like = || {
            let values = &mut self.values.iter();
            actual.is_some_and(|actual| values.any(|it| pattern::matches(it, actual)))
        };
        match self.operator {
            Operator::Equals => equals(),
            Operator::NotEquals => !equals(),
            Operator::Like => is_like(),
            Operator::NotLike => !is_like(),
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
    fn a_prefix_that_is_not_said_is_like_no_other() {
        let holds = |operator: &str, prefix: Option<&str>| {
            let block = json!({ operator: {"s3:prefix": "u/*/people/*"} });
            let context = RequestContext::local("arn:aws:sts::000000000000:assumed-role/f/f").listing(prefix);
            Condition::read_all(&block).unwrap()[0].holds(&context)
        };
        for (prefix, is_like) in [
            (Some("u/1/people/2/"), true),
            (Some("u/1/"), false),
            (Some(""), false),
            (None, false),
        ] {
            assert_eq!(holds("StringLike", prefix), is_like, "{prefix:?}");
            assert_eq!(holds("StringNotLike", prefix), !is_like, "{prefix:?}");
            assert!(!holds("StringEquals", prefix), "{prefix:?}");
            assert!(holds("StringNotEquals", prefix), "{prefix:?}");
        }
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
