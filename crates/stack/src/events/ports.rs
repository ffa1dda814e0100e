//! What a mapping needs of the world around it.

use std::sync::Arc;

use aws_wire::AwsError;
use futures::future::BoxFuture;
use serde_json::Value;

use crate::{dynamodb::StreamRecord, invoke::InvokeFailure};

/// A stream that can be read again from any place.
pub trait Source: Send + Sync {
    /// Records after the sequence number, oldest first.
    fn read<'a>(
        &'a self,
        after: Option<&'a str>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<StreamRecord>, AwsError>>;
}

/// Where a mapping remembers how far it is.
pub trait Checkpoints: Send + Sync {
    /// The sequence number saved last.
    fn load<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<String>, AwsError>>;
    /// Saves a sequence number; it survives a crash when this returns.
    fn save<'a>(&'a self, name: &'a str, sequence_number: &'a str) -> BoxFuture<'a, Result<(), AwsError>>;
}

/// Where the records of given-up batches go.
pub trait Destination: Send + Sync {
    /// Takes the record; it survives a crash when this returns.
    fn send(&self, record: Value) -> BoxFuture<'_, std::io::Result<()>>;
}

/// The function as a mapping calls it: an answer or a failure, with the request id.
pub(crate) type Target =
    Arc<dyn Fn(Value) -> BoxFuture<'static, (String, Result<Value, InvokeFailure>)> + Send + Sync>;
