//! The rows of people and of their faces, and the items that hold them.

use std::{collections::HashMap, fmt};

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{FaceId, Fault, PersonId, UserId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::fault::malformed;

/// A person whom an account has registered. Hides who that is. Of whoever is being erased, or was, nothing is kept that names
/// them: names, consent and fingerprint read as empty.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonRow {
    /// Whose it is.
    pub owner: UserId,
    /// Which.
    pub id: PersonId,
    /// How the person is called.
    pub display_name: String,
    /// What another system calls the person.
    pub external_id: Option<String>,
    /// That the person agreed.
    pub consent: ConsentRow,
    /// When the person was registered. Milliseconds count.
    pub created_at: Timestamp,
    /// Number of faces.
    pub face_count: u32,
    /// Whether the person is being erased, or was, and so is nobody any more.
    pub is_erasing: bool,
    /// What the request asked for that registered the person, in a form that equal requests share.
    pub fingerprint: String,
}

/// Shows what names nobody.
impl fmt::Debug for PersonRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PersonRow")
            .field("id", &self.id)
            .field("face_count", &self.face_count)
            .field("is_erasing", &self.is_erasing)
            .finish_non_exhaustive()
    }
}

/// That somebody agreed to being recognised. Hides who did.
#[derive(Clone, PartialEq, Eq)]
pub struct ConsentRow {
    /// Version of the notice that was read.
    pub notice_version: String,
    /// Who agreed: the person, or whoever may decide for them.
    pub given_by: String,
    /// When. Milliseconds count.
    pub at: Timestamp,
}

/// Leaves the names out.
impl fmt::Debug for ConsentRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConsentRow")
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

/// A face of a person. Hides what was measured of it.
#[derive(Clone, PartialEq)]
pub struct FaceRow {
    /// Which: the upload that it came with.
    pub id: FaceId,
    /// Whose face it is.
    pub person: PersonId,
    /// What Rekognition calls its description in the account's collection.
    pub indexed_as: String,
    /// When it was added. Milliseconds count.
    pub added_at: Timestamp,
    /// Brightness and sharpness, 0 to 100.
    pub quality: (f32, f32),
    /// Roll, yaw and pitch in degrees.
    pub pose: (f32, f32, f32),
}

/// Shows identifiers only.
impl fmt::Debug for FaceRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FaceRow")
            .field("id", &self.id)
            .field("person", &self.person)
            .finish_non_exhaustive()
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum State {
    Active,
    Erasing,
    Erased,
}

impl State {
    /// As it is stored.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Erasing => "erasing",
            Self::Erased => "erased",
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PersonItem {
    user_id: String,
    part: String,
    display_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    external_id: Option<String>,
    notice_version: Option<String>,
    consent_given_by: Option<String>,
    consent_at_ms: Option<i64>,
    created_at_ms: i64,
    face_count: u32,
    state: State,
    fingerprint: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FaceItem {
    user_id: String,
    part: String,
    indexed_as: String,
    added_at_ms: i64,
    brightness: f32,
    sharpness: f32,
    roll: f32,
    yaw: f32,
    pitch: f32,
}

/// Beginning of the sort keys of all people.
pub(super) const PEOPLE: &str = "person#";

/// Sort key of a person.
pub(super) fn person_part(person: PersonId) -> String {
    format!("{PEOPLE}{person}")
}

/// Beginning of the sort keys of a person's faces.
pub(super) fn faces_part(person: PersonId) -> String {
    format!("face#{person}#")
}

/// Sort key of a face.
pub(super) fn face_part(person: PersonId, face: FaceId) -> String {
    format!("{}{face}", faces_part(person))
}

/// Key of a row.
pub(super) fn key(owner: UserId, part: String) -> HashMap<String, AttributeValue> {
    [
        ("userId".to_owned(), AttributeValue::S(owner.to_string())),
        ("part".to_owned(), AttributeValue::S(part)),
    ]
    .into()
}

/// Returns the item that holds the person.
pub(super) fn person_item(row: &PersonRow) -> PersonItem {
    let state = if row.is_erasing {
        State::Erasing
    } else {
        State::Active
    };
    PersonItem {
        user_id: row.owner.to_string(),
        part: person_part(row.id),
        display_name: Some(row.display_name.clone()),
        external_id: row.external_id.clone(),
        notice_version: Some(row.consent.notice_version.clone()),
        consent_given_by: Some(row.consent.given_by.clone()),
        consent_at_ms: Some(row.consent.at.as_millisecond()),
        created_at_ms: row.created_at.as_millisecond(),
        face_count: row.face_count,
        state,
        fingerprint: Some(row.fingerprint.clone()),
    }
}

/// Returns the item that holds the face.
pub(super) fn face_item(owner: UserId, row: &FaceRow) -> FaceItem {
    FaceItem {
        user_id: owner.to_string(),
        part: face_part(row.person, row.id),
        indexed_as: row.indexed_as.clone(),
        added_at_ms: row.added_at.as_millisecond(),
        brightness: row.quality.0,
        sharpness: row.quality.1,
        roll: row.pose.0,
        yaw: row.pose.1,
        pitch: row.pose.2,
    }
}

/// Reads the row that an item holds.
pub(super) fn read<I, R>(operation: &'static str, item: HashMap<String, AttributeValue>) -> Result<R, Fault>
where
    I: DeserializeOwned,
    R: TryFrom<I, Error = InvalidItem>,
{
    let item: I = serde_dynamo::from_item(item).map_err(|it| malformed(operation, it))?;
    R::try_from(item).map_err(|it| malformed(operation, it))
}

/// Why a stored row is none.
#[derive(Debug, thiserror::Error)]
pub(super) enum InvalidItem {
    #[error(transparent)]
    Id(#[from] domain::InvalidId),
    #[error(transparent)]
    Time(#[from] jiff::Error),
    #[error("not the key of such a row")]
    Part,
    #[error("it lacks what every person has")]
    Nameless,
}

impl TryFrom<PersonItem> for PersonRow {
    type Error = InvalidItem;

    fn try_from(item: PersonItem) -> Result<Self, InvalidItem> {
        let id = item.part.strip_prefix(PEOPLE).ok_or(InvalidItem::Part)?;
        let is_erasing = item.state != State::Active;
        Ok(Self {
            owner: UserId::parse(&item.user_id)?,
            id: PersonId::parse(id)?,
            display_name: named(item.display_name, is_erasing)?,
            external_id: item.external_id,
            consent: ConsentRow {
                notice_version: named(item.notice_version, is_erasing)?,
                given_by: named(item.consent_given_by, is_erasing)?,
                at: Timestamp::from_millisecond(named(item.consent_at_ms, is_erasing)?)?,
            },
            created_at: Timestamp::from_millisecond(item.created_at_ms)?,
            face_count: item.face_count,
            is_erasing,
            fingerprint: named(item.fingerprint, is_erasing)?,
        })
    }
}

/// What is there of everybody but those whom an erasure has begun to forget.
fn named<T: Default>(value: Option<T>, is_erasing: bool) -> Result<T, InvalidItem> {
    match value {
        None if is_erasing => Ok(T::default()),
        value => value.ok_or(InvalidItem::Nameless),
    }
}

impl TryFrom<FaceItem> for FaceRow {
    type Error = InvalidItem;

    fn try_from(item: FaceItem) -> Result<Self, InvalidItem> {
        let ids = item.part.strip_prefix("face#").ok_or(InvalidItem::Part)?;
        let (person, face) = ids.split_once('#').ok_or(InvalidItem::Part)?;
        Ok(Self {
            id: FaceId::parse(face)?,
            person: PersonId::parse(person)?,
            indexed_as: item.indexed_as,
            added_at: Timestamp::from_millisecond(item.added_at_ms)?,
            quality: (item.brightness, item.sharpness),
            pose: (item.roll, item.yaw, item.pitch),
        })
    }
}

#[cfg(test)]
#[path = "rows_tests.rs"]
mod tests;
