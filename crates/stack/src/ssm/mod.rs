//! Systems Manager Parameter Store: `GetParameter`, `PutParameter`, `DeleteParameter`.
//!
//! All parameters are in one file, which is replaced as a whole by every change. A `SecureString` is kept in clear
//! in that file, which only its owner can read: there is no KMS here, and a key beside the file would protect
//! nothing.

mod operations;
mod store;

pub use operations::SERVED;
pub use store::{Kind, Parameter, ParameterStore, PutError};

use aws_wire::AwsError;
use serde_json::Value;

impl ParameterStore {
    /// Runs one operation.
    ///
    /// # Errors
    ///
    /// The service's own errors; status 501 for what Parameter Store has and this has not.
    pub async fn call(&self, operation: &str, body: &[u8]) -> Result<Value, AwsError> {
        operations::run(self, operation, body).await
    }

    /// ARN of the parameter a request is about, `*` if it names none: a doubt is a refusal.
    #[must_use]
    pub fn resource(&self, body: &[u8]) -> String {
        let input: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
        match input.get("Name").and_then(Value::as_str) {
            Some(name) => self.arn(&operations::Selector::parse(name).name),
            None => "*".to_owned(),
        }
    }
}
