//! The keys of challenges' tokens: made at first use, then kept in memory for a while.
//!
//! They are one encrypted parameter, which is written once: whoever comes second takes what the first one wrote.

use std::{sync::Arc, time::Duration};

use aws::parameters::CreateParameterError;
use domain::Fault;
use jiff::{SignedDuration, Timestamp};
use lambda_kit::liveness::TokenKeys;
use tokio::sync::Mutex;
use zeroize::Zeroizing;

use crate::capabilities::{Random, TokenKeyStore};

/// How long keys are used without looking for newer ones. As long as the keys of access tokens.
const MAX_AGE: SignedDuration = SignedDuration::from_mins(5);

/// How often and how long to wait for a parameter that was written a moment ago. Chosen: the parameter store is
/// consistent within well under a second.
const READ_ATTEMPTS: u32 = 8;
const READ_PAUSE: Duration = Duration::from_millis(100);

/// The keys, kept in memory for [`MAX_AGE`]: a few hundred bytes.
#[derive(Debug, Default)]
pub struct Keys {
    kept: Mutex<Option<(Arc<TokenKeys>, Timestamp)>>,
}

impl Keys {
    /// Returns the keys, making them if there are none.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the store failed or what it holds are no keys.
    pub async fn get<D: TokenKeyStore + Random>(
        &self,
        deps: &D,
        now: Timestamp,
    ) -> Result<Arc<TokenKeys>, Fault> {
        let mut kept = self.kept.lock().await;
        if let Some((keys, loaded_at)) = kept.as_ref()
            && now.duration_since(*loaded_at).abs() < MAX_AGE
        {
            return Ok(keys.clone());
        }
        let text = read_or_make(deps).await?;
        let keys = TokenKeys::parse(&text).map_err(|it| Fault::never("ReadTokenKeys", it))?;
        let keys = Arc::new(keys);
        *kept = Some((keys.clone(), now));
        Ok(keys)
    }
}

async fn read_or_make<D: TokenKeyStore + Random>(deps: &D) -> Result<Zeroizing<String>, Fault> {
    if let Some(text) = deps.read_token_keys().await? {
        return Ok(Zeroizing::new(text));
    }
    let key = Zeroizing::new(deps.random()?);
    let made = Zeroizing::new(TokenKeys::text_of(&key));
    match deps.create_token_keys(&made).await {
        Ok(()) => Ok(made),
        Err(CreateParameterError::AlreadyExists) => read_what_another_made(deps).await,
        Err(CreateParameterError::Fault(fault)) => Err(fault),
    }
}

async fn read_what_another_made<D: TokenKeyStore>(deps: &D) -> Result<Zeroizing<String>, Fault> {
    for _ in 0..READ_ATTEMPTS {
        if let Some(text) = deps.read_token_keys().await? {
            return Ok(Zeroizing::new(text));
        }
        tokio::time::sleep(READ_PAUSE).await;
    }
    Err(Fault::later(
        "ReadTokenKeys",
        "the keys exist and cannot be read yet",
    ))
}
