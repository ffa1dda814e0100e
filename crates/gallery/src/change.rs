//! What can happen to a collection, and how the log spells it.
//!
//! The log is the collection: [`crate::state::State`] is what its changes add up to. Changes are facts, decided before;
//! replaying them needs neither clock nor chance. A record is its kind (one byte) and its fields in the order of the
//! structs below. Kinds are never given a second meaning; a new field is a new kind, and a new kind is a new format
//! of the file.

mod answer;

use std::collections::BTreeMap;
use std::sync::Arc;

use sha2::{Digest, Sha256};

pub(crate) use answer::{Answers, Fingerprint, Remembered};

use crate::codec::{Malformed, Put, Take};
use crate::embedding::{Embedding, Model};
use crate::face::{Bounds, ImageDigest};
use crate::index::Key;
use crate::names::{ExternalImageId, FaceId, ImageId, UserId};

/// Tags of a collection.
pub(crate) type Tags = BTreeMap<String, String>;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Change {
    Tagged(Tags),
    FacesAdded(FacesAdded),
    FacesDeleted(Vec<Key>),
    UserCreated {
        key: Key,
        id: UserId,
    },
    /// Its faces belong to nobody afterwards.
    UserDeleted(Key),
    FacesAssociated {
        user: Key,
        faces: Vec<Key>,
    },
    FacesDisassociated {
        user: Key,
        faces: Vec<Key>,
    },
    Answered(Remembered),
    /// Keys below this one are not given out again, whoever had them.
    KeysUsed(Key),
}

/// Faces of one image.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FacesAdded {
    pub(crate) origin: Origin,
    pub(crate) faces: Vec<FaceAdded>,
}

/// What the faces of one image have in common.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Origin {
    pub(crate) image_id: ImageId,
    pub(crate) image_key: ImageKey,
    pub(crate) external_image_id: Option<ExternalImageId>,
    pub(crate) detection_model: Arc<str>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FaceAdded {
    pub(crate) key: Key,
    pub(crate) id: FaceId,
    pub(crate) bounds: Bounds,
    pub(crate) confidence: f32,
    pub(crate) embedding: Embedding,
}

/// Tells images apart: content together with the caller's name. The first half of a SHA-256, which is as hard to collide
/// as a UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ImageKey([u8; 16]);

impl ImageKey {
    pub(crate) fn new(image: &ImageDigest, external: Option<&ExternalImageId>) -> Self {
        let mut hash = Sha256::new_with_prefix(image.0);
        // Names are not empty, so none is different from every one.
        hash.update(external.map_or("", ExternalImageId::as_str));
        Self(first_half(hash))
    }
}

fn first_half(hash: Sha256) -> [u8; 16] {
    let digest: [u8; 32] = hash.finalize().into();
    let (halves, _) = digest.as_chunks();
    halves[0]
}

mod kind {
    pub(super) const TAGGED: u8 = 1;
    pub(super) const FACES_ADDED: u8 = 2;
    pub(super) const FACES_DELETED: u8 = 3;
    pub(super) const USER_CREATED: u8 = 4;
    pub(super) const USER_DELETED: u8 = 5;
    pub(super) const FACES_ASSOCIATED: u8 = 6;
    pub(super) const FACES_DISASSOCIATED: u8 = 7;
    pub(super) const ANSWERED: u8 = 8;
    pub(super) const KEYS_USED: u8 = 9;
}

impl Change {
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::Tagged(tags) => {
                out.put_u8(kind::TAGGED);
                out.put_len(tags.len());
                for (name, value) in tags {
                    out.put_text(name);
                    out.put_text(value);
                }
            }
            Self::FacesAdded(added) => {
                out.put_u8(kind::FACES_ADDED);
                added.encode(out);
            }
            Self::FacesDeleted(keys) => {
                out.put_u8(kind::FACES_DELETED);
                out.put_keys(keys);
            }
            Self::UserCreated { key, id } => {
                out.put_u8(kind::USER_CREATED);
                out.put_key(*key);
                out.put_text(id.as_str());
            }
            Self::UserDeleted(key) => {
                out.put_u8(kind::USER_DELETED);
                out.put_key(*key);
            }
            Self::FacesAssociated { user, faces } => {
                out.put_u8(kind::FACES_ASSOCIATED);
                out.put_key(*user);
                out.put_keys(faces);
            }
            Self::FacesDisassociated { user, faces } => {
                out.put_u8(kind::FACES_DISASSOCIATED);
                out.put_key(*user);
                out.put_keys(faces);
            }
            Self::Answered(remembered) => {
                out.put_u8(kind::ANSWERED);
                remembered.encode(out);
            }
            Self::KeysUsed(next) => {
                out.put_u8(kind::KEYS_USED);
                out.put_key(*next);
            }
        }
    }

    /// Takes one change of a collection whose embeddings are `model`'s.
    pub(crate) fn decode(from: &mut Take, model: &Model) -> Result<Self, Malformed> {
        Ok(match from.u8()? {
            kind::TAGGED => {
                let tags = from.many(|it| Ok((it.text()?.to_owned(), it.text()?.to_owned())))?;
                Self::Tagged(tags.into_iter().collect())
            }
            kind::FACES_ADDED => Self::FacesAdded(FacesAdded::decode(from, model)?),
            kind::FACES_DELETED => Self::FacesDeleted(from.keys()?),
            kind::USER_CREATED => Self::UserCreated {
                key: from.key()?,
                id: user_id(from)?,
            },
            kind::USER_DELETED => Self::UserDeleted(from.key()?),
            kind::FACES_ASSOCIATED => Self::FacesAssociated {
                user: from.key()?,
                faces: from.keys()?,
            },
            kind::FACES_DISASSOCIATED => Self::FacesDisassociated {
                user: from.key()?,
                faces: from.keys()?,
            },
            kind::ANSWERED => Self::Answered(Remembered::decode(from)?),
            kind::KEYS_USED => Self::KeysUsed(from.key()?),
            _ => return Err(Malformed("a record is of an unknown kind")),
        })
    }
}

impl FacesAdded {
    fn encode(&self, out: &mut Vec<u8>) {
        let Origin {
            image_id,
            image_key,
            external_image_id,
            detection_model,
        } = &self.origin;
        out.put_uuid(image_id.0);
        out.put(&image_key.0);
        out.put_text(external_image_id.as_ref().map_or("", ExternalImageId::as_str));
        out.put_text(detection_model);
        out.put_len(self.faces.len());
        for face in &self.faces {
            out.put_key(face.key);
            out.put_uuid(face.id.0);
            let Bounds {
                left,
                top,
                width,
                height,
            } = face.bounds;
            for number in [left, top, width, height, face.confidence] {
                out.put_f32(number);
            }
            for component in face.embedding.components() {
                out.put_f32(*component);
            }
        }
    }

    fn decode(from: &mut Take, model: &Model) -> Result<Self, Malformed> {
        let origin = Origin {
            image_id: ImageId(from.uuid()?),
            image_key: ImageKey(from.array()?),
            external_image_id: match from.text()? {
                "" => None,
                name => Some(
                    ExternalImageId::parse(name)
                        .map_err(|_| Malformed("an external image id breaks its rule"))?,
                ),
            },
            detection_model: from.shared_text()?,
        };
        let faces = from.many(|from| {
            Ok(FaceAdded {
                key: from.key()?,
                id: FaceId(from.uuid()?),
                bounds: Bounds {
                    left: from.f32()?,
                    top: from.f32()?,
                    width: from.f32()?,
                    height: from.f32()?,
                },
                confidence: from.f32()?,
                embedding: Embedding::new(model, from.f32s(model.dimension())?)
                    .map_err(|_| Malformed("an embedding is not finite"))?,
            })
        })?;
        Ok(Self { origin, faces })
    }
}

fn user_id(from: &mut Take) -> Result<UserId, Malformed> {
    UserId::parse(from.text()?).map_err(|_| Malformed("a user id breaks its rule"))
}
