//! `IndexFaces`.

use aws_wire::{AwsError, Caller};
use face_engine::Face;
use gallery::{Bounds, Collection, ImageDigest, NewFace, NewFaces};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    constraint,
    detect_faces::{Asked, BoundingBox, FaceDetail, MAX_FACES, percent},
    error::{About, of_gallery},
    image::Image,
    input,
    likeness::Likeness,
    photo::Photo,
    quality_filter::{QualityFilter, Reason},
    service::{Faces, Rekognition, output, parse},
    shapes::StoredFace,
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    collection_id: Option<String>,
    image: Option<Image>,
    external_image_id: Option<String>,
    detection_attributes: Option<Vec<String>>,
    max_faces: Option<i64>,
    quality_filter: Option<String>,
}

/// `OrientationCorrection` is left out, as in `DetectFaces`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Output {
    face_records: Vec<FaceRecord>,
    face_model_version: String,
    unindexed_faces: Vec<UnindexedFace>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct FaceRecord {
    face: StoredFace,
    face_detail: FaceDetail,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct UnindexedFace {
    reasons: Vec<Reason>,
    face_detail: FaceDetail,
}

pub(crate) async fn call(service: &Rekognition, caller: &Caller, body: &[u8]) -> Result<Value, AwsError> {
    let input: Input = parse(body)?;
    let id = input::collection_id(input.collection_id.as_deref())?;
    let external_image_id = input::external_image_id(input.external_image_id.as_deref())?;
    let asked = Asked::of(
        "detectionAttributes",
        input.detection_attributes.as_deref().unwrap_or_default(),
    )?;
    let max_faces = max_faces(input.max_faces)?;
    let filter = QualityFilter::of(input.quality_filter.as_deref(), QualityFilter::Auto)?;
    let image = input::required("image", input.image)?;
    let about = About::collection(&id);
    let store = service.store();
    let collection = store
        .collection(&id)
        .map_err(|error| of_gallery(&error, &about))?;
    let bytes = image.load("image", caller, service.objects()).await?;
    let answer = service
        .work(move |faces| {
            let likeness = Likeness::of(faces);
            likeness.check(&collection)?;
            let photo = Photo::look(faces, &bytes, asked.wanted())?;
            let (indexed, unindexed) = choose(&photo, filter, max_faces);
            let new = NewFaces {
                image: ImageDigest::of(&bytes),
                external_image_id,
                detection_model: likeness.version().into(),
                faces: new_faces(faces, &photo, &indexed)?,
            };
            let stored = store_faces(&collection, new).map_err(|error| of_gallery(&error, &about))?;
            tracing::info!(
                faces.indexed = indexed.len(),
                faces.unindexed = unindexed.len(),
                "faces indexed"
            );
            let detail = |face: &Face| FaceDetail::of(face, &photo.picture, asked);
            let records = stored.into_iter().zip(&indexed).map(|(stored, face)| FaceRecord {
                face: stored.into(),
                face_detail: detail(face),
            });
            let unindexed = unindexed.iter().map(|(face, reasons)| UnindexedFace {
                reasons: reasons.clone(),
                face_detail: detail(face),
            });
            Ok(Output {
                face_records: records.collect(),
                face_model_version: likeness.version().to_owned(),
                unindexed_faces: unindexed.collect(),
            })
        })
        .await?;
    output(&answer)
}

/// `MaxFaces`, which may be any number but is never more than [`MAX_FACES`].
fn max_faces(value: Option<i64>) -> Result<usize, AwsError> {
    let Some(value) = value else { return Ok(MAX_FACES) };
    constraint::range("maxFaces", value, 1, i64::MAX)?;
    Ok(usize::try_from(value).unwrap_or(MAX_FACES).min(MAX_FACES))
}

/// The faces to be indexed, largest first, and the others with the reasons why not.
///
/// "Faces with the lowest quality are filtered out first; if there are still more faces than `MaxFaces`, the smallest."
fn choose(photo: &Photo, filter: QualityFilter, max_faces: usize) -> (Vec<Face>, Vec<(Face, Vec<Reason>)>) {
    let mut indexed = Vec::new();
    let mut unindexed = Vec::new();
    for (idx, face) in photo.faces.iter().enumerate() {
        let mut reasons = filter.reasons(face, &photo.picture);
        if MAX_FACES <= idx || (reasons.is_empty() && max_faces <= indexed.len()) {
            reasons.insert(0, Reason::ExceedsMaxFaces);
        }
        if reasons.is_empty() {
            indexed.push(face.clone());
        } else {
            unindexed.push((face.clone(), reasons));
        }
    }
    (indexed, unindexed)
}

fn new_faces(faces: &dyn Faces, photo: &Photo, chosen: &[Face]) -> Result<Vec<NewFace>, AwsError> {
    let embeddings = photo.embed(faces, chosen)?;
    let new = |(face, embedding): (&Face, _)| {
        let bounds = BoundingBox::of(face, &photo.picture);
        NewFace {
            bounds: Bounds {
                left: bounds.left,
                top: bounds.top,
                width: bounds.width,
                height: bounds.height,
            },
            confidence: percent(face.confidence),
            embedding,
        }
    };
    Ok(chosen.iter().zip(embeddings).map(new).collect())
}

/// Those of an image without faces are stored at once.
fn store_faces(collection: &Collection, new: NewFaces) -> Result<Vec<gallery::Face>, gallery::Error> {
    if new.faces.is_empty() {
        // There may be no such collection any more.
        collection.describe()?;
        return Ok(Vec::new());
    }
    Ok(collection
        .add_faces(new)?
        .faces
        .into_iter()
        .map(|it| it.face)
        .collect())
}
