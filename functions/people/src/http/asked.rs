//! What may be said of a person: lengths, characters, and when somebody can have agreed.

use api::{FieldError, Problem, wire};
use aws::people::ConsentRow;
use jiff::{SignedDuration, Timestamp};

/// Longest name, in characters. From the contract of the API.
const MAX_NAME_CHARS: usize = 100;
/// Longest version of a notice, in characters. From the contract of the API.
const MAX_VERSION_CHARS: usize = 64;
/// How far ahead the clock of whoever took the consent down may be. Chosen: clocks that are set by the network differ by
/// seconds, those that nobody sets by minutes, and a consent says which day.
pub(super) const CONSENT_AHEAD: SignedDuration = SignedDuration::from_mins(5);

/// Collects what is not acceptable, so that all of it is told at once.
#[derive(Debug, Default)]
pub(super) struct Asked(Vec<FieldError>);

impl Asked {
    fn refuse(&mut self, field: &str, reason: impl Into<String>) {
        self.0.push(FieldError {
            field: field.to_owned(),
            reason: reason.into(),
        });
    }

    /// A text for people, without blanks around it.
    fn words(&mut self, field: &str, text: &str, max_chars: usize) -> String {
        let words = text.trim();
        self.check(field, words, max_chars);
        words.to_owned()
    }

    fn check(&mut self, field: &str, text: &str, max_chars: usize) {
        if !(1..=max_chars).contains(&text.chars().count()) {
            self.refuse(field, format!("must have 1 to {max_chars} characters"));
        }
        if text.chars().any(char::is_control) {
            self.refuse(field, "must not have control characters");
        }
    }

    /// How a person is called.
    pub(super) fn display_name(&mut self, text: &str) -> String {
        self.words("displayName", text, MAX_NAME_CHARS)
    }

    /// What another system calls a person: exactly that, because it is compared.
    pub(super) fn external_id(&mut self, text: String) -> String {
        self.check("externalId", &text, MAX_NAME_CHARS);
        text
    }

    /// That a person agreed.
    pub(super) fn consent(&mut self, consent: &wire::Consent, now: Timestamp) -> ConsentRow {
        let at = consent.at.parse::<Timestamp>().ok();
        let at = at.and_then(|it| Timestamp::from_millisecond(it.as_millisecond()).ok());
        match at {
            None => self.refuse("consent.at", "must be a time such as 2026-11-20T10:58:00Z"),
            Some(at) if CONSENT_AHEAD < at.duration_since(now) => {
                self.refuse("consent.at", "must not be in the future");
            }
            Some(_) => {}
        }
        ConsentRow {
            notice_version: self.words(
                "consent.noticeVersion",
                &consent.notice_version,
                MAX_VERSION_CHARS,
            ),
            given_by: self.words("consent.givenBy", &consent.given_by, MAX_NAME_CHARS),
            at: at.unwrap_or(now),
        }
    }

    /// Ends: everything was acceptable.
    ///
    /// # Errors
    ///
    /// `invalid-request` with what was not.
    pub(super) fn accept(self) -> Result<(), Problem> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Problem::invalid_fields(self.0))
        }
    }
}
