//! What a function's answer means for its batch.

use serde_json::Value;

/// How a batch fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Every record is done.
    Done,
    /// Every record before this index is done; this one is not, nor does it matter what became of those after it.
    FailedFrom(usize),
    /// Nothing is done.
    Failed,
}

/// Reads `batchItemFailures` as Lambda does.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html>: no failures, in any of
/// their spellings, is success; several are the one that stands first in the stream; what cannot be read, an empty
/// identifier, or one that is not in the batch means that all failed.
pub(super) fn read(answer: &Value, sequence_numbers: &[&str]) -> Verdict {
    let failures = match answer {
        Value::Null => return Verdict::Done,
        Value::Object(answer) => match answer.get("batchItemFailures") {
            None | Some(Value::Null) => return Verdict::Done,
            Some(Value::Array(failures)) => failures,
            Some(_) => return Verdict::Failed,
        },
        _ => return Verdict::Failed,
    };
    let mut first: Option<usize> = None;
    for failure in failures {
        let position = failure
            .get("itemIdentifier")
            .and_then(Value::as_str)
            .and_then(|it| sequence_numbers.iter().position(|number| *number == it));
        match position {
            Some(idx) => first = Some(first.map_or(idx, |it| it.min(idx))),
            None => return Verdict::Failed,
        }
    }
    first.map_or(Verdict::Done, Verdict::FailedFrom)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn answers_mean_what_they_mean_to_lambda() {
        let failures = |ids: Value| json!({"batchItemFailures": ids});
        let id = |it: &str| json!({"itemIdentifier": it});
        for (answer, expected) in [
            (json!(null), Verdict::Done),
            (json!({}), Verdict::Done),
            (failures(json!(null)), Verdict::Done),
            (failures(json!([])), Verdict::Done),
            (failures(json!([id("20")])), Verdict::FailedFrom(1)),
            (failures(json!([id("30"), id("20")])), Verdict::FailedFrom(1)),
            (failures(json!([id("10")])), Verdict::FailedFrom(0)),
            (failures(json!([id("")])), Verdict::Failed),
            (failures(json!([id("99")])), Verdict::Failed),
            (failures(json!([id("20"), id("99")])), Verdict::Failed),
            (failures(json!([{"itemIdentifier": null}])), Verdict::Failed),
            (failures(json!([{"itemId": "20"}])), Verdict::Failed),
            (failures(json!("20")), Verdict::Failed),
            (json!("fine"), Verdict::Failed),
        ] {
            assert_eq!(read(&answer, &["10", "20", "30"]), expected, "{answer}");
        }
    }
}
