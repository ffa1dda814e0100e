//! One collection: its state in memory, its log on the disk, and the way from a request to both.
//!
//! A change is decided, written and applied, in this order: [`Shared::commit`] asks the request what it wants to happen
//! to the present state, appends that to the log, and changes the state once it is on the disk. So nobody ever sees what a
//! crash could take back. While one commit waits for the disk, requests that come queue up ([`crate::batches`]), and
//! those that add faces go into the next commit together.

mod associations;
mod compaction;
mod faces;
mod search;
mod users;

pub use faces::{FaceFilter, MAX_FACES_PER_CALL, SAME_FACE_OVERLAP};

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use jiff::Timestamp;
use uuid::Uuid;

use crate::batches::{Abandoned, Batches, Joins};
use crate::change::{Answers, Change, Fingerprint, ImageKey, Remembered, Tags};
use crate::embedding::Model;
use crate::error::{Error, Fault, Quota};
use crate::index::Key;
use crate::log::Log;
use crate::names::{CollectionId, RequestToken};
use crate::state::State;
use crate::store::Context;

/// A collection of a [`crate::Store`]. Cheap to clone; may be used by many threads at once.
///
/// If the collection is deleted meanwhile, every operation answers [`Error::NoSuchCollection`].
#[derive(Clone)]
pub struct Collection(pub(crate) Arc<Shared>);

/// What a collection says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// Its name.
    pub id: CollectionId,
    /// The model whose embeddings it holds.
    pub model: Model,
    /// When it was created, to the microsecond.
    pub created_at: Timestamp,
    /// Number of faces.
    pub n_faces: usize,
    /// Number of users.
    pub n_users: usize,
}

pub(crate) struct Shared {
    pub(crate) id: CollectionId,
    pub(crate) serial: Uuid,
    model: Model,
    created_at: Timestamp,
    /// Locked before `state` by whoever needs both.
    log: Mutex<Log>,
    state: RwLock<State>,
    batches: Batches<Job, Result<(), Error>>,
    /// Set by the commit that made the log too long, for whoever comes next to shorten it.
    compaction_due: AtomicBool,
    /// Length of the log up to which it is not shortened: raised when that failed.
    compact_above_bytes: AtomicU64,
    context: Arc<Context>,
}

/// A request that waits for its commit.
struct Job {
    /// The image whose faces it adds. Such requests neither see nor disturb each other unless it is the same image.
    adds_faces_of: Option<ImageKey>,
    decide: Decide,
}

type Decide = Box<dyn FnOnce(&State, &mut Draft) -> Result<(), Error> + Send>;

impl Joins for Job {
    fn joins(&self, batch: &[Self]) -> bool {
        self.adds_faces_of.is_some()
            && batch
                .iter()
                .all(|it| it.adds_faces_of.is_some() && it.adds_faces_of != self.adds_faces_of)
    }
}

/// What the requests of one commit want to happen.
pub(crate) struct Draft<'a> {
    now: Timestamp,
    context: &'a Context,
    next_key: Key,
    changes: Vec<Change>,
    n_faces_added: usize,
}

impl Draft<'_> {
    /// A key that nothing had or will have.
    fn key(&mut self) -> Key {
        let key = self.next_key;
        self.next_key = Key(key.0 + 1);
        key
    }
}

impl Shared {
    pub(crate) fn new(log: Log, state: State, context: Arc<Context>) -> Self {
        let header = log.header();
        Self {
            id: header.collection.clone(),
            serial: header.serial,
            model: header.model.clone(),
            created_at: header.created_at,
            compaction_due: AtomicBool::new(compaction::is_due(log.len(), &state, 0)),
            compact_above_bytes: AtomicU64::new(0),
            log: Mutex::new(log),
            state: RwLock::new(state),
            batches: Batches::new(),
            context,
        }
    }

    pub(crate) fn model(&self) -> &Model {
        &self.model
    }

    fn threads(&self) -> NonZeroUsize {
        self.context.threads
    }

    /// The state as it is on the disk.
    fn read(&self) -> Result<RwLockReadGuard<'_, State>, Error> {
        let state = self.state.read().map_err(|_| half_done())?;
        if state.deleted {
            Err(Error::NoSuchCollection)
        } else {
            Ok(state)
        }
    }

    fn lock_log(&self) -> Result<MutexGuard<'_, Log>, Error> {
        self.log.lock().map_err(|_| half_done())
    }

    /// Has `decide` decide on the present state what to change and what to answer; answers when that is on the disk.
    ///
    /// If it fails, or pushes no change, nothing is written.
    fn change<A: Send + 'static>(
        &self,
        adds_faces_of: Option<ImageKey>,
        decide: impl FnOnce(&State, &mut Draft) -> Result<A, Error> + Send + 'static,
    ) -> Result<A, Error> {
        let answer = Arc::new(Mutex::new(None));
        let slot = Arc::clone(&answer);
        let decide = Box::new(move |state: &State, draft: &mut Draft| {
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(decide(state, draft)?);
            Ok(())
        });
        let job = Job {
            adds_faces_of,
            decide,
        };
        self.batches
            .submit(job, |jobs| self.commit(jobs))
            .map_err(|Abandoned| half_done())??;
        self.compact_if_due();
        let answer = answer.lock().unwrap_or_else(PoisonError::into_inner).take();
        answer.ok_or_else(half_done)
    }

    /// As [`Self::change`]; but a request with a token that was answered before is answered the same again.
    ///
    /// `fingerprint` tells what is asked for.
    fn change_once<A: Answers + Send + 'static>(
        &self,
        token: Option<RequestToken>,
        fingerprint: Fingerprint,
        decide: impl FnOnce(&State, &mut Draft) -> Result<A, Error> + Send + 'static,
    ) -> Result<A, Error> {
        self.change(None, move |state, draft| {
            let Some(token) = token else {
                return decide(state, draft);
            };
            if let Some(given) = state.answers.find(&token, draft.now) {
                let same = given.fingerprint == fingerprint;
                return same
                    .then(|| A::recall(&given.answer))
                    .flatten()
                    .ok_or(Error::TokenReused);
            }
            let answer = decide(state, draft)?;
            let remembered = Remembered {
                token,
                fingerprint,
                at: draft.now,
                answer: answer.remember(),
            };
            draft.changes.push(Change::Answered(remembered));
            Ok(answer)
        })
    }

    /// Carries out requests that may be carried out together, with one write to the disk.
    fn commit(&self, jobs: Vec<Job>) -> Vec<Result<(), Error>> {
        let n_jobs = jobs.len();
        self.try_commit(jobs)
            .unwrap_or_else(|error| vec![Err(error); n_jobs])
    }

    fn try_commit(&self, jobs: Vec<Job>) -> Result<Vec<Result<(), Error>>, Error> {
        let mut log = self.lock_log()?;
        let state = self.read()?;
        let mut draft = Draft {
            now: to_microsecond(self.context.clock.now()),
            context: &self.context,
            next_key: state.next_key(),
            changes: Vec::new(),
            n_faces_added: 0,
        };
        let outcomes = jobs
            .into_iter()
            .map(|job| {
                let (n_changes, n_faces) = (draft.changes.len(), draft.n_faces_added);
                (job.decide)(&state, &mut draft).inspect_err(|_| {
                    draft.changes.truncate(n_changes);
                    draft.n_faces_added = n_faces;
                })
            })
            .collect();
        drop(state);

        let changes = draft.changes;
        if !changes.is_empty() {
            log.append(&changes)?;
            let mut state = self.state.write().map_err(|_| half_done())?;
            for change in changes {
                // Otherwise it is a mistake of ours; the guard, dropped by a panic, lets nobody see the result.
                state
                    .apply(change)
                    .expect("changes fit the state they were decided on, which the log's lock has kept");
            }
            let compact_above_bytes = self.compact_above_bytes.load(Ordering::Relaxed);
            if compaction::is_due(log.len(), &state, compact_above_bytes) {
                self.compaction_due.store(true, Ordering::Relaxed);
            }
        }
        Ok(outcomes)
    }

    /// Deletes the file and forgets everything.
    pub(crate) fn delete(&self) -> Result<(), Error> {
        let mut log = self.lock_log()?;
        drop(self.read()?);
        log.delete()?;
        let mut state = self.state.write().map_err(|_| half_done())?;
        *state = State::new(&self.model);
        state.deleted = true;
        Ok(())
    }
}

impl Collection {
    /// Returns the collection's name.
    #[must_use]
    pub fn id(&self) -> &CollectionId {
        &self.0.id
    }

    /// Returns the model whose embeddings the collection holds.
    #[must_use]
    pub fn model(&self) -> &Model {
        self.0.model()
    }

    /// Returns what there is to say of the collection.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchCollection`].
    pub fn describe(&self) -> Result<Description, Error> {
        let state = self.0.read()?;
        Ok(Description {
            id: self.0.id.clone(),
            model: self.0.model.clone(),
            created_at: self.0.created_at,
            n_faces: state.faces.len(),
            n_users: state.users.len(),
        })
    }

    /// Returns the collection's tags.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchCollection`].
    pub fn tags(&self) -> Result<Tags, Error> {
        Ok(self.0.read()?.tags.clone())
    }

    /// Adds tags, in place of those of the same names.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchCollection`]; [`Error::Quota`] if there would be too many; [`Error::Fault`].
    pub fn tag(&self, tags: Tags) -> Result<(), Error> {
        self.0.change(None, move |state, draft| {
            let mut all = state.tags.clone();
            all.extend(tags);
            let max = draft.context.limits.tags_per_collection;
            if max < all.len() {
                return Err(Quota::TagsPerCollection(max).into());
            }
            if all != state.tags {
                draft.changes.push(Change::Tagged(all));
            }
            Ok(())
        })
    }

    /// Removes the tags of these names, if there are any.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchCollection`]; [`Error::Fault`].
    pub fn untag(&self, names: Vec<String>) -> Result<(), Error> {
        self.0.change(None, move |state, draft| {
            let mut left = state.tags.clone();
            left.retain(|name, _| !names.contains(name));
            if left != state.tags {
                draft.changes.push(Change::Tagged(left));
            }
            Ok(())
        })
    }
}

impl fmt::Debug for Collection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Collection")
            .field("id", &self.0.id)
            .finish_non_exhaustive()
    }
}

/// The log's precision, so that what is remembered in memory is what is read back.
pub(crate) fn to_microsecond(time: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(time.as_microsecond()).unwrap_or(time)
}

/// A panic left the collection in a state that nobody may see. The log is as good as ever: opening the store again helps.
fn half_done() -> Error {
    Fault::internal("using a collection", "an earlier operation panicked").into()
}
