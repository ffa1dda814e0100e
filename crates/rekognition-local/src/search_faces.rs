//! `SearchFaces` and `SearchFacesByImage`.

use aws_wire::{AwsError, Caller};
use gallery::{Nearest, SquaredDistance};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    detect_faces::{Asked, BoundingBox, percent},
    error::{self, About, of_gallery},
    image::Image,
    input,
    likeness::Likeness,
    photo::Photo,
    quality_filter::QualityFilter,
    service::{Rekognition, output, parse},
    shapes::face_matches,
};

/// Most matches of a search. Service model; also what is answered if the caller does not say, which the documents leave open.
pub(crate) const MAX_MATCHES: u16 = 4096;

/// `FaceMatchThreshold` if the caller does not say, percent. Developer guide.
pub(crate) const THRESHOLD: f32 = 80.0;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ByFace {
    collection_id: Option<String>,
    face_id: Option<String>,
    max_faces: Option<i64>,
    face_match_threshold: Option<f32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ByImage {
    collection_id: Option<String>,
    image: Option<Image>,
    max_faces: Option<i64>,
    face_match_threshold: Option<f32>,
    quality_filter: Option<String>,
}

pub(crate) async fn by_face(service: &Rekognition, body: &[u8]) -> Result<Value, AwsError> {
    let input: ByFace = parse(body)?;
    let id = input::collection_id(input.collection_id.as_deref())?;
    let face = input::face_id(&input::required("faceId", input.face_id)?)?;
    let max = input::at_most("maxFaces", input.max_faces, MAX_MATCHES)?;
    let threshold = input::threshold("faceMatchThreshold", input.face_match_threshold, THRESHOLD)?;
    service
        .keep(move |store, faces| {
            let about = About::collection(&id);
            let refused = |error| of_gallery(&error, &about);
            let likeness = Likeness::of(faces);
            let collection = store.collection(&id).map_err(refused)?;
            likeness.check(&collection)?;
            let found = collection
                .search_faces_like(face, nearest(max, likeness.within(threshold)))
                .map_err(refused)?;
            tracing::info!(matches.found = found.len(), "faces searched");
            Ok(json!({
                "SearchedFaceId": face.to_string(),
                "FaceMatches": output(&face_matches(found, likeness, threshold))?,
                "FaceModelVersion": likeness.version(),
            }))
        })
        .await
}

pub(crate) async fn by_image(service: &Rekognition, caller: &Caller, body: &[u8]) -> Result<Value, AwsError> {
    let input: ByImage = parse(body)?;
    let id = input::collection_id(input.collection_id.as_deref())?;
    let max = input::at_most("maxFaces", input.max_faces, MAX_MATCHES)?;
    let threshold = input::threshold("faceMatchThreshold", input.face_match_threshold, THRESHOLD)?;
    let filter = QualityFilter::of(input.quality_filter.as_deref(), QualityFilter::None)?;
    let image = input::required("image", input.image)?;
    let about = About::collection(&id);
    let collection = service
        .store()
        .collection(&id)
        .map_err(|error| of_gallery(&error, &about))?;
    let bytes = image.load("image", caller, service.objects()).await?;
    service
        .work(move |faces| {
            let likeness = Likeness::of(faces);
            likeness.check(&collection)?;
            let photo = Photo::look(faces, &bytes, Asked::DEFAULT.wanted())?;
            let searched = photo
                .largest()
                .iter()
                .find(|it| filter.passes(it, &photo.picture))
                .ok_or_else(error::no_face)?;
            let embedding = photo.embed_one(faces, searched)?;
            let found = collection
                .search_faces(&embedding, nearest(max, likeness.within(threshold)))
                .map_err(|error| of_gallery(&error, &about))?;
            tracing::info!(matches.found = found.len(), "faces searched");
            Ok(json!({
                "SearchedFaceBoundingBox": output(&BoundingBox::of(searched, &photo.picture))?,
                "SearchedFaceConfidence": percent(searched.confidence),
                "FaceMatches": output(&face_matches(found, likeness, threshold))?,
                "FaceModelVersion": likeness.version(),
            }))
        })
        .await
}

/// The `max` nearest within a distance.
pub(crate) fn nearest(max: usize, within: SquaredDistance) -> Nearest {
    Nearest::of(max).within(within)
}
