//! Failures made on purpose, so that a test can see what retries do.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use crate::invoke::FailInvocation;

/// Which invocations are to fail without being made.
#[derive(Default)]
pub(crate) struct Faults {
    hook: Option<FailInvocation>,
    functions: Mutex<BTreeMap<String, Function>>,
}

#[derive(Default)]
struct Function {
    attempts: u64,
    to_fail: u64,
}

impl Faults {
    pub(crate) fn new(hook: Option<FailInvocation>) -> Self {
        Self {
            hook,
            functions: Mutex::default(),
        }
    }

    /// Lets the next `n` invocations of the function fail.
    pub(crate) fn fail_next(&self, logical_id: &str, n: u64) {
        let mut functions = self.functions.lock().unwrap_or_else(PoisonError::into_inner);
        functions.entry(logical_id.to_owned()).or_default().to_fail = n;
    }

    /// Counts an attempt, and tells whether it is to fail.
    pub(crate) fn strikes(&self, logical_id: &str) -> bool {
        let attempt = {
            let mut functions = self.functions.lock().unwrap_or_else(PoisonError::into_inner);
            let function = functions.entry(logical_id.to_owned()).or_default();
            function.attempts += 1;
            if let Some(left) = function.to_fail.checked_sub(1) {
                function.to_fail = left;
                return true;
            }
            function.attempts
        };
        self.hook.as_ref().is_some_and(|fails| fails(logical_id, attempt))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn the_hook_sees_the_number_of_the_attempt() {
        let faults = Faults::new(Some(Arc::new(|id, attempt| id == "F" && attempt < 3)));
        assert_eq!([(); 4].map(|()| faults.strikes("F")), [true, true, false, false]);
        assert!(!faults.strikes("G"));
    }
}
