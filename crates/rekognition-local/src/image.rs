//! The `Image` of a request: bytes in it, or the name of an object in S3.

use aws_wire::{AwsError, Caller};
use base64::{Engine, engine::general_purpose::STANDARD};
use futures::future::BoxFuture;
use picture::{Limits, Picture};
use serde::Deserialize;

use crate::{constraint, error};

/// Largest `Image.Bytes`, decoded. Service model: blob(1..5242880).
pub(crate) const MAX_INLINE_BYTES: usize = 5_242_880;

/// Largest object that is read from S3.
/// <https://docs.aws.amazon.com/rekognition/latest/dg/limits.html> says 15 MB.
pub const MAX_OBJECT_BYTES: usize = 15 * 1024 * 1024;

/// Where `S3Object` images come from.
pub trait Objects: Send + Sync {
    /// The whole object, read with the rights of `caller`.
    ///
    /// # Errors
    ///
    /// See [`ObjectError`]. An implementation that knows the size beforehand answers [`ObjectError::TooLarge`] above
    /// [`MAX_OBJECT_BYTES`] without reading.
    fn get<'a>(
        &'a self,
        caller: &'a Caller,
        bucket: &'a str,
        key: &'a str,
        version: Option<&'a str>,
    ) -> BoxFuture<'a, Result<Vec<u8>, ObjectError>>;
}

/// Why there is no object.
#[derive(Debug, thiserror::Error)]
pub enum ObjectError {
    /// The caller may not read it.
    #[error("the caller may not read the object")]
    Denied,
    /// There is no such bucket, object or version.
    #[error("there is no such object")]
    Missing,
    /// It has more than [`MAX_OBJECT_BYTES`] bytes.
    #[error("the object is too large")]
    TooLarge,
    /// This endpoint has no S3 to read from; `advice` says how to give it one.
    #[error("no storage is configured")]
    NotConfigured {
        /// A sentence for the caller.
        advice: &'static str,
    },
    /// The storage failed.
    #[error("the storage failed")]
    Fault(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// `Image` of the service model.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Image {
    bytes: Option<String>,
    s3_object: Option<S3Object>,
}

/// `S3Object` of the service model.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct S3Object {
    bucket: Option<String>,
    name: Option<String>,
    version: Option<String>,
}

impl Image {
    /// The bytes, wherever they are; `path` is where the service model has this image.
    pub(crate) async fn load(
        self,
        path: &str,
        caller: &Caller,
        objects: &dyn Objects,
    ) -> Result<Vec<u8>, AwsError> {
        match (self.bytes, self.s3_object) {
            (Some(bytes), None) => inline(path, &bytes),
            (None, Some(object)) => object.read(path, caller, objects).await,
            (None, None) | (Some(_), Some(_)) => Err(error::invalid_parameter()),
        }
    }
}

impl S3Object {
    async fn read(self, path: &str, caller: &Caller, objects: &dyn Objects) -> Result<Vec<u8>, AwsError> {
        let (Some(bucket), Some(name)) = (&self.bucket, &self.name) else {
            return Err(error::invalid_parameter());
        };
        let at = |member: &str| format!("{path}.s3Object.{member}");
        constraint::length(&at("bucket"), bucket.chars().count(), 3, 255)?;
        if !bucket
            .chars()
            .all(|it| it.is_ascii_alphanumeric() || matches!(it, '.' | '-' | '_'))
        {
            return Err(constraint::not_matching(
                &at("bucket"),
                bucket,
                r"[0-9A-Za-z\.\-_]*",
            ));
        }
        constraint::length(&at("name"), name.chars().count(), 1, 1024)?;
        if let Some(version) = &self.version {
            constraint::length(&at("version"), version.chars().count(), 1, 1024)?;
        }
        let bytes = objects
            .get(caller, bucket, name, self.version.as_deref())
            .await
            .map_err(of_object)?;
        if MAX_OBJECT_BYTES < bytes.len() {
            return Err(error::image_too_large());
        }
        Ok(bytes)
    }
}

/// Pixels under Rekognition's limits, with EXIF orientation applied.
pub(crate) fn decode(bytes: &[u8]) -> Result<Picture, AwsError> {
    picture::decode(bytes, &Limits::REKOGNITION).map_err(|error| {
        tracing::debug!(reason = %error, "picture refused");
        error::of_picture(&error)
    })
}

fn inline(path: &str, base64: &str) -> Result<Vec<u8>, AwsError> {
    let bytes = STANDARD
        .decode(base64)
        .map_err(|_| AwsError::serialization("Blobs must be base64: Image.Bytes cannot be decoded"))?;
    if MAX_INLINE_BYTES < bytes.len() {
        return Err(error::image_too_large());
    }
    constraint::length(&format!("{path}.bytes"), bytes.len(), 1, MAX_INLINE_BYTES)?;
    Ok(bytes)
}

fn of_object(error: ObjectError) -> AwsError {
    match error {
        ObjectError::Denied | ObjectError::Missing => error::invalid_s3_object(),
        ObjectError::TooLarge => error::image_too_large(),
        ObjectError::NotConfigured { advice } => error::invalid_s3_object_because(advice),
        ObjectError::Fault(source) => {
            tracing::error!(
                error = &*source as &dyn std::error::Error,
                "reading an object failed"
            );
            AwsError::internal()
        }
    }
}
