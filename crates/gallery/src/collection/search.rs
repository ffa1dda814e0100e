//! Finding faces and users by what they look like.

use super::{Collection, Shared};
use crate::embedding::Embedding;
use crate::error::Error;
use crate::index::{Index, Key, Nearest, Neighbor};
use crate::names::{FaceId, UserId};
use crate::state::{State, StoredUser};
use crate::user::{FaceMatch, UserMatch};

impl Collection {
    /// Returns the faces nearest to `embedding`, nearest first; among equally near ones, those stored first.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchCollection`]; [`Error::Model`] if the embedding is of another model than the collection.
    pub fn search_faces(&self, embedding: &Embedding, wanted: Nearest) -> Result<Vec<FaceMatch>, Error> {
        self.model().same(embedding.model())?;
        let state = self.0.read()?;
        let found = state.face_index.search(embedding, wanted, self.0.threads())?;
        Ok(face_matches(&state, &found))
    }

    /// Returns the faces nearest to a stored one, without that one.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchCollection`]; [`Error::NoSuchFace`].
    pub fn search_faces_like(&self, face: FaceId, wanted: Nearest) -> Result<Vec<FaceMatch>, Error> {
        let state = self.0.read()?;
        let (key, embedding) = embedding_of(&state, face)?;
        let found = others_near(&self.0, &*state.face_index, &embedding, wanted, key)?;
        Ok(face_matches(&state, &found))
    }

    /// Returns the users nearest to `embedding`, nearest first; among equally near ones, those created first.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchCollection`]; [`Error::Model`] if the embedding is of another model than the collection.
    pub fn search_users(&self, embedding: &Embedding, wanted: Nearest) -> Result<Vec<UserMatch>, Error> {
        self.model().same(embedding.model())?;
        let state = self.0.read()?;
        let found = state.user_index.search(embedding, wanted, self.0.threads())?;
        Ok(user_matches(&state, &found))
    }

    /// Returns the users nearest to a stored face; the one that has it is not left out.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchCollection`]; [`Error::NoSuchFace`].
    pub fn search_users_like_face(&self, face: FaceId, wanted: Nearest) -> Result<Vec<UserMatch>, Error> {
        let state = self.0.read()?;
        let (_, embedding) = embedding_of(&state, face)?;
        let found = state.user_index.search(&embedding, wanted, self.0.threads())?;
        Ok(user_matches(&state, &found))
    }

    /// Returns the users nearest to a user, without that one. Of a user without faces nobody is near.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchCollection`]; [`Error::NoSuchUser`].
    pub fn search_users_like(&self, user: &UserId, wanted: Nearest) -> Result<Vec<UserMatch>, Error> {
        let state = self.0.read()?;
        let (key, _) = state.users.find(user).ok_or(Error::NoSuchUser)?;
        let Some(vector) = state.user_index.get(key) else {
            return Ok(Vec::new());
        };
        let found = others_near(&self.0, &*state.user_index, &vector, wanted, key)?;
        Ok(user_matches(&state, &found))
    }
}

fn embedding_of(state: &State, face: FaceId) -> Result<(Key, Embedding), Error> {
    let (key, _) = state.faces.find(face).ok_or(Error::NoSuchFace(face))?;
    let embedding = state.face_index.get(key).ok_or(Error::NoSuchFace(face))?;
    Ok((key, embedding))
}

fn others_near(
    shared: &Shared,
    index: &dyn Index,
    embedding: &Embedding,
    wanted: Nearest,
    itself: Key,
) -> Result<Vec<Neighbor>, Error> {
    let one_more = Nearest {
        max: wanted.max.saturating_add(1),
        ..wanted
    };
    let mut found = index.search(embedding, one_more, shared.threads())?;
    found.retain(|it| it.key != itself);
    found.truncate(wanted.max);
    Ok(found)
}

fn face_matches(state: &State, found: &[Neighbor]) -> Vec<FaceMatch> {
    let face = |it: &Neighbor| state.faces.get(it.key).map(|face| state.public_face(face));
    found
        .iter()
        .filter_map(|it| {
            Some(FaceMatch {
                face: face(it)?,
                distance: it.distance,
            })
        })
        .collect()
}

fn user_matches(state: &State, found: &[Neighbor]) -> Vec<UserMatch> {
    let user = |it: &Neighbor| state.users.get(it.key).ok().map(StoredUser::public);
    found
        .iter()
        .filter_map(|it| {
            Some(UserMatch {
                user: user(it)?,
                distance: it.distance,
            })
        })
        .collect()
}
