//! The list of accounts, over the index `directory`.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{Email, Fault, Role, UserId, Username};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    UserRow, UsersTable,
    rows::{DIRECTORY, InvalidItem, user_key},
};
use crate::fault::{malformed, sdk_fault};

const INDEX: &str = "directory";

/// An account as the index shows it: without its password.
#[derive(Clone, PartialEq, Eq)]
pub struct ListedUser {
    /// Identifier.
    pub id: UserId,
    /// Username as it was chosen.
    pub username: Username,
    /// E-mail address as it was given.
    pub email: Email,
    /// What the account may do.
    pub role: Role,
    /// Whether the password is a one-time password.
    pub must_change_password: bool,
    /// When the account was made.
    pub created_at: Timestamp,
    /// Whether nobody can sign in to it.
    pub disabled: bool,
}

/// Shows the identifier only.
impl std::fmt::Debug for ListedUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ListedUser")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl From<&UserRow> for ListedUser {
    fn from(row: &UserRow) -> Self {
        Self {
            id: row.id,
            username: row.username.clone(),
            email: row.email.clone(),
            role: row.role,
            must_change_password: row.must_change_password,
            created_at: row.created_at,
            disabled: row.disabled,
        }
    }
}

/// Where a page ended: key and identifier of its last account.
#[derive(Clone, PartialEq, Eq)]
pub struct Place {
    /// Its username in small letters.
    pub username_key: String,
    /// The account.
    pub id: UserId,
}

/// Shows the identifier only.
impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Place")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// A page of accounts, by username.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedUsers {
    /// The page.
    pub rows: Vec<ListedUser>,
    /// Where the next page begins: after this one. `None` at the end.
    pub after: Option<Place>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    user_id: String,
    username: String,
    email: String,
    role: String,
    must_change_password: bool,
    created_at_ms: i64,
    #[serde(default)]
    disabled: bool,
}

impl UsersTable {
    /// Returns at most `limit` accounts whose usernames begin with `prefix`, in small letters, after `after`. What was
    /// written a moment ago may be missing. Maps to `dynamodb:Query` on the index.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed or a row does not parse.
    pub async fn list(
        &self,
        prefix: &str,
        limit: usize,
        after: Option<&Place>,
    ) -> Result<ListedUsers, Fault> {
        const OPERATION: &str = "ListUsers";
        let text = |it: &str| AttributeValue::S(it.to_owned());
        let mut query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(INDEX)
            .key_condition_expression("directory = :directory")
            .expression_attribute_values(":directory", text(DIRECTORY));
        if !prefix.is_empty() {
            query = query
                .key_condition_expression("directory = :directory AND begins_with(usernameKey, :prefix)")
                .expression_attribute_values(":prefix", text(prefix));
        }
        let mut start = after.map(key_of);
        let mut rows: Vec<ListedUser> = Vec::new();
        loop {
            // One more than asked for tells whether there is a next page.
            let n_wanted = limit.saturating_add(1).saturating_sub(rows.len());
            let answer = query
                .clone()
                .limit(i32::try_from(n_wanted).unwrap_or(i32::MAX))
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(|it| sdk_fault(OPERATION, it))?;
            for item in answer.items.unwrap_or_default() {
                let item: Item = serde_dynamo::from_item(item).map_err(|it| malformed(OPERATION, it))?;
                rows.push(ListedUser::try_from(item).map_err(|it| malformed(OPERATION, it))?);
            }
            start = answer.last_evaluated_key;
            if start.is_none() || limit < rows.len() {
                break;
            }
        }
        let more = limit < rows.len();
        rows.truncate(limit);
        let after = rows.last().filter(|_| more).map(|it| Place {
            username_key: it.username.key(),
            id: it.id,
        });
        Ok(ListedUsers { rows, after })
    }
}

fn key_of(place: &Place) -> HashMap<String, AttributeValue> {
    [
        ("pk", user_key(place.id)),
        ("directory", DIRECTORY.to_owned()),
        ("usernameKey", place.username_key.clone()),
    ]
    .map(|(name, it)| (name.to_owned(), AttributeValue::S(it)))
    .into()
}

impl TryFrom<Item> for ListedUser {
    type Error = InvalidItem;

    fn try_from(item: Item) -> Result<Self, InvalidItem> {
        Ok(Self {
            id: UserId::parse(&item.user_id)?,
            username: Username::parse(&item.username)?,
            email: Email::parse(&item.email)?,
            role: Role::parse(&item.role).ok_or(InvalidItem::Role)?,
            must_change_password: item.must_change_password,
            created_at: Timestamp::from_millisecond(item.created_at_ms)?,
            disabled: item.disabled,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_the_key_of_the_index_and_of_the_table() {
        let id = UserId::parse("01890a5d-ac96-774b-bcce-b302099a8057").unwrap();
        let key = key_of(&Place {
            username_key: "ada".to_owned(),
            id,
        });
        assert_eq!(key["pk"], AttributeValue::S(format!("user#{id}")));
        assert_eq!(key["usernameKey"], AttributeValue::S("ada".to_owned()));
        assert_eq!(key.len(), 3);
    }

    #[test]
    fn a_listed_account_needs_no_password_and_absent_is_not_disabled() {
        let text = |it: &str| AttributeValue::S(it.to_owned());
        let stored = HashMap::from([
            ("pk".to_owned(), text("user#01890a5d-ac96-774b-bcce-b302099a8057")),
            ("userId".to_owned(), text("01890a5d-ac96-774b-bcce-b302099a8057")),
            ("username".to_owned(), text("Ada")),
            ("email".to_owned(), text("ada@example.org")),
            ("role".to_owned(), text("admin")),
            ("mustChangePassword".to_owned(), AttributeValue::Bool(true)),
            (
                "createdAtMs".to_owned(),
                AttributeValue::N("1795000000123".to_owned()),
            ),
        ]);
        let item: Item = serde_dynamo::from_item(stored).unwrap();
        let listed = ListedUser::try_from(item).unwrap();
        assert!(!listed.disabled && listed.must_change_password);
        assert!(!format!("{listed:?}").contains("da@"));
    }
}
