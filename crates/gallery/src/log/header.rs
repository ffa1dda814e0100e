//! How a file begins.
//!
//! | bytes | |
//! |---|---|
//! | 8 | magic |
//! | 4 | [`FORMAT`] |
//! | 4 | length of the rest |
//! | 4 | CRC-32 of the rest |
//! | … | id of the file, id of the collection's listing place, name, model, dimension, time of creation |

use std::io;

use jiff::Timestamp;
use uuid::Uuid;

use super::frame::{MAX_PAYLOAD_BYTES, Prefix};
use crate::codec::{Malformed, Put, Take};
use crate::embedding::Model;
use crate::error::Fault;
use crate::names::CollectionId;

/// Version of the format of everything in a file.
pub(crate) const FORMAT: u32 = 1;

const MAGIC: [u8; 8] = *b"VGallery";

/// Bytes before the part whose length they tell.
pub(super) const PREFIX_BYTES: usize = 20;

/// Longest header that can be: names have at most 255 bytes.
pub(super) const MAX_BODY_BYTES: usize = 4096;

/// Whose file it is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Header {
    /// Of this very file: another one when the log is rewritten.
    pub(crate) file: Uuid,
    /// Of the collection, as long as it lives; places it in listings and names its file.
    pub(crate) serial: Uuid,
    pub(crate) collection: CollectionId,
    pub(crate) model: Model,
    /// To the microsecond.
    pub(crate) created_at: Timestamp,
}

/// Beginning of a header.
pub(super) struct HeaderPrefix {
    pub(super) format: u32,
    pub(super) body_bytes: usize,
    pub(super) body_crc: u32,
}

impl HeaderPrefix {
    pub(super) fn decode(bytes: &[u8; PREFIX_BYTES]) -> Result<Self, Malformed> {
        let mut from = Take(bytes);
        if from.array()? != MAGIC {
            return Err(Malformed("the file does not begin as a collection's"));
        }
        Ok(Self {
            format: from.u32()?,
            body_bytes: from.u32()? as usize,
            body_crc: from.u32()?,
        })
    }
}

impl Header {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut body = Vec::new();
        body.put_uuid(self.file);
        body.put_uuid(self.serial);
        body.put_text(self.collection.as_str());
        body.put_text(self.model.name());
        body.put_len(self.model.dimension());
        body.put_i64(self.created_at.as_microsecond());

        let mut bytes = Vec::new();
        bytes.put(&MAGIC);
        bytes.put_u32(FORMAT);
        bytes.put_len(body.len());
        bytes.put_u32(crc32fast::hash(&body));
        bytes.put(&body);
        bytes
    }

    pub(super) fn decode(body: &[u8], crc: u32) -> Result<Self, Malformed> {
        if crc32fast::hash(body) != crc {
            return Err(Malformed("the checksum of the header is wrong"));
        }
        let from = &mut Take(body);
        Ok(Self {
            file: from.uuid()?,
            serial: from.uuid()?,
            collection: CollectionId::parse(from.text()?)
                .map_err(|_| Malformed("a collection id breaks its rule"))?,
            model: {
                let name = from.text()?;
                Model::new(name, from.u32()? as usize).map_err(|_| Malformed("a model breaks its rule"))?
            },
            created_at: Timestamp::from_microsecond(from.i64()?)
                .map_err(|_| Malformed("a time is out of range"))?,
        })
    }

    /// The bytes of a frame of this file.
    pub(super) fn frame(&self, number: u64, payload: &[u8]) -> Result<Vec<u8>, Fault> {
        if MAX_PAYLOAD_BYTES < payload.len() {
            return Err(Fault::new("appending to a log")(io::Error::from(
                io::ErrorKind::FileTooLarge,
            )));
        }
        let prefix = Prefix {
            payload_bytes: payload.len() as u32,
            number,
            payload_crc: crc32fast::hash(payload),
        };
        Ok([&prefix.encode(self.file.as_bytes())[..], payload].concat())
    }
}
