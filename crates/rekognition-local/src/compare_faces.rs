//! `CompareFaces`.

use aws_wire::{AwsError, Caller};
use face_engine::Face;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    detect_faces::{Asked, BoundingBox, FaceDetail, percent},
    error,
    image::Image,
    input,
    likeness::Likeness,
    photo::Photo,
    quality_filter::QualityFilter,
    service::{Faces, Rekognition, output, parse},
};

/// `SimilarityThreshold` if the caller does not say, percent. Developer guide.
pub(crate) const THRESHOLD: f32 = 80.0;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    source_image: Option<Image>,
    target_image: Option<Image>,
    similarity_threshold: Option<f32>,
    quality_filter: Option<String>,
}

/// The orientation corrections are left out, as in `DetectFaces`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Output {
    source_image_face: SourceFace,
    face_matches: Vec<Match>,
    unmatched_faces: Vec<FaceDetail>,
}

/// `ComparedSourceImageFace`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct SourceFace {
    bounding_box: BoundingBox,
    confidence: f32,
}

/// `CompareFacesMatch`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Match {
    similarity: f32,
    face: FaceDetail,
}

pub(crate) async fn call(service: &Rekognition, caller: &Caller, body: &[u8]) -> Result<Value, AwsError> {
    let input: Input = parse(body)?;
    let source = input::required("sourceImage", input.source_image)?;
    let target = input::required("targetImage", input.target_image)?;
    let threshold = input::threshold("similarityThreshold", input.similarity_threshold, THRESHOLD)?;
    let filter = QualityFilter::of(input.quality_filter.as_deref(), QualityFilter::None)?;
    let source = source.load("sourceImage", caller, service.objects()).await?;
    let target = target.load("targetImage", caller, service.objects()).await?;
    let answer = service
        .work(move |faces| {
            // One after the other: each picture can take some 300 MB while it is decoded.
            let source = Photo::look(faces, &source, Asked::DEFAULT.wanted())?;
            let target = Photo::look(faces, &target, Asked::COMPARED.wanted())?;
            compare(faces, &source, &target, filter, threshold)
        })
        .await?;
    output(&answer)
}

/// Compares the largest face of `source` with those of `target`; only faces that pass `filter` are looked at.
fn compare(
    faces: &dyn Faces,
    source: &Photo,
    target: &Photo,
    filter: QualityFilter,
    threshold: f32,
) -> Result<Output, AwsError> {
    let of_source = source
        .largest()
        .iter()
        .find(|it| filter.passes(it, &source.picture))
        .ok_or_else(error::invalid_parameter)?;
    if target.faces.is_empty() {
        return Err(error::invalid_parameter());
    }
    let of_target: Vec<Face> = target
        .largest()
        .iter()
        .filter(|it| filter.passes(it, &target.picture))
        .cloned()
        .collect();
    let likeness = Likeness::of(faces);
    let embedding = source.embed_one(faces, of_source)?;
    let within = likeness.within(threshold);
    let mut face_matches = Vec::new();
    let mut unmatched_faces = Vec::new();
    for (face, other) in of_target.iter().zip(target.embed(faces, &of_target)?) {
        let distance = embedding
            .squared_distance(&other)
            .map_err(|_| AwsError::internal())?;
        let detail = FaceDetail::of(face, &target.picture, Asked::COMPARED);
        if distance <= within {
            face_matches.push(Match {
                similarity: likeness.percent(distance, threshold),
                face: detail,
            });
        } else {
            unmatched_faces.push(detail);
        }
    }
    // A stable sort: among equally similar faces the larger one is first.
    face_matches.sort_by(|a, b| b.similarity.total_cmp(&a.similarity));
    tracing::info!(
        matches.found = face_matches.len(),
        faces.unmatched = unmatched_faces.len(),
        "faces compared"
    );
    Ok(Output {
        source_image_face: SourceFace {
            bounding_box: BoundingBox::of(of_source, &source.picture),
            confidence: percent(of_source.confidence),
        },
        face_matches,
        unmatched_faces,
    })
}
