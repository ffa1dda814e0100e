//! Changing a password, which ends the account's other sessions.

use api::wire::Secret;
use aws::users::ChangeUserError;
use domain::{Fault, SessionId, UserId};

use crate::{
    capabilities::{Accounts, Random, Sessions},
    passwords::Passwords,
    policy::{self, Weakness},
};

/// Why a password was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangePasswordError {
    /// The password until now is another.
    #[error("the current password is wrong")]
    Wrong,
    /// The new password is not good enough.
    #[error("the new password is too weak")]
    Weak(Weakness),
    /// The new password is the old one.
    #[error("the new password is the old one")]
    Same,
    /// There is no such account any more, or it is disabled.
    #[error("the account is gone")]
    Gone,
    /// A service failed, or somebody else changed the account at the same time.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Changes the password of an account, ends its sessions, and keeps the session that asked.
///
/// # Errors
///
/// [`ChangePasswordError`]; the password is unchanged then, except after a fault of the last step, which only
/// keeps the session that asked: then it has to sign in again.
pub async fn change_password(
    accounts: &impl Accounts,
    sessions: &impl Sessions,
    passwords: &Passwords,
    random: &impl Random,
    (user, session): (UserId, SessionId),
    current: &Secret,
    new: &Secret,
) -> Result<(), ChangePasswordError> {
    let user = accounts.get(user).await?.filter(|it| !it.disabled);
    let user = user.ok_or(ChangePasswordError::Gone)?;
    if !passwords.verify(current, Some(&user.password_hash)).await? {
        return Err(ChangePasswordError::Wrong);
    }
    policy::check(new, &user.username, &user.email).map_err(ChangePasswordError::Weak)?;
    if passwords.verify(new, Some(&user.password_hash)).await? {
        return Err(ChangePasswordError::Same);
    }
    let hash = passwords.hash(new, random).await?;
    let version = accounts
        .set_password(user.id, user.version, &hash)
        .await
        .map_err(|error| match error {
            ChangeUserError::Changed => Fault::later("SetPassword", error),
            ChangeUserError::Fault(fault) => fault,
        })?;
    sessions.keep(session, version).await?;
    tracing::info!(user.id = %user.id, "password changed");
    Ok(())
}
