//! A function: an event in, an answer out.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use api::ProblemType;
use domain::{Fault, Retry};
use futures::future::BoxFuture;
use serde_json::Value;

use crate::{
    Clock, Failure, Invocation, Response, Router,
    event::HttpEvent,
    metrics::Measured,
    panics,
    records::{self, Outcome, Record, Remembered},
    router::{Routed, Table},
};

/// Member of an event that makes it a direct call: no event of AWS has it.
const ACTION: &str = "visavisAction";

type Direct = Arc<dyn Fn(Value) -> BoxFuture<'static, Result<Value, Failure>> + Send + Sync>;
type OnRecord = Arc<dyn Fn(Record) -> BoxFuture<'static, Outcome> + Send + Sync>;

/// A function of the suite, ready to be called.
pub struct Function {
    kind: Kind,
    direct: BTreeMap<&'static str, Direct>,
    warm: AtomicBool,
    metrics: Option<(String, Arc<dyn Clock>)>,
}

enum Kind {
    Http(Table),
    Records { handler: OnRecord, done: Remembered },
}

/// An invocation that has no answer: the event was not for this function, or a direct call failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct InvokeError {
    /// Kind of the error, as Lambda reports it.
    pub error_type: &'static str,
    /// What happened, without anything the event carried.
    pub message: String,
}

impl InvokeError {
    fn new(error_type: &'static str, message: impl Into<String>) -> Self {
        Self {
            error_type,
            message: message.into(),
        }
    }
}

/// The answer to an invocation, and what is said about it in the log.
type Ended = (Result<Value, InvokeError>, Summary);

/// What is said about an invocation in the log.
#[derive(Default)]
struct Summary {
    /// `ok` or a slug: a closed set.
    outcome: &'static str,
    /// Method, pattern of the route, and status, for requests. The path itself may hold names.
    http: Option<(&'static str, &'static str, u16)>,
    /// Records that failed, for batches.
    n_failed: Option<usize>,
}

impl Summary {
    fn of(outcome: &'static str) -> Self {
        Self {
            outcome,
            ..Self::default()
        }
    }
}

impl Function {
    /// Returns a function behind API Gateway.
    #[must_use]
    pub fn http<S: Send + Sync + 'static>(router: Router<S>) -> Self {
        Self::new(Kind::Http(router.into_table()))
    }

    /// Returns a function behind a stream or a queue, which reports the records that failed.
    ///
    /// Records are handled one after the other, in their order.
    #[must_use]
    pub fn records<H, F>(handler: H) -> Self
    where
        H: Fn(Record) -> F + Send + Sync + 'static,
        F: Future<Output = Outcome> + Send + 'static,
    {
        let handler: OnRecord = Arc::new(move |record| Box::pin(handler(record)));
        Self::new(Kind::Records {
            handler,
            done: Remembered::default(),
        })
    }

    /// Adds an action for direct invocations: events with `"visavisAction": name`. Whoever may invoke the function
    /// may call it, so it is guarded by `lambda:InvokeFunction` alone.
    #[must_use]
    pub fn direct<H, F>(mut self, name: &'static str, handler: H) -> Self
    where
        H: Fn(Value) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Value, Failure>> + Send + 'static,
    {
        self.direct
            .insert(name, Arc::new(move |event| Box::pin(handler(event))));
        self
    }

    fn new(kind: Kind) -> Self {
        Self {
            kind,
            direct: BTreeMap::new(),
            warm: AtomicBool::new(false),
            metrics: None,
        }
    }

    /// Writes metrics to standard output under the name of the function.
    pub(crate) fn with_metrics(mut self, function: String, clock: Arc<dyn Clock>) -> Self {
        self.metrics = Some((function, clock));
        self
    }

    /// Answers one event.
    ///
    /// A request always gets an answer: a panic becomes the problem `internal`. A batch gets the list of records
    /// that failed.
    ///
    /// # Errors
    ///
    /// [`InvokeError`] for an event that is neither, and for a direct call that failed.
    pub async fn invoke(&self, event: Value, invocation: Invocation) -> Result<Value, InvokeError> {
        let started = Instant::now();
        let cold_start = !self.warm.swap(true, Ordering::Relaxed);
        let (result, summary) = match (
            event.get(ACTION).and_then(Value::as_str).map(str::to_owned),
            &self.kind,
        ) {
            (Some(action), _) => self.call(&action, event, &invocation).await,
            (None, Kind::Http(table)) => answer(table, event, &invocation).await,
            (None, Kind::Records { handler, done }) => handle(handler, done, event, &invocation).await,
        };
        let duration_ms = started.elapsed().as_secs_f64() * 1000.0;
        tracing::info!(
            request.id = invocation.request_id,
            http.method = summary.http.map(|it| it.0),
            http.route = summary.http.map(|it| it.1),
            http.status = summary.http.map(|it| it.2),
            records.failed = summary.n_failed,
            outcome = summary.outcome,
            duration_ms,
            cold_start,
            "invocation ended"
        );
        if let Some((function, clock)) = &self.metrics {
            let Summary {
                outcome, n_failed, ..
            } = summary;
            Measured {
                function: function.clone(),
                outcome,
                duration_ms,
                cold_start,
                n_failed,
            }
            .write(clock.now());
        }
        result
    }

    async fn call(&self, action: &str, event: Value, invocation: &Invocation) -> Ended {
        let Some(handler) = self.direct.get(action) else {
            let error = InvokeError::new("UnknownAction", "this function has no such action");
            return (Err(error), Summary::of("unknown-action"));
        };
        let failure = match panics::caught(handler(event)).await {
            Ok(Ok(value)) => return (Ok(value), Summary::of("ok")),
            Ok(Err(failure)) => failure,
            Err(panicked) => {
                log_panic(&invocation.request_id, &panicked);
                Failure::from(ProblemType::Internal)
            }
        };
        log_fault(&invocation.request_id, failure.fault.as_ref());
        let kind = failure.problem.kind();
        let document = failure.problem.document(&invocation.request_id);
        let error = InvokeError::new("ActionFailed", document.to_string());
        (Err(error), Summary::of(kind.slug()))
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Function").finish_non_exhaustive()
    }
}

/// Answers an HTTP request.
async fn answer(table: &Table, event: Value, invocation: &Invocation) -> Ended {
    // The error itself would quote the event.
    let Ok(event) = serde_json::from_value::<HttpEvent>(event) else {
        return malformed("the event is not a request from API Gateway (format 2.0)");
    };
    let method = api::Method::parse(&event.request_context.http.method).map_or("other", api::Method::as_str);
    let Routed { route, result } = table.answer(event, invocation).await;
    let result = match result {
        Ok(result) => result,
        Err(panicked) => {
            log_panic(&invocation.request_id, &panicked);
            Err(ProblemType::Internal.into())
        }
    };
    let (response, outcome) = match result {
        Ok(response) => (response, "ok"),
        Err(failure) => {
            log_fault(&invocation.request_id, failure.fault.as_ref());
            let response = Response::problem(&failure.problem, &invocation.request_id);
            let response = failure.cookies.into_iter().fold(response, Response::with_cookie);
            let response = failure
                .headers
                .into_iter()
                .fold(response, |it, (name, value)| it.with_header(name, &value));
            (response, failure.problem.kind().slug())
        }
    };
    let route = route.map_or("none", |it| it.path);
    let summary = Summary {
        http: Some((method, route, response.status().as_u16())),
        ..Summary::of(outcome)
    };
    (Ok(response.into_payload()), summary)
}

/// Handles the records of a batch, one after the other.
async fn handle(handler: &OnRecord, done: &Remembered, event: Value, invocation: &Invocation) -> Ended {
    let records = match records::split(event, invocation) {
        Ok(records) => records,
        Err(bad) => return malformed(bad.to_string()),
    };
    let mut failed = Vec::new();
    for record in records {
        let id = record.id().to_owned();
        if done.contains(&id) {
            continue;
        }
        let outcome = match panics::caught(handler(record)).await {
            Ok(outcome) => outcome,
            Err(panicked) => {
                log_panic(&invocation.request_id, &panicked);
                Outcome::Poison("panic")
            }
        };
        log_record(&invocation.request_id, &id, &outcome);
        if outcome.is_failure() {
            failed.push(id);
        } else {
            done.insert(&id);
        }
    }
    let outcome = if failed.is_empty() { "ok" } else { "records-failed" };
    let summary = Summary {
        n_failed: Some(failed.len()),
        ..Summary::of(outcome)
    };
    (Ok(records::answer(&failed)), summary)
}

fn malformed(message: impl Into<String>) -> Ended {
    let error = InvokeError::new("MalformedEvent", message);
    (Err(error), Summary::of("malformed-event"))
}

fn log_panic(request_id: &str, panicked: &panics::Panicked) {
    tracing::error!(
        request.id = request_id,
        panic.place = panicked.place,
        "handler panicked"
    );
}

fn log_fault(request_id: &str, fault: Option<&Fault>) {
    let Some(fault) = fault else { return };
    let chain = chain(fault);
    match fault.retry {
        Retry::Later => tracing::warn!(
            request.id = request_id,
            operation = fault.operation,
            chain,
            "service is busy"
        ),
        Retry::Never => tracing::error!(
            request.id = request_id,
            operation = fault.operation,
            chain,
            "service failed"
        ),
    }
}

fn log_record(request_id: &str, record_id: &str, outcome: &Outcome) {
    let slug = outcome.slug();
    match outcome {
        Outcome::Done => tracing::debug!(request.id = request_id, record.id = record_id, "record done"),
        Outcome::Refused(_) => {
            tracing::info!(
                request.id = request_id,
                record.id = record_id,
                outcome = slug,
                "record refused"
            );
        }
        Outcome::RetryLater(fault) => {
            tracing::warn!(
                request.id = request_id,
                record.id = record_id,
                operation = fault.operation,
                chain = chain(fault),
                "record comes again"
            );
        }
        Outcome::Poison(_) => {
            tracing::error!(
                request.id = request_id,
                record.id = record_id,
                outcome = slug,
                "record cannot be handled"
            );
        }
    }
}

/// Returns the messages of an error and of everything behind it.
fn chain(error: &dyn std::error::Error) -> String {
    let sources = std::iter::successors(Some(error), |it| it.source());
    sources.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests;
