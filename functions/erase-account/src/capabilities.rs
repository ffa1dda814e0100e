//! What this function can do to the world. Each trait is a statement of the template, by the same name; the statements
//! `FindRows` and `FindObjects` let it find what it erases.

use domain::{Fault, UserId};

/// Looks whether there is an account. Maps to `dynamodb:GetItem`.
pub trait GetAccount {
    /// Tells whether there is an account with this identifier. Consistent.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed.
    fn exists(&self, user: UserId) -> impl Future<Output = Result<bool, Fault>> + Send;
}

/// Erases rows. Maps to `dynamodb:Query` and `dynamodb:BatchWriteItem`.
pub trait EraseRows {
    /// Erases all rows of an account and returns their number. Idempotent.
    ///
    /// # Errors
    ///
    /// [`Fault`] if a table failed; all the others were tried.
    fn erase_rows(&self, user: UserId) -> impl Future<Output = Result<usize, Fault>> + Send;
}

/// Erases objects. Maps to `s3:ListBucket` and `s3:DeleteObject`.
pub trait EraseObjects {
    /// Erases all objects of an account and returns their number. Idempotent.
    ///
    /// # Errors
    ///
    /// [`Fault`] if a bucket failed; all the others were tried.
    fn erase_objects(&self, user: UserId) -> impl Future<Output = Result<usize, Fault>> + Send;
}

/// Erases descriptions of faces. Maps to `rekognition:DeleteCollection`.
pub trait EraseCollection {
    /// Erases the collection of an account with all faces that it describes, and tells whether there was one. Idempotent.
    ///
    /// # Errors
    ///
    /// [`Fault`] if Rekognition failed.
    fn erase_collection(&self, user: UserId) -> impl Future<Output = Result<bool, Fault>> + Send;
}
