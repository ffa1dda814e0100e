//! Failures of the engine as DynamoDB words them.

use aws_wire::AwsError;
use dynoxide::DynoxideError;
use http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Why a table could not be made, or the store not be opened.
#[derive(Debug, thiserror::Error)]
pub enum DynamoError {
    /// The database file cannot be opened, read or written.
    #[error("the DynamoDB store at {path} cannot be used: {reason}")]
    Store {
        /// The database file.
        path: String,
        /// What SQLite or the engine said.
        reason: String,
    },
    /// The template's table is not one that DynamoDB would make.
    #[error("table {table}: {reason}")]
    Table {
        /// The table's name, or `?` where it has none.
        table: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The store has been closed, or its thread has died.
    #[error("the DynamoDB store is closed")]
    Closed,
}

/// Reads a request body as `operation`'s input.
///
/// The engine's types report some mistakes through markers in serde's message; its own HTTP server, which is not part of
/// this build, turns them into DynamoDB's errors, and so does this function.
pub(super) fn read<T: DeserializeOwned>(operation: &str, body: &[u8]) -> Result<T, AwsError> {
    serde_json::from_slice(body).map_err(|error| {
        let message = error.to_string();
        let marked = [
            ("VALIDATION_REQUEST:", true),
            ("VALIDATION_AS_READ:", true),
            ("VALIDATION:", true),
            ("SERIALIZATION_AS_READ:", false),
            ("SERIALIZATION:", false),
        ]
        .into_iter()
        .find_map(|(marker, validation)| Some((marker, validation, message.strip_prefix(marker)?)));
        match marked {
            Some(("VALIDATION_REQUEST:", _, text)) => {
                validation(enveloped(operation, without_position(text)))
            }
            Some((_, true, text)) => validation(without_position(text)),
            Some((_, false, text)) => AwsError::serialization(without_position(text)),
            None if [
                "missing field",
                "unknown variant",
                "invalid type: null",
                "Supplied AttributeValue",
            ]
            .iter()
            .any(|it| message.contains(it)) =>
            {
                validation(without_position(&message))
            }
            None => AwsError::serialization(without_position(&message)),
        }
    })
}

/// The engine's error as the service's error.
pub(super) fn to_aws(operation: &str, error: DynoxideError) -> AwsError {
    let message = error.to_string();
    match error {
        DynoxideError::InternalServerError(_) | DynoxideError::SqliteError(_) => {
            tracing::error!(operation, error = %message, "DynamoDB engine failed");
            AwsError::internal()
        }
        DynoxideError::UnsupportedCapability(_) => AwsError::not_implemented("DynamoDB", operation),
        DynoxideError::EnvelopedValidation(_) => validation(enveloped(operation, &message)),
        DynoxideError::ConditionalCheckFailedException(_, Some(item)) => {
            let refused = AwsError::client("ConditionalCheckFailedException", message);
            match serde_json::to_value(item) {
                Ok(item) => refused.with("Item", item),
                Err(_) => refused,
            }
        }
        DynoxideError::TransactionCanceledException(_, reasons) => {
            let refused = AwsError::client("TransactionCanceledException", message);
            match serde_json::to_value(reasons) {
                Ok(reasons) => refused.with("CancellationReasons", reasons),
                Err(_) => refused,
            }
        }
        other => {
            let status = StatusCode::from_u16(other.status_code()).unwrap_or(StatusCode::BAD_REQUEST);
            AwsError::new(status, short(other.error_type()), message)
        }
    }
}

/// The answer of the engine as JSON.
pub(super) fn write<T: serde::Serialize>(operation: &str, output: &T) -> Result<Value, AwsError> {
    serde_json::to_value(output).map_err(|error| {
        tracing::error!(operation, %error, "DynamoDB answer cannot be written as JSON");
        AwsError::internal()
    })
}

pub(super) fn validation(message: impl Into<String>) -> AwsError {
    AwsError::client("ValidationException", message)
}

/// `PutItem`, `UpdateItem` and `DeleteItem` wrap what their request validation finds; the others report it bare.
fn enveloped(operation: &str, message: &str) -> String {
    match operation {
        "PutItem" | "UpdateItem" | "DeleteItem" => format!("1 validation error detected: {message}"),
        _ => message.to_owned(),
    }
}

/// serde_json ends its messages with ` at line 1 column 42`, which DynamoDB does not.
fn without_position(message: &str) -> &str {
    match message.rfind(" at line ") {
        Some(at) if message[at..].contains(" column ") => &message[..at],
        _ => message,
    }
}

/// `com.amazonaws.dynamodb.v20120810#X` → `X`; the envelope adds the namespace again.
fn short(error_type: &str) -> &str {
    error_type.rsplit_once('#').map_or(error_type, |(_, name)| name)
}
