//! Uploads.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Body of `POST /uploads`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateUploadRequest {
    /// Type of the photo; the upload must have it.
    pub content_type: ImageContentType,
    /// Size of the photo in bytes; the upload must have exactly this size.
    #[schemars(range(min = 1, max = 15_728_640))]
    pub size_bytes: u64,
    /// SHA-256 of the photo, in lower-case hexadecimal; the upload must have it.
    #[serde(default)]
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    pub sha256: Option<String>,
}

/// Types of photos.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ImageContentType {
    /// JPEG.
    #[serde(rename = "image/jpeg")]
    Jpeg,
    /// PNG.
    #[serde(rename = "image/png")]
    Png,
}

impl ImageContentType {
    /// Media type.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }
}

/// A place for one photo, and how to put it there.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Upload {
    /// Identifier for `POST /analyses`.
    #[schemars(extend("format" = "uuid"))]
    pub upload_id: String,
    /// Where to send the photo; contains a signature, so it is nobody else's business.
    #[schemars(extend("format" = "uri"))]
    pub url: String,
    /// Method to send it with.
    pub method: UploadMethod,
    /// Headers to send with it, exactly as they are.
    pub headers: BTreeMap<String, String>,
    /// Until when `url` works.
    #[schemars(extend("format" = "date-time"))]
    pub expires_at: String,
}

opaque_debug!(Upload);

/// Method of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum UploadMethod {
    /// The body is the photo.
    Put,
}
