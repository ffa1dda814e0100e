//! Changing and deleting accounts, as administrators do.

use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem, Update};
use domain::{Fault, Role, UserId};
use jiff::Timestamp;

use super::{
    UserRow, UsersTable,
    rows::{email_key, user_key, username_key},
    transaction::Step,
};
use crate::fault::malformed;

const ADMINISTRATORS_KEY: &str = "administrators";

/// Sort key of the row by which an owner's API keys are refused; keys have UUIDs there.
const OWNER: &str = "owner";

/// What administrators decide about an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// What it may do.
    pub role: Role,
    /// Whether it may do nothing at all.
    pub disabled: bool,
}

impl Standing {
    /// Tells whether this is an administrator who may act; there is always one.
    #[must_use]
    pub fn administers(self) -> bool {
        self.role == Role::Admin && !self.disabled
    }
}

impl UserRow {
    /// Returns what administrators have decided about the account.
    #[must_use]
    pub const fn standing(&self) -> Standing {
        Standing {
            role: self.role,
            disabled: self.disabled,
        }
    }
}

/// Why an account was not changed or deleted.
#[derive(Debug, thiserror::Error)]
pub enum ManageUserError {
    /// The account is gone, or somebody else changed it or another administrator since it was read.
    #[error("the account has changed")]
    Changed,
    /// It is the last administrator who may act.
    #[error("it is the last administrator")]
    LastAdministrator,
    /// The table failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl UsersTable {
    /// Changes what an account may do, and ends all its sessions by the next version, which is returned. With it
    /// goes, in one transaction, the row by which its API keys are refused. Maps to `dynamodb:UpdateItem`, also on the
    /// table of API keys.
    ///
    /// # Errors
    ///
    /// [`ManageUserError::Changed`] if the account is not as `user` says; [`ManageUserError::LastAdministrator`] if
    /// none would be left. Nothing is changed then.
    pub async fn change(&self, user: &UserRow, after: Standing) -> Result<u32, ManageUserError> {
        const OPERATION: &str = "ChangeUser";
        let before = user.standing();
        let next = user.version.saturating_add(1);
        let update = Update::builder()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(user_key(user.id)))
            .update_expression("SET #role = :role, sessionsVersion = :next, disabled = :disabled")
            .condition_expression("sessionsVersion = :version")
            // `role` is a reserved word of DynamoDB's expressions.
            .expression_attribute_names("#role", "role")
            .expression_attribute_values(":role", AttributeValue::S(after.role.as_str().to_owned()))
            .expression_attribute_values(":next", AttributeValue::N(next.to_string()))
            .expression_attribute_values(":version", AttributeValue::N(user.version.to_string()))
            .expression_attribute_values(":disabled", AttributeValue::Bool(after.disabled))
            .build()
            .map_err(|it| malformed(OPERATION, it))?;
        let update = TransactWriteItem::builder().update(update).build();
        let mut steps: Vec<Step<ManageUserError>> = vec![(update, Some(ManageUserError::Changed))];
        steps.extend(self.counted(OPERATION, before.administers(), after.administers())?);
        if before.disabled != after.disabled {
            steps.push((self.mark_owner(OPERATION, user.id, after.disabled)?, None));
        }
        self.transact(OPERATION, steps, Some(ManageUserError::Changed))
            .await?;
        Ok(next)
    }

    /// Deletes an account with its names, and refuses its API keys from then on, in one transaction. What is left is
    /// its identifier until `erase_again_at`. Maps to `dynamodb:DeleteItem`, `dynamodb:PutItem` and
    /// `dynamodb:UpdateItem`, and to `dynamodb:UpdateItem` on the table of API keys.
    ///
    /// # Errors
    ///
    /// [`ManageUserError::Changed`] if the account is not as `user` says; [`ManageUserError::LastAdministrator`] if
    /// none would be left. Nothing is changed then.
    pub async fn delete(&self, user: &UserRow, erase_again_at: Timestamp) -> Result<(), ManageUserError> {
        const OPERATION: &str = "DeleteUser";
        let delete = Delete::builder()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(user_key(user.id)))
            .condition_expression("sessionsVersion = :version")
            .expression_attribute_values(":version", AttributeValue::N(user.version.to_string()))
            .build()
            .map_err(|it| malformed(OPERATION, it))?;
        let delete = TransactWriteItem::builder().delete(delete).build();
        let again = Put::builder()
            .table_name(&self.table)
            .item("pk", AttributeValue::S(format!("erased#{}", user.id)))
            .item("userId", AttributeValue::S(user.id.to_string()))
            // Seconds: the table's TTL attribute.
            .item(
                "expiresAt",
                AttributeValue::N(erase_again_at.as_second().to_string()),
            )
            .build()
            .map_err(|it| malformed(OPERATION, it))?;
        let mut steps: Vec<Step<ManageUserError>> = vec![(delete, Some(ManageUserError::Changed))];
        steps.extend(self.counted(OPERATION, user.standing().administers(), false)?);
        for name in [username_key(&user.username), email_key(&user.email)] {
            steps.push((
                self.delete_name(OPERATION, name, user.id)?,
                Some(ManageUserError::Changed),
            ));
        }
        steps.push((TransactWriteItem::builder().put(again).build(), None));
        steps.push((self.mark_owner(OPERATION, user.id, true)?, None));
        self.transact(OPERATION, steps, Some(ManageUserError::Changed))
            .await
    }

    /// Counts one administrator more, the first as well.
    pub(super) fn one_administrator_more(&self, operation: &'static str) -> Result<TransactWriteItem, Fault> {
        let update = Update::builder()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(ADMINISTRATORS_KEY.to_owned()))
            .update_expression("ADD n :one")
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .build()
            .map_err(|it| malformed(operation, it))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    fn counted(
        &self,
        operation: &'static str,
        before: bool,
        after: bool,
    ) -> Result<Option<Step<ManageUserError>>, Fault> {
        if before == after {
            return Ok(None);
        }
        if after {
            return Ok(Some((self.one_administrator_more(operation)?, None)));
        }
        let update = Update::builder()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(ADMINISTRATORS_KEY.to_owned()))
            .update_expression("ADD n :less")
            .condition_expression("n > :one")
            .expression_attribute_values(":less", AttributeValue::N("-1".to_owned()))
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .build()
            .map_err(|it| malformed(operation, it))?;
        let update = TransactWriteItem::builder().update(update).build();
        Ok(Some((update, Some(ManageUserError::LastAdministrator))))
    }

    /// Writes whether an owner's API keys are refused, beside what else his row says.
    fn mark_owner(
        &self,
        operation: &'static str,
        user: UserId,
        disabled: bool,
    ) -> Result<TransactWriteItem, Fault> {
        let update = Update::builder()
            .table_name(&self.api_keys_table)
            .key("userId", AttributeValue::S(user.to_string()))
            .key("keyId", AttributeValue::S(OWNER.to_owned()));
        let update = if disabled {
            update
                .update_expression("SET disabled = :true")
                .expression_attribute_values(":true", AttributeValue::Bool(true))
        } else {
            update.update_expression("REMOVE disabled")
        };
        let update = update.build().map_err(|it| malformed(operation, it))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }
}
