//! Stored faces and users as the service model spells them.

use std::sync::Arc;

use gallery::{Bounds, FaceMatch, User, UserMatch, UserStatus};
use serde::Serialize;

use crate::{detect_faces::BoundingBox, likeness::Likeness};

/// `Face`: a stored one.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct StoredFace {
    face_id: String,
    bounding_box: BoundingBox,
    image_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_image_id: Option<String>,
    /// Percent.
    confidence: f32,
    index_faces_model_version: Arc<str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
}

impl From<gallery::Face> for StoredFace {
    fn from(face: gallery::Face) -> Self {
        Self {
            face_id: face.id.to_string(),
            bounding_box: face.bounds.into(),
            image_id: face.image_id.to_string(),
            external_image_id: face.external_image_id.map(|it| it.as_str().to_owned()),
            confidence: face.confidence,
            index_faces_model_version: face.detection_model,
            user_id: face.user.map(|it| it.as_str().to_owned()),
        }
    }
}

impl From<Bounds> for BoundingBox {
    fn from(bounds: Bounds) -> Self {
        Self {
            width: bounds.width,
            height: bounds.height,
            left: bounds.left,
            top: bounds.top,
        }
    }
}

/// `FaceMatch`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Match {
    similarity: f32,
    face: StoredFace,
}

/// `FaceMatches` of a search with `threshold`, most similar first.
pub(crate) fn face_matches(found: Vec<FaceMatch>, likeness: Likeness<'_>, threshold: f32) -> Vec<Match> {
    let of = |it: FaceMatch| Match {
        similarity: likeness.percent(it.distance, threshold),
        face: it.face.into(),
    };
    found.into_iter().map(of).collect()
}

/// `User` and `MatchedUser`, which have the same members.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UserShape {
    user_id: String,
    user_status: &'static str,
}

impl From<User> for UserShape {
    fn from(user: User) -> Self {
        Self {
            user_id: user.id.as_str().to_owned(),
            user_status: status(user.status),
        }
    }
}

/// `UserMatch`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UserMatched {
    similarity: f32,
    user: UserShape,
}

/// `UserMatches` of a search with `threshold`, most similar first.
pub(crate) fn user_matches(
    found: Vec<UserMatch>,
    likeness: Likeness<'_>,
    threshold: f32,
) -> Vec<UserMatched> {
    let of = |it: UserMatch| UserMatched {
        similarity: likeness.percent(it.distance, threshold),
        user: it.user.into(),
    };
    found.into_iter().map(of).collect()
}

/// `UserStatus`. Changes are done when they are answered, so nobody is ever `CREATING` or `UPDATING`.
pub(crate) const fn status(status: UserStatus) -> &'static str {
    match status {
        UserStatus::Created => "CREATED",
        UserStatus::Active => "ACTIVE",
    }
}
