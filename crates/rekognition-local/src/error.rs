//! Rekognition's errors, with its sentences.
//!
//! <https://docs.aws.amazon.com/rekognition/latest/dg/error-handling.html>

use aws_wire::AwsError;
use face_engine::EngineError;
use picture::PictureError;
use uuid::Uuid;

/// The parameters contradict each other, or a picture is too small.
pub(crate) fn invalid_parameter() -> AwsError {
    invalid_parameter_because("Request has invalid parameters")
}

/// A parameter violates the service model, and `message` says how.
pub(crate) fn invalid_parameter_because(message: impl Into<String>) -> AwsError {
    AwsError::client("InvalidParameterException", message)
}

/// The object is not there, or the caller may not read it. Deliberately the same words for both.
pub(crate) fn invalid_s3_object() -> AwsError {
    invalid_s3_object_because(
        "Unable to get object metadata from S3. Check object key, region and/or access permissions.",
    )
}

/// As [`invalid_s3_object`], for a reason the caller can do something about.
pub(crate) fn invalid_s3_object_because(message: impl Into<String>) -> AwsError {
    AwsError::client("InvalidS3ObjectException", message)
}

/// Too many bytes or pixels.
pub(crate) fn image_too_large() -> AwsError {
    AwsError::client("ImageTooLargeException", "Image size is too large.")
}

/// Not a JPEG or PNG that can be read.
pub(crate) fn invalid_image_format() -> AwsError {
    AwsError::client("InvalidImageFormatException", "Request has invalid image format")
}

/// Everyone is busy and the queue is full.
pub(crate) fn throttled() -> AwsError {
    AwsError::client(
        "ThrottlingException",
        "Slow down; sudden rise in the rate of requests sent.",
    )
}

/// What the caller hears about a picture that was refused.
pub(crate) fn of_picture(error: &PictureError) -> AwsError {
    // No wildcard arm: a new reason is a decision about what callers see.
    match error {
        PictureError::TooManyBytes { .. } | PictureError::TooLarge { .. } => image_too_large(),
        PictureError::TooSmall { .. } => invalid_parameter(),
        PictureError::Empty
        | PictureError::NotAnImage
        | PictureError::Truncated
        | PictureError::Corrupt
        | PictureError::UnsupportedColor { .. }
        | PictureError::UnsupportedCoding
        | PictureError::Animated
        | PictureError::TooComplex
        | PictureError::TrailingBytes { .. } => invalid_image_format(),
    }
}

/// What the caller hears when inference failed: nothing but that it did.
pub(crate) fn of_engine(error: &EngineError) -> AwsError {
    tracing::error!(error = error as &dyn std::error::Error, "inference failed");
    AwsError::internal()
}

/// Adds what Rekognition puts beside the message of its own errors.
///
/// `{"__type":"X","Code":"X","Logref":"<uuid>","Message":"…"}`, as its developer guide shows.
pub(crate) fn with_logref(error: AwsError) -> AwsError {
    let code = error.code.clone();
    error
        .with("Code", code)
        .with("Logref", Uuid::new_v4().to_string())
}
