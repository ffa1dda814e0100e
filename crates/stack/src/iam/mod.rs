//! Who may do what: each function's role, as its statements in the template say.
//!
//! Only identity-based policies are evaluated. Bucket policies, key policies and permission boundaries are AWS's
//! business; the local stack is never more lenient for leaving them out, because without an `Allow` in the
//! function's own role nothing is allowed here.

mod condition;
mod keys;
mod pattern;
mod policy;
mod usage;

pub use condition::RequestContext;
pub use keys::{FunctionKeys, Keys};
pub use policy::{Policy, PolicyError, PolicyProblem};

use std::{collections::BTreeMap, sync::Arc};

use aws_wire::AwsError;
use serde_json::Value;

use policy::Decision;
use usage::Usage;

/// Who signed a request.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Principal {
    /// The developer, who may do everything.
    Root,
    /// A function, by logical id.
    Function(String),
}

/// A function's role.
#[derive(Debug)]
struct Role {
    /// ARN of the session, as it stands in refusals.
    session_arn: String,
    policy: Policy,
    usage: Usage,
}

/// Decides about every request, and remembers which grants were used.
#[derive(Debug)]
pub struct Iam {
    root_access_key: String,
    /// Access key to logical id.
    functions: BTreeMap<String, String>,
    roles: BTreeMap<String, Role>,
}

impl Iam {
    /// The rights of `root_access_key`, which is allowed everything, and of nobody else yet.
    #[must_use]
    pub fn new(root_access_key: &str) -> Self {
        Self {
            root_access_key: root_access_key.to_owned(),
            functions: BTreeMap::new(),
            roles: BTreeMap::new(),
        }
    }

    /// Gives the function with this access key the rights of `policy`.
    pub fn add(&mut self, account: &str, function: &str, logical_id: &str, access_key: &str, policy: Policy) {
        let role = Role {
            session_arn: format!("arn:aws:sts::{account}:assumed-role/{function}/{function}"),
            usage: Usage::default(),
            policy,
        };
        self.functions
            .insert(access_key.to_owned(), logical_id.to_owned());
        self.roles.insert(logical_id.to_owned(), role);
    }

    /// Whether the owner of `access_key` may do `action` (`service:Operation`) with `resource` (an ARN, or `*`).
    ///
    /// The decision is recorded.
    #[must_use]
    pub fn allows(&self, access_key: &str, action: &str, resource: &str) -> bool {
        self.check(access_key, action, resource).is_ok()
    }

    /// Like [`Iam::allows`], with AWS's refusal.
    ///
    /// # Errors
    ///
    /// `AccessDeniedException` if no statement allows it, or one denies it.
    pub fn check(&self, access_key: &str, action: &str, resource: &str) -> Result<(), AwsError> {
        self.check_listing(access_key, action, resource, None)
    }

    /// Like [`Iam::check`], for a request that lists the keys of a bucket that begin with `prefix`.
    fn check_listing(
        &self,
        access_key: &str,
        action: &str,
        resource: &str,
        prefix: Option<&str>,
    ) -> Result<(), AwsError> {
        let role = match self.principal(access_key) {
            Some(Principal::Root) => return Ok(()),
            Some(Principal::Function(id)) => self.roles.get(&id),
            None => None,
        };
        let Some(role) = role else {
            // Signatures are verified first, so only a key that was taken away in between comes here.
            return Err(AwsError::client(
                "UnrecognizedClientException",
                "The security token included in the request is invalid.",
            ));
        };
        let context = RequestContext::local(&role.session_arn).listing(prefix);
        let decision = role.policy.decide(action, resource, &context);
        role.usage.record(action, resource, &decision);
        match decision {
            Decision::Allowed(_) => Ok(()),
            Decision::Denied { explicit } => {
                tracing::info!(
                    principal = %role.session_arn, iam.action = action, iam.resource = resource, "access denied"
                );
                Err(refusal(&role.session_arn, action, resource, explicit))
            }
        }
    }

    fn principal(&self, access_key: &str) -> Option<Principal> {
        if access_key == self.root_access_key {
            return Some(Principal::Root);
        }
        self.functions.get(access_key).cloned().map(Principal::Function)
    }

    /// Used and unused grants of every function, and what was refused.
    #[must_use]
    pub fn report(&self) -> Value {
        let functions = self
            .roles
            .iter()
            .map(|(id, role)| (id.clone(), role.usage.report(&role.policy)));
        serde_json::json!({ "functions": Value::Object(functions.collect()) })
    }
}

fn refusal(principal: &str, action: &str, resource: &str, explicit: bool) -> AwsError {
    let error = AwsError::access_denied(principal, action, resource);
    if !explicit {
        return error;
    }
    let message = format!(
        "User: {principal} is not authorized to perform: {action} on resource: {resource} with an explicit deny \
         in an identity-based policy"
    );
    AwsError { message, ..error }
}

/// The rights as S3's server asks for them: the bucket is `*` where a request names none.
pub(crate) fn s3_access(iam: &Arc<Iam>) -> crate::s3::Allowed {
    let iam = Arc::clone(iam);
    Arc::new(move |it| {
        let resource = match it.key {
            _ if it.bucket == "*" => it.bucket.to_owned(),
            Some(key) => format!("arn:aws:s3:::{}/{key}", it.bucket),
            None => format!("arn:aws:s3:::{}", it.bucket),
        };
        iam.check_listing(it.access_key, it.action, &resource, it.prefix)
            .is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn iam() -> Iam {
        let statement = json!({
            "Sid": "ReadNotes", "Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:Query"],
            "Resource": "arn:aws:dynamodb:eu-west-1:000000000000:table/notes",
        });
        let deny = json!({"Effect": "Deny", "Action": "sns:*", "Resource": "*"});
        let policy = Policy::read(&[("a".into(), statement), ("b".into(), deny)]).unwrap();
        let mut iam = Iam::new("test");
        iam.add(
            "000000000000",
            "visavis-notes",
            "NotesFunction",
            "AKIANOTES",
            policy,
        );
        iam
    }

    const TABLE: &str = "arn:aws:dynamodb:eu-west-1:000000000000:table/notes";

    #[test]
    fn root_may_do_everything_and_a_stranger_nothing() {
        assert!(iam().allows("test", "s3:DeleteBucket", "arn:aws:s3:::any"));
        assert!(!iam().allows("AKIAOTHER", "dynamodb:GetItem", TABLE));
    }

    #[test]
    fn a_refusal_is_awss_sentence() {
        let error = iam().check("AKIANOTES", "dynamodb:PutItem", TABLE).unwrap_err();
        assert_eq!(error.code, "AccessDeniedException");
        assert_eq!(
            error.message,
            format!(
                "User: arn:aws:sts::000000000000:assumed-role/visavis-notes/visavis-notes is not authorized to \
                 perform: dynamodb:PutItem on resource: {TABLE} because no identity-based policy allows the \
                 dynamodb:PutItem action"
            )
        );
        let denied = iam().check("AKIANOTES", "sns:Publish", "arn:t").unwrap_err();
        assert!(
            denied
                .message
                .ends_with("with an explicit deny in an identity-based policy")
        );
    }

    #[test]
    fn the_report_tells_used_from_unused_grants() {
        let iam = iam();
        assert!(iam.allows("AKIANOTES", "dynamodb:GetItem", TABLE));
        assert!(!iam.allows("AKIANOTES", "dynamodb:PutItem", TABLE));
        let report = iam.report();
        let notes = &report["functions"]["NotesFunction"];
        assert_eq!(
            notes["used"],
            json!([{"sid": "ReadNotes", "action": "dynamodb:GetItem", "resource": TABLE, "calls": 1}])
        );
        assert_eq!(
            notes["unused"],
            json!([{"sid": "ReadNotes", "action": "dynamodb:Query", "resource": TABLE}])
        );
        assert_eq!(notes["refused"][0]["action"], "dynamodb:PutItem");
    }
}
