//! Buckets and objects on the disk.

use std::{
    collections::BTreeMap,
    fmt,
    fs::File,
    io::{self, Read},
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
};

use aws_wire::{Clock, SystemClock};
use jiff::Timestamp;
use serde_json::Value;

use super::{
    bodies::{Bodies, Incoming, Received},
    bucket::Settings,
    digest::Digests,
    error::StoreError,
    faults::Step,
    index::{Attributes, Condition, Entry, Index, Written},
    lifecycle::Timer,
};

/// The longest object that one `PutObject` may bring.
///
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html>, 5 GiB.
pub const MAX_OBJECT_BYTES: u64 = 5 * 1024 * 1024 * 1024;

/// An overwritten body may be gone between looking it up and opening it; then the next look finds its successor.
const OPEN_ATTEMPTS: usize = 16;

/// What a [`Store`] must know.
#[derive(Clone)]
pub struct StoreOptions {
    /// The region all buckets are in.
    pub region: String,
    /// The account all buckets belong to.
    pub account: String,
    /// Objects with more bytes are refused.
    pub max_object_bytes: u64,
    /// Tells when an object was written and when it has expired.
    pub clock: Arc<dyn Clock>,
}

impl fmt::Debug for StoreOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreOptions")
            .field("region", &self.region)
            .finish_non_exhaustive()
    }
}

impl StoreOptions {
    /// The limits of S3 and the machine's clock.
    #[must_use]
    pub fn new(region: &str, account: &str) -> Self {
        Self {
            region: region.to_owned(),
            account: account.to_owned(),
            max_object_bytes: MAX_OBJECT_BYTES,
            clock: Arc::new(SystemClock),
        }
    }
}

/// The buckets of one stack. Cheap to clone.
///
/// A write is on the disk, bytes and index, when it is acknowledged. A reader sees an object as it was before a write or as it
/// is after, and so does whoever opens the store after the process has been killed.
#[derive(Clone)]
pub struct Store {
    pub(super) shelf: Arc<Shelf>,
    _timer: Arc<Timer>,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").finish_non_exhaustive()
    }
}

/// The store without its timer. Everything in here blocks.
pub(super) struct Shelf {
    pub(super) options: StoreOptions,
    pub(super) bodies: Bodies,
    /// Commits wait for the disk, so readers have a connection of their own.
    writer: Mutex<Index>,
    reader: Mutex<Index>,
    pub(super) settings: RwLock<BTreeMap<String, Settings>>,
}

impl Store {
    /// Opens the store in `root`, or makes it, and cleans up after a process that was killed.
    ///
    /// # Errors
    ///
    /// [`StoreError::InUse`] if it is open elsewhere, [`StoreError::Disk`] and [`StoreError::Index`] if it cannot be read.
    pub fn open(root: &Path, options: StoreOptions) -> Result<Self, StoreError> {
        let shelf = Arc::new(Shelf::open(root, options)?);
        let timer = Timer::start(&shelf)?;
        Ok(Self {
            shelf,
            _timer: Arc::new(timer),
        })
    }

    /// Makes the bucket that a template's `AWS::S3::Bucket` properties describe (with every intrinsic function resolved)
    /// unless it is there, and applies their CORS and lifecycle rules from now on.
    ///
    /// # Errors
    ///
    /// [`StoreError::InvalidBucketName`], and [`StoreError::Unsupported`] for properties this store does not know.
    pub fn ensure_bucket(&self, bucket: &str, properties: &Value) -> Result<(), StoreError> {
        let settings = Settings::from_template(bucket, properties)?;
        match self.shelf.create_bucket(bucket) {
            Ok(()) | Err(StoreError::BucketExists) => {}
            Err(other) => return Err(other),
        }
        self.shelf
            .settings
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(bucket.to_owned(), settings);
        Ok(())
    }

    /// The bytes of an object, if there are not more than `limit_bytes`.
    ///
    /// Rights are the caller's business.
    ///
    /// # Errors
    ///
    /// [`StoreError::NoSuchBucket`], [`StoreError::NoSuchKey`], [`StoreError::TooLarge`], or a failure of the disk.
    pub async fn get(&self, bucket: &str, key: &str, limit_bytes: u64) -> Result<Vec<u8>, StoreError> {
        let (bucket, key) = (bucket.to_owned(), key.to_owned());
        self.blocking(move |shelf| {
            let (entry, mut file) = shelf.open_object(&bucket, &key)?;
            if entry.size > limit_bytes {
                return Err(StoreError::TooLarge { limit_bytes });
            }
            let mut bytes = Vec::with_capacity(usize::try_from(entry.size).unwrap_or_default());
            file.read_to_end(&mut bytes)?;
            Ok(bytes)
        })
        .await
    }

    /// Stores an object, as `PutObject` without conditions does. Rights are the caller's business.
    ///
    /// # Errors
    ///
    /// [`StoreError::NoSuchBucket`], [`StoreError::TooLarge`], or a failure of the disk.
    pub async fn put(
        &self,
        bucket: &str,
        key: &str,
        content_type: &str,
        bytes: Vec<u8>,
    ) -> Result<(), StoreError> {
        let (bucket, key, content_type) = (bucket.to_owned(), key.to_owned(), content_type.to_owned());
        self.blocking(move |shelf| {
            let limit_bytes = shelf.options.max_object_bytes;
            if bytes.len() as u64 > limit_bytes {
                return Err(StoreError::TooLarge { limit_bytes });
            }
            let mut incoming = shelf.receive(Digests::default())?;
            incoming.write(&bytes)?;
            let attributes = Attributes {
                content_type: Some(content_type),
                ..Attributes::default()
            };
            shelf
                .commit(&bucket, &key, incoming.finish(), attributes, &Condition::Always)
                .map(drop)
        })
        .await
    }

    /// Deletes an object; one that is not there is as good as deleted. Rights are the caller's business.
    ///
    /// # Errors
    ///
    /// [`StoreError::NoSuchBucket`], or a failure of the disk.
    pub async fn delete(&self, bucket: &str, key: &str) -> Result<(), StoreError> {
        let (bucket, key) = (bucket.to_owned(), key.to_owned());
        self.blocking(move |shelf| shelf.remove_object(&bucket, &key, None))
            .await
    }

    /// Applies the lifecycle rules now, without waiting for the timer. Returns how many objects went.
    ///
    /// # Errors
    ///
    /// A failure of the disk.
    pub async fn sweep(&self) -> Result<usize, StoreError> {
        self.blocking(super::lifecycle::sweep).await
    }

    /// Runs `work` where it may block. Failures of the disk are logged there.
    pub(super) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Shelf) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let shelf = Arc::clone(&self.shelf);
        let done = tokio::task::spawn_blocking(move || {
            work(&shelf).inspect_err(|error| {
                if error.is_fault() {
                    tracing::error!(%error, "the object store failed");
                }
            })
        });
        done.await
            .map_err(|lost| StoreError::from(io::Error::other(lost)))?
    }
}

impl Shelf {
    pub(super) fn open(root: &Path, options: StoreOptions) -> Result<Self, StoreError> {
        let bodies = Bodies::open(root).map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => StoreError::InUse(root.display().to_string()),
            _ => error.into(),
        })?;
        let path = root.join("index.sqlite");
        let (writer, reader) = (Index::open(&path)?, Index::open(&path)?);
        for (bucket, _) in writer.buckets()? {
            bodies.make_bucket(&bucket)?;
        }
        let orphans = bodies.remove_others(&writer.bodies()?)?;
        if orphans > 0 {
            tracing::info!(orphans, "removed the remains of interrupted writes");
        }
        Ok(Self {
            options,
            bodies,
            writer: Mutex::new(writer),
            reader: Mutex::new(reader),
            settings: RwLock::default(),
        })
    }

    /// The connection for changes. Keep it short: everybody else's changes wait.
    pub(super) fn writer(&self) -> MutexGuard<'_, Index> {
        // A panic while it was held rolled its transaction back, so the connection is sound.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn reader(&self) -> MutexGuard<'_, Index> {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> Timestamp {
        self.options.clock.now()
    }

    pub(super) fn create_bucket(&self, bucket: &str) -> Result<(), StoreError> {
        if !s3s::path::check_bucket_name(bucket) {
            return Err(StoreError::InvalidBucketName(bucket.to_owned()));
        }
        self.bodies.make_bucket(bucket)?;
        if self.writer().add_bucket(bucket, self.now())? {
            Ok(())
        } else {
            Err(StoreError::BucketExists)
        }
    }

    pub(super) fn delete_bucket(&self, bucket: &str) -> Result<(), StoreError> {
        let writer = self.writer();
        match writer.remove_bucket(bucket)? {
            None => Err(StoreError::NoSuchBucket),
            Some(false) => Err(StoreError::BucketNotEmpty),
            Some(true) => {
                self.bodies.remove_bucket(bucket)?;
                drop(writer);
                self.settings
                    .write()
                    .unwrap_or_else(PoisonError::into_inner)
                    .remove(bucket);
                Ok(())
            }
        }
    }

    pub(super) fn must_exist(&self, bucket: &str) -> Result<(), StoreError> {
        self.reader()
            .bucket_created(bucket)?
            .map(drop)
            .ok_or(StoreError::NoSuchBucket)
    }

    pub(super) fn entry(&self, bucket: &str, key: &str) -> Result<Entry, StoreError> {
        let reader = self.reader();
        match reader.entry(bucket, key)? {
            Some(entry) => Ok(entry),
            None if reader.bucket_created(bucket)?.is_some() => Err(StoreError::NoSuchKey),
            None => Err(StoreError::NoSuchBucket),
        }
    }

    /// The object and its bytes, which stay readable whatever happens to the object afterwards.
    pub(super) fn open_object(&self, bucket: &str, key: &str) -> Result<(Entry, File), StoreError> {
        let mut last = None;
        for _ in 0..OPEN_ATTEMPTS {
            let entry = self.entry(bucket, key)?;
            match self.bodies.open_body(bucket, &entry.body) {
                Ok(file) => return Ok((entry, file)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => last = Some(error),
                Err(error) => return Err(error.into()),
            }
        }
        Err(last.unwrap_or_else(|| io::ErrorKind::NotFound.into()).into())
    }

    pub(super) fn receive(&self, digests: Digests) -> Result<Incoming, StoreError> {
        Ok(self.bodies.receive(digests)?)
    }

    /// Makes a received body the object, if `condition` holds. After `Ok` it is visible and on the disk; after `Err` nothing
    /// has changed.
    pub(super) fn commit(
        &self,
        bucket: &str,
        key: &str,
        received: Received,
        attributes: Attributes,
        condition: &Condition,
    ) -> Result<Entry, StoreError> {
        self.must_exist(bucket)?;
        self.bodies.faults.pass(Step::Checked)?;
        let (size, etag) = (received.size, received.sums.md5_hex.clone());
        let attributes = Attributes {
            checksum: Some(received.sums.checksum.clone()),
            ..attributes
        };
        let body = match self.bodies.place(received, bucket) {
            // The bucket went while the body was on its way.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(StoreError::NoSuchBucket),
            other => other?,
        };
        let entry = Entry {
            body,
            size,
            modified: self.now(),
            etag,
            attributes,
        };
        let written = self.writer().put(bucket, key, &entry, condition);
        let refused = match written {
            Ok(Written::Done { replaced }) => {
                self.bodies.faults.pass(Step::Committed)?;
                if let Some(old) = replaced {
                    self.bodies.remove(bucket, &old);
                }
                return Ok(entry);
            }
            Ok(Written::NoBucket) => StoreError::NoSuchBucket,
            Ok(Written::NoObject) => StoreError::NoSuchKey,
            Ok(Written::ConditionFailed) => StoreError::PreconditionFailed,
            // Whether a commit that failed is on the disk is for SQLite to find out at the next opening; the body stays until
            // then, so that it cannot be missing.
            Err(error) => return Err(error.into()),
        };
        self.bodies.remove(bucket, &entry.body);
        Err(refused)
    }

    /// Removes an object; with `body`, only if that is still its body.
    pub(super) fn remove_object(
        &self,
        bucket: &str,
        key: &str,
        body: Option<&str>,
    ) -> Result<(), StoreError> {
        self.must_exist(bucket)?;
        let removed = self.writer().remove(bucket, key, body)?;
        self.bodies.faults.pass(Step::Forgotten)?;
        if let Some(body) = removed {
            self.bodies.remove(bucket, &body);
        }
        Ok(())
    }
}
