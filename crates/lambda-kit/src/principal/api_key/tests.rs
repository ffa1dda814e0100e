use std::sync::Mutex;

use api::ProblemType as P;
use domain::{DoorId, Scope};
use jiff::Timestamp;

use super::*;
use crate::testing::ApiKeyRows;

const NOW_MS: i64 = 1_795_172_400_000;
const HOUR_MS: i64 = 60 * 60 * 1000;

/// A clock that stands where it is put, in milliseconds since 1970.
struct Standing(Mutex<i64>);

impl Standing {
    fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(NOW_MS)))
    }

    fn advance(&self, ms: i64) {
        *self.0.lock().unwrap() += ms;
    }
}

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(*self.0.lock().unwrap()).unwrap()
    }
}

fn user() -> UserId {
    UserId::parse("01890a5d-ac96-774b-bcce-b302099a8057").unwrap()
}

fn id() -> ApiKeyId {
    ApiKeyId::parse("01890a5e-0000-7000-8000-000000000001").unwrap()
}

fn token(secret: u8) -> ApiKeyToken {
    ApiKeyToken::new(user(), id(), Zeroizing::new([secret; 32]))
}

async fn problem(keys: &ApiKeys, text: &str) -> P {
    keys.verify(text).await.unwrap_err().problem().kind()
}

#[test]
fn a_key_reads_back_as_it_was_written() {
    let text = token(7).expose();
    assert_eq!(text.len(), API_KEY_PREFIX.len() + 86);
    assert!(text.starts_with("visavis_"), "{text:?}");
    let read = ApiKeyToken::parse(&text).unwrap();
    assert_eq!((read.user, read.id, read.hash()), (user(), id(), token(7).hash()));
    assert_ne!(token(7).hash(), token(8).hash());
    assert_ne!(token(7).hash(), [7; 32]);
}

#[test]
fn of_one_key_there_is_one_spelling_and_everything_else_is_none() {
    let text = token(7).expose().to_string();
    let encoded = text.strip_prefix("visavis_").unwrap();
    // 64 bytes leave two bits of the last character, which must be zero.
    let (most, last) = encoded.split_at(85);
    let next = char::from(last.as_bytes()[0] + 1);
    for other in [
        String::new(),
        "visavis_".to_owned(),
        encoded.to_owned(),
        format!("Visavis_{encoded}"),
        format!("visavis_ {encoded}"),
        format!(" {text}"),
        format!("{text} "),
        format!("{text}="),
        format!("{text}=="),
        format!("{text}A"),
        format!("{text},{text}"),
        format!("visavis_{most}"),
        format!("visavis_{most}{next}"),
        format!("visavis_{most}+"),
        format!("visavis_{most}ä"),
        format!("visavis_{}", "ä".repeat(43)),
        format!("visavis_{}", "A".repeat(1_000_000)),
    ] {
        assert!(
            ApiKeyToken::parse(&other).is_none(),
            "{}",
            &other[..other.len().min(99)]
        );
    }
}

#[test]
fn a_secret_is_not_shown() {
    let shown = format!("{:?}", token(219));
    assert!(!shown.contains("219") && !shown.contains("visavis_"), "{shown}");
    let keys = ApiKeyRows::default().verifier(Standing::new());
    assert_eq!(format!("{keys:?}"), "ApiKeys { .. }");
}

#[tokio::test]
async fn a_good_key_says_who_calls() {
    let rows = ApiKeyRows::default();
    let keys = rows.verifier(Standing::new());
    let door = DoorId::parse("01890a5f-0000-7000-8000-000000000002").unwrap();
    let scopes = [Scope::Analyze, Scope::Identify];
    let (plain, device) = (
        rows.issue(user(), &scopes, None),
        rows.issue(user(), &[Scope::Door], Some(door)),
    );
    let plain = keys.verify(&plain).await.unwrap().principal;
    assert_eq!(plain.user, user());
    assert!(!plain.is_admin() && plain.session().is_none());
    assert!(
        matches!(&plain.credential, Credential::ApiKey { scopes: it, .. } if *it == scopes),
        "{plain:?}"
    );
    let device = keys.verify(&device).await.unwrap().principal;
    assert!(
        matches!(device.credential, Credential::Device { door: it, .. } if it == door),
        "{device:?}"
    );
}

#[tokio::test]
async fn a_key_that_is_unknown_revoked_or_of_a_disabled_owner_is_invalid() {
    let rows = ApiKeyRows::default();
    let keys = rows.verifier(Standing::new());
    let text = rows.issue(user(), &[Scope::Analyze], None);
    keys.verify(&text).await.unwrap();
    let known = ApiKeyToken::parse(&text).unwrap();
    let with = |user, id, secret| ApiKeyToken::new(user, id, Zeroizing::new([secret; 32])).expose();
    let other = UserId::parse("01890a5d-ac96-774b-bcce-b302099a8058").unwrap();
    for text in [
        with(known.user, known.id, 1),
        with(known.user, id(), 0),
        with(other, known.id, 0),
    ] {
        assert_eq!(problem(&keys, &text).await, P::InvalidApiKey);
    }
    let n_reads = rows.n_reads();
    assert_eq!(problem(&keys, "visavis_x").await, P::InvalidApiKey);
    assert_eq!(rows.n_reads(), n_reads, "what is no key is not looked up");
    rows.disable(user());
    assert_eq!(problem(&keys, &text).await, P::InvalidApiKey);

    let rows = ApiKeyRows::default();
    let keys = rows.verifier(Standing::new());
    let text = rows.issue(user(), &[Scope::Analyze], None);
    keys.verify(&text).await.unwrap();
    rows.revoke_all(user());
    assert_eq!(problem(&keys, &text).await, P::InvalidApiKey);
}

#[tokio::test]
async fn a_key_ends_at_its_millisecond() {
    let (rows, clock) = (ApiKeyRows::default(), Standing::new());
    let keys = rows.verifier(clock.clone());
    let text = rows.issue_until(user(), &[Scope::Analyze], None, Some(NOW_MS + 1));
    keys.verify(&text).await.unwrap();
    clock.advance(1);
    assert_eq!(problem(&keys, &text).await, P::InvalidApiKey);
}

#[tokio::test]
async fn a_use_is_written_down_once_an_hour() {
    let (rows, clock) = (ApiKeyRows::default(), Standing::new());
    let keys = rows.verifier(clock.clone());
    let text = rows.issue(user(), &[Scope::Analyze], None);
    let use_it = async || keys.mark_used(&keys.verify(&text).await.unwrap()).await;
    assert_eq!(use_it().await.unwrap().now_ms, NOW_MS);
    assert_eq!(use_it().await, None);
    clock.advance(HOUR_MS - 1);
    assert_eq!(use_it().await, None);
    clock.advance(1);
    // Two at once, which both have read the older use: the table decides.
    let (first, second) = (
        keys.verify(&text).await.unwrap(),
        keys.verify(&text).await.unwrap(),
    );
    assert_eq!(keys.mark_used(&first).await.unwrap().now_ms, NOW_MS + HOUR_MS);
    assert_eq!(keys.mark_used(&second).await, None);
    // A key that was revoked in between does not come back.
    clock.advance(HOUR_MS);
    let verified = keys.verify(&text).await.unwrap();
    rows.revoke_all(user());
    assert_eq!(keys.mark_used(&verified).await, None);
    assert_eq!(rows.uses().len(), 2);
}

#[tokio::test]
async fn a_use_that_cannot_be_written_down_costs_nothing() {
    let rows = ApiKeyRows::default();
    let text = rows.issue(user(), &[Scope::Analyze], None);
    let stored = rows.find(user(), ApiKeyToken::parse(&text).unwrap().id);
    let keys = ApiKeys::new(
        Standing::new(),
        move |_, _| {
            let stored = stored.clone();
            async move { Ok(stored) }
        },
        |_| async { Err(Fault::later("MarkApiKeyUsed", "throttled")) },
    );
    assert_eq!(keys.mark_used(&keys.verify(&text).await.unwrap()).await, None);
}

#[tokio::test]
async fn a_table_that_cannot_be_read_is_our_fault() {
    let text = token(7).expose();
    for (fault, kind) in [
        (Fault::later as fn(_, _) -> _, P::Busy),
        (Fault::never as fn(_, _) -> _, P::Internal),
    ] {
        let keys = ApiKeys::new(
            Standing::new(),
            move |_, _| async move { Err(fault("FindApiKey", "why")) },
            |_| async { Ok(false) },
        );
        assert_eq!(problem(&keys, &text).await, kind);
    }
}
