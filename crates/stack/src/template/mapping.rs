//! Event source mappings of DynamoDB streams.

use serde_json::Value;

use super::{NotRun, Problem, TemplateError, items, read::Node};

/// Where a batch goes that no retry could deliver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OnFailure {
    /// The ARN of an SQS queue.
    Queue(String),
    /// The ARN of an SNS topic.
    Topic(String),
}

/// One event source mapping of a DynamoDB stream. Defaults are those of
/// <https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html>.
#[derive(Debug, Clone)]
pub struct StreamMappingSpec {
    /// Name of the event in the template.
    pub event: String,
    /// ARN of the stream.
    pub stream_arn: String,
    /// Whether records written before the mapping existed are delivered, too.
    pub from_start: bool,
    /// Most records in one invocation, 1 to 10,000.
    pub batch_size: usize,
    /// How long a batch may be gathered, in seconds.
    pub batching_window_s: u32,
    /// Patterns, one of which a record must match; none means every record does.
    pub filters: Vec<String>,
    /// Retries after the first attempt; `None` means until the record expires.
    pub max_retries: Option<u32>,
    /// Age at which a record is given up, in seconds.
    pub max_record_age_s: Option<u32>,
    /// Whether a failed batch is split in two before it is retried.
    pub bisect: bool,
    /// Whether the function names the first record it could not process.
    pub report_item_failures: bool,
    /// Destination of what is given up.
    pub on_failure: Option<OnFailure>,
}

impl StreamMappingSpec {
    pub(super) fn read(
        name: &str,
        event: &Node,
        not_run: &mut Vec<NotRun>,
        function: &str,
    ) -> Result<Option<Self>, TemplateError> {
        let Some(node) = event.child("Properties")? else {
            return Err(TemplateError::at(&event.at, Problem::Missing("Properties")));
        };
        if node.boolean("Enabled")? == Some(false) {
            return Ok(None);
        }
        if node.get("TumblingWindowInSeconds").is_some() {
            let what = Problem::Unsupported("tumbling windows".to_owned());
            return Err(TemplateError::at(node.at("TumblingWindowInSeconds"), what));
        }
        // More than one batch per shard at a time keeps the order of each key; one at a time keeps the order of
        // all, which is stricter. It is said, not refused.
        if node.integer("ParallelizationFactor")?.is_some_and(|it| 1 < it) {
            not_run.push(NotRun::new(
                &format!("{function}.Events.{name}"),
                "ParallelizationFactor",
            ));
        }
        let from_start = match node.required_text("StartingPosition")?.as_str() {
            "TRIM_HORIZON" => true,
            "LATEST" => false,
            _ => {
                return Err(TemplateError::at(
                    node.at("StartingPosition"),
                    Problem::Expected("TRIM_HORIZON or LATEST"),
                ));
            }
        };
        let within = |name: &str, default: i64, range: std::ops::RangeInclusive<i64>| {
            let value = node.integer(name)?.unwrap_or(default);
            if range.contains(&value) {
                Ok(value)
            } else {
                Err(TemplateError::at(
                    node.at(name),
                    Problem::Expected("a value in the range Lambda allows"),
                ))
            }
        };
        Ok(Some(Self {
            event: name.to_owned(),
            stream_arn: node.required_text("Stream")?,
            from_start,
            batch_size: within("BatchSize", 100, 1..=10_000)? as usize,
            batching_window_s: within("MaximumBatchingWindowInSeconds", 0, 0..=300)? as u32,
            filters: filters(&node)?,
            max_retries: u32::try_from(within("MaximumRetryAttempts", -1, -1..=10_000)?).ok(),
            max_record_age_s: u32::try_from(within("MaximumRecordAgeInSeconds", -1, -1..=604_800)?).ok(),
            bisect: node.boolean("BisectBatchOnFunctionError")?.unwrap_or(false),
            report_item_failures: node
                .texts("FunctionResponseTypes")?
                .iter()
                .any(|it| it == "ReportBatchItemFailures"),
            on_failure: on_failure(&node)?,
        }))
    }
}

fn filters(node: &Node) -> Result<Vec<String>, TemplateError> {
    let Some(criteria) = node.child("FilterCriteria")? else {
        return Ok(Vec::new());
    };
    let filters = criteria.get("Filters").unwrap_or(&Value::Null);
    items(filters)
        .iter()
        .enumerate()
        .map(|(idx, filter)| {
            Node::new(format!("{}.Filters[{idx}]", criteria.at), filter.clone())?.required_text("Pattern")
        })
        .collect()
}

fn on_failure(node: &Node) -> Result<Option<OnFailure>, TemplateError> {
    let Some(config) = node.child("DestinationConfig")? else {
        return Ok(None);
    };
    let Some(destination) = config.child("OnFailure")? else {
        return Ok(None);
    };
    let arn = destination.required_text("Destination")?;
    if arn.starts_with("arn:aws:sqs:") {
        Ok(Some(OnFailure::Queue(arn)))
    } else if arn.starts_with("arn:aws:sns:") {
        Ok(Some(OnFailure::Topic(arn)))
    } else {
        let what = Problem::Unsupported("a destination that is neither a queue nor a topic".to_owned());
        Err(TemplateError::at(destination.at("Destination"), what))
    }
}
