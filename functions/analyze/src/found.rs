//! What is said about the faces of a photo: on the wire, in the record, on the annotated picture.

use std::collections::BTreeSet;

use api::wire::{self, Analysis, Attribute, ImageLinks, ImageSize, Kind, ListName};
use aws::analyses::AnalysisRow;
use aws::faces::{DetectedFace, Emotion, FaceAttribute, Gender, Verdict};
use domain::analysis::best_confidence;
use domain::{AnalysisId, AnalysisList, UploadId, UserId, is_low_confidence};
use intake::Photo;
use jiff::Timestamp;

use crate::photo::Mark;

/// What an analysis is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject {
    /// Whose it is.
    pub user: UserId,
    /// Its identifier.
    pub analysis: AnalysisId,
    /// The upload it is made from.
    pub upload: UploadId,
    /// When it is made. Whole milliseconds.
    pub created_at: Timestamp,
}

/// Returns what to ask Rekognition for: what the caller named, or everything.
#[must_use]
pub fn wanted(attributes: Option<&[Attribute]>) -> Vec<FaceAttribute> {
    let attributes = attributes.unwrap_or(&Attribute::ALL);
    let wanted: BTreeSet<_> = attributes.iter().map(|it| wanted_one(*it)).collect();
    wanted.into_iter().collect()
}

const fn wanted_one(attribute: Attribute) -> FaceAttribute {
    match attribute {
        Attribute::AgeRange => FaceAttribute::AgeRange,
        Attribute::Gender => FaceAttribute::Gender,
        Attribute::Smile => FaceAttribute::Smile,
        Attribute::EyesOpen => FaceAttribute::EyesOpen,
        Attribute::MouthOpen => FaceAttribute::MouthOpen,
        Attribute::Eyeglasses => FaceAttribute::Eyeglasses,
        Attribute::Sunglasses => FaceAttribute::Sunglasses,
        Attribute::Beard => FaceAttribute::Beard,
        Attribute::Mustache => FaceAttribute::Mustache,
        Attribute::FaceOccluded => FaceAttribute::FaceOccluded,
        Attribute::EyeDirection => FaceAttribute::EyeDirection,
        Attribute::Emotions => FaceAttribute::Emotions,
    }
}

/// Returns the marks for the annotated picture: a face's number is its index plus one.
#[must_use]
pub fn marks(faces: &[DetectedFace]) -> Vec<Mark> {
    (1..)
        .zip(faces)
        .map(|(number, face)| Mark {
            bounds: face.bounds,
            number,
        })
        .collect()
}

/// Returns the analysis as it is answered and filed.
#[must_use]
pub fn analysis(subject: &Subject, photo: &Photo, faces: &[DetectedFace]) -> Analysis {
    let confidences: Vec<f32> = faces.iter().map(|it| it.confidence).collect();
    Analysis {
        analysis_id: subject.analysis.to_string(),
        upload_id: subject.upload.to_string(),
        created_at: time_text(subject.created_at),
        kinds: vec![Kind::Faces],
        image: ImageSize {
            width: photo.width_px(),
            height: photo.height_px(),
        },
        face_count: faces.len() as u32,
        best_confidence: best_confidence(&confidences),
        list: AnalysisList::of(faces.len(), None).map(ListName::from),
        faces: (0..).zip(faces).map(|(index, it)| face(index, it)).collect(),
        links: ImageLinks::of(subject.analysis),
    }
}

/// Returns the record of an analysis: what lists show and filter by.
#[must_use]
pub fn row(subject: &Subject, analysis: &Analysis, wanted: &[FaceAttribute]) -> AnalysisRow {
    AnalysisRow {
        user: subject.user,
        analysis: subject.analysis,
        upload: subject.upload,
        created_at: subject.created_at,
        kinds: vec![kind_name(Kind::Faces).to_owned()],
        width_px: analysis.image.width,
        height_px: analysis.image.height,
        n_faces: analysis.face_count,
        n_smiling: wanted
            .contains(&FaceAttribute::Smile)
            .then(|| n_smiling(&analysis.faces))
            .flatten(),
        best_confidence: analysis.best_confidence,
        list: analysis.list.map(AnalysisList::from),
        low_confidence: is_low_confidence(analysis.best_confidence),
    }
}

/// Number of faces that smile; `None` where Rekognition was asked and measured it on no face.
fn n_smiling(faces: &[wire::Face]) -> Option<u32> {
    let verdicts: Vec<_> = faces.iter().filter_map(|it| it.smile).collect();
    (faces.is_empty() || !verdicts.is_empty()).then(|| verdicts.iter().filter(|it| it.value).count() as u32)
}

/// Returns a record as lists show it. Kinds that this version does not know are left out.
#[must_use]
pub fn summary(row: &AnalysisRow) -> wire::AnalysisSummary {
    let kinds = [Kind::Faces, Kind::Masks].into_iter();
    wire::AnalysisSummary {
        analysis_id: row.analysis.to_string(),
        created_at: time_text(row.created_at),
        kinds: kinds
            .filter(|it| row.kinds.iter().any(|name| name == kind_name(*it)))
            .collect(),
        image: ImageSize {
            width: row.width_px,
            height: row.height_px,
        },
        face_count: row.n_faces,
        smiling_count: row.n_smiling,
        best_confidence: row.best_confidence,
        list: row.list.map(ListName::from),
        links: ImageLinks::of(row.analysis),
    }
}

const fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Faces => "faces",
        Kind::Masks => "masks",
    }
}

fn time_text(time: Timestamp) -> String {
    format!("{time:.3}")
}

fn face(index: u32, it: &DetectedFace) -> wire::Face {
    let (roll, yaw, pitch) = it.pose;
    let (brightness, sharpness) = it.quality;
    let landmarks = it.landmarks.iter();
    wire::Face {
        index,
        bounds: it.bounds.into(),
        confidence: it.confidence,
        landmarks: landmarks
            .map(|(kind, x, y)| wire::Landmark {
                kind: kind.clone(),
                x: *x,
                y: *y,
            })
            .collect(),
        pose: wire::Pose { roll, yaw, pitch },
        quality: wire::Quality {
            brightness,
            sharpness,
        },
        age_range: it.age_range.map(|(low, high)| wire::AgeRange { low, high }),
        gender: it.gender.map(|(value, confidence)| wire::GenderVerdict {
            value: gender(value),
            confidence,
        }),
        smile: it.smile.map(verdict),
        eyes_open: it.eyes_open.map(verdict),
        mouth_open: it.mouth_open.map(verdict),
        eyeglasses: it.eyeglasses.map(verdict),
        sunglasses: it.sunglasses.map(verdict),
        beard: it.beard.map(verdict),
        mustache: it.mustache.map(verdict),
        face_occluded: it.face_occluded.map(verdict),
        eye_direction: it
            .eye_direction
            .map(|(yaw, pitch, confidence)| wire::EyeDirection {
                yaw,
                pitch,
                confidence,
            }),
        emotions: it.emotions.as_ref().map(|it| {
            let scores = it.iter();
            scores
                .map(|(kind, confidence)| wire::EmotionScore {
                    kind: emotion(*kind),
                    confidence: *confidence,
                })
                .collect()
        }),
    }
}

const fn verdict(it: Verdict) -> wire::Verdict {
    wire::Verdict {
        value: it.value,
        confidence: it.confidence,
    }
}

const fn gender(it: Gender) -> wire::Gender {
    match it {
        Gender::Male => wire::Gender::Male,
        Gender::Female => wire::Gender::Female,
    }
}

const fn emotion(it: Emotion) -> wire::EmotionName {
    match it {
        Emotion::Happy => wire::EmotionName::Happy,
        Emotion::Sad => wire::EmotionName::Sad,
        Emotion::Angry => wire::EmotionName::Angry,
        Emotion::Confused => wire::EmotionName::Confused,
        Emotion::Disgusted => wire::EmotionName::Disgusted,
        Emotion::Surprised => wire::EmotionName::Surprised,
        Emotion::Calm => wire::EmotionName::Calm,
        Emotion::Fear => wire::EmotionName::Fear,
        Emotion::Unknown => wire::EmotionName::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capabilities::fakes::{self, plain_face};

    fn subject() -> Subject {
        Subject {
            user: fakes::ADA,
            analysis: fakes::analysis_id(7),
            upload: fakes::upload_id(1),
            created_at: "2026-11-20T11:00:00Z".parse().unwrap(),
        }
    }

    fn photo() -> Photo {
        Photo::read(&fakes::jpeg(200, 100)).unwrap()
    }

    fn smiling(value: bool) -> DetectedFace {
        DetectedFace {
            smile: Some(Verdict {
                value,
                confidence: 90.0,
            }),
            ..plain_face(99.0)
        }
    }

    fn filed(faces: &[DetectedFace], attributes: Option<&[Attribute]>) -> (Analysis, AnalysisRow) {
        let analysis = analysis(&subject(), &photo(), faces);
        let row = row(&subject(), &analysis, &wanted(attributes));
        (analysis, row)
    }

    #[test]
    fn everything_is_asked_for_unless_the_caller_says_less() {
        assert_eq!(wanted(None).len(), Attribute::ALL.len());
        assert_eq!(wanted(Some(&[])), []);
        assert_eq!(
            wanted(Some(&[Attribute::Smile, Attribute::Smile])),
            [FaceAttribute::Smile]
        );
    }

    #[test]
    fn a_photo_without_a_face_is_on_its_list_and_doubtful() {
        let (analysis, row) = filed(&[], None);
        assert_eq!((analysis.face_count, analysis.best_confidence), (0, None));
        assert_eq!(analysis.list, Some(ListName::NoFaces));
        assert!(row.low_confidence);
        assert_eq!(row.n_smiling, Some(0));
    }

    #[test]
    fn the_best_face_decides_whether_an_analysis_is_doubtful() {
        let (analysis, row) = filed(&[plain_face(30.0), plain_face(49.9)], None);
        assert_eq!(analysis.best_confidence, Some(49.9));
        assert!(row.low_confidence);
        let (analysis, row) = filed(&[plain_face(30.0), plain_face(50.0)], None);
        assert_eq!(analysis.list, None);
        assert!(!row.low_confidence);
    }

    #[test]
    fn smiles_are_counted_where_they_were_measured() {
        let faces = [smiling(true), smiling(false), plain_face(99.0)];
        assert_eq!(filed(&faces, None).1.n_smiling, Some(1));
        assert_eq!(filed(&faces[1..2], None).1.n_smiling, Some(0));
        // Asked for, and measured on no face: a model that is missing.
        assert_eq!(filed(&faces[2..], None).1.n_smiling, None);
        // Not asked for.
        assert_eq!(filed(&[], Some(&[])).1.n_smiling, None);
    }

    #[test]
    fn a_list_shows_what_the_record_says() {
        let (analysis, row) = filed(&[smiling(true)], None);
        let summary = summary(&row);
        assert_eq!(summary.analysis_id, analysis.analysis_id);
        assert_eq!(summary.created_at, "2026-11-20T11:00:00.000Z");
        assert_eq!(summary.kinds, [Kind::Faces]);
        assert_eq!((summary.face_count, summary.smiling_count), (1, Some(1)));
        assert_eq!(summary.links, analysis.links);
        assert_eq!(serde_json::to_value(Kind::Faces).unwrap(), kind_name(Kind::Faces));
    }

    #[test]
    fn faces_are_numbered_from_one_on_the_picture_and_from_zero_in_the_answer() {
        let faces = [plain_face(99.0), plain_face(98.0)];
        assert_eq!(
            marks(&faces).iter().map(|it| it.number).collect::<Vec<_>>(),
            [1, 2]
        );
        let indices: Vec<_> = filed(&faces, None).0.faces.iter().map(|it| it.index).collect();
        assert_eq!(indices, [0, 1]);
    }
}
