//! One's own API keys: seen, made and revoked.

use api::wire::Secret;
use aws::api_keys::{AddApiKeyError, ApiKeyRow};
use domain::{ApiKeyHash, ApiKeyId, DoorId, Fault, Role, Scope, SessionId, UserId};
use jiff::Timestamp;
use lambda_kit::{
    Ids,
    principal::{API_KEY_SECRET_BYTES, ApiKeyToken},
};
use zeroize::Zeroizing;

use crate::{
    capabilities::{Accounts, OwnApiKeys, Random, Sessions},
    own_sessions::{self, OwnSessionsError},
};

/// Most keys of one account that work. From the contract of the API.
pub const MAX_KEYS: usize = 20;

/// Attempts to add a key where others always come first. Chosen: in each round one of them has succeeded, and after as many
/// as an account can have, the next finds that out.
const MAX_ROUNDS: usize = MAX_KEYS + 1;
/// Seconds of a day.
const DAY_S: i64 = 24 * 60 * 60;

/// A key that somebody wants.
#[derive(Debug)]
pub struct Wanted {
    /// What to call it.
    pub name: String,
    /// What it may do: in the order of [`Scope::ALL`], none twice.
    pub scopes: Vec<Scope>,
    /// The door whose device gets it.
    pub door: Option<DoorId>,
    /// Days until it stops working.
    pub expires_in_days: Option<u32>,
    /// Digest of the `Idempotency-Key`.
    pub digest: Option<String>,
}

/// A key that was made, in full.
#[derive(Debug)]
pub struct Created {
    /// What the table knows.
    pub row: ApiKeyRow,
    /// The key.
    pub key: Secret,
}

/// Why a key was not made, seen or revoked.
#[derive(Debug, thiserror::Error)]
pub enum ApiKeyError {
    /// The session that asks is over. What lasts longer than a session is not made by one that is over, even while its
    /// access token is good.
    #[error("the session that asks is over")]
    Over,
    /// Only administrators make keys for doors.
    #[error("not an administrator")]
    NotAdministrator,
    /// The account has as many keys as it can have.
    #[error("too many API keys")]
    TooMany,
    /// The `Idempotency-Key` stands for another key.
    #[error("the Idempotency-Key stands for another API key")]
    KeyReused,
    /// There is no such key, or it is somebody else's; nobody is told which.
    #[error("there is no such API key")]
    NotFound,
    /// A service failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Makes keys out of randomness.
pub struct Maker<'a, R> {
    /// Randomness.
    pub random: &'a R,
    /// Identifiers.
    pub ids: &'a dyn Ids,
    /// The time.
    pub now: Timestamp,
}

/// Who asks: an account and its session.
pub type Asking = (UserId, SessionId);

/// Returns the keys of whoever asks that work, newest first.
///
/// # Errors
///
/// [`ApiKeyError::Over`] or a fault.
pub async fn list(
    accounts: &impl Accounts,
    sessions: &impl Sessions,
    keys: &impl OwnApiKeys,
    now: Timestamp,
    asking: Asking,
) -> Result<Vec<ApiKeyRow>, ApiKeyError> {
    let (user, _) = own_sessions::alive(accounts, sessions, now, asking).await?;
    let mut rows = keys.list(user.id).await?.keys;
    // The table removes what is over some time later.
    rows.retain(|it| works(it, now));
    rows.sort_by_key(|it| std::cmp::Reverse((it.created_at, it.id)));
    Ok(rows)
}

/// Makes a key. Where the `Idempotency-Key` stands for one that works, that one gets another secret: the first may
/// never have arrived, and nobody knows it any more.
///
/// # Errors
///
/// All but [`ApiKeyError::NotFound`].
pub async fn create(
    accounts: &impl Accounts,
    sessions: &impl Sessions,
    keys: &impl OwnApiKeys,
    maker: &Maker<'_, impl Random>,
    asking: Asking,
    wanted: Wanted,
) -> Result<Created, ApiKeyError> {
    let (user, _) = own_sessions::alive(accounts, sessions, maker.now, asking).await?;
    // As the account is now, not as it was when the access token was made.
    if wanted.door.is_some() && user.role != Role::Admin {
        return Err(ApiKeyError::NotAdministrator);
    }
    for _ in 0..MAX_ROUNDS {
        let mut owned = keys.list(user.id).await?;
        owned.keys.retain(|it| works(it, maker.now));
        let same = |it: &&ApiKeyRow| it.digest.is_some() && it.digest == wanted.digest;
        if let Some(before) = owned.keys.iter().find(same) {
            if !wanted.is(before) {
                return Err(ApiKeyError::KeyReused);
            }
            let (hash, key) = maker.secret(user.id, before.id)?;
            if keys.replace_secret(user.id, before.id, &hash).await? {
                tracing::info!(user.id = %user.id, api_key.id = %before.id, "API key made again");
                let row = before.clone();
                return Ok(Created { row, key });
            }
            // Revoked in between.
            continue;
        }
        if MAX_KEYS <= owned.keys.len() {
            return Err(ApiKeyError::TooMany);
        }
        let id = ApiKeyId::from_uuid(maker.ids.next());
        let (hash, key) = maker.secret(user.id, id)?;
        let row = wanted.row((user.id, id), hash, maker.now)?;
        match keys.add(&row, owned.version).await {
            Ok(()) => {
                tracing::info!(user.id = %user.id, api_key.id = %id, "API key made");
                return Ok(Created { row, key });
            }
            Err(AddApiKeyError::Changed) => {}
            Err(AddApiKeyError::Fault(fault)) => return Err(fault.into()),
        }
        // Somebody was faster, or the account was disabled since.
        own_sessions::alive(accounts, sessions, maker.now, asking).await?;
    }
    Err(Fault::later("AddApiKey", "others always came first").into())
}

/// Revokes a key. It stops working at once: nobody remembers keys.
///
/// # Errors
///
/// [`ApiKeyError::Over`], [`ApiKeyError::NotFound`] or a fault.
pub async fn revoke(
    accounts: &impl Accounts,
    sessions: &impl Sessions,
    keys: &impl OwnApiKeys,
    now: Timestamp,
    asking: Asking,
    id: ApiKeyId,
) -> Result<(), ApiKeyError> {
    let (user, _) = own_sessions::alive(accounts, sessions, now, asking).await?;
    if !keys.delete(user.id, id).await? {
        return Err(ApiKeyError::NotFound);
    }
    tracing::info!(user.id = %user.id, api_key.id = %id, "API key revoked");
    Ok(())
}

fn works(row: &ApiKeyRow, now: Timestamp) -> bool {
    row.expires_at.is_none_or(|it| now < it)
}

impl<R: Random> Maker<'_, R> {
    fn secret(&self, user: UserId, id: ApiKeyId) -> Result<(ApiKeyHash, Secret), Fault> {
        let mut secret = Zeroizing::new([0; API_KEY_SECRET_BYTES]);
        self.random.fill(secret.as_mut())?;
        let token = ApiKeyToken::new(user, id, secret);
        Ok((token.hash(), Secret::new(token.expose().as_str())))
    }
}

impl<R> std::fmt::Debug for Maker<'_, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Maker").finish_non_exhaustive()
    }
}

impl Wanted {
    fn row(
        &self,
        (user, id): (UserId, ApiKeyId),
        hash: ApiKeyHash,
        now: Timestamp,
    ) -> Result<ApiKeyRow, Fault> {
        const OPERATION: &str = "AddApiKey";
        let created_at = Timestamp::from_millisecond(now.as_millisecond());
        let expires_at = self
            .expires_in_days
            .map(|days| Timestamp::from_second(now.as_second().saturating_add(i64::from(days) * DAY_S)));
        Ok(ApiKeyRow {
            user,
            id,
            name: self.name.clone(),
            scopes: self.scopes.clone(),
            door: self.door,
            hash,
            created_at: created_at.map_err(|it| Fault::never(OPERATION, it))?,
            expires_at: expires_at.transpose().map_err(|it| Fault::never(OPERATION, it))?,
            last_used_at: None,
            digest: self.digest.clone(),
        })
    }

    /// Tells whether this is what `row` was made for.
    fn is(&self, row: &ApiKeyRow) -> bool {
        let days = row
            .expires_at
            .map(|it| (it.as_second() - row.created_at.as_second()) / DAY_S);
        self.name == row.name
            && self.scopes == row.scopes
            && self.door == row.door
            && self.expires_in_days.map(i64::from) == days
    }
}

impl From<OwnSessionsError> for ApiKeyError {
    fn from(error: OwnSessionsError) -> Self {
        match error {
            OwnSessionsError::Over | OwnSessionsError::NotFound => Self::Over,
            OwnSessionsError::Fault(fault) => Self::Fault(fault),
        }
    }
}
