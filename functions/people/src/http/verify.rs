//! Verifications.

use api::{
    Problem,
    wire::{AuditEvent, ChallengeKind, PersonVerification, Secret, VerifyPersonRequest},
};
use domain::UploadId;
use jiff::Timestamp;
use lambda_kit::{Failure, Happened, Request, Response};

use super::{Context, Shared, person_id, upload_id};
use crate::{
    capabilities::Capabilities,
    refusal::Refusal,
    verify::{Claimed, by_assertion, by_photo},
};

/// What shows who somebody is.
enum Shown {
    Photo(UploadId),
    Challenge(Secret, ChallengeKind),
}

pub(super) async fn verify<D: Capabilities>(
    context: Shared<D>,
    request: Request,
) -> Result<Response, Failure> {
    let claimed = Claimed {
        owner: request.principal()?.user,
        person: person_id(&request)?,
        threshold_percent: context.threshold_percent,
    };
    let shown = shown(request.json()?)?;
    let verified = compare(&context, claimed, &shown, context.now()).await;
    if let Some(happened) = happened(claimed, &verified) {
        context.record(&request, claimed.person, happened).await?;
    }
    let (similarity, liveness) = verified?;
    Ok(Response::ok(&PersonVerification {
        verified: claimed.is_met_by(similarity),
        similarity,
        threshold: claimed.threshold_percent,
        liveness,
    }))
}

fn shown(body: VerifyPersonRequest) -> Result<Shown, Problem> {
    match (body.upload_id, body.liveness_assertion, body.liveness_at_least) {
        (Some(upload), None, None) => Ok(Shown::Photo(upload_id(&upload)?)),
        (Some(_), None, Some(_)) => Err(Problem::invalid(
            "livenessAtLeast",
            "is for an assertion: a photo says nothing about who is there now",
        )),
        (None, Some(assertion), at_least) => Ok(Shown::Challenge(assertion, at_least.unwrap_or_default())),
        (None, None, _) | (Some(_), Some(_), _) => Err(Problem::invalid(
            "",
            "must have either uploadId or livenessAssertion",
        )),
    }
}

async fn compare<D: Capabilities>(
    context: &Context<D>,
    claimed: Claimed,
    shown: &Shown,
    now: Timestamp,
) -> Result<(f32, Option<ChallengeKind>), Refusal> {
    let deps = &context.deps;
    match shown {
        Shown::Photo(upload) => Ok((by_photo(deps, claimed, *upload, now).await?, None)),
        Shown::Challenge(token, at_least) => {
            let read = context
                .keys
                .assertion(deps, token.expose(), *at_least, now)
                .await?;
            let assertion = read.ok_or(Refusal::Assertion)?;
            let similarity = by_assertion(deps, claimed, &assertion, now).await?;
            Ok((similarity, Some(assertion.kind)))
        }
    }
}

/// What is written down: answers, and assertions that were none here; nothing where no answer was near.
fn happened(claimed: Claimed, verified: &Result<(f32, Option<ChallengeKind>), Refusal>) -> Option<Happened> {
    const EVENT: AuditEvent = AuditEvent::PersonVerified;
    match verified {
        Ok((similarity, _)) if claimed.is_met_by(*similarity) => Some(Happened::done(EVENT)),
        Ok(_) | Err(Refusal::Assertion) => Some(Happened::refused(EVENT)),
        Err(_) => None,
    }
}
