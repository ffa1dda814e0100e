//! Tables, seen with the developer's credentials.

use aws_sdk_dynamodb::types::AttributeValue;

use crate::Suite;

impl Suite {
    pub(crate) fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::from_conf(
            aws_sdk_dynamodb::Config::builder()
                .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::latest())
                .endpoint_url(self.aws_url())
                .region(aws_sdk_dynamodb::config::Region::new("eu-west-1"))
                .credentials_provider(aws_sdk_dynamodb::config::Credentials::new(
                    "test", "test", None, None, "journey",
                ))
                .build(),
        )
    }

    /// Number of rows that mention an account in the tables that `EraseAccountFunction` empties.
    ///
    /// # Panics
    ///
    /// If a table does not answer.
    pub async fn rows_of(&self, user_id: &str) -> usize {
        let mut n_rows = 0;
        for name in [
            "UPLOADS_TABLE",
            "ANALYSES_TABLE",
            "SESSIONS_TABLE",
            "PEOPLE_TABLE",
        ] {
            let scanned = self
                .dynamodb()
                .scan()
                .table_name(&self.function("EraseAccountFunction").env[name])
                .filter_expression("userId = :user")
                .expression_attribute_values(":user", AttributeValue::S(user_id.to_owned()))
                .send()
                .await;
            n_rows += scanned.expect("a page").items().len();
        }
        n_rows
    }

    /// Lets what is left of a deleted account expire now instead of in half an hour.
    ///
    /// # Panics
    ///
    /// If nothing is left of it.
    pub async fn expire_remnant(&self, user_id: &str) {
        self.dynamodb()
            .update_item()
            .table_name(&self.function("EraseAccountFunction").env["USERS_TABLE"])
            .key("pk", AttributeValue::S(format!("erased#{user_id}")))
            .update_expression("SET expiresAt = expiresAt - :hour")
            .condition_expression("attribute_exists(expiresAt)")
            .expression_attribute_values(":hour", AttributeValue::N("3600".to_owned()))
            .send()
            .await
            .expect("something is left");
    }

    /// Rewrites one of the entries of the audit table, as somebody does who may write it and cannot hash.
    ///
    /// # Panics
    ///
    /// If there is none.
    pub async fn tamper_with_audit(&self) -> (u64, u64) {
        let table = &self.function("AuthFunction").env["AUDIT_TABLE"];
        let scanned = self.dynamodb().scan().table_name(table).limit(1).send().await;
        let item = scanned.expect("a page").items()[0].clone();
        let number = |name: &str| item[name].as_n().expect("a number").parse().expect("a number");
        let entry = item["entry"].as_s().expect("an entry").replace("done", "refused");
        self.dynamodb()
            .put_item()
            .table_name(table)
            .set_item(Some(item.clone()))
            .item("entry", AttributeValue::S(entry))
            .send()
            .await
            .expect("an answer");
        (number("chain"), number("number"))
    }

    /// Forgets how often somebody did something, as some minutes would.
    ///
    /// # Panics
    ///
    /// If the table does not answer.
    pub async fn forget_limits(&self) {
        let table = &self.function("AnalyzeFunction").env["LIMITS_TABLE"];
        let scanned = self.dynamodb().scan().table_name(table).send().await;
        for row in scanned.expect("a page").items() {
            let deletion = self.dynamodb().delete_item().table_name(table);
            deletion
                .key("pk", row["pk"].clone())
                .send()
                .await
                .expect("an answer");
        }
    }

    /// Forgets that there has been an administrator, as an operator does who has lost the last.
    ///
    /// # Panics
    ///
    /// If the table does not answer.
    pub async fn forget_first_admin(&self) {
        self.dynamodb()
            .delete_item()
            .table_name(&self.function("EraseAccountFunction").env["USERS_TABLE"])
            .key("pk", AttributeValue::S("first-admin".to_owned()))
            .send()
            .await
            .expect("an answer");
    }
}
