//! The table of limits: one small row for everybody who is counted at the moment. Rows die by TTL.
//!
//! Every change is one conditional put that answers with what is there where it fails, so nothing is ever read.

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    Client,
    operation::put_item::PutItemError,
    types::{AttributeValue, ReturnValuesOnConditionCheckFailure},
};
use domain::{Fault, Mark, Swap, Swapped};

use crate::fault::{malformed, sdk_fault};

const OPERATION: &str = "CountRequests";

/// Adapter on the table of limits.
#[derive(Debug, Clone)]
pub struct LimitsTable {
    client: Client,
    table: String,
}

impl LimitsTable {
    /// Returns the adapter for the table of that name.
    #[must_use]
    pub fn new(aws: &aws_config::SdkConfig, table: String) -> Self {
        Self {
            client: Client::new(aws),
            table,
        }
    }

    /// Changes what is remembered, if it is what `swap` says. Of several at the same time one happens. Maps to
    /// `dynamodb:PutItem`.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed or the row does not parse; whether it was written is not known in the first
    /// case.
    pub async fn swap(&self, swap: &Swap) -> Result<Swapped, Fault> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item(swap)))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let put = match swap.before {
            None => put
                .condition_expression("attribute_not_exists(pk) OR overMs <= :now")
                .expression_attribute_values(":now", number(swap.now_ms)),
            Some(before) => put
                .condition_expression("n = :n AND sinceMs = :since AND untilMs = :until AND overMs = :over")
                .expression_attribute_values(":n", number(before.n.into()))
                .expression_attribute_values(":since", number(before.since_ms))
                .expression_attribute_values(":until", number(before.until_ms))
                .expression_attribute_values(":over", number(before.over_ms)),
        };
        let Err(error) = put.send().await else {
            return Ok(Swapped::Done);
        };
        let Some(PutItemError::ConditionalCheckFailedException(failure)) = error.as_service_error() else {
            return Err(sdk_fault(OPERATION, error));
        };
        let found = failure.item.as_ref().filter(|it| !it.is_empty());
        found
            .map(|it| mark(it).ok_or_else(|| malformed(OPERATION, "not a row of this table")))
            .transpose()
            .map(Swapped::Differs)
    }
}

fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

fn item(swap: &Swap) -> HashMap<String, AttributeValue> {
    let Mark {
        n,
        since_ms,
        until_ms,
        over_ms,
    } = swap.after;
    [
        ("pk", AttributeValue::S(swap.key.clone())),
        ("n", number(n.into())),
        ("sinceMs", number(since_ms)),
        ("untilMs", number(until_ms)),
        ("overMs", number(over_ms)),
        // Seconds: the table's TTL attribute. Never before the row is over.
        ("expiresAt", number(over_ms.div_euclid(1000).saturating_add(1))),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

fn mark(item: &HashMap<String, AttributeValue>) -> Option<Mark> {
    let number = |name: &str| item.get(name)?.as_n().ok()?.parse::<i64>().ok();
    Some(Mark {
        n: number("n")?.try_into().ok()?,
        since_ms: number("sinceMs")?,
        until_ms: number("untilMs")?,
        over_ms: number("overMs")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn swap() -> Swap {
        Swap {
            key: "uploads#00".to_owned(),
            before: None,
            after: Mark {
                n: 3,
                since_ms: 1,
                until_ms: 2,
                over_ms: 1_795_000_000_999,
            },
            now_ms: 0,
        }
    }

    #[test]
    fn a_row_reads_back_as_it_was_stored_and_outlives_what_it_says() {
        let stored = item(&swap());
        assert_eq!(mark(&stored), Some(swap().after));
        assert_eq!(stored["expiresAt"], number(1_795_000_001));
    }

    #[test]
    fn a_damaged_row_is_no_mark() {
        for (name, value) in [("n", number(-1)), ("overMs", AttributeValue::S("1".to_owned()))] {
            let mut stored = item(&swap());
            stored.insert(name.to_owned(), value);
            assert_eq!(mark(&stored), None, "{name}");
        }
        assert_eq!(mark(&HashMap::new()), None);
    }
}
