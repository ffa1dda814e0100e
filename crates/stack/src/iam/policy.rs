//! Statements and how they combine: one that denies wins, otherwise one has to allow.

use std::ops::RangeInclusive;

use serde_json::Value;

use super::{
    condition::{Condition, RequestContext},
    pattern,
};
use crate::template::items;

/// Services whose requests this stack answers, so that statements about them are evaluated here.
const SERVED: &[&str] = &["dynamodb", "rekognition", "s3", "ses", "sns", "ssm"];

/// A statement the stack cannot evaluate.
#[derive(Debug, thiserror::Error)]
#[error("template, at {at}: {problem}")]
pub struct PolicyError {
    /// Where the statement stands.
    pub at: String,
    /// What is wrong.
    pub problem: PolicyProblem,
}

/// Why a statement cannot be evaluated.
#[derive(Debug, thiserror::Error)]
pub enum PolicyProblem {
    /// `Effect` is neither `Allow` nor `Deny`.
    #[error("Effect must be Allow or Deny")]
    Effect,
    /// `Action` or `Resource` is missing or not text.
    #[error("`{0}` must be text or a list of text")]
    Texts(&'static str),
    /// An element that would have to be misread.
    #[error("the local stack does not evaluate `{0}`")]
    Unsupported(String),
}

#[derive(Debug)]
pub(super) struct Statement {
    pub(super) sid: Option<String>,
    pub(super) allow: bool,
    pub(super) actions: Vec<String>,
    pub(super) resources: Vec<String>,
    conditions: Vec<Condition>,
}

/// All statements of one role.
#[derive(Debug, Default)]
pub struct Policy {
    statements: Vec<Statement>,
}

/// What a policy says about one request.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// The grants that allow it: indices of statement, action and resource.
    Allowed(Vec<(usize, usize, usize)>),
    Denied {
        explicit: bool,
    },
}

impl Policy {
    /// Reads statements, each with where it stands.
    ///
    /// # Errors
    ///
    /// [`PolicyError`] for the first statement that is malformed or uses what is not evaluated here.
    pub fn read(statements: &[(String, Value)]) -> Result<Self, PolicyError> {
        let statements = statements
            .iter()
            .map(|(at, it)| {
                Statement::read(it).map_err(|problem| PolicyError {
                    at: at.clone(),
                    problem,
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { statements })
    }

    pub(super) fn decide(&self, action: &str, resource: &str, context: &RequestContext) -> Decision {
        let mut grants = Vec::new();
        for (idx, statement) in self.statements.iter().enumerate() {
            let matched = statement.grants(action, resource, context);
            if matched.is_empty() {
                continue;
            }
            if !statement.allow {
                return Decision::Denied { explicit: true };
            }
            grants.extend(
                matched
                    .into_iter()
                    .map(|(action, resource)| (idx, action, resource)),
            );
        }
        if grants.is_empty() {
            Decision::Denied { explicit: false }
        } else {
            Decision::Allowed(grants)
        }
    }

    /// Every grant that is evaluated here: statement, action, resource, and the statement itself.
    pub(super) fn grants(&self) -> impl Iterator<Item = ((usize, usize, usize), &Statement)> {
        self.statements
            .iter()
            .enumerate()
            .filter(|(_, it)| it.allow)
            .flat_map(|(idx, statement)| {
                statement
                    .actions
                    .iter()
                    .enumerate()
                    .filter(|(_, action)| served(action))
                    .flat_map(move |(action, _)| {
                        (0..statement.resources.len())
                            .map(move |resource| ((idx, action, resource), statement))
                    })
            })
    }
}

fn served(action: &str) -> bool {
    let service = action.split(':').next().unwrap_or_default().to_ascii_lowercase();
    SERVED.iter().any(|it| pattern::matches(&service, it))
}

/// Members of a statement that say who else may, which a role's policy cannot.
const KNOWN: &[&str] = &["Sid", "Effect", "Action", "Resource", "Condition"];

impl Statement {
    fn read(statement: &Value) -> Result<Self, PolicyProblem> {
        if let Some(unknown) = statement
            .as_object()
            .and_then(|it| it.keys().find(|it| !KNOWN.contains(&it.as_str())))
        {
            return Err(PolicyProblem::Unsupported(unknown.clone()));
        }
        let actions = texts(statement, "Action")?;
        let conditions = match statement.get("Condition") {
            // Whatever the condition says, no request it is about arrives here.
            Some(_) if !actions.iter().any(|it| served(it)) => Vec::new(),
            Some(block) => Condition::read_all(block)?,
            None => Vec::new(),
        };
        Ok(Self {
            sid: statement.get("Sid").and_then(Value::as_str).map(str::to_owned),
            allow: match statement.get("Effect").and_then(Value::as_str) {
                Some("Allow") => true,
                Some("Deny") => false,
                _ => return Err(PolicyProblem::Effect),
            },
            actions,
            resources: texts(statement, "Resource")?,
            conditions,
        })
    }

    fn grants(&self, action: &str, resource: &str, context: &RequestContext) -> Vec<(usize, usize)> {
        if !self.conditions.iter().all(|it| it.holds(context)) {
            return Vec::new();
        }
        let matching = |patterns: &[String], matches: &dyn Fn(&str) -> bool| -> Vec<usize> {
            patterns
                .iter()
                .enumerate()
                .filter(|(_, it)| matches(it))
                .map(|(idx, _)| idx)
                .collect()
        };
        let actions = matching(&self.actions, &|it| pattern::action_matches(it, action));
        let resources = matching(&self.resources, &|it| pattern::matches(it, resource));
        actions
            .iter()
            .flat_map(|a| resources.iter().map(move |r| (*a, *r)))
            .collect()
    }
}

/// How many texts an element may have; IAM's size limit for inline policies (10,240 characters) keeps it far below.
const LIST_LENGTH: RangeInclusive<usize> = 1..=1_000;

fn texts(statement: &Value, name: &'static str) -> Result<Vec<String>, PolicyProblem> {
    let found: Option<Vec<String>> = items(statement.get(name).unwrap_or(&Value::Null))
        .iter()
        .map(|it| it.as_str().map(str::to_owned))
        .collect();
    found
        .filter(|it| LIST_LENGTH.contains(&it.len()))
        .ok_or(PolicyProblem::Texts(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn policy(statements: &Value) -> Result<Policy, PolicyError> {
        let statements: Vec<_> = items(statements)
            .iter()
            .map(|it| ("here".to_owned(), it.clone()))
            .collect();
        Policy::read(&statements)
    }

    fn decide(policy: &Policy, action: &str, resource: &str) -> Decision {
        policy.decide(
            action,
            resource,
            &RequestContext::local("arn:aws:sts::0:assumed-role/f/f"),
        )
    }

    #[test]
    fn a_deny_wins_over_an_allow() {
        let policy = policy(&json!([
            {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
            {"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::kept/*"},
        ]))
        .unwrap();
        assert!(matches!(
            decide(&policy, "s3:GetObject", "arn:aws:s3:::kept/a"),
            Decision::Allowed(_)
        ));
        assert_eq!(
            decide(&policy, "s3:DeleteObject", "arn:aws:s3:::kept/a"),
            Decision::Denied { explicit: true }
        );
        assert_eq!(
            decide(&policy, "sns:Publish", "arn:t"),
            Decision::Denied { explicit: false }
        );
    }

    #[test]
    fn conditions_are_part_of_the_match() {
        let policy = policy(&json!([{
            "Effect": "Allow", "Action": "sns:Publish", "Resource": "*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }]))
        .unwrap();
        assert_eq!(
            decide(&policy, "sns:Publish", "arn:t"),
            Decision::Denied { explicit: false }
        );
    }

    #[test]
    fn what_would_have_to_be_misread_is_refused() {
        for (statement, word) in [
            (
                json!({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}),
                "NotAction",
            ),
            (
                json!({"Effect": "Maybe", "Action": "s3:*", "Resource": "*"}),
                "Effect",
            ),
            (json!({"Effect": "Allow", "Action": "s3:*"}), "Resource"),
            (
                json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": "1.2.3.4"}}}),
                "IpAddress",
            ),
            (
                json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"StringEquals": {"s3:delimiter": "/"}}}),
                "s3:delimiter",
            ),
        ] {
            let message = policy(&statement).unwrap_err().to_string();
            assert!(message.contains(word), "{message}");
        }
    }

    #[test]
    fn a_condition_on_a_service_that_is_not_served_is_left_alone() {
        let statement = json!({
            "Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*",
            "Condition": {"StringEquals": {"kms:ViaService": "ssm.eu-west-1.amazonaws.com"}},
        });
        assert_eq!(policy(&statement).unwrap().grants().count(), 0);
    }
}
