//! Stores in memory: what the capabilities promise, and nothing else.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use aws::{
    api_keys::{AddApiKeyError, ApiKeyRow, OwnedApiKeys},
    mail::Letter,
    parameters::{CreateParameterError, Protection},
    resets::ResetRow,
    sessions::{ListedSession, RotateError, SessionFilter, SessionRow, TokenHash},
    users::{
        ChangeUserError, CreateUserError, ListedUser, ListedUsers, ManageUserError, Place, Standing, UserRow,
    },
};
use domain::{ApiKeyHash, ApiKeyId, Email, Fault, SessionId, UserId, Username};
use jiff::Timestamp;

use crate::{
    adapters::SystemRandom,
    capabilities::{
        Accounts, Capabilities, ListAccounts, ListSessions, ManageAccounts, OwnApiKeys, ParameterStore,
        Resets, SendMail, Sessions,
    },
};

/// Everything in memory.
#[derive(Debug)]
pub(crate) struct Memory;

impl Capabilities for Memory {
    type Accounts = People;
    type Sessions = Rows;
    type ApiKeys = Keys;
    type Resets = Links;
    type SendMail = Letters;
    type ParameterStore = Texts;
    type Random = SystemRandom;
}

/// Accounts in a map.
#[derive(Clone, Default)]
pub(crate) struct People(Arc<Mutex<BTreeMap<String, UserRow>>>, Arc<AtomicUsize>);

impl People {
    pub(crate) fn remove(&self, id: UserId) {
        self.0.lock().unwrap().remove(&id.to_string());
    }

    pub(crate) fn all(&self) -> Vec<UserRow> {
        self.0.lock().unwrap().values().cloned().collect()
    }

    /// Makes somebody an administrator without ending his sessions.
    pub(crate) fn promote(&self, username: &str) {
        let mut people = self.0.lock().unwrap();
        let found = people.values_mut().find(|it| it.username.as_str() == username);
        found.unwrap().role = domain::Role::Admin;
    }

    /// The next `times` changes find that somebody else was faster.
    pub(crate) fn contend(&self, times: usize) {
        self.1.store(times, Ordering::Relaxed);
    }

    /// Checks what has to hold for an account to change from what it is to `after`, `None` if it is deleted.
    fn may_change(
        &self,
        people: &BTreeMap<String, UserRow>,
        user: &UserRow,
        after: Option<Standing>,
    ) -> Result<(), ManageUserError> {
        let contended = self
            .1
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |it| it.checked_sub(1));
        let same = |it: &UserRow| it.version == user.version;
        if contended.is_ok() || !people.get(&user.id.to_string()).is_some_and(same) {
            return Err(ManageUserError::Changed);
        }
        let n_administrators = people.values().filter(|it| it.standing().administers()).count();
        let goes = user.standing().administers() && !after.is_some_and(Standing::administers);
        if goes && n_administrators < 2 {
            return Err(ManageUserError::LastAdministrator);
        }
        Ok(())
    }

    fn insert(&self, user: &UserRow) -> Result<(), CreateUserError> {
        let mut people = self.0.lock().unwrap();
        if people.values().any(|it| it.username.key() == user.username.key()) {
            return Err(CreateUserError::UsernameTaken);
        }
        if people.values().any(|it| it.email.key() == user.email.key()) {
            return Err(CreateUserError::EmailTaken);
        }
        people.insert(user.id.to_string(), user.clone());
        Ok(())
    }

    fn edit<T>(
        &self,
        id: UserId,
        change: impl FnOnce(&mut UserRow) -> Option<T>,
    ) -> Result<T, ChangeUserError> {
        let mut people = self.0.lock().unwrap();
        people
            .get_mut(&id.to_string())
            .and_then(change)
            .ok_or(ChangeUserError::Changed)
    }
}

impl Accounts for People {
    async fn find(&self, username: &Username) -> Result<Option<UserRow>, Fault> {
        Ok(self
            .all()
            .into_iter()
            .find(|it| it.username.key() == username.key()))
    }

    async fn find_by_email(&self, email: &Email) -> Result<Option<UserRow>, Fault> {
        Ok(self.all().into_iter().find(|it| it.email.key() == email.key()))
    }

    async fn get(&self, id: UserId) -> Result<Option<UserRow>, Fault> {
        Ok(self.0.lock().unwrap().get(&id.to_string()).cloned())
    }

    async fn create(&self, user: &UserRow) -> Result<(), CreateUserError> {
        self.insert(user)
    }

    async fn create_first_admin(&self, user: &UserRow) -> Result<(), CreateUserError> {
        if self.all().iter().any(|it| it.role == domain::Role::Admin) {
            return Err(CreateUserError::AdminExists);
        }
        self.insert(user)
    }

    async fn set_password(
        &self,
        id: UserId,
        version: u32,
        password_hash: &str,
    ) -> Result<u32, ChangeUserError> {
        self.edit(id, |user| {
            (user.version == version).then(|| {
                user.version += 1;
                user.must_change_password = false;
                password_hash.clone_into(&mut user.password_hash);
                user.version
            })
        })
    }

    async fn set_one_time_password(
        &self,
        id: UserId,
        version: u32,
        password_hash: &str,
    ) -> Result<u32, ChangeUserError> {
        let version = self.set_password(id, version, password_hash).await?;
        self.edit(id, |user| {
            user.must_change_password = true;
            Some(version)
        })
    }

    async fn end_sessions(&self, id: UserId) -> Result<(), ChangeUserError> {
        self.edit(id, |user| {
            user.version += 1;
            Some(())
        })
    }
}

impl ListAccounts for People {
    async fn list(&self, prefix: &str, limit: usize, after: Option<&Place>) -> Result<ListedUsers, Fault> {
        let mut all = self.all();
        all.sort_by_key(|it| it.username.key());
        let mut rows: Vec<ListedUser> = all
            .iter()
            .filter(|it| it.username.key().starts_with(prefix))
            .filter(|it| after.is_none_or(|after| after.username_key < it.username.key()))
            .map(ListedUser::from)
            .collect();
        let more = limit < rows.len();
        rows.truncate(limit);
        let after = rows.last().filter(|_| more).map(|it| Place {
            username_key: it.username.key(),
            id: it.id,
        });
        Ok(ListedUsers { rows, after })
    }
}

impl ManageAccounts for People {
    async fn change(&self, user: &UserRow, after: Standing) -> Result<u32, ManageUserError> {
        // Lets others run between reading and writing, as a network does.
        tokio::task::yield_now().await;
        let mut people = self.0.lock().unwrap();
        self.may_change(&people, user, Some(after))?;
        let row = people
            .get_mut(&user.id.to_string())
            .ok_or(ManageUserError::Changed)?;
        (row.role, row.disabled) = (after.role, after.disabled);
        row.version += 1;
        Ok(row.version)
    }

    async fn delete(&self, user: &UserRow, _erase_again_at: Timestamp) -> Result<(), ManageUserError> {
        tokio::task::yield_now().await;
        let mut people = self.0.lock().unwrap();
        self.may_change(&people, user, None)?;
        people.remove(&user.id.to_string());
        Ok(())
    }
}

/// Sessions in a map, with an index that may miss one.
#[derive(Clone, Default)]
pub(crate) struct Rows(
    Arc<Mutex<BTreeMap<String, SessionRow>>>,
    pub(crate) Arc<Mutex<Option<SessionId>>>,
);

impl Rows {
    pub(crate) fn all(&self) -> Vec<SessionRow> {
        self.0.lock().unwrap().values().cloned().collect()
    }
}

impl ListSessions for Rows {
    async fn list_sessions(&self, filter: SessionFilter, limit: usize) -> Result<Vec<ListedSession>, Fault> {
        let missing = *self.1.lock().unwrap();
        let mut rows = self.all();
        rows.retain(|it| {
            it.user == filter.user
                && it.user_version == filter.user_version
                && it.expires_at > filter.now
                && it.ends_at > filter.now
                && Some(it.id) != missing
        });
        rows.sort_by_key(|it| std::cmp::Reverse(it.last_used_at));
        rows.truncate(limit);
        let listed = rows.into_iter().map(|it| ListedSession {
            id: it.id,
            created_at: it.created_at,
            last_used_at: it.last_used_at,
            ends_at: it.ends_at,
            client: it.client,
        });
        Ok(listed.collect())
    }
}

impl Sessions for Rows {
    async fn put(&self, session: &SessionRow) -> Result<(), Fault> {
        self.0
            .lock()
            .unwrap()
            .insert(session.id.to_string(), session.clone());
        Ok(())
    }

    async fn get(&self, id: SessionId) -> Result<Option<SessionRow>, Fault> {
        Ok(self.0.lock().unwrap().get(&id.to_string()).cloned())
    }

    async fn rotate(
        &self,
        id: SessionId,
        from: &TokenHash,
        to: &TokenHash,
        (now, expires_at): (Timestamp, Timestamp),
    ) -> Result<(), RotateError> {
        let mut rows = self.0.lock().unwrap();
        let row = rows
            .get_mut(&id.to_string())
            .filter(|it| it.token_hash == *from)
            .ok_or(RotateError::Spent)?;
        row.token_hash = *to;
        row.expires_at = expires_at;
        row.last_used_at = now;
        Ok(())
    }

    async fn keep(&self, id: SessionId, user_version: u32) -> Result<(), Fault> {
        if let Some(row) = self.0.lock().unwrap().get_mut(&id.to_string()) {
            row.user_version = user_version;
        }
        Ok(())
    }

    async fn delete(&self, id: SessionId) -> Result<(), Fault> {
        self.0.lock().unwrap().remove(&id.to_string());
        Ok(())
    }

    async fn delete_own(&self, id: SessionId, user: UserId) -> Result<bool, Fault> {
        let mut rows = self.0.lock().unwrap();
        let own = rows.get(&id.to_string()).is_some_and(|it| it.user == user);
        if own {
            rows.remove(&id.to_string());
        }
        Ok(own)
    }
}

/// API keys in a map, with the number of those that were ever added.
#[derive(Clone, Default)]
pub(crate) struct Keys(Arc<Mutex<(Vec<ApiKeyRow>, u64)>>);

impl Keys {
    pub(crate) fn all(&self) -> Vec<ApiKeyRow> {
        self.0.lock().unwrap().0.clone()
    }
}

impl OwnApiKeys for Keys {
    async fn list(&self, user: UserId) -> Result<OwnedApiKeys, Fault> {
        // Lets others run between reading and writing, as a network does.
        tokio::task::yield_now().await;
        let table = self.0.lock().unwrap();
        Ok(OwnedApiKeys {
            keys: table.0.iter().filter(|it| it.user == user).cloned().collect(),
            version: Some(table.1),
        })
    }

    async fn add(&self, row: &ApiKeyRow, version: Option<u64>) -> Result<(), AddApiKeyError> {
        tokio::task::yield_now().await;
        let mut table = self.0.lock().unwrap();
        if version != Some(table.1) {
            return Err(AddApiKeyError::Changed);
        }
        table.0.push(row.clone());
        table.1 += 1;
        Ok(())
    }

    async fn replace_secret(&self, user: UserId, id: ApiKeyId, hash: &ApiKeyHash) -> Result<bool, Fault> {
        let mut table = self.0.lock().unwrap();
        let row = table.0.iter_mut().find(|it| (it.user, it.id) == (user, id));
        Ok(row.map(|it| it.hash = *hash).is_some())
    }

    async fn delete(&self, user: UserId, id: ApiKeyId) -> Result<bool, Fault> {
        let mut table = self.0.lock().unwrap();
        let before = table.0.len();
        table.0.retain(|it| (it.user, it.id) != (user, id));
        Ok(table.0.len() < before)
    }
}

/// Links in a map.
#[derive(Clone, Default)]
pub(crate) struct Links(Arc<Mutex<BTreeMap<TokenHash, ResetRow>>>);

impl Links {
    pub(crate) fn n(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}

impl Resets for Links {
    async fn put_reset(&self, reset: &ResetRow) -> Result<(), Fault> {
        self.0.lock().unwrap().insert(reset.token_hash, reset.clone());
        Ok(())
    }

    async fn get_reset(&self, hash: &TokenHash) -> Result<Option<ResetRow>, Fault> {
        Ok(self.0.lock().unwrap().get(hash).cloned())
    }

    async fn delete_reset(&self, hash: &TokenHash) -> Result<(), Fault> {
        self.0.lock().unwrap().remove(hash);
        Ok(())
    }
}

/// Mail that is kept, or refused.
#[derive(Clone, Default)]
pub(crate) struct Letters {
    pub(crate) sent: Arc<Mutex<Vec<Letter>>>,
    pub(crate) refuses: Arc<AtomicBool>,
}

impl SendMail for Letters {
    async fn send_mail(&self, letter: &Letter) -> Result<(), Fault> {
        if self.refuses.load(Ordering::Relaxed) {
            return Err(Fault::never("SendMail", "not verified"));
        }
        self.sent.lock().unwrap().push(letter.clone());
        Ok(())
    }
}

/// Texts in a map, which may be seen late.
#[derive(Clone, Default)]
pub(crate) struct Texts {
    texts: Arc<Mutex<BTreeMap<String, (String, Protection)>>>,
    n_late_reads: Arc<AtomicUsize>,
}

impl Texts {
    /// The same texts, of which the first reads find nothing.
    pub(crate) fn lagging(of: &Self, n_late_reads: usize) -> Self {
        Self {
            texts: of.texts.clone(),
            n_late_reads: Arc::new(AtomicUsize::new(n_late_reads)),
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<String> {
        self.texts.lock().unwrap().get(name).map(|it| it.0.clone())
    }

    pub(crate) fn protection(&self, name: &str) -> Option<Protection> {
        self.texts.lock().unwrap().get(name).map(|it| it.1)
    }

    pub(crate) fn set(&self, name: &str, value: &str) {
        self.texts
            .lock()
            .unwrap()
            .insert(name.to_owned(), (value.to_owned(), Protection::Plain));
    }
}

impl ParameterStore for Texts {
    async fn read(&self, name: &str) -> Result<Option<String>, Fault> {
        tokio::task::yield_now().await;
        let late = self
            .n_late_reads
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |it| it.checked_sub(1));
        Ok(if late.is_ok() { None } else { self.get(name) })
    }

    async fn create(
        &self,
        name: &str,
        value: &str,
        protection: Protection,
    ) -> Result<(), CreateParameterError> {
        let mut texts = self.texts.lock().unwrap();
        if texts.contains_key(name) {
            return Err(CreateParameterError::AlreadyExists);
        }
        texts.insert(name.to_owned(), (value.to_owned(), protection));
        Ok(())
    }

    async fn replace(&self, name: &str, value: &str, protection: Protection) -> Result<(), Fault> {
        self.texts
            .lock()
            .unwrap()
            .insert(name.to_owned(), (value.to_owned(), protection));
        Ok(())
    }
}
