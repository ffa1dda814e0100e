//! The topic that alerts are published to.

use aws_sdk_sns::Client;
use aws_sdk_sns::types::MessageAttributeValue;
use domain::Fault;

use crate::fault::sdk_fault;

/// Adapter on a topic.
#[derive(Debug, Clone)]
pub struct AlertsTopic {
    client: Client,
    arn: String,
}

/// What is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// Subject of the mail: ASCII, at most 100 characters, no line break (Amazon SNS, Publish).
    pub subject: String,
    /// Text of the mail.
    pub text: String,
    /// What a subscription can filter by: names with texts.
    pub attributes: Vec<(&'static str, String)>,
}

impl AlertsTopic {
    /// Returns the adapter for the topic with that ARN.
    #[must_use]
    pub fn new(aws: &aws_config::SdkConfig, arn: String) -> Self {
        Self {
            client: Client::new(aws),
            arn,
        }
    }

    /// Publishes an alert. Maps to `sns:Publish`.
    ///
    /// Not idempotent: a call that is repeated is a second mail.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the topic failed; it may have taken the alert all the same.
    pub async fn publish(&self, alert: &Alert) -> Result<(), Fault> {
        const OPERATION: &str = "SendAlert";
        let mut request = self
            .client
            .publish()
            .topic_arn(&self.arn)
            .subject(&alert.subject)
            .message(&alert.text);
        for (name, value) in &alert.attributes {
            let value = MessageAttributeValue::builder()
                .data_type("String")
                .string_value(value)
                .build()
                .map_err(|it| Fault::never(OPERATION, it))?;
            request = request.message_attributes(*name, value);
        }
        request.send().await.map_err(|it| sdk_fault(OPERATION, it))?;
        Ok(())
    }
}
