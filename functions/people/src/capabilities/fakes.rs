//! The world in memory, for tests. Photos are told apart by their width: tens of pixels are a person, single ones a photo of them.

mod faces;
mod people;
mod uploads;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use aws::{
    challenges::AssertionRow,
    faces::{DetectedFace, Verdict},
    people::{ErasureRow, FaceRow, PersonRow},
    photos::Object,
    uploads::{Remembered, UploadRow},
};
use domain::{AnalysisId, ChallengeId, FaceFault, FaceId, Fault, PersonId, RatioBox, UploadId, UserId};
use jiff::Timestamp;
use uuid::Uuid;

pub(crate) const ADA: UserId = UserId::from_uuid(Uuid::from_u128(1));
pub(crate) const BOB: UserId = UserId::from_uuid(Uuid::from_u128(2));

/// How similar two photos of one person are, in percent.
pub(crate) const ALIKE: f32 = 97.0;
/// How similar a photo is to the description of another of the same person, in percent.
pub(crate) const FOUND: f32 = 99.5;
/// How similar photos of two people are, in percent.
pub(crate) const UNLIKE: f32 = 12.0;

/// A photo of this width.
pub(crate) fn jpeg(width: u32) -> Vec<u8> {
    let height = 160;
    let rgb = vec![128; (width * height * 3) as usize];
    let format = picture::Format::Jpeg;
    picture::encode_jpeg(
        &picture::Picture {
            width,
            height,
            rgb,
            format,
        },
        60,
    )
}

/// A face that can be used.
pub(crate) fn good_face() -> DetectedFace {
    let no = Some(Verdict {
        value: false,
        confidence: 99.0,
    });
    DetectedFace {
        bounds: RatioBox::new(0.1, 0.1, 0.8, 0.8).unwrap(),
        confidence: 99.9,
        landmarks: Vec::new(),
        pose: (1.5, -4.25, 3.0),
        quality: (71.0, 83.5),
        age_range: None,
        gender: None,
        smile: None,
        eyes_open: None,
        mouth_open: None,
        eyeglasses: None,
        sunglasses: no,
        beard: None,
        mustache: None,
        face_occluded: no,
        eye_direction: None,
        emotions: None,
    }
}

/// What goes wrong, by the number of the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// This call fails; it is done all the same where `done`.
    Once { at: usize, done: bool },
    /// As of this call nothing is done any more; this one is all the same where `done`.
    Crash { at: usize, done: bool },
}

/// Right after the first call of a name, this happens.
type Interlude = (&'static str, fn(&mut State));

/// A row, until when it is claimed, and what its first claim named.
type Claimable = (UploadRow, Option<Timestamp>, Option<AnalysisId>);

#[derive(Default)]
pub(crate) struct State {
    pub(crate) people: BTreeMap<(UserId, PersonId), PersonRow>,
    /// Of people, and when they end if nobody asks again.
    pub(crate) erasures: BTreeMap<(UserId, PersonId), (ErasureRow, Option<Timestamp>)>,
    pub(crate) faces: BTreeMap<(UserId, PersonId, FaceId), FaceRow>,
    pub(crate) uploads: BTreeMap<(UserId, UploadId), Claimable>,
    pub(crate) requests: BTreeMap<(UserId, String), Remembered>,
    pub(crate) photos: BTreeMap<(UserId, UploadId), Object>,
    /// Widths.
    pub(crate) pictures: BTreeMap<(UserId, PersonId, FaceId), u32>,
    /// Whose, and the width of the picture.
    pub(crate) descriptions: BTreeMap<(UserId, String), (PersonId, u32)>,
    /// Widths.
    pub(crate) frames: BTreeMap<(ChallengeId, u32), u32>,
    /// With whether they are spent.
    pub(crate) assertions: BTreeMap<ChallengeId, (AssertionRow, bool)>,
    pub(crate) token_keys: Option<String>,
    /// What is seen in photos of a width, where it is not one good face.
    pub(crate) seen: BTreeMap<u32, Vec<DetectedFace>>,
    /// How similar a photo of a width and a picture of another are, where it is not as usual.
    pub(crate) similar: BTreeMap<(u32, u32), Option<f32>>,
    /// Widths of what Rekognition does not take.
    pub(crate) unreadable: BTreeSet<u32>,
    /// Why nothing is described, if so.
    pub(crate) not_described: Vec<FaceFault>,
    pub(crate) trouble: Option<Trouble>,
    /// What somebody else does right after the first call of this name.
    pub(crate) meanwhile: Option<Interlude>,
    pub(crate) calls: Vec<&'static str>,
}

/// Tables, buckets, collections and a Rekognition.
#[derive(Clone, Default)]
pub(crate) struct World(Arc<Mutex<State>>);

impl World {
    pub(crate) fn with<T>(&self, f: impl FnOnce(&mut State) -> T) -> T {
        f(&mut self.0.lock().unwrap())
    }

    /// Lets calls go wrong, counted from now.
    pub(crate) fn trouble(&self, trouble: Option<Trouble>) {
        self.with(|it| {
            it.trouble = trouble;
            it.calls.clear();
        });
    }

    /// Does what a call does, unless it goes wrong. Lets others run before, as a network does.
    async fn call<T>(&self, name: &'static str, effect: impl FnOnce(&mut State) -> T) -> Result<T, Fault> {
        tokio::task::yield_now().await;
        self.with(|state| {
            state.calls.push(name);
            let number = state.calls.len();
            let (fails, done) = match state.trouble {
                None => (false, true),
                Some(Trouble::Once { at, done }) => (number == at, number != at || done),
                Some(Trouble::Crash { at, done }) => (at <= number, number < at || number == at && done),
            };
            let result = done.then(|| effect(state));
            if let Some((_, happen)) = state.meanwhile.take_if(|it| it.0 == name) {
                happen(state);
            }
            let failed = || Fault::later(name, "out of order");
            result.filter(|_| !fails).ok_or_else(failed)
        })
    }

    /// Announces a photo, and lets it arrive.
    pub(crate) fn upload(&self, owner: UserId, upload: UploadId, photo: Vec<u8>, now: Timestamp) {
        let row = UploadRow {
            user: owner,
            upload,
            content_type: "image/jpeg".to_owned(),
            size_bytes: photo.len() as u64,
            sha256: None,
            created_at: now,
            expires_at: now + std::time::Duration::from_mins(30),
            state: aws::uploads::UploadState::Pending,
        };
        let object = Object {
            content_type: "image/jpeg".to_owned(),
            bytes: photo,
        };
        self.with(|it| {
            it.uploads.insert((owner, upload), (row, None, None));
            it.photos.insert((owner, upload), object);
        });
    }

    /// Lets a challenge be passed by whoever is in photos of this width.
    pub(crate) fn pass_challenge(&self, challenge: ChallengeId, width: u32, until: Timestamp) {
        let row = AssertionRow {
            reference_frame: 3,
            expires_at: until,
        };
        self.with(|it| {
            it.frames.insert((challenge, row.reference_frame), width);
            it.assertions.insert(challenge, (row, false));
        });
    }

    pub(crate) fn is_spent(&self, challenge: ChallengeId) -> bool {
        self.with(|it| it.assertions[&challenge].1)
    }

    /// Lets what has ended by this time be gone.
    pub(crate) fn expire(&self, now: Timestamp) {
        self.with(|it| {
            it.erasures.retain(|key, (_, ends_at)| {
                let stays = ends_at.is_none_or(|it| now < it);
                if !stays {
                    it.people.remove(key);
                }
                stays
            });
        });
    }

    /// Numbers of people, faces, pictures and descriptions. Whoever was erased is nobody.
    pub(crate) fn kept(&self) -> [usize; 4] {
        self.with(|it| {
            let erased = it.erasures.values().filter(|it| it.0.erased_at.is_some());
            [
                it.people.len() - erased.count(),
                it.faces.len(),
                it.pictures.len(),
                it.descriptions.len(),
            ]
        })
    }

    pub(crate) fn n_calls(&self, name: &str) -> usize {
        self.with(|it| it.calls.iter().filter(|call| **call == name).count())
    }
}
