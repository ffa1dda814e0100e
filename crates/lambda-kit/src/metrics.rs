//! One line of metrics per invocation, in CloudWatch's embedded metric format.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use std::io::Write;

use jiff::Timestamp;
use serde_json::{Value, json};

/// Namespace of the suite's metrics.
const NAMESPACE: &str = "Visavis";

/// What is measured of an invocation.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Measured {
    /// Name of the function.
    pub(crate) function: String,
    /// `ok` or the slug of a problem: a closed set.
    pub(crate) outcome: &'static str,
    /// Time from event to answer.
    pub(crate) duration_ms: f64,
    /// Whether this was the first invocation of its instance.
    pub(crate) cold_start: bool,
    /// Records that failed, for batches.
    pub(crate) n_failed: Option<usize>,
}

impl Measured {
    /// Returns the line.
    pub(crate) fn to_emf(&self, now: Timestamp) -> Value {
        let mut metrics = vec![
            json!({ "Name": "DurationMs", "Unit": "Milliseconds" }),
            json!({ "Name": "Invocations", "Unit": "Count" }),
        ];
        let mut line = json!({
            "Function": self.function,
            "Outcome": self.outcome,
            "DurationMs": self.duration_ms,
            "Invocations": 1,
            "ColdStart": self.cold_start,
        });
        if let Some(n_failed) = self.n_failed {
            metrics.push(json!({ "Name": "RecordsFailed", "Unit": "Count" }));
            line["RecordsFailed"] = n_failed.into();
        }
        line["_aws"] = json!({
            "Timestamp": now.as_millisecond(),
            "CloudWatchMetrics": [{
                "Namespace": NAMESPACE,
                "Dimensions": [["Function"], ["Function", "Outcome"]],
                "Metrics": metrics,
            }],
        });
        line
    }

    /// Writes the line where Lambda collects it. A line that cannot be written is lost, as a log line would be.
    pub(crate) fn write(&self, now: Timestamp) {
        let mut line = self.to_emf(now).to_string();
        line.push('\n');
        let _ = std::io::stdout().lock().write_all(line.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_that_is_declared_has_a_value() {
        let measured = Measured {
            function: "AuthFunction".to_owned(),
            outcome: "ok",
            duration_ms: 1.5,
            cold_start: true,
            n_failed: Some(2),
        };
        let line = measured.to_emf(Timestamp::UNIX_EPOCH);
        let declared = &line["_aws"]["CloudWatchMetrics"][0];
        for metric in declared["Metrics"].as_array().unwrap() {
            assert!(line[metric["Name"].as_str().unwrap()].is_number(), "{metric}");
        }
        for dimension in declared["Dimensions"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|it| it.as_array().unwrap())
        {
            assert!(line[dimension.as_str().unwrap()].is_string(), "{dimension}");
        }
    }
}
