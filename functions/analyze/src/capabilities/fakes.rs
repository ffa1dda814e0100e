//! The world in memory, for tests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use api::wire::{Analysis, Attribute, ImageVariant};
use aws::analyses::{AnalysisFilter, AnalysisRow, AnalysisRows, PutAnalysisError, StoredAnalysis};
use aws::faces::{DetectFacesFailure, DetectedFace, FaceAttribute};
use aws::photos::{GetError, Object, ObjectKey, Presigned};
use aws::uploads::{Claim, ClaimError, Remembered, UploadRow, UploadState};
use domain::{AnalysisId, Fault, RatioBox, UploadId, UserId};
use intake::Jpeg;
use jiff::Timestamp;
use uuid::Uuid;

use super::{
    ClaimUpload, DetectFaces, GetAnalysis, GetUpload, KeepImages, KeepResults, ListAnalyses, PutAnalysis,
    RememberRequest, TakeUploadedPhoto,
};
use crate::create::{Made, Order, analyze};

pub(crate) const ADA: UserId = UserId::from_uuid(Uuid::from_u128(1));
pub(crate) const BOB: UserId = UserId::from_uuid(Uuid::from_u128(2));

pub(crate) fn upload_id(n: u64) -> UploadId {
    UploadId::from_uuid(Uuid::from_u128(u128::from(n)))
}

pub(crate) fn analysis_id(n: u64) -> AnalysisId {
    AnalysisId::from_uuid(Uuid::from_u128(u128::from(n)))
}

pub(crate) fn now() -> Timestamp {
    "2026-11-20T11:00:00Z".parse().unwrap()
}

/// A grey photo.
pub(crate) fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let rgb = vec![128; (width * height * 3) as usize];
    picture::encode_jpeg(
        &picture::Picture {
            width,
            height,
            rgb,
            format: picture::Format::Jpeg,
        },
        90,
    )
}

/// A face of which only the box was measured.
pub(crate) fn plain_face(confidence: f32) -> DetectedFace {
    DetectedFace {
        bounds: RatioBox::new(0.25, 0.25, 0.5, 0.5).unwrap(),
        confidence,
        landmarks: vec![("eyeLeft".to_owned(), 0.4, 0.4)],
        pose: (1.0, 2.0, 3.0),
        quality: (70.0, 80.0),
        age_range: None,
        gender: None,
        smile: None,
        eyes_open: None,
        mouth_open: None,
        eyeglasses: None,
        sunglasses: None,
        beard: None,
        mustache: None,
        face_occluded: None,
        eye_direction: None,
        emotions: None,
    }
}

/// Tables, buckets and a Rekognition that sees the same faces in every photo.
pub(crate) struct World(Mutex<State>);

/// A row, until when it is claimed, and the analysis that its first claim named.
type Kept = (UploadRow, Option<Timestamp>, Option<AnalysisId>);

struct State {
    uploads: BTreeMap<(UserId, UploadId), Kept>,
    keys: BTreeMap<(UserId, String), Remembered>,
    photos: BTreeMap<String, Object>,
    kept: BTreeMap<String, Vec<u8>>,
    analyses: BTreeMap<(UserId, AnalysisId), StoredAnalysis>,
    faces: Vec<DetectedFace>,
    failing: BTreeSet<&'static str>,
    put_fails_after_writing: bool,
    n_detections: usize,
}

impl Default for World {
    fn default() -> Self {
        Self::that_sees(vec![plain_face(99.0)])
    }
}

impl World {
    pub(crate) fn that_sees(faces: Vec<DetectedFace>) -> Self {
        Self(Mutex::new(State {
            uploads: BTreeMap::new(),
            keys: BTreeMap::new(),
            photos: BTreeMap::new(),
            kept: BTreeMap::new(),
            analyses: BTreeMap::new(),
            faces,
            failing: BTreeSet::new(),
            put_fails_after_writing: false,
            n_detections: 0,
        }))
    }

    fn with<T>(&self, f: impl FnOnce(&mut State) -> T) -> T {
        f(&mut self.0.lock().unwrap())
    }

    /// Makes a capability fail until [`Self::heal`].
    pub(crate) fn fail(&self, capability: &'static str) {
        self.with(|it| it.failing.insert(capability));
    }

    pub(crate) fn heal(&self) {
        self.with(|it| it.failing.clear());
    }

    /// The next record is written, and the caller does not learn it.
    pub(crate) fn lose_next_put_answer(&self) {
        self.with(|it| it.put_fails_after_writing = true);
    }

    /// Announces a photo as `content_type` and puts `bytes` there.
    pub(crate) fn upload(&self, user: UserId, n: u64, content_type: &str, bytes: Vec<u8>) {
        self.upload_as(user, upload_id(n), content_type, bytes);
    }

    pub(crate) fn upload_as(&self, user: UserId, upload: UploadId, content_type: &str, bytes: Vec<u8>) {
        self.announce_as(user, upload, content_type, bytes.len() as u64, None);
        self.arrive_as(user, upload, content_type, bytes);
    }

    pub(crate) fn announce(
        &self,
        user: UserId,
        n: u64,
        content_type: &str,
        size_bytes: u64,
        sha256: Option<[u8; 32]>,
    ) {
        self.announce_as(user, upload_id(n), content_type, size_bytes, sha256);
    }

    fn announce_as(
        &self,
        user: UserId,
        upload: UploadId,
        content_type: &str,
        size_bytes: u64,
        sha256: Option<[u8; 32]>,
    ) {
        let row = UploadRow {
            user,
            upload,
            content_type: content_type.to_owned(),
            size_bytes,
            sha256,
            created_at: now(),
            expires_at: now() + std::time::Duration::from_mins(30),
            state: UploadState::Pending,
        };
        self.with(|it| it.uploads.insert((user, row.upload), (row, None, None)));
    }

    pub(crate) fn arrive(&self, user: UserId, n: u64, content_type: &str, bytes: Vec<u8>) {
        self.arrive_as(user, upload_id(n), content_type, bytes);
    }

    fn arrive_as(&self, user: UserId, upload: UploadId, content_type: &str, bytes: Vec<u8>) {
        let key = ObjectKey::upload(user, upload).as_str().to_owned();
        self.with(|it| {
            it.photos.insert(
                key,
                Object {
                    content_type: content_type.to_owned(),
                    bytes,
                },
            )
        });
    }

    /// Analyzes a photo of `user` from upload `n` to analysis `n`.
    pub(crate) async fn analyzed(&self, user: UserId, n: u64) -> AnalysisId {
        self.upload(user, n, "image/jpeg", jpeg(100, 100));
        let order = Order {
            user,
            upload: upload_id(n),
            attributes: None,
            key_digest: None,
        };
        let made = analyze(self, &order, analysis_id(n), now()).await.unwrap();
        assert!(matches!(made, Made::Now(_)));
        analysis_id(n)
    }

    pub(crate) fn state(&self, user: UserId, n: u64) -> UploadState {
        self.with(|it| it.uploads[&(user, upload_id(n))].0.state)
    }

    /// Pictures and results that are kept.
    pub(crate) fn n_objects(&self) -> usize {
        self.with(|it| it.kept.len())
    }

    pub(crate) fn n_photos(&self) -> usize {
        self.with(|it| it.photos.len())
    }

    pub(crate) fn n_records(&self) -> usize {
        self.with(|it| it.analyses.len())
    }

    pub(crate) fn n_detections(&self) -> usize {
        self.with(|it| it.n_detections)
    }

    pub(crate) fn image(&self, user: UserId, analysis: AnalysisId, variant: ImageVariant) -> Vec<u8> {
        let key = ObjectKey::image(user, analysis, variant.as_str())
            .as_str()
            .to_owned();
        self.with(|it| it.kept[&key].clone())
    }

    fn end_claim(&self, user: UserId, upload: UploadId, claim: Claim, next: UploadState) {
        self.with(|it| {
            if let Some((row, until, _)) = it.uploads.get_mut(&(user, upload))
                && *until == Some(claim.until)
            {
                row.state = next;
                *until = None;
            }
        });
    }

    fn check(&self, capability: &'static str) -> Result<(), Fault> {
        self.with(|it| {
            if it.failing.contains(capability) {
                Err(Fault::later(capability, "out of order"))
            } else {
                Ok(())
            }
        })
    }
}

impl GetUpload for World {
    async fn get_upload(&self, user: UserId, upload: UploadId) -> Result<Option<UploadRow>, Fault> {
        self.check("GetUpload")?;
        Ok(self.with(|it| it.uploads.get(&(user, upload)).map(|it| it.0.clone())))
    }
}

impl ClaimUpload for World {
    async fn claim(
        &self,
        user: UserId,
        upload: UploadId,
        proposed: AnalysisId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Claim, ClaimError> {
        self.check("ClaimUpload")?;
        self.with(|it| {
            let (row, claimed_until, chosen) =
                it.uploads.get_mut(&(user, upload)).ok_or(ClaimError::NotFound)?;
            let free = match row.state {
                UploadState::Pending => true,
                UploadState::Claimed { .. } => claimed_until.is_some_and(|it| it <= now),
                UploadState::Used { .. } | UploadState::Refused => false,
            };
            if !free {
                return Err(ClaimError::Taken);
            }
            let analysis = *chosen.get_or_insert(proposed);
            row.state = UploadState::Claimed { analysis };
            *claimed_until = Some(until);
            Ok(Claim { analysis, until })
        })
    }

    async fn release(&self, user: UserId, upload: UploadId, claim: Claim) -> Result<(), Fault> {
        self.check("ReleaseUpload")?;
        self.end_claim(user, upload, claim, UploadState::Pending);
        Ok(())
    }

    async fn refuse(&self, user: UserId, upload: UploadId, claim: Claim) -> Result<(), Fault> {
        self.check("RefuseUpload")?;
        self.end_claim(user, upload, claim, UploadState::Refused);
        Ok(())
    }

    async fn mark_used(
        &self,
        user: UserId,
        upload: UploadId,
        analysis: AnalysisId,
        keep_until: Timestamp,
    ) -> Result<(), Fault> {
        self.check("MarkUploadUsed")?;
        self.with(|it| {
            if let Some((row, until, _)) = it.uploads.get_mut(&(user, upload)) {
                row.state = UploadState::Used { analysis };
                row.expires_at = keep_until;
                *until = None;
            }
        });
        Ok(())
    }
}

impl RememberRequest for World {
    async fn remember(
        &self,
        user: UserId,
        digest: &str,
        request: &Remembered,
        _now: Timestamp,
        _forget_at: Timestamp,
    ) -> Result<Option<Remembered>, Fault> {
        self.with(|it| {
            let key = (user, digest.to_owned());
            let first = it.keys.get(&key).cloned();
            it.keys.entry(key).or_insert_with(|| request.clone());
            Ok(first)
        })
    }
}

impl TakeUploadedPhoto for World {
    async fn get_photo(&self, user: UserId, upload: UploadId, limit_bytes: u64) -> Result<Object, GetError> {
        self.check("TakeUploadedPhoto")?;
        let key = ObjectKey::upload(user, upload);
        let object = self
            .with(|it| it.photos.get(key.as_str()).cloned())
            .ok_or(GetError::Missing)?;
        let size_bytes = object.bytes.len() as u64;
        if limit_bytes < size_bytes {
            Err(GetError::TooLarge { size_bytes })
        } else {
            Ok(object)
        }
    }

    async fn remove_photo(&self, user: UserId, upload: UploadId) -> Result<(), Fault> {
        self.check("RemovePhoto")?;
        self.with(|it| it.photos.remove(ObjectKey::upload(user, upload).as_str()));
        Ok(())
    }
}

impl KeepImages for World {
    async fn put_image(
        &self,
        user: UserId,
        analysis: AnalysisId,
        variant: ImageVariant,
        picture: Jpeg,
    ) -> Result<(), Fault> {
        self.check(variant.as_str())?;
        let key = ObjectKey::image(user, analysis, variant.as_str())
            .as_str()
            .to_owned();
        self.with(|it| it.kept.insert(key, picture.0));
        Ok(())
    }

    async fn link_image(
        &self,
        user: UserId,
        analysis: AnalysisId,
        variant: ImageVariant,
        _now: Timestamp,
    ) -> Result<Presigned, Fault> {
        let key = ObjectKey::image(user, analysis, variant.as_str());
        Ok(Presigned {
            url: format!("https://images.example.org/{}?signed", key.as_str()),
            headers: BTreeMap::new(),
        })
    }

    async fn remove_images(&self, user: UserId, analysis: AnalysisId) -> Result<(), Fault> {
        self.check("RemoveImages")?;
        let prefix = format!("u/{user}/{analysis}/");
        self.with(|it| it.kept.retain(|key, _| !key.starts_with(&prefix)));
        Ok(())
    }
}

impl KeepResults for World {
    async fn put_result(&self, user: UserId, analysis: AnalysisId, result: &Analysis) -> Result<(), Fault> {
        self.check("KeepResults")?;
        let key = ObjectKey::result(user, analysis).as_str().to_owned();
        self.with(|it| it.kept.insert(key, serde_json::to_vec(result).unwrap()));
        Ok(())
    }

    async fn get_result(&self, user: UserId, analysis: AnalysisId) -> Result<Analysis, Fault> {
        self.check("KeepResults")?;
        let key = ObjectKey::result(user, analysis);
        self.with(|it| {
            let bytes = it
                .kept
                .get(key.as_str())
                .ok_or_else(|| Fault::never("KeepResults", "missing"))?;
            Ok(serde_json::from_slice(bytes).unwrap())
        })
    }

    async fn remove_result(&self, user: UserId, analysis: AnalysisId) -> Result<(), Fault> {
        self.check("KeepResults")?;
        self.with(|it| it.kept.remove(ObjectKey::result(user, analysis).as_str()));
        Ok(())
    }
}

impl DetectFaces for World {
    async fn detect_faces(
        &self,
        user: UserId,
        analysis: AnalysisId,
        attributes: &[FaceAttribute],
    ) -> Result<Vec<DetectedFace>, DetectFacesFailure> {
        self.check("DetectFaces")?;
        assert!(attributes.len() <= Attribute::ALL.len());
        self.with(|it| {
            let key = ObjectKey::image(user, analysis, "original");
            assert!(
                it.kept.contains_key(key.as_str()),
                "the original is stored before it is looked at"
            );
            it.n_detections += 1;
            Ok(it.faces.clone())
        })
    }
}

impl GetAnalysis for World {
    async fn get_analysis(
        &self,
        user: UserId,
        analysis: AnalysisId,
    ) -> Result<Option<StoredAnalysis>, Fault> {
        self.check("GetAnalysis")?;
        Ok(self.with(|it| it.analyses.get(&(user, analysis)).cloned()))
    }
}

impl PutAnalysis for World {
    async fn put_analysis(&self, row: &AnalysisRow) -> Result<(), PutAnalysisError> {
        self.check("PutAnalysis")?;
        self.with(|it| {
            let key = (row.user, row.analysis);
            if it.analyses.contains_key(&key) {
                return Err(PutAnalysisError::Exists);
            }
            it.analyses
                .insert(key, StoredAnalysis::Kept(Box::new(row.clone())));
            if std::mem::take(&mut it.put_fails_after_writing) {
                return Err(Fault::later("PutAnalysis", "the answer was lost").into());
            }
            Ok(())
        })
    }

    async fn erase_analysis(
        &self,
        user: UserId,
        analysis: AnalysisId,
        _marker_until: Timestamp,
    ) -> Result<(), Fault> {
        self.check("EraseAnalysis")?;
        self.with(|it| it.analyses.insert((user, analysis), StoredAnalysis::Erased));
        Ok(())
    }
}

impl ListAnalyses for World {
    async fn list_analyses(
        &self,
        user: UserId,
        filter: AnalysisFilter,
        limit: usize,
        after: Option<AnalysisId>,
    ) -> Result<AnalysisRows, Fault> {
        self.check("ListAnalyses")?;
        let passes = |row: &AnalysisRow| {
            filter.list.is_none_or(|it| row.list == Some(it))
                && filter
                    .smiling
                    .is_none_or(|it| row.n_smiling.is_some_and(|n| (0 < n) == it))
                && filter.from.is_none_or(|it| it <= row.created_at)
                && filter.to.is_none_or(|it| row.created_at < it)
        };
        let mut rows: Vec<AnalysisRow> = self.with(|it| {
            let own = it
                .analyses
                .range((user, analysis_id(0))..=(user, AnalysisId::from_uuid(Uuid::max())));
            let kept = own.rev().filter_map(|(_, it)| match it {
                StoredAnalysis::Kept(row) => Some((**row).clone()),
                StoredAnalysis::Erased => None,
            });
            kept.filter(|it| after.is_none_or(|after| it.analysis < after))
                .filter(passes)
                .collect()
        });
        let more = limit < rows.len();
        rows.truncate(limit);
        let after = rows.last().filter(|_| more).map(|it| it.analysis);
        Ok(AnalysisRows { rows, after })
    }
}
