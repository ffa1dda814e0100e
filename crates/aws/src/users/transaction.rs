//! Several writes that happen together or not at all.

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    operation::transact_write_items::TransactWriteItemsError,
    types::{AttributeValue, Delete, Put, TransactWriteItem},
};
use domain::Fault;

use super::{UsersTable, rows::name_row};
use crate::fault::{malformed, sdk_fault};

/// A write, and what it means that its condition did not hold.
pub(super) type Step<E> = (TransactWriteItem, Option<E>);

impl UsersTable {
    /// Does all steps or none.
    ///
    /// The error is that of the first step whose condition did not hold; `conflict` where another transaction was at
    /// the same rows at the same time, if the caller wants to tell.
    pub(super) async fn transact<E: From<Fault>>(
        &self,
        operation: &'static str,
        steps: Vec<Step<E>>,
        conflict: Option<E>,
    ) -> Result<(), E> {
        let (writes, reasons): (Vec<_>, Vec<_>) = steps.into_iter().unzip();
        let sent = self
            .client
            .transact_write_items()
            .set_transact_items(Some(writes))
            .send()
            .await;
        let Err(error) = sent else {
            return Ok(());
        };
        let Some(TransactWriteItemsError::TransactionCanceledException(canceled)) = error.as_service_error()
        else {
            return Err(sdk_fault(operation, error).into());
        };
        let codes = canceled.cancellation_reasons().iter().map(|it| it.code());
        let codes: Vec<_> = codes.map(|it| it.unwrap_or_default().to_owned()).collect();
        Err(told(&codes, reasons, conflict).unwrap_or_else(|| {
            // Without a condition that failed it met another transaction, or throttling: both pass.
            let fault = sdk_fault(operation, error);
            Fault::later(operation, fault.source).into()
        }))
    }

    /// Puts a row that must be new.
    pub(super) fn put_new(
        &self,
        operation: &'static str,
        item: HashMap<String, AttributeValue>,
    ) -> Result<TransactWriteItem, Fault> {
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk)")
            .build()
            .map_err(|it| malformed(operation, it))?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// Deletes the row of a name if it belongs to the account.
    pub(super) fn delete_name(
        &self,
        operation: &'static str,
        pk: String,
        user: domain::UserId,
    ) -> Result<TransactWriteItem, Fault> {
        let owner = name_row(pk.clone(), user)
            .remove("userId")
            .ok_or_else(|| malformed(operation, "the row of a name has no owner"))?;
        let delete = Delete::builder()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(pk))
            .condition_expression("userId = :user")
            .expression_attribute_values(":user", owner)
            .build()
            .map_err(|it| malformed(operation, it))?;
        Ok(TransactWriteItem::builder().delete(delete).build())
    }
}

/// Returns what the codes of a canceled transaction, one for each step, mean to whoever sent it; `None` where they mean
/// nothing that he has a name for.
fn told<E>(codes: &[String], reasons: Vec<Option<E>>, conflict: Option<E>) -> Option<E> {
    let mut failed = codes
        .iter()
        .zip(reasons)
        .filter(|it| it.0 == "ConditionalCheckFailed");
    let conflict = conflict.filter(|_| codes.iter().any(|it| it == "TransactionConflict"));
    failed.find_map(|it| it.1).or(conflict)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told_by(codes: [&str; 3]) -> Option<&'static str> {
        let reasons = vec![Some("changed"), None, Some("last")];
        told(&codes.map(str::to_owned), reasons, Some("conflict"))
    }

    #[test]
    fn the_first_condition_with_a_meaning_is_told_before_a_conflict() {
        const FAILED: &str = "ConditionalCheckFailed";
        const CONFLICT: &str = "TransactionConflict";
        assert_eq!(told_by([FAILED, FAILED, FAILED]), Some("changed"));
        assert_eq!(told_by(["None", FAILED, FAILED]), Some("last"));
        assert_eq!(told_by([CONFLICT, "None", FAILED]), Some("last"));
        assert_eq!(told_by(["None", CONFLICT, "None"]), Some("conflict"));
    }

    #[test]
    fn throttling_and_conditions_without_a_meaning_are_nothing_to_tell() {
        assert_eq!(told_by(["None", "ConditionalCheckFailed", "None"]), None);
        assert_eq!(told_by(["ThrottlingError", "None", "None"]), None);
        assert_eq!(
            told::<&str>(&["TransactionConflict".to_owned()], vec![None], None),
            None
        );
        assert_eq!(told::<&str>(&[], Vec::new(), Some("conflict")), None);
    }
}
