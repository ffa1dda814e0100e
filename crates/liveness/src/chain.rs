//! The chain that binds frames to a challenge and to their order.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// A link: SHA-256 of the link before ‖ index ‖ the frame's SHA-256 ‖ the challenge's id.
///
/// The index is four bytes, big endian; the id is the UUID's 16 bytes. The first link's predecessor is 32 zero
/// bytes. Who has the last link and the frames can tell that none was changed, left out, moved or taken from another
/// challenge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link(pub [u8; 32]);

impl Link {
    /// Where every chain begins.
    pub const START: Self = Self([0; 32]);

    /// Returns the link after this one.
    #[must_use]
    pub fn next(self, index: u32, frame_sha256: &[u8; 32], challenge: Uuid) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(self.0);
        hasher.update(index.to_be_bytes());
        hasher.update(frame_sha256);
        hasher.update(challenge.as_bytes());
        Self(hasher.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHALLENGE: Uuid = Uuid::from_u128(7);

    fn chain(frames: &[[u8; 32]], challenge: Uuid) -> Link {
        (0..).zip(frames).fold(Link::START, |link, (index, frame)| {
            link.next(index, frame, challenge)
        })
    }

    #[test]
    fn the_first_link_is_the_hash_of_its_84_bytes() {
        let mut bytes = vec![0; 32];
        bytes.extend([0, 0, 0, 0]);
        bytes.extend([9; 32]);
        bytes.extend(CHALLENGE.as_bytes());
        assert_eq!(bytes.len(), 84);
        let expected: [u8; 32] = Sha256::digest(&bytes).into();
        assert_eq!(Link::START.next(0, &[9; 32], CHALLENGE), Link(expected));
    }

    #[test]
    fn a_changed_left_out_moved_or_foreign_frame_changes_the_end() {
        let end = chain(&[[1; 32], [2; 32], [3; 32]], CHALLENGE);
        assert_ne!(end, chain(&[[1; 32], [4; 32], [3; 32]], CHALLENGE));
        assert_ne!(end, chain(&[[1; 32], [3; 32]], CHALLENGE));
        assert_ne!(end, chain(&[[2; 32], [1; 32], [3; 32]], CHALLENGE));
        assert_ne!(end, chain(&[[1; 32], [2; 32], [3; 32]], Uuid::from_u128(8)));
        assert_eq!(end, chain(&[[1; 32], [2; 32], [3; 32]], CHALLENGE));
    }
}
