//! The first administrator: made by whoever may invoke the function directly, once.

use api::wire::Secret;
use aws::users::{CreateUserError, UserRow};
use domain::{Email, Fault, Role, UserId, Username};
use jiff::Timestamp;
use lambda_kit::Ids;
use zeroize::Zeroizing;

use crate::{
    capabilities::{Accounts, Random},
    passwords::Passwords,
    sign_up::whole_milliseconds,
};

/// Name of the action.
pub const ACTION: &str = "create-first-admin";

/// Characters of a one-time password: 32, so that a byte's lowest five bits choose one, and none that is taken for
/// another when it is copied from a screen.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// Characters of a one-time password: 20 of 32 are 100 bits.
const N_CHARS: usize = 20;
/// Characters between two hyphens.
const GROUP: usize = 5;

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

/// Creates the first administrator and returns his one-time password, which nobody can find out later.
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
) -> Result<Secret, FirstAdminError> {
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
    Ok(one_time)
}

fn one_time_password(random: &impl Random) -> Result<Secret, Fault> {
    let mut bytes = Zeroizing::new([0_u8; N_CHARS]);
    random.fill(bytes.as_mut())?;
    let chars = bytes
        .iter()
        .map(|it| char::from(ALPHABET[usize::from(*it) % ALPHABET.len()]));
    let mut text = Zeroizing::new(String::with_capacity(N_CHARS + N_CHARS / GROUP));
    for (at, it) in chars.enumerate() {
        if at != 0 && at % GROUP == 0 {
            text.push('-');
        }
        text.push(it);
    }
    Ok(Secret::new(text.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::SystemRandom;

    #[test]
    fn one_time_passwords_are_readable_and_different() {
        let (one, two) = (
            one_time_password(&SystemRandom).unwrap(),
            one_time_password(&SystemRandom).unwrap(),
        );
        assert_ne!(one, two);
        let groups: Vec<_> = one.expose().split('-').collect();
        assert_eq!(groups.len(), 4);
        assert!(
            groups
                .iter()
                .all(|it| it.len() == GROUP && it.bytes().all(|it| ALPHABET.contains(&it)))
        );
    }

    #[test]
    fn no_character_is_twice_in_the_alphabet() {
        let mut sorted = ALPHABET.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), 32);
    }
}
