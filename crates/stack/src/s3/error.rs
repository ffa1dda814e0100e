//! What can go wrong with a bucket or an object.

use s3s::{S3Error, s3_error};

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no bucket of that name.
    #[error("no such bucket")]
    NoSuchBucket,
    /// The bucket has no object of that key.
    #[error("no such key")]
    NoSuchKey,
    /// The object is longer than the caller wants to read, or than the store takes.
    #[error("the object has more than {limit_bytes} bytes")]
    TooLarge {
        /// How many bytes there may be.
        limit_bytes: u64,
    },
    /// `If-Match` or `If-None-Match` does not hold.
    #[error("a precondition does not hold")]
    PreconditionFailed,
    /// The bucket is there already.
    #[error("the bucket exists already")]
    BucketExists,
    /// The bucket still has objects.
    #[error("the bucket is not empty")]
    BucketNotEmpty,
    /// Not a name that a bucket may have.
    #[error("{0:?} is not a bucket's name")]
    InvalidBucketName(String),
    /// The template asks for something of a bucket that this store cannot do.
    #[error("bucket {bucket}: {reason}")]
    Unsupported {
        /// The bucket's name.
        bucket: String,
        /// What is asked for.
        reason: String,
    },
    /// Another process has the same folder open.
    #[error("{0} is in use by another process")]
    InUse(String),
    /// The disk failed.
    #[error("the disk failed: {0}")]
    Disk(#[from] std::io::Error),
    /// The index failed.
    #[error("the index of objects failed: {0}")]
    Index(#[from] rusqlite::Error),
}

impl StoreError {
    /// Whether this is the machine's fault and not the caller's.
    pub(super) fn is_fault(&self) -> bool {
        matches!(self, Self::InUse(_) | Self::Disk(_) | Self::Index(_))
    }
}

/// Codes and sentences: <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>.
impl From<StoreError> for S3Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NoSuchBucket => s3_error!(NoSuchBucket, "The specified bucket does not exist"),
            StoreError::NoSuchKey => s3_error!(NoSuchKey, "The specified key does not exist."),
            StoreError::TooLarge { .. } => {
                s3_error!(
                    EntityTooLarge,
                    "Your proposed upload exceeds the maximum allowed size"
                )
            }
            StoreError::PreconditionFailed => {
                s3_error!(
                    PreconditionFailed,
                    "At least one of the pre-conditions you specified did not hold"
                )
            }
            StoreError::BucketExists => s3_error!(
                BucketAlreadyOwnedByYou,
                "Your previous request to create the named bucket succeeded and you already own it."
            ),
            StoreError::BucketNotEmpty => {
                s3_error!(BucketNotEmpty, "The bucket you tried to delete is not empty")
            }
            StoreError::InvalidBucketName(_) => {
                s3_error!(InvalidBucketName, "The specified bucket is not valid.")
            }
            StoreError::Unsupported { reason, .. } => s3_error!(NotImplemented, "{reason}"),
            StoreError::InUse(_) | StoreError::Disk(_) | StoreError::Index(_) => {
                s3_error!(
                    InternalError,
                    "We encountered an internal error. Please try again."
                )
            }
        }
    }
}
