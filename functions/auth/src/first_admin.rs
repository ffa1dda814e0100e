//! The first administrator: made by whoever may invoke the function directly, once.

use api::wire::Secret;
use aws::users::{CreateUserError, UserRow};
use domain::{Email, Fault, Role, UserId, Username};
use jiff::Timestamp;
use lambda_kit::Ids;

use crate::{
    capabilities::{Accounts, Random},
    one_time::one_time_password,
    passwords::Passwords,
    sign_up::whole_milliseconds,
};

/// Name of the action.
pub const ACTION: &str = "create-first-admin";

/// Why no administrator was created.
#[derive(Debug, thiserror::Error)]
pub enum FirstAdminError {
    /// There has been one before.
    #[error("there is an administrator already")]
    Exists,
    /// An ordinary account has the username.
    #[error("the username is taken")]
    UsernameTaken,
    /// An ordinary account has the e-mail address.
    #[error("the e-mail address is taken")]
    EmailTaken,
    /// A service failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Creates the first administrator and returns him with his one-time password, which nobody can find out later.
///
/// # Errors
///
/// [`FirstAdminError`]; nothing is stored then.
pub async fn create_first_admin(
    accounts: &impl Accounts,
    passwords: &Passwords,
    random: &impl Random,
    ids: &dyn Ids,
    now: Timestamp,
    (username, email): (Username, Email),
) -> Result<(UserId, Secret), FirstAdminError> {
    let one_time = one_time_password(random)?;
    let user = UserRow {
        id: UserId::from_uuid(ids.next()),
        username,
        email,
        role: Role::Admin,
        password_hash: passwords.hash(&one_time, random).await?,
        must_change_password: true,
        version: 0,
        created_at: whole_milliseconds(now),
        sign_up_digest: None,
        disabled: false,
    };
    accounts
        .create_first_admin(&user)
        .await
        .map_err(|error| match error {
            CreateUserError::AdminExists => FirstAdminError::Exists,
            CreateUserError::UsernameTaken => FirstAdminError::UsernameTaken,
            CreateUserError::EmailTaken => FirstAdminError::EmailTaken,
            CreateUserError::Fault(fault) => fault.into(),
        })?;
    tracing::info!(user.id = %user.id, "first administrator created");
    Ok((user.id, one_time))
}
