use std::sync::Mutex;

use api::limit::UPLOADS;

use super::*;
use crate::testing::{StoppedClock, limits_at};

const LOCKOUT: Lockout = Lockout {
    name: "sign-in",
    failures: 5,
    window_s: 900,
    pause_s: 900,
    longest_pause_s: 3600,
};

fn now() -> jiff::Timestamp {
    "2026-11-20T11:00:00Z".parse().unwrap()
}

fn limits() -> Limits {
    limits_at(Arc::new(StoppedClock(now())))
}

/// Limits over a table that fails.
fn broken(fault: fn() -> Fault) -> Limits {
    Limits::new(
        Arc::new(StoppedClock(now())),
        move |_| async move { Err(fault()) },
    )
}

fn problem(failure: &Failure) -> (ProblemType, Option<u32>) {
    (failure.problem().kind(), failure.problem().retry_after_s())
}

#[tokio::test]
async fn a_minute_has_sixty_uploads_and_other_accounts_have_theirs() {
    let limits = limits();
    for left in (0..60).rev() {
        let quota = limits.take(UPLOADS, "ada").await.unwrap().unwrap();
        assert_eq!(quota.remaining, left);
    }
    let refused = limits.take(UPLOADS, "ada").await.unwrap_err();
    assert_eq!(problem(&refused), (ProblemType::RateLimited, Some(1)));
    let headers: Vec<_> = refused
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(
        headers,
        [
            ("ratelimit-policy", r#""uploads";q=60;w=60"#),
            ("ratelimit", r#""uploads";r=0;t=1"#)
        ]
    );
    assert!(limits.take(UPLOADS, "bob").await.unwrap().is_some());
}

#[tokio::test]
async fn of_many_guesses_at_the_same_time_five_are_let_through() {
    let limits = limits();
    let guesses = (0..50).map(|_| {
        let limits = limits.clone();
        tokio::spawn(async move { limits.attempt(LOCKOUT, "ada").await.map(drop) })
    });
    let mut n_through = 0;
    for guess in guesses.collect::<Vec<_>>() {
        n_through += usize::from(guess.await.unwrap().is_ok());
    }
    assert!(n_through <= 5, "{n_through}");
    let refused = limits.attempt(LOCKOUT, "ada").await.unwrap_err();
    assert_eq!(problem(&refused), (ProblemType::RateLimited, Some(900)));
}

#[tokio::test]
async fn what_succeeds_does_not_count() {
    let limits = limits();
    for _ in 0..4 {
        drop(limits.attempt(LOCKOUT, "ada").await.unwrap());
    }
    for _ in 0..20 {
        let attempt = limits.attempt(LOCKOUT, "ada").await.unwrap();
        limits.forgive(attempt).await;
    }
    drop(limits.attempt(LOCKOUT, "ada").await.unwrap());
    limits.attempt(LOCKOUT, "ada").await.unwrap_err();
    limits.pardon(LOCKOUT, "ada").await;
    drop(limits.attempt(LOCKOUT, "ada").await.unwrap());
}

#[tokio::test]
async fn a_busy_table_lets_the_known_through_and_no_guess() {
    let busy = broken(|| Fault::later("CountRequests", "throttled"));
    assert!(busy.take(UPLOADS, "ada").await.unwrap().is_none());
    let refused = busy.attempt(LOCKOUT, "ada").await.unwrap_err();
    assert_eq!(refused.problem().kind(), ProblemType::Busy);
    let refused = busy.take_counted(UPLOADS, "ada").await.unwrap_err();
    assert_eq!(refused.problem().kind(), ProblemType::Busy);
    // A right that is missing is our mistake and shows itself.
    let denied = broken(|| Fault::never("CountRequests", "denied"));
    let refused = denied.take(UPLOADS, "ada").await.unwrap_err();
    assert_eq!(refused.problem().kind(), ProblemType::Internal);
}

#[tokio::test]
async fn the_table_knows_nobody_by_name() {
    let keys: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = keys.clone();
    let limits = Limits::new(Arc::new(StoppedClock(now())), move |swap| {
        seen.lock().unwrap().push(swap.key);
        async { Ok(Swapped::Done) }
    });
    limits.take(UPLOADS, "ada@example.org").await.unwrap();
    let keys = keys.lock().unwrap();
    assert!(
        keys[0].starts_with("uploads#") && !keys[0].contains("ada"),
        "{keys:?}"
    );
}

/// A row that somebody else always has changed since it was read, so many times.
fn contended(n_times: usize) -> Limits {
    let left = Arc::new(Mutex::new(n_times));
    Limits::new(Arc::new(StoppedClock(now())), move |swap| {
        let found = {
            let mut left = left.lock().unwrap();
            (*left != 0).then(|| {
                *left -= 1;
                Mark {
                    // Never what the caller has seen, and never a reason to refuse.
                    since_ms: i64::try_from(*left).unwrap(),
                    ..swap.after
                }
            })
        };
        async move {
            Ok(found.map_or(Swapped::Done, |it| {
                Swapped::Differs(Some(Mark {
                    n: 0,
                    until_ms: 0,
                    ..it
                }))
            }))
        }
    })
}

#[tokio::test]
async fn an_office_behind_one_address_waits_and_is_not_refused() {
    let attempt = contended(40).attempt(LOCKOUT, "192.0.2.0/24").await;
    assert!(attempt.is_ok());
    let refused = contended(1000).attempt(LOCKOUT, "192.0.2.0/24").await;
    assert_eq!(problem(&refused.unwrap_err()).0, ProblemType::Busy);
}
