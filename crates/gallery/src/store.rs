//! A folder of collections.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::num::NonZeroUsize;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use uuid::Uuid;

use crate::change::{Change, Tags};
use crate::codec::Malformed;
use crate::collection::{Collection, Shared, to_microsecond};
use crate::embedding::Model;
use crate::error::{Error, Fault, OpenError, Quota};
use crate::log::{EXTENSION, Header, Log, NEW_EXTENSION, NewLog, Opened, Replay, sync_folder_of};
use crate::names::CollectionId;
use crate::page::{List, Page, PageToken};
use crate::ports::{Clock, Ids};
use crate::state::State;

/// The file whose lock says that the folder is in use. Empty.
const LOCK_FILE: &str = "lock";

/// What a store needs to know.
#[derive(Clone)]
pub struct Options {
    /// Tells the time of creations and of tokens of requests.
    pub clock: Arc<dyn Clock>,
    /// Makes names.
    pub ids: Arc<dyn Ids>,
    /// Threads that one search may use.
    pub threads: NonZeroUsize,
    /// How much fits.
    pub limits: Limits,
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("threads", &self.threads)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// How much fits. The default is what Rekognition documents as its quotas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Faces of a collection.
    pub faces_per_collection: usize,
    /// Users of a collection.
    pub users_per_collection: usize,
    /// Faces of a user.
    pub faces_per_user: usize,
    /// Tags of a collection.
    pub tags_per_collection: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            faces_per_collection: 20_000_000,
            users_per_collection: 10_000_000,
            faces_per_user: 100,
            tags_per_collection: 200,
        }
    }
}

/// What all collections share.
pub(crate) struct Context {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) threads: NonZeroUsize,
    pub(crate) limits: Limits,
    /// Locked as long as anybody has a collection of the store.
    _lock: File,
}

/// A collection whose last commit was being written when the process ended: nobody was told that it succeeded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// The collection.
    pub collection: CollectionId,
    /// Bytes at the end of its file that were discarded.
    pub discarded_bytes: u64,
}

/// Any number of collections in a folder, kept in memory, changed on the disk first.
///
/// All operations may be called by many threads at once. What an operation answered stays, whatever happens to the
/// process or to the power.
pub struct Store {
    folder: PathBuf,
    context: Arc<Context>,
    catalog: RwLock<Catalog>,
    /// Held while a collection is created or deleted, which takes the disk's time.
    changing: Mutex<()>,
    recovered: Vec<Recovered>,
}

#[derive(Default)]
struct Catalog {
    /// In the order of listings.
    by_serial: BTreeMap<Uuid, Arc<Shared>>,
    by_id: HashMap<CollectionId, Uuid>,
}

impl Catalog {
    fn insert(&mut self, shared: Arc<Shared>) {
        self.by_id.insert(shared.id.clone(), shared.serial);
        self.by_serial.insert(shared.serial, shared);
    }

    fn get(&self, id: &CollectionId) -> Option<&Arc<Shared>> {
        self.by_serial.get(self.by_id.get(id)?)
    }
}

impl Store {
    /// Opens the store in `folder`, which is created if there is none, for nobody else to use.
    ///
    /// Reads everything into memory: two seconds of a processor and 0.8 GB for a million faces of 128 dimensions.
    ///
    /// # Errors
    ///
    /// [`OpenError`]. Nothing is changed, except that crashes may have been cleaned up after in some files.
    pub fn open(folder: &Path, options: Options) -> Result<Self, OpenError> {
        let folder = create_folder(folder).map_err(OpenError::io("creating", folder))?;
        let lock = lock(&folder)?;
        let Options {
            clock,
            ids,
            threads,
            limits,
        } = options;
        let context = Arc::new(Context {
            clock,
            ids,
            threads,
            limits,
            _lock: lock,
        });
        let mut catalog = Catalog::default();
        let mut recovered = Vec::new();
        for file in collection_files(&folder)? {
            let Opened {
                log,
                replayed: state,
                discarded_bytes,
            } = Log::open::<State>(&file)?;
            if catalog.get(&log.header().collection).is_some() {
                return Err(OpenError::Duplicate(file));
            }
            if 0 < discarded_bytes {
                tracing::warn!(
                    file = %log.header().serial,
                    log.discarded_bytes = discarded_bytes,
                    "discarded the end of a collection's log, which a crash had left half-written"
                );
                recovered.push(Recovered {
                    collection: log.header().collection.clone(),
                    discarded_bytes,
                });
            }
            catalog.insert(Arc::new(Shared::new(log, state, Arc::clone(&context))));
        }
        Ok(Self {
            folder,
            context,
            catalog: RwLock::new(catalog),
            changing: Mutex::new(()),
            recovered,
        })
    }

    /// Returns what opening the store had to discard.
    #[must_use]
    pub fn recovered(&self) -> &[Recovered] {
        &self.recovered
    }

    /// Creates a collection for embeddings of `model`.
    ///
    /// # Errors
    ///
    /// [`Error::CollectionExists`]; [`Error::Quota`] if there are too many tags; [`Error::Fault`].
    pub fn create_collection(
        &self,
        id: &CollectionId,
        model: &Model,
        tags: Tags,
    ) -> Result<Collection, Error> {
        let max_tags = self.context.limits.tags_per_collection;
        if max_tags < tags.len() {
            return Err(Quota::TagsPerCollection(max_tags).into());
        }
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        if self.read().get(id).is_some() {
            return Err(Error::CollectionExists);
        }
        let header = Header {
            file: self.context.ids.next(),
            serial: self.context.ids.next(),
            collection: id.clone(),
            model: model.clone(),
            created_at: to_microsecond(self.context.clock.now()),
        };
        let mut state = State::new(model);
        state.tags = tags;
        let path = self
            .folder
            .join(header.serial.to_string())
            .with_extension(EXTENSION);
        let mut log = NewLog::create(&path, header)
            .and_then(|mut new| {
                state.replay(|change| new.push(&change))?;
                new.finish()
            })
            .inspect_err(|_| drop(fs::remove_file(path.with_extension(NEW_EXTENSION))))
            .map_err(Fault::new("creating a log"))?;
        if let Some(fault) = log.failed().cloned() {
            // Nobody may find it later: it was not acknowledged.
            log.delete()?;
            return Err(fault.into());
        }
        let shared = Arc::new(Shared::new(log, state, Arc::clone(&self.context)));
        self.write().insert(Arc::clone(&shared));
        Ok(Collection(shared))
    }

    /// Returns a collection.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchCollection`].
    pub fn collection(&self, id: &CollectionId) -> Result<Collection, Error> {
        self.read()
            .get(id)
            .map(|it| Collection(Arc::clone(it)))
            .ok_or(Error::NoSuchCollection)
    }

    /// Lists collections in the order of their UUIDs, which is that of their creation if those are of version 7.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidPageToken`].
    pub fn list_collections(
        &self,
        limit: NonZeroUsize,
        after: Option<&PageToken>,
    ) -> Result<Page<Collection>, Error> {
        let list = List::new("collections", []);
        let after = after
            .map(|it| list.position(it))
            .transpose()?
            .map(Uuid::from_u128);
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let catalog = self.read();
        let collections = catalog
            .by_serial
            .range((from, Bound::Unbounded))
            .map(|(serial, shared)| (serial.as_u128(), Collection(Arc::clone(shared))));
        Ok(list.page(collections, limit.get()))
    }

    /// Deletes a collection with all that is in it.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchCollection`]; [`Error::Fault`].
    pub fn delete_collection(&self, id: &CollectionId) -> Result<(), Error> {
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let collection = self.collection(id)?;
        collection.0.delete()?;
        let mut catalog = self.write();
        catalog.by_id.remove(id);
        catalog.by_serial.remove(&collection.0.serial);
        Ok(())
    }

    fn read(&self) -> RwLockReadGuard<'_, Catalog> {
        // The catalog is whole between any two statements that could panic.
        self.catalog.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Catalog> {
        self.catalog.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

impl Replay for State {
    fn begin(header: &Header) -> Self {
        Self::new(&header.model)
    }

    fn apply(&mut self, change: Change) -> Result<(), Malformed> {
        self.apply(change)
    }
}

/// Creates the folder, so that it stays, readable for its owner only: it holds biometric data. Returns its full path.
fn create_folder(folder: &Path) -> io::Result<PathBuf> {
    let missing: Vec<_> = folder
        .ancestors()
        .take_while(|it| fs::metadata(it).is_err())
        .collect();
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)?;
    for created in missing.into_iter().filter(|it| !it.as_os_str().is_empty()) {
        sync_folder_of(&fs::canonicalize(created)?)?;
    }
    fs::canonicalize(folder)
}

fn lock(folder: &Path) -> Result<File, OpenError> {
    let path = folder.join(LOCK_FILE);
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path);
    let file = file.map_err(OpenError::io("opening", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(folder.into())),
        Err(TryLockError::Error(error)) => Err(OpenError::io("locking", &path)(error)),
    }
}

/// The files of collections, by name. Those that a crash kept from getting their name are removed.
fn collection_files(folder: &Path) -> Result<Vec<PathBuf>, OpenError> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(OpenError::io("listing", folder))? {
        let path = entry.map_err(OpenError::io("listing", folder))?.path();
        match path.extension().and_then(|it| it.to_str()) {
            Some(EXTENSION) => files.push(path),
            Some(NEW_EXTENSION) => fs::remove_file(&path).map_err(OpenError::io("removing", &path))?,
            _ => {}
        }
    }
    files.sort();
    Ok(files)
}
