//! Adding and removing faces: each is one transaction that counts.

use aws_sdk_dynamodb::{
    error::SdkError,
    operation::transact_write_items::TransactWriteItemsError,
    types::{
        AttributeValue, CancellationReason, Delete, Put, ReturnValuesOnConditionCheckFailure,
        TransactWriteItem, Update,
    },
};
use domain::{FaceId, Fault, PersonId, UserId};

use super::{
    PeopleTable,
    rows::{
        FaceItem, FaceRow, PersonItem, PersonRow, State, face_item, face_part, faces_part, key, person_part,
        read,
    },
};
use crate::fault::{malformed, sdk_fault};

/// Why a face was not added.
#[derive(Debug, thiserror::Error)]
pub enum AddFaceError {
    /// There is no such person, or it is being erased or was.
    #[error("there is no such person")]
    NotFound,
    /// The person has this face already.
    #[error("the person has this face")]
    Exists,
    /// The person has as many faces as there may be.
    #[error("the person has as many faces as there may be")]
    Full,
    /// The table failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Places of the writes in a transaction.
const PERSON: usize = 0;
const FACE: usize = 1;

impl PeopleTable {
    /// Returns the faces of a person, oldest first. Consistent. Maps to `dynamodb:Query`.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed or a row does not parse.
    pub async fn faces(&self, owner: UserId, person: PersonId) -> Result<Vec<FaceRow>, Fault> {
        const OPERATION: &str = "ListFaces";
        let mut pages = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("userId = :owner AND begins_with(part, :faces)")
            .expression_attribute_values(":owner", AttributeValue::S(owner.to_string()))
            .expression_attribute_values(":faces", AttributeValue::S(faces_part(person)))
            .consistent_read(true)
            .into_paginator()
            .send();
        let mut faces = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|it| sdk_fault(OPERATION, it))?;
            for item in page.items.unwrap_or_default() {
                faces.push(read::<FaceItem, FaceRow>(OPERATION, item)?);
            }
        }
        faces.sort_by_key(|it| (it.added_at, it.id));
        Ok(faces)
    }

    /// Adds a face to a person who has less than `most` of them, all or nothing. Maps to `dynamodb:UpdateItem` and
    /// `dynamodb:PutItem`, in a transaction.
    ///
    /// # Errors
    ///
    /// The first that holds of [`AddFaceError::NotFound`], [`AddFaceError::Exists`], [`AddFaceError::Full`]; nothing is
    /// changed then.
    pub async fn add_face(&self, owner: UserId, face: &FaceRow, most: u32) -> Result<(), AddFaceError> {
        const OPERATION: &str = "AddFace";
        let count = Update::builder()
            .table_name(&self.table)
            .set_key(Some(key(owner, person_part(face.person))))
            .update_expression("ADD faceCount :one")
            .condition_expression("#state = :active AND faceCount < :most")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":active", AttributeValue::S(State::Active.as_str().to_owned()))
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .expression_attribute_values(":most", AttributeValue::N(most.to_string()))
            // Tells a person who is gone from one who has enough faces.
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .map_err(|it| malformed(OPERATION, it))?;
        let item = serde_dynamo::to_item(face_item(owner, face)).map_err(|it| malformed(OPERATION, it))?;
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(part)")
            .build()
            .map_err(|it| malformed(OPERATION, it))?;
        let writes = [
            TransactWriteItem::builder().update(count).build(),
            TransactWriteItem::builder().put(put).build(),
        ];
        let Err(error) = self.transact(writes).await else {
            return Ok(());
        };
        let reasons = reasons(&error);
        let told = match (failed(reasons, PERSON), failed(reasons, FACE)) {
            (Some(reason), failed_face) => {
                let person = reason.item.clone().filter(|it| !it.is_empty());
                let person = person.map(read_person(OPERATION)).transpose()?;
                match person {
                    Some(person) if !person.is_erasing => Some(if failed_face.is_some() {
                        AddFaceError::Exists
                    } else {
                        AddFaceError::Full
                    }),
                    _ => Some(AddFaceError::NotFound),
                }
            }
            (None, Some(_)) => Some(AddFaceError::Exists),
            (None, None) => None,
        };
        Err(told.unwrap_or_else(|| canceled(OPERATION, error).into()))
    }

    /// Removes a face from a person, all or nothing, and tells whether it was there. Maps to `dynamodb:UpdateItem` and
    /// `dynamodb:DeleteItem`, in a transaction.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed; nothing is changed then.
    pub async fn remove_face(&self, owner: UserId, person: PersonId, face: FaceId) -> Result<bool, Fault> {
        const OPERATION: &str = "RemoveFace";
        let count = Update::builder()
            .table_name(&self.table)
            .set_key(Some(key(owner, person_part(person))))
            .update_expression("ADD faceCount :less")
            .condition_expression("attribute_exists(part)")
            .expression_attribute_values(":less", AttributeValue::N("-1".to_owned()))
            .build()
            .map_err(|it| malformed(OPERATION, it))?;
        let delete = Delete::builder()
            .table_name(&self.table)
            .set_key(Some(key(owner, face_part(person, face))))
            .condition_expression("attribute_exists(part)")
            .build()
            .map_err(|it| malformed(OPERATION, it))?;
        let writes = [
            TransactWriteItem::builder().update(count).build(),
            TransactWriteItem::builder().delete(delete).build(),
        ];
        let Err(error) = self.transact(writes).await else {
            return Ok(true);
        };
        let reasons = reasons(&error);
        // Where there is no person there are no faces: they are erased first.
        if failed(reasons, PERSON).or(failed(reasons, FACE)).is_some() {
            return Ok(false);
        }
        Err(canceled(OPERATION, error))
    }

    async fn transact(
        &self,
        writes: [TransactWriteItem; 2],
    ) -> Result<(), SdkError<TransactWriteItemsError>> {
        let sent = self
            .client
            .transact_write_items()
            .set_transact_items(Some(writes.into()));
        sent.send().await.map(drop)
    }
}

fn read_person(
    operation: &'static str,
) -> impl FnOnce(std::collections::HashMap<String, AttributeValue>) -> Result<PersonRow, Fault> {
    move |it| read::<PersonItem, PersonRow>(operation, it)
}

/// Why the writes of a transaction were not done, each; nothing where that is not why it failed.
fn reasons(error: &SdkError<TransactWriteItemsError>) -> &[CancellationReason] {
    match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(it)) => it.cancellation_reasons(),
        _ => &[],
    }
}

/// The reason of the write in that place, if its condition did not hold.
fn failed(reasons: &[CancellationReason], place: usize) -> Option<&CancellationReason> {
    reasons
        .get(place)
        .filter(|it| it.code() == Some("ConditionalCheckFailed"))
}

/// A transaction that was canceled without a condition that failed met another one, or throttling: both pass.
fn canceled(operation: &'static str, error: SdkError<TransactWriteItemsError>) -> Fault {
    let is_canceled = !reasons(&error).is_empty();
    let fault = sdk_fault(operation, error);
    if is_canceled {
        Fault::later(operation, fault.source)
    } else {
        fault
    }
}
