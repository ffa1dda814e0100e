//! Signing in, and the session that comes of it.

use api::wire::Secret;
use aws::{sessions::SessionRow, users::UserRow};
use domain::{Fault, SessionId, UserId, Username};
use jiff::SignedDuration;
use lambda_kit::{
    Failure, Limits,
    limits::{Attempt, Lockout},
};

use crate::{
    capabilities::{Accounts, ParameterStore, Random, Sessions},
    client_name,
    passwords::Passwords,
    sign_up::whole_milliseconds,
    tokens::{self, Issuer},
};

/// How long a session lives without being refreshed. Chosen, not measured.
pub const IDLE: SignedDuration = SignedDuration::from_hours(14 * 24);
/// How long a session lives in any case. Chosen, not measured.
pub const LONGEST: SignedDuration = SignedDuration::from_hours(90 * 24);

/// Failures of one account: 5 in 15 minutes, from the contract of the API. The pause is as long; the longest is
/// chosen, so that nobody who knows a username can lock its owner out for a day.
pub const ACCOUNT: Lockout = Lockout {
    name: "sign-in-account",
    failures: 5,
    window_s: 15 * 60,
    pause_s: 15 * 60,
    longest_pause_s: 60 * 60,
};
/// Failures from one address: 20 in 15 minutes, from the same source.
pub const ADDRESS: Lockout = Lockout {
    name: "sign-in-address",
    failures: 20,
    ..ACCOUNT
};

/// Why somebody was not signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// There is no such account, or its password is another.
    #[error("username or password is wrong")]
    Wrong {
        /// The account that has the name; nobody is told.
        account: Option<UserId>,
    },
    /// The password is right, and the account is disabled.
    #[error("the account is disabled")]
    Disabled(UserId),
    /// There were too many failures.
    #[error("there were too many failures")]
    Limited(Failure),
    /// A service failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Who is signed in, and what he shows from now on.
#[derive(Debug)]
pub struct SignedIn {
    /// The account.
    pub user: UserRow,
    /// The session.
    pub session: SessionId,
    /// For the other routes.
    pub access_token: Secret,
    /// For the next access token; good once.
    pub refresh_token: Secret,
}

/// Where somebody signs in from.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// Network, as a subject of limits.
    pub address: &'a str,
    /// The `User-Agent` header.
    pub user_agent: Option<&'a str>,
}

/// Opens a session for whoever knows the password.
///
/// An unknown username costs the same reads and the same hash as a wrong password, and is counted the same way.
///
/// # Errors
///
/// [`SignInError`]; nothing is stored then.
pub async fn sign_in(
    accounts: &impl Accounts,
    sessions: &impl Sessions,
    passwords: &Passwords,
    (limits, origin): (&Limits, Origin<'_>),
    issuer: &Issuer<'_, impl ParameterStore, impl Random>,
    username: &str,
    password: &Secret,
) -> Result<SignedIn, SignInError> {
    // Counted before anything is compared, so that guesses at the same time are no more than guesses in a row.
    let username = Username::parse(username).ok();
    let of_account = match &username {
        Some(username) => Some(attempt(limits, ACCOUNT, &username.key()).await?),
        // Not a name that anybody can have, as everybody may know.
        None => None,
    };
    let of_address = match attempt(limits, ADDRESS, origin.address).await {
        Ok(attempt) => attempt,
        Err(error) => {
            if let Some(attempt) = of_account {
                limits.forgive(attempt).await;
            }
            return Err(error);
        }
    };
    let known = known(accounts, passwords, username.as_ref(), password).await;
    if let Ok(Known::Wrong { account }) = known {
        return Err(SignInError::Wrong { account });
    }
    // The address keeps its other failures: whoever has an account of his own must not clear them with it. Nor is a
    // fault of ours anybody's failure.
    limits.forgive(of_address).await;
    let user = match known {
        Ok(Known::Right(user)) => *user,
        Ok(Known::Wrong { account }) => return Err(SignInError::Wrong { account }),
        Err(fault) => {
            if let Some(attempt) = of_account {
                limits.forgive(attempt).await;
            }
            return Err(fault.into());
        }
    };
    limits.pardon(ACCOUNT, &user.username.key()).await;
    // Told to whoever knows the password and to nobody else.
    if user.disabled {
        tracing::info!(user.id = %user.id, "disabled account turned away");
        return Err(SignInError::Disabled(user.id));
    }

    let session = issuer.new_session()?;
    let (refresh_token, token_hash) = tokens::make_refresh_token(session, issuer.random)?;
    let access_token = issuer.access_token(&user, session).await?;
    let row = SessionRow {
        id: session,
        user: user.id,
        user_version: user.version,
        token_hash,
        expires_at: issuer.now + IDLE,
        ends_at: issuer.now + LONGEST,
        created_at: whole_milliseconds(issuer.now),
        last_used_at: whole_milliseconds(issuer.now),
        client: origin.user_agent.and_then(client_name::of),
    };
    sessions.put(&row).await?;
    Ok(SignedIn {
        user,
        session,
        access_token,
        refresh_token,
    })
}

/// Whether somebody is known.
enum Known {
    /// This account has both the name and the password.
    Right(Box<UserRow>),
    /// None has.
    Wrong {
        /// The account that has the name.
        account: Option<UserId>,
    },
}

/// Returns whether an account has both the name and the password.
async fn known(
    accounts: &impl Accounts,
    passwords: &Passwords,
    username: Option<&Username>,
    password: &Secret,
) -> Result<Known, Fault> {
    let user = match username {
        Some(username) => accounts.find(username).await?,
        None => None,
    };
    let hash = user.as_ref().map(|it| it.password_hash.as_str());
    let matches = passwords.verify(password, hash).await?;
    Ok(match user {
        Some(user) if matches => Known::Right(Box::new(user)),
        user => Known::Wrong {
            account: user.map(|it| it.id),
        },
    })
}

async fn attempt(limits: &Limits, lockout: Lockout, subject: &str) -> Result<Attempt, SignInError> {
    limits
        .attempt(lockout, subject)
        .await
        .map_err(SignInError::Limited)
}
