//! The list of an account's people.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{Fault, PersonId, UserId};

use super::{
    PeopleTable,
    rows::{PEOPLE, PersonItem, PersonRow, State, key, person_part, read},
};
use crate::fault::sdk_fault;

impl PeopleTable {
    /// Returns at most `limit` people who were registered before `after`, newest first, without those who are being
    /// erased or were; and where the next page begins: after this one, `None` at the end. Consistent. Maps to `dynamodb:Query`.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed or a row does not parse.
    pub async fn list(
        &self,
        owner: UserId,
        limit: usize,
        after: Option<PersonId>,
    ) -> Result<(Vec<PersonRow>, Option<PersonId>), Fault> {
        const OPERATION: &str = "ListPeople";
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("userId = :owner AND begins_with(part, :people)")
            .filter_expression("#state = :active")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":owner", AttributeValue::S(owner.to_string()))
            .expression_attribute_values(":people", AttributeValue::S(PEOPLE.to_owned()))
            .expression_attribute_values(":active", AttributeValue::S(State::Active.as_str().to_owned()))
            .scan_index_forward(false)
            .consistent_read(true);
        let mut start = after.map(|it| key(owner, person_part(it)));
        let mut rows: Vec<PersonRow> = Vec::new();
        loop {
            // One more than asked for tells whether there is a next page. Rows are counted before they are filtered.
            let n_wanted = limit.saturating_add(1).saturating_sub(rows.len());
            let answer = query
                .clone()
                .limit(i32::try_from(n_wanted).unwrap_or(i32::MAX))
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(|it| sdk_fault(OPERATION, it))?;
            for item in answer.items.unwrap_or_default() {
                rows.push(read::<PersonItem, PersonRow>(OPERATION, item)?);
            }
            start = answer.last_evaluated_key;
            if start.is_none() || limit < rows.len() {
                break;
            }
        }
        let more = limit < rows.len();
        rows.truncate(limit);
        let after = rows.last().filter(|_| more).map(|it| it.id);
        Ok((rows, after))
    }

    /// Returns the people whom an account began to erase without getting to the end. Consistent. Maps to `dynamodb:Query`.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the table failed or a row does not parse.
    pub async fn erasing(&self, owner: UserId) -> Result<Vec<PersonId>, Fault> {
        const OPERATION: &str = "ListErasing";
        let erasing = AttributeValue::S(State::Erasing.as_str().to_owned());
        let mut pages = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("userId = :owner AND begins_with(part, :people)")
            .filter_expression("#state = :erasing")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":owner", AttributeValue::S(owner.to_string()))
            .expression_attribute_values(":people", AttributeValue::S(PEOPLE.to_owned()))
            .expression_attribute_values(":erasing", erasing)
            .consistent_read(true)
            .into_paginator()
            .send();
        let mut people = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|it| sdk_fault(OPERATION, it))?;
            for item in page.items.unwrap_or_default() {
                people.push(read::<PersonItem, PersonRow>(OPERATION, item)?.id);
            }
        }
        Ok(people)
    }
}
