//! `Idempotency-Key`: a name the caller gives to a request, so that repeating it is harmless.

use std::fmt;

use api::Problem;
use http::HeaderMap;
use sha2::{Digest, Sha256};

/// Longest key, in characters. Chosen; a UUID has 36.
const MAX_CHARS: usize = 128;

const HEADER: &str = "idempotency-key";

/// A key the caller chose. It is stored as a hash only: a caller may put anything in it.
#[derive(Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    pub(crate) fn from_headers(headers: &HeaderMap) -> Result<Option<Self>, Problem> {
        let mut values = headers.get_all(HEADER).iter();
        let Some(value) = values.next() else {
            return Ok(None);
        };
        let well_formed = value.as_bytes().iter().all(u8::is_ascii_graphic)
            && (1..=MAX_CHARS).contains(&value.len())
            && values.next().is_none();
        match value.to_str() {
            Ok(text) if well_formed => Ok(Some(Self(text.to_owned()))),
            _ => Err(Problem::invalid(
                "Idempotency-Key",
                "must be 1 to 128 visible ASCII characters, given once",
            )),
        }
    }

    /// Returns what to store: the SHA-256, in hexadecimal, of the key and of `scope`, which names the account
    /// and the operation, so that two callers' equal keys differ.
    #[must_use]
    pub fn digest(&self, scope: &[&str]) -> String {
        digest(scope.iter().copied().chain([self.0.as_str()]))
    }
}

impl fmt::Debug for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdempotencyKey").finish_non_exhaustive()
    }
}

fn digest<'a>(parts: impl Iterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        // Lengths keep ("ab", "c") and ("a", "bc") apart.
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hex::encode(hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(values: &[&str]) -> Result<Option<IdempotencyKey>, Problem> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(HEADER, value.parse().unwrap());
        }
        IdempotencyKey::from_headers(&headers)
    }

    #[test]
    fn a_key_is_optional_and_bounded() {
        assert_eq!(parse(&[]).unwrap(), None);
        assert!(parse(&["4a3e1bd0-6f5c"]).unwrap().is_some());
        for values in [&[""][..], &["a b"], &["ä"], &["a", "b"], &[&"x".repeat(129)]] {
            parse(values).unwrap_err();
        }
    }

    #[test]
    fn the_same_key_of_another_caller_is_another_key() {
        let key = parse(&["k"]).unwrap().unwrap();
        assert_eq!(key.digest(&["ada", "uploads"]), key.digest(&["ada", "uploads"]));
        assert_ne!(key.digest(&["ada", "uploads"]), key.digest(&["bob", "uploads"]));
        assert_ne!(key.digest(&["ab", "c"]), key.digest(&["a", "bc"]));
        assert_eq!(key.digest(&[]).len(), 64);
    }
}
