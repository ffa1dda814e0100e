//! Cursors: where the next page of a list begins, as a text that says nothing to the caller.
//!
//! A cursor holds a checksum over its place and over the list it was made for, so that one that was cut, changed
//! or taken from another list, filter or account is refused instead of paging somewhere else. It is not a secret
//! and not a permission: whoever forges one still reads only his own list.

use api::{Problem, ProblemType};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

/// Bytes of the checksum; enough to notice every accident.
const CHECKSUM_BYTES: usize = 8;

/// Longest cursor that is looked at, in characters. A place is a key of a few dozen bytes.
const MAX_CHARS: usize = 1024;

/// Returns the cursor for `place` in the list that `scope` names: the account, the list and its filters.
///
/// # Panics
///
/// If `place` has a map with keys that are not strings.
#[must_use]
pub fn encode(scope: &str, place: &impl Serialize) -> String {
    let place = serde_json::to_vec(place).expect("a place has string keys");
    let mut bytes = checksum(scope, &place).to_vec();
    bytes.extend_from_slice(&place);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Returns the place that [`encode`] put into a cursor.
///
/// # Errors
///
/// `invalid-cursor` for every text that [`encode`] did not return for the same scope.
pub fn decode<T: DeserializeOwned>(scope: &str, cursor: &str) -> Result<T, Problem> {
    let place = || {
        let bytes = (cursor.len() <= MAX_CHARS)
            .then(|| URL_SAFE_NO_PAD.decode(cursor).ok())
            .flatten()?;
        let (sum, place) = bytes.split_at_checked(CHECKSUM_BYTES)?;
        (checksum(scope, place) == sum)
            .then(|| serde_json::from_slice(place).ok())
            .flatten()
    };
    place().ok_or_else(|| Problem::new(ProblemType::InvalidCursor))
}

fn checksum(scope: &str, place: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let mut hash = Sha256::new();
    hash.update((scope.len() as u64).to_be_bytes());
    hash.update(scope);
    hash.update(place);
    let digest = hash.finalize();
    std::array::from_fn(|at| digest[at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_for_the_same_list() {
        let cursor = encode("ada/all", &("x", 7));
        assert_eq!(
            decode::<(String, u32)>("ada/all", &cursor).unwrap(),
            ("x".to_owned(), 7)
        );
    }

    #[test]
    fn any_other_text_is_refused() {
        let cursor = encode("ada/all", &("x", 7));
        let refused = |scope: &str, text: &str| {
            let error = decode::<(String, u32)>(scope, text).unwrap_err();
            assert_eq!(error.kind(), ProblemType::InvalidCursor, "{text}");
        };
        refused("bob/all", &cursor);
        refused("ada/smiling", &cursor);
        refused("ada/all", &cursor[1..]);
        refused("ada/all", &format!("{cursor}A"));
        for text in ["", "x", "%%%", "AAAAAAAAAAAAAAAAAAAA", &"A".repeat(100_000)] {
            refused("ada/all", text);
        }
        for at in 0..cursor.len() {
            let mut bytes = cursor.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            refused("ada/all", std::str::from_utf8(&bytes).unwrap());
        }
    }
}
