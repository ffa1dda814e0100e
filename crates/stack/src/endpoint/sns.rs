//! Simple Notification Service: the query protocol, and what a publication leads to.
//!
//! <https://docs.aws.amazon.com/sns/latest/api/API_Operations.html>

use std::{collections::BTreeMap, fmt::Write as _, sync::Arc};

use aws_wire::{AwsError, Clock};
use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::messages::{Journal, Message};

pub(super) const XMLNS: &str = "http://sns.amazonaws.com/doc/2010-03-31/";

/// Longest message, in bytes. API reference of `Publish`.
const MAX_MESSAGE_BYTES: usize = 262_144;
/// Longest subject, in characters. API reference of `Publish`: "must be less than 100 characters", and 100 pass.
const MAX_SUBJECT_CHARS: usize = 100;

/// A topic and whom it tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// Amazon Resource Name.
    pub arn: String,
    /// `DisplayName`.
    pub display_name: String,
    /// Subscriptions as `protocol:endpoint`.
    pub subscriptions: Vec<String>,
}

/// Every topic, and the outbox.
pub struct Sns {
    topics: BTreeMap<String, Topic>,
    outbox: Arc<Journal<Message>>,
    account: String,
    clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for Sns {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sns")
            .field("topics", &self.topics.keys())
            .finish_non_exhaustive()
    }
}

/// The fields of a form-encoded request.
#[derive(Debug)]
pub(super) struct Form(BTreeMap<String, String>);

impl Form {
    pub(super) fn parse(body: &[u8]) -> Result<Self, AwsError> {
        let text =
            std::str::from_utf8(body).map_err(|_| AwsError::client("InvalidParameter", "Malformed query"))?;
        let decode = |it: &str| {
            let spaced = it.replace('+', " ");
            percent_encoding::percent_decode_str(&spaced)
                .decode_utf8()
                .map(std::borrow::Cow::into_owned)
                .ok()
        };
        text.split('&')
            .filter(|it| !it.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                decode(name).zip(decode(value))
            })
            .collect::<Option<_>>()
            .map(Self)
            .ok_or_else(|| AwsError::client("InvalidParameter", "The query is not UTF-8"))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(super) fn action(&self) -> &str {
        self.get("Action").unwrap_or_default()
    }

    /// `MessageAttributes.entry.N.…` as `{name: {Type, Value}}`.
    fn message_attributes(&self) -> Map<String, Value> {
        (1..)
            .map_while(|n| {
                let field = |name: &str| self.get(&format!("MessageAttributes.entry.{n}.{name}"));
                let value = field("Value.StringValue")
                    .or_else(|| field("Value.BinaryValue"))
                    .unwrap_or_default();
                let kind = field("Value.DataType").unwrap_or_default();
                Some((field("Name")?.to_owned(), json!({ "Type": kind, "Value": value })))
            })
            .collect()
    }
}

impl Sns {
    /// These topics, publishing to `outbox`.
    pub fn new(
        topics: impl IntoIterator<Item = Topic>,
        outbox: Arc<Journal<Message>>,
        account: &str,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let topics = topics.into_iter().map(|it| (it.arn.clone(), it)).collect();
        Self {
            topics,
            outbox,
            account: account.to_owned(),
            clock,
        }
    }

    /// Action and resource a request needs a right for.
    pub(super) fn touches(form: &Form) -> Vec<(String, String)> {
        let resource = form
            .get("TopicArn")
            .or_else(|| form.get("TargetArn"))
            .unwrap_or("*");
        vec![(format!("sns:{}", form.action()), resource.to_owned())]
    }

    /// Runs one request; the answer is a whole XML document.
    pub(super) async fn call(&self, form: &Form, request_id: &str) -> Result<String, AwsError> {
        let result = match form.action() {
            "Publish" => self.publish_request(form).await?,
            "ListTopics" => self.list(),
            "GetTopicAttributes" => self.attributes(form)?,
            "" => return Err(AwsError::client("MissingAction", "The request has no Action")),
            other => return Err(AwsError::not_implemented("SNS", other)),
        };
        let action = form.action();
        Ok(format!(
            "<{action}Response xmlns=\"{XMLNS}\"><{action}Result>{result}</{action}Result><ResponseMetadata>\
             <RequestId>{request_id}</RequestId></ResponseMetadata></{action}Response>"
        ))
    }

    async fn publish_request(&self, form: &Form) -> Result<String, AwsError> {
        if form.get("PhoneNumber").is_some() {
            return Err(AwsError::not_implemented("SNS", "Publish to a phone number"));
        }
        let arn = form
            .get("TopicArn")
            .or_else(|| form.get("TargetArn"))
            .ok_or_else(|| invalid("TopicArn or TargetArn Reason: no value for required parameter"))?;
        let text = form
            .get("Message")
            .filter(|it| !it.is_empty())
            .ok_or_else(|| invalid("Empty message"))?;
        let body = match form.get("MessageStructure") {
            None => text.to_owned(),
            Some("json") => for_email(text)?,
            Some(_) => return Err(invalid("MessageStructure")),
        };
        let attributes = form.message_attributes();
        let id = self
            .publish(arn, form.get("Subject"), body, Value::Object(attributes))
            .await?;
        Ok(format!("<MessageId>{id}</MessageId>"))
    }

    /// Publishes as AWS itself would, without asking for a right.
    ///
    /// # Errors
    ///
    /// `NotFound` for an unknown topic, `InvalidParameter` for what SNS does not take.
    pub async fn publish(
        &self,
        topic_arn: &str,
        subject: Option<&str>,
        body: String,
        attributes: Value,
    ) -> Result<String, AwsError> {
        let topic = self.topic(topic_arn)?;
        if MAX_MESSAGE_BYTES < body.len() {
            return Err(invalid("Message too long"));
        }
        if subject.is_some_and(|it| !is_subject(it)) {
            return Err(invalid("Subject"));
        }
        let message_id = uuid::Uuid::new_v4().to_string();
        let message = Message {
            message_id: message_id.clone(),
            at: self.clock.now(),
            topic_arn: topic.arn.clone(),
            from: None,
            subject: subject.map(str::to_owned),
            body,
            attributes: if attributes.as_object().is_some_and(Map::is_empty) {
                Value::Null
            } else {
                attributes
            },
            recipients: topic.subscriptions.clone(),
        };
        let outbox = Arc::clone(&self.outbox);
        let kept = tokio::task::spawn_blocking(move || outbox.append(message)).await;
        match kept.map_err(std::io::Error::other).and_then(|it| it) {
            Ok(()) => Ok(message_id),
            Err(error) => {
                tracing::error!(%error, "a message could not be kept");
                Err(AwsError::internal())
            }
        }
    }

    fn topic(&self, arn: &str) -> Result<&Topic, AwsError> {
        self.topics
            .get(arn)
            .ok_or_else(|| AwsError::new(StatusCode::NOT_FOUND, "NotFound", "Topic does not exist"))
    }

    fn list(&self) -> String {
        let members: String = self.topics.keys().fold(String::new(), |mut out, arn| {
            let _ = write!(out, "<member><TopicArn>{}</TopicArn></member>", escape(arn));
            out
        });
        format!("<Topics>{members}</Topics>")
    }

    fn attributes(&self, form: &Form) -> Result<String, AwsError> {
        let topic = self.topic(form.get("TopicArn").unwrap_or_default())?;
        let confirmed = topic.subscriptions.len().to_string();
        let entries = [
            ("TopicArn", topic.arn.as_str()),
            ("DisplayName", topic.display_name.as_str()),
            ("Owner", self.account.as_str()),
            ("SubscriptionsConfirmed", confirmed.as_str()),
            ("SubscriptionsPending", "0"),
            ("SubscriptionsDeleted", "0"),
        ];
        let entries: String = entries.iter().fold(String::new(), |mut out, (key, value)| {
            let _ = write!(
                out,
                "<entry><key>{key}</key><value>{}</value></entry>",
                escape(value)
            );
            out
        });
        Ok(format!("<Attributes>{entries}</Attributes>"))
    }
}

/// API reference of `Publish`: text without line breaks and control characters, fewer than 100 characters.
fn is_subject(text: &str) -> bool {
    let n_chars = text.chars().count();
    (1..=MAX_SUBJECT_CHARS).contains(&n_chars) && !text.chars().any(char::is_control)
}

/// What an e-mail subscriber gets of a message that differs by protocol.
fn for_email(text: &str) -> Result<String, AwsError> {
    let parsed: Value = serde_json::from_str(text)
        .map_err(|_| invalid("Message Structure - JSON message body failed to parse"))?;
    let part = |name: &str| parsed.get(name).and_then(Value::as_str);
    let default = part("default")
        .ok_or_else(|| invalid("Message Structure - No default entry in JSON message body"))?;
    Ok(part("email").unwrap_or(default).to_owned())
}

fn invalid(what: &str) -> AwsError {
    AwsError::client("InvalidParameter", format!("Invalid parameter: {what}"))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_wire::SystemClock;

    const ARN: &str = "arn:aws:sns:eu-west-1:000000000000:visavis-alerts";

    fn sns(folder: &std::path::Path) -> Sns {
        let topic = Topic {
            arn: ARN.into(),
            display_name: "A & B".into(),
            subscriptions: vec!["email:a@b".into()],
        };
        let outbox = Arc::new(Journal::open(&folder.join("outbox.jsonl")).unwrap());
        Sns::new([topic], outbox, "000000000000", Arc::new(SystemClock))
    }

    async fn call(sns: &Sns, form: &str) -> Result<String, AwsError> {
        sns.call(&Form::parse(form.as_bytes()).unwrap(), "id-1").await
    }

    #[tokio::test]
    async fn a_publication_is_in_the_outbox_with_its_recipients() {
        let folder = tempfile::tempdir().unwrap();
        let sns = sns(folder.path());
        let form = format!(
            "Action=Publish&TopicArn={ARN}&Subject=Low+confidence&Message=a%20b%0Ac&\
             MessageAttributes.entry.1.Name=kind&MessageAttributes.entry.1.Value.DataType=String&\
             MessageAttributes.entry.1.Value.StringValue=alert"
        );
        let answer = call(&sns, &form).await.unwrap();
        assert!(answer.starts_with(
            "<PublishResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><PublishResult><MessageId>"
        ));
        assert!(answer.contains("<RequestId>id-1</RequestId>"));
        let messages = sns.outbox.newest_first();
        assert_eq!(messages[0].subject.as_deref(), Some("Low confidence"));
        assert_eq!(messages[0].body, "a b\nc");
        assert_eq!(messages[0].recipients, ["email:a@b"]);
        assert_eq!(
            messages[0].attributes,
            json!({"kind": {"Type": "String", "Value": "alert"}})
        );
        assert!(answer.contains(&messages[0].message_id));
    }

    #[tokio::test]
    async fn refusals_have_snss_codes() {
        let folder = tempfile::tempdir().unwrap();
        let sns = sns(folder.path());
        let long = format!(
            "Action=Publish&TopicArn={ARN}&Message={}",
            "x".repeat(MAX_MESSAGE_BYTES + 1)
        );
        for (form, code) in [
            (
                "Action=Publish&TopicArn=arn:none&Message=x".to_owned(),
                "NotFound",
            ),
            (
                format!("Action=Publish&TopicArn={ARN}&Message="),
                "InvalidParameter",
            ),
            (
                format!("Action=Publish&TopicArn={ARN}&Message=x&Subject=a%0Ab"),
                "InvalidParameter",
            ),
            (
                format!("Action=Publish&TopicArn={ARN}&Message=x&MessageStructure=json"),
                "InvalidParameter",
            ),
            ("Action=Publish&Message=x".to_owned(), "InvalidParameter"),
            (
                "Action=Publish&PhoneNumber=1&Message=x".to_owned(),
                "NotImplemented",
            ),
            ("Action=CreateTopic&Name=x".to_owned(), "NotImplemented"),
            (long, "InvalidParameter"),
        ] {
            assert_eq!(call(&sns, &form).await.unwrap_err().code, code);
        }
        assert!(sns.outbox.newest_first().is_empty());
    }

    #[tokio::test]
    async fn topics_can_be_listed_and_described() {
        let folder = tempfile::tempdir().unwrap();
        let sns = sns(folder.path());
        assert!(
            call(&sns, "Action=ListTopics")
                .await
                .unwrap()
                .contains(&format!("<TopicArn>{ARN}</TopicArn>"))
        );
        let described = call(&sns, &format!("Action=GetTopicAttributes&TopicArn={ARN}"))
            .await
            .unwrap();
        assert!(described.contains("<key>DisplayName</key><value>A &amp; B</value>"));
    }

    #[tokio::test]
    async fn a_message_per_protocol_gives_the_mail_its_own_text() {
        let folder = tempfile::tempdir().unwrap();
        let sns = sns(folder.path());
        let message = "%7B%22default%22%3A%22d%22%2C%22email%22%3A%22e%22%7D";
        call(
            &sns,
            &format!("Action=Publish&TopicArn={ARN}&MessageStructure=json&Message={message}"),
        )
        .await
        .unwrap();
        assert_eq!(sns.outbox.newest_first()[0].body, "e");
    }
}
