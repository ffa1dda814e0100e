//! The world in memory, for tests.

mod head;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use aws::challenges::{AssertionRow, ChallengeRow, FrameRow, Part, PutChallengeError};
use aws::faces::{DetectFacesFailure, DetectedFace};
use aws::parameters::CreateParameterError;
use domain::{ChallengeId, FaceId, Fault, PersonId, UserId};
use uuid::Uuid;

use super::{
    CompareFaces, CompareWithPerson, DetectFaces, KeepChallenges, KeepFrames, Random, ReadPeople,
    TokenKeyStore,
};
use crate::still::Jpeg;

pub(crate) use head::{HEIGHT, Look, WIDTH, face, jpeg, jpeg_of};

pub(crate) const ADA: UserId = UserId::from_uuid(Uuid::from_u128(1));
pub(crate) const BOB: UserId = UserId::from_uuid(Uuid::from_u128(2));

/// Table, bucket, Rekognition and parameters.
#[derive(Clone)]
pub(crate) struct World(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    challenges: BTreeMap<ChallengeId, ChallengeRow>,
    frames: BTreeMap<(ChallengeId, u32), FrameRow>,
    assertions: BTreeMap<ChallengeId, AssertionRow>,
    pictures: BTreeMap<(ChallengeId, u32), Vec<u8>>,
    keys: Option<String>,
    /// The pictures of people.
    people: BTreeMap<(UserId, PersonId), Vec<FaceId>>,
    /// How similar whoever is in front of the camera is to each picture; to others there is no face to compare.
    likenesses: BTreeMap<FaceId, f32>,
    faces: Vec<DetectedFace>,
    similarity: Option<f32>,
    /// Frames of somebody else than all the others.
    strangers: BTreeSet<(ChallengeId, u32)>,
    failing: BTreeSet<&'static str>,
    n_detections: usize,
    compared: Vec<(u32, u32)>,
    compared_with: Vec<FaceId>,
    n_random: u8,
    /// Writes of challenges that succeed before one fails.
    writes_left: Option<usize>,
    /// Comparisons that succeed before one fails.
    comparisons_left: Option<usize>,
    /// What happens with every comparison.
    when_comparing: Option<Arc<dyn Fn() + Send + Sync>>,
}

impl State {
    /// What happens with every comparison.
    fn happen(&self) {
        if let Some(happens) = &self.when_comparing {
            happens();
        }
    }
}

impl Default for World {
    /// In front of the camera is one person, who looks straight into it.
    fn default() -> Self {
        Self(Arc::new(Mutex::new(State {
            faces: vec![face(Look::default())],
            similarity: Some(99.0),
            ..State::default()
        })))
    }
}

impl World {
    fn with<T>(&self, f: impl FnOnce(&mut State) -> T) -> T {
        f(&mut self.0.lock().unwrap())
    }

    /// Sets who is in front of the camera.
    pub(crate) fn show(&self, faces: Vec<DetectedFace>) {
        self.with(|it| it.faces = faces);
    }

    /// Sets how similar the faces of any two frames are.
    pub(crate) fn set_similarity(&self, percent: f32) {
        self.with(|it| it.similarity = Some(percent));
    }

    /// Makes these frames those of somebody else.
    pub(crate) fn swap_in(&self, id: ChallengeId, frames: impl IntoIterator<Item = u32>) {
        self.with(|it| it.strangers.extend(frames.into_iter().map(|frame| (id, frame))));
    }

    /// Registers a person with pictures; returns these. Whoever is in front of the camera is so similar to each of them.
    pub(crate) fn enroll(&self, owner: UserId, person: PersonId, percents: &[f32]) -> Vec<FaceId> {
        self.with(|it| {
            let first = it.likenesses.len() as u128;
            let faces: Vec<_> = (first..)
                .take(percents.len())
                .map(|n| FaceId::from_uuid(Uuid::from_u128(1000 + n)))
                .collect();
            it.likenesses
                .extend(faces.iter().copied().zip(percents.iter().copied()));
            let enrolled = it.people.entry((owner, person)).or_default();
            enrolled.extend(&faces);
            faces
        })
    }

    /// Takes a picture of a person away.
    pub(crate) fn forget_face(&self, owner: UserId, person: PersonId, face: FaceId) {
        self.with(|it| {
            let enrolled = it.people.get_mut(&(owner, person)).unwrap();
            enrolled.retain(|it| *it != face);
        });
    }

    /// Erases a person.
    pub(crate) fn forget_person(&self, owner: UserId, person: PersonId) {
        self.with(|it| it.people.remove(&(owner, person)));
    }

    /// Pictures of people that a frame was compared with.
    pub(crate) fn compared_with(&self) -> Vec<FaceId> {
        self.with(|it| it.compared_with.clone())
    }

    /// Makes the write of a challenge that follows `n` others fail, once.
    pub(crate) fn fail_write_after(&self, n: usize) {
        self.with(|it| it.writes_left = Some(n));
    }

    /// Makes the comparison that follows `n` others fail, once.
    pub(crate) fn fail_comparison_after(&self, n: usize) {
        self.with(|it| it.comparisons_left = Some(n));
    }

    /// Sets what happens with every comparison.
    pub(crate) fn when_comparing(&self, happens: Option<Arc<dyn Fn() + Send + Sync>>) {
        self.with(|it| it.when_comparing = happens);
    }

    /// What is kept of a frame.
    pub(crate) fn picture(&self, id: ChallengeId, index: u32) -> Vec<u8> {
        self.with(|it| it.pictures[&(id, index)].clone())
    }

    /// Makes a capability fail until [`Self::heal`].
    pub(crate) fn fail(&self, capability: &'static str) {
        self.with(|it| it.failing.insert(capability));
    }

    pub(crate) fn heal(&self) {
        self.with(|it| it.failing.clear());
    }

    pub(crate) fn n_detections(&self) -> usize {
        self.with(|it| it.n_detections)
    }

    /// Frames that were compared.
    pub(crate) fn compared(&self) -> Vec<(u32, u32)> {
        self.with(|it| it.compared.clone())
    }

    pub(crate) fn n_pictures(&self) -> usize {
        self.with(|it| it.pictures.len())
    }

    pub(crate) fn challenge(&self, id: ChallengeId) -> ChallengeRow {
        self.with(|it| it.challenges[&id].clone())
    }

    pub(crate) fn n_challenges(&self) -> usize {
        self.with(|it| it.challenges.len())
    }

    pub(crate) fn assertion(&self, id: ChallengeId) -> Option<AssertionRow> {
        self.with(|it| it.assertions.get(&id).copied())
    }

    fn check_comparison(state: &mut State) -> Result<(), Fault> {
        Self::check(state, "CompareFaces")?;
        match state.comparisons_left {
            Some(0) => {
                state.comparisons_left = None;
                return Err(Fault::later("CompareFaces", "made to fail"));
            }
            Some(n) => state.comparisons_left = Some(n - 1),
            None => {}
        }
        Ok(())
    }

    fn check(state: &State, capability: &'static str) -> Result<(), Fault> {
        if state.failing.contains(capability) {
            Err(Fault::later(capability, "made to fail"))
        } else {
            Ok(())
        }
    }
}

impl KeepChallenges for World {
    async fn get_challenge(&self, id: ChallengeId) -> Result<Option<ChallengeRow>, Fault> {
        self.with(|it| Ok(it.challenges.get(&id).cloned()))
    }

    async fn put_challenge(
        &self,
        row: &ChallengeRow,
        part: Option<Part<'_>>,
    ) -> Result<(), PutChallengeError> {
        // Lets others run before the write, as a network does.
        tokio::task::yield_now().await;
        self.with(|it| {
            match it.writes_left {
                Some(0) => {
                    it.writes_left = None;
                    return Err(Fault::later("KeepChallenges", "made to fail").into());
                }
                Some(n) => it.writes_left = Some(n - 1),
                None => {}
            }
            let found = it.challenges.get(&row.id).map(|it| it.version);
            if found != row.version.checked_sub(1) {
                return Err(PutChallengeError::Changed);
            }
            match part {
                Some(Part::Frame(frame)) => {
                    it.frames.insert((row.id, frame.index), frame.clone());
                }
                Some(Part::Assertion(assertion)) => {
                    it.assertions.insert(row.id, assertion);
                }
                None => {}
            }
            it.challenges.insert(row.id, row.clone());
            Ok(())
        })
    }

    async fn get_frame(&self, id: ChallengeId, index: u32) -> Result<Option<FrameRow>, Fault> {
        self.with(|it| Ok(it.frames.get(&(id, index)).cloned()))
    }
}

impl KeepFrames for World {
    async fn put_frame(&self, id: ChallengeId, index: u32, frame: Jpeg) -> Result<(), Fault> {
        self.with(|it| {
            Self::check(it, "KeepFrames")?;
            it.pictures.insert((id, index), frame.0);
            Ok(())
        })
    }
}

impl DetectFaces for World {
    async fn detect_faces(&self, _: Jpeg) -> Result<Vec<DetectedFace>, DetectFacesFailure> {
        tokio::task::yield_now().await;
        self.with(|it| {
            Self::check(it, "DetectFaces")?;
            it.n_detections += 1;
            Ok(it.faces.clone())
        })
    }
}

impl CompareFaces for World {
    async fn compare_faces(
        &self,
        id: ChallengeId,
        frames: (u32, u32),
        at_least_percent: f32,
    ) -> Result<Option<f32>, Fault> {
        tokio::task::yield_now().await;
        self.with(|it| {
            Self::check_comparison(it)?;
            for index in [frames.0, frames.1] {
                assert!(
                    it.pictures.contains_key(&(id, index)),
                    "frame {index} is not kept"
                );
            }
            it.compared.push(frames);
            it.happen();
            let strange = |index| it.strangers.contains(&(id, index));
            if strange(frames.0) != strange(frames.1) {
                return Ok(None);
            }
            Ok(it.similarity.filter(|it| at_least_percent <= *it))
        })
    }
}

impl ReadPeople for World {
    async fn enrolled(&self, owner: UserId, person: PersonId) -> Result<Option<Vec<FaceId>>, Fault> {
        tokio::task::yield_now().await;
        self.with(|it| {
            Self::check(it, "ReadPeople")?;
            Ok(it.people.get(&(owner, person)).cloned())
        })
    }
}

impl CompareWithPerson for World {
    async fn compare_with_person(
        &self,
        (id, frame): (ChallengeId, u32),
        (owner, person, face): (UserId, PersonId, FaceId),
    ) -> Result<Option<f32>, Fault> {
        tokio::task::yield_now().await;
        self.with(|it| {
            Self::check(it, "CompareWithPerson")?;
            Self::check_comparison(it)?;
            assert!(
                it.pictures.contains_key(&(id, frame)),
                "frame {frame} is not kept"
            );
            assert!(
                it.people[&(owner, person)].contains(&face),
                "{face} is not enrolled"
            );
            it.compared_with.push(face);
            it.happen();
            Ok(it.likenesses.get(&face).copied())
        })
    }
}

impl TokenKeyStore for World {
    async fn read_token_keys(&self) -> Result<Option<String>, Fault> {
        self.with(|it| Ok(it.keys.clone()))
    }

    async fn create_token_keys(&self, text: &str) -> Result<(), CreateParameterError> {
        tokio::task::yield_now().await;
        self.with(|it| {
            if it.keys.is_some() {
                return Err(CreateParameterError::AlreadyExists);
            }
            it.keys = Some(text.to_owned());
            Ok(())
        })
    }
}

/// The same numbers in every run, and others every time.
impl Random for World {
    fn random(&self) -> Result<[u8; 32], Fault> {
        self.with(|it| {
            it.n_random += 1;
            Ok([it.n_random; 32])
        })
    }
}
