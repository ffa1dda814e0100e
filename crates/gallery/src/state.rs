//! What a collection is at one moment: the sum of its changes, kept so that questions are answered without the disk.

mod answers;
mod faces;
mod users;

use std::collections::BTreeSet;
use std::sync::Arc;

pub(crate) use faces::StoredFace;
pub(crate) use users::StoredUser;

use self::answers::AnswersGiven;
use self::faces::Faces;
use self::users::Users;
use crate::change::{Change, FaceAdded, FacesAdded, Tags};
use crate::codec::Malformed;
use crate::embedding::{Embedding, Model};
use crate::face::Face;
use crate::index::{Flat, Index, Key};
use crate::names::UserId;
use crate::user::{User, UserStatus};

/// Faces that a compacted log has in one record, at most: as many as one image usually has at most.
const FACES_PER_RECORD: usize = 100;

/// Bytes of a record of one face, without its embedding and the caller's name of the image. Rounded up.
const FACE_RECORD_BYTES: usize = 128;

/// Bytes of what is not a face: names and keys of users, remembered answers. A rough middle.
const OTHER_RECORD_BYTES: usize = 256;

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) tags: Tags,
    pub(crate) faces: Faces,
    pub(crate) users: Users,
    pub(crate) answers: AnswersGiven,
    /// Embeddings of the faces, under the faces' keys.
    pub(crate) face_index: Box<dyn Index>,
    /// Vectors of the users that have faces, under the users' keys.
    pub(crate) user_index: Box<dyn Index>,
    next_key: Key,
    /// Versions of detectors, so that a million faces share one text.
    detection_models: BTreeSet<Arc<str>>,
    /// Whether the collection is gone. Somebody may still hold it.
    pub(crate) deleted: bool,
}

impl State {
    pub(crate) fn new(model: &Model) -> Self {
        Self {
            tags: Tags::new(),
            faces: Faces::default(),
            users: Users::default(),
            answers: AnswersGiven::default(),
            face_index: Box::new(Flat::new(model)),
            user_index: Box::new(Flat::new(model)),
            next_key: Key(1),
            detection_models: BTreeSet::new(),
            deleted: false,
        }
    }

    /// The lowest key that no face and no user ever had.
    pub(crate) fn next_key(&self) -> Key {
        self.next_key
    }

    /// Makes `change` part of the state.
    ///
    /// # Errors
    ///
    /// If it contradicts what is there. The state is not to be used any more then: no log that this crate wrote, and no
    /// change that it decided, does that.
    pub(crate) fn apply(&mut self, change: Change) -> Result<(), Malformed> {
        match change {
            Change::Tagged(tags) => self.tags = tags,
            Change::FacesAdded(added) => self.add_faces(added)?,
            Change::FacesDeleted(faces) => {
                for face in faces {
                    let removed = self
                        .faces
                        .remove(face)
                        .ok_or(Malformed("a deleted face is not there"))?;
                    if removed.user.is_some() {
                        return Err(Malformed("a deleted face has a user"));
                    }
                    self.face_index.remove(face);
                }
            }
            Change::UserCreated { key, id } => {
                self.use_key(key);
                self.users.insert(key, id)?;
            }
            Change::UserDeleted(user) => {
                for face in self.users.remove(user)?.faces {
                    self.face(face)?.user = None;
                }
                self.user_index.remove(user);
            }
            Change::FacesAssociated { user, faces } => {
                for face in faces {
                    let owner = &mut self.face(face)?.user;
                    if owner.is_some() {
                        return Err(Malformed("an associated face has a user"));
                    }
                    *owner = Some(user);
                    self.users.faces_mut(user)?.insert(face);
                }
                self.aggregate(user)?;
            }
            Change::FacesDisassociated { user, faces } => {
                for face in faces {
                    self.face(face)?.user = None;
                    if !self.users.faces_mut(user)?.remove(&face) {
                        return Err(Malformed("a disassociated face is not the user's"));
                    }
                }
                self.aggregate(user)?;
            }
            Change::Answered(remembered) => self.answers.remember(remembered),
            Change::KeysUsed(next) => self.next_key = self.next_key.max(next),
        }
        Ok(())
    }

    fn add_faces(&mut self, added: FacesAdded) -> Result<(), Malformed> {
        let FacesAdded { mut origin, faces } = added;
        if let Some(known) = self.detection_models.get(&origin.detection_model) {
            origin.detection_model = Arc::clone(known);
        } else {
            self.detection_models.insert(Arc::clone(&origin.detection_model));
        }
        let origin = Arc::new(origin);
        for FaceAdded {
            key,
            id,
            bounds,
            confidence,
            embedding,
        } in faces
        {
            self.use_key(key);
            let origin = Arc::clone(&origin);
            self.faces.push(
                key,
                StoredFace {
                    id,
                    origin,
                    bounds,
                    confidence,
                    user: None,
                },
            )?;
            self.face_index
                .insert(key, &embedding)
                .map_err(|_| Malformed("an embedding is of another model"))?;
        }
        Ok(())
    }

    fn face(&mut self, key: Key) -> Result<&mut StoredFace, Malformed> {
        self.faces.get_mut(key).ok_or(Malformed("a face is not there"))
    }

    fn use_key(&mut self, key: Key) {
        self.next_key = self.next_key.max(Key(key.0 + 1));
    }

    /// Brings a user's vector up to date with its faces.
    fn aggregate(&mut self, user: Key) -> Result<(), Malformed> {
        let other_model = |_| Malformed("an embedding is of another model");
        let vector = self
            .mean(self.users.get(user)?.faces.iter().copied())
            .map_err(other_model)?;
        match vector {
            Some(vector) => {
                self.user_index.insert(user, &vector).map_err(other_model)?;
            }
            None => {
                self.user_index.remove(user);
            }
        }
        Ok(())
    }

    /// The vector of a user that had these faces; `None` without faces.
    pub(crate) fn mean(
        &self,
        faces: impl Iterator<Item = Key>,
    ) -> Result<Option<Embedding>, crate::embedding::ModelMismatch> {
        let embeddings: Vec<_> = faces.filter_map(|it| self.face_index.get(it)).collect();
        Embedding::mean(&embeddings)
    }

    /// Calls `each` with changes that make an empty state into this one.
    pub(crate) fn replay<E>(&self, mut each: impl FnMut(Change) -> Result<(), E>) -> Result<(), E> {
        if !self.tags.is_empty() {
            each(Change::Tagged(self.tags.clone()))?;
        }
        for (key, user) in self.users.iter() {
            each(Change::UserCreated {
                key,
                id: user.id.clone(),
            })?;
        }
        let mut run: Option<FacesAdded> = None;
        for (key, face) in self.faces.after(None) {
            let Some(embedding) = self.face_index.get(key) else {
                continue;
            };
            let StoredFace {
                id,
                bounds,
                confidence,
                ..
            } = *face;
            let face_added = FaceAdded {
                key,
                id,
                bounds,
                confidence,
                embedding,
            };
            match &mut run {
                Some(run) if run.origin == *face.origin && run.faces.len() < FACES_PER_RECORD => {
                    run.faces.push(face_added);
                }
                _ => {
                    let next = FacesAdded {
                        origin: (*face.origin).clone(),
                        faces: vec![face_added],
                    };
                    if let Some(full) = run.replace(next) {
                        each(Change::FacesAdded(full))?;
                    }
                }
            }
        }
        if let Some(last) = run {
            each(Change::FacesAdded(last))?;
        }
        for (key, user) in self.users.iter().filter(|(_, it)| !it.faces.is_empty()) {
            each(Change::FacesAssociated {
                user: key,
                faces: user.faces.iter().copied().collect(),
            })?;
        }
        for remembered in self.answers.iter() {
            each(Change::Answered(remembered.clone()))?;
        }
        each(Change::KeysUsed(self.next_key))
    }

    /// About how many bytes [`Self::replay`] would make of a log.
    pub(crate) fn log_bytes(&self) -> usize {
        let embedding = self.face_index.model().dimension() * size_of::<f32>();
        let others = self.users.len() + self.answers.len() + self.tags.len();
        self.faces.len() * (FACE_RECORD_BYTES + embedding) + others * OTHER_RECORD_BYTES
    }

    /// A stored face as callers get it.
    pub(crate) fn public_face(&self, face: &StoredFace) -> Face {
        let origin = &face.origin;
        Face {
            id: face.id,
            image_id: origin.image_id,
            external_image_id: origin.external_image_id.clone(),
            bounds: face.bounds,
            confidence: face.confidence,
            detection_model: Arc::clone(&origin.detection_model),
            user: face.user.map(|it| self.owner(it)),
        }
    }

    /// Name of the user that has a face.
    pub(crate) fn owner(&self, user: Key) -> UserId {
        let user = self
            .users
            .get(user)
            .expect("a user that has faces exists: `apply` sees to it");
        user.id.clone()
    }
}

impl StoredUser {
    /// A stored user as callers get it.
    pub(crate) fn public(&self) -> User {
        let status = if self.faces.is_empty() {
            UserStatus::Created
        } else {
            UserStatus::Active
        };
        User {
            id: self.id.clone(),
            status,
        }
    }
}
