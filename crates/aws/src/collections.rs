//! Rekognition's collections: one for each account, with a description of every face of its people.
//!
//! A collection is named `<prefix>-<account>`, and is made with its first face.

use aws_sdk_rekognition::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    operation::{
        create_collection::CreateCollectionError, index_faces::IndexFacesOutput,
        search_faces_by_image::SearchFacesByImageError,
    },
    primitives::Blob,
    types::{
        FaceMatch, Image, QualityFilter, Reason, S3Object, UnindexedFace, UnsuccessfulFaceDeletionReason,
    },
};
use domain::{FaceFault, Fault, PersonId, UserId};

use crate::{
    fault::{malformed, sdk_fault},
    photos::ObjectKey,
};

/// Faces of one `DeleteFaces`, and of one page of `ListFaces`: service model, at most 4096.
const FACES_AT_ONCE: usize = 4096;

/// Most matches of a search. Chosen: of the person themselves there are ten and, where an attempt broke off, a few more.
const MATCHES: i32 = 80;

/// What Rekognition says where there is no such collection.
const NO_COLLECTION: &str = "ResourceNotFoundException";

/// Adapter on the collections of accounts.
#[derive(Debug, Clone)]
pub struct FaceCollections {
    client: Client,
    prefix: String,
}

/// What became of a picture that was to be described in a collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Indexed {
    /// What Rekognition calls the description of its face. The same picture of the same person has the same.
    As(String),
    /// It has no face that Rekognition would describe; these are the reasons, in order, at least one.
    Refused(Vec<FaceFault>),
}

/// A face of the collection that is like the one that was looked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// Whose face it is.
    pub person: PersonId,
    /// What Rekognition calls the description, as [`Indexed::As`] did. It may be of an attempt that broke off.
    pub indexed_as: String,
    /// How similar, in percent.
    pub similarity: f32,
}

impl FaceCollections {
    /// Returns the adapter for collections whose names begin with `prefix`; `AWS_ENDPOINT_URL_REKOGNITION` may point it
    /// elsewhere.
    #[must_use]
    pub fn new(aws: &aws_config::SdkConfig, prefix: String) -> Self {
        Self {
            client: Client::new(aws),
            prefix,
        }
    }

    /// Describes the largest face of a picture as the person's, in a collection that is made where there is none. Maps to
    /// `rekognition:IndexFaces` and `rekognition:CreateCollection`, and to `s3:GetObject` with the caller's own rights.
    ///
    /// # Errors
    ///
    /// [`Fault`] if Rekognition failed, or may not read the object.
    pub async fn add(
        &self,
        owner: UserId,
        person: PersonId,
        bucket: &str,
        picture: &ObjectKey,
    ) -> Result<Indexed, Fault> {
        const OPERATION: &str = "IndexFaces";
        let index = self
            .client
            .index_faces()
            .collection_id(self.name(owner))
            .image(image(bucket, picture))
            .external_image_id(person.to_string())
            .max_faces(1)
            .quality_filter(QualityFilter::Auto);
        let answer = match index.clone().send().await {
            Err(error) if is_missing(&error) => {
                self.create(owner).await?;
                index.send().await
            }
            sent => sent,
        };
        indexed(answer.map_err(|it| sdk_fault(OPERATION, it))?)
            .ok_or_else(|| malformed(OPERATION, "a description without a name"))
    }

    /// Makes the account's collection, unless somebody else just did.
    async fn create(&self, owner: UserId) -> Result<(), Fault> {
        let create = self.client.create_collection().collection_id(self.name(owner));
        match create.send().await {
            Ok(_) => Ok(()),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(CreateCollectionError::is_resource_already_exists_exception) =>
            {
                Ok(())
            }
            Err(error) => Err(sdk_fault("CreateCollection", error)),
        }
    }

    /// Returns the faces of the account's people that are like the largest face of a picture, most similar first; none
    /// where there is no collection, or the picture has no face. The picture may have 5 MB (Amazon Rekognition, "Guidelines
    /// and quotas"). Maps to `rekognition:SearchFacesByImage`.
    ///
    /// # Errors
    ///
    /// [`Fault`] if Rekognition failed.
    pub async fn find(
        &self,
        owner: UserId,
        picture: Vec<u8>,
        at_least_percent: f32,
    ) -> Result<Vec<Match>, Fault> {
        const OPERATION: &str = "SearchFacesByImage";
        let search = self
            .client
            .search_faces_by_image()
            .collection_id(self.name(owner))
            .image(Image::builder().bytes(Blob::new(picture)).build())
            .face_match_threshold(at_least_percent)
            .max_faces(MATCHES);
        let answer = match search.send().await {
            Ok(answer) => answer,
            Err(error)
                if is_missing(&error)
                    || error
                        .as_service_error()
                        .is_some_and(SearchFacesByImageError::is_invalid_parameter_exception) =>
            {
                return Ok(Vec::new());
            }
            Err(error) => return Err(sdk_fault(OPERATION, error)),
        };
        let matches = answer.face_matches.unwrap_or_default().into_iter().map(alike);
        let matches: Option<Vec<_>> = matches.collect();
        let mut matches =
            matches.ok_or_else(|| malformed(OPERATION, "a face of nobody, or without name or similarity"))?;
        matches.sort_by(|a, b| b.similarity.total_cmp(&a.similarity));
        Ok(matches)
    }

    /// Removes descriptions of faces, and returns how many there were. Idempotent; also succeeds where there is no
    /// collection. Maps to `rekognition:DeleteFaces`.
    ///
    /// # Errors
    ///
    /// [`Fault`] if Rekognition failed, or kept one; some may be gone.
    pub async fn remove(&self, owner: UserId, faces: &[String]) -> Result<usize, Fault> {
        const OPERATION: &str = "DeleteFaces";
        let mut n_removed = 0;
        for faces in faces.chunks(FACES_AT_ONCE) {
            let delete = self
                .client
                .delete_faces()
                .collection_id(self.name(owner))
                .set_face_ids(Some(faces.to_vec()));
            let answer = match delete.send().await {
                Ok(answer) => answer,
                Err(error) if is_missing(&error) => return Ok(n_removed),
                Err(error) => return Err(sdk_fault(OPERATION, error)),
            };
            let mut kept = answer.unsuccessful_face_deletions().iter();
            if kept.any(|it| it.reasons() != [UnsuccessfulFaceDeletionReason::FaceNotFound]) {
                return Err(malformed(OPERATION, "a face was kept"));
            }
            n_removed += answer.deleted_faces().len();
        }
        Ok(n_removed)
    }

    /// Returns what Rekognition calls all descriptions of a person's faces, also of those that nobody else remembers
    /// because an attempt broke off. Reads the whole collection. Maps to `rekognition:ListFaces`.
    ///
    /// # Errors
    ///
    /// [`Fault`] if Rekognition failed.
    pub async fn of_person(&self, owner: UserId, person: PersonId) -> Result<Vec<String>, Fault> {
        const OPERATION: &str = "ListFaces";
        let person = person.to_string();
        let mut pages = self
            .client
            .list_faces()
            .collection_id(self.name(owner))
            .max_results(i32::try_from(FACES_AT_ONCE).unwrap_or(i32::MAX))
            .into_paginator()
            .send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = match page {
                Ok(page) => page,
                Err(error) if is_missing(&error) => return Ok(Vec::new()),
                Err(error) => return Err(sdk_fault(OPERATION, error)),
            };
            let faces = page.faces.unwrap_or_default().into_iter();
            let theirs = faces.filter(|it| it.external_image_id() == Some(person.as_str()));
            found.extend(theirs.filter_map(|it| it.face_id));
        }
        Ok(found)
    }

    /// Erases an account's collection with all it describes, and tells whether there was one. Idempotent. Maps to
    /// `rekognition:DeleteCollection`.
    ///
    /// # Errors
    ///
    /// [`Fault`] if Rekognition failed.
    pub async fn erase(&self, owner: UserId) -> Result<bool, Fault> {
        let delete = self.client.delete_collection().collection_id(self.name(owner));
        match delete.send().await {
            Ok(_) => Ok(true),
            Err(error) if is_missing(&error) => Ok(false),
            Err(error) => Err(sdk_fault("DeleteCollection", error)),
        }
    }

    fn name(&self, owner: UserId) -> String {
        format!("{}-{owner}", self.prefix)
    }
}

fn is_missing<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    error
        .as_service_error()
        .is_some_and(|it| it.code() == Some(NO_COLLECTION))
}

fn image(bucket: &str, key: &ObjectKey) -> Image {
    let object = S3Object::builder().bucket(bucket).name(key.as_str()).build();
    Image::builder().s3_object(object).build()
}

/// `None` where something is missing that a match always has.
fn alike(it: FaceMatch) -> Option<Match> {
    let face = it.face?;
    Some(Match {
        person: PersonId::parse(face.external_image_id()?).ok()?,
        indexed_as: face.face_id?,
        similarity: it.similarity?,
    })
}

/// `None` where a description has no name.
fn indexed(answer: IndexFacesOutput) -> Option<Indexed> {
    if let Some(record) = answer.face_records.unwrap_or_default().into_iter().next() {
        return Some(Indexed::As(record.face?.face_id?));
    }
    let unindexed = answer.unindexed_faces.unwrap_or_default();
    let reasons = unindexed.iter().flat_map(UnindexedFace::reasons);
    let mut faults: Vec<_> = reasons.map(fault).collect();
    faults.sort_unstable();
    faults.dedup();
    if faults.is_empty() {
        faults.push(FaceFault::NoFace);
    }
    Some(Indexed::Refused(faults))
}

fn fault(reason: &Reason) -> FaceFault {
    match reason {
        Reason::ExceedsMaxFaces => FaceFault::SeveralFaces,
        Reason::ExtremePose => FaceFault::TurnedAway,
        Reason::LowBrightness => FaceFault::TooDark,
        Reason::LowConfidence => FaceFault::NoFace,
        Reason::SmallBoundingBox => FaceFault::TooSmall,
        // Low quality is what Rekognition calls everything else; also a reason that it has learned since.
        _ => FaceFault::Blurred,
    }
}

#[cfg(test)]
#[path = "collections_tests.rs"]
mod tests;
