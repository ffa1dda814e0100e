//! What happens to a record of the stream: one alert.
//!
//! Streams deliver at least once, and publishing is not idempotent, so an alert can arrive twice: after a crash, or
//! when publishing succeeded and its answer was lost. An alert that is repeated does no harm; one that is missing
//! would, so nothing is marked as sent before it is.

use aws::alerts::Alert;
use lambda_kit::records::{Outcome, Record};

use crate::capabilities::SendAlert;
use crate::events::{Doubtful, News, StreamRecord};

/// Sends an alert for a record.
pub async fn handle(deps: &impl SendAlert, site_origin: Option<&str>, record: &Record) -> Outcome {
    let record: StreamRecord = match record.parse() {
        Ok(record) => record,
        Err(outcome) => return outcome,
    };
    let doubtful = match record.news() {
        News::Doubtful(doubtful) => doubtful,
        News::Nothing => return Outcome::Refused("not-doubtful"),
        News::Malformed => return Outcome::Poison("malformed-analysis"),
    };
    match deps.send_alert(&alert(&doubtful, site_origin)).await {
        Ok(()) => {
            tracing::info!(analysis.id = %doubtful.analysis, "alert sent");
            Outcome::Done
        }
        Err(fault) => fault.into(),
    }
}

/// Writes the alert. It names nobody and shows nothing: whoever reads the mail may not be who took the photo.
#[must_use]
pub fn alert(it: &Doubtful, site_origin: Option<&str>) -> Alert {
    let (kind, subject, sentence) = match it.best_confidence {
        None => (
            "no-face",
            "Visavis: no face found".to_owned(),
            "No face was found in a photo.".to_owned(),
        ),
        Some(best) => (
            "doubtful-face",
            format!("Visavis: best face at {best:.1} %"),
            format!("The best face of a photo was found with a confidence of only {best:.1} %."),
        ),
    };
    let link = site_origin.map_or_else(String::new, |origin| {
        format!(
            "\nWhoever took the photo can see the analysis at\n{origin}/analyses/{}\n",
            it.analysis
        )
    });
    let text = format!(
        "{sentence}\n\nAnalysis: {}\nTime: {}\nFaces: {}\n{link}",
        it.analysis,
        it.created_at.strftime("%Y-%m-%d %H:%M:%S UTC"),
        it.n_faces
    );
    Alert {
        subject,
        text,
        attributes: vec![("kind", kind.to_owned()), ("analysisId", it.analysis.to_string())],
    }
}

#[cfg(test)]
mod tests;
