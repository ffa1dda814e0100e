//! What AWS services have in common on the wire, seen from the server's side.
//!
//! - [`Verifier`]: is this request signed (Signature Version 4, in the `Authorization` header) by a key we know?
//! - [`scope_service`]: which service does it mean? All services share one port, so the credential scope decides.
//! - [`AwsError`] and [`Protocol`]: an error, and the envelope in which each protocol carries it.
//! - [`loopback_host`]: does the request come for this machine by name? (A page on the web cannot fake that.)
//!
//! Not here: S3's presigned and chunked signatures, which its server checks itself with the same [`Credentials`],
//! and everything that only one service does.

mod clock;
mod error;
mod host;
mod protocol;
mod sigv4;

pub use clock::{Clock, StoppedClock, SystemClock};
pub use error::AwsError;
pub use host::loopback_host;
pub use protocol::{Protocol, request_id};
pub use sigv4::{Caller, Credentials, Verifier, scope_refusal, scope_service};
