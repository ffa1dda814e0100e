//! Calling functions: timeouts, panics, payload limits and failures made on purpose.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use aws_wire::Clock;
use futures::future::BoxFuture;
use jiff::Timestamp;
use serde_json::Value;

use crate::{faults::Faults, tasks::Tasks};

/// Largest event and largest answer of a synchronous invocation, in bytes: 6 MB.
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
pub(crate) const MAX_PAYLOAD_BYTES: usize = 6 * 1024 * 1024;

/// A function as the stack sees it: JSON in, JSON out.
pub type Invoke =
    Arc<dyn Fn(Value, InvocationContext) -> BoxFuture<'static, Result<Value, InvokeFailure>> + Send + Sync>;

/// What a function is told about one invocation.
#[derive(Debug, Clone)]
pub struct InvocationContext {
    /// Identifier of the invocation.
    pub request_id: String,
    /// ARN of the function; empty in a call that no stack made.
    pub function_arn: String,
    /// When the invocation is cut off, if ever.
    pub deadline: Option<Timestamp>,
}

impl InvocationContext {
    /// A call from outside any stack, without a deadline.
    pub fn new(request_id: impl Into<String>) -> Self {
        Self {
            request_id: request_id.into(),
            function_arn: String::new(),
            deadline: None,
        }
    }
}

/// An invocation that ended without an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}: {message}")]
pub struct InvokeFailure {
    /// Class of the failure, e.g. `Unhandled`.
    pub kind: String,
    /// What happened, for the log of whoever runs the function.
    pub message: String,
}

impl InvokeFailure {
    /// A failure of the class `kind`.
    pub fn new(kind: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            kind: kind.into(),
            message: message.into(),
        }
    }
}

/// Whether the given attempt (1, 2, …) of a function, by logical id, is to fail without being made.
pub type FailInvocation = Arc<dyn Fn(&str, u64) -> bool + Send + Sync>;

/// One function that can be called.
pub(crate) struct Hosted {
    pub(crate) arn: String,
    pub(crate) timeout: Duration,
    pub(crate) invoke: Invoke,
}

/// Every function of the stack, by logical id.
pub(crate) struct Functions {
    hosted: BTreeMap<String, Hosted>,
    clock: Arc<dyn Clock>,
    pub(crate) faults: Faults,
    tasks: Tasks,
}

/// How an invocation went.
#[derive(Debug)]
pub(crate) struct Invoked {
    pub(crate) request_id: String,
    pub(crate) result: Result<Value, InvokeFailure>,
}

impl std::fmt::Debug for Functions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Functions")
            .field("hosted", &self.hosted.keys())
            .finish_non_exhaustive()
    }
}

impl Functions {
    pub(crate) fn new(hosted: BTreeMap<String, Hosted>, clock: Arc<dyn Clock>, faults: Faults) -> Self {
        Self {
            hosted,
            clock,
            faults,
            tasks: Tasks::default(),
        }
    }

    pub(crate) fn arn(&self, logical_id: &str) -> Option<&str> {
        self.hosted.get(logical_id).map(|it| it.arn.as_str())
    }

    /// Calls the function. It runs to its end even if whoever waits for it stops waiting, as on Lambda.
    #[tracing::instrument(skip_all, fields(function = logical_id))]
    pub(crate) async fn invoke(&self, logical_id: &str, event: Value) -> Invoked {
        let request_id = uuid::Uuid::new_v4().to_string();
        let result = self.run(logical_id, event, &request_id).await;
        if let Err(failure) = &result {
            tracing::error!(request.id = request_id, failure.kind, "the invocation failed");
        }
        Invoked { request_id, result }
    }

    async fn run(&self, logical_id: &str, event: Value, request_id: &str) -> Result<Value, InvokeFailure> {
        let function = self.hosted.get(logical_id).ok_or_else(|| {
            InvokeFailure::new("ResourceNotFoundException", format!("{logical_id} is not here"))
        })?;
        if self.faults.strikes(logical_id) {
            return Err(InvokeFailure::new(
                "InjectedFault",
                "the stack was asked to fail this invocation",
            ));
        }
        let deadline = self.clock.now().checked_add(function.timeout).ok();
        let context = InvocationContext {
            request_id: request_id.to_owned(),
            function_arn: function.arn.clone(),
            deadline,
        };
        let (call, timeout) = (Arc::clone(&function.invoke), function.timeout);
        // The call itself is inside the task, too: a function may panic before its first await.
        let running = self.tasks.spawn(async move {
            tokio::time::timeout(timeout, async move { call(event, context).await })
                .await
                .unwrap_or_else(|_| {
                    let message = format!("Task timed out after {:.2} seconds", timeout.as_secs_f64());
                    Err(InvokeFailure::new("Sandbox.Timedout", message))
                })
        });
        let answer = running
            .await
            .map_err(|_| InvokeFailure::new("Runtime.ExitError", "the function panicked"))??;
        if MAX_PAYLOAD_BYTES < answer.to_string().len() {
            return Err(InvokeFailure::new(
                "Function.ResponseSizeTooLarge",
                "the answer has more than 6 MB",
            ));
        }
        Ok(answer)
    }

    /// Waits for running invocations, at most `patience`, and ends the others.
    pub(crate) async fn stop(&self, patience: Duration) {
        self.tasks.stop(patience).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_wire::SystemClock;
    use futures::FutureExt as _;
    use serde_json::json;

    fn functions(invoke: Invoke) -> Functions {
        let hosted = Hosted {
            arn: "arn:f".into(),
            timeout: Duration::from_millis(50),
            invoke,
        };
        Functions::new(
            BTreeMap::from([("F".to_owned(), hosted)]),
            Arc::new(SystemClock),
            Faults::default(),
        )
    }

    #[tokio::test]
    async fn an_answer_comes_back_with_a_request_id_and_the_function_knows_its_deadline() {
        let functions = functions(Arc::new(|event, context| {
            async move { Ok(json!({"event": event, "arn": context.function_arn, "deadline": context.deadline.is_some()})) }
                .boxed()
        }));
        let invoked = functions.invoke("F", json!(1)).await;
        assert_eq!(
            invoked.result.unwrap(),
            json!({"event": 1, "arn": "arn:f", "deadline": true})
        );
        assert!(!invoked.request_id.is_empty());
    }

    #[tokio::test]
    async fn a_timeout_a_panic_and_a_stranger_are_failures() {
        let slow = functions(Arc::new(|_, _| futures::future::pending().boxed()));
        assert_eq!(
            slow.invoke("F", json!(1)).await.result.unwrap_err().kind,
            "Sandbox.Timedout"
        );
        let panics = functions(Arc::new(|_, _| panic!("on purpose")));
        assert_eq!(
            panics.invoke("F", json!(1)).await.result.unwrap_err().kind,
            "Runtime.ExitError"
        );
        assert_eq!(
            panics.invoke("G", json!(1)).await.result.unwrap_err().kind,
            "ResourceNotFoundException"
        );
    }

    #[tokio::test]
    async fn an_answer_of_more_than_six_megabytes_is_a_failure() {
        let long = functions(Arc::new(|_, _| {
            async { Ok(json!("x".repeat(MAX_PAYLOAD_BYTES))) }.boxed()
        }));
        assert_eq!(
            long.invoke("F", json!(1)).await.result.unwrap_err().kind,
            "Function.ResponseSizeTooLarge"
        );
    }

    #[tokio::test]
    async fn failures_on_purpose_are_counted_down() {
        let functions = functions(Arc::new(|_, _| async { Ok(json!(1)) }.boxed()));
        functions.faults.fail_next("F", 2);
        for expected in [false, false, true] {
            assert_eq!(functions.invoke("F", json!(1)).await.result.is_ok(), expected);
        }
    }
}
