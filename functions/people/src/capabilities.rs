//! What this function can do to the world. Each trait is a statement of the template, by the same name.

use std::collections::BTreeSet;

use aws::{
    challenges::{AssertionRow, SpendError},
    people::{AddFaceError, ChangePersonError, CreatePersonError, ErasureRow, FaceRow, PersonRow},
};
use domain::{ChallengeId, FaceId, Fault, PersonId, UserId};
use jiff::Timestamp;

mod faces;
mod uploads;

pub use faces::{KeepDescriptions, KeepPictures, LookAtFaces, Probe};
pub use uploads::{ClaimUpload, RememberRequest, TakeUploadedPhoto};

#[cfg(test)]
pub(crate) mod fakes;

/// Everything this function can do.
pub trait Capabilities:
    KeepPeople
    + ClaimUpload
    + RememberRequest
    + TakeUploadedPhoto
    + KeepPictures
    + FindObjects
    + LookAtFaces
    + KeepDescriptions
    + ReadTokenKeys
    + SpendAssertion
    + Send
    + Sync
    + 'static
{
}

impl<T> Capabilities for T where
    T: KeepPeople
        + ClaimUpload
        + RememberRequest
        + TakeUploadedPhoto
        + KeepPictures
        + FindObjects
        + LookAtFaces
        + KeepDescriptions
        + ReadTokenKeys
        + SpendAssertion
        + Send
        + Sync
        + 'static
{
}

/// Keeps people and what is known of their faces. Maps to `dynamodb:GetItem`, `dynamodb:Query`, `dynamodb:PutItem`,
/// `dynamodb:UpdateItem` and `dynamodb:DeleteItem`. Everything is read consistently.
pub trait KeepPeople {
    /// Returns a person, also one that is being erased or was, then without names.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed.
    fn get_person(
        &self,
        owner: UserId,
        person: PersonId,
    ) -> impl Future<Output = Result<Option<PersonRow>, Fault>> + Send;

    /// Returns the faces of a person, oldest first.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed.
    fn faces(
        &self,
        owner: UserId,
        person: PersonId,
    ) -> impl Future<Output = Result<Vec<FaceRow>, Fault>> + Send;

    /// Returns at most `limit` people who were registered before `after`, newest first, without those who are being erased or were;
    /// and after whom the next page begins, `None` at the end.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed.
    fn list_people(
        &self,
        owner: UserId,
        limit: usize,
        after: Option<PersonId>,
    ) -> impl Future<Output = Result<(Vec<PersonRow>, Option<PersonId>), Fault>> + Send;

    /// Returns whom an account began to erase without getting to the end.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed.
    fn list_erasing(&self, owner: UserId) -> impl Future<Output = Result<Vec<PersonId>, Fault>> + Send;

    /// Registers a person.
    ///
    /// # Errors
    ///
    /// [`CreatePersonError::Exists`] if there is one of that identifier, who stays as they are.
    fn create_person(&self, row: &PersonRow) -> impl Future<Output = Result<(), CreatePersonError>> + Send;

    /// Changes what a person is called, and returns them as they are then; `None` leaves a name as it is.
    ///
    /// # Errors
    ///
    /// [`ChangePersonError::NotFound`] if there is no such person, or one that is being erased or was.
    fn change_person(
        &self,
        owner: UserId,
        person: PersonId,
        display_name: Option<&str>,
        external_id: Option<&str>,
    ) -> impl Future<Output = Result<PersonRow, ChangePersonError>> + Send;

    /// Adds a face to a person who has less than `most` of them, all or nothing.
    ///
    /// # Errors
    ///
    /// The first that holds of [`AddFaceError::NotFound`], [`AddFaceError::Exists`], [`AddFaceError::Full`]; nothing is changed
    /// then. After a fault it may be there.
    fn add_face(
        &self,
        owner: UserId,
        face: &FaceRow,
        most: u32,
    ) -> impl Future<Output = Result<(), AddFaceError>> + Send;

    /// Removes a face from a person, all or nothing, and tells whether it was there.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed.
    fn remove_face(
        &self,
        owner: UserId,
        person: PersonId,
        face: FaceId,
    ) -> impl Future<Output = Result<bool, Fault>> + Send;

    /// Marks a person as being erased and drops what names them, from when on no face is added to them. Returns what was
    /// erased before, also of somebody who was erased a while ago; `None` where there is no such person. Idempotent.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed.
    fn begin_erasing(
        &self,
        owner: UserId,
        person: PersonId,
    ) -> impl Future<Output = Result<Option<ErasureRow>, Fault>> + Send;

    /// Adds to what was erased with a person, and returns all of it; `None` where there is no such person any more. What is
    /// noted twice counts once.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed.
    fn note_erased(
        &self,
        owner: UserId,
        person: PersonId,
        descriptions: &BTreeSet<String>,
        pictures: &BTreeSet<String>,
    ) -> impl Future<Output = Result<Option<ErasureRow>, Fault>> + Send;

    /// Removes the rows of the faces of a person who is being erased, and leaves of their own, until `expires_at`, what was
    /// erased and when. Idempotent.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed; some rows may be gone.
    fn forget_person(
        &self,
        owner: UserId,
        person: PersonId,
        erased_at: Timestamp,
        expires_at: Timestamp,
    ) -> impl Future<Output = Result<(), Fault>> + Send;
}

/// Finds what is erased with a person. Maps to `s3:ListBucket`.
pub trait FindObjects {
    /// Returns what the pictures of a person are called, those too that an attempt to add a face left.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the bucket failed.
    fn find_pictures(
        &self,
        owner: UserId,
        person: PersonId,
    ) -> impl Future<Output = Result<Vec<String>, Fault>> + Send;
}

/// Reads the keys by which assertions are verified. Maps to `ssm:GetParameter`.
pub trait ReadTokenKeys {
    /// Returns the keys as they are stored, `None` where no challenge was ever begun.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the store failed.
    fn read_token_keys(&self) -> impl Future<Output = Result<Option<String>, Fault>> + Send;
}

/// Uses assertions up. Maps to `dynamodb:GetItem` and `dynamodb:UpdateItem`.
pub trait SpendAssertion {
    /// Returns the assertion of a challenge if it could be used up at the time `now`; it stays good. Consistent.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed.
    fn usable_assertion(
        &self,
        challenge: ChallengeId,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<AssertionRow>, Fault>> + Send;

    /// Uses an assertion up: of several attempts one succeeds.
    ///
    /// # Errors
    ///
    /// [`SpendError::NotGood`] if there is nothing to use up.
    fn spend_assertion(
        &self,
        challenge: ChallengeId,
        now: Timestamp,
    ) -> impl Future<Output = Result<AssertionRow, SpendError>> + Send;
}
