//! The keys by which assertions of liveness challenges are verified, kept in memory for a while.

use std::sync::Arc;

use api::wire::ChallengeKind;
use domain::Fault;
use jiff::{SignedDuration, Timestamp};
use lambda_kit::liveness::{Assertion, TokenKeys};
use tokio::sync::Mutex;
use zeroize::Zeroizing;

use crate::capabilities::ReadTokenKeys;

/// How long keys are used without looking for newer ones. As long as the keys of access tokens.
const MAX_AGE: SignedDuration = SignedDuration::from_mins(5);

/// Keys are not loaded more often, however many assertions are forged. As for the keys of access tokens.
const MIN_INTERVAL: SignedDuration = SignedDuration::from_secs(10);

/// The keys, kept in memory for [`MAX_AGE`]: a few hundred bytes.
#[derive(Debug, Default)]
pub struct Keys {
    kept: Mutex<Option<(Arc<TokenKeys>, Timestamp)>>,
}

impl Keys {
    /// Returns what an assertion says, as [`TokenKeys::assertion`] does. One that the keys do not know makes us look for newer
    /// ones.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the store failed or what it holds are no keys.
    pub async fn assertion<D: ReadTokenKeys>(
        &self,
        deps: &D,
        token: &str,
        at_least: ChallengeKind,
        now: Timestamp,
    ) -> Result<Option<Assertion>, Fault> {
        for max_age in [MAX_AGE, MIN_INTERVAL] {
            let Some(keys) = self.get(deps, max_age, now).await? else {
                return Ok(None);
            };
            if let Some(assertion) = keys.assertion(token, at_least, now) {
                return Ok(Some(assertion));
            }
        }
        Ok(None)
    }

    async fn get<D: ReadTokenKeys>(
        &self,
        deps: &D,
        max_age: SignedDuration,
        now: Timestamp,
    ) -> Result<Option<Arc<TokenKeys>>, Fault> {
        let mut kept = self.kept.lock().await;
        if let Some((keys, loaded_at)) = kept.as_ref()
            && now.duration_since(*loaded_at).abs() < max_age
        {
            return Ok(Some(keys.clone()));
        }
        let Some(text) = deps.read_token_keys().await?.map(Zeroizing::new) else {
            return Ok(None);
        };
        let keys = TokenKeys::parse(&text).map_err(|it| Fault::never("ReadTokenKeys", it))?;
        let keys = Arc::new(keys);
        *kept = Some((keys.clone(), now));
        Ok(Some(keys))
    }
}
