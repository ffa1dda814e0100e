//! Collections of faces: durable, and searched exactly.
//!
//! Knows embeddings and what belongs to them; nothing of images, of networks or of the protocol that callers speak. A
//! [`Store`] is a folder of [`Collection`]s; a collection holds the faces of one [`Model`], and users, who have faces.
//! Everything is in memory for searching ([`index`] explains how) and on the disk before it is answered.
//!
//! Distances are squared Euclidean ones. What similarity they amount to is for those to say who know the model.

pub mod index;

mod batches;
mod change;
mod codec;
mod collection;
mod distance;
mod embedding;
mod error;
mod face;
mod kernel;
mod log;
mod names;
mod page;
mod ports;
mod state;
mod store;
mod user;

pub use collection::{Collection, Description, FaceFilter, MAX_FACES_PER_CALL, SAME_FACE_OVERLAP};
pub use distance::SquaredDistance;
pub use embedding::{
    Embedding, EmbeddingError, MAX_DIMENSION, MAX_MODEL_NAME_BYTES, Model, ModelError, ModelMismatch,
};
pub use error::{Error, Fault, OpenError, Quota};
pub use face::{AddedFace, AddedFaces, Bounds, Face, ImageDigest, NewFace, NewFaces};
pub use index::Nearest;
pub use names::{CollectionId, ExternalImageId, FaceId, ImageId, NameError, RequestToken, UserId};
pub use page::{Page, PageToken};
pub use ports::{Clock, Ids};
pub use store::{Limits, Options, Recovered, Store};
pub use user::{
    Association, AssociationRefusal, Deletion, DeletionRefusal, Disassociation, DisassociationRefusal,
    FaceMatch, Refused, User, UserMatch, UserStatus,
};
