//! What an account has, found by its identifier alone, so that it can be erased when the account is gone.
//!
//! Every erasure can break off anywhere and be repeated: it finds what is left.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, DeleteRequest, WriteRequest};
use domain::{Fault, UserId};

use crate::{
    fault::{malformed, sdk_fault},
    folders,
};

/// Rows of one request: Amazon DynamoDB, `BatchWriteItem`, takes at most 25.
const ROWS_AT_ONCE: usize = 25;

/// How often rows are sent that were not written for lack of capacity, before the erasure is left to its next attempt.
/// Chosen.
const ATTEMPTS: usize = 5;

/// Where the objects of an account are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Folder {
    /// `u/<user>/`, as uploads and images are kept.
    BelowU,
    /// `<user>/`, as results are kept.
    AtTop,
}

impl Folder {
    fn of(self, user: UserId) -> String {
        match self {
            Self::BelowU => format!("u/{user}/"),
            Self::AtTop => format!("{user}/"),
        }
    }
}

/// Adapter on the objects of accounts in one bucket.
#[derive(Debug, Clone)]
pub struct OwnedObjects {
    client: aws_sdk_s3::Client,
    bucket: String,
    folder: Folder,
}

impl OwnedObjects {
    /// Returns the adapter for the bucket of that name.
    #[must_use]
    pub fn new(aws: &aws_config::SdkConfig, bucket: String, folder: Folder) -> Self {
        Self {
            client: aws_sdk_s3::Client::new(aws),
            bucket,
            folder,
        }
    }

    /// Erases all objects of an account and returns their number. Maps to `s3:ListBucket` and `s3:DeleteObject`.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the bucket failed; some may be gone.
    pub async fn erase(&self, user: UserId) -> Result<usize, Fault> {
        folders::erase(&self.client, &self.bucket, &self.folder.of(user)).await
    }
}

/// Which rows of a table belong to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Belongs {
    /// Index that has `userId` as its partition key; `None` where the table has.
    pub index: Option<&'static str>,
    /// Names of the table's key attributes.
    pub key: &'static [&'static str],
    /// A row that stays: name and text of a key attribute.
    pub except: Option<(&'static str, &'static str)>,
}

/// Uploads, and requests that are remembered.
pub const UPLOADS: Belongs = Belongs {
    index: None,
    key: &["userId", "uploadId"],
    except: None,
};

/// Analyses, and markers of those that were erased.
pub const ANALYSES: Belongs = Belongs {
    index: None,
    key: &["userId", "analysisId"],
    except: None,
};

/// People, and their faces.
pub const PEOPLE: Belongs = Belongs {
    index: None,
    key: &["userId", "part"],
    except: None,
};

/// API keys. The row stays by which all keys of the owner are refused.
pub const API_KEYS: Belongs = Belongs {
    index: None,
    key: &["userId", "keyId"],
    except: Some(("keyId", "owner")),
};

/// Sessions.
pub const SESSIONS: Belongs = Belongs {
    index: Some("byUser"),
    key: &["pk"],
    except: None,
};

/// Adapter on the rows of accounts in one table.
#[derive(Debug, Clone)]
pub struct OwnedRows {
    client: aws_sdk_dynamodb::Client,
    table: String,
    belongs: Belongs,
}

type Row = HashMap<String, AttributeValue>;

impl OwnedRows {
    /// Returns the adapter for the table of that name.
    #[must_use]
    pub fn new(aws: &aws_config::SdkConfig, table: String, belongs: Belongs) -> Self {
        Self {
            client: aws_sdk_dynamodb::Client::new(aws),
            table,
            belongs,
        }
    }

    /// Erases all rows of an account and returns their number. Maps to `dynamodb:Query` and
    /// `dynamodb:BatchWriteItem`. An index may miss what was written a moment ago.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed; some may be gone.
    pub async fn erase(&self, user: UserId) -> Result<usize, Fault> {
        let names = self.belongs.key.iter().enumerate();
        let projection: Vec<_> = names.clone().map(|(at, _)| format!("#k{at}")).collect();
        let mut pages = self
            .client
            .query()
            .table_name(&self.table)
            .set_index_name(self.belongs.index.map(str::to_owned))
            .key_condition_expression("userId = :user")
            .expression_attribute_values(":user", AttributeValue::S(user.to_string()))
            .projection_expression(projection.join(", "))
            .set_expression_attribute_names(Some(
                names
                    .map(|(at, it)| (format!("#k{at}"), (*it).to_owned()))
                    .collect(),
            ))
            .set_consistent_read(self.belongs.index.is_none().then_some(true))
            .into_paginator()
            .send();
        let mut n_erased = 0;
        while let Some(page) = pages.next().await {
            let page = page.map_err(|it| sdk_fault("ListRows", it))?;
            let mut keys = page.items.unwrap_or_default();
            keys.retain(|it| !self.belongs.keeps(it));
            for keys in keys.chunks(ROWS_AT_ONCE) {
                self.delete(keys).await?;
                n_erased += keys.len();
            }
        }
        Ok(n_erased)
    }

    async fn delete(&self, keys: &[Row]) -> Result<(), Fault> {
        const OPERATION: &str = "DeleteRows";
        let mut left = keys
            .iter()
            .map(|it| {
                let delete = DeleteRequest::builder().set_key(Some(it.clone())).build()?;
                Ok(WriteRequest::builder().delete_request(delete).build())
            })
            .collect::<Result<Vec<_>, aws_sdk_dynamodb::error::BuildError>>()
            .map_err(|it| malformed(OPERATION, it))?;
        for _ in 0..ATTEMPTS {
            let answer = self
                .client
                .batch_write_item()
                .request_items(&self.table, left)
                .send()
                .await
                .map_err(|it| sdk_fault(OPERATION, it))?;
            left = answer
                .unprocessed_items
                .unwrap_or_default()
                .remove(&self.table)
                .unwrap_or_default();
            if left.is_empty() {
                return Ok(());
            }
        }
        Err(Fault::later(OPERATION, "the table took only some"))
    }
}

impl Belongs {
    fn keeps(&self, row: &Row) -> bool {
        self.except.is_some_and(|(name, text)| {
            row.get(name)
                .and_then(|it| it.as_s().ok())
                .is_some_and(|it| it == text)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::photos::ObjectKey;
    use domain::{AnalysisId, FaceId, PersonId, UploadId};

    const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

    #[test]
    fn folders_hold_what_the_keys_of_an_account_begin_with() {
        let user = UserId::parse(ID).unwrap();
        let (upload, analysis) = (UploadId::parse(ID).unwrap(), AnalysisId::parse(ID).unwrap());
        let (person, face) = (PersonId::parse(ID).unwrap(), FaceId::parse(ID).unwrap());
        for (folder, key) in [
            (Folder::BelowU, ObjectKey::upload(user, upload)),
            (Folder::BelowU, ObjectKey::image(user, analysis, "original")),
            (Folder::BelowU, ObjectKey::person_face(user, person, face)),
            (Folder::AtTop, ObjectKey::result(user, analysis)),
        ] {
            let folder = folder.of(user);
            assert!(key.as_str().starts_with(&folder), "{folder}");
            // An identifier has one length, so no folder is the beginning of another account's.
            assert!(folder.ends_with(&format!("{ID}/")), "{folder}");
        }
    }

    #[test]
    fn the_row_that_refuses_keys_stays() {
        let row = |key: &str| Row::from([("keyId".to_owned(), AttributeValue::S(key.to_owned()))]);
        assert!(API_KEYS.keeps(&row("owner")));
        assert!(!API_KEYS.keeps(&row(ID)));
        assert!(!UPLOADS.keeps(&row("owner")) && !PEOPLE.keeps(&row("owner")));
    }
}
