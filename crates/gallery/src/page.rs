//! Lists in pieces.
//!
//! A token says after which item the next page begins, not at which number: whatever is added or removed between two
//! pages, no item that was there all the time is missed or comes twice.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::codec::{Put, Take};
use crate::error::Error;

/// Part of a list, in the list's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The items; fewer than asked for only at the end of the list.
    pub items: Vec<T>,
    /// Where to continue; `None` at the end of the list.
    pub next: Option<PageToken>,
}

/// Where a list continues. Opaque; 48 letters, digits, hyphens and underscores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageToken(String);

impl PageToken {
    /// Takes what a caller sent back. What it is worth turns out where it is used.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// What to send to a caller.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What is being listed. A token for one list is no token for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct List([u8; 16]);

const POSITION_BYTES: usize = 16;
const CRC_BYTES: usize = 4;

impl List {
    /// Of `kind`, with everything that decides which items it has.
    pub(crate) fn new<'a>(kind: &str, filter: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut hash = Sha256::new_with_prefix(kind);
        for part in filter {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        let digest: [u8; 32] = hash.finalize().into();
        let mut id = [0; 16];
        id.copy_from_slice(&digest[..16]);
        Self(id)
    }

    fn token(self, position: u128) -> PageToken {
        let mut bytes = Vec::new();
        bytes.put(&self.0);
        bytes.put(&position.to_le_bytes());
        bytes.put_u32(crc32fast::hash(&bytes));
        PageToken(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The position after which `token` continues this list.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidPageToken`] if it is no token, or one of another list.
    pub(crate) fn position(self, token: &PageToken) -> Result<u128, Error> {
        let position = || {
            let bytes = URL_SAFE_NO_PAD.decode(&token.0).ok()?;
            let (signed, _) = bytes.split_last_chunk::<CRC_BYTES>()?;
            let mut from = Take(&bytes);
            let list = Self(from.array().ok()?);
            let position = from.array::<POSITION_BYTES>().map(u128::from_le_bytes).ok()?;
            let crc = from.u32().ok()?;
            (from.is_empty() && list == self && crc == crc32fast::hash(signed)).then_some(position)
        };
        position().ok_or(Error::InvalidPageToken)
    }

    /// Takes up to `limit` of `items`, which come with their positions, ascending.
    pub(crate) fn page<T>(self, mut items: impl Iterator<Item = (u128, T)>, limit: usize) -> Page<T> {
        let mut taken = Vec::new();
        let mut last = None;
        for (position, item) in items.by_ref().take(limit) {
            taken.push(item);
            last = Some(position);
        }
        let next = items.next().and(last).map(|it| self.token(it));
        Page { items: taken, next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(kind: &str) -> List {
        List::new(kind, [])
    }

    #[test]
    fn pages_follow_each_other_until_there_are_none() {
        let items = |after: u128| (1..=5_u128).filter(move |it| after < *it).map(|it| (it, it * 10));
        let first = list("x").page(items(0), 2);
        assert_eq!(first.items, [10, 20]);
        let after = list("x").position(&first.next.unwrap()).unwrap();
        let second = list("x").page(items(after), 3);
        assert_eq!((second.items, second.next), (vec![30, 40, 50], None));
    }

    #[test]
    fn a_token_of_another_list_is_refused() {
        let token = list("x").token(1);
        assert!(matches!(list("y").position(&token), Err(Error::InvalidPageToken)));
        let filtered = List::new("x", [&b"ada"[..]]);
        assert!(matches!(filtered.position(&token), Err(Error::InvalidPageToken)));
    }

    #[test]
    fn a_token_that_was_changed_is_refused() {
        let token = list("x").token(1);
        assert_eq!(token.as_str().len(), 48);
        for i in 0..token.as_str().len() {
            let mut text = token.as_str().as_bytes().to_vec();
            text[i] = if text[i] == b'A' { b'B' } else { b'A' };
            let changed = PageToken::new(String::from_utf8(text).unwrap());
            assert!(
                matches!(list("x").position(&changed), Err(Error::InvalidPageToken)),
                "{i}"
            );
        }
        for text in ["", "x", "é", &"A".repeat(1000)] {
            assert!(matches!(
                list("x").position(&PageToken::new(text)),
                Err(Error::InvalidPageToken)
            ));
        }
    }
}
