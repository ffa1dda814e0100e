//! What this function does with pictures and faces.

use aws::{
    collections::{Indexed, Match},
    faces::{DetectFacesFailure, DetectedFace},
    photos::Presigned,
};
use domain::{ChallengeId, FaceId, Fault, PersonId, UserId};
use intake::Jpeg;
use jiff::Timestamp;

/// Keeps the pictures of faces. Maps to `s3:PutObject`, `s3:GetObject` (for whom a link is signed, and for Rekognition, which reads
/// with our rights), `s3:DeleteObject`, and `s3:ListBucket`, by which all pictures of a person are found.
pub trait KeepPictures {
    /// Stores the picture of a face, replacing the one of an earlier attempt.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the bucket failed.
    fn put_picture(
        &self,
        owner: UserId,
        person: PersonId,
        face: FaceId,
        picture: Jpeg,
    ) -> impl Future<Output = Result<(), Fault>> + Send;

    /// Signs a short-lived address of a picture, whether it is there or not.
    ///
    /// # Errors
    ///
    /// [`Fault`] if there is nothing to sign with.
    fn link_picture(
        &self,
        owner: UserId,
        person: PersonId,
        face: FaceId,
        now: Timestamp,
    ) -> impl Future<Output = Result<Presigned, Fault>> + Send;

    /// Removes the picture of a face. Idempotent.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the bucket failed.
    fn remove_picture(
        &self,
        owner: UserId,
        person: PersonId,
        face: FaceId,
    ) -> impl Future<Output = Result<(), Fault>> + Send;

    /// Removes all pictures of a person, and returns how many there were. Idempotent.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the bucket failed; some may be gone.
    fn remove_pictures(
        &self,
        owner: UserId,
        person: PersonId,
    ) -> impl Future<Output = Result<usize, Fault>> + Send;
}

/// What is compared with the faces of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Probe {
    /// A photo, of our own encoding.
    Photo(Jpeg),
    /// A frame of a liveness challenge.
    Frame(ChallengeId, u32),
}

/// Looks at pictures. Maps to `rekognition:DetectFaces` and `rekognition:CompareFaces`, and to `s3:GetObject` of what is kept.
///
/// Photos are sent, and not read from where they were uploaded: the same file is another picture to another decoder, and what is
/// looked at must be what is kept.
pub trait LookAtFaces {
    /// Returns the faces of a photo, largest first, with whether they are covered.
    ///
    /// # Errors
    ///
    /// [`DetectFacesFailure`].
    fn detect_faces(
        &self,
        photo: &Jpeg,
    ) -> impl Future<Output = Result<Vec<DetectedFace>, DetectFacesFailure>> + Send;

    /// Returns how similar the largest face of a picture and a face that is kept of a person of `owner` are, in percent; `None`
    /// where one of them has no face that can be compared.
    ///
    /// # Errors
    ///
    /// [`Fault`] if Rekognition failed, or a picture is missing.
    fn compare_faces(
        &self,
        owner: UserId,
        probe: &Probe,
        kept: (PersonId, FaceId),
    ) -> impl Future<Output = Result<Option<f32>, Fault>> + Send;
}

/// Keeps descriptions of faces in the account's collection. Maps to `rekognition:CreateCollection`, `rekognition:IndexFaces`,
/// `rekognition:SearchFacesByImage`, `rekognition:ListFaces` and `rekognition:DeleteFaces`, and to `s3:GetObject` of the pictures.
pub trait KeepDescriptions {
    /// Describes the face in a picture that is kept. The same picture of the same person has one description.
    ///
    /// # Errors
    ///
    /// [`Fault`] if Rekognition failed; it may be described all the same.
    fn describe(
        &self,
        owner: UserId,
        person: PersonId,
        face: FaceId,
    ) -> impl Future<Output = Result<Indexed, Fault>> + Send;

    /// Returns which descriptions are like the largest face in a photo, and whose they are; also of attempts that broke off.
    ///
    /// # Errors
    ///
    /// [`Fault`] if Rekognition failed.
    fn find_alike(
        &self,
        owner: UserId,
        photo: &Jpeg,
        at_least_percent: f32,
    ) -> impl Future<Output = Result<Vec<Match>, Fault>> + Send;

    /// Returns all descriptions of a person's faces, also of those that nobody remembers because an attempt broke off.
    ///
    /// # Errors
    ///
    /// [`Fault`] if Rekognition failed.
    fn descriptions(
        &self,
        owner: UserId,
        person: PersonId,
    ) -> impl Future<Output = Result<Vec<String>, Fault>> + Send;

    /// Removes descriptions, and returns how many there were. Idempotent.
    ///
    /// # Errors
    ///
    /// [`Fault`] if Rekognition failed; some may be gone.
    fn remove_descriptions(
        &self,
        owner: UserId,
        descriptions: &[String],
    ) -> impl Future<Output = Result<usize, Fault>> + Send;
}
