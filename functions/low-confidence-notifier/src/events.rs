//! What is read of a stream record: a new row of the table of analyses, in DynamoDB's notation.

use domain::AnalysisId;
use jiff::Timestamp;
use serde::Deserialize;

/// A record of the stream, the members in use.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StreamRecord {
    event_name: String,
    dynamodb: Change,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Change {
    /// Read only where it is the image of a new row: a marker of an erased analysis has other members.
    new_image: Option<serde_json::Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewImage {
    analysis_id: Text,
    created_at: Text,
    face_count: Number,
    best_confidence: Option<Number>,
    low_confidence: Bool,
}

#[derive(Debug, Deserialize)]
struct Text {
    #[serde(rename = "S")]
    value: String,
}

#[derive(Debug, Deserialize)]
struct Number {
    #[serde(rename = "N")]
    value: String,
}

#[derive(Debug, Deserialize)]
struct Bool {
    #[serde(rename = "BOOL")]
    value: bool,
}

/// An analysis that somebody should look at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Doubtful {
    /// Which.
    pub analysis: AnalysisId,
    /// When it was made.
    pub created_at: Timestamp,
    /// Number of faces.
    pub n_faces: u32,
    /// Confidence of the best face in percent; `None` without a face.
    pub best_confidence: Option<f32>,
}

/// What a record is to this function.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum News {
    /// Something to tell.
    Doubtful(Doubtful),
    /// Nothing: a change, an erasure, or an analysis without doubt. The template's filter keeps these away; a
    /// stack without the filter would send a mail for every photo.
    Nothing,
    /// A new row that is not an analysis.
    Malformed,
}

impl StreamRecord {
    /// Tells what the record is.
    #[must_use]
    pub fn news(&self) -> News {
        let Some(image) = self
            .dynamodb
            .new_image
            .as_ref()
            .filter(|_| self.event_name == "INSERT")
        else {
            return News::Nothing;
        };
        match NewImage::deserialize(image) {
            Ok(image) if !image.low_confidence.value => News::Nothing,
            Ok(image) => image.doubtful().map_or(News::Malformed, News::Doubtful),
            Err(_) => News::Malformed,
        }
    }
}

impl NewImage {
    fn doubtful(&self) -> Option<Doubtful> {
        let best = self.best_confidence.as_ref().map(|it| it.value.parse());
        Some(Doubtful {
            analysis: AnalysisId::parse(&self.analysis_id.value).ok()?,
            created_at: self.created_at.value.parse().ok()?,
            n_faces: self.face_count.value.parse().ok()?,
            best_confidence: best.transpose().ok()?,
        })
    }
}
