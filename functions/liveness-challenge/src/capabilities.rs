//! What this function can do to the world. Each trait is a statement of the template, by the same name.

use aws::challenges::{ChallengeRow, FrameRow, Part, PutChallengeError};
use aws::faces::{DetectFacesFailure, DetectedFace};
use aws::parameters::CreateParameterError;
use domain::{ChallengeId, FaceId, Fault, PersonId, UserId};

use crate::still::Jpeg;

#[cfg(test)]
pub(crate) mod fakes;

/// Everything this function can do.
pub trait Capabilities:
    KeepChallenges
    + KeepFrames
    + DetectFaces
    + CompareFaces
    + ReadPeople
    + CompareWithPerson
    + TokenKeyStore
    + Random
    + Send
    + Sync
    + 'static
{
}

impl<T> Capabilities for T where
    T: KeepChallenges
        + KeepFrames
        + DetectFaces
        + CompareFaces
        + ReadPeople
        + CompareWithPerson
        + TokenKeyStore
        + Random
        + Send
        + Sync
        + 'static
{
}

/// Keeps challenges. Maps to `dynamodb:GetItem` and `dynamodb:PutItem`.
pub trait KeepChallenges {
    /// Returns a challenge. Consistent.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed.
    fn get_challenge(
        &self,
        id: ChallengeId,
    ) -> impl Future<Output = Result<Option<ChallengeRow>, Fault>> + Send;

    /// Writes a challenge over the version before it, or as a new one where its version is 0, and with it `part`: both
    /// or none. Of several attempts at the same time one succeeds.
    ///
    /// # Errors
    ///
    /// [`PutChallengeError::Changed`] if the version before is not there.
    fn put_challenge(
        &self,
        row: &ChallengeRow,
        part: Option<Part<'_>>,
    ) -> impl Future<Output = Result<(), PutChallengeError>> + Send;

    /// Returns a frame that was taken. Consistent.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed.
    fn get_frame(
        &self,
        id: ChallengeId,
        index: u32,
    ) -> impl Future<Output = Result<Option<FrameRow>, Fault>> + Send;
}

/// Keeps the pictures of frames for two days at most, by the bucket's lifecycle. Maps to `s3:PutObject`, and to
/// `s3:GetObject` for Rekognition, which reads with our rights.
pub trait KeepFrames {
    /// Stores a frame.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the bucket failed.
    fn put_frame(
        &self,
        id: ChallengeId,
        index: u32,
        frame: Jpeg,
    ) -> impl Future<Output = Result<(), Fault>> + Send;
}

/// Looks at frames. Maps to `rekognition:DetectFaces`.
pub trait DetectFaces {
    /// Returns the faces of a frame with everything that can be measured, largest first.
    ///
    /// # Errors
    ///
    /// [`DetectFacesFailure`].
    fn detect_faces(
        &self,
        frame: Jpeg,
    ) -> impl Future<Output = Result<Vec<DetectedFace>, DetectFacesFailure>> + Send;
}

/// Compares stored frames. Maps to `rekognition:CompareFaces`.
pub trait CompareFaces {
    /// Returns how similar the faces of two frames are, in percent, `None` for less than `at_least_percent`.
    ///
    /// # Errors
    ///
    /// [`Fault`] if Rekognition failed.
    fn compare_faces(
        &self,
        id: ChallengeId,
        frames: (u32, u32),
        at_least_percent: f32,
    ) -> impl Future<Output = Result<Option<f32>, Fault>> + Send;
}

/// Knows who is registered. Maps to `dynamodb:GetItem` and `dynamodb:Query`.
pub trait ReadPeople {
    /// Returns the pictures that a person of `owner` is recognised by; `None` where there is no such person, or one that is
    /// being erased. Consistent.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed.
    fn enrolled(
        &self,
        owner: UserId,
        person: PersonId,
    ) -> impl Future<Output = Result<Option<Vec<FaceId>>, Fault>> + Send;
}

/// Compares a stored frame with the picture of a person. Maps to `s3:GetObject` of people's pictures, for Rekognition, which
/// reads with our rights; what it is asked for is that of [`CompareFaces`].
pub trait CompareWithPerson {
    /// Returns how similar the face of a frame and that of a picture are, in percent, `None` where one of them has no face
    /// that can be compared.
    ///
    /// # Errors
    ///
    /// [`Fault`] if Rekognition failed.
    fn compare_with_person(
        &self,
        frame: (ChallengeId, u32),
        picture: (UserId, PersonId, FaceId),
    ) -> impl Future<Output = Result<Option<f32>, Fault>> + Send;
}

/// Keeps the keys of tokens. Maps to `ssm:GetParameter` and `ssm:PutParameter`.
pub trait TokenKeyStore {
    /// Returns the keys as they are stored; what was written a moment ago may be missing.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the store failed.
    fn read_token_keys(&self) -> impl Future<Output = Result<Option<String>, Fault>> + Send;

    /// Stores the first keys, encrypted. Of several attempts at the same time one succeeds.
    ///
    /// # Errors
    ///
    /// [`CreateParameterError::AlreadyExists`] if there are keys; they stay.
    fn create_token_keys(&self, text: &str) -> impl Future<Output = Result<(), CreateParameterError>> + Send;
}

/// Randomness nobody can foresee.
pub trait Random {
    /// Returns 32 random bytes.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the system has none.
    fn random(&self) -> Result<[u8; 32], Fault>;
}
