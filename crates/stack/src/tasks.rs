//! Background work that ends with the stack.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::{sync::oneshot, task::JoinSet};

/// Tasks that are waited for, and ended if they do not end by themselves.
#[derive(Debug, Default)]
pub(crate) struct Tasks {
    running: Mutex<JoinSet<()>>,
}

impl Tasks {
    /// Starts `work`; its result arrives at the receiver, which fails if the work panics or is ended.
    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> oneshot::Receiver<T> {
        let (sender, receiver) = oneshot::channel();
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        // Finished tasks stay in the set until somebody asks for them.
        while running.try_join_next().is_some() {}
        running.spawn(async move {
            // Nobody may be waiting any more.
            let _ = sender.send(work.await);
        });
        receiver
    }

    /// Waits for all tasks, at most `patience`, and ends those that are left.
    pub(crate) async fn stop(&self, patience: Duration) {
        let mut running = {
            let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *running)
        };
        let all = async { while running.join_next().await.is_some() {} };
        if tokio::time::timeout(patience, all).await.is_err() {
            tracing::warn!(
                n_tasks = running.len(),
                "ending tasks that did not end by themselves"
            );
            running.shutdown().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    };

    #[tokio::test]
    async fn stopping_waits_for_the_quick_and_ends_the_slow() {
        let (tasks, quick) = (Tasks::default(), Arc::new(AtomicBool::new(false)));
        let done = Arc::clone(&quick);
        let _nobody_waits = tasks.spawn(async move {
            tokio::time::sleep(Duration::from_millis(10)).await;
            done.store(true, Ordering::SeqCst);
        });
        let slow = tasks.spawn(std::future::pending::<()>());
        tasks.stop(Duration::from_millis(100)).await;
        assert!(quick.load(Ordering::SeqCst));
        assert!(slow.await.is_err());
    }
}
