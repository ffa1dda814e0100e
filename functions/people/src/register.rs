//! Somebody who agreed is registered, and called otherwise later.

use std::{fmt, time::Duration};

use aws::{
    people::{ChangePersonError, ConsentRow, CreatePersonError, PersonRow},
    uploads::Remembered,
};
use domain::{Fault, PersonId, UploadId, UserId};
use jiff::Timestamp;

use crate::{capabilities::Capabilities, refusal::Refusal};

/// How long a repeated request finds the person whom it registered. Chosen: a day is longer than any client retries.
pub const REPEATABLE_FOR: Duration = Duration::from_hours(24);

/// Who is to be registered. Shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Order {
    /// Who registers them.
    pub owner: UserId,
    /// How the person is called.
    pub display_name: String,
    /// What another system calls the person.
    pub external_id: Option<String>,
    /// That the person agreed.
    pub consent: ConsentRow,
    /// The caller's name for the request.
    pub key: Option<Key>,
}

impl fmt::Debug for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Order").finish_non_exhaustive()
    }
}

/// An `Idempotency-Key`, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Digest of the key, of the account and of the operation.
    pub digest: String,
    /// Digest of the key and of the body: nobody without the key can try which names it was.
    pub fingerprint: String,
}

/// A person, and whether they had been registered before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Registered {
    /// By this request.
    Now(PersonRow),
    /// By an earlier one.
    Before(PersonRow),
}

/// Registers a person under the identifier `proposed`, or returns whom an earlier request with the same key registered.
///
/// The key stands for the identifier, and not the identifier for the key: identifiers are made by time, and lists are sorted by them.
/// The key of somebody who was erased since registers nobody: what is left of them ([`crate::erase::RECEIPT_KEPT_FOR`]) outlasts it.
///
/// # Errors
///
/// [`Refusal::KeyReused`], also where whom the key registered is being erased or was.
pub async fn register<D: Capabilities>(
    deps: &D,
    order: Order,
    proposed: PersonId,
    now: Timestamp,
) -> Result<Registered, Refusal> {
    let is_keyed = order.key.is_some();
    let id = match &order.key {
        Some(key) => chosen(deps, order.owner, key, proposed, now).await?,
        None => proposed,
    };
    let row = PersonRow {
        owner: order.owner,
        id,
        display_name: order.display_name,
        external_id: order.external_id,
        consent: order.consent,
        created_at: now,
        face_count: 0,
        is_erasing: false,
        fingerprint: order.key.map(|it| it.fingerprint).unwrap_or_default(),
    };
    match deps.create_person(&row).await {
        Ok(()) => {
            tracing::info!(person.id = %id, "person registered");
            Ok(Registered::Now(row))
        }
        Err(CreatePersonError::Exists) => match deps.get_person(row.owner, id).await? {
            // The table took the row and its answer was lost.
            Some(there) if id == proposed && there == row => Ok(Registered::Now(row)),
            Some(there) if is_keyed && !there.is_erasing && there.fingerprint == row.fingerprint => {
                Ok(Registered::Before(there))
            }
            _ => Err(Refusal::KeyReused),
        },
        Err(CreatePersonError::Fault(fault)) => Err(fault.into()),
    }
}

/// The identifier that the first request with the key chose.
async fn chosen<D: Capabilities>(
    deps: &D,
    owner: UserId,
    key: &Key,
    proposed: PersonId,
    now: Timestamp,
) -> Result<PersonId, Refusal> {
    let request = Remembered {
        upload: UploadId::from_uuid(proposed.as_uuid()),
        fingerprint: key.fingerprint.clone(),
    };
    let first = deps.remember(owner, &key.digest, &request, now, now + REPEATABLE_FOR);
    match first.await? {
        None => Ok(proposed),
        Some(first) if first.fingerprint == key.fingerprint => {
            Ok(PersonId::from_uuid(first.upload.as_uuid()))
        }
        Some(_) => Err(Refusal::KeyReused),
    }
}

/// Changes what a person is called.
///
/// # Errors
///
/// [`Refusal::PersonNotFound`].
pub async fn rename<D: Capabilities>(
    deps: &D,
    owner: UserId,
    person: PersonId,
    display_name: Option<&str>,
    external_id: Option<&str>,
) -> Result<PersonRow, Refusal> {
    let changed = deps.change_person(owner, person, display_name, external_id).await;
    changed.map_err(|error| match error {
        ChangePersonError::NotFound => Refusal::PersonNotFound,
        ChangePersonError::Fault(fault) => Refusal::Fault(fault),
    })
}

/// Returns a person who is not being erased.
///
/// # Errors
///
/// [`Refusal::PersonNotFound`], also for somebody else's.
pub async fn known<D: Capabilities>(deps: &D, owner: UserId, person: PersonId) -> Result<PersonRow, Refusal> {
    let row = deps.get_person(owner, person).await?;
    row.filter(|it| !it.is_erasing).ok_or(Refusal::PersonNotFound)
}

/// Logs what failed where the answer does not depend on it.
pub(crate) fn warn<T>(result: Result<T, Fault>, consequence: &'static str) -> Option<T> {
    match result {
        Ok(done) => Some(done),
        Err(fault) => {
            tracing::warn!(operation = fault.operation, cause = %fault.source, "{consequence}");
            None
        }
    }
}
