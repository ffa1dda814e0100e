//! Work that is cheaper done together: whoever comes while others' work is being done waits, and then one of those
//! waiting does it for all.
//!
//! No thread of its own: the first to come works at once, alone. This is how calls to the log share a sync.

use std::collections::{HashMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// An item that may or may not be done together with others.
pub(crate) trait Joins {
    /// Whether it may be done together with `batch`, which is not empty.
    fn joins(&self, batch: &[Self]) -> bool
    where
        Self: Sized;
}

/// Whoever was working on the item panicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Abandoned;

/// Items that wait, and outcomes that wait to be fetched.
#[derive(Debug)]
pub(crate) struct Batches<T, R> {
    queue: Mutex<Queue<T, R>>,
    finished: Condvar,
}

#[derive(Debug)]
struct Queue<T, R> {
    /// In the order they came, with their tickets.
    waiting: VecDeque<(u64, T)>,
    outcomes: HashMap<u64, Result<R, Abandoned>>,
    next_ticket: u64,
    /// Whether somebody is working.
    working: bool,
}

impl<T: Joins, R> Batches<T, R> {
    pub(crate) fn new() -> Self {
        let queue = Queue {
            waiting: VecDeque::new(),
            outcomes: HashMap::new(),
            next_ticket: 0,
            working: false,
        };
        Self {
            queue: Mutex::new(queue),
            finished: Condvar::new(),
        }
    }

    /// Has `item` worked on, by this thread or by another that calls this, and returns what `work` returned for it.
    ///
    /// `work` gets items in the order they came, as many as join, and returns one outcome for each, in their order. It
    /// is never called while another call of it has not returned.
    pub(crate) fn submit(&self, item: T, work: impl Fn(Vec<T>) -> Vec<R>) -> Result<R, Abandoned> {
        let mut queue = self.lock();
        let ticket = queue.next_ticket;
        queue.next_ticket += 1;
        queue.waiting.push_back((ticket, item));
        loop {
            if let Some(outcome) = queue.outcomes.remove(&ticket) {
                return outcome;
            }
            if queue.working {
                queue = self.finished.wait(queue).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            queue.working = true;
            let (tickets, items) = queue.take_batch();
            drop(queue);
            let mut turn = Turn {
                batches: self,
                tickets,
                outcomes: Vec::new(),
            };
            turn.outcomes = work(items);
            drop(turn);
            queue = self.lock();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue<T, R>> {
        // No code of others runs under the lock, and the queue is whole between any two statements.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Joins, R> Queue<T, R> {
    fn take_batch(&mut self) -> (Vec<u64>, Vec<T>) {
        let mut tickets = Vec::new();
        let mut items: Vec<T> = Vec::new();
        while let Some((ticket, item)) = self
            .waiting
            .pop_front_if(|(_, item)| items.is_empty() || item.joins(&items))
        {
            tickets.push(ticket);
            items.push(item);
        }
        (tickets, items)
    }
}

/// Ends a turn whether the work returned or panicked.
struct Turn<'a, T: Joins, R> {
    batches: &'a Batches<T, R>,
    tickets: Vec<u64>,
    outcomes: Vec<R>,
}

impl<T: Joins, R> Drop for Turn<'_, T, R> {
    fn drop(&mut self) {
        let mut outcomes = std::mem::take(&mut self.outcomes).into_iter();
        let mut queue = self.batches.lock();
        for ticket in &self.tickets {
            queue.outcomes.insert(*ticket, outcomes.next().ok_or(Abandoned));
        }
        queue.working = false;
        drop(queue);
        self.batches.finished.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Barrier};
    use std::thread;

    use super::*;

    /// Joins others of its kind.
    #[derive(Debug)]
    struct Item(u32);

    impl Joins for Item {
        fn joins(&self, batch: &[Self]) -> bool {
            batch.iter().all(|it| it.0 / 100 == self.0 / 100)
        }
    }

    fn doubled(items: Vec<Item>) -> Vec<u32> {
        items.into_iter().map(|it| it.0 * 2).collect()
    }

    /// Holds the first turn until `n_waiting` items wait behind it, and returns the sizes of all turns.
    fn turns(items: &[u32]) -> Vec<usize> {
        let batches = Batches::new();
        let sizes = Mutex::new(Vec::new());
        let n_waiting = items.len();
        thread::scope(|scope| {
            let first = scope.spawn(|| {
                batches.submit(Item(0), |it| {
                    while batches.lock().waiting.len() < n_waiting {
                        thread::yield_now();
                    }
                    doubled(it)
                })
            });
            while !batches.lock().working {
                thread::yield_now();
            }
            for (n_before, item) in items.iter().enumerate() {
                let (batches, sizes) = (&batches, &sizes);
                scope.spawn(move || {
                    let outcome = batches.submit(Item(*item), |it| {
                        sizes.lock().unwrap().push(it.len());
                        doubled(it)
                    });
                    assert_eq!(outcome, Ok(item * 2));
                });
                while batches.lock().waiting.len() == n_before {
                    thread::yield_now();
                }
            }
            assert_eq!(first.join().unwrap(), Ok(0));
        });
        sizes.into_inner().unwrap()
    }

    #[test]
    fn whoever_waits_is_served_in_one_turn() {
        assert_eq!(turns(&[1, 2, 3, 4, 5]), [5]);
    }

    #[test]
    fn items_that_do_not_join_have_turns_of_their_own_in_order() {
        assert_eq!(turns(&[1, 2, 101, 102, 103, 3]), [2, 3, 1]);
    }

    #[test]
    fn everybody_gets_the_outcome_of_his_own_item_and_turns_do_not_overlap() {
        let batches = Arc::new(Batches::new());
        let working = Arc::new(AtomicUsize::new(0));
        let start = Arc::new(Barrier::new(8));
        let threads: Vec<_> = (0..8)
            .map(|i| {
                let (batches, working, start) = (batches.clone(), working.clone(), start.clone());
                thread::spawn(move || {
                    start.wait();
                    for j in 0..500 {
                        let item = i * 1000 + j;
                        let outcome = batches.submit(Item(item), |items| {
                            assert_eq!(working.fetch_add(1, Ordering::SeqCst), 0);
                            let outcomes = doubled(items);
                            working.fetch_sub(1, Ordering::SeqCst);
                            outcomes
                        });
                        assert_eq!(outcome, Ok(item * 2));
                    }
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
        assert!(batches.lock().outcomes.is_empty());
    }

    #[test]
    fn a_panic_ends_the_turn_and_not_the_queue() {
        let batches = Batches::new();
        let panicked = thread::scope(|scope| {
            scope
                .spawn(|| batches.submit(Item(1), |_| panic!("as asked")))
                .join()
                .is_err()
        });
        assert!(panicked);
        assert_eq!(batches.submit(Item(2), doubled), Ok(4));
    }
}
