//! Objects that have had their days.

use std::{
    sync::{Arc, PoisonError, mpsc},
    thread::JoinHandle,
    time::Duration,
};

use jiff::Timestamp;
use serde_json::Value;

use super::{error::StoreError, store::Shelf};

/// S3 looks once a day; here a person is watching.
const SWEEP_EVERY: Duration = Duration::from_mins(10);

/// Objects looked at in one go.
const PAGE: usize = 500;

/// A lifecycle rule that removes objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Expiration {
    prefix: String,
    days: i64,
    larger_than_bytes: Option<u64>,
    smaller_than_bytes: Option<u64>,
}

impl Expiration {
    /// Reads `LifecycleConfiguration`. What is about versions, storage classes and unfinished uploads, which there are none of
    /// here, is passed over.
    pub(super) fn from_template(configuration: &Value) -> Result<Vec<Self>, String> {
        let rules = configuration["Rules"]
            .as_array()
            .ok_or("LifecycleConfiguration has no Rules")?;
        let mut expirations = Vec::new();
        for rule in rules.iter().filter(|it| it["Status"] == "Enabled") {
            if rule.get("TagFilters").is_some() {
                return Err("a lifecycle rule filters by tags, and objects have none here".into());
            }
            if rule.get("ExpirationDate").is_some() {
                return Err(
                    "a lifecycle rule has an ExpirationDate; only ExpirationInDays is supported here".into(),
                );
            }
            let Some(days) = rule.get("ExpirationInDays") else {
                continue;
            };
            expirations.push(Self {
                prefix: rule["Prefix"].as_str().unwrap_or_default().to_owned(),
                days: number(days)
                    .filter(|it| *it > 0)
                    .ok_or("ExpirationInDays is not a positive number")?,
                larger_than_bytes: bytes(rule, "ObjectSizeGreaterThan")?,
                smaller_than_bytes: bytes(rule, "ObjectSizeLessThan")?,
            });
        }
        Ok(expirations)
    }

    /// S3 counts from the midnight (UTC) that follows the writing.
    ///
    /// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html>.
    fn has_come(&self, written: Timestamp, now: Timestamp) -> bool {
        const DAY_SECONDS: i64 = 24 * 60 * 60;
        let next_midnight = (written.as_second().div_euclid(DAY_SECONDS) + 1) * DAY_SECONDS;
        now.as_second() >= next_midnight + self.days.saturating_mul(DAY_SECONDS)
    }

    fn covers(&self, size: u64) -> bool {
        self.larger_than_bytes.is_none_or(|it| size > it)
            && self.smaller_than_bytes.is_none_or(|it| size < it)
    }
}

fn number(value: &Value) -> Option<i64> {
    // Numbers that went through a parameter of the template arrive as text.
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

fn bytes(rule: &Value, member: &str) -> Result<Option<u64>, String> {
    let Some(value) = rule.get(member) else {
        return Ok(None);
    };
    let bytes = number(value).and_then(|it| u64::try_from(it).ok());
    bytes
        .map(Some)
        .ok_or_else(|| format!("{member} is not a number of bytes"))
}

/// Removes what has expired, and returns how many objects that were.
pub(super) fn sweep(shelf: &Shelf) -> Result<usize, StoreError> {
    let settings = shelf
        .settings
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    let now = shelf.now();
    let mut removed = 0;
    for (bucket, settings) in &settings {
        for rule in &settings.expirations {
            let mut from = Vec::new();
            loop {
                let page = shelf.reader().entries(bucket, &rule.prefix, &from, PAGE)?;
                for (key, entry) in &page {
                    if rule.covers(entry.size) && rule.has_come(entry.modified, now) {
                        // Written again in the meantime, it stays.
                        shelf.remove_object(bucket, key, Some(&entry.body))?;
                        removed += 1;
                    }
                }
                match page.last() {
                    Some((last, _)) if page.len() == PAGE => from = [last.as_bytes(), &[0]].concat(),
                    _ => break,
                }
            }
        }
    }
    Ok(removed)
}

/// The thread that sweeps. Dropped, it ends.
pub(super) struct Timer {
    stop: Option<mpsc::Sender<()>>,
    handle: Option<JoinHandle<()>>,
}

impl Timer {
    pub(super) fn start(shelf: &Arc<Shelf>) -> std::io::Result<Self> {
        let (stop, stopped) = mpsc::channel::<()>();
        let shelf = Arc::clone(shelf);
        let handle = std::thread::Builder::new()
            .name("s3-lifecycle".into())
            .spawn(move || {
                while stopped.recv_timeout(SWEEP_EVERY) == Err(mpsc::RecvTimeoutError::Timeout) {
                    match sweep(&shelf) {
                        Ok(0) => {}
                        Ok(objects) => tracing::info!(objects, "expired objects removed"),
                        Err(error) => tracing::error!(%error, "sweep of expired objects failed"),
                    }
                }
            })?;
        Ok(Self {
            stop: Some(stop),
            handle: Some(handle),
        })
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.stop = None;
        if self.handle.take().is_some_and(|it| it.join().is_err()) {
            tracing::error!("the lifecycle thread panicked");
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use serde_json::json;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a timestamp")
    }

    #[test]
    fn days_are_counted_from_the_next_midnight() {
        let rules = Expiration::from_template(&json!({"Rules": [
            {"Id": "a", "Status": "Enabled", "Prefix": "u/", "ExpirationInDays": "1"},
            {"Id": "b", "Status": "Disabled", "ExpirationInDays": 1},
            {"Id": "c", "Status": "Enabled", "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}},
        ]}))
        .expect("rules");
        assert_eq!(rules.len(), 1);
        let written = at("2026-03-01T10:30:00Z");
        assert!(!rules[0].has_come(written, at("2026-03-02T23:59:59Z")));
        assert!(rules[0].has_come(written, at("2026-03-03T00:00:00Z")));
        assert!(!rules[0].has_come(written, written - SignedDuration::from_hours(24 * 9)));
    }

    #[test]
    fn rules_that_cannot_be_kept_are_refused() {
        for rule in [
            json!({"Status": "Enabled", "ExpirationInDays": 0}),
            json!({"Status": "Enabled", "ExpirationInDays": "soon"}),
            json!({"Status": "Enabled", "ExpirationInDays": 1, "TagFilters": []}),
            json!({"Status": "Enabled", "ExpirationDate": "2030-01-01T00:00:00Z"}),
            json!({"Status": "Enabled", "ExpirationInDays": 1, "ObjectSizeLessThan": -1}),
        ] {
            assert!(
                Expiration::from_template(&json!({"Rules": [rule]})).is_err(),
                "{rule}"
            );
        }
    }
}
