//! Mail to one person, by Amazon SES.

use aws_sdk_sesv2::{
    Client,
    types::{Body, Content, Destination, EmailContent, Message},
};
use domain::{Email, Fault};

use crate::fault::sdk_fault;

/// Adapter on SES.
#[derive(Debug, Clone)]
pub struct Mailer {
    client: Client,
    from: String,
}

/// A mail. Shows nothing in debug output: it may hold a link that opens an account.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// Whom it goes to.
    pub to: Email,
    /// Subject.
    pub subject: String,
    /// Plain text.
    pub text: String,
}

impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Letter").finish_non_exhaustive()
    }
}

impl Mailer {
    /// Returns the adapter that sends from this address, which SES must know as verified.
    #[must_use]
    pub fn new(aws: &aws_config::SdkConfig, from: String) -> Self {
        Self {
            client: Client::new(aws),
            from,
        }
    }

    /// Sends a mail. Maps to `ses:SendEmail`.
    ///
    /// Not idempotent: a call that is repeated is a second mail.
    ///
    /// # Errors
    ///
    /// [`Fault`] if SES failed or refused; it may have taken the mail in the first case.
    pub async fn send(&self, letter: &Letter) -> Result<(), Fault> {
        const OPERATION: &str = "SendMail";
        let content = |text: &str| {
            let content = Content::builder().data(text).charset("UTF-8").build();
            content.map_err(|it| Fault::never(OPERATION, it))
        };
        let message = Message::builder()
            .subject(content(&letter.subject)?)
            .body(Body::builder().text(content(&letter.text)?).build())
            .build();
        self.client
            .send_email()
            .from_email_address(&self.from)
            .destination(Destination::builder().to_addresses(letter.to.as_str()).build())
            .content(EmailContent::builder().simple(message).build())
            .send()
            .await
            .map(drop)
            .map_err(|it| sdk_fault(OPERATION, it))
    }
}
