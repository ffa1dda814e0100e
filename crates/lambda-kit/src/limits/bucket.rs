//! A token bucket, as the one time at which it is full again (generic cell rate algorithm).
//!
//! A bucket that is full needs no row: whatever is remembered of it is over.

use api::limit::Rate;
use domain::Mark;

/// What is left after something was let through, or was not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// The limit.
    pub rate: Rate,
    /// Tokens left.
    pub remaining: u32,
    /// Seconds until more are there than now: until the bucket is full, or where it is empty until a token is.
    pub reset_s: u32,
}

/// Takes one token of the bucket that `mark` remembers.
///
/// # Errors
///
/// What is left, which is nothing, and when there is more.
pub(super) fn take(rate: Rate, mark: Option<Mark>, now_ms: i64) -> Result<(Mark, Quota), Quota> {
    let window_ms = i64::from(rate.window_s.max(1)) * 1000;
    let step_ms = (window_ms / i64::from(rate.amount.max(1))).max(1);
    let full_at = mark.map_or(now_ms, |it| it.over_ms.max(now_ms)) + step_ms;
    let latest = now_ms + window_ms;
    if latest < full_at {
        return Err(Quota {
            rate,
            remaining: 0,
            reset_s: whole_seconds(full_at - latest),
        });
    }
    let mark = Mark {
        n: 0,
        since_ms: 0,
        until_ms: 0,
        over_ms: full_at,
    };
    let quota = Quota {
        rate,
        remaining: u32::try_from((latest - full_at) / step_ms).unwrap_or_default(),
        reset_s: whole_seconds(full_at - now_ms),
    };
    Ok((mark, quota))
}

/// Returns seconds, rounded up: whoever waits so long does not come too early.
pub(super) fn whole_seconds(duration_ms: i64) -> u32 {
    let seconds = duration_ms.max(0).saturating_add(999) / 1000;
    u32::try_from(seconds).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate {
        name: "t",
        amount: 3,
        window_s: 60,
    };

    #[test]
    fn a_full_bucket_has_its_amount_and_then_one_by_one() {
        let mut mark = None;
        for remaining in [2, 1, 0] {
            let (next, quota) = take(RATE, mark, 1000).unwrap();
            assert_eq!(quota.remaining, remaining);
            mark = Some(next);
        }
        let refused = take(RATE, mark, 1000).unwrap_err();
        assert_eq!((refused.remaining, refused.reset_s), (0, 20));
        // A millisecond early is too early.
        take(RATE, mark, 20_999).unwrap_err();
        let (mark, _) = take(RATE, mark, 21_000).unwrap();
        take(RATE, Some(mark), 21_000).unwrap_err();
        // And after the whole window it is full again.
        assert_eq!(take(RATE, Some(mark), 81_000).unwrap().1.remaining, 2);
    }

    #[test]
    fn waiting_as_long_as_is_said_is_enough() {
        let mark = (0..3).fold(None, |mark, at| Some(take(RATE, mark, at * 777).unwrap().0));
        let refused = take(RATE, mark, 2500).unwrap_err();
        take(RATE, mark, 2500 + i64::from(refused.reset_s) * 1000).unwrap();
    }

    #[test]
    fn a_clock_that_went_back_gives_nothing_away() {
        let (mark, _) = take(RATE, None, 100_000).unwrap();
        take(RATE, Some(mark), 0).unwrap_err();
    }
}
