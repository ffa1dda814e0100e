//! Buckets and Rekognition.

use aws::{
    collections::{Indexed, Match},
    faces::{DetectFacesFailure, DetectedFace},
    photos::{GetError, Object, ObjectKey, Presigned},
};
use domain::{FaceId, Fault, PersonId, UploadId, UserId};
use intake::Jpeg;
use jiff::Timestamp;

use super::Aws;
use crate::{
    capabilities::{KeepDescriptions, KeepPictures, LookAtFaces, Probe, TakeUploadedPhoto},
    http::LINK_LIFETIME,
};

/// From 0 on, so that there is a number wherever there are faces.
const ANY_PERCENT: f32 = 0.0;

impl TakeUploadedPhoto for Aws {
    async fn get_photo(&self, user: UserId, upload: UploadId, limit_bytes: u64) -> Result<Object, GetError> {
        let key = ObjectKey::upload(user, upload);
        self.photos.get(&key, limit_bytes).await
    }

    async fn remove_photo(&self, user: UserId, upload: UploadId) -> Result<(), Fault> {
        self.photos.delete(&ObjectKey::upload(user, upload)).await
    }
}

impl KeepPictures for Aws {
    async fn put_picture(
        &self,
        owner: UserId,
        person: PersonId,
        face: FaceId,
        picture: Jpeg,
    ) -> Result<(), Fault> {
        let key = ObjectKey::person_face(owner, person, face);
        self.images.put(&key, "image/jpeg", picture.0).await
    }

    async fn link_picture(
        &self,
        owner: UserId,
        person: PersonId,
        face: FaceId,
        now: Timestamp,
    ) -> Result<Presigned, Fault> {
        let key = ObjectKey::person_face(owner, person, face);
        self.images.presign_get(&key, now, LINK_LIFETIME).await
    }

    async fn remove_picture(&self, owner: UserId, person: PersonId, face: FaceId) -> Result<(), Fault> {
        self.images
            .delete(&ObjectKey::person_face(owner, person, face))
            .await
    }

    async fn remove_pictures(&self, owner: UserId, person: PersonId) -> Result<usize, Fault> {
        self.images.delete_person_pictures(owner, person).await
    }
}

impl LookAtFaces for Aws {
    async fn detect_faces(&self, photo: &Jpeg) -> Result<Vec<DetectedFace>, DetectFacesFailure> {
        self.detector.detect_in_bytes(photo.0.clone()).await
    }

    async fn compare_faces(
        &self,
        owner: UserId,
        probe: &Probe,
        (person, face): (PersonId, FaceId),
    ) -> Result<Option<f32>, Fault> {
        let kept = ObjectKey::person_face(owner, person, face);
        let kept = (self.images.name(), &kept);
        match probe {
            Probe::Photo(photo) => {
                let photo = photo.0.clone();
                self.comparer.compare_bytes(photo, kept, ANY_PERCENT).await
            }
            Probe::Frame(challenge, index) => {
                let frame = ObjectKey::frame(*challenge, *index);
                let frame = (self.frames.name(), &frame);
                self.comparer.compare(frame, kept, ANY_PERCENT).await
            }
        }
    }
}

impl KeepDescriptions for Aws {
    async fn describe(&self, owner: UserId, person: PersonId, face: FaceId) -> Result<Indexed, Fault> {
        let key = ObjectKey::person_face(owner, person, face);
        self.collections
            .add(owner, person, self.images.name(), &key)
            .await
    }

    async fn find_alike(
        &self,
        owner: UserId,
        photo: &Jpeg,
        at_least_percent: f32,
    ) -> Result<Vec<Match>, Fault> {
        self.collections
            .find(owner, photo.0.clone(), at_least_percent)
            .await
    }

    async fn descriptions(&self, owner: UserId, person: PersonId) -> Result<Vec<String>, Fault> {
        self.collections.of_person(owner, person).await
    }

    async fn remove_descriptions(&self, owner: UserId, descriptions: &[String]) -> Result<usize, Fault> {
        self.collections.remove(owner, descriptions).await
    }
}
