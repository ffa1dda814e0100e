//! What a function is built from, and what one invocation brings along.

use std::{fmt, sync::Arc};

use jiff::Timestamp;
use uuid::Uuid;

use crate::env::{ConfigError, Env};

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Returns the time now.
    fn now(&self) -> Timestamp;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// Makes identifiers.
pub trait Ids: Send + Sync {
    /// Returns the next identifier, a UUID of version 7: later ones sort after earlier ones.
    fn next(&self) -> Uuid;
}

/// Identifiers from the machine's clock and random generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct RandomIds;

impl Ids for RandomIds {
    fn next(&self) -> Uuid {
        Uuid::now_v7()
    }
}

/// What a function is built from.
#[derive(Clone)]
pub struct Kit {
    /// Environment variables.
    pub env: Env,
    /// Configuration of the AWS clients: region, credentials, endpoints.
    pub aws: aws_config::SdkConfig,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New identifiers.
    pub ids: Arc<dyn Ids>,
}

impl Kit {
    /// Returns a kit with the clock of the machine and random identifiers.
    #[must_use]
    pub fn new(env: Env, aws: aws_config::SdkConfig) -> Self {
        Self {
            env,
            aws,
            clock: Arc::new(SystemClock),
            ids: Arc::new(RandomIds),
        }
    }
}

impl fmt::Debug for Kit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kit")
            .field("env", &self.env)
            .finish_non_exhaustive()
    }
}

/// A function that cannot start.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// The environment does not have what the function needs.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Something the function needs at its start failed.
    #[error(transparent)]
    Fault(#[from] domain::Fault),
}

/// One invocation.
#[derive(Debug, Clone, Default)]
pub struct Invocation {
    /// Id of the request, as the logs have it.
    pub request_id: String,
    /// When the invocation is ended by force.
    pub deadline: Option<Timestamp>,
    /// ARN under which the function was called.
    pub function_arn: Option<String>,
}

impl Invocation {
    /// Returns an invocation with this request id and no deadline.
    #[must_use]
    pub fn new(request_id: impl Into<String>) -> Self {
        Self {
            request_id: request_id.into(),
            ..Self::default()
        }
    }
}
