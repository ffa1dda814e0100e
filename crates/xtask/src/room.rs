//! Room on the disk: a build that runs out of it fails late, and with messages that speak of linkers and signals.

use std::path::Path;

use crate::local;
use crate::run::{command, output, say};

/// Megabytes that building and testing everything takes, from nothing, without what cargo keeps for incremental builds:
/// 5,200 of `target` after `.ci/run` in a clean clone (`du -sm`, 2026-11-21), and a fifth more.
pub(crate) const FOR_TESTS_MB: u64 = 6_300;

/// Megabytes that building for `cargo xtask up` takes, from nothing. Chosen: fewer programs than the tests, and what cargo keeps
/// for incremental builds.
pub(crate) const FOR_UP_MB: u64 = 4_000;

/// Says so where less room is left than a first build needs. Where nothing is missing, or nobody knows, nothing is said.
pub(crate) fn look(needed_mb: u64) {
    let target = local::target_dir();
    let Some(free_mb) = free_mb(&target) else {
        return;
    };
    if free_mb < needed_mb {
        say(&format!(
            "   {free_mb} MB of room are left for {}; a first build takes {needed_mb}. `cargo clean` makes room, and CARGO_TARGET_DIR \
             names another disk.",
            target.display()
        ));
    }
}

/// Room at the first of the folders above `path` that is there, in megabytes.
fn free_mb(path: &Path) -> Option<u64> {
    let there = path.ancestors().find(|it| it.is_dir())?;
    let told = output(&mut command("df", ["-Pk".as_ref(), there.as_os_str()])).ok()?;
    parse(&told)
}

/// POSIX, `df -P`: a line of titles, then `filesystem blocks used available capacity mount`.
fn parse(told: &str) -> Option<u64> {
    let available_kb: u64 = told.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()?;
    Some(available_kb / 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_df_says_is_read() {
        let told = "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/vda 263174212 84411660 10171528 90% /\n";
        assert_eq!(parse(told), Some(9_933));
        assert_eq!(parse("Filesystem\n"), None);
        assert_eq!(parse(""), None);
    }

    #[test]
    fn a_folder_that_is_not_there_yet_has_the_room_of_the_one_above() {
        let here = crate::run::root();
        let there = free_mb(&here.join("not/there/yet"));
        assert_eq!(there.is_some(), free_mb(&here).is_some());
    }
}
