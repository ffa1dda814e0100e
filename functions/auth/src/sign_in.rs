//! Signing in, and the session that comes of it.

use api::wire::Secret;
use aws::{sessions::SessionRow, users::UserRow};
use domain::{Fault, Username};
use jiff::SignedDuration;

use crate::{
    capabilities::{Accounts, ParameterStore, Random, Sessions},
    passwords::Passwords,
    tokens::{self, Issuer},
};

/// How long a session lives without being refreshed. Chosen, not measured.
pub const IDLE: SignedDuration = SignedDuration::from_hours(14 * 24);
/// How long a session lives in any case. Chosen, not measured.
pub const LONGEST: SignedDuration = SignedDuration::from_hours(90 * 24);

/// Why somebody was not signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// There is no such account, or its password is another.
    #[error("username or password is wrong")]
    Wrong,
    /// A service failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Who is signed in, and what he shows from now on.
#[derive(Debug)]
pub struct SignedIn {
    /// The account.
    pub user: UserRow,
    /// For the other routes.
    pub access_token: Secret,
    /// For the next access token; good once.
    pub refresh_token: Secret,
}

/// Opens a session for whoever knows the password.
///
/// An unknown username costs the same reads and the same hash as a wrong password.
///
/// # Errors
///
/// [`SignInError`]; nothing is stored then.
pub async fn sign_in(
    accounts: &impl Accounts,
    sessions: &impl Sessions,
    passwords: &Passwords,
    issuer: &Issuer<'_, impl ParameterStore, impl Random>,
    username: &str,
    password: &Secret,
) -> Result<SignedIn, SignInError> {
    let user = match Username::parse(username) {
        Ok(username) => accounts.find(&username).await?,
        // Not a name that anybody can have, as everybody may know.
        Err(_) => None,
    };
    let hash = user.as_ref().map(|it| it.password_hash.as_str());
    let matches = passwords.verify(password, hash).await?;
    let user = user.filter(|_| matches).ok_or(SignInError::Wrong)?;

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
    };
    sessions.put(&row).await?;
    Ok(SignedIn {
        user,
        access_token,
        refresh_token,
    })
}
