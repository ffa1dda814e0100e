//! `DetectFaces`.

mod attributes;
mod face_detail;
mod landmarks;

use aws_wire::{AwsError, Caller};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use attributes::{ATTRIBUTES, Asked};
pub(crate) use face_detail::{BoundingBox, FaceDetail, percent};
pub(crate) use landmarks::{DEFAULT_LANDMARKS, LANDMARKS};

use crate::{constraint, image, image::Image, service::Rekognition};

/// Most faces in an answer, the largest ones. Developer guide, "Detecting faces in an image".
pub(crate) const MAX_FACES: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    image: Option<Image>,
    attributes: Option<Vec<String>>,
}

/// `OrientationCorrection` is left out: it has been null since the service applies EXIF orientation by itself.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Output {
    face_details: Vec<FaceDetail>,
}

pub(crate) async fn call(service: &Rekognition, caller: &Caller, body: &[u8]) -> Result<Value, AwsError> {
    let input: Input = crate::service::parse(body)?;
    let asked = Asked::of("attributes", input.attributes.as_deref().unwrap_or_default())?;
    let image = input.image.ok_or_else(|| constraint::not_null("image"))?;
    let bytes = image.load("image", caller, service.objects()).await?;
    let output = service
        .work(move |faces| {
            let photo = image::decode(&bytes)?;
            let found = faces
                .detect(&photo, asked.wanted())
                .map_err(|it| crate::error::of_engine(&it))?;
            tracing::info!(
                photo.width_px = photo.width,
                photo.height_px = photo.height,
                faces.found = found.len(),
                "faces detected"
            );
            let face_details = found
                .iter()
                .take(MAX_FACES)
                .map(|it| FaceDetail::of(it, &photo, asked))
                .collect();
            Ok(Output { face_details })
        })
        .await?;
    serde_json::to_value(output).map_err(|_| AwsError::internal())
}
