//! The users of a collection, in the order they were created, found by key or by name.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;

use crate::codec::Malformed;
use crate::index::Key;
use crate::names::UserId;

#[derive(Clone, Debug)]
pub(crate) struct StoredUser {
    pub(crate) id: UserId,
    /// In the order they were stored, which is the order the vector is added up in.
    pub(crate) faces: BTreeSet<Key>,
}

#[derive(Debug, Default)]
pub(crate) struct Users {
    by_key: BTreeMap<Key, StoredUser>,
    by_id: HashMap<UserId, Key>,
}

const UNKNOWN: Malformed = Malformed("a user is not there");

impl Users {
    pub(crate) fn len(&self) -> usize {
        self.by_key.len()
    }

    pub(crate) fn insert(&mut self, key: Key, id: UserId) -> Result<(), Malformed> {
        let user = StoredUser {
            id: id.clone(),
            faces: BTreeSet::new(),
        };
        if self.by_id.insert(id, key).is_some() || self.by_key.insert(key, user).is_some() {
            return Err(Malformed("a user is created twice"));
        }
        Ok(())
    }

    pub(crate) fn remove(&mut self, key: Key) -> Result<StoredUser, Malformed> {
        let user = self.by_key.remove(&key).ok_or(UNKNOWN)?;
        self.by_id.remove(&user.id);
        Ok(user)
    }

    pub(crate) fn get(&self, key: Key) -> Result<&StoredUser, Malformed> {
        self.by_key.get(&key).ok_or(UNKNOWN)
    }

    pub(crate) fn faces_mut(&mut self, key: Key) -> Result<&mut BTreeSet<Key>, Malformed> {
        self.by_key.get_mut(&key).map(|it| &mut it.faces).ok_or(UNKNOWN)
    }

    pub(crate) fn find(&self, id: &UserId) -> Option<(Key, &StoredUser)> {
        let key = *self.by_id.get(id)?;
        self.by_key.get(&key).map(|user| (key, user))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Key, &StoredUser)> {
        self.after(None)
    }

    /// Users whose key is above `key`, ascending.
    pub(crate) fn after(&self, key: Option<Key>) -> impl Iterator<Item = (Key, &StoredUser)> {
        let from = key.map_or(Bound::Unbounded, Bound::Excluded);
        self.by_key
            .range((from, Bound::Unbounded))
            .map(|(key, user)| (*key, user))
    }
}
