//! Passwords to hashes, and back to a yes or no. Argon2id (RFC 9106); the parameters are explained in
//! `docs/adr/0003-tokens-and-passwords.md`.

use std::{fmt, sync::Arc};

use api::wire::Secret;
use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version, password_hash::phc::PasswordHash,
};
use domain::Fault;
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::capabilities::Random;

/// Memory of one hash, in KiB: OWASP's password storage cheat sheet, Argon2id with `m=19456, t=2, p=1`.
const MEMORY_KIB: u32 = 19 * 1024;
/// Passes over the memory: the same source.
const PASSES: u32 = 2;
/// Lanes: the same source; a function has one processor or less.
const LANES: u32 = 1;
/// Bytes of salt: RFC 9106 section 3.1 recommends 16.
const SALT_BYTES: usize = 16;
/// Bytes of the hash: RFC 9106 section 4 recommends 32 for 256 bits.
const HASH_BYTES: usize = 32;

/// Hashes that are computed at the same time in one process. On Lambda there is one request at a time; elsewhere
/// this bounds the memory that requests can claim to twice [`MEMORY_KIB`].
const AT_ONCE: usize = 2;

/// A hash of a random password that was thrown away, with the parameters above: what is compared where there is no
/// account, so that this takes as long as a wrong password.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$5BBZK+aJxVJxvMIvkn3uAA$7952ujCnwmyq3SqSmpYzHEYDxAF/UEM2vGXBZ0fIEIY";

/// Hashes and verifies passwords, off the threads that serve requests.
#[derive(Clone)]
pub struct Passwords {
    argon2: Argon2<'static>,
    places: Arc<Semaphore>,
}

impl Passwords {
    /// Returns a hasher with the parameters above.
    ///
    /// # Panics
    ///
    /// Never: the parameters are constants that the library accepts.
    #[must_use]
    pub fn new() -> Self {
        let params =
            Params::new(MEMORY_KIB, PASSES, LANES, Some(HASH_BYTES)).expect("constants are in range");
        Self::with(params)
    }

    fn with(params: Params) -> Self {
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        Self {
            argon2,
            places: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// Returns a hasher that is quick and worthless, for tests of what is around it.
    #[cfg(test)]
    pub(crate) fn quick() -> Self {
        Self::with(Params::new(8, 1, 1, Some(HASH_BYTES)).unwrap())
    }

    /// Returns the hash of a password under a new salt, as a PHC string.
    ///
    /// # Errors
    ///
    /// [`Fault`] if there is no randomness or no memory.
    pub async fn hash(&self, password: &Secret, random: &impl Random) -> Result<String, Fault> {
        const OPERATION: &str = "HashPassword";
        let mut salt = [0; SALT_BYTES];
        random.fill(&mut salt)?;
        let password = normalized(password);
        let argon2 = self.argon2.clone();
        self.run(OPERATION, move || {
            let hash = argon2.hash_password_with_salt(password.as_bytes(), &salt);
            hash.map(|it| it.to_string())
                .map_err(|it| Fault::never(OPERATION, it))
        })
        .await?
    }

    /// Tells whether `password` belongs to `hash`. Where there is no hash it does not, after the same work.
    ///
    /// # Errors
    ///
    /// [`Fault`] if `hash` is not a PHC string of ours, or there is no memory.
    pub async fn verify(&self, password: &Secret, hash: Option<&str>) -> Result<bool, Fault> {
        const OPERATION: &str = "VerifyPassword";
        let exists = hash.is_some();
        let hash = hash.unwrap_or(NOBODY).to_owned();
        let password = normalized(password);
        let argon2 = self.argon2.clone();
        self.run(OPERATION, move || {
            let hash = PasswordHash::new(&hash).map_err(|it| Fault::never(OPERATION, it))?;
            // The parameters are those of the hash. The comparison takes the same time for every password.
            Ok(argon2.verify_password(password.as_bytes(), &hash).is_ok() && exists)
        })
        .await?
    }

    async fn run<T: Send + 'static>(
        &self,
        operation: &'static str,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Fault> {
        let _place = self
            .places
            .acquire()
            .await
            .map_err(|it| Fault::never(operation, it))?;
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|_| Fault::never(operation, "the hash was not finished"))
    }
}

impl Default for Passwords {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passwords").finish_non_exhaustive()
    }
}

/// Returns the password in the one form that is hashed (NFKC), so that it does not matter which keyboard typed it:
/// NIST SP 800-63B section 3.1.1.2.
pub(crate) fn normalized(password: &Secret) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(password.expose().len() * 2));
    text.extend(password.expose().nfkc());
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::SystemRandom;

    fn secret(text: &str) -> Secret {
        Secret::new(text)
    }

    #[tokio::test]
    async fn a_password_belongs_to_its_own_hash_only() {
        let passwords = Passwords::quick();
        let hash = passwords
            .hash(&secret("analytical engine"), &SystemRandom)
            .await
            .unwrap();
        assert!(
            passwords
                .verify(&secret("analytical engine"), Some(&hash))
                .await
                .unwrap()
        );
        for other in ["analytical engin", "analytical engine ", "Analytical engine", ""] {
            assert!(
                !passwords.verify(&secret(other), Some(&hash)).await.unwrap(),
                "{other}"
            );
        }
    }

    #[tokio::test]
    async fn equal_passwords_have_different_hashes() {
        let passwords = Passwords::quick();
        let one = passwords
            .hash(&secret("analytical engine"), &SystemRandom)
            .await
            .unwrap();
        let two = passwords
            .hash(&secret("analytical engine"), &SystemRandom)
            .await
            .unwrap();
        assert_ne!(one, two);
    }

    #[tokio::test]
    async fn one_password_typed_on_two_keyboards_is_the_same() {
        let passwords = Passwords::quick();
        // é as one character and as e with an accent; a ligature; full-width digits.
        let hash = passwords
            .hash(&secret("caf\u{e9} \u{fb01}ne \u{ff11}\u{ff12}"), &SystemRandom)
            .await
            .unwrap();
        assert!(
            passwords
                .verify(&secret("cafe\u{301} fine 12"), Some(&hash))
                .await
                .unwrap()
        );
    }

    #[tokio::test]
    async fn nobody_has_no_password() {
        assert!(
            !Passwords::new()
                .verify(&secret("analytical engine"), None)
                .await
                .unwrap()
        );
    }

    #[tokio::test]
    async fn a_stored_hash_that_does_not_parse_is_our_fault() {
        let passwords = Passwords::quick();
        assert!(passwords.verify(&secret("x"), Some("plain text")).await.is_err());
    }

    #[test]
    fn nobody_costs_what_everybody_costs() {
        let hash = PasswordHash::new(NOBODY).unwrap();
        let params = Params::try_from(&hash).unwrap();
        assert_eq!(
            (params.m_cost(), params.t_cost(), params.p_cost()),
            (MEMORY_KIB, PASSES, LANES)
        );
        assert_eq!(hash.algorithm, Algorithm::Argon2id.ident());
        assert_eq!(hash.hash.unwrap().as_bytes().len(), HASH_BYTES);
        assert_eq!(hash.salt.unwrap().as_ref().len(), SALT_BYTES);
    }

    #[tokio::test]
    async fn new_hashes_have_the_parameters_of_the_decision() {
        let hash = Passwords::new().hash(&secret("x"), &SystemRandom).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    }
}
