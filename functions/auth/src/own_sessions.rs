//! One's own sessions: seen, and ended.

use aws::{
    sessions::{ListedSession, SessionFilter, SessionRow},
    users::UserRow,
};
use domain::{Fault, SessionId, UserId};
use jiff::Timestamp;

use crate::capabilities::{Accounts, Sessions};

/// Most sessions that are listed. From the contract of the API.
pub const MAX_LISTED: usize = 100;

/// Why somebody does not see or end sessions.
#[derive(Debug, thiserror::Error)]
pub enum OwnSessionsError {
    /// The session that asks is over. Its access token may still be good for minutes, but whoever was signed out must
    /// not sign others out.
    #[error("the session that asks is over")]
    Over,
    /// There is no such session, or it is somebody else's; nobody is told which.
    #[error("there is no such session")]
    NotFound,
    /// A service failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Returns the sessions of `user` that are not over: the one that asks, then the others, the one used last first.
///
/// The others are read from an index that lags behind for a moment; the one that asks is read by its key, so it is
/// there even if it was opened a moment ago.
///
/// # Errors
///
/// [`OwnSessionsError::Over`] if the session that asks is, or a fault.
pub async fn list(
    accounts: &impl Accounts,
    sessions: &impl Sessions,
    now: Timestamp,
    (user, asking): (UserId, SessionId),
) -> Result<Vec<ListedSession>, OwnSessionsError> {
    let (user, asking) = alive(accounts, sessions, now, (user, asking)).await?;
    let filter = SessionFilter {
        user: user.id,
        user_version: user.version,
        now,
    };
    let others = sessions.list_sessions(filter, MAX_LISTED).await?;
    let others = others.into_iter().filter(|it| it.id != asking.id);
    let asking = ListedSession {
        id: asking.id,
        created_at: asking.created_at,
        last_used_at: asking.last_used_at,
        ends_at: asking.ends_at,
        client: asking.client,
    };
    Ok(std::iter::once(asking).chain(others).take(MAX_LISTED).collect())
}

/// Ends a session of `user`.
///
/// # Errors
///
/// [`OwnSessionsError::NotFound`] if it is not his or over, [`OwnSessionsError::Over`] if the session that asks is, or a
/// fault.
pub async fn end(
    accounts: &impl Accounts,
    sessions: &impl Sessions,
    now: Timestamp,
    who: (UserId, SessionId),
    session: SessionId,
) -> Result<(), OwnSessionsError> {
    let (user, _) = alive(accounts, sessions, now, who).await?;
    if !sessions.delete_own(session, user.id).await? {
        return Err(OwnSessionsError::NotFound);
    }
    tracing::info!(user.id = %user.id, "session ended by its owner");
    Ok(())
}

/// Returns the session that asks and its account, if both go on.
pub(crate) async fn alive(
    accounts: &impl Accounts,
    sessions: &impl Sessions,
    now: Timestamp,
    (user, asking): (UserId, SessionId),
) -> Result<(UserRow, SessionRow), OwnSessionsError> {
    let user = accounts.get(user).await?.ok_or(OwnSessionsError::Over)?;
    let session = sessions.get(asking).await?;
    let session = session.filter(|it| {
        it.user == user.id && it.user_version == user.version && now < it.expires_at && now < it.ends_at
    });
    Ok((user, session.ok_or(OwnSessionsError::Over)?))
}
