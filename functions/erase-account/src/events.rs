//! What is read of a stream record: the key of a row of the table of accounts that is gone.

use domain::UserId;
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
    keys: Keys,
}

#[derive(Debug, Deserialize)]
struct Keys {
    pk: Text,
}

#[derive(Debug, Deserialize)]
struct Text {
    #[serde(rename = "S")]
    value: String,
}

/// What a record is to this function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// An account is gone, or what was left of it.
    Gone(UserId),
    /// Nothing: a new or changed row, or the row of a name. The template's filter keeps these away; without it a
    /// changed account would be erased.
    Nothing,
    /// The row of an account that has no identifier.
    Malformed,
}

impl StreamRecord {
    /// Tells what the record is.
    #[must_use]
    pub fn news(&self) -> News {
        let key = &self.dynamodb.keys.pk.value;
        let id = ["user#", "erased#"]
            .into_iter()
            .find_map(|it| key.strip_prefix(it));
        match id {
            Some(id) if self.event_name == "REMOVE" => UserId::parse(id).map_or(News::Malformed, News::Gone),
            _ => News::Nothing,
        }
    }
}
