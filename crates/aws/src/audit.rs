//! The table of what happened: chains of entries, each with the hash of the one before. Entries are appended and read,
//! never changed; they die by TTL.

use std::collections::HashMap;

use aws_sdk_dynamodb::{Client, operation::put_item::PutItemError, primitives::Blob, types::AttributeValue};
use domain::{
    Fault,
    audit::{Appended, AuditFrom, AuditHash, AuditRange, AuditRow},
};

use crate::fault::{malformed, sdk_fault};

/// Adapter on the table of what happened.
#[derive(Debug, Clone)]
pub struct AuditTable {
    client: Client,
    table: String,
}

impl AuditTable {
    /// Returns the adapter for the table of that name.
    #[must_use]
    pub fn new(aws: &aws_config::SdkConfig, table: String) -> Self {
        Self {
            client: Client::new(aws),
            table,
        }
    }

    /// Puts an entry in its place if that is free. Of several at the same time one gets it. Maps to `dynamodb:PutItem`.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed; whether it was written is not known then.
    pub async fn append(&self, row: &AuditRow) -> Result<Appended, Fault> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item(row)))
            .condition_expression("attribute_not_exists(#chain)")
            .expression_attribute_names("#chain", "chain");
        match put.send().await {
            Ok(_) => Ok(Appended::Done),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(PutItemError::is_conditional_check_failed_exception) =>
            {
                Ok(Appended::Taken)
            }
            Err(error) => Err(sdk_fault("AppendAudit", error)),
        }
    }

    /// Returns entries of a chain, what was appended before included. Maps to `dynamodb:Query`, consistent.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed or a row is none of this table's.
    pub async fn read(&self, range: AuditRange) -> Result<Vec<AuditRow>, Fault> {
        const OPERATION: &str = "ReadAudit";
        let (condition, number, forward) = match range.from {
            AuditFrom::Oldest => ("#chain = :chain", None, true),
            AuditFrom::Newest => ("#chain = :chain", None, false),
            AuditFrom::Below(number) => ("#chain = :chain AND #number < :number", Some(number), false),
            AuditFrom::Above(number) => ("#chain = :chain AND #number > :number", Some(number), true),
        };
        let (mut rows, mut start) = (Vec::new(), None);
        loop {
            let wanted = range.limit.saturating_sub(rows.len());
            let mut query = self
                .client
                .query()
                .table_name(&self.table)
                .consistent_read(true)
                .key_condition_expression(condition)
                .expression_attribute_names("#chain", "chain")
                .expression_attribute_values(":chain", n(range.chain))
                .scan_index_forward(forward)
                .limit(i32::try_from(wanted).unwrap_or(i32::MAX))
                .set_exclusive_start_key(start);
            if let Some(number) = number {
                query = query
                    .expression_attribute_names("#number", "number")
                    .expression_attribute_values(":number", n(number));
            }
            let answer = query.send().await.map_err(|it| sdk_fault(OPERATION, it))?;
            for item in answer.items.unwrap_or_default() {
                rows.push(parse(&item).ok_or_else(|| malformed(OPERATION, "not a row of this table"))?);
            }
            start = answer.last_evaluated_key;
            if start.is_none() || range.limit <= rows.len() {
                return Ok(rows);
            }
        }
    }
}

fn n(value: impl Into<i128>) -> AttributeValue {
    AttributeValue::N(value.into().to_string())
}

fn item(row: &AuditRow) -> HashMap<String, AttributeValue> {
    [
        ("chain", n(row.chain)),
        ("number", n(row.number)),
        ("previous", AttributeValue::B(Blob::new(row.previous))),
        ("hash", AttributeValue::B(Blob::new(row.hash))),
        ("entry", AttributeValue::S(row.text.clone())),
        // Seconds: the table's TTL attribute.
        ("expiresAt", n(row.expires_at_s)),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

/// A row that somebody damaged must still reach whoever verifies it: what is missing is empty there, and never right.
fn parse(item: &HashMap<String, AttributeValue>) -> Option<AuditRow> {
    let hash = |name: &str| -> AuditHash {
        let bytes = item.get(name).and_then(|it| it.as_b().ok());
        bytes
            .and_then(|it| it.as_ref().try_into().ok())
            .unwrap_or_default()
    };
    let text = item.get("entry").and_then(|it| it.as_s().ok());
    Some(AuditRow {
        chain: item.get("chain")?.as_n().ok()?.parse().ok()?,
        number: item.get("number")?.as_n().ok()?.parse().ok()?,
        previous: hash("previous"),
        hash: hash("hash"),
        text: text.cloned().unwrap_or_default(),
        expires_at_s: item
            .get("expiresAt")
            .and_then(|it| it.as_n().ok()?.parse().ok())
            .unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> AuditRow {
        AuditRow {
            chain: 3,
            number: 17,
            previous: [1; 32],
            hash: [2; 32],
            text: r#"{"v":1}"#.to_owned(),
            expires_at_s: 1_829_000_000,
        }
    }

    #[test]
    fn a_row_reads_back_as_it_was_stored() {
        let stored = item(&row());
        assert_eq!(stored["expiresAt"], n(1_829_000_000));
        assert_eq!(parse(&stored), Some(row()));
    }

    #[test]
    fn a_damaged_row_is_read_and_a_foreign_one_is_not() {
        for name in ["previous", "hash", "entry", "expiresAt"] {
            let mut stored = item(&row());
            stored.insert(name.to_owned(), AttributeValue::Bool(true));
            let read = parse(&stored).unwrap();
            assert_ne!(read, row(), "{name}");
            assert_eq!((read.chain, read.number), (3, 17));
        }
        for name in ["chain", "number"] {
            let mut stored = item(&row());
            stored.insert(name.to_owned(), AttributeValue::S("3".to_owned()));
            assert_eq!(parse(&stored), None, "{name}");
        }
    }
}
