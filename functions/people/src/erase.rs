//! Faces and people are erased.
//!
//! Who it was is forgotten first, then what recognises them goes. What was erased is noted before it goes and stays for a while,
//! so that the receipt is of the whole erasure however often it broke off, and can be had again.

use std::{collections::BTreeSet, time::Duration};

use aws::people::ErasureRow;
use domain::{FaceId, PersonId, UserId};
use jiff::Timestamp;

use crate::{capabilities::Capabilities, refusal::Refusal, register::known};

/// How long the receipt of an erasure can be had again; as long, asking again also removes what somebody who was adding a face
/// meanwhile has left. Chosen: as long as `Idempotency-Key`s are kept ([`crate::register::REPEATABLE_FOR`]), so that no late
/// request registers the person anew.
pub const RECEIPT_KEPT_FOR: Duration = Duration::from_hours(24);

/// What was erased with a person, by all attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erased {
    /// Descriptions of faces.
    pub n_descriptions: usize,
    /// Pictures of faces.
    pub n_pictures: usize,
    /// When everything was gone.
    pub at: Timestamp,
    /// Whether an earlier request got as far as this before.
    pub is_repeated: bool,
}

/// Erases what recognises a person: from the first moment on nobody is recognised as them, and nothing names them. Goes on where
/// an earlier attempt broke off; looks again where everything was erased before. [`forget`] comes next.
///
/// # Errors
///
/// [`Refusal::PersonNotFound`] also where the person was erased longer than [`RECEIPT_KEPT_FOR`] ago.
pub async fn person<D: Capabilities>(
    deps: &D,
    owner: UserId,
    person: PersonId,
    now: Timestamp,
) -> Result<Erased, Refusal> {
    let begun = deps.begin_erasing(owner, person).await?;
    let begun = begun.ok_or(Refusal::PersonNotFound)?;
    let known = deps.faces(owner, person).await?;
    // Also what an attempt to add a face left when it broke off.
    let found = deps.descriptions(owner, person).await?;
    let descriptions: BTreeSet<_> = known.into_iter().map(|it| it.indexed_as).chain(found).collect();
    let pictures = deps.find_pictures(owner, person).await?.into_iter().collect();
    // Before anything goes: should this break off, it is on the receipt all the same.
    let noted = deps.note_erased(owner, person, &descriptions, &pictures).await?;
    // The account is erased at the same time, with everything.
    let noted: ErasureRow = noted.ok_or(Refusal::PersonNotFound)?;
    let descriptions: Vec<_> = descriptions.into_iter().collect();
    deps.remove_descriptions(owner, &descriptions).await?;
    deps.remove_pictures(owner, person).await?;
    Ok(Erased {
        n_descriptions: noted.descriptions.len(),
        n_pictures: noted.pictures.len(),
        // A receipt stays the same unless something was left that it did not tell.
        at: begun.erased_at.filter(|_| noted == begun).unwrap_or(now),
        is_repeated: begun.erased_at.is_some(),
    })
}

/// Ends the erasure of a person: nothing is left but what the receipt says, and that for [`RECEIPT_KEPT_FOR`].
///
/// # Errors
///
/// [`Refusal::Fault`]; the erasure can be repeated.
pub async fn forget<D: Capabilities>(
    deps: &D,
    owner: UserId,
    person: PersonId,
    erased: &Erased,
    now: Timestamp,
) -> Result<(), Refusal> {
    deps.forget_person(owner, person, erased.at, now + RECEIPT_KEPT_FOR)
        .await?;
    tracing::info!(person.id = %person, "person erased");
    Ok(())
}

/// Erases a face of a person.
///
/// # Errors
///
/// [`Refusal::PersonNotFound`], [`Refusal::FaceNotFound`].
pub async fn face<D: Capabilities>(
    deps: &D,
    owner: UserId,
    person: PersonId,
    face: FaceId,
) -> Result<(), Refusal> {
    known(deps, owner, person).await?;
    let faces = deps.faces(owner, person).await?;
    let row = faces
        .iter()
        .find(|it| it.id == face)
        .ok_or(Refusal::FaceNotFound)?;
    let name = &row.indexed_as;
    // Another upload of the same photo has the same description, which has to last as long as one of them.
    let is_shared = faces.iter().any(|it| it.id != face && it.indexed_as == *name);
    if !is_shared {
        deps.remove_descriptions(owner, std::slice::from_ref(name))
            .await?;
    }
    deps.remove_picture(owner, person, face).await?;
    deps.remove_face(owner, person, face).await?;
    if is_shared {
        let left = deps.faces(owner, person).await?;
        if left.iter().all(|it| it.indexed_as != *name) {
            deps.remove_descriptions(owner, std::slice::from_ref(name))
                .await?;
        }
    }
    tracing::info!(person.id = %person, face.id = %face, "face erased");
    Ok(())
}
