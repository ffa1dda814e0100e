//! One append-only file per collection.
//!
//! A file is a header, which says whose it is, and frames: each the changes of one commit under a checksum, so that a
//! commit is there or not. A frame is written only after the one before it is on the disk. Whatever a crash leaves can
//! therefore be wrong in the last frame only, and [`Log::open`] tells the two cases apart:
//!
//! - nothing after a bad frame looks like a frame of this file: the frame was being written; it is cut off and reported;
//! - something does: an acknowledged frame was damaged later, and the file is refused.
//!
//! The last frame of a file cannot testify for itself, so a file at rest ends with an empty one, the seal: compaction
//! and closing write it. Files appear under their names complete, by renaming.

mod frame;
mod header;
mod replay;

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

pub(crate) use header::Header;
pub(crate) use replay::{Opened, Replay};

use crate::change::Change;
use crate::error::Fault;

/// Ends the name of a collection's file.
pub(crate) const EXTENSION: &str = "faces";

/// Ends the name of a file that is being written and does not count yet.
pub(crate) const NEW_EXTENSION: &str = "new";

/// Bytes of changes after which a rewritten log begins another frame. Chosen, not measured.
const REWRITTEN_FRAME_BYTES: usize = 1 << 20;

/// An open file that grows.
#[derive(Debug)]
pub(crate) struct Log {
    file: File,
    path: PathBuf,
    header: Header,
    /// Where the next frame goes: everything before is on the disk.
    end: u64,
    /// Number of the next frame.
    next_frame: u64,
    /// Whether the last frame is a seal.
    sealed: bool,
    /// Why nothing can be appended any more.
    failed: Option<Fault>,
}

impl Log {
    pub(crate) fn header(&self) -> &Header {
        &self.header
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Why nothing can be appended any more.
    pub(crate) fn failed(&self) -> Option<&Fault> {
        self.failed.as_ref()
    }

    /// Bytes of the file.
    pub(crate) fn len(&self) -> u64 {
        self.end
    }

    /// Makes `changes` survive whatever happens after this returns; all of them or, on failure, most likely none.
    ///
    /// # Errors
    ///
    /// If the disk fails. If it is not even certain what is in the file then, every further call fails as well.
    pub(crate) fn append(&mut self, changes: &[Change]) -> Result<(), Fault> {
        let mut payload = Vec::new();
        for change in changes {
            change.encode(&mut payload);
        }
        if let Some(fault) = &self.failed {
            return Err(fault.clone());
        }
        let frame = self.header.frame(self.next_frame, &payload)?;
        if let Err(fault) = self
            .file
            .write_all(&frame)
            .map_err(Fault::new("appending to a log"))
        {
            // What was written of the frame has to go, or the next one would come after rubbish.
            if let Err(error) = self
                .file
                .set_len(self.end)
                .and_then(|()| self.file.seek(SeekFrom::Start(self.end)))
            {
                self.failed = Some(Fault::new("cutting off half a frame")(error));
            }
            return Err(fault);
        }
        // After a failed sync the system may have dropped what it could not write, and would not say so again.
        if let Err(error) = self.file.sync_data() {
            let fault = Fault::new("writing a log to the disk")(error);
            self.failed = Some(fault.clone());
            return Err(fault);
        }
        self.end += frame.len() as u64;
        self.next_frame += 1;
        self.sealed = false;
        Ok(())
    }

    /// Ends the file with a seal. Not synced: all that matters is already on the disk.
    fn seal(&mut self) {
        if self.sealed || self.failed.is_some() {
            return;
        }
        if let Ok(frame) = self.header.frame(self.next_frame, &[])
            && self.file.write_all(&frame).is_ok()
        {
            self.end += frame.len() as u64;
            self.next_frame += 1;
            self.sealed = true;
        } else {
            self.failed = Some(Fault::internal("sealing a log", "the log was closed"));
        }
    }

    /// Deletes the file, so that it stays deleted.
    pub(crate) fn delete(&mut self) -> Result<(), Fault> {
        let fault = || Fault::new("deleting a log");
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(fault()(error)),
            _ => {}
        }
        self.failed = Some(Fault::internal("appending to a log", "the log is deleted"));
        sync_folder_of(&self.path).map_err(fault())
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.seal();
    }
}

/// A file that is being written as a whole, to appear under its name at the end.
#[derive(Debug)]
pub(crate) struct NewLog {
    file: BufWriter<File>,
    path: PathBuf,
    header: Header,
    payload: Vec<u8>,
    end: u64,
    next_frame: u64,
}

impl NewLog {
    /// Begins the file that will be `path`, in place of what is there.
    pub(crate) fn create(path: &Path, header: Header) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = BufWriter::new(options.open(path.with_extension(NEW_EXTENSION))?);
        let bytes = header.encode();
        file.write_all(&bytes)?;
        Ok(Self {
            file,
            path: path.into(),
            header,
            payload: Vec::new(),
            end: bytes.len() as u64,
            next_frame: 0,
        })
    }

    pub(crate) fn push(&mut self, change: &Change) -> io::Result<()> {
        change.encode(&mut self.payload);
        if REWRITTEN_FRAME_BYTES <= self.payload.len() {
            self.write_frame()
        } else {
            Ok(())
        }
    }

    fn write_frame(&mut self) -> io::Result<()> {
        let frame = self
            .header
            .frame(self.next_frame, &self.payload)
            .map_err(io::Error::other)?;
        self.file.write_all(&frame)?;
        self.end += frame.len() as u64;
        self.next_frame += 1;
        self.payload.clear();
        Ok(())
    }

    /// Seals the file and gives it its name. From then on it is the log, even if it has [`Log::failed`]: then it is not
    /// certain that the name survives a power failure.
    ///
    /// # Errors
    ///
    /// If the file did not get its name; what had the name before still has it.
    pub(crate) fn finish(mut self) -> io::Result<Log> {
        if !self.payload.is_empty() {
            self.write_frame()?;
        }
        self.write_frame()?;
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        fs::rename(self.path.with_extension(NEW_EXTENSION), &self.path)?;
        let failed = sync_folder_of(&self.path)
            .map_err(Fault::new("naming a log"))
            .err();
        Ok(Log {
            file,
            path: self.path,
            header: self.header,
            end: self.end,
            next_frame: self.next_frame,
            sealed: true,
            failed,
        })
    }
}

/// Makes names that were given or taken in a file's folder survive a power failure.
pub(crate) fn sync_folder_of(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}
