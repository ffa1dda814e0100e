//! Faces and people are erased.
//!
//! What recognises goes first and what the owner sees goes last, so that an erasure that broke off can be seen and repeated.

use std::collections::BTreeSet;

use domain::{FaceId, PersonId, UserId};

use crate::{capabilities::Capabilities, refusal::Refusal, register::known};

/// What was erased with a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erased {
    /// Descriptions of faces.
    pub n_descriptions: usize,
    /// Pictures of faces.
    pub n_pictures: usize,
}

/// Erases a person: from the first moment on nobody is recognised as them. Goes on where an earlier attempt broke off.
///
/// # Errors
///
/// [`Refusal::PersonNotFound`] where there is nothing left either.
pub async fn person<D: Capabilities>(deps: &D, owner: UserId, person: PersonId) -> Result<Erased, Refusal> {
    if !deps.begin_erasing(owner, person).await? {
        return Err(Refusal::PersonNotFound);
    }
    let known = deps.faces(owner, person).await?;
    // Also what an attempt to add a face left when it broke off.
    let found = deps.descriptions(owner, person).await?;
    let descriptions: BTreeSet<_> = known.into_iter().map(|it| it.indexed_as).chain(found).collect();
    let descriptions: Vec<_> = descriptions.into_iter().collect();
    let n_descriptions = deps.remove_descriptions(owner, &descriptions).await?;
    let n_pictures = deps.remove_pictures(owner, person).await?;
    deps.forget_person(owner, person).await?;
    tracing::info!(person.id = %person, "person erased");
    Ok(Erased {
        n_descriptions,
        n_pictures,
    })
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
