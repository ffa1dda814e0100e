//! Creating an account for somebody else.
//!
//! Two people know the first password, so it must be changed, whoever chose it.

use api::wire::Secret;
use aws::users::{ChangeUserError, CreateUserError, UserRow};
use domain::{Email, Fault, Role, UserId, Username};
use jiff::Timestamp;
use lambda_kit::Ids;

use crate::{
    capabilities::{Accounts, Random},
    one_time::one_time_password,
    passwords::Passwords,
    policy,
    sign_up::{NewAccountError, whole_milliseconds},
};

/// The account that is wanted.
#[derive(Debug)]
pub struct Wanted {
    /// Username.
    pub username: Username,
    /// E-mail address.
    pub email: Email,
    /// What the account may do.
    pub role: Role,
    /// First password; `None` for a one-time password.
    pub password: Option<Secret>,
    /// Digests of the `Idempotency-Key` of the request, if there was one.
    pub digests: Option<Digests>,
}

/// What a key stands for, of which an account remembers the first.
#[derive(Debug, PartialEq, Eq)]
pub struct Digests {
    /// This request.
    pub this: String,
    /// The same with a password instead of none, or the other way round.
    pub other: String,
}

/// An account that was made.
#[derive(Debug)]
pub struct Created {
    /// The account.
    pub user: UserRow,
    /// Its one-time password, where it was made or renewed.
    pub one_time_password: Option<Secret>,
}

/// Creates an account.
///
/// Idempotent by the digest: a repeated request returns the account that the first made. A one-time password is
/// stored nowhere in clear, so a repeated request makes another, until the owner has chosen his own.
///
/// # Errors
///
/// [`NewAccountError`]; nothing is stored then.
pub async fn create(
    accounts: &impl Accounts,
    passwords: &Passwords,
    random: &impl Random,
    ids: &dyn Ids,
    now: Timestamp,
    actor: UserId,
    wanted: &Wanted,
) -> Result<Created, NewAccountError> {
    let one_time = match &wanted.password {
        Some(password) => {
            policy::check(password, &wanted.username, &wanted.email).map_err(NewAccountError::Weak)?;
            None
        }
        None => Some(one_time_password(random)?),
    };
    let Some(password) = wanted.password.as_ref().or(one_time.as_ref()) else {
        return Err(Fault::never("CreateUser", "neither password was there").into());
    };
    let user = UserRow {
        id: UserId::from_uuid(ids.next()),
        username: wanted.username.clone(),
        email: wanted.email.clone(),
        role: wanted.role,
        password_hash: passwords.hash(password, random).await?,
        must_change_password: true,
        version: 0,
        created_at: whole_milliseconds(now),
        sign_up_digest: wanted.digests.as_ref().map(|it| it.this.clone()),
        disabled: false,
    };
    match accounts.create(&user).await {
        Ok(()) => {
            tracing::info!(user.id = %user.id, by = %actor, role = user.role.as_str(), "account created");
            Ok(Created {
                user,
                one_time_password: one_time,
            })
        }
        Err(CreateUserError::UsernameTaken) => {
            repeated(accounts, passwords, wanted, (user.password_hash, one_time)).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Returns the account that the same request made before.
async fn repeated(
    accounts: &impl Accounts,
    passwords: &Passwords,
    wanted: &Wanted,
    (hash, one_time): (String, Option<Secret>),
) -> Result<Created, NewAccountError> {
    let digests = wanted.digests.as_ref().ok_or(NewAccountError::UsernameTaken)?;
    let made = accounts.find(&wanted.username).await?;
    let made = made.ok_or_else(|| Fault::later("CreateUser", "the username has just become free"))?;
    match &made.sign_up_digest {
        Some(digest) if *digest == digests.this => {}
        Some(digest) if *digest == digests.other => return Err(NewAccountError::KeyReused),
        _ => return Err(NewAccountError::UsernameTaken),
    }
    if made.email != wanted.email || made.role != wanted.role {
        return Err(NewAccountError::KeyReused);
    }
    let answer = |user| Created {
        user,
        one_time_password: None,
    };
    if !made.must_change_password {
        return Ok(answer(made));
    }
    if let Some(password) = &wanted.password {
        let same = passwords.verify(password, Some(&made.password_hash)).await?;
        return if same {
            Ok(answer(made))
        } else {
            Err(NewAccountError::KeyReused)
        };
    }
    let version = accounts
        .set_one_time_password(made.id, made.version, &hash)
        .await
        .map_err(|error| match error {
            // Its owner has just changed it, or the request was repeated twice at the same time.
            ChangeUserError::Changed => Fault::later("SetOneTimePassword", error),
            ChangeUserError::Fault(fault) => fault,
        })?;
    tracing::info!(user.id = %made.id, "one-time password renewed");
    Ok(Created {
        user: UserRow { version, ..made },
        one_time_password: one_time,
    })
}
