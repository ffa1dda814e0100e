//! The capabilities on AWS, and how the function is put together.

use std::sync::Arc;

use api::wire::{Analysis, ImageVariant};
use aws::analyses::{
    AnalysesTable, AnalysisFilter, AnalysisRow, AnalysisRows, PutAnalysisError, StoredAnalysis,
};
use aws::faces::{DetectFacesFailure, DetectedFace, FaceAttribute, FaceDetector};
use aws::parameters::Parameters;
use aws::photos::{Bucket, GetError, Object, ObjectKey, Presigned};
use aws::uploads::{Claim, ClaimError, Remembered, UploadRow, UploadsTable};
use callers::Callers;
use domain::{AnalysisId, Fault, UploadId, UserId};
use intake::Jpeg;
use jiff::Timestamp;
use lambda_kit::{Function, InitError, Kit};

use crate::capabilities::{
    ClaimUpload, DetectFaces, GetAnalysis, GetUpload, KeepImages, KeepResults, ListAnalyses, PutAnalysis,
    RememberRequest, TakeUploadedPhoto,
};
use crate::config::Config;
use crate::history::LINK_LIFETIME;
use crate::http::{self, Context};

/// Largest result file that is read, in bytes. A hundred faces with thirty landmarks each are below 1 MB.
const MAX_RESULT_BYTES: u64 = 4 * 1024 * 1024;

/// Tables, buckets and Rekognition.
#[derive(Debug)]
pub struct Aws {
    uploads: UploadsTable,
    analyses: AnalysesTable,
    photos: Bucket,
    images: Bucket,
    results: Bucket,
    faces: FaceDetector,
}

/// Puts the function together.
///
/// # Errors
///
/// [`InitError`] if a variable of the environment is missing.
pub async fn init(kit: &Kit) -> Result<Function, InitError> {
    let config = Config::from_env(&kit.env)?;
    let deps = Aws {
        uploads: UploadsTable::new(&kit.aws, config.uploads_table),
        analyses: AnalysesTable::new(&kit.aws, config.analyses_table),
        photos: Bucket::new(&kit.aws, config.uploads_bucket),
        images: Bucket::new(&kit.aws, config.images_bucket),
        results: Bucket::new(&kit.aws, config.results_bucket),
        faces: FaceDetector::new(&kit.aws),
    };
    let callers = Callers::new(kit, Parameters::new(&kit.aws), &config.callers);
    let context = Context {
        deps,
        clock: kit.clock.clone(),
        ids: kit.ids.clone(),
    };
    let router = http::router(
        callers.tokens,
        callers.api_keys,
        callers.limits,
        Arc::new(context),
    );
    Ok(Function::http(router.trail(callers.trail)))
}

impl GetUpload for Aws {
    async fn get_upload(&self, user: UserId, upload: UploadId) -> Result<Option<UploadRow>, Fault> {
        self.uploads.get(user, upload).await
    }
}

impl ClaimUpload for Aws {
    async fn claim(
        &self,
        user: UserId,
        upload: UploadId,
        proposed: AnalysisId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Claim, ClaimError> {
        self.uploads.claim(user, upload, proposed, now, until).await
    }

    async fn release(&self, user: UserId, upload: UploadId, claim: Claim) -> Result<(), Fault> {
        self.uploads.release(user, upload, claim).await
    }

    async fn refuse(&self, user: UserId, upload: UploadId, claim: Claim) -> Result<(), Fault> {
        self.uploads.refuse(user, upload, claim).await
    }

    async fn mark_used(
        &self,
        user: UserId,
        upload: UploadId,
        analysis: AnalysisId,
        keep_until: Timestamp,
    ) -> Result<(), Fault> {
        self.uploads.mark_used(user, upload, analysis, keep_until).await
    }
}

impl RememberRequest for Aws {
    async fn remember(
        &self,
        user: UserId,
        digest: &str,
        request: &Remembered,
        now: Timestamp,
        forget_at: Timestamp,
    ) -> Result<Option<Remembered>, Fault> {
        self.uploads.remember(user, digest, request, now, forget_at).await
    }
}

impl TakeUploadedPhoto for Aws {
    async fn get_photo(&self, user: UserId, upload: UploadId, limit_bytes: u64) -> Result<Object, GetError> {
        self.photos
            .get(&ObjectKey::upload(user, upload), limit_bytes)
            .await
    }

    async fn remove_photo(&self, user: UserId, upload: UploadId) -> Result<(), Fault> {
        self.photos.delete(&ObjectKey::upload(user, upload)).await
    }
}

const VARIANTS: [ImageVariant; 3] = [
    ImageVariant::Original,
    ImageVariant::Annotated,
    ImageVariant::Thumbnail,
];

fn image_key(user: UserId, analysis: AnalysisId, variant: ImageVariant) -> ObjectKey {
    ObjectKey::image(user, analysis, variant.as_str())
}

impl KeepImages for Aws {
    async fn put_image(
        &self,
        user: UserId,
        analysis: AnalysisId,
        variant: ImageVariant,
        picture: Jpeg,
    ) -> Result<(), Fault> {
        self.images
            .put(&image_key(user, analysis, variant), "image/jpeg", picture.0)
            .await
    }

    async fn link_image(
        &self,
        user: UserId,
        analysis: AnalysisId,
        variant: ImageVariant,
        now: Timestamp,
    ) -> Result<Presigned, Fault> {
        self.images
            .presign_get(&image_key(user, analysis, variant), now, LINK_LIFETIME)
            .await
    }

    async fn remove_images(&self, user: UserId, analysis: AnalysisId) -> Result<(), Fault> {
        let keys = VARIANTS.map(|it| image_key(user, analysis, it));
        futures::future::try_join_all(keys.iter().map(|it| self.images.delete(it))).await?;
        Ok(())
    }
}

impl KeepResults for Aws {
    async fn put_result(&self, user: UserId, analysis: AnalysisId, result: &Analysis) -> Result<(), Fault> {
        let json = serde_json::to_vec(result).map_err(|it| Fault::never("KeepResults", it))?;
        self.results
            .put(&ObjectKey::result(user, analysis), "application/json", json)
            .await
    }

    async fn get_result(&self, user: UserId, analysis: AnalysisId) -> Result<Analysis, Fault> {
        let object = match self
            .results
            .get(&ObjectKey::result(user, analysis), MAX_RESULT_BYTES)
            .await
        {
            Ok(object) => object,
            Err(GetError::Fault(fault)) => return Err(fault),
            Err(error) => return Err(Fault::never("KeepResults", error)),
        };
        serde_json::from_slice(&object.bytes).map_err(|it| Fault::never("KeepResults", it))
    }

    async fn remove_result(&self, user: UserId, analysis: AnalysisId) -> Result<(), Fault> {
        self.results.delete(&ObjectKey::result(user, analysis)).await
    }
}

impl DetectFaces for Aws {
    async fn detect_faces(
        &self,
        user: UserId,
        analysis: AnalysisId,
        attributes: &[FaceAttribute],
    ) -> Result<Vec<DetectedFace>, DetectFacesFailure> {
        let key = image_key(user, analysis, ImageVariant::Original);
        self.faces.detect(self.images.name(), &key, attributes).await
    }
}

impl GetAnalysis for Aws {
    async fn get_analysis(
        &self,
        user: UserId,
        analysis: AnalysisId,
    ) -> Result<Option<StoredAnalysis>, Fault> {
        self.analyses.get(user, analysis).await
    }
}

impl PutAnalysis for Aws {
    async fn put_analysis(&self, row: &AnalysisRow) -> Result<(), PutAnalysisError> {
        self.analyses.put(row).await
    }

    async fn erase_analysis(
        &self,
        user: UserId,
        analysis: AnalysisId,
        marker_until: Timestamp,
    ) -> Result<(), Fault> {
        self.analyses.erase(user, analysis, marker_until).await.map(drop)
    }
}

impl ListAnalyses for Aws {
    async fn list_analyses(
        &self,
        user: UserId,
        filter: AnalysisFilter,
        limit: usize,
        after: Option<AnalysisId>,
    ) -> Result<AnalysisRows, Fault> {
        self.analyses.list(user, filter, limit, after).await
    }
}
