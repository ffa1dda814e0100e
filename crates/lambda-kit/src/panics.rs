//! A panic in a handler ends one invocation, not the function, and its message stays out of the log.
//!
//! The message of a panic may quote what a request carried, so only the place in the code is reported.

use std::{
    any::Any,
    cell::{Cell, RefCell},
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::Once,
    task::{Context, Poll},
};

thread_local! {
    static IN_HANDLER: Cell<bool> = const { Cell::new(false) };
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

static HOOK: Once = Once::new();

/// A handler panicked.
#[derive(Debug)]
pub(crate) struct Panicked {
    /// File, line and column, as far as known.
    pub(crate) place: String,
}

/// Runs a handler to its end, which may be a panic.
pub(crate) async fn caught<T>(future: impl Future<Output = T> + Send) -> Result<T, Panicked> {
    install_hook();
    Caught(Box::pin(future)).await
}

/// Replaces the hook that prints panics by one that keeps quiet about those of handlers; others print as before.
fn install_hook() {
    HOOK.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if IN_HANDLER.get() {
                let place = info.location().map(ToString::to_string);
                PLACE.with_borrow_mut(|it| *it = place);
            } else {
                previous(info);
            }
        }));
    });
}

/// Reports panics of this process by their place only, also those outside of handlers: a thread that decodes a
/// picture may quote it. Call before anything else can panic.
pub(crate) fn hide_messages() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string);
        tracing::error!(panic.place = place, "a thread panicked");
    }));
}

struct Caught<F>(Pin<Box<F>>);

impl<F: Future> Future for Caught<F> {
    type Output = Result<F::Output, Panicked>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let outer = IN_HANDLER.replace(true);
        // The future is dropped, never polled again, after it panicked.
        let polled = catch_unwind(AssertUnwindSafe(|| self.0.as_mut().poll(context)));
        IN_HANDLER.set(outer);
        match polled {
            Ok(poll) => poll.map(Ok),
            Err(payload) => Poll::Ready(Err(Panicked::from_payload(payload))),
        }
    }
}

impl Panicked {
    fn from_payload(payload: Box<dyn Any + Send>) -> Self {
        // Dropping a payload can panic again; then the process is beyond saving anyway.
        drop(payload);
        let place = PLACE
            .with_borrow_mut(Option::take)
            .unwrap_or_else(|| "unknown".to_owned());
        Self { place }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_caught_with_its_place() {
        let panicked = caught(async { panic!("hunter2") as () }).await.unwrap_err();
        assert!(panicked.place.contains("panics.rs"), "{panicked:?}");
        assert!(!format!("{panicked:?}").contains("hunter2"));
    }

    #[tokio::test]
    async fn a_panic_after_waiting_is_caught_too() {
        let waits = async {
            tokio::task::yield_now().await;
            panic!("late");
        };
        caught(waits).await.unwrap_err();
        assert_eq!(caught(async { 7 }).await.unwrap(), 7);
    }
}
