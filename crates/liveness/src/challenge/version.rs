//! The version of the stored form.

use serde::{Deserialize, Serialize};

/// The version of the stored form: 1. Another one is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub(super) struct Version;

/// A stored challenge of a version that this code does not know.
#[derive(Debug, thiserror::Error)]
#[error("a stored challenge of version {0}")]
pub(super) struct UnknownVersion(u8);

impl TryFrom<u8> for Version {
    type Error = UnknownVersion;

    fn try_from(number: u8) -> Result<Self, UnknownVersion> {
        if number == 1 {
            Ok(Self)
        } else {
            Err(UnknownVersion(number))
        }
    }
}

impl From<Version> for u8 {
    fn from(_: Version) -> Self {
        1
    }
}
