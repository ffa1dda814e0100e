//! How a frame looks.
//!
//! | bytes | |
//! |---|---|
//! | 4 | [`MAGIC`] |
//! | 4 | length of the payload |
//! | 8 | number of the frame, from 0 |
//! | 4 | CRC-32 of the payload |
//! | 4 | CRC-32 of the 20 bytes above, begun with the file's own id |
//! | … | payload: changes, one after the other; nothing in a seal |
//!
//! The id keeps blocks that the disk once held for another file from passing for frames of this one.

use crate::codec::{Put, Take};

pub(super) const MAGIC: [u8; 4] = *b"VFr\xA7";

pub(super) const PREFIX_BYTES: usize = 24;

/// Largest payload: far above any commit, far below what would be trouble to read.
pub(crate) const MAX_PAYLOAD_BYTES: usize = 256 << 20;

/// The beginning of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Prefix {
    pub(super) payload_bytes: u32,
    pub(super) number: u64,
    pub(super) payload_crc: u32,
}

impl Prefix {
    pub(super) fn encode(self, file: &[u8; 16]) -> [u8; PREFIX_BYTES] {
        let mut bytes = Vec::with_capacity(PREFIX_BYTES);
        bytes.put(&MAGIC);
        bytes.put_u32(self.payload_bytes);
        bytes.put_u64(self.number);
        bytes.put_u32(self.payload_crc);
        bytes.put_u32(prefix_crc(file, &bytes));
        let mut prefix = [0; PREFIX_BYTES];
        prefix.copy_from_slice(&bytes);
        prefix
    }

    /// `None` if the bytes are no beginning of a frame of this file.
    pub(super) fn decode(file: &[u8; 16], bytes: &[u8; PREFIX_BYTES]) -> Option<Self> {
        let mut from = Take(bytes);
        let magic = from.array().ok()?;
        let prefix = Self {
            payload_bytes: from.u32().ok()?,
            number: from.u64().ok()?,
            payload_crc: from.u32().ok()?,
        };
        let crc = from.u32().ok()?;
        let good = magic == MAGIC
            && crc == prefix_crc(file, &bytes[..PREFIX_BYTES - 4])
            && prefix.payload_bytes as usize <= MAX_PAYLOAD_BYTES;
        good.then_some(prefix)
    }
}

fn prefix_crc(file: &[u8; 16], bytes: &[u8]) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    crc.update(file);
    crc.update(bytes);
    crc.finalize()
}
