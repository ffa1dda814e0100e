//! Creating an account.

use api::wire::Secret;
use aws::users::{CreateUserError, UserRow};
use domain::{Email, Fault, Role, UserId, Username};
use jiff::Timestamp;
use lambda_kit::Ids;

use crate::{
    capabilities::{Accounts, Random},
    passwords::Passwords,
    policy::{self, Weakness},
};

/// Who wants an account.
#[derive(Debug)]
pub struct Applicant {
    /// Username.
    pub username: Username,
    /// E-mail address.
    pub email: Email,
    /// Password.
    pub password: Secret,
    /// Digest of the `Idempotency-Key` of the request, if there was one.
    pub digest: Option<String>,
}

/// Why no account was created, for oneself or by an administrator.
#[derive(Debug, thiserror::Error)]
pub enum NewAccountError {
    /// The password is not good enough.
    #[error("the password is too weak")]
    Weak(Weakness),
    /// Another account has the username.
    #[error("the username is taken")]
    UsernameTaken,
    /// Another account has the e-mail address.
    #[error("the e-mail address is taken")]
    EmailTaken,
    /// The `Idempotency-Key` made this account with other data.
    #[error("the key was used for another request")]
    KeyReused,
    /// A service failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Creates an account for `applicant`.
///
/// Idempotent by the digest: a repeated request, with the same password, returns the account that the first made.
///
/// # Errors
///
/// [`NewAccountError`]; nothing is stored then.
pub async fn sign_up(
    accounts: &impl Accounts,
    passwords: &Passwords,
    random: &impl Random,
    ids: &dyn Ids,
    now: Timestamp,
    applicant: Applicant,
) -> Result<UserRow, NewAccountError> {
    policy::check(&applicant.password, &applicant.username, &applicant.email)
        .map_err(NewAccountError::Weak)?;
    let user = UserRow {
        id: UserId::from_uuid(ids.next()),
        password_hash: passwords.hash(&applicant.password, random).await?,
        username: applicant.username,
        email: applicant.email,
        role: Role::User,
        must_change_password: false,
        version: 0,
        // As stored.
        created_at: whole_milliseconds(now),
        sign_up_digest: applicant.digest,
        disabled: false,
    };
    match accounts.create(&user).await {
        Ok(()) => {
            tracing::info!(user.id = %user.id, "account created");
            Ok(user)
        }
        Err(CreateUserError::UsernameTaken) => repeated(accounts, passwords, &applicant.password, &user)
            .await?
            .ok_or(NewAccountError::UsernameTaken),
        Err(error) => Err(error.into()),
    }
}

/// Returns the account that the same request made before, `None` if somebody else has the name.
async fn repeated(
    accounts: &impl Accounts,
    passwords: &Passwords,
    password: &Secret,
    wanted: &UserRow,
) -> Result<Option<UserRow>, NewAccountError> {
    if wanted.sign_up_digest.is_none() {
        return Ok(None);
    }
    let made = accounts.find(&wanted.username).await?;
    let Some(made) = made.filter(|it| it.sign_up_digest == wanted.sign_up_digest) else {
        return Ok(None);
    };
    let same = made.email == wanted.email && passwords.verify(password, Some(&made.password_hash)).await?;
    if same {
        Ok(Some(made))
    } else {
        Err(NewAccountError::KeyReused)
    }
}

/// Returns the time as a row stores it.
pub(crate) fn whole_milliseconds(time: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(time.as_millisecond()).unwrap_or(time)
}

impl From<CreateUserError> for NewAccountError {
    fn from(error: CreateUserError) -> Self {
        match error {
            CreateUserError::UsernameTaken => Self::UsernameTaken,
            CreateUserError::EmailTaken => Self::EmailTaken,
            CreateUserError::AdminExists => Fault::never(
                "CreateUser",
                "an answer that only the first administrator can get",
            )
            .into(),
            CreateUserError::Fault(fault) => fault.into(),
        }
    }
}
