//! One-time passwords: what an account has until its owner chooses a password of his own.

use api::wire::Secret;
use domain::Fault;
use zeroize::Zeroizing;

use crate::capabilities::Random;

/// Characters of a one-time password: 32, so that a byte's lowest five bits choose one, and none that is taken for
/// another when it is copied from a screen.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// Characters of a one-time password: 20 of 32 are 100 bits.
const N_CHARS: usize = 20;
/// Characters between two hyphens.
const GROUP: usize = 5;

/// Makes a one-time password.
///
/// # Errors
///
/// [`Fault`] if there is no randomness.
pub fn one_time_password(random: &impl Random) -> Result<Secret, Fault> {
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
