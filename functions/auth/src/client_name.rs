//! What a session was opened with, in words its owner knows: `Firefox on Linux`.
//!
//! Found in the `User-Agent` header by a few marks. The answer is put together from words of ours, so nothing that a
//! caller wrote is ever stored or shown; what says nothing we know has no name.

/// Longest header that is looked at, in bytes. Browsers send about 150.
const MAX_BYTES: usize = 1024;

/// Marks of programs. Later ones pretend to be earlier ones: every browser on Chromium says `Chrome` and `Safari`, too,
/// so the order is that of the pretence (<https://developer.mozilla.org/docs/Web/HTTP/Guides/Browser_detection_using_the_user_agent>).
const PROGRAMS: &[(&str, &str)] = &[
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
];

/// Marks of systems, in the order of the pretence: Android says `Linux`, iPhones say `like Mac OS X`.
const SYSTEMS: &[(&str, &str)] = &[
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
];

/// Returns the name of whatever sent this header, at most 60 characters.
#[must_use]
pub fn of(user_agent: &str) -> Option<String> {
    if MAX_BYTES < user_agent.len() {
        return None;
    }
    let found = |marks: &[(&str, &'static str)]| {
        marks
            .iter()
            .find(|(mark, _)| user_agent.contains(mark))
            .map(|(_, name)| *name)
    };
    let program = found(PROGRAMS)?;
    Some(match found(SYSTEMS) {
        Some(system) => format!("{program} on {system}"),
        None => program.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_programs_have_names() {
        for (user_agent, name) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
                "Firefox on Linux",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/142.0 Mobile/15E148 Safari/604.1",
                "Chrome on iPhone",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15",
                "Safari on macOS",
            ),
            ("curl/8.14.1", "curl"),
        ] {
            assert_eq!(of(user_agent).as_deref(), Some(name), "{user_agent}");
        }
    }

    #[test]
    fn what_says_nothing_has_no_name_and_nothing_foreign_is_kept() {
        for user_agent in ["", "ada's own client 1.0", "Mozilla/5.0 (X11; Linux x86_64)"] {
            assert_eq!(of(user_agent), None, "{user_agent}");
        }
        assert_eq!(of(&format!("Firefox/1 {}", "x".repeat(MAX_BYTES))), None);
        assert_eq!(
            of("<script> Firefox/1 Linux <b>ada</b>").as_deref(),
            Some("Firefox on Linux")
        );
    }

    #[test]
    fn no_name_is_longer_than_sixty_characters() {
        for (program, _) in PROGRAMS {
            for (system, _) in SYSTEMS {
                assert!(of(&format!("{program}1 ({system})")).unwrap().len() <= 60);
            }
        }
    }
}
