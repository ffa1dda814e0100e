//! So many failures, then a pause, and a longer one after each failure that follows it.

use domain::Mark;

/// How many failures are let through before a pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lockout {
    /// Name in the headers.
    pub name: &'static str,
    /// Failures within the window after which there is a pause, at least 1.
    pub failures: u32,
    /// The window, counted from the first failure, in seconds.
    pub window_s: u32,
    /// The first pause, in seconds. After it, one more failure begins a pause twice as long.
    pub pause_s: u32,
    /// The longest pause, in seconds; for so long after a pause is the length of the next one remembered.
    pub longest_pause_s: u32,
}

/// Counts an attempt, as if it had failed: of many attempts at the same time no more are let through than of many in
/// a row. One that succeeds is taken back with [`forgiven`].
///
/// # Errors
///
/// Milliseconds until the pause is over.
pub(super) fn attempt(lockout: Lockout, mark: Option<Mark>, now_ms: i64) -> Result<Mark, i64> {
    let ms = |seconds: u32| i64::from(seconds) * 1000;
    let known = mark.filter(|it| now_ms < it.over_ms);
    if let Some(mark) = known.filter(|it| now_ms < it.until_ms) {
        return Err(mark.until_ms - now_ms);
    }
    let (before, since_ms) = known.map_or((0, now_ms), |it| (it.n, it.since_ms));
    let n = before.saturating_add(1);
    let Some(further) = n.checked_sub(lockout.failures) else {
        return Ok(Mark {
            n,
            since_ms,
            until_ms: 0,
            over_ms: since_ms + ms(lockout.window_s),
        });
    };
    let pause_ms = 1_i64
        .checked_shl(further.min(30))
        .map_or(i64::MAX, |it| it.saturating_mul(ms(lockout.pause_s)))
        .min(ms(lockout.longest_pause_s));
    let until_ms = now_ms + pause_ms;
    Ok(Mark {
        n,
        since_ms,
        until_ms,
        over_ms: until_ms + ms(lockout.longest_pause_s),
    })
}

/// Takes one attempt back. `attempted` is what it led to and `before` what it found; if others came after it, only
/// its count goes.
pub(super) fn forgiven(lockout: Lockout, current: Mark, attempted: Mark, before: Option<Mark>) -> Mark {
    if current == attempted {
        return before.unwrap_or(Mark { n: 0, ..current });
    }
    let n = current.n.saturating_sub(1);
    if n < lockout.failures {
        unlocked(lockout, current, n)
    } else {
        Mark { n, ..current }
    }
}

/// Takes one attempt back that has succeeded since, and ends the pause that it began; `None` where nothing is known
/// any more.
pub(super) fn succeeded(lockout: Lockout, mark: Option<Mark>, now_ms: i64) -> Option<Mark> {
    let mark = mark.filter(|it| now_ms < it.over_ms && 0 < it.n)?;
    let n = mark.n - 1;
    Some(if n < lockout.failures {
        unlocked(lockout, mark, n)
    } else {
        // The pause before was waited for; the next failure begins the one that this attempt began.
        Mark {
            n,
            until_ms: 0,
            ..mark
        }
    })
}

/// So few failures that there is no pause: they are forgotten with their window.
fn unlocked(lockout: Lockout, mark: Mark, n: u32) -> Mark {
    Mark {
        n,
        since_ms: mark.since_ms,
        until_ms: 0,
        over_ms: mark.since_ms + i64::from(lockout.window_s) * 1000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIN: i64 = 60_000;
    const LOCKOUT: Lockout = Lockout {
        name: "t",
        failures: 5,
        window_s: 900,
        pause_s: 900,
        longest_pause_s: 3600,
    };

    fn failures(n: usize, at_ms: i64) -> Option<Mark> {
        (0..n).fold(None, |mark, _| Some(attempt(LOCKOUT, mark, at_ms).unwrap()))
    }

    #[test]
    fn the_fifth_failure_begins_a_pause_that_ends() {
        let mark = failures(5, 0);
        assert_eq!(attempt(LOCKOUT, mark, 0), Err(15 * MIN));
        assert_eq!(attempt(LOCKOUT, mark, 15 * MIN - 1), Err(1));
        attempt(LOCKOUT, mark, 15 * MIN).unwrap();
    }

    #[test]
    fn each_pause_is_twice_the_one_before_up_to_the_longest() {
        let (mut mark, mut now) = (failures(5, 0), 0);
        for minutes in [15, 30, 60, 60, 60] {
            assert_eq!(attempt(LOCKOUT, mark, now), Err(minutes * MIN));
            now += minutes * MIN;
            mark = Some(attempt(LOCKOUT, mark, now).unwrap());
        }
        // Who leaves it alone for as long as the longest pause begins anew.
        let rest = mark.unwrap().over_ms;
        assert_eq!(attempt(LOCKOUT, mark, rest).unwrap().n, 1);
    }

    #[test]
    fn four_failures_are_forgotten_with_their_window() {
        let mark = failures(4, 0);
        assert_eq!(attempt(LOCKOUT, mark, 15 * MIN).unwrap().n, 1);
        assert!(attempt(LOCKOUT, mark, 15 * MIN - 1).unwrap().until_ms != 0);
    }

    #[test]
    fn forgiving_restores_what_was_and_spares_what_came_in_between() {
        let before = failures(4, 0);
        let fifth = attempt(LOCKOUT, before, 1).unwrap();
        assert_eq!(forgiven(LOCKOUT, fifth, fifth, before), before.unwrap());
        let third = failures(3, 0).unwrap();
        let fourth = attempt(LOCKOUT, Some(third), 1).unwrap();
        assert_eq!(forgiven(LOCKOUT, fourth, third, failures(2, 0)).n, 3);
        let first = failures(1, 0).unwrap();
        assert_eq!(forgiven(LOCKOUT, first, first, None).n, 0);
        // The fifth came in between: the fourth is taken back, and with it the pause.
        let locked = attempt(LOCKOUT, Some(fourth), 1).unwrap();
        let unlocked = forgiven(LOCKOUT, locked, fourth, Some(third));
        // And the four that remain are remembered no longer than four are.
        assert_eq!((unlocked.until_ms, unlocked.over_ms), (0, 15 * MIN));
    }

    #[test]
    fn a_success_takes_back_its_own_attempt_and_no_other() {
        let locked = failures(5, 0);
        let four = succeeded(LOCKOUT, locked, 1).unwrap();
        assert_eq!(four, failures(4, 0).unwrap());
        let again = attempt(LOCKOUT, Some(four), 2).unwrap();
        assert_eq!(attempt(LOCKOUT, Some(again), 3), Err(15 * MIN - 1));
        assert_eq!(succeeded(LOCKOUT, None, 1), None);
        assert_eq!(succeeded(LOCKOUT, failures(4, 0), 15 * MIN), None);
    }

    #[test]
    fn a_success_after_a_pause_ends_the_next_pause_and_not_its_length() {
        let sixth = attempt(LOCKOUT, failures(5, 0), 15 * MIN).unwrap();
        let after = succeeded(LOCKOUT, Some(sixth), 16 * MIN).unwrap();
        let seventh = attempt(LOCKOUT, Some(after), 16 * MIN).unwrap();
        assert_eq!(attempt(LOCKOUT, Some(seventh), 16 * MIN), Err(30 * MIN));
    }
}
