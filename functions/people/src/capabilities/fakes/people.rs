//! People, keys and assertions.

use std::collections::BTreeSet;

use aws::{
    challenges::{AssertionRow, SpendError},
    people::{AddFaceError, ChangePersonError, CreatePersonError, ErasureRow, FaceRow, PersonRow},
};
use domain::{ChallengeId, FaceId, Fault, PersonId, UserId};
use jiff::Timestamp;

use super::{State, World};
use crate::capabilities::{FindObjects, KeepPeople, ReadTokenKeys, SpendAssertion};

impl State {
    fn faces_of(&self, owner: UserId, person: PersonId) -> Vec<FaceRow> {
        let all = self
            .faces
            .iter()
            .filter(|(key, _)| (key.0, key.1) == (owner, person));
        let mut faces: Vec<_> = all.map(|(_, face)| face.clone()).collect();
        faces.sort_by_key(|it| (it.added_at, it.id));
        faces
    }
}

impl KeepPeople for World {
    async fn get_person(&self, owner: UserId, person: PersonId) -> Result<Option<PersonRow>, Fault> {
        self.call("GetPerson", |it| it.people.get(&(owner, person)).cloned())
            .await
    }

    async fn faces(&self, owner: UserId, person: PersonId) -> Result<Vec<FaceRow>, Fault> {
        self.call("Faces", |it| it.faces_of(owner, person)).await
    }

    async fn list_people(
        &self,
        owner: UserId,
        limit: usize,
        after: Option<PersonId>,
    ) -> Result<(Vec<PersonRow>, Option<PersonId>), Fault> {
        self.call("ListPeople", |it| {
            let own = it
                .people
                .values()
                .rev()
                .filter(|it| it.owner == owner && !it.is_erasing);
            let mut rows: Vec<_> = own
                .filter(|it| after.is_none_or(|after| it.id < after))
                .cloned()
                .collect();
            let more = limit < rows.len();
            rows.truncate(limit);
            let next = rows.last().filter(|_| more).map(|it| it.id);
            (rows, next)
        })
        .await
    }

    async fn list_erasing(&self, owner: UserId) -> Result<Vec<PersonId>, Fault> {
        self.call("ListErasing", |it| {
            let own = it.erasures.iter().filter(|(key, _)| key.0 == owner);
            // What is being erased has no end.
            own.filter(|(_, it)| it.1.is_none())
                .map(|(key, _)| key.1)
                .collect()
        })
        .await
    }

    async fn create_person(&self, row: &PersonRow) -> Result<(), CreatePersonError> {
        self.call("CreatePerson", |it| {
            let key = (row.owner, row.id);
            if it.people.contains_key(&key) {
                return Err(CreatePersonError::Exists);
            }
            it.people.insert(key, row.clone());
            Ok(())
        })
        .await?
    }

    async fn change_person(
        &self,
        owner: UserId,
        person: PersonId,
        display_name: Option<&str>,
        external_id: Option<&str>,
    ) -> Result<PersonRow, ChangePersonError> {
        self.call("ChangePerson", |it| {
            let row = it.people.get_mut(&(owner, person)).filter(|it| !it.is_erasing);
            let row = row.ok_or(ChangePersonError::NotFound)?;
            if let Some(name) = display_name {
                name.clone_into(&mut row.display_name);
            }
            if let Some(id) = external_id {
                row.external_id = Some(id.to_owned());
            }
            Ok(row.clone())
        })
        .await?
    }

    async fn add_face(&self, owner: UserId, face: &FaceRow, most: u32) -> Result<(), AddFaceError> {
        self.call("AddFace", |it| {
            let key = (owner, face.person, face.id);
            let is_there = it.faces.contains_key(&key);
            let row = it
                .people
                .get_mut(&(owner, face.person))
                .filter(|it| !it.is_erasing);
            let row = row.ok_or(AddFaceError::NotFound)?;
            if is_there {
                return Err(AddFaceError::Exists);
            }
            if most <= row.face_count {
                return Err(AddFaceError::Full);
            }
            row.face_count += 1;
            it.faces.insert(key, face.clone());
            Ok(())
        })
        .await?
    }

    async fn remove_face(&self, owner: UserId, person: PersonId, face: FaceId) -> Result<bool, Fault> {
        self.call("RemoveFace", |it| {
            let removed = it.faces.remove(&(owner, person, face)).is_some();
            if let Some(row) = it.people.get_mut(&(owner, person)).filter(|_| removed) {
                row.face_count -= 1;
            }
            removed
        })
        .await
    }

    async fn begin_erasing(&self, owner: UserId, person: PersonId) -> Result<Option<ErasureRow>, Fault> {
        self.call("BeginErasing", |it| {
            let row = it.people.get_mut(&(owner, person))?;
            row.is_erasing = true;
            row.external_id = None;
            let consent = &mut row.consent;
            for name in [
                &mut row.display_name,
                &mut row.fingerprint,
                &mut consent.notice_version,
                &mut consent.given_by,
            ] {
                name.clear();
            }
            consent.at = Timestamp::UNIX_EPOCH;
            let erasure = it.erasures.entry((owner, person)).or_default();
            erasure.1 = None;
            Some(erasure.0.clone())
        })
        .await
    }

    async fn note_erased(
        &self,
        owner: UserId,
        person: PersonId,
        descriptions: &BTreeSet<String>,
        pictures: &BTreeSet<String>,
    ) -> Result<Option<ErasureRow>, Fault> {
        self.call("NoteErased", |it| {
            let (erasure, _) = it.erasures.get_mut(&(owner, person))?;
            erasure.descriptions.extend(descriptions.iter().cloned());
            erasure.pictures.extend(pictures.iter().cloned());
            Some(erasure.clone())
        })
        .await
    }

    async fn forget_person(
        &self,
        owner: UserId,
        person: PersonId,
        erased_at: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), Fault> {
        self.call("ForgetPerson", |it| {
            it.faces.retain(|key, _| (key.0, key.1) != (owner, person));
            if let Some((erasure, ends_at)) = it.erasures.get_mut(&(owner, person)) {
                erasure.erased_at = Some(erased_at);
                *ends_at = Some(expires_at);
                it.people.get_mut(&(owner, person)).unwrap().face_count = 0;
            }
        })
        .await
    }
}

impl FindObjects for World {
    async fn find_pictures(&self, owner: UserId, person: PersonId) -> Result<Vec<String>, Fault> {
        self.call("FindPictures", |it| {
            let all = it.pictures.keys();
            let own = all.filter(|key| (key.0, key.1) == (owner, person));
            own.map(|key| key.2.to_string()).collect()
        })
        .await
    }
}

impl ReadTokenKeys for World {
    async fn read_token_keys(&self) -> Result<Option<String>, Fault> {
        self.call("ReadTokenKeys", |it| it.token_keys.clone()).await
    }
}

impl SpendAssertion for World {
    async fn usable_assertion(
        &self,
        challenge: ChallengeId,
        now: Timestamp,
    ) -> Result<Option<AssertionRow>, Fault> {
        self.call("UsableAssertion", |it| {
            let found = it.assertions.get(&challenge);
            found
                .filter(|(row, is_spent)| !is_spent && now < row.expires_at)
                .map(|it| it.0)
        })
        .await
    }

    async fn spend_assertion(
        &self,
        challenge: ChallengeId,
        now: Timestamp,
    ) -> Result<AssertionRow, SpendError> {
        self.call("SpendAssertion", |it| {
            let found = it.assertions.get_mut(&challenge);
            let usable = found.filter(|(row, is_spent)| !*is_spent && now < row.expires_at);
            let (row, is_spent) = usable.ok_or(SpendError::NotGood)?;
            *is_spent = true;
            Ok(*row)
        })
        .await?
    }
}
