//! What left the suite: messages that topics took for delivery, and dead letters.
//!
//! Both are kept durably and shown to the developer; nothing is sent anywhere from here.

mod journal;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use journal::Journal;

/// A message that a topic took, or a mail to somebody.
#[derive(Clone, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// Id that the publisher was told.
    pub message_id: String,
    /// When it was taken.
    pub at: jiff::Timestamp,
    /// ARN of the topic; empty for a mail that no topic sent.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub topic_arn: String,
    /// Sender of a mail that no topic sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Subject line, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Text.
    pub body: String,
    /// Message attributes by name.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub attributes: Value,
    /// Where the topic's subscriptions deliver it, as `protocol:endpoint`, e.g. `email:ops@example.org`.
    #[serde(default)]
    pub recipients: Vec<String>,
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Message")
            .field("message_id", &self.message_id)
            .finish_non_exhaustive()
    }
}

/// What an event source mapping gave up on, in the form that Lambda sends to an on-failure destination.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeadLetter {
    /// When it was given up.
    pub at: jiff::Timestamp,
    /// ARN of the queue or topic.
    pub destination_arn: String,
    /// The record as Lambda writes it: `requestContext`, `responseContext`, `version`, `timestamp`, `DDBStreamBatchInfo`.
    pub record: Value,
}
