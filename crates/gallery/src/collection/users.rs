//! Creating, listing and deleting users.

use std::num::NonZeroUsize;

use super::Collection;
use crate::change::{Change, Fingerprint};
use crate::error::{Error, Quota};
use crate::index::Key;
use crate::names::{RequestToken, UserId};
use crate::page::{List, Page, PageToken};
use crate::user::User;

impl Collection {
    /// Creates a user without faces.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchCollection`]; [`Error::UserExists`]; [`Error::TokenReused`]; [`Error::Quota`]; [`Error::Fault`].
    pub fn create_user(&self, user: UserId, token: Option<RequestToken>) -> Result<(), Error> {
        let fingerprint = Fingerprint::new("create user", [user.as_str().as_bytes()]);
        self.0.change_once(token, fingerprint, move |state, draft| {
            if state.users.find(&user).is_some() {
                return Err(Error::UserExists);
            }
            let max = draft.context.limits.users_per_collection;
            if max <= state.users.len() {
                return Err(Quota::UsersPerCollection(max).into());
            }
            let key = draft.key();
            draft.changes.push(Change::UserCreated { key, id: user });
            Ok(())
        })
    }

    /// Deletes a user; its faces stay in the collection and are nobody's.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchCollection`]; [`Error::NoSuchUser`]; [`Error::TokenReused`]; [`Error::Fault`].
    pub fn delete_user(&self, user: UserId, token: Option<RequestToken>) -> Result<(), Error> {
        let fingerprint = Fingerprint::new("delete user", [user.as_str().as_bytes()]);
        self.0.change_once(token, fingerprint, move |state, draft| {
            let (key, _) = state.users.find(&user).ok_or(Error::NoSuchUser)?;
            draft.changes.push(Change::UserDeleted(key));
            Ok(())
        })
    }

    /// Lists users in the order they were created.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchCollection`]; [`Error::InvalidPageToken`].
    pub fn list_users(&self, limit: NonZeroUsize, after: Option<&PageToken>) -> Result<Page<User>, Error> {
        let list = List::new("users", [&self.0.serial.as_bytes()[..]]);
        let after = after
            .map(|it| list.position(it))
            .transpose()?
            .map(|it| Key(it as u64));
        let state = self.0.read()?;
        let users = state
            .users
            .after(after)
            .map(|(key, user)| (u128::from(key.0), user.public()));
        Ok(list.page(users, limit.get()))
    }
}
