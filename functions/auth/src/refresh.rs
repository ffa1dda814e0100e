//! Continuing a session with a refresh token.
//!
//! Every refresh token is good once. One that is used again was seen by two: the session ends, because we cannot
//! know which of them is the thief.

use api::wire::Secret;
use aws::sessions::RotateError;
use domain::Fault;
use subtle::ConstantTimeEq;

use crate::{
    capabilities::{Accounts, ParameterStore, Random, Sessions},
    sign_in::{IDLE, SignedIn},
    sign_up::whole_milliseconds,
    tokens::{self, Issuer},
};

/// Why a session was not continued.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    /// The session is over, or the token is none of ours; nobody is told which.
    #[error("the session is over")]
    Ended,
    /// A service failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Continues the session that `presented` belongs to.
///
/// # Errors
///
/// [`RefreshError::Ended`] if the token is malformed, unknown, too old, or was used before, or if the account is
/// gone or has ended its sessions. In all but the first three cases the session is erased.
pub async fn refresh(
    accounts: &impl Accounts,
    sessions: &impl Sessions,
    issuer: &Issuer<'_, impl ParameterStore, impl Random>,
    presented: &Secret,
) -> Result<SignedIn, RefreshError> {
    let presented = tokens::parse_refresh_token(presented).ok_or(RefreshError::Ended)?;
    let session = sessions
        .get(presented.session)
        .await?
        .ok_or(RefreshError::Ended)?;
    // The table forgets sessions some time after they are over.
    if session.expires_at <= issuer.now || session.ends_at <= issuer.now {
        return Err(RefreshError::Ended);
    }
    let end = async |why| {
        tracing::info!(reason = why, "session ended");
        sessions.delete(session.id).await?;
        Err(RefreshError::Ended)
    };
    // The time it takes to compare hashes tells of the hash at most, which says nothing about the token; constant all the
    // same, so that nobody has to think about it.
    if !bool::from(presented.hash.ct_eq(&session.token_hash)) {
        return end("a refresh token was used twice").await;
    }
    let user = match accounts.get(session.user).await? {
        Some(user) if user.disabled => return end("the account is disabled").await,
        Some(user) if user.version == session.user_version => user,
        Some(_) => return end("the account ended its sessions").await,
        None => return end("the account is gone").await,
    };
    let (refresh_token, next) = tokens::make_refresh_token(session.id, issuer.random)?;
    let access_token = issuer.access_token(&user, session.id).await?;
    let expires_at = (issuer.now + IDLE).min(session.ends_at);
    let used_at = whole_milliseconds(issuer.now);
    match sessions
        .rotate(session.id, &presented.hash, &next, (used_at, expires_at))
        .await
    {
        Ok(()) => Ok(SignedIn {
            user,
            access_token,
            refresh_token,
        }),
        Err(RotateError::Spent) => end("a refresh token was used twice at the same time").await,
        Err(RotateError::Fault(fault)) => Err(fault.into()),
    }
}
