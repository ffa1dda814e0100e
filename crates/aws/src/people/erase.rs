//! Erasing a person: first nobody knows them any more, and what is left goes last, but for what the receipt says.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::{
    operation::update_item::{UpdateItemError, builders::UpdateItemFluentBuilder},
    types::{AttributeValue, ReturnValue},
};
use domain::{Fault, PersonId, UserId};
use jiff::Timestamp;
use serde::Deserialize;

use super::{
    PeopleTable,
    rows::{InvalidItem, State, face_part, key, person_part, read},
};
use crate::fault::sdk_fault;

/// What was erased with a person so far, over all attempts. Names nobody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ErasureRow {
    /// What Rekognition called the descriptions of their faces.
    pub descriptions: BTreeSet<String>,
    /// What their pictures were called.
    pub pictures: BTreeSet<String>,
    /// When everything was gone; `None` before that. Milliseconds count.
    pub erased_at: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ErasureItem {
    #[serde(default)]
    descriptions: BTreeSet<String>,
    #[serde(default)]
    pictures: BTreeSet<String>,
    erased_at_ms: Option<i64>,
}

impl TryFrom<ErasureItem> for ErasureRow {
    type Error = InvalidItem;

    fn try_from(item: ErasureItem) -> Result<Self, InvalidItem> {
        let erased_at = item.erased_at_ms.map(Timestamp::from_millisecond).transpose()?;
        Ok(Self {
            descriptions: item.descriptions,
            pictures: item.pictures,
            erased_at,
        })
    }
}

impl PeopleTable {
    /// Marks a person as being erased and drops what names them, from when on nobody is recognised as them and no face is
    /// added. Returns what was erased before, also of somebody who was erased a while ago; `None` where there is no such
    /// person. Idempotent. Maps to `dynamodb:UpdateItem`.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed or the row does not parse.
    pub async fn begin_erasing(&self, owner: UserId, person: PersonId) -> Result<Option<ErasureRow>, Fault> {
        // Until it is finished again nothing ends by itself.
        let update = self
            .update(owner, person)
            .update_expression(
                "SET #state = :erasing REMOVE displayName, externalId, noticeVersion, consentGivenBy, consentAtMs, \
                 fingerprint, expiresAt",
            )
            .condition_expression("attribute_exists(part)")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":erasing", state(State::Erasing));
        send("BeginErasing", update).await
    }

    /// Adds to what was erased with a person, and returns all of it; `None` where there is no such person any more. What
    /// is noted twice counts once. Maps to `dynamodb:UpdateItem`.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed or the row does not parse.
    pub async fn note_erased(
        &self,
        owner: UserId,
        person: PersonId,
        descriptions: &BTreeSet<String>,
        pictures: &BTreeSet<String>,
    ) -> Result<Option<ErasureRow>, Fault> {
        let mut update = self
            .update(owner, person)
            .condition_expression("attribute_exists(part)");
        let mut adds = Vec::new();
        for (add, placeholder, names) in [
            ("descriptions :descriptions", ":descriptions", descriptions),
            ("pictures :pictures", ":pictures", pictures),
        ] {
            // There are no empty sets (DynamoDB, data types).
            if !names.is_empty() {
                adds.push(add);
                let names = AttributeValue::Ss(names.iter().cloned().collect());
                update = update.expression_attribute_values(placeholder, names);
            }
        }
        // An update without an expression changes nothing and returns the row all the same.
        if !adds.is_empty() {
            update = update.update_expression(format!("ADD {}", adds.join(", ")));
        }
        send("NoteErased", update).await
    }

    /// Removes the rows of the faces of a person who is being erased, and leaves of their own, until `expires_at`, what
    /// was erased and when. Idempotent. Maps to `dynamodb:Query`, `dynamodb:DeleteItem` and `dynamodb:UpdateItem`.
    ///
    /// Whoever is not being erased keeps their own row.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed; some rows may be gone.
    pub async fn forget(
        &self,
        owner: UserId,
        person: PersonId,
        erased_at: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), Fault> {
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
        let update = self
            .update(owner, person)
            .update_expression("SET #state = :erased, faceCount = :none, erasedAtMs = :at, expiresAt = :end")
            .condition_expression("#state IN (:erasing, :erased)")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":erasing", state(State::Erasing))
            .expression_attribute_values(":erased", state(State::Erased))
            .expression_attribute_values(":none", number(0))
            .expression_attribute_values(":at", number(erased_at.as_millisecond()))
            .expression_attribute_values(":end", number(expires_at.as_second()));
        send(OPERATION, update).await.map(drop)
    }

    fn update(&self, owner: UserId, person: PersonId) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(owner, person_part(person))))
            .return_values(ReturnValue::AllNew)
    }
}

fn state(state: State) -> AttributeValue {
    AttributeValue::S(state.as_str().to_owned())
}

fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// Updates a row and reads it as it is then, `None` where the condition does not hold.
async fn send(operation: &'static str, update: UpdateItemFluentBuilder) -> Result<Option<ErasureRow>, Fault> {
    match update.send().await {
        Ok(answer) => {
            let item: HashMap<_, _> = answer.attributes.unwrap_or_default();
            read::<ErasureItem, ErasureRow>(operation, item).map(Some)
        }
        Err(error)
            if error
                .as_service_error()
                .is_some_and(UpdateItemError::is_conditional_check_failed_exception) =>
        {
            Ok(None)
        }
        Err(error) => Err(sdk_fault(operation, error)),
    }
}
