//! Which faces are whose.

use std::collections::BTreeSet;

use super::faces::once_each;
use super::{Collection, Draft};
use crate::change::{Change, Fingerprint};
use crate::distance::SquaredDistance;
use crate::error::{Error, Quota};
use crate::index::Key;
use crate::names::{FaceId, RequestToken, UserId};
use crate::state::{State, StoredFace, StoredUser};
use crate::user::{
    Association, AssociationRefusal, Disassociation, DisassociationRefusal, Refused, UserStatus,
};

impl Collection {
    /// Makes faces a user's, those that are no farther than `within` from the user.
    ///
    /// Faces are considered in their order, and each is compared with the mean of those that the user has by then. The
    /// first face of a user without faces has nothing to be compared with, and is taken: it should be a good one.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchCollection`]; [`Error::NoSuchUser`]; [`Error::TokenReused`]; [`Error::Quota`] if the user would
    /// have too many faces; [`Error::Fault`].
    pub fn associate_faces(
        &self,
        user: UserId,
        faces: Vec<FaceId>,
        within: SquaredDistance,
        token: Option<RequestToken>,
    ) -> Result<Association, Error> {
        let within_bytes = within.squared().to_le_bytes();
        let fingerprint = fingerprint("associate faces", &user, &faces, &within_bytes);
        self.0.change_once(token, fingerprint, move |state, draft| {
            let (key, stored) = state.users.find(&user).ok_or(Error::NoSuchUser)?;
            associate(state, draft, key, stored, &faces, within)
        })
    }

    /// Makes faces of a user nobody's. They stay in the collection.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchCollection`]; [`Error::NoSuchUser`]; [`Error::TokenReused`]; [`Error::Fault`].
    pub fn disassociate_faces(
        &self,
        user: UserId,
        faces: Vec<FaceId>,
        token: Option<RequestToken>,
    ) -> Result<Disassociation, Error> {
        let fingerprint = fingerprint("disassociate faces", &user, &faces, &[]);
        self.0.change_once(token, fingerprint, move |state, draft| {
            let (key, stored) = state.users.find(&user).ok_or(Error::NoSuchUser)?;
            Ok(disassociate(state, draft, key, stored, &faces))
        })
    }
}

fn fingerprint(operation: &str, user: &UserId, faces: &[FaceId], more: &[u8]) -> Fingerprint {
    let faces = faces.iter().map(|it| &it.0.as_bytes()[..]);
    Fingerprint::new(
        operation,
        [user.as_str().as_bytes(), more].into_iter().chain(faces),
    )
}

fn associate(
    state: &State,
    draft: &mut Draft,
    user: Key,
    stored: &StoredUser,
    faces: &[FaceId],
    within: SquaredDistance,
) -> Result<Association, Error> {
    let mut association = Association {
        associated: Vec::new(),
        unchanged: Vec::new(),
        refused: Vec::new(),
        status: stored.public().status,
    };
    let mut members = stored.faces.clone();
    let mut keys = Vec::new();
    for face in once_each(faces) {
        let reason = match state.faces.find(face) {
            None => AssociationRefusal::FaceNotFound,
            Some((_, StoredFace { user: Some(its), .. })) if *its == user => {
                association.unchanged.push(face);
                continue;
            }
            Some((
                _,
                StoredFace {
                    user: Some(another), ..
                },
            )) => AssociationRefusal::AssociatedToAnotherUser(state.owner(*another)),
            Some((key, _)) => match distance_to(state, key, &members)? {
                Some(distance) if within < distance => AssociationRefusal::TooFar(distance),
                _ => {
                    members.insert(key);
                    keys.push(key);
                    association.associated.push(face);
                    continue;
                }
            },
        };
        association.refused.push(Refused { face, reason });
    }

    let max = draft.context.limits.faces_per_user;
    if max < members.len() && !keys.is_empty() {
        return Err(Quota::FacesPerUser(max).into());
    }
    if !keys.is_empty() {
        draft.changes.push(Change::FacesAssociated { user, faces: keys });
        association.status = UserStatus::Active;
    }
    Ok(association)
}

/// From a face to the vector of a user that has `members`; `None` if it has none.
fn distance_to(state: &State, face: Key, members: &BTreeSet<Key>) -> Result<Option<SquaredDistance>, Error> {
    let vector = state.mean(members.iter().copied())?;
    let embedding = state.face_index.get(face);
    Ok(vector
        .zip(embedding)
        .map(|(vector, face)| vector.squared_distance(&face))
        .transpose()?)
}

fn disassociate(
    state: &State,
    draft: &mut Draft,
    user: Key,
    stored: &StoredUser,
    faces: &[FaceId],
) -> Disassociation {
    let mut disassociated = Vec::new();
    let mut refused = Vec::new();
    let mut keys = Vec::new();
    for face in once_each(faces) {
        let reason = match state.faces.find(face) {
            None => DisassociationRefusal::FaceNotFound,
            Some((key, StoredFace { user: Some(its), .. })) if *its == user => {
                keys.push(key);
                disassociated.push(face);
                continue;
            }
            Some((
                _,
                StoredFace {
                    user: Some(another), ..
                },
            )) => DisassociationRefusal::AssociatedToAnotherUser(state.owner(*another)),
            Some(_) => DisassociationRefusal::NotAssociated,
        };
        refused.push(Refused { face, reason });
    }
    let status = if keys.len() == stored.faces.len() {
        UserStatus::Created
    } else {
        UserStatus::Active
    };
    if !keys.is_empty() {
        draft
            .changes
            .push(Change::FacesDisassociated { user, faces: keys });
    }
    Disassociation {
        disassociated,
        refused,
        status,
    }
}
