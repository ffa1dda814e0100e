//! Why a handler did not answer.

use api::{Problem, ProblemType};
use domain::{Fault, Retry};
use http::HeaderName;

/// Seconds after which a caller should try again when a service behind us is busy. Chosen, not measured.
const RETRY_AFTER_S: u32 = 3;

/// Why a handler did not answer: the problem for the caller, and for us the fault behind it.
///
/// `?` turns a [`Fault`] into `busy` or `internal`; the fault is logged once, where the answer is made.
#[derive(Debug)]
pub struct Failure {
    pub(crate) problem: Problem,
    pub(crate) fault: Option<Fault>,
    pub(crate) cookies: Vec<String>,
    pub(crate) headers: Vec<(HeaderName, String)>,
}

impl Failure {
    /// Sends a cookie with the problem.
    #[must_use]
    pub fn with_cookie(mut self, cookie: String) -> Self {
        self.cookies.push(cookie);
        self
    }

    /// Sends headers with the problem.
    #[must_use]
    pub(crate) fn with_headers(mut self, headers: impl IntoIterator<Item = (HeaderName, String)>) -> Self {
        self.headers.extend(headers);
        self
    }

    /// Problem the caller sees.
    #[must_use]
    pub const fn problem(&self) -> &Problem {
        &self.problem
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self {
            problem,
            fault: None,
            cookies: Vec::new(),
            headers: Vec::new(),
        }
    }
}

impl From<ProblemType> for Failure {
    fn from(kind: ProblemType) -> Self {
        Problem::new(kind).into()
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        let problem = match fault.retry {
            Retry::Later => Problem::new(ProblemType::Busy).retry_after(RETRY_AFTER_S),
            Retry::Never => Problem::new(ProblemType::Internal),
        };
        Self {
            problem,
            fault: Some(fault),
            cookies: Vec::new(),
            headers: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_that_passes_is_busy_and_one_that_stays_is_internal() {
        let later = Failure::from(Fault::later("GetUser", "throttled"));
        assert_eq!(later.problem.kind(), ProblemType::Busy);
        assert_eq!(later.problem.retry_after_s(), Some(RETRY_AFTER_S));
        let never = Failure::from(Fault::never("GetUser", "denied"));
        assert_eq!(never.problem.kind(), ProblemType::Internal);
        assert!(!never.problem.document("x").to_string().contains("denied"));
    }
}
