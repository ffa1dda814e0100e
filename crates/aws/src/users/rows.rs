//! Accounts as they are stored.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{Email, Role, UserId, Username};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::UserRow;

/// Partition of the index that lists accounts.
pub(super) const DIRECTORY: &str = "account";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Item {
    pub(super) pk: String,
    user_id: String,
    username: String,
    email: String,
    role: String,
    password_hash: String,
    must_change_password: bool,
    sessions_version: u32,
    created_at_ms: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sign_up_digest: Option<String>,
    /// Absent for accounts that are not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    disabled: bool,
    /// Partition of the index that lists accounts: the same for all.
    #[serde(default)]
    directory: String,
    /// What that index is sorted by.
    #[serde(default)]
    username_key: String,
}

pub(super) fn user_key(id: UserId) -> String {
    format!("user#{id}")
}

pub(super) fn username_key(username: &Username) -> String {
    format!("username#{}", username.key())
}

pub(super) fn email_key(email: &Email) -> String {
    format!("email#{}", email.key())
}

pub(super) fn name_row(pk: String, user: UserId) -> HashMap<String, AttributeValue> {
    [
        ("pk".to_owned(), AttributeValue::S(pk)),
        ("userId".to_owned(), AttributeValue::S(user.to_string())),
    ]
    .into()
}

impl From<&UserRow> for Item {
    fn from(row: &UserRow) -> Self {
        Self {
            pk: user_key(row.id),
            user_id: row.id.to_string(),
            username: row.username.as_str().to_owned(),
            email: row.email.as_str().to_owned(),
            role: row.role.as_str().to_owned(),
            password_hash: row.password_hash.clone(),
            must_change_password: row.must_change_password,
            sessions_version: row.version,
            created_at_ms: row.created_at.as_millisecond(),
            sign_up_digest: row.sign_up_digest.clone(),
            disabled: row.disabled,
            directory: DIRECTORY.to_owned(),
            username_key: row.username.key(),
        }
    }
}

/// Why a stored row is not an account.
#[derive(Debug, thiserror::Error)]
pub(super) enum InvalidItem {
    #[error(transparent)]
    Id(#[from] domain::InvalidId),
    #[error("not a username")]
    Username(#[from] domain::InvalidUsername),
    #[error("not an e-mail address")]
    Email(#[from] domain::InvalidEmail),
    #[error("not a role")]
    Role,
    #[error(transparent)]
    Time(#[from] jiff::Error),
}

impl TryFrom<Item> for UserRow {
    type Error = InvalidItem;

    fn try_from(item: Item) -> Result<Self, InvalidItem> {
        Ok(Self {
            id: UserId::parse(&item.user_id)?,
            username: Username::parse(&item.username)?,
            email: Email::parse(&item.email)?,
            role: Role::parse(&item.role).ok_or(InvalidItem::Role)?,
            password_hash: item.password_hash,
            must_change_password: item.must_change_password,
            version: item.sessions_version,
            created_at: Timestamp::from_millisecond(item.created_at_ms)?,
            sign_up_digest: item.sign_up_digest,
            disabled: item.disabled,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> UserRow {
        UserRow {
            id: UserId::parse("01890a5d-ac96-774b-bcce-b302099a8057").unwrap(),
            username: Username::parse("Ada").unwrap(),
            email: Email::parse("Ada@example.org").unwrap(),
            role: Role::Admin,
            password_hash: "$argon2id$v=19$m=1,t=1,p=1$c2FsdA$aGFzaA".to_owned(),
            must_change_password: true,
            version: 3,
            created_at: Timestamp::from_millisecond(1_795_000_000_123).unwrap(),
            sign_up_digest: None,
            disabled: false,
        }
    }

    #[test]
    fn a_row_reads_back_as_it_was_stored() {
        let stored: HashMap<String, AttributeValue> = serde_dynamo::to_item(Item::from(&row())).unwrap();
        assert_eq!(
            stored["pk"],
            AttributeValue::S("user#01890a5d-ac96-774b-bcce-b302099a8057".to_owned())
        );
        assert!(!stored.contains_key("signUpDigest") && !stored.contains_key("disabled"));
        let item: Item = serde_dynamo::from_item(stored).unwrap();
        assert_eq!(UserRow::try_from(item).unwrap(), row());
        let disabled = UserRow {
            disabled: true,
            ..row()
        };
        assert_eq!(UserRow::try_from(Item::from(&disabled)).unwrap(), disabled);
    }

    #[test]
    fn the_index_finds_a_row_by_its_username_in_small_letters() {
        let stored: HashMap<String, AttributeValue> = serde_dynamo::to_item(Item::from(&row())).unwrap();
        assert_eq!(stored["directory"], AttributeValue::S("account".to_owned()));
        assert_eq!(stored["usernameKey"], AttributeValue::S("ada".to_owned()));
    }

    #[test]
    fn names_that_differ_in_case_have_one_key() {
        assert_eq!(username_key(&row().username), "username#ada");
        assert_eq!(email_key(&row().email), "email#ada@example.org");
    }

    #[test]
    fn a_damaged_row_is_an_error_and_not_a_guess() {
        let item = || Item::from(&row());
        for damaged in [
            Item {
                user_id: "x".to_owned(),
                ..item()
            },
            Item {
                role: "root".to_owned(),
                ..item()
            },
            Item {
                username: String::new(),
                ..item()
            },
            Item {
                created_at_ms: i64::MAX,
                ..item()
            },
        ] {
            UserRow::try_from(damaged).unwrap_err();
        }
    }

    #[test]
    fn names_and_hashes_do_not_show_in_debug_output() {
        let shown = format!("{:?}", row());
        assert!(!shown.contains("da") && !shown.contains("argon"), "{shown}");
    }
}
