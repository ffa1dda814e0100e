//! New signing keys, for operators.

use api::{Problem, wire::AuditEvent};
use lambda_kit::{Failure, Happened};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Context;
use crate::capabilities::Capabilities;

/// Event of the action.
#[derive(Deserialize)]
struct RotateSigningKeys {
    /// Whether somebody else may know the keys.
    #[serde(default)]
    compromised: bool,
}

pub(super) async fn rotate<C: Capabilities>(context: &Context<C>, event: Value) -> Result<Value, Failure> {
    let event: RotateSigningKeys = serde_json::from_value(event)
        .map_err(|_| Problem::invalid("compromised", "must be true or false"))?;
    let now = context.clock.now();
    let rotation = context
        .signing
        .rotate(now, &context.random, event.compromised)
        .await?;
    if rotation.rotated {
        context
            .trail
            .record(Happened::done(AuditEvent::SigningKeysRotated))
            .await;
    }
    let mut answer = json!({
        "rotated": rotation.rotated,
        "kid": rotation.kid,
        "retiredKid": rotation.retired_kid,
        "nextRotationAfter": rotation.next_after.to_string(),
    });
    if event.compromised {
        answer["note"] =
            "Access tokens from before are refused within five minutes; sessions go on by refreshing, \
                          which may fail until then."
                .into();
    }
    Ok(answer)
}
