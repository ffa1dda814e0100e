//! How often somebody may do something: token buckets and lockouts over one table.
//!
//! What a limit decides is arithmetic ([`bucket`], [`lockout`]); what it remembers is changed by one conditional
//! write, and by a second one where the first finds that others came before. What happens when the table cannot
//! answer is in `docs/adr/0008-rate-limits.md`.

mod address;
mod bucket;
mod lockout;

use std::{fmt, sync::Arc};

use api::{Problem, ProblemType, limit::Rate};
use domain::{Fault, Mark, Retry, Swap, Swapped};
use futures::future::BoxFuture;
use http::HeaderName;
use sha2::{Digest, Sha256};

pub use bucket::Quota;
pub use lockout::Lockout;

use crate::{Clock, Failure, Request, audit::Network};

/// Name of the header that says what a limit is (draft-ietf-httpapi-ratelimit-headers).
const POLICY_HEADER: HeaderName = HeaderName::from_static("ratelimit-policy");
/// Name of the header that says what is left of it.
const STATE_HEADER: HeaderName = HeaderName::from_static("ratelimit");

/// Writes before giving up where others always come first. Chosen: each round, one of them has succeeded, so this is
/// how many callers behind one address, or of one account, may write at the same moment. Eight were too few for an
/// office: one right sign-in in twenty was refused as `busy` where eight people signed in at once.
const MAX_ROUNDS: usize = 64;

type Store = Box<dyn Fn(Swap) -> BoxFuture<'static, Result<Swapped, Fault>> + Send + Sync>;

/// Counts, and refuses.
#[derive(Clone)]
pub struct Limits {
    store: Arc<Store>,
    clock: Arc<dyn Clock>,
    edge_token: Option<Arc<str>>,
}

/// An attempt that was counted as a failure until it is forgiven.
#[derive(Debug)]
#[must_use = "an attempt that succeeds is forgiven"]
pub struct Attempt {
    lockout: Lockout,
    key: String,
    before: Option<Mark>,
    after: Mark,
}

impl Limits {
    /// Returns limits over a table; `swap` changes one row of it, by one conditional write.
    pub fn new<S, F>(clock: Arc<dyn Clock>, swap: S) -> Self
    where
        S: Fn(Swap) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Swapped, Fault>> + Send + 'static,
    {
        Self {
            store: Arc::new(Box::new(move |it| Box::pin(swap(it)))),
            clock,
            edge_token: None,
        }
    }

    /// Believes the addresses that requests with this header value were forwarded for: the distribution sends it, and
    /// nobody else knows it.
    #[must_use]
    pub fn behind_edge(mut self, token: &str) -> Self {
        self.edge_token = Some(token.into());
        self
    }

    /// Returns the network a request comes from, as a subject of limits.
    #[must_use]
    pub fn address(&self, request: &Request) -> String {
        address::network(request, self.edge_token.as_deref())
    }

    /// Returns the network a request comes from, as it is written down; `None` where the distribution cannot be told from
    /// anybody else.
    #[must_use]
    pub fn network(&self, request: &Request) -> Option<Network> {
        let edge_token = self.edge_token.as_deref()?;
        address::of(request, Some(edge_token)).map(Network::of)
    }

    /// Lets something through that `subject` does, or does not. Where the table is busy it lets through: what is
    /// counted here is somebody who is known, and the limit is there for the others.
    ///
    /// # Errors
    ///
    /// `rate-limited` with when to try again; `internal` where the table cannot be used at all.
    pub async fn take(&self, rate: Rate, subject: &str) -> Result<Option<Quota>, Failure> {
        let key = key(rate.name, subject);
        let counted = self.count(&key, |mark, now_ms| bucket::take(rate, mark, now_ms));
        match counted.await {
            Ok(Ok((_, _, quota))) => Ok(Some(quota)),
            Ok(Err(quota)) => Err(refusal(quota)),
            Err(fault) if fault.retry == Retry::Later => {
                tracing::warn!(limit = rate.name, "limits are not counted: the table is busy");
                Ok(None)
            }
            Err(fault) => Err(fault.into()),
        }
    }

    /// As [`Limits::take`] for what a stranger does: nothing is let through that is not counted.
    ///
    /// # Errors
    ///
    /// As [`Limits::take`], and `busy` where the table is.
    pub async fn take_counted(&self, rate: Rate, subject: &str) -> Result<Quota, Failure> {
        let key = key(rate.name, subject);
        let counted = self.count(&key, |mark, now_ms| bucket::take(rate, mark, now_ms));
        match counted.await? {
            Ok((_, _, quota)) => Ok(quota),
            Err(quota) => Err(refusal(quota)),
        }
    }

    /// Counts an attempt of `subject` as a failure, until it is [forgiven](Limits::forgive). Where the table is busy
    /// there is no attempt: a guess that is not counted could be repeated without end.
    ///
    /// # Errors
    ///
    /// `rate-limited` during a pause, `busy` or `internal` where the table fails.
    pub async fn attempt(&self, lockout: Lockout, subject: &str) -> Result<Attempt, Failure> {
        let key = key(lockout.name, subject);
        let counted = self.count(&key, |mark, now_ms| {
            lockout::attempt(lockout, mark, now_ms).map(|it| (it, ()))
        });
        match counted.await? {
            Ok((before, after, ())) => Ok(Attempt {
                lockout,
                key,
                before,
                after,
            }),
            Err(wait_ms) => Err(refusal(Quota {
                rate: Rate {
                    name: lockout.name,
                    amount: lockout.failures,
                    window_s: lockout.window_s,
                },
                remaining: 0,
                reset_s: bucket::whole_seconds(wait_ms),
            })),
        }
    }

    /// Takes back that an attempt failed. What cannot be written is logged: it costs its owner a pause at worst.
    pub async fn forgive(&self, attempt: Attempt) {
        let Attempt {
            lockout,
            key,
            before,
            after,
        } = attempt;
        let mut current = after;
        for _ in 0..MAX_ROUNDS {
            let swap = Swap {
                key: key.clone(),
                before: Some(current),
                after: lockout::forgiven(lockout, current, after, before),
                now_ms: self.clock.now().as_millisecond(),
            };
            match (self.store)(swap).await {
                Ok(Swapped::Done | Swapped::Differs(None)) => return,
                Ok(Swapped::Differs(Some(found))) => current = found,
                Err(fault) => return warn_kept(&fault),
            }
        }
    }

    /// Takes back that an attempt of `subject` failed which another request made: it has succeeded since. Other failures stay. What
    /// cannot be written is logged: it costs its owner a pause at worst.
    pub async fn succeeded(&self, lockout: Lockout, subject: &str) {
        let nothing = |now_ms| Mark {
            n: 0,
            since_ms: now_ms,
            until_ms: 0,
            over_ms: now_ms,
        };
        let key = key(lockout.name, subject);
        let counted = self.count(&key, |mark, now_ms| {
            let after = lockout::succeeded(lockout, mark, now_ms);
            Ok::<_, ()>((after.unwrap_or_else(|| nothing(now_ms)), ()))
        });
        if let Err(fault) = counted.await {
            warn_kept(&fault);
        }
    }

    /// Forgets every failure of `subject`: it has shown who it is. What cannot be written is logged.
    pub async fn pardon(&self, lockout: Lockout, subject: &str) {
        let now_ms = self.clock.now().as_millisecond();
        let nothing = Mark {
            n: 0,
            since_ms: now_ms,
            until_ms: 0,
            over_ms: now_ms,
        };
        let key = key(lockout.name, subject);
        let counted = self.count(&key, |_, _| Ok::<_, ()>((nothing, ())));
        if let Err(fault) = counted.await {
            warn_kept(&fault);
        }
    }

    /// Changes what is remembered under `key` to what `decide` makes of it: as if nothing were there at first, and
    /// then of what is.
    async fn count<T, E>(
        &self,
        key: &str,
        decide: impl Fn(Option<Mark>, i64) -> Result<(Mark, T), E>,
    ) -> Result<Result<(Option<Mark>, Mark, T), E>, Fault> {
        let mut before = None;
        for _ in 0..MAX_ROUNDS {
            let now_ms = self.clock.now().as_millisecond();
            let (after, value) = match decide(before, now_ms) {
                Ok(decided) => decided,
                Err(refused) => return Ok(Err(refused)),
            };
            let swap = Swap {
                key: key.to_owned(),
                before,
                after,
                now_ms,
            };
            match (self.store)(swap).await? {
                Swapped::Done => return Ok(Ok((before, after, value))),
                Swapped::Differs(found) => before = found,
            }
        }
        Err(Fault::later("CountRequests", "others always came first"))
    }
}

impl fmt::Debug for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limits").finish_non_exhaustive()
    }
}

impl Quota {
    /// Returns the headers that say so.
    pub(crate) fn headers(&self) -> [(HeaderName, String); 2] {
        let Rate {
            name,
            amount,
            window_s,
        } = self.rate;
        [
            (POLICY_HEADER, format!("\"{name}\";q={amount};w={window_s}")),
            (
                STATE_HEADER,
                format!("\"{name}\";r={};t={}", self.remaining, self.reset_s),
            ),
        ]
    }
}

fn refusal(quota: Quota) -> Failure {
    let problem = Problem::new(ProblemType::RateLimited).retry_after(quota.reset_s.max(1));
    Failure::from(problem.with("limit", quota.rate.name)).with_headers(quota.headers())
}

fn warn_kept(fault: &Fault) {
    tracing::warn!(
        operation = fault.operation,
        "a failure that was none stays counted"
    );
}

/// Whom a row is about: hashed, because it may be an address, a name, or a password typed into the wrong field.
fn key(name: &str, subject: &str) -> String {
    format!("{name}#{}", hex::encode(Sha256::digest(subject)))
}

#[cfg(test)]
mod tests;
