//! Is somebody this person? By a photo, or by the face of a passed liveness challenge.

use aws::{
    challenges::SpendError,
    people::{FaceRow, PersonRow},
    uploads::UploadState,
};
use domain::{ChallengeId, FaceId, Fault, PersonId, UploadId, UserId};
use futures::future::join_all;
use intake::TakeError;
use jiff::Timestamp;
use lambda_kit::liveness::Assertion;

use crate::{
    capabilities::{Capabilities, Pictured},
    refusal::Refusal,
    register::known,
    upload,
};

/// Comparisons at the same time. Chosen: ten faces in two rounds, and below Rekognition's default quota of a second.
const COMPARED_AT_ONCE: usize = 6;

/// Who somebody is said to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Claimed {
    /// Whose person.
    pub owner: UserId,
    /// The person.
    pub person: PersonId,
    /// Similarity from which on it is the person, in percent.
    pub threshold_percent: f32,
}

impl Claimed {
    async fn look_up<D: Capabilities>(&self, deps: &D) -> Result<(PersonRow, Vec<FaceRow>), Refusal> {
        let row = known(deps, self.owner, self.person).await?;
        let faces = deps.faces(self.owner, self.person).await?;
        if faces.is_empty() {
            return Err(Refusal::PersonWithoutFace);
        }
        Ok((row, faces))
    }

    /// Tells whether a similarity is enough.
    #[must_use]
    pub fn is_met_by(&self, similarity: f32) -> bool {
        self.threshold_percent <= similarity
    }
}

/// Returns how similar the one face of a photo is to the most similar of the person's, in percent. The photo stays where it is, and
/// can be asked about again; nothing else can be made of it then.
///
/// # Errors
///
/// [`Refusal::PersonNotFound`], [`Refusal::PersonWithoutFace`], [`Refusal::FaceNotUsable`], and every one about uploads.
pub async fn by_photo<D: Capabilities>(
    deps: &D,
    claimed: Claimed,
    photo: UploadId,
    now: Timestamp,
) -> Result<f32, Refusal> {
    let (_, faces) = claimed.look_up(deps).await?;
    let row = upload::visible(deps, claimed.owner, photo, now).await?;
    let size_px = match upload::photo(deps, &row, |it| (it.width_px(), it.height_px())).await {
        Ok(size_px) => size_px,
        // What made something of it has taken it away.
        Err(TakeError::Incomplete) if matches!(row.state, UploadState::Used { .. }) => {
            return Err(Refusal::UploadUsed);
        }
        Err(error) => {
            if error.spoils_photo() {
                upload::discard(deps, &row, now).await;
            }
            return Err(error.into());
        }
    };
    let seen = upload::face(deps, &row, size_px).await;
    if matches!(seen, Err(Refusal::FaceNotUsable(_))) {
        upload::looked_at(deps, &row).await;
    }
    seen?;
    let similarity = best(deps, claimed, Pictured::Upload(photo), &faces).await?;
    upload::looked_at(deps, &row).await;
    Ok(similarity)
}

/// Returns how similar the face of a passed challenge is to the most similar of the person's, in percent, and uses the assertion
/// up: only who does that gets an answer, whatever it is.
///
/// # Errors
///
/// [`Refusal::PersonNotFound`], [`Refusal::PersonWithoutFace`], and [`Refusal::Assertion`] for one that is not for this account and
/// this person, or was used before. After a fault it is still good.
pub async fn by_assertion<D: Capabilities>(
    deps: &D,
    claimed: Claimed,
    assertion: &Assertion,
    now: Timestamp,
) -> Result<f32, Refusal> {
    if assertion.owner != claimed.owner {
        return Err(Refusal::Assertion);
    }
    let (row, faces) = claimed.look_up(deps).await?;
    if !is_about(assertion, &row) {
        return Err(Refusal::Assertion);
    }
    let usable = deps.usable_assertion(assertion.challenge, now).await?;
    let frame = usable.ok_or(Refusal::Assertion)?.reference_frame;
    let probe = Pictured::Frame(assertion.challenge, frame);
    let similarity = best(deps, claimed, probe, &faces).await?;
    spend(deps, assertion.challenge, now).await?;
    Ok(similarity)
}

/// Tells whether an assertion that says whom it is about is about this person.
fn is_about(assertion: &Assertion, row: &PersonRow) -> bool {
    let by_person = assertion.person.is_none_or(|it| it == row.id);
    let by_subject = assertion
        .subject
        .as_deref()
        .is_none_or(|it| Some(it) == row.external_id.as_deref() || it == row.id.to_string());
    by_person && by_subject
}

async fn spend<D: Capabilities>(deps: &D, challenge: ChallengeId, now: Timestamp) -> Result<(), Refusal> {
    match deps.spend_assertion(challenge, now).await {
        Ok(_) => Ok(()),
        Err(SpendError::NotGood) => Err(Refusal::Assertion),
        Err(SpendError::Fault(fault)) => Err(fault.into()),
    }
}

/// Returns the highest similarity to one of the faces, in percent; once one is enough the others do not matter. 0 where none can be
/// compared.
async fn best<D: Capabilities>(
    deps: &D,
    claimed: Claimed,
    probe: Pictured,
    faces: &[FaceRow],
) -> Result<f32, Refusal> {
    let mut best = 0.0_f32;
    let mut failed: Vec<(FaceId, Fault)> = Vec::new();
    for some in faces.chunks(COMPARED_AT_ONCE) {
        let comparisons = some.iter().map(|it| {
            let kept = Pictured::Face(it.person, it.id);
            deps.compare_faces(claimed.owner, probe, kept)
        });
        for (face, compared) in some.iter().zip(join_all(comparisons).await) {
            match compared {
                Ok(similarity) => best = best.max(similarity.unwrap_or_default()),
                Err(fault) => failed.push((face.id, fault)),
            }
        }
        if claimed.is_met_by(best) {
            return Ok(best);
        }
    }
    if failed.is_empty() {
        return Ok(best);
    }
    // A face that was erased meanwhile has no picture, and does not matter any more.
    let (_, left) = claimed.look_up(deps).await?;
    let fault = failed
        .into_iter()
        .find(|(face, _)| left.iter().any(|it| it.id == *face));
    fault.map_or(Ok(best), |(_, fault)| Err(fault.into()))
}
