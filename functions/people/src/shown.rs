//! People and faces as the API shows them.

use api::{BASE_PATH, wire};
use aws::people::{FaceRow, PersonRow};
use domain::PersonId;

use crate::erase::Erased;

/// Path of a person.
#[must_use]
pub fn path(row: &PersonRow) -> String {
    format!("{BASE_PATH}/people/{}", row.id)
}

/// A person with their faces.
#[must_use]
pub fn person(row: &PersonRow, faces: &[FaceRow]) -> wire::Person {
    wire::Person {
        person_id: row.id.to_string(),
        display_name: row.display_name.clone(),
        external_id: row.external_id.clone(),
        consent: wire::Consent {
            notice_version: row.consent.notice_version.clone(),
            given_by: row.consent.given_by.clone(),
            at: row.consent.at.to_string(),
        },
        created_at: row.created_at.to_string(),
        faces: faces.iter().map(face).collect(),
    }
}

/// A person in a list.
#[must_use]
pub fn summary(row: &PersonRow) -> wire::PersonSummary {
    wire::PersonSummary {
        person_id: row.id.to_string(),
        display_name: row.display_name.clone(),
        external_id: row.external_id.clone(),
        created_at: row.created_at.to_string(),
        face_count: row.face_count,
    }
}

/// What the erasure of a person leaves.
#[must_use]
pub fn receipt(person: PersonId, erased: &Erased) -> wire::ErasureReceipt {
    let count = |it: usize| u32::try_from(it).unwrap_or(u32::MAX);
    wire::ErasureReceipt {
        person_id: person.to_string(),
        erased_at: erased.at.to_string(),
        face_count: count(erased.n_descriptions),
        image_count: count(erased.n_pictures),
    }
}

/// A face.
#[must_use]
pub fn face(row: &FaceRow) -> wire::PersonFace {
    let (brightness, sharpness) = row.quality;
    let (roll, yaw, pitch) = row.pose;
    wire::PersonFace {
        face_id: row.id.to_string(),
        added_at: row.added_at.to_string(),
        quality: wire::Quality {
            brightness,
            sharpness,
        },
        pose: wire::Pose { roll, yaw, pitch },
        image: format!("{BASE_PATH}/people/{}/faces/{}/image", row.person, row.id),
    }
}
