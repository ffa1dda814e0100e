//! Simple Email Service, version 2: sending one plain mail, which lands in the outbox.
//!
//! <https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html>. Every sender counts as verified.

use std::sync::Arc;

use aws_wire::{AwsError, Clock};
use http::{Method, request::Parts};
use serde_json::{Value, json};

use crate::messages::{Journal, Message};

/// Where SendEmail is.
const SEND_EMAIL: &str = "/v2/email/outbound-emails";
/// Most recipients of one mail: "Service quotas in Amazon SES", recipients per message.
const MAX_RECIPIENTS: usize = 50;

/// Takes mails for the outbox.
pub(crate) struct Ses {
    outbox: Arc<Journal<Message>>,
    clock: Arc<dyn Clock>,
}

impl Ses {
    pub(crate) fn new(outbox: Arc<Journal<Message>>, clock: Arc<dyn Clock>) -> Self {
        Self { outbox, clock }
    }

    /// The operation that a request names by its method and path.
    pub(super) fn operation(parts: &Parts) -> Result<&'static str, AwsError> {
        if parts.method == Method::POST && parts.uri.path() == SEND_EMAIL {
            return Ok("SendEmail");
        }
        let asked = format!("{} {}", parts.method, parts.uri.path());
        Err(AwsError::not_implemented("SES", &asked))
    }

    /// What a right is needed for: the identity that sends.
    pub(super) fn resource(body: &[u8], region: &str, account: &str) -> String {
        let input: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
        match input["FromEmailAddress"].as_str() {
            Some(from) => format!("arn:aws:ses:{region}:{account}:identity/{from}"),
            None => "*".to_owned(),
        }
    }

    pub(super) async fn send(&self, body: &[u8]) -> Result<Value, AwsError> {
        let input: Value =
            serde_json::from_slice(body).map_err(|_| AwsError::serialization("The body is not JSON."))?;
        let message = self.message(&input)?;
        let message_id = message.message_id.clone();
        let outbox = Arc::clone(&self.outbox);
        let kept = tokio::task::spawn_blocking(move || outbox.append(message)).await;
        match kept.map_err(std::io::Error::other).and_then(|it| it) {
            Ok(()) => Ok(json!({ "MessageId": message_id })),
            Err(error) => {
                tracing::error!(%error, "a mail could not be kept");
                Err(AwsError::internal())
            }
        }
    }

    fn message(&self, input: &Value) -> Result<Message, AwsError> {
        let from = input["FromEmailAddress"].as_str().unwrap_or_default();
        let mut recipients = Vec::new();
        for kind in ["ToAddresses", "CcAddresses", "BccAddresses"] {
            let addresses = input["Destination"][kind].as_array();
            for address in addresses.into_iter().flatten() {
                recipients.push(address.as_str().unwrap_or_default().to_owned());
            }
        }
        if recipients.is_empty() {
            return Err(bad("Destination is empty: no recipients"));
        }
        if MAX_RECIPIENTS < recipients.len() {
            return Err(bad("Recipient count exceeds 50."));
        }
        if !is_address(from) || !recipients.iter().all(|it| is_address(it)) {
            return Err(bad("Missing or illegal address"));
        }
        let content = &input["Content"];
        if !content["Raw"].is_null() || !content["Template"].is_null() {
            return Err(AwsError::not_implemented("SES", "SendEmail other than Simple"));
        }
        let message = &content["Simple"];
        let subject = message["Subject"]["Data"]
            .as_str()
            .ok_or_else(|| bad("Subject is missing"))?;
        if subject.chars().any(char::is_control) {
            return Err(bad("Illegal character in the subject"));
        }
        let body = ["Text", "Html"]
            .iter()
            .find_map(|it| message["Body"][it]["Data"].as_str());
        let body = body.ok_or_else(|| bad("Body is missing"))?;
        Ok(Message {
            message_id: uuid::Uuid::new_v4().to_string(),
            at: self.clock.now(),
            topic_arn: String::new(),
            from: Some(from.to_owned()),
            subject: Some(subject.to_owned()),
            body: body.to_owned(),
            attributes: Value::Null,
            recipients: recipients.into_iter().map(|it| format!("email:{it}")).collect(),
        })
    }
}

/// An address as far as a mail could be forged with it: one `@`, nothing that ends a header line.
fn is_address(text: &str) -> bool {
    let (local, domain) = text.split_once('@').unwrap_or_default();
    !local.is_empty() && !domain.is_empty() && !domain.contains('@') && !text.chars().any(char::is_control)
}

fn bad(message: &str) -> AwsError {
    AwsError::client("BadRequestException", message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_wire::SystemClock;

    fn mail() -> Value {
        json!({
            "FromEmailAddress": "visavis@example.org",
            "Destination": { "ToAddresses": ["ada@example.org"] },
            "Content": { "Simple": {
                "Subject": { "Data": "A link" }, "Body": { "Text": { "Data": "a\nb", "Charset": "UTF-8" } },
            } },
        })
    }

    fn ses(folder: &std::path::Path) -> Ses {
        let outbox = Arc::new(Journal::open(&folder.join("outbox.jsonl")).unwrap());
        Ses::new(outbox, Arc::new(SystemClock))
    }

    #[tokio::test]
    async fn a_mail_is_in_the_outbox_with_sender_and_recipient() {
        let folder = tempfile::tempdir().unwrap();
        let ses = ses(folder.path());
        let answer = ses.send(mail().to_string().as_bytes()).await.unwrap();
        let kept = ses.outbox.newest_first();
        assert_eq!(answer["MessageId"], kept[0].message_id);
        assert_eq!(kept[0].from.as_deref(), Some("visavis@example.org"));
        assert_eq!(kept[0].recipients, ["email:ada@example.org"]);
        assert_eq!(
            (kept[0].subject.as_deref(), kept[0].body.as_str()),
            (Some("A link"), "a\nb")
        );
    }

    #[tokio::test]
    async fn refusals_have_sess_codes_and_send_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let ses = ses(folder.path());
        for (pointer, value) in [
            ("/FromEmailAddress", json!("nobody")),
            ("/Destination/ToAddresses", json!([])),
            ("/Destination/ToAddresses/0", json!("a@b\r\nBcc: c@d")),
            ("/Destination/ToAddresses", json!(vec!["a@b"; 51])),
            ("/Content/Simple/Subject", json!({})),
            ("/Content/Simple/Body", json!({})),
        ] {
            let mut input = mail();
            *input.pointer_mut(pointer).unwrap() = value;
            let error = ses.send(input.to_string().as_bytes()).await.unwrap_err();
            assert_eq!(error.code, "BadRequestException", "{pointer}");
        }
        let raw = json!({ "FromEmailAddress": "a@b", "Destination": { "ToAddresses": ["a@b"] }, "Content": { "Raw": {} } });
        let error = ses.send(raw.to_string().as_bytes()).await.unwrap_err();
        assert_eq!(error.code, "NotImplemented");
        assert!(ses.outbox.newest_first().is_empty());
    }

    #[test]
    fn the_right_is_for_the_sender() {
        let resource = |body: &str| Ses::resource(body.as_bytes(), "eu-west-1", "0");
        let arn = "arn:aws:ses:eu-west-1:0:identity/visavis@example.org";
        assert_eq!(resource(&mail().to_string()), arn);
        assert_eq!(resource("{"), "*");
    }
}
