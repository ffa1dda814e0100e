//! How a failure of a service behind a capability is spoken of, without naming the service.

/// A failure of the service behind a capability: nothing the caller's input could have avoided.
///
/// What a caller may branch on is a variant of the capability's own error; everything else is a fault.
#[derive(Debug, thiserror::Error)]
#[error("{operation} failed")]
pub struct Fault {
    /// Capability that failed, for example `CreateUser`.
    pub operation: &'static str,
    /// Whether repeating the same call later can succeed.
    pub retry: Retry,
    /// What the backing service reported.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

impl Fault {
    /// Returns a fault that can pass: throttling, a timeout, an unreachable service.
    pub fn later(
        operation: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self {
            operation,
            retry: Retry::Later,
            source: source.into(),
        }
    }

    /// Returns a fault that stays: a denied call, a missing table, a stored row that does not parse.
    pub fn never(
        operation: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self {
            operation,
            retry: Retry::Never,
            source: source.into(),
        }
    }
}

/// Whether repeating a failed call can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// The same call may succeed later.
    Later,
    /// The same call fails until somebody changes something.
    Never,
}
