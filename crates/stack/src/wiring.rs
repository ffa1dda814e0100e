//! Where one service meets another: Rekognition reads S3, mappings read tables and write to queues and topics.

use std::{io, sync::Arc};

use aws_wire::{AwsError, Caller, Clock};
use futures::{FutureExt as _, future::BoxFuture};
use rekognition_local::{MAX_OBJECT_BYTES, ObjectError, Objects};
use serde_json::Value;

use crate::{
    dynamodb::{Dynamo, StreamRecord},
    endpoint::Sns,
    events::{Checkpoints, Destination, Source},
    iam::Iam,
    messages::{DeadLetter, Journal},
    s3::{Store, StoreError},
};

/// S3 as Rekognition reads it: with the rights of whoever called Rekognition.
pub(crate) struct PicturesInS3 {
    pub(crate) store: Store,
    pub(crate) iam: Arc<Iam>,
}

impl Objects for PicturesInS3 {
    fn get<'a>(
        &'a self,
        caller: &'a Caller,
        bucket: &'a str,
        key: &'a str,
        version: Option<&'a str>,
    ) -> BoxFuture<'a, Result<Vec<u8>, ObjectError>> {
        async move {
            if !self.iam.allows(
                &caller.access_key,
                "s3:GetObject",
                &format!("arn:aws:s3:::{bucket}/{key}"),
            ) {
                return Err(ObjectError::Denied);
            }
            // Buckets have no versions here, so no object has the one that was asked for.
            if version.is_some() {
                return Err(ObjectError::Missing);
            }
            match self.store.get(bucket, key, MAX_OBJECT_BYTES as u64).await {
                Ok(bytes) => Ok(bytes),
                Err(StoreError::NoSuchBucket | StoreError::NoSuchKey) => Err(ObjectError::Missing),
                Err(StoreError::TooLarge { .. }) => Err(ObjectError::TooLarge),
                Err(other) => Err(ObjectError::Fault(Box::new(other))),
            }
        }
        .boxed()
    }
}

/// One table's stream.
pub(crate) struct TableStream {
    pub(crate) dynamo: Dynamo,
    pub(crate) table: String,
}

impl Source for TableStream {
    fn read<'a>(
        &'a self,
        after: Option<&'a str>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<StreamRecord>, AwsError>> {
        self.dynamo.stream_records(&self.table, after, limit).boxed()
    }
}

/// Checkpoints beside the tables, in the same durable file.
pub(crate) struct Notes(pub(crate) Dynamo);

impl Checkpoints for Notes {
    fn load<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<String>, AwsError>> {
        self.0.note(name).boxed()
    }

    fn save<'a>(&'a self, name: &'a str, sequence_number: &'a str) -> BoxFuture<'a, Result<(), AwsError>> {
        self.0.set_note(name, sequence_number).boxed()
    }
}

/// A queue that only takes.
pub(crate) struct Queue {
    pub(crate) arn: String,
    pub(crate) letters: Arc<Journal<DeadLetter>>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Destination for Queue {
    fn send(&self, record: Value) -> BoxFuture<'_, io::Result<()>> {
        let letter = DeadLetter {
            at: self.clock.now(),
            destination_arn: self.arn.clone(),
            record,
        };
        let letters = Arc::clone(&self.letters);
        async move {
            tokio::task::spawn_blocking(move || letters.append(letter))
                .await
                .map_err(io::Error::other)?
        }
        .boxed()
    }
}

/// A topic as a destination.
pub(crate) struct TopicDestination {
    pub(crate) arn: String,
    pub(crate) sns: Arc<Sns>,
}

impl Destination for TopicDestination {
    fn send(&self, record: Value) -> BoxFuture<'_, io::Result<()>> {
        async move {
            let sent = self
                .sns
                .publish(&self.arn, None, record.to_string(), Value::Null)
                .await;
            sent.map(drop).map_err(io::Error::other)
        }
        .boxed()
    }
}
