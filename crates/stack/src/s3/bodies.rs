//! Files with the bytes of objects.
//!
//! A body never changes once it has its final name, and its name is random: keys never reach the file system.
//!
//! ```text
//! <root>/lock                   held while a store is open
//! <root>/incoming/<id>          being received; emptied when a store opens
//! <root>/objects/<bucket>/<id>  complete, on the disk, and of use only if the index names it
//! ```

use std::{
    collections::HashSet,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use uuid::Uuid;

use super::{
    digest::{Digests, Sums},
    faults::{Faults, Step},
};

/// One second altogether.
const LOCK_ATTEMPTS: u32 = 20;
const LOCK_PAUSE: Duration = Duration::from_millis(50);

pub(super) struct Bodies {
    incoming: PathBuf,
    objects: PathBuf,
    pub(super) faults: Faults,
    _lock: File,
}

/// A body that is being received. Dropped, it is gone.
pub(super) struct Incoming {
    path: PathBuf,
    file: File,
    digests: Digests,
    size: u64,
    faults: Faults,
    kept: bool,
}

/// A body that is complete and whose digests are known, not yet placed.
pub(super) struct Received {
    incoming: Incoming,
    pub(super) size: u64,
    pub(super) sums: Sums,
}

impl Bodies {
    /// # Errors
    ///
    /// [`io::ErrorKind::WouldBlock`] if another store has `root` open.
    pub(super) fn open(root: &Path) -> io::Result<Self> {
        let (incoming, objects) = (root.join("incoming"), root.join("objects"));
        for folder in [&incoming, &objects] {
            fs::create_dir_all(folder)?;
        }
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(root.join("lock"))?;
        take(&lock)?;
        for left_over in fs::read_dir(&incoming)? {
            fs::remove_file(left_over?.path())?;
        }
        sync_folder(root)?;
        Ok(Self {
            incoming,
            objects,
            faults: Faults::default(),
            _lock: lock,
        })
    }

    pub(super) fn make_bucket(&self, bucket: &str) -> io::Result<()> {
        match fs::create_dir(self.objects.join(bucket)) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        sync_folder(&self.objects)
    }

    /// Bodies without a bucket are of no use, so whatever is left in there goes, too.
    pub(super) fn remove_bucket(&self, bucket: &str) -> io::Result<()> {
        match fs::remove_dir_all(self.objects.join(bucket)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    pub(super) fn receive(&self, digests: Digests) -> io::Result<Incoming> {
        let path = self.incoming.join(Uuid::new_v4().simple().to_string());
        let file = OpenOptions::new().create_new(true).write(true).open(&path)?;
        Ok(Incoming {
            path,
            file,
            digests,
            size: 0,
            faults: self.faults.clone(),
            kept: false,
        })
    }

    /// Gives the body its final name. After `Ok`, bytes and name are on the disk.
    pub(super) fn place(&self, received: Received, bucket: &str) -> io::Result<String> {
        let mut incoming = received.incoming;
        incoming.file.sync_all()?;
        self.faults.pass(Step::Synced)?;
        let id = Uuid::new_v4().simple().to_string();
        let folder = self.objects.join(bucket);
        fs::rename(&incoming.path, folder.join(&id))?;
        incoming.kept = true;
        self.faults.pass(Step::Renamed)?;
        sync_folder(&folder)?;
        self.faults.pass(Step::Placed)?;
        Ok(id)
    }

    pub(super) fn open_body(&self, bucket: &str, id: &str) -> io::Result<File> {
        File::open(self.objects.join(bucket).join(id))
    }

    /// Removes a body that the index does not name any more. One that stays behind is found when a store opens.
    pub(super) fn remove(&self, bucket: &str, id: &str) {
        if !self.faults.alive() {
            return;
        }
        match fs::remove_file(self.objects.join(bucket).join(id)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(bucket, id, %error, "the body of a removed object stays behind");
            }
            _ => {}
        }
    }

    /// Removes every body that is not in `named` (bucket, id). Returns how many.
    pub(super) fn remove_others(&self, named: &HashSet<(String, String)>) -> io::Result<usize> {
        let mut removed = 0;
        for folder in fs::read_dir(&self.objects)? {
            let folder = folder?;
            let bucket = folder.file_name().to_string_lossy().into_owned();
            for body in fs::read_dir(folder.path())? {
                let body = body?;
                let id = body.file_name().to_string_lossy().into_owned();
                if !named.contains(&(bucket.clone(), id)) {
                    fs::remove_file(body.path())?;
                    removed += 1;
                }
            }
        }
        Ok(removed)
    }
}

impl Incoming {
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.digests.update(bytes);
        self.size += bytes.len() as u64;
        self.file.write_all(bytes)?;
        self.faults.pass(Step::HalfWritten)
    }

    pub(super) fn finish(mut self) -> Received {
        let sums = std::mem::take(&mut self.digests).finish();
        Received {
            size: self.size,
            sums,
            incoming: self,
        }
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if !self.kept && self.faults.alive() {
            // Whatever stays is removed when a store opens.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Takes the lock, waiting a moment for a store that is just being closed: its last write may not be over yet.
fn take(lock: &File) -> io::Result<()> {
    for _ in 0..LOCK_ATTEMPTS {
        match lock.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) => std::thread::sleep(LOCK_PAUSE),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Err(io::ErrorKind::WouldBlock.into())
}

/// Makes names in a folder durable. Only Unix can do that, and only there it is needed.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()
    } else {
        Ok(())
    }
}
