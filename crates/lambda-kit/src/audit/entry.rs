//! One entry: what happened, as the text that is hashed.

use api::wire::{AuditEntry, AuditEvent, AuditOutcome};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    ApiKeyId, Fault, UserId,
    audit::{AuditHash, AuditRow, N_CHAINS, NO_HASH},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Network, RETENTION_DAYS};

/// Version of the text below.
const VERSION: u8 = 1;
const MS_PER_DAY: i64 = 24 * 60 * 60 * 1000;

/// Something that happened. Made of identifiers alone, so that no name, password or token can get in.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "what happened is written down by `Trail::record`"]
pub struct Happened {
    event: AuditEvent,
    outcome: AuditOutcome,
    user: Option<UserId>,
    api_key: Option<ApiKeyId>,
    subject: Option<Uuid>,
    network: Option<Network>,
}

impl Happened {
    /// Something that nobody in particular did.
    pub const fn new(event: AuditEvent, outcome: AuditOutcome) -> Self {
        Self {
            event,
            outcome,
            user: None,
            api_key: None,
            subject: None,
            network: None,
        }
    }

    /// Something that was done.
    pub const fn done(event: AuditEvent) -> Self {
        Self::new(event, AuditOutcome::Done)
    }

    /// Something that was refused.
    pub const fn refused(event: AuditEvent) -> Self {
        Self::new(event, AuditOutcome::Refused)
    }

    /// Says which account did it.
    pub const fn by(mut self, user: UserId) -> Self {
        self.user = Some(user);
        self
    }

    /// Says which API key did it.
    pub const fn with_api_key(mut self, key: ApiKeyId) -> Self {
        self.api_key = Some(key);
        self
    }

    /// Says which account, session or API key it was done to.
    pub const fn to(mut self, subject: Uuid) -> Self {
        self.subject = Some(subject);
        self
    }

    /// Says where it came from.
    pub fn from(mut self, network: Option<Network>) -> Self {
        self.network = network;
        self
    }

    /// The chain it belongs to: by the account that did it, else by what it was done to, so that one account's entries
    /// seldom wait for another's; one chain for what has neither.
    pub(super) fn chain(&self) -> u8 {
        let about = self.user.map(|it| it.as_uuid()).or(self.subject);
        let digest = Sha256::digest(about.unwrap_or_default().as_bytes());
        digest[0] % N_CHAINS
    }
}

/// The text, in this order and without blanks. Whoever verifies writes it again and compares.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Text {
    v: u8,
    chain: u8,
    number: u64,
    /// Names this entry and no other, so that what happens twice at one time is two entries.
    id: String,
    at_ms: i64,
    /// Time of the entry before: when that one may be missing.
    previous_at_ms: Option<i64>,
    event: AuditEvent,
    outcome: AuditOutcome,
    user_id: Option<String>,
    api_key_id: Option<String>,
    subject_id: Option<String>,
    network: Option<String>,
}

/// What verification has to know of an entry.
pub(super) struct Times {
    pub(super) at_ms: i64,
    pub(super) previous_at_ms: Option<i64>,
}

/// Returns the hash of an entry.
fn hash(previous: &AuditHash, text: &str) -> AuditHash {
    let mut hash = Sha256::new();
    hash.update(previous);
    hash.update(text);
    hash.finalize().into()
}

/// Returns the entry that follows `newest`.
pub(super) fn link(
    (chain, newest): (u8, Option<&AuditRow>),
    (id, now): (Uuid, Timestamp),
    happened: &Happened,
) -> Result<AuditRow, Fault> {
    let (number, previous) = newest.map_or((1, NO_HASH), |it| (it.number.saturating_add(1), it.hash));
    let at_ms = now.as_millisecond();
    let text = Text {
        v: VERSION,
        chain,
        number,
        id: id.to_string(),
        at_ms,
        previous_at_ms: newest.and_then(|it| read(&it.text)).map(|it| it.at_ms),
        event: happened.event,
        outcome: happened.outcome,
        user_id: happened.user.map(|it| it.to_string()),
        api_key_id: happened.api_key.map(|it| it.to_string()),
        subject_id: happened.subject.map(|it| it.to_string()),
        network: happened.network.as_ref().map(ToString::to_string),
    };
    let text = serde_json::to_string(&text).map_err(|it| Fault::never("AppendAudit", it))?;
    Ok(AuditRow {
        chain,
        number,
        previous,
        hash: hash(&previous, &text),
        text,
        expires_at_s: expiry_ms(at_ms).div_euclid(1000).saturating_add(1),
    })
}

/// When an entry of this time may be gone, in milliseconds since 1970.
pub(super) const fn expiry_ms(at_ms: i64) -> i64 {
    at_ms.saturating_add(RETENTION_DAYS * MS_PER_DAY)
}

fn read(text: &str) -> Option<Text> {
    serde_json::from_str(text).ok()
}

/// Returns the times of an entry whose text and hash are what was written at this place.
pub(super) fn sound(row: &AuditRow) -> Option<Times> {
    let text = read(&row.text)?;
    let same = (text.v, text.chain, text.number) == (VERSION, row.chain, row.number)
        && serde_json::to_string(&text).is_ok_and(|it| it == row.text)
        && hash(&row.previous, &row.text) == row.hash;
    same.then_some(Times {
        at_ms: text.at_ms,
        previous_at_ms: text.previous_at_ms,
    })
}

/// Returns an entry as the API shows it, `None` if it does not parse.
#[must_use]
pub fn parse(row: &AuditRow) -> Option<AuditEntry> {
    let text = read(&row.text)?;
    Some(AuditEntry {
        chain: row.chain,
        number: row.number,
        at: Timestamp::from_millisecond(text.at_ms).ok()?.to_string(),
        event: text.event,
        outcome: text.outcome,
        user_id: text.user_id,
        api_key_id: text.api_key_id,
        subject_id: text.subject_id,
        network: text.network,
        hash: URL_SAFE_NO_PAD.encode(row.hash),
    })
}
