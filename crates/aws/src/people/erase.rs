//! Erasing a person: first nobody knows them any more, and what is left goes last.

use aws_sdk_dynamodb::{
    operation::{delete_item::DeleteItemError, update_item::UpdateItemError},
    types::AttributeValue,
};
use domain::{Fault, PersonId, UserId};

use super::{
    PeopleTable,
    rows::{State, face_part, key, person_part},
};
use crate::fault::sdk_fault;

impl PeopleTable {
    /// Marks a person as being erased, from when on nobody is recognised as them and no face is added, and tells whether
    /// there is such a person. Idempotent. Maps to `dynamodb:UpdateItem`.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed.
    pub async fn begin_erasing(&self, owner: UserId, person: PersonId) -> Result<bool, Fault> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(owner, person_part(person))))
            .update_expression("SET #state = :erasing")
            .condition_expression("attribute_exists(part)")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":erasing", AttributeValue::S(State::Erasing.as_str().to_owned()));
        match update.send().await {
            Ok(_) => Ok(true),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(UpdateItemError::is_conditional_check_failed_exception) =>
            {
                Ok(false)
            }
            Err(error) => Err(sdk_fault("BeginErasing", error)),
        }
    }

    /// Removes the rows of a person who is being erased: those of the faces first, so that one that broke off can be
    /// found and repeated. Idempotent. Maps to `dynamodb:Query` and `dynamodb:DeleteItem`.
    ///
    /// Somebody who was registered anew meanwhile, under the same identifier, stays.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed; some rows may be gone.
    pub async fn forget(&self, owner: UserId, person: PersonId) -> Result<(), Fault> {
        const OPERATION: &str = "ForgetPerson";
        for face in self.faces(owner, person).await? {
            let sent = self
                .client
                .delete_item()
                .table_name(&self.table)
                .set_key(Some(key(owner, face_part(person, face.id))))
                .send()
                .await;
            sent.map_err(|it| sdk_fault(OPERATION, it))?;
        }
        let delete = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(key(owner, person_part(person))))
            .condition_expression("#state = :erasing")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":erasing", AttributeValue::S(State::Erasing.as_str().to_owned()));
        match delete.send().await {
            Ok(_) => Ok(()),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(DeleteItemError::is_conditional_check_failed_exception) =>
            {
                Ok(())
            }
            Err(error) => Err(sdk_fault(OPERATION, error)),
        }
    }
}
