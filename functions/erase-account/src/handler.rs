//! What happens when an account is gone: everything it had goes, too.
//!
//! Rows go first: an upload without a row can no longer be analyzed, and a person without one is nobody any more. What a
//! request under way still writes is found by the second record of the account, half an hour or more later. An erasure that breaks off, or is killed,
//! is repeated by the stream and finds what is left.

use domain::{Fault, UserId};
use lambda_kit::records::{Outcome, Record};

use crate::{
    capabilities::{EraseCollection, EraseObjects, EraseRows, GetAccount},
    events::{News, StreamRecord},
};

/// Name of the action that erases what an account had which is gone, for operators.
pub const ACTION: &str = "erase-account";

/// How much was erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erased {
    /// Rows of tables.
    pub n_rows: usize,
    /// Objects of buckets.
    pub n_objects: usize,
    /// Whether there was a collection of faces.
    pub had_collection: bool,
}

/// Erases what the account of a record had.
pub async fn handle(
    deps: &(impl EraseRows + EraseObjects + EraseCollection + Sync),
    record: &Record,
) -> Outcome {
    let record: StreamRecord = match record.parse() {
        Ok(record) => record,
        Err(outcome) => return outcome,
    };
    let user = match record.news() {
        News::Gone(user) => user,
        News::Nothing => return Outcome::Refused("no-account-gone"),
        News::Malformed => return Outcome::Poison("malformed-account"),
    };
    match erase(deps, user).await {
        Ok(_) => Outcome::Done,
        Err(fault) => fault.into(),
    }
}

/// Erases what an account had if it is gone, `None` if it is not.
///
/// # Errors
///
/// [`Fault`] if a service failed; it can be repeated.
pub async fn erase_if_gone(
    deps: &(impl GetAccount + EraseRows + EraseObjects + EraseCollection + Sync),
    user: UserId,
) -> Result<Option<Erased>, Fault> {
    if deps.exists(user).await? {
        return Ok(None);
    }
    erase(deps, user).await.map(Some)
}

/// Everything is tried also where something failed: one service that is away must not keep the others' things.
async fn erase(
    deps: &(impl EraseRows + EraseObjects + EraseCollection + Sync),
    user: UserId,
) -> Result<Erased, Fault> {
    let rows = deps.erase_rows(user).await;
    let collection = deps.erase_collection(user).await;
    let objects = deps.erase_objects(user).await;
    let erased = Erased {
        n_rows: rows?,
        n_objects: objects?,
        had_collection: collection?,
    };
    tracing::info!(
        user.id = %user,
        rows = erased.n_rows,
        objects = erased.n_objects,
        collection = erased.had_collection,
        "what an account had is erased"
    );
    Ok(erased)
}

#[cfg(test)]
mod tests;
