//! Is somebody this person? By a photo, or by the face of a passed liveness challenge.

use aws::{
    challenges::SpendError,
    people::{FaceRow, PersonRow},
    uploads::UploadState,
};
use domain::{ChallengeId, FaceId, Fault, PersonId, UploadId, UserId, face_rule};
use futures::future::join_all;
use intake::TakeError;
use jiff::Timestamp;
use lambda_kit::liveness::Assertion;

use crate::{
    capabilities::{Capabilities, Probe},
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
    upload: UploadId,
    now: Timestamp,
) -> Result<f32, Refusal> {
    let (_, faces) = claimed.look_up(deps).await?;
    let row = upload::visible(deps, claimed.owner, upload, now).await?;
    let photo = match upload::photo(deps, &row).await {
        Ok(photo) => photo,
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
    let seen = upload::face(deps, &photo, face_rule::probe_faults).await;
    if matches!(seen, Err(Refusal::FaceNotUsable(_))) {
        upload::looked_at(deps, &row).await;
    }
    seen?;
    let similarity = best(deps, claimed, &Probe::Photo(photo.jpeg), &faces).await?;
    upload::looked_at(deps, &row).await;
    Ok(similarity)
}

/// Returns how similar the face of a passed challenge is to the most similar of the person's, in percent, and uses the assertion
/// up: only who does that gets an answer, whatever it is.
///
/// # Errors
///
/// [`Refusal::PersonNotFound`], [`Refusal::PersonWithoutFace`], and [`Refusal::Assertion`] for one that is not for this account and
/// this person, or was used before. After a fault it is still good, unless the answer to the write that uses it up was lost.
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
    let probe = Probe::Frame(assertion.challenge, frame);
    let similarity = best(deps, claimed, &probe, &faces).await?;
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
/// compared. What was erased while it was compared does not count: it recognises nobody any more.
///
/// # Errors
///
/// [`Refusal::PersonNotFound`], [`Refusal::PersonWithoutFace`].
pub(crate) async fn best<D: Capabilities>(
    deps: &D,
    claimed: Claimed,
    probe: &Probe,
    faces: &[FaceRow],
) -> Result<f32, Refusal> {
    let mut compared = Compared::default();
    let mut rounds = faces.chunks(COMPARED_AT_ONCE);
    while let Some(some) = rounds.next() {
        let comparisons = some
            .iter()
            .map(|it| deps.compare_faces(claimed.owner, probe, (it.person, it.id)));
        let ids = some.iter().map(|it| it.id);
        compared.0.extend(ids.zip(join_all(comparisons).await));
        if claimed.is_met_by(compared.best()) || rounds.len() == 0 {
            let (_, left) = claimed.look_up(deps).await?;
            compared.retain(&left);
        }
        if claimed.is_met_by(compared.best()) {
            break;
        }
    }
    compared.into_best(claimed)
}

/// Faces, and how similar they are.
#[derive(Default)]
struct Compared(Vec<(FaceId, Result<Option<f32>, Fault>)>);

impl Compared {
    fn best(&self) -> f32 {
        let known = self
            .0
            .iter()
            .filter_map(|(_, it)| it.as_ref().ok().copied().flatten());
        known.fold(0.0, f32::max)
    }

    fn retain(&mut self, left: &[FaceRow]) {
        self.0.retain(|(face, _)| left.iter().any(|it| it.id == *face));
    }

    /// A comparison that failed might have been the best, unless another one is enough.
    fn into_best(self, claimed: Claimed) -> Result<f32, Refusal> {
        let best = self.best();
        let failed = self.0.into_iter().find_map(|(_, it)| it.err());
        match failed {
            Some(fault) if !claimed.is_met_by(best) => Err(fault.into()),
            _ => Ok(best),
        }
    }
}
