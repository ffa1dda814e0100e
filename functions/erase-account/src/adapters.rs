//! The capabilities on AWS, and how the function is put together.

use std::sync::Arc;

use aws::{
    collections::FaceCollections,
    erasure::{ANALYSES, API_KEYS, Folder, OwnedObjects, OwnedRows, PEOPLE, SESSIONS, UPLOADS},
    users::UsersTable,
};
use domain::{Fault, UserId};
use lambda_kit::{Failure, Function, InitError, Kit};
use serde_json::{Value, json};

use crate::{
    capabilities::{EraseCollection, EraseObjects, EraseRows, GetAccount},
    config::Config,
    handler::{ACTION, erase_if_gone, handle},
};

/// Tables, buckets and collections.
#[derive(Debug)]
pub struct Aws {
    users: UsersTable,
    rows: [OwnedRows; 5],
    objects: [OwnedObjects; 3],
    collections: FaceCollections,
}

/// Puts the function together.
///
/// # Errors
///
/// [`InitError`] if a variable of the environment is missing.
pub async fn init(kit: &Kit) -> Result<Function, InitError> {
    let config = Config::from_env(&kit.env)?;
    let deps = Aws {
        users: UsersTable::new(&kit.aws, config.users_table, config.api_keys_table.clone()),
        rows: [
            OwnedRows::new(&kit.aws, config.uploads_table, UPLOADS),
            OwnedRows::new(&kit.aws, config.analyses_table, ANALYSES),
            OwnedRows::new(&kit.aws, config.api_keys_table, API_KEYS),
            OwnedRows::new(&kit.aws, config.sessions_table, SESSIONS),
            OwnedRows::new(&kit.aws, config.people_table, PEOPLE),
        ],
        objects: [
            OwnedObjects::new(&kit.aws, config.uploads_bucket, Folder::BelowU),
            OwnedObjects::new(&kit.aws, config.images_bucket, Folder::BelowU),
            OwnedObjects::new(&kit.aws, config.results_bucket, Folder::AtTop),
        ],
        collections: FaceCollections::new(&kit.aws, config.collection_prefix),
    };
    Ok(function(Arc::new(deps)))
}

/// Returns the function over something that can erase.
pub(crate) fn function<D>(deps: Arc<D>) -> Function
where
    D: GetAccount + EraseRows + EraseObjects + EraseCollection + Send + Sync + 'static,
{
    let for_records = deps.clone();
    Function::records(move |record| {
        let deps = for_records.clone();
        async move { handle(&*deps, &record).await }
    })
    .direct(ACTION, move |event| {
        let deps = deps.clone();
        async move { by_hand(&*deps, &event).await }
    })
}

async fn by_hand<D>(deps: &D, event: &Value) -> Result<Value, Failure>
where
    D: GetAccount + EraseRows + EraseObjects + EraseCollection + Sync,
{
    let user = event["userId"].as_str().and_then(|it| UserId::parse(it).ok());
    let user =
        user.ok_or_else(|| Fault::never("EraseAccount", "userId must be the identifier of an account"))?;
    Ok(match erase_if_gone(deps, user).await? {
        Some(erased) => json!({
            "erased": true,
            "rows": erased.n_rows,
            "objects": erased.n_objects,
            "collection": erased.had_collection,
        }),
        None => json!({ "erased": false, "reason": "the account exists" }),
    })
}

impl GetAccount for Aws {
    async fn exists(&self, user: UserId) -> Result<bool, Fault> {
        Ok(self.users.get(user).await?.is_some())
    }
}

impl EraseRows for Aws {
    async fn erase_rows(&self, user: UserId) -> Result<usize, Fault> {
        sum(futures::future::join_all(self.rows.iter().map(|it| it.erase(user))).await)
    }
}

impl EraseObjects for Aws {
    async fn erase_objects(&self, user: UserId) -> Result<usize, Fault> {
        sum(futures::future::join_all(self.objects.iter().map(|it| it.erase(user))).await)
    }
}

impl EraseCollection for Aws {
    async fn erase_collection(&self, user: UserId) -> Result<bool, Fault> {
        self.collections.erase(user).await
    }
}

fn sum(erased: Vec<Result<usize, Fault>>) -> Result<usize, Fault> {
    erased.into_iter().sum()
}
