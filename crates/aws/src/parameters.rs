//! Parameters of the Systems Manager: small texts that are made once and read by several functions.

use aws_sdk_ssm::{
    Client,
    operation::{get_parameter::GetParameterError, put_parameter::PutParameterError},
    types::ParameterType,
};
use domain::Fault;

use crate::fault::sdk_fault;

/// Adapter on the parameter store.
#[derive(Debug, Clone)]
pub struct Parameters {
    client: Client,
}

/// How a parameter is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// Readable by whoever may read the parameter.
    Plain,
    /// Encrypted under the account's key for parameters.
    Encrypted,
}

/// Why a parameter was not created.
#[derive(Debug, thiserror::Error)]
pub enum CreateParameterError {
    /// There is one of this name; it is unchanged.
    #[error("the parameter exists")]
    AlreadyExists,
    /// The service failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Parameters {
    /// Returns the adapter.
    #[must_use]
    pub fn new(aws: &aws_config::SdkConfig) -> Self {
        Self {
            client: Client::new(aws),
        }
    }

    /// Returns the value of a parameter, decrypted, `None` if there is none. Maps to `ssm:GetParameter`.
    ///
    /// Reads are not consistent: a value that was written a moment ago may be missing.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the service failed.
    pub async fn get(&self, name: &str) -> Result<Option<String>, Fault> {
        let answer = self
            .client
            .get_parameter()
            .name(name)
            .with_decryption(true)
            .send()
            .await;
        match answer {
            Ok(answer) => Ok(answer.parameter.and_then(|it| it.value)),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(GetParameterError::is_parameter_not_found) =>
            {
                Ok(None)
            }
            Err(error) => Err(sdk_fault("GetParameter", error)),
        }
    }

    /// Creates a parameter. Of several attempts at the same time one succeeds. Maps to `ssm:PutParameter`.
    ///
    /// # Errors
    ///
    /// [`CreateParameterError::AlreadyExists`] if there is one; nothing is changed then.
    pub async fn create(
        &self,
        name: &str,
        value: &str,
        protection: Protection,
    ) -> Result<(), CreateParameterError> {
        self.put(name, value, protection, false)
            .await
            .map_err(|error| match error.as_service_error() {
                Some(PutParameterError::ParameterAlreadyExists(_)) => CreateParameterError::AlreadyExists,
                _ => CreateParameterError::Fault(sdk_fault("CreateParameter", error)),
            })
    }

    /// Creates or replaces a parameter. Maps to `ssm:PutParameter`.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the service failed.
    pub async fn replace(&self, name: &str, value: &str, protection: Protection) -> Result<(), Fault> {
        self.put(name, value, protection, true)
            .await
            .map_err(|it| sdk_fault("ReplaceParameter", it))
    }

    async fn put(
        &self,
        name: &str,
        value: &str,
        protection: Protection,
        overwrite: bool,
    ) -> Result<(), aws_sdk_ssm::error::SdkError<PutParameterError>> {
        let kind = match protection {
            Protection::Plain => ParameterType::String,
            Protection::Encrypted => ParameterType::SecureString,
        };
        self.client
            .put_parameter()
            .name(name)
            .value(value)
            .r#type(kind)
            .overwrite(overwrite)
            .send()
            .await
            .map(drop)
    }
}
