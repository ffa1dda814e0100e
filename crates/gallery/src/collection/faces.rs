//! Storing, listing and deleting faces.

use std::collections::HashSet;
use std::num::NonZeroUsize;
use std::sync::Arc;

use super::{Collection, Draft};
use crate::change::{Change, FaceAdded, FacesAdded, ImageKey, Origin};
use crate::error::{Error, Quota};
use crate::face::{AddedFace, AddedFaces, Face, NewFace, NewFaces};
use crate::index::Key;
use crate::names::{FaceId, ImageId, UserId};
use crate::page::{List, Page, PageToken};
use crate::state::{State, StoredFace};
use crate::user::{Deletion, DeletionRefusal, Refused};

/// Two boxes of one image that overlap at least so much are about the same face. Chosen: the same detector gives the very
/// same box, another version of it nearly the same, and neighbors in a crowd overlap less.
pub const SAME_FACE_OVERLAP: f32 = 0.5;

/// Faces of one call. Rekognition finds at most 100 in an image.
pub const MAX_FACES_PER_CALL: usize = 10_000;

/// Which faces to list. All conditions have to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FaceFilter {
    /// Only this user's.
    pub user: Option<UserId>,
    /// Only these; those that are not in the collection are passed over.
    pub ids: Option<Vec<FaceId>>,
}

impl Collection {
    /// Stores the faces of an image, all or none, except those it has already: of an image with the same bytes and the
    /// same external id, a face whose box overlaps by [`SAME_FACE_OVERLAP`] is the same face, and keeps its id.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchCollection`]; [`Error::Model`] if an embedding is of another model than the collection;
    /// [`Error::Quota`]; [`Error::Fault`].
    pub fn add_faces(&self, new: NewFaces) -> Result<AddedFaces, Error> {
        for face in &new.faces {
            self.model().same(face.embedding.model())?;
        }
        if MAX_FACES_PER_CALL < new.faces.len() {
            return Err(Quota::FacesPerCall(MAX_FACES_PER_CALL).into());
        }
        let image_key = ImageKey::new(&new.image, new.external_image_id.as_ref());
        self.0.change(Some(image_key), move |state, draft| {
            add(state, draft, image_key, new)
        })
    }

    /// Lists faces in the order they were stored.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchCollection`]; [`Error::NoSuchUser`] if the filter names one; [`Error::InvalidPageToken`].
    pub fn list_faces(
        &self,
        filter: &FaceFilter,
        limit: NonZeroUsize,
        after: Option<&PageToken>,
    ) -> Result<Page<Face>, Error> {
        let list = filter.list(self.0.serial.as_bytes());
        let after = after
            .map(|it| list.position(it))
            .transpose()?
            .map(|it| Key(it as u64));
        let state = self.0.read()?;
        let item = |(key, face): (Key, &StoredFace)| (u128::from(key.0), state.public_face(face));
        let Some(keys) = filter.keys(&state)? else {
            return Ok(list.page(state.faces.after(after).map(item), limit.get()));
        };
        let faces = keys
            .into_iter()
            .filter(|it| after.is_none_or(|after| after < *it))
            .filter_map(|key| state.faces.get(key).map(|face| item((key, face))));
        Ok(list.page(faces, limit.get()))
    }

    /// Deletes faces that no user has. What is left of them in the file goes when the file is written anew:
    /// [`Self::compact`].
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchCollection`]; [`Error::Fault`].
    pub fn delete_faces(&self, faces: Vec<FaceId>) -> Result<Deletion, Error> {
        self.0
            .change(None, move |state, draft| Ok(delete(state, draft, &faces)))
    }
}

fn add(state: &State, draft: &mut Draft, image_key: ImageKey, new: NewFaces) -> Result<AddedFaces, Error> {
    let mut stored: Vec<_> = state.faces.of_image(image_key).collect();
    let image_id = stored
        .first()
        .map_or_else(|| ImageId(draft.context.ids.next()), |it| it.origin.image_id);
    let origin = Origin {
        image_id,
        image_key,
        external_image_id: new.external_image_id,
        detection_model: new.detection_model,
    };
    let mut added = Vec::new();
    let faces = new
        .faces
        .into_iter()
        .map(|face| match take_same(&mut stored, &face) {
            Some(same) => AddedFace {
                face: state.public_face(same),
                is_new: false,
            },
            None => AddedFace {
                face: new_face(draft, &origin, face, &mut added),
                is_new: true,
            },
        })
        .collect();

    draft.n_faces_added += added.len();
    let max = draft.context.limits.faces_per_collection;
    if max < state.faces.len() + draft.n_faces_added && !added.is_empty() {
        return Err(Quota::FacesPerCollection(max).into());
    }
    if !added.is_empty() {
        draft
            .changes
            .push(Change::FacesAdded(FacesAdded { origin, faces: added }));
    }
    Ok(AddedFaces { image_id, faces })
}

/// Takes out of `stored` the face that overlaps `face` most, if that is enough.
fn take_same<'a>(stored: &mut Vec<&'a StoredFace>, face: &NewFace) -> Option<&'a StoredFace> {
    let overlap = |it: &StoredFace| it.bounds.overlap(&face.bounds);
    let (position, same) = stored
        .iter()
        .enumerate()
        .max_by(|(_, a), (_, b)| overlap(a).total_cmp(&overlap(b)).then_with(|| b.id.cmp(&a.id)))?;
    (SAME_FACE_OVERLAP <= overlap(same)).then(|| stored.swap_remove(position))
}

fn new_face(draft: &mut Draft, origin: &Origin, face: NewFace, added: &mut Vec<FaceAdded>) -> Face {
    let NewFace {
        bounds,
        confidence,
        embedding,
    } = face;
    let id = FaceId(draft.context.ids.next());
    added.push(FaceAdded {
        key: draft.key(),
        id,
        bounds,
        confidence,
        embedding,
    });
    Face {
        id,
        image_id: origin.image_id,
        external_image_id: origin.external_image_id.clone(),
        bounds,
        confidence,
        detection_model: Arc::clone(&origin.detection_model),
        user: None,
    }
}

fn delete(state: &State, draft: &mut Draft, faces: &[FaceId]) -> Deletion {
    let mut deletion = Deletion {
        deleted: Vec::new(),
        refused: Vec::new(),
    };
    let mut keys = Vec::new();
    for face in once_each(faces) {
        let reason = match state.faces.find(face) {
            None => DeletionRefusal::FaceNotFound,
            Some((_, StoredFace { user: Some(user), .. })) => {
                DeletionRefusal::AssociatedToUser(state.owner(*user))
            }
            Some((key, _)) => {
                keys.push(key);
                deletion.deleted.push(face);
                continue;
            }
        };
        deletion.refused.push(Refused { face, reason });
    }
    if !keys.is_empty() {
        draft.changes.push(Change::FacesDeleted(keys));
    }
    deletion
}

/// The faces in their order, those named twice only once.
pub(super) fn once_each(faces: &[FaceId]) -> impl Iterator<Item = FaceId> {
    let mut seen = HashSet::new();
    faces.iter().copied().filter(move |it| seen.insert(*it))
}

impl FaceFilter {
    fn list(&self, collection: &[u8; 16]) -> List {
        let user = self.user.as_ref().map_or("", UserId::as_str);
        let ids = self.ids.iter().flatten().map(|it| &it.0.as_bytes()[..]);
        let kind = if self.ids.is_some() {
            "these faces"
        } else {
            "faces"
        };
        List::new(kind, [&collection[..], user.as_bytes()].into_iter().chain(ids))
    }

    /// Keys of the faces that pass, ascending; `None` if all do.
    fn keys(&self, state: &State) -> Result<Option<Vec<Key>>, Error> {
        let of_user = match &self.user {
            Some(user) => Some(&state.users.find(user).ok_or(Error::NoSuchUser)?.1.faces),
            None => None,
        };
        let Some(ids) = &self.ids else {
            return Ok(of_user.map(|it| it.iter().copied().collect()));
        };
        let mut keys: Vec<Key> = once_each(ids)
            .filter_map(|it| state.faces.find(it))
            .map(|(key, _)| key)
            .filter(|it| of_user.is_none_or(|faces| faces.contains(it)))
            .collect();
        keys.sort_unstable();
        Ok(Some(keys))
    }
}
