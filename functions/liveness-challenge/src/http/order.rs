//! What somebody wants to take, read from their request.

use api::wire::{ChallengeKind, ChallengePace, CreateChallengeRequest};
use api::{Problem, ProblemType};
use domain::{PersonId, Scope};
use lambda_kit::Principal;
use lambda_kit::principal::Credential;
use liveness::{Pace, PictureSize};
use uuid::Uuid;

use crate::course::Kind;
use crate::create::Order;

/// Longest name of whom a challenge is about, in characters. From the contract of the API.
const MAX_SUBJECT_CHARS: usize = 64;

/// Reads an order.
///
/// # Errors
///
/// [`Problem`] where it is none, or the API key may not name people.
pub(super) fn read(principal: &Principal, body: CreateChallengeRequest) -> Result<Order, Problem> {
    for (field, side) in [
        ("imageWidth", body.image_width),
        ("imageHeight", body.image_height),
    ] {
        if !(PictureSize::MIN_PX..=PictureSize::MAX_PX).contains(&side) {
            let (least, most) = (PictureSize::MIN_PX, PictureSize::MAX_PX);
            return Err(Problem::invalid(field, format!("must be {least} to {most}")));
        }
    }
    let named = |it| body.avoid.iter().filter(|other| *other == it).count();
    if body.avoid.iter().any(|it| named(it) != 1) {
        return Err(Problem::invalid("avoid", "must name nothing twice"));
    }
    let person = person(principal, body.person_id.as_deref())?;
    let subject = subject(principal, body.subject)?;
    if person.is_some() && subject.is_some() {
        return Err(Problem::invalid("personId", "takes the place of a subject"));
    }
    let picture = PictureSize::new(body.image_width, body.image_height)
        .map_err(|it| Problem::invalid("imageWidth", it.to_string()))?;
    Ok(Order {
        owner: principal.user,
        api_key: api_key(principal),
        subject,
        person,
        picture,
        width_px: body.image_width,
        height_px: body.image_height,
        kind: match body.kind {
            ChallengeKind::Nose => Kind::Nose,
            ChallengeKind::Sequence => Kind::Sequence,
        },
        pace: match body.pace {
            ChallengePace::Usual => Pace::Standard,
            ChallengePace::Unhurried => Pace::Unhurried,
        },
        avoid: body.avoid,
        key_digest: None,
    })
}

/// The key that somebody shows.
pub(super) fn api_key(principal: &Principal) -> Option<Uuid> {
    match principal.credential {
        Credential::ApiKey { id, .. } => Some(id.as_uuid()),
        _ => None,
    }
}

fn subject(principal: &Principal, subject: Option<String>) -> Result<Option<String>, Problem> {
    let Some(subject) = subject else {
        return Ok(None);
    };
    if !matches!(principal.credential, Credential::ApiKey { .. }) {
        return Err(Problem::invalid(
            "subject",
            "is for API keys: this challenge is about you",
        ));
    }
    let n_chars = subject.chars().count();
    if !(1..=MAX_SUBJECT_CHARS).contains(&n_chars) || subject.chars().any(char::is_control) {
        return Err(Problem::invalid("subject", "must be 1 to 64 characters"));
    }
    Ok(Some(subject))
}

/// The person it must be. Whether a face is theirs is what `identify` is asked for; a key without it learns nothing of anybody.
fn person(principal: &Principal, person: Option<&str>) -> Result<Option<PersonId>, Problem> {
    let Some(person) = person else {
        return Ok(None);
    };
    if let Credential::ApiKey { scopes, .. } = &principal.credential
        && !scopes.contains(&Scope::Identify)
    {
        let needed = [Scope::Identify.as_str()];
        return Err(Problem::new(ProblemType::InsufficientScope).with("scopes", needed.as_slice()));
    }
    let person = PersonId::parse(person)
        .map_err(|_| Problem::invalid("personId", "must be the identifier of a person"))?;
    Ok(Some(person))
}
