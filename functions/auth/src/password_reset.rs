//! A new password by a mailed link.
//!
//! A link has 256 random bits, of which the table knows the SHA-256 only. It is made for one version of its account:
//! setting the password makes the next version, so a link works once, and what was mailed before it is dead, too.

use std::time::Duration;

use api::wire::Secret;
use aws::{
    mail::Letter,
    resets::ResetRow,
    sessions::TokenHash,
    users::{ChangeUserError, UserRow},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{Email, Fault, UserId};
use jiff::{SignedDuration, Timestamp};
use lambda_kit::Limits;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::{
    capabilities::{Accounts, Random, Resets, SendMail},
    passwords::Passwords,
    policy::{self, Weakness},
    sign_in::ACCOUNT,
};

/// How long a link works: from the contract of the API.
pub const LIFETIME: SignedDuration = SignedDuration::from_mins(15);
/// How long asking for a link takes at least: longer than sending a mail does, so that the time does not tell whether
/// one was sent. Chosen.
pub const FORGOT_TAKES: Duration = Duration::from_secs(1);
/// Bytes of a token. Chosen: 256 bits, as the product's security rules ask.
const TOKEN_BYTES: usize = 32;

/// Why no password was set.
#[derive(Debug, thiserror::Error)]
pub enum ResetError {
    /// The link is none of ours, was used, is too old, or its account has changed since; nobody is told which.
    #[error("the link is good for nothing")]
    Invalid,
    /// The new password is not good enough. The link still works.
    #[error("the new password is too weak")]
    Weak(Weakness),
    /// A service failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Mails a link to the owner of an address, if there is one, and returns him.
///
/// Where nobody has the address, the same is read and written for nobody; a mail that cannot be sent is logged and not
/// reported, because only known addresses are sent any.
///
/// # Errors
///
/// [`Fault`] of what is done for every address.
pub async fn forgot(
    accounts: &impl Accounts,
    resets: &impl Resets,
    mail: &impl SendMail,
    random: &impl Random,
    now: Timestamp,
    (origin, email): (&str, &Email),
) -> Result<Option<UserId>, Fault> {
    // A disabled account is nobody's until it is enabled: a link would be of no use.
    let user = accounts.find_by_email(email).await?.filter(|it| !it.disabled);
    let mut token = Zeroizing::new([0; TOKEN_BYTES]);
    random.fill(token.as_mut())?;
    let row = ResetRow {
        token_hash: Sha256::digest(token.as_ref()).into(),
        user: user
            .as_ref()
            .map_or(UserId::from_uuid(domain::id::NIL), |it| it.id),
        user_version: user.as_ref().map_or(0, |it| it.version),
        expires_at: now + LIFETIME,
    };
    resets.put_reset(&row).await?;
    if let Some(user) = &user {
        let letter = letter(origin, user, &URL_SAFE_NO_PAD.encode(token.as_ref()));
        match mail.send_mail(&letter).await {
            Ok(()) => tracing::info!(user.id = %user.id, "link for a new password sent"),
            Err(fault) => tracing::error!(
                user.id = %user.id,
                operation = fault.operation,
                retry = ?fault.retry,
                "link for a new password could not be sent"
            ),
        }
    }
    Ok(user.map(|it| it.id))
}

/// The token is behind a `#`: browsers send that part to no server and into no `Referer`.
fn letter(origin: &str, user: &UserRow, token: &str) -> Letter {
    let username = user.username.as_str();
    let minutes = LIFETIME.as_mins();
    Letter {
        to: user.email.clone(),
        subject: "Choose a new password for Visavis".to_owned(),
        text: format!(
            "Somebody, probably you, asked for a new password for the account {username}.\n\n\
             To choose one, open this link within {minutes} minutes:\n\n\
             {origin}/reset-password#token={token}\n\n\
             It works once. All devices on which you are signed in will have to sign in again.\n\
             If it was not you, do nothing: your password stays as it is.\n"
        ),
    }
}

/// Sets the password of the account that `token` was mailed to, ends all its sessions, and returns the account.
///
/// # Errors
///
/// [`ResetError`]; the password is unchanged then.
pub async fn reset(
    accounts: &impl Accounts,
    resets: &impl Resets,
    passwords: &Passwords,
    random: &impl Random,
    limits: &Limits,
    now: Timestamp,
    (token, new): (&Secret, &Secret),
) -> Result<UserId, ResetError> {
    let hash = parse(token).ok_or(ResetError::Invalid)?;
    let row = resets.get_reset(&hash).await?.ok_or(ResetError::Invalid)?;
    if row.expires_at <= now {
        return Err(ResetError::Invalid);
    }
    let user = accounts.get(row.user).await?;
    let user = user
        .filter(|it| it.version == row.user_version && !it.disabled)
        .ok_or(ResetError::Invalid)?;
    policy::check(new, &user.username, &user.email).map_err(ResetError::Weak)?;
    let password_hash = passwords.hash(new, random).await?;
    match accounts
        .set_password(user.id, row.user_version, &password_hash)
        .await
    {
        Ok(_) => {}
        Err(ChangeUserError::Changed) => return Err(ResetError::Invalid),
        Err(ChangeUserError::Fault(fault)) => return Err(fault.into()),
    }
    tracing::info!(user.id = %user.id, "password set by a link");
    // Dead already: the account has another version.
    if let Err(fault) = resets.delete_reset(&hash).await {
        tracing::warn!(operation = fault.operation, "a used link is left to its TTL");
    }
    // Whoever reads the mail of the account need not wait because somebody else guessed.
    limits.pardon(ACCOUNT, &user.username.key()).await;
    Ok(user.id)
}

fn parse(token: &Secret) -> Option<TokenHash> {
    let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(token.expose()).ok()?);
    (bytes.len() == TOKEN_BYTES).then(|| Sha256::digest(bytes.as_slice()).into())
}
