//! Buckets and Rekognition.

use aws::{
    collections::{Indexed, Match},
    faces::{DetectFacesFailure, DetectedFace, FaceAttribute},
    photos::{GetError, Object, ObjectKey, Presigned},
};
use domain::{FaceId, Fault, PersonId, UploadId, UserId};
use intake::Jpeg;
use jiff::Timestamp;

use super::Aws;
use crate::{
    capabilities::{KeepDescriptions, KeepPictures, LookAtFaces, Pictured, TakeUploadedPhoto},
    http::LINK_LIFETIME,
};

/// What the rule for faces asks about beyond what is always measured.
const WANTED: [FaceAttribute; 2] = [FaceAttribute::FaceOccluded, FaceAttribute::Sunglasses];

impl Aws {
    /// Bucket and key of a picture.
    fn place(&self, owner: UserId, picture: Pictured) -> (&str, ObjectKey) {
        match picture {
            Pictured::Upload(upload) => (self.photos.name(), ObjectKey::upload(owner, upload)),
            Pictured::Face(person, face) => (self.images.name(), ObjectKey::person_face(owner, person, face)),
            Pictured::Frame(challenge, index) => (self.frames.name(), ObjectKey::frame(challenge, index)),
        }
    }
}

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
    async fn detect_faces(
        &self,
        owner: UserId,
        picture: Pictured,
    ) -> Result<Vec<DetectedFace>, DetectFacesFailure> {
        let (bucket, key) = self.place(owner, picture);
        self.detector.detect(bucket, &key, &WANTED).await
    }

    async fn compare_faces(
        &self,
        owner: UserId,
        source: Pictured,
        target: Pictured,
    ) -> Result<Option<f32>, Fault> {
        let (source, target) = (self.place(owner, source), self.place(owner, target));
        let (source, target) = ((source.0, &source.1), (target.0, &target.1));
        // From 0 on, so that there is a number wherever there are faces.
        self.comparer.compare(source, target, 0.0).await
    }
}

impl KeepDescriptions for Aws {
    async fn describe(&self, owner: UserId, person: PersonId, face: FaceId) -> Result<Indexed, Fault> {
        let (bucket, key) = self.place(owner, Pictured::Face(person, face));
        self.collections.add(owner, person, bucket, &key).await
    }

    async fn find_alike(
        &self,
        owner: UserId,
        picture: Pictured,
        at_least_percent: f32,
    ) -> Result<Vec<Match>, Fault> {
        let (bucket, key) = self.place(owner, picture);
        self.collections.find(owner, bucket, &key, at_least_percent).await
    }

    async fn descriptions(&self, owner: UserId, person: PersonId) -> Result<Vec<String>, Fault> {
        self.collections.of_person(owner, person).await
    }

    async fn remove_descriptions(&self, owner: UserId, descriptions: &[String]) -> Result<usize, Fault> {
        self.collections.remove(owner, descriptions).await
    }
}
