//! New signing keys: the two change places, and later the old one gives way to a new next one.
//!
//! The parameter store cannot compare and swap, so nothing here relies on it: writes that could collide are at least five
//! minutes apart, which is longer than any invocation, and those that can be made at the same time say the same.
//! `docs/adr/0003-tokens-and-passwords.md` has the argument.

use std::time::Duration;

use aws::parameters::Protection;
use domain::Fault;
use jiff::{SignedDuration, Timestamp};

use super::{KeyRing, MAX_AGE, SigningKeys, Stored, StoredKey};
use crate::{
    capabilities::{ParameterStore, Random},
    sign_up::whole_milliseconds,
};

/// Name of the action.
pub const ACTION: &str = "rotate-signing-keys";

/// How long the public half of a key is published after a rotation: other instances sign with it for 5 minutes more (they
/// keep their keys that long), what they signed is good for 15, and 5 are for clocks and slow writes.
pub const PUBLISHED: SignedDuration = SignedDuration::from_mins(25);

/// How often, and after which pause each time, it is looked whether withdrawn keys stay withdrawn. Chosen: a reader that
/// saw the old keys a moment before they went writes within that time, and a function has ten seconds.
const CONFIRMATIONS: u32 = 4;
const CONFIRM_PAUSE: Duration = Duration::from_millis(500);

/// What became of a rotation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// Whether keys were changed.
    pub rotated: bool,
    /// The key in use.
    pub kid: String,
    /// The key in use before; where nothing was changed, the one that is published beside [`Rotation::kid`].
    pub retired_kid: String,
    /// When keys may be rotated next.
    pub next_after: Timestamp,
}

impl Stored {
    /// Replaces a key whose time is over, and tells whether there was one.
    pub(super) fn retire(&mut self, now: Timestamp, random: &impl Random) -> Result<bool, Fault> {
        if self.retire_at_ms.is_none_or(|it| now.as_millisecond() < it) {
            return Ok(false);
        }
        self.keys.truncate(1);
        self.keys.push(StoredKey::make(random)?);
        self.retire_at_ms = None;
        // Several instances may do this at the same time, with a new key each: by then one of them has won.
        self.settled_at_ms = Some((now + MAX_AGE).as_millisecond());
        tracing::info!("a signing key was retired");
        Ok(true)
    }

    /// When keys may be rotated; `None` for at any time.
    fn settled(&self) -> Option<Timestamp> {
        let retired = self
            .retire_at_ms
            .and_then(|it| Timestamp::from_millisecond(it).ok());
        let retired = retired.map(|it| it + MAX_AGE);
        let settled = self
            .settled_at_ms
            .and_then(|it| Timestamp::from_millisecond(it).ok());
        retired.or(settled)
    }
}

impl<P: ParameterStore> SigningKeys<P> {
    /// Lets the next key sign from now on, and keeps the old one published for [`PUBLISHED`]; nobody notices. Does nothing
    /// until the rotation before is over.
    ///
    /// `compromised` replaces both keys at once, at any time: whatever was signed before is refused as soon as verifiers
    /// look again, within five minutes. Other instances go on signing with the old keys for as long.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the store failed; calling again does what is left.
    pub async fn rotate(
        &self,
        now: Timestamp,
        random: &impl Random,
        compromised: bool,
    ) -> Result<Rotation, Fault> {
        let mut kept = self.kept.lock().await;
        *kept = None;
        let (mut stored, before) = self.load(now, random).await?;
        let settled = stored.settled().filter(|it| now < *it);
        if let Some(next_after) = settled.filter(|_| !compromised) {
            let published = before.jwks.keys.get(1).map(|it| it.kid.clone());
            return Ok(Rotation {
                rotated: false,
                kid: before.kid.clone(),
                retired_kid: published.unwrap_or_default(),
                next_after,
            });
        }
        let next_after = if compromised {
            stored = Stored::make(random)?;
            let settled = whole_milliseconds(now + MAX_AGE);
            stored.settled_at_ms = Some(settled.as_millisecond());
            settled
        } else {
            if stored.keys.len() < 2 {
                stored.keys.push(StoredKey::make(random)?);
            }
            stored.keys.swap(0, 1);
            let retired = whole_milliseconds(now + PUBLISHED);
            (stored.retire_at_ms, stored.settled_at_ms) = (Some(retired.as_millisecond()), None);
            retired + MAX_AGE
        };
        // The private keys first: whoever finds that the public ones differ puts them right, forwards.
        self.write(&stored).await?;
        let ring = KeyRing::of(&stored).map_err(|it| Fault::never("RotateSigningKeys", it))?;
        self.publish(&ring.jwks).await?;
        if compromised {
            self.confirm(&stored, &ring).await?;
        }
        tracing::info!(compromised, "signing keys were rotated");
        Ok(Rotation {
            rotated: true,
            kid: ring.kid,
            retired_kid: before.kid.clone(),
            next_after,
        })
    }

    /// Sees to it that nobody who read the old keys a moment ago brings them back.
    async fn confirm(&self, stored: &Stored, ring: &KeyRing) -> Result<(), Fault> {
        let text = stored.text()?;
        for _ in 0..CONFIRMATIONS {
            tokio::time::sleep(CONFIRM_PAUSE).await;
            let found = self.store.read(&self.private_name).await?;
            if found.is_none_or(|it| it != *text) {
                self.write(stored).await?;
            }
            self.publish(&ring.jwks).await?;
        }
        Ok(())
    }

    pub(super) async fn write(&self, stored: &Stored) -> Result<(), Fault> {
        let text = stored.text()?;
        self.store
            .replace(&self.private_name, &text, Protection::Encrypted)
            .await
    }
}

#[cfg(test)]
mod tests;
