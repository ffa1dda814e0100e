//! People, keys and assertions.

use aws::{
    challenges::{AssertionRow, SpendError},
    people::{AddFaceError, ChangePersonError, CreatePersonError, FaceRow, PersonRow},
};
use domain::{ChallengeId, FaceId, Fault, PersonId, UserId};
use jiff::Timestamp;

use super::{State, World};
use crate::capabilities::{KeepPeople, ReadTokenKeys, SpendAssertion};

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

    async fn begin_erasing(&self, owner: UserId, person: PersonId) -> Result<bool, Fault> {
        self.call("BeginErasing", |it| {
            let row = it.people.get_mut(&(owner, person));
            row.map(|it| it.is_erasing = true).is_some()
        })
        .await
    }

    async fn forget_person(&self, owner: UserId, person: PersonId) -> Result<(), Fault> {
        self.call("ForgetPerson", |it| {
            it.faces.retain(|key, _| (key.0, key.1) != (owner, person));
            it.people
                .retain(|key, row| *key != (owner, person) || !row.is_erasing);
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
