//! Continuing a session with a refresh token.
//!
//! Every refresh token is good once. One that is used again was seen by two: the session ends, because we cannot
//! know which of them is the thief.

use api::wire::Secret;
use aws::sessions::RotateError;
use domain::{Fault, SessionId, UserId};
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
    /// The token was used before: the session is over now. The caller is told nothing else than above.
    #[error("the refresh token was used before")]
    Reused(UserId, SessionId),
    /// A service failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Continues the session that `presented` belongs to.
///
/// # Errors
///
/// [`RefreshError::Ended`] if the token is malformed, unknown, or too old, or if the account is gone or has ended its
/// sessions, [`RefreshError::Reused`] if the token was used before. In all but the first three cases the session is
/// erased.
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
        sessions.delete(session.id).await
    };
    // The time it takes to compare hashes tells of the hash at most, which says nothing about the token; constant all the
    // same, so that nobody has to think about it.
    if !bool::from(presented.hash.ct_eq(&session.token_hash)) {
        end("a refresh token was used twice").await?;
        return Err(RefreshError::Reused(session.user, session.id));
    }
    let why = match accounts.get(session.user).await? {
        Some(user) if user.disabled => Err("the account is disabled"),
        Some(user) if user.version == session.user_version => Ok(user),
        Some(_) => Err("the account ended its sessions"),
        None => Err("the account is gone"),
    };
    let user = match why {
        Ok(user) => user,
        Err(why) => {
            end(why).await?;
            return Err(RefreshError::Ended);
        }
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
            session: session.id,
            access_token,
            refresh_token,
        }),
        Err(RotateError::Spent) => {
            end("a refresh token was used twice at the same time").await?;
            Err(RefreshError::Reused(session.user, session.id))
        }
        Err(RotateError::Fault(fault)) => Err(fault.into()),
    }
}
