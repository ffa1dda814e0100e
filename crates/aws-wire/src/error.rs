//! An error as AWS services give it.

use http::StatusCode;
use serde_json::{Map, Value};

/// An error that a service answers: an HTTP status, a code that SDKs turn into a typed exception, and a sentence.
#[derive(Clone, Debug, PartialEq)]
pub struct AwsError {
    /// HTTP status of the JSON protocols; see [`crate::Protocol`] for those that use another one for the same code.
    pub status: StatusCode,
    /// Shape name without namespace, e.g. `InvalidParameterException`.
    pub code: String,
    /// One sentence for people. Goes to the caller, so it never holds a secret or another caller's data.
    pub message: String,
    /// Further members of the error's shape, e.g. `CancellationReasons` of DynamoDB. Boxed, because few errors have any.
    pub members: Box<Map<String, Value>>,
}

impl AwsError {
    /// An error with any status.
    pub fn new(status: StatusCode, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            status,
            code: code.into(),
            message: message.into(),
            members: Box::default(),
        }
    }

    /// The caller's mistake: status 400.
    pub fn client(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// Adds a member of the error's shape.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.members.insert(name.into(), value.into());
        self
    }

    /// A fault of ours: status 500. Takes no detail, because the caller can do nothing with it; log the detail instead.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "InternalServerError",
            "Internal server error",
        )
    }

    /// A real operation of `service` that is not available here: status 501, which SDKs do not retry.
    #[must_use]
    pub fn not_implemented(service: &str, operation: &str) -> Self {
        let message = format!("{service} {operation} is not supported by this endpoint");
        Self::new(StatusCode::NOT_IMPLEMENTED, "NotImplemented", message)
    }

    /// An operation that the service does not have.
    #[must_use]
    pub fn unknown_operation(operation: &str) -> Self {
        Self::client(
            "UnknownOperationException",
            format!("Unknown operation: {}", printable(operation)),
        )
    }

    /// A body that cannot be read as the operation's input.
    pub fn serialization(message: impl Into<String>) -> Self {
        Self::client("SerializationException", message)
    }

    /// The caller is known, and may not do this.
    ///
    /// `principal` and `resource` are ARNs, `action` is `service:Operation`; the sentence is IAM's.
    #[must_use]
    pub fn access_denied(principal: &str, action: &str, resource: &str) -> Self {
        let message = format!(
            "User: {principal} is not authorized to perform: {action} on resource: {resource} because no identity-based policy \
             allows the {action} action"
        );
        Self::client("AccessDeniedException", message)
    }

    /// The request did not name this machine in `Host`; see [`crate::loopback_host`].
    #[must_use]
    pub fn foreign_host() -> Self {
        let message = "This endpoint answers requests for localhost only. Check the Host header.";
        Self::new(StatusCode::FORBIDDEN, "AccessDeniedException", message)
    }

    /// The body is longer than this endpoint reads.
    #[must_use]
    pub fn request_too_large() -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "RequestEntityTooLargeException",
            "Request body is too large.",
        )
    }
}

impl std::fmt::Display for AwsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}: {}", self.status.as_u16(), self.code, self.message)
    }
}

impl std::error::Error for AwsError {}

/// The caller's own text, short and without control characters, for use in a sentence.
fn printable(text: &str) -> String {
    text.chars().filter(|it| !it.is_control()).take(100).collect()
}
