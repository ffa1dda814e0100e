//! Answers that are remembered, so that a request sent again is answered again without being carried out again.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::{first_half, user_id};
use crate::codec::{Malformed, Put, Take};
use crate::distance::SquaredDistance;
use crate::names::{FaceId, RequestToken, UserId};
use crate::user::{
    Association, AssociationRefusal, Disassociation, DisassociationRefusal, Refused, UserStatus,
};

/// Tells requests apart: what was asked for, and of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint([u8; 16]);

impl Fingerprint {
    /// Of an operation and its arguments, in a fixed order.
    pub(crate) fn new<'a>(operation: &str, arguments: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut hash = Sha256::new_with_prefix(operation);
        for argument in arguments {
            hash.update((argument.len() as u64).to_le_bytes());
            hash.update(argument);
        }
        Self(first_half(hash))
    }
}

/// An answered request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Remembered {
    pub(crate) token: RequestToken,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) at: Timestamp,
    pub(crate) answer: Answer,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answer {
    Done,
    Association(Association),
    Disassociation(Disassociation),
}

/// An answer that [`Answer`] can hold.
pub(crate) trait Answers: Sized {
    fn remember(&self) -> Answer;
    fn recall(answer: &Answer) -> Option<Self>;
}

impl Answers for () {
    fn remember(&self) -> Answer {
        Answer::Done
    }

    fn recall(answer: &Answer) -> Option<Self> {
        matches!(answer, Answer::Done).then_some(())
    }
}

macro_rules! answers {
    ($($kind:ident),*) => {$(
        impl Answers for $kind {
            fn remember(&self) -> Answer {
                Answer::$kind(self.clone())
            }

            fn recall(answer: &Answer) -> Option<Self> {
                if let Answer::$kind(answer) = answer { Some(answer.clone()) } else { None }
            }
        }
    )*};
}

answers!(Association, Disassociation);

mod kind {
    pub(super) const DONE: u8 = 1;
    pub(super) const ASSOCIATION: u8 = 2;
    pub(super) const DISASSOCIATION: u8 = 3;

    pub(super) const FACE_NOT_FOUND: u8 = 1;
    pub(super) const ANOTHER_USER: u8 = 2;
    pub(super) const TOO_FAR: u8 = 3;
    pub(super) const NOT_ASSOCIATED: u8 = 4;

    pub(super) const CREATED: u8 = 1;
    pub(super) const ACTIVE: u8 = 2;
}

const UNKNOWN: Malformed = Malformed("a remembered answer is of an unknown kind");

impl Remembered {
    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        out.put_text(self.token.as_str());
        out.put(&self.fingerprint.0);
        out.put_i64(self.at.as_microsecond());
        match &self.answer {
            Answer::Done => out.put_u8(kind::DONE),
            Answer::Association(answer) => {
                out.put_u8(kind::ASSOCIATION);
                put_faces(out, &answer.associated);
                put_faces(out, &answer.unchanged);
                put_refused(out, &answer.refused, |out, reason| match reason {
                    AssociationRefusal::FaceNotFound => out.put_u8(kind::FACE_NOT_FOUND),
                    AssociationRefusal::AssociatedToAnotherUser(user) => put_another(out, user),
                    AssociationRefusal::TooFar(distance) => {
                        out.put_u8(kind::TOO_FAR);
                        out.put_f32(distance.squared());
                    }
                });
                put_status(out, answer.status);
            }
            Answer::Disassociation(answer) => {
                out.put_u8(kind::DISASSOCIATION);
                put_faces(out, &answer.disassociated);
                put_refused(out, &answer.refused, |out, reason| match reason {
                    DisassociationRefusal::FaceNotFound => out.put_u8(kind::FACE_NOT_FOUND),
                    DisassociationRefusal::NotAssociated => out.put_u8(kind::NOT_ASSOCIATED),
                    DisassociationRefusal::AssociatedToAnotherUser(user) => put_another(out, user),
                });
                put_status(out, answer.status);
            }
        }
    }

    pub(super) fn decode(from: &mut Take) -> Result<Self, Malformed> {
        Ok(Self {
            token: RequestToken::parse(from.text()?)
                .map_err(|_| Malformed("a request token breaks its rule"))?,
            fingerprint: Fingerprint(from.array()?),
            at: Timestamp::from_microsecond(from.i64()?).map_err(|_| Malformed("a time is out of range"))?,
            answer: match from.u8()? {
                kind::DONE => Answer::Done,
                kind::ASSOCIATION => Answer::Association(Association {
                    associated: faces(from)?,
                    unchanged: faces(from)?,
                    refused: refused(from, |from| {
                        Ok(match from.u8()? {
                            kind::FACE_NOT_FOUND => AssociationRefusal::FaceNotFound,
                            kind::ANOTHER_USER => AssociationRefusal::AssociatedToAnotherUser(user_id(from)?),
                            kind::TOO_FAR => AssociationRefusal::TooFar(distance(from)?),
                            _ => return Err(UNKNOWN),
                        })
                    })?,
                    status: status(from)?,
                }),
                kind::DISASSOCIATION => Answer::Disassociation(Disassociation {
                    disassociated: faces(from)?,
                    refused: refused(from, |from| {
                        Ok(match from.u8()? {
                            kind::FACE_NOT_FOUND => DisassociationRefusal::FaceNotFound,
                            kind::NOT_ASSOCIATED => DisassociationRefusal::NotAssociated,
                            kind::ANOTHER_USER => {
                                DisassociationRefusal::AssociatedToAnotherUser(user_id(from)?)
                            }
                            _ => return Err(UNKNOWN),
                        })
                    })?,
                    status: status(from)?,
                }),
                _ => return Err(UNKNOWN),
            },
        })
    }
}

fn put_faces(out: &mut Vec<u8>, faces: &[FaceId]) {
    out.put_len(faces.len());
    for face in faces {
        out.put_uuid(face.0);
    }
}

fn faces(from: &mut Take) -> Result<Vec<FaceId>, Malformed> {
    from.many(|it| it.uuid().map(FaceId))
}

fn put_refused<R>(out: &mut Vec<u8>, refused: &[Refused<R>], put_reason: impl Fn(&mut Vec<u8>, &R)) {
    out.put_len(refused.len());
    for Refused { face, reason } in refused {
        out.put_uuid(face.0);
        put_reason(out, reason);
    }
}

fn refused<R>(
    from: &mut Take,
    reason: impl Fn(&mut Take) -> Result<R, Malformed>,
) -> Result<Vec<Refused<R>>, Malformed> {
    from.many(|it| {
        Ok(Refused {
            face: FaceId(it.uuid()?),
            reason: reason(it)?,
        })
    })
}

fn put_another(out: &mut Vec<u8>, user: &UserId) {
    out.put_u8(kind::ANOTHER_USER);
    out.put_text(user.as_str());
}

fn distance(from: &mut Take) -> Result<SquaredDistance, Malformed> {
    SquaredDistance::new(from.f32()?).ok_or(Malformed("a distance is negative"))
}

fn put_status(out: &mut Vec<u8>, status: UserStatus) {
    out.put_u8(match status {
        UserStatus::Created => kind::CREATED,
        UserStatus::Active => kind::ACTIVE,
    });
}

fn status(from: &mut Take) -> Result<UserStatus, Malformed> {
    match from.u8()? {
        kind::CREATED => Ok(UserStatus::Created),
        kind::ACTIVE => Ok(UserStatus::Active),
        _ => Err(UNKNOWN),
    }
}
