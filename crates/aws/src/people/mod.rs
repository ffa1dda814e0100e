//! The table of people whom accounts have registered, and of their faces. Nothing dies by itself but what is left of whoever was
//! erased.
//!
//! | `part` | holds |
//! |---|---|
//! | `person#<person>` | who it is, that they agreed, how many faces there are, and whether they are being erased; afterwards, for a while and without names, what was erased |
//! | `face#<person>#<face>` | what Rekognition calls the face, and what was measured of it |
//!
//! A person's identifier is a time first, so people sort by when they were registered. The number of faces is counted
//! in the person's row, by the same transactions that add and remove them: that keeps it below its limit, and keeps
//! faces away from whoever is being erased.

mod erase;
mod faces;
mod list;
mod rows;

use aws_sdk_dynamodb::{
    Client,
    operation::{put_item::PutItemError, update_item::UpdateItemError},
    types::{AttributeValue, ReturnValue},
};
use domain::{FaceId, Fault, PersonId, UserId};

use crate::fault::{malformed, sdk_fault};
use rows::{PersonItem, State, key, person_item, person_part, read};

pub use erase::ErasureRow;
pub use faces::AddFaceError;
pub use rows::{ConsentRow, FaceRow, PersonRow};

/// Adapter on the table of people.
#[derive(Debug, Clone)]
pub struct PeopleTable {
    client: Client,
    table: String,
}

/// Why a person was not registered.
#[derive(Debug, thiserror::Error)]
pub enum CreatePersonError {
    /// There is one of that identifier.
    #[error("the person exists")]
    Exists,
    /// The table failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Why a person was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangePersonError {
    /// There is no such person, or it is being erased.
    #[error("there is no such person")]
    NotFound,
    /// The table failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl PeopleTable {
    /// Returns the adapter for the table of that name.
    #[must_use]
    pub fn new(aws: &aws_config::SdkConfig, table: String) -> Self {
        Self {
            client: Client::new(aws),
            table,
        }
    }

    /// Returns the faces that others are compared with, oldest first; `None` where there is no such person, or one that
    /// is being erased or was. Consistent. Maps to `dynamodb:GetItem` and `dynamodb:Query`.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed or a row does not parse.
    pub async fn enrolled(&self, owner: UserId, person: PersonId) -> Result<Option<Vec<FaceId>>, Fault> {
        match self.get(owner, person).await? {
            Some(row) if !row.is_erasing => {
                let faces = self.faces(owner, person).await?;
                Ok(Some(faces.iter().map(|it| it.id).collect()))
            }
            _ => Ok(None),
        }
    }

    /// Returns a person, also one that is being erased or was. Consistent. Maps to `dynamodb:GetItem`.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed or the row does not parse.
    pub async fn get(&self, owner: UserId, person: PersonId) -> Result<Option<PersonRow>, Fault> {
        const OPERATION: &str = "GetPerson";
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key(owner, person_part(person))))
            .consistent_read(true)
            .send()
            .await
            .map_err(|it| sdk_fault(OPERATION, it))?;
        let read = read::<PersonItem, PersonRow>;
        answer.item.map(|it| read(OPERATION, it)).transpose()
    }

    /// Registers a person. Maps to `dynamodb:PutItem`.
    ///
    /// # Errors
    ///
    /// [`CreatePersonError::Exists`] if there is one of that identifier, which stays as it is.
    pub async fn create(&self, row: &PersonRow) -> Result<(), CreatePersonError> {
        const OPERATION: &str = "CreatePerson";
        let item = serde_dynamo::to_item(person_item(row)).map_err(|it| malformed(OPERATION, it))?;
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(part)");
        put.send().await.map(drop).map_err(|error| {
            if error
                .as_service_error()
                .is_some_and(PutItemError::is_conditional_check_failed_exception)
            {
                CreatePersonError::Exists
            } else {
                sdk_fault(OPERATION, error).into()
            }
        })
    }

    /// Changes what a person is called, and returns the person as it is then; `None` leaves a name as it is. Maps to
    /// `dynamodb:UpdateItem`.
    ///
    /// # Errors
    ///
    /// [`ChangePersonError::NotFound`] if there is no such person, or one that is being erased.
    pub async fn change(
        &self,
        owner: UserId,
        person: PersonId,
        display_name: Option<&str>,
        external_id: Option<&str>,
    ) -> Result<PersonRow, ChangePersonError> {
        const OPERATION: &str = "ChangePerson";
        let mut update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(owner, person_part(person))))
            .condition_expression("#state = :active")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":active", AttributeValue::S(State::Active.as_str().to_owned()))
            .return_values(ReturnValue::AllNew);
        let mut sets = Vec::new();
        for (set, placeholder, name) in [
            ("displayName = :name", ":name", display_name),
            ("externalId = :external", ":external", external_id),
        ] {
            if let Some(name) = name {
                sets.push(set);
                update = update.expression_attribute_values(placeholder, AttributeValue::S(name.to_owned()));
            }
        }
        // An update without an expression changes nothing and returns the row all the same.
        if !sets.is_empty() {
            update = update.update_expression(format!("SET {}", sets.join(", ")));
        }
        let answer = update.send().await.map_err(|error| {
            if error
                .as_service_error()
                .is_some_and(UpdateItemError::is_conditional_check_failed_exception)
            {
                ChangePersonError::NotFound
            } else {
                sdk_fault(OPERATION, error).into()
            }
        })?;
        let row = read::<PersonItem, PersonRow>(OPERATION, answer.attributes.unwrap_or_default())?;
        Ok(row)
    }
}
