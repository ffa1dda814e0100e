//! Users as callers get them, and what became of their faces.
//!
//! A user is a person of whom a collection holds several faces. Its vector is the mean of the embeddings of its faces
//! ([`crate::Embedding::mean`], in the order the faces were stored in); distances to a user are distances to that vector.

use crate::distance::SquaredDistance;
use crate::face::Face;
use crate::names::{FaceId, UserId};

/// How far a user has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserStatus {
    /// Exists, without faces; no search finds it.
    Created,
    /// Has faces.
    Active,
}

/// A user of a collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Its name.
    pub id: UserId,
    /// Whether it has faces.
    pub status: UserStatus,
}

/// A stored face near what was searched for.
#[derive(Clone, Debug, PartialEq)]
pub struct FaceMatch {
    /// The face.
    pub face: Face,
    /// How far it is.
    pub distance: SquaredDistance,
}

/// A user near what was searched for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserMatch {
    /// The user.
    pub user: User,
    /// How far its vector is.
    pub distance: SquaredDistance,
}

/// A face of a request with which nothing was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused<Reason> {
    /// The face.
    pub face: FaceId,
    /// Why.
    pub reason: Reason,
}

/// Outcome of deleting faces. Each face of the request is in one of the lists, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deletion {
    /// Gone.
    pub deleted: Vec<FaceId>,
    /// Not deleted.
    pub refused: Vec<Refused<DeletionRefusal>>,
}

/// Why a face was not deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeletionRefusal {
    /// It is not in the collection.
    FaceNotFound,
    /// A user has it; it has to be disassociated first.
    AssociatedToUser(UserId),
}

/// Outcome of associating faces with a user. Each face of the request is in one of the lists, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Association {
    /// The user's from now on.
    pub associated: Vec<FaceId>,
    /// The user's already before.
    pub unchanged: Vec<FaceId>,
    /// Not associated.
    pub refused: Vec<Refused<AssociationRefusal>>,
    /// The user's status afterwards.
    pub status: UserStatus,
}

/// Why a face was not associated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AssociationRefusal {
    /// It is not in the collection.
    FaceNotFound,
    /// Another user has it.
    AssociatedToAnotherUser(UserId),
    /// It is farther from the user than was asked for.
    TooFar(SquaredDistance),
}

/// Outcome of disassociating faces from a user. Each face of the request is in one of the lists, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disassociation {
    /// The user's no longer.
    pub disassociated: Vec<FaceId>,
    /// Not disassociated.
    pub refused: Vec<Refused<DisassociationRefusal>>,
    /// The user's status afterwards.
    pub status: UserStatus,
}

/// Why a face was not disassociated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DisassociationRefusal {
    /// It is not in the collection.
    FaceNotFound,
    /// No user has it.
    NotAssociated,
    /// Another user has it.
    AssociatedToAnotherUser(UserId),
}
