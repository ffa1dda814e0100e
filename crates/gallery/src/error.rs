//! What can go wrong, told by whether the caller can do something about it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::embedding::ModelMismatch;
use crate::names::FaceId;

/// Why an operation was not carried out. Nothing was changed, unless [`Error::Fault`] says otherwise.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// There is no such collection, or no longer.
    #[error("there is no such collection")]
    NoSuchCollection,
    /// The name is taken.
    #[error("a collection of that name exists already")]
    CollectionExists,
    /// The collection has no such face.
    #[error("face {0} is not in the collection")]
    NoSuchFace(FaceId),
    /// The collection has no such user.
    #[error("the user is not in the collection")]
    NoSuchUser,
    /// The name is taken.
    #[error("a user of that name exists already")]
    UserExists,
    /// The embedding is of another model than the collection.
    #[error(transparent)]
    Model(#[from] ModelMismatch),
    /// The request's token was used before, for a request that asked for something else.
    #[error("the token was used before for another request")]
    TokenReused,
    /// The token does not continue a listing of this kind, of this collection and with this filter.
    #[error("the page token does not continue this listing")]
    InvalidPageToken,
    /// More than can be.
    #[error(transparent)]
    Quota(#[from] Quota),
    /// The disk failed. Whether the change will be there after the store is opened again is not known; until then it is
    /// not, and a collection whose log cannot be trusted any more refuses further changes.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// A limit that would be exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Quota {
    /// Faces of a collection.
    #[error("a collection holds at most {0} faces")]
    FacesPerCollection(usize),
    /// Users of a collection.
    #[error("a collection holds at most {0} users")]
    UsersPerCollection(usize),
    /// Faces of a user.
    #[error("a user has at most {0} faces")]
    FacesPerUser(usize),
    /// Faces of one call.
    #[error("at most {0} faces are added at once")]
    FacesPerCall(usize),
    /// Tags of a collection.
    #[error("a collection has at most {0} tags")]
    TagsPerCollection(usize),
}

/// A failure of the disk or of this crate; nothing the caller could have avoided.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{operation} failed")]
pub struct Fault {
    /// What was being done.
    pub operation: &'static str,
    /// What the operating system said.
    #[source]
    pub source: Arc<io::Error>,
}

impl Fault {
    pub(crate) fn new(operation: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self {
            operation,
            source: Arc::new(source),
        }
    }

    /// A fault of ours: an earlier operation panicked or left a contradiction.
    pub(crate) fn internal(operation: &'static str, what: &'static str) -> Self {
        Self {
            operation,
            source: Arc::new(io::Error::other(what)),
        }
    }
}

/// Why a store does not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process, or another store of this one, has the folder open.
    #[error("{0} is in use by another process")]
    InUse(PathBuf),
    /// The file was written by a newer version.
    #[error("{file} has format {found}; this version reads up to {supported}")]
    Format {
        /// The file.
        file: PathBuf,
        /// Its format.
        found: u32,
        /// The newest format that this version reads.
        supported: u32,
    },
    /// The file is damaged where no crash damages it. Nothing was changed.
    ///
    /// Restore the file from a backup; or move it out of the folder, and do without that collection.
    #[error("{file} is damaged at byte {offset}: {what}")]
    Damaged {
        /// The file.
        file: PathBuf,
        /// Where the damage begins.
        offset: u64,
        /// What is wrong there.
        what: &'static str,
    },
    /// Two files hold a collection of one name; one of them was copied there.
    #[error("{0} holds a collection that another file holds too")]
    Duplicate(PathBuf),
    /// The disk failed.
    #[error("{operation} {file} failed")]
    Io {
        /// What was being done.
        operation: &'static str,
        /// To which file or folder.
        file: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
}

impl OpenError {
    pub(crate) fn io(operation: &'static str, file: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let file = file.to_owned();
        move |source| Self::Io {
            operation,
            file,
            source,
        }
    }
}
