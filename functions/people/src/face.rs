//! A photo becomes a face of a person.
//!
//! Everything that is written before the face's row is invisible, and is written again by the next attempt under the same names:
//! the picture, then its description, then, in one transaction with the number of faces, the row. Only rows are compared with, so an
//! attempt can break off anywhere and be repeated. The upload is claimed meanwhile, so that of several attempts one does the work.

use std::time::{Duration, Instant};

use aws::{
    collections::Indexed,
    people::{AddFaceError, FaceRow},
    uploads::{Claim, ClaimError, UploadRow},
};
use domain::{FaceFault, FaceId, Fault, PersonId, UploadId, UserId, face_rule};
use jiff::Timestamp;

use crate::{
    capabilities::{Capabilities, Probe},
    refusal::Refusal,
    register::{known, warn},
    upload::{self, purpose},
    whose::{is_anothers, is_theirs},
};

/// Most faces of a person. From the contract of the API.
pub const MOST_FACES: u32 = 10;

/// How long one attempt to make something of an upload holds it. Longer than the function may run, so that no two attempts overlap.
pub const CLAIM_LIFETIME: Duration = Duration::from_secs(40);

/// How long the upload's row stays. Chosen, as for analyses: longer than any client retries.
const REMEMBERED_FOR: Duration = Duration::from_hours(1);

/// A photo that is to become a face.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// Whose person.
    pub owner: UserId,
    /// The person.
    pub person: PersonId,
    /// The photo.
    pub upload: UploadId,
}

impl Order {
    /// The face that the upload becomes: the same one every time.
    const fn face(&self) -> FaceId {
        FaceId::from_uuid(self.upload.as_uuid())
    }
}

/// A face, and whether it had been added before.
#[derive(Debug, Clone, PartialEq)]
pub enum Added {
    /// By this request.
    Now(FaceRow),
    /// By an earlier one.
    Before(FaceRow),
}

/// Adds the face of an upload, or returns the one that it became before.
///
/// # Errors
///
/// Every [`Refusal`] about people, faces and uploads; nothing that is compared with was written then.
pub async fn add<D: Capabilities>(deps: &D, order: Order, now: Timestamp) -> Result<Added, Refusal> {
    let Order {
        owner,
        person,
        upload,
    } = order;
    known(deps, owner, person).await?;
    let faces = deps.faces(owner, person).await?;
    if let Some(there) = faces.iter().find(|it| it.id == order.face()) {
        return Ok(Added::Before(there.clone()));
    }
    if MOST_FACES as usize <= faces.len() {
        return Err(Refusal::TooManyFaces);
    }
    let row = upload::usable(deps, owner, upload, now).await?;
    let started = Instant::now();
    let until = now + CLAIM_LIFETIME;
    let claim = match deps.claim(owner, upload, purpose(upload), now, until).await {
        Ok(claim) => claim,
        Err(ClaimError::NotFound) => return Err(Refusal::UploadNotFound),
        Err(ClaimError::Taken) => return Err(Refusal::Busy),
        Err(ClaimError::Fault(fault)) => return Err(fault.into()),
    };
    let mut described = Description::None;
    match attempt(deps, order, (&row, &faces), &mut described, now).await {
        Ok(added) => {
            finish(deps, order, claim, now).await;
            Ok(added)
        }
        Err(error) if started.elapsed() < CLAIM_LIFETIME => {
            Err(give_up(deps, order, claim, described, error).await)
        }
        // The upload may be somebody else's by now, and what is there theirs.
        Err(error) => {
            tracing::warn!(face.id = %order.face(), "attempt outlived its claim");
            Err(error)
        }
    }
}

/// What an attempt left in the collection.
#[derive(Debug)]
enum Description {
    /// Nothing.
    None,
    /// Perhaps one whose name is not known, because the answer was lost.
    Unknown,
    /// One of this name.
    Named(String),
}

/// Does the work, under a claim, for a person who has these faces.
async fn attempt<D: Capabilities>(
    deps: &D,
    order: Order,
    (row, faces): (&UploadRow, &[FaceRow]),
    described: &mut Description,
    now: Timestamp,
) -> Result<Added, Refusal> {
    let Order { owner, person, .. } = order;
    let face = order.face();
    let photo = upload::photo(deps, row).await?;
    let found = upload::face(deps, &photo, face_rule::faults).await?;
    if is_anothers(deps, order, &photo.jpeg).await? {
        return Err(Refusal::FaceNotUsable(vec![FaceFault::EnrolledAsAnother]));
    }
    let probe = Probe::Photo(photo.jpeg);
    if !is_theirs(deps, order, &probe, faces).await? {
        return Err(Refusal::FaceNotUsable(vec![FaceFault::NotThisPerson]));
    }
    // Whoever cannot be used, perhaps people who were never asked, has not come further than the upload.
    if let Probe::Photo(picture) = probe {
        deps.put_picture(owner, person, face, picture).await?;
    }
    *described = Description::Unknown;
    let indexed_as = match deps.describe(owner, person, face).await? {
        Indexed::As(name) => name,
        Indexed::Refused(faults) => {
            *described = Description::None;
            return Err(Refusal::FaceNotUsable(faults));
        }
    };
    *described = Description::Named(indexed_as.clone());
    let row = FaceRow {
        id: face,
        person,
        indexed_as,
        added_at: now,
        quality: found.quality,
        pose: found.pose,
    };
    match deps.add_face(owner, &row, MOST_FACES).await {
        Ok(()) => Ok(Added::Now(row)),
        Err(AddFaceError::NotFound) => Err(Refusal::PersonNotFound),
        Err(AddFaceError::Full) => Err(Refusal::TooManyFaces),
        // The table took the row and its answer was lost, or an attempt was slower than claims last.
        Err(AddFaceError::Exists) => {
            let there = deps.faces(owner, person).await?;
            let there = there.into_iter().find(|it| it.id == face);
            there
                .map(|it| {
                    if it == row {
                        Added::Now(it)
                    } else {
                        Added::Before(it)
                    }
                })
                .ok_or(Refusal::Busy)
        }
        Err(AddFaceError::Fault(fault)) => Err(fault.into()),
    }
}

/// Marks the upload as used and removes its photo. The face stands whatever comes of it: the row expires and the bucket is tidied.
async fn finish<D: Capabilities>(deps: &D, order: Order, claim: Claim, now: Timestamp) {
    let Order { owner, upload, .. } = order;
    tracing::info!(person.id = %order.person, face.id = %order.face(), "face stands");
    let marked = deps
        .mark_used(owner, upload, claim.analysis, now + REMEMBERED_FOR)
        .await;
    warn(marked, "upload is not marked as used");
    let removed = deps.remove_photo(owner, upload).await;
    warn(removed, "uploaded photo stays until its bucket is tidied");
}

/// Undoes what a failed attempt has done, as far as possible, and lets the next one begin at once. Returns why it failed: whoever
/// erases the person takes pictures away under our eyes.
async fn give_up<D: Capabilities>(
    deps: &D,
    order: Order,
    claim: Claim,
    described: Description,
    error: Refusal,
) -> Refusal {
    let Order { owner, upload, .. } = order;
    let cleaned = clean_up(deps, order, described).await;
    let left = warn(cleaned, "what a failed attempt made of a photo stays");
    let spoiled = matches!(&error, Refusal::Take(it) if it.spoils_photo());
    let ended = if spoiled {
        let removed = deps.remove_photo(owner, upload).await;
        warn(removed, "uploaded photo stays until its bucket is tidied");
        deps.refuse(owner, upload, claim).await
    } else {
        deps.release(owner, upload, claim).await
    };
    warn(ended, "claim stays until it ends by itself");
    match left {
        Some(Left::Nobody) => Refusal::PersonNotFound,
        _ => error,
    }
}

/// Whose face it would have been.
enum Left {
    /// There is the person.
    Person,
    /// The person was erased.
    Nobody,
}

/// Removes picture and description, unless the face is there all the same: where the transaction failed it may be.
async fn clean_up<D: Capabilities>(deps: &D, order: Order, described: Description) -> Result<Left, Fault> {
    let Order { owner, person, .. } = order;
    let row = deps.get_person(owner, person).await?;
    if row.is_none_or(|it| it.is_erasing) {
        // Whoever erased the person has perhaps looked already.
        let descriptions = deps.descriptions(owner, person).await?;
        deps.remove_descriptions(owner, &descriptions).await?;
        deps.remove_pictures(owner, person).await?;
        return Ok(Left::Nobody);
    }
    let faces = deps.faces(owner, person).await?;
    if faces.iter().any(|it| it.id == order.face()) {
        return Ok(Left::Person);
    }
    let described = match described {
        Description::None => None,
        Description::Named(name) => Some(name),
        // The same picture has the same description: described once more, it says its name.
        Description::Unknown => match deps.describe(owner, person, order.face()).await? {
            Indexed::As(name) => Some(name),
            Indexed::Refused(_) => None,
        },
    };
    // Another upload of the same photo has the same description.
    let unused = described.filter(|name| faces.iter().all(|it| it.indexed_as != *name));
    if let Some(name) = unused {
        deps.remove_descriptions(owner, &[name]).await?;
    }
    deps.remove_picture(owner, person, order.face()).await?;
    Ok(Left::Person)
}
