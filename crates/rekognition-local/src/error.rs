//! Rekognition's errors, with its sentences.
//!
//! <https://docs.aws.amazon.com/rekognition/latest/dg/error-handling.html>

use aws_wire::AwsError;
use face_engine::EngineError;
use gallery::{CollectionId, RequestToken, UserId};
use picture::PictureError;
use uuid::Uuid;

/// The parameters contradict each other, or a picture is too small.
pub(crate) fn invalid_parameter() -> AwsError {
    invalid_parameter_because("Request has invalid parameters")
}

/// There is nothing to search for.
pub(crate) fn no_face() -> AwsError {
    invalid_parameter_because("There are no faces in the image. Should be at least 1.")
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

/// What a refusal of the gallery is about, to be named in its sentence.
#[derive(Clone, Debug)]
pub(crate) struct About {
    pub(crate) collection: CollectionId,
    pub(crate) user: Option<UserId>,
    pub(crate) token: Option<RequestToken>,
}

impl About {
    /// A collection, and nobody in it.
    pub(crate) fn collection(collection: &CollectionId) -> Self {
        Self {
            collection: collection.clone(),
            user: None,
            token: None,
        }
    }
}

/// A token of a listing that continues nothing.
pub(crate) fn invalid_pagination_token() -> AwsError {
    AwsError::client("InvalidPaginationTokenException", "Invalid Token")
}

/// There is no such collection, or no longer.
pub(crate) fn no_such_collection(collection: &str) -> AwsError {
    AwsError::client(
        "ResourceNotFoundException",
        format!("The collection id: {collection} does not exist"),
    )
}

/// What the caller hears when the gallery refuses.
pub(crate) fn of_gallery(error: &gallery::Error, about: &About) -> AwsError {
    use gallery::Error;
    let collection = about.collection.as_str();
    // No wildcard arm: a new reason is a decision about what callers see.
    match error {
        Error::NoSuchCollection => no_such_collection(collection),
        Error::CollectionExists => AwsError::client(
            "ResourceAlreadyExistsException",
            format!("The collection id: {collection} already exists"),
        ),
        Error::NoSuchFace(_) => invalid_parameter_because("faceId was not found in the collection."),
        Error::NoSuchUser => AwsError::client(
            "ResourceNotFoundException",
            format!(
                "The user id: {} does not exist",
                about.user.as_ref().map_or("", UserId::as_str)
            ),
        ),
        Error::UserExists => AwsError::client(
            "ConflictException",
            format!(
                "The user id: {} already exists",
                about.user.as_ref().map_or("", UserId::as_str)
            ),
        ),
        Error::Model(mismatch) => other_model(collection, &mismatch.expected, &mismatch.found),
        Error::TokenReused => AwsError::client(
            "IdempotentParameterMismatchException",
            format!(
                "The ClientRequestToken: {} you have supplied is already in use.",
                about.token.as_ref().map_or("", RequestToken::as_str)
            ),
        ),
        Error::InvalidPageToken => invalid_pagination_token(),
        Error::Quota(quota) => AwsError::client(
            "ServiceQuotaExceededException",
            format!("The quota is exceeded: {quota}."),
        ),
        Error::Fault(fault) => {
            tracing::error!(error = fault as &dyn std::error::Error, "the store failed");
            AwsError::internal()
        }
    }
}

/// The faces of a collection are of another model than this endpoint's.
pub(crate) fn other_model(collection: &str, its: &gallery::Model, ours: &gallery::Model) -> AwsError {
    invalid_parameter_because(format!(
        "The collection id: {collection} holds faces of the model {its}, and this endpoint embeds faces with {ours}; their \
         similarities mean nothing. Start the endpoint with the collection's model, or index the images into a new collection."
    ))
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
