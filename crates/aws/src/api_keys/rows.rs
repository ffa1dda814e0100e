//! Rows of the table of API keys as they are stored.

use std::{collections::HashMap, fmt};

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{ApiKeyHash, ApiKeyId, DoorId, Scope, StoredApiKey, UserId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ApiKeyRow;

/// Sort key of the row that stands for the owner; keys have UUIDs there.
pub(super) const OWNER: &str = "owner";

/// Attribute of a key's hash: 32 bytes.
const HASH: &str = "tokenHash";

type Attributes = HashMap<String, AttributeValue>;

/// A row.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Row {
    Key(Box<ApiKeyRow>),
    Owner { version: Option<u64>, disabled: bool },
}

/// A key as it is stored, but for its hash. Times are seconds or milliseconds since 1970, because TTL and conditions need numbers.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct KeyItem {
    user_id: String,
    key_id: String,
    name: String,
    scopes: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    door_id: Option<String>,
    created_at_ms: i64,
    /// Seconds: the table's TTL attribute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_used_at_ms: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
}

/// The owner's row as it is stored.
#[derive(Deserialize)]
struct OwnerItem {
    version: Option<u64>,
    #[serde(default)]
    disabled: bool,
}

/// Why a stored row is neither.
#[derive(Debug, thiserror::Error)]
pub(super) enum InvalidRow {
    #[error(transparent)]
    Attributes(#[from] serde_dynamo::Error),
    #[error(transparent)]
    Id(#[from] domain::InvalidId),
    #[error(transparent)]
    Time(#[from] jiff::Error),
    #[error("not a scope")]
    Scope,
    #[error("not a SHA-256")]
    Hash,
}

impl ApiKeyRow {
    /// Returns what verifying the key needs.
    pub(super) fn stored(self) -> StoredApiKey {
        StoredApiKey {
            scopes: self.scopes,
            door: self.door,
            hash: self.hash,
            expires_at_ms: self.expires_at.map(Timestamp::as_millisecond),
            last_used_at_ms: self.last_used_at.map(Timestamp::as_millisecond),
        }
    }
}

/// Shows which, and nothing that was typed or is secret.
impl fmt::Debug for ApiKeyRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKeyRow")
            .field("user", &self.user)
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

pub(super) fn key(user: UserId, sort: &str) -> Attributes {
    [
        ("userId".to_owned(), AttributeValue::S(user.to_string())),
        ("keyId".to_owned(), AttributeValue::S(sort.to_owned())),
    ]
    .into()
}

pub(super) fn milliseconds(ms: i64) -> AttributeValue {
    AttributeValue::N(ms.to_string())
}

pub(super) fn item(row: &ApiKeyRow) -> Result<Attributes, serde_dynamo::Error> {
    let mut item: Attributes = serde_dynamo::to_item(KeyItem {
        user_id: row.user.to_string(),
        key_id: row.id.to_string(),
        name: row.name.clone(),
        scopes: row.scopes.iter().map(|it| it.as_str().to_owned()).collect(),
        door_id: row.door.map(|it| it.to_string()),
        created_at_ms: row.created_at.as_millisecond(),
        expires_at: row.expires_at.map(Timestamp::as_second),
        last_used_at_ms: row.last_used_at.map(Timestamp::as_millisecond),
        digest: row.digest.clone(),
    })?;
    item.insert(HASH.to_owned(), hash_value(&row.hash));
    Ok(item)
}

pub(super) fn hash_value(hash: &ApiKeyHash) -> AttributeValue {
    AttributeValue::B(hash.to_vec().into())
}

fn read_hash(value: &AttributeValue) -> Option<ApiKeyHash> {
    value.as_b().ok()?.as_ref().try_into().ok()
}

pub(super) fn parse(attributes: Attributes) -> Result<Row, InvalidRow> {
    let is_owner = attributes
        .get("keyId")
        .is_some_and(|it| it.as_s().is_ok_and(|it| it == OWNER));
    if is_owner {
        let OwnerItem { version, disabled } = serde_dynamo::from_item(attributes)?;
        return Ok(Row::Owner { version, disabled });
    }
    let hash = attributes.get(HASH).and_then(read_hash).ok_or(InvalidRow::Hash)?;
    let item: KeyItem = serde_dynamo::from_item(attributes)?;
    let scopes = item
        .scopes
        .iter()
        .map(|it| Scope::parse(it).ok_or(InvalidRow::Scope));
    Ok(Row::Key(Box::new(ApiKeyRow {
        user: UserId::parse(&item.user_id)?,
        id: ApiKeyId::parse(&item.key_id)?,
        name: item.name,
        scopes: scopes.collect::<Result<_, _>>()?,
        door: item.door_id.as_deref().map(DoorId::parse).transpose()?,
        hash,
        created_at: Timestamp::from_millisecond(item.created_at_ms)?,
        expires_at: item.expires_at.map(Timestamp::from_second).transpose()?,
        last_used_at: item
            .last_used_at_ms
            .map(Timestamp::from_millisecond)
            .transpose()?,
        digest: item.digest,
    })))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> ApiKeyRow {
        ApiKeyRow {
            user: UserId::parse("01890a5d-ac96-774b-bcce-b302099a8057").unwrap(),
            id: ApiKeyId::parse("01890a5e-0000-7000-8000-000000000001").unwrap(),
            name: "Camera at the gate".to_owned(),
            scopes: vec![Scope::Analyze, Scope::PeopleRead],
            door: None,
            hash: [219; 32],
            created_at: Timestamp::from_millisecond(1_795_000_000_123).unwrap(),
            expires_at: None,
            last_used_at: None,
            digest: None,
        }
    }

    #[test]
    fn a_key_reads_back_as_it_was_stored() {
        let full = ApiKeyRow {
            scopes: vec![Scope::Door],
            door: Some(DoorId::parse("01890a5f-0000-7000-8000-000000000002").unwrap()),
            expires_at: Some(Timestamp::from_second(1_795_001_800).unwrap()),
            last_used_at: Some(Timestamp::from_millisecond(1_795_000_000_456).unwrap()),
            digest: Some("ab".repeat(32)),
            ..row()
        };
        assert_eq!(
            item(&full).unwrap()["expiresAt"],
            AttributeValue::N("1795001800".to_owned())
        );
        for row in [row(), full] {
            assert_eq!(parse(item(&row).unwrap()).unwrap(), Row::Key(Box::new(row)));
        }
        // A key that lasts must not be removed by the table.
        assert!(!item(&row()).unwrap().contains_key("expiresAt"));
    }

    #[test]
    fn the_owners_row_says_whether_and_how_many() {
        let owner = |attributes: &[(&str, AttributeValue)]| {
            let mut item = key(row().user, OWNER);
            item.extend(
                attributes
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), value.clone())),
            );
            parse(item).unwrap()
        };
        let row = |version, disabled| Row::Owner { version, disabled };
        assert_eq!(owner(&[]), row(None, false));
        assert_eq!(
            owner(&[("disabled", AttributeValue::Bool(true))]),
            row(None, true)
        );
        assert_eq!(
            owner(&[("version", AttributeValue::N("7".to_owned()))]),
            row(Some(7), false)
        );
    }

    #[test]
    fn a_damaged_row_is_an_error_and_not_a_guess() {
        let text = |it: &str| AttributeValue::S(it.to_owned());
        for (name, value) in [
            ("keyId", text("x")),
            ("userId", text("x")),
            ("doorId", text("x")),
            ("scopes", AttributeValue::L(vec![text("admin")])),
            ("tokenHash", AttributeValue::B(vec![0; 31].into())),
            ("tokenHash", text("00")),
            ("createdAtMs", milliseconds(i64::MAX)),
            ("expiresAt", text("never")),
        ] {
            let mut item = item(&row()).unwrap();
            item.insert(name.to_owned(), value);
            assert!(parse(item).is_err(), "{name}");
        }
    }

    #[test]
    fn nothing_secret_is_shown() {
        let shown = format!("{:?}", row());
        assert!(!shown.contains("219") && !shown.contains("Camera"), "{shown}");
    }
}
