//! Accounts as administrators manage them: listed, changed, deleted.
//!
//! Every change is made to one version of an account and makes the next, which ends its sessions. What somebody else
//! changed in between is read again; the last administrator who may act is kept by the table, not by looking first.

use std::time::Duration;

use aws::users::{ListedUsers, ManageUserError, Place, Standing, UserRow};
use domain::{Fault, PageLimit, Role, UserId};
use jiff::{SignedDuration, Timestamp};

use crate::capabilities::{Accounts, ListAccounts, ManageAccounts, Random};

/// When the things of a deleted account are erased once more. Longer than an access token lives (15 minutes) with the
/// presigned request (5 minutes) and the analysis (40 seconds) that its last moment may begin. Chosen.
pub const ERASE_AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(30);

/// How often a change is tried that others were faster than. Chosen: five administrators at one account at once.
const ATTEMPTS: u32 = 5;
/// Shortest pause between two attempts; a random part of as much again keeps two from meeting again. Chosen: a
/// transaction takes about as long.
const PAUSE: Duration = Duration::from_millis(20);

/// Longest prefix, in characters: that of a username.
const PREFIX_MAX_CHARS: usize = domain::account::USERNAME_MAX_CHARS;

/// Why somebody may not manage accounts.
#[derive(Debug, thiserror::Error)]
pub enum ActingError {
    /// His account is gone or disabled since his token was made.
    #[error("the account may do nothing")]
    Out,
    /// He is no administrator any more.
    #[error("the account is no administrator")]
    NotAdministrator,
    /// A service failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Why an account was not changed or deleted.
#[derive(Debug, thiserror::Error)]
pub enum ManageError {
    /// There is no such account.
    #[error("there is no such account")]
    NotFound,
    /// It is the last administrator who may act.
    #[error("it is the last administrator")]
    LastAdministrator,
    /// A service failed, or others kept changing the account.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What shall change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// What the account may do from now on.
    pub role: Option<Role>,
    /// Whether it may do nothing from now on.
    pub disabled: Option<bool>,
}

/// Checks that whoever shows an administrator's token still is one.
///
/// The token says what was true when it was made. Whoever was demoted or disabled since must not undo that with it.
///
/// # Errors
///
/// [`ActingError`].
pub async fn acting(accounts: &impl Accounts, user: UserId) -> Result<UserId, ActingError> {
    let user = accounts.get(user).await?.filter(|it| !it.disabled);
    let user = user.ok_or(ActingError::Out)?;
    if user.role == Role::Admin {
        Ok(user.id)
    } else {
        Err(ActingError::NotAdministrator)
    }
}

/// Returns the form of a prefix that usernames are compared with, `None` for what no username contains.
#[must_use]
pub fn prefix(text: &str) -> Option<String> {
    let fits = (1..=PREFIX_MAX_CHARS).contains(&text.len())
        && text
            .bytes()
            .all(|it| it.is_ascii_alphanumeric() || matches!(it, b'.' | b'_' | b'-'));
    fits.then(|| text.to_ascii_lowercase())
}

/// Returns a page of the accounts whose usernames begin with `prefix`, which is empty for all.
///
/// # Errors
///
/// [`Fault`] if the table failed.
pub async fn list(
    accounts: &impl ListAccounts,
    prefix: &str,
    limit: PageLimit,
    after: Option<&Place>,
) -> Result<ListedUsers, Fault> {
    accounts.list(prefix, limit.get() as usize, after).await
}

/// Changes what an account may do, which ends its sessions; leaves one alone that is as wished already.
///
/// # Errors
///
/// [`ManageError`]; nothing is changed then.
pub async fn change(
    accounts: &(impl Accounts + ManageAccounts),
    random: &impl Random,
    actor: UserId,
    id: UserId,
    wish: Wish,
) -> Result<UserRow, ManageError> {
    for _ in 0..ATTEMPTS {
        let user = accounts.get(id).await?.ok_or(ManageError::NotFound)?;
        let before = user.standing();
        let after = Standing {
            role: wish.role.unwrap_or(before.role),
            disabled: wish.disabled.unwrap_or(before.disabled),
        };
        if after == before {
            return Ok(user);
        }
        match accounts.change(&user, after).await {
            Ok(version) => {
                tracing::info!(
                    user.id = %id,
                    by = %actor,
                    role = after.role.as_str(),
                    disabled = after.disabled,
                    "account changed"
                );
                return Ok(UserRow {
                    role: after.role,
                    disabled: after.disabled,
                    version,
                    ..user
                });
            }
            Err(error) => again(random, error).await?,
        }
    }
    Err(contended("ChangeUser").into())
}

/// Deletes an account. Its sessions and API keys are refused from then on; what it has is erased by whoever follows
/// the table's stream.
///
/// # Errors
///
/// [`ManageError`]; nothing is deleted then.
pub async fn delete(
    accounts: &(impl Accounts + ManageAccounts),
    random: &impl Random,
    actor: UserId,
    id: UserId,
    now: Timestamp,
) -> Result<(), ManageError> {
    for _ in 0..ATTEMPTS {
        let user = accounts.get(id).await?.ok_or(ManageError::NotFound)?;
        match accounts.delete(&user, now + ERASE_AGAIN_AFTER).await {
            Ok(()) => {
                tracing::info!(user.id = %id, by = %actor, "account deleted");
                return Ok(());
            }
            Err(error) => again(random, error).await?,
        }
    }
    Err(contended("DeleteUser").into())
}

/// Waits before the next attempt, where there is to be one.
async fn again(random: &impl Random, error: ManageUserError) -> Result<(), ManageError> {
    match error {
        ManageUserError::Changed => {
            let mut byte = [0];
            random.fill(&mut byte)?;
            tokio::time::sleep(PAUSE + PAUSE * u32::from(byte[0]) / 256).await;
            Ok(())
        }
        ManageUserError::LastAdministrator => Err(ManageError::LastAdministrator),
        ManageUserError::Fault(fault) => Err(fault.into()),
    }
}

fn contended(operation: &'static str) -> Fault {
    Fault::later(operation, "others keep changing the account")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_what_a_username_may_contain() {
        assert_eq!(prefix("Ad").as_deref(), Some("ad"));
        assert_eq!(prefix("-_.9").as_deref(), Some("-_.9"));
        for text in ["", " ", "a b", "ä", "user#", "a%", &"a".repeat(33)] {
            assert_eq!(prefix(text), None, "{text:?}");
        }
    }
}
