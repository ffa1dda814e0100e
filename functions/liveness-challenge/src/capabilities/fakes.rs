//! The world in memory, for tests, and a person in front of a camera.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use aws::challenges::{AssertionRow, ChallengeRow, FrameRow, Part, PutChallengeError};
use aws::faces::{DetectFacesFailure, DetectedFace, Verdict};
use aws::parameters::CreateParameterError;
use domain::{ChallengeId, Fault, RatioBox, UserId};
use uuid::Uuid;

use super::{CompareFaces, DetectFaces, KeepChallenges, KeepFrames, Random, TokenKeyStore};
use crate::still::Jpeg;

pub(crate) const ADA: UserId = UserId::from_uuid(Uuid::from_u128(1));
pub(crate) const BOB: UserId = UserId::from_uuid(Uuid::from_u128(2));

/// Size of the frames of tests: small, because many are decoded.
pub(crate) const WIDTH: u32 = 320;
pub(crate) const HEIGHT: u32 = 240;

/// A frame that differs from that of every other seed.
pub(crate) fn jpeg(seed: u32) -> Vec<u8> {
    jpeg_of(WIDTH, HEIGHT, seed)
}

pub(crate) fn jpeg_of(width: u32, height: u32, seed: u32) -> Vec<u8> {
    let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let shade = |(x, y): (u32, u32)| (x / 4 + y / 8 + 13 * seed) as u8;
    let rgb = pixels.flat_map(|it| [shade(it); 3]).collect();
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

/// How a head is held and looks. Pixels are those of a picture of 640 × 480, whatever the size of the frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Look {
    /// Degrees, positive to the right of the picture.
    pub(crate) yaw: f64,
    /// Degrees, positive down.
    pub(crate) pitch: f64,
    /// Width of the face in pixels.
    pub(crate) width: f64,
    pub(crate) eyes_open: bool,
    pub(crate) smile: bool,
    pub(crate) mouth_open: bool,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            yaw: 0.0,
            pitch: 0.0,
            width: 170.0,
            eyes_open: true,
            smile: false,
            mouth_open: false,
        }
    }
}

/// Landmarks of the head of `liveness_vectors.json`, whose box is 204 px wide, in pixels from its middle, with depth towards
/// the camera.
const LANDMARKS: [(&str, f64, f64, f64); 11] = [
    ("eyeLeft", -42.0, -45.0, 15.0),
    ("eyeRight", 42.0, -45.0, 15.0),
    ("nose", 0.0, 3.0, 65.0),
    ("mouthLeft", -33.0, 37.0, 25.0),
    ("mouthRight", 33.0, 37.0, 25.0),
    ("leftEyeBrowLeft", -72.0, -63.0, 0.0),
    ("rightEyeBrowRight", 72.0, -63.0, 0.0),
    ("upperJawlineLeft", -100.0, -40.0, -60.0),
    ("upperJawlineRight", 100.0, -40.0, -60.0),
    ("chinBottom", 0.0, 90.0, 15.0),
    ("mouthUp", 0.0, 31.0, 40.0),
];

/// Widths from the neck's axis to the middle of the head: it moves to the side when it turns.
const NECK: f64 = 0.45;
/// Widths from the neck's axis to the tip of the nose.
const NOSE: f64 = NECK + 65.0 / 204.0;

impl Look {
    /// Returns the head with the nose `dx`, `dy` pixels from where it is when it is straight.
    pub(crate) fn with_nose_at(self, dx: f64, dy: f64) -> Self {
        let degrees = |it: f64| (it / self.width / NOSE).clamp(-0.9, 0.9).asin().to_degrees();
        Self {
            yaw: degrees(dx),
            pitch: degrees(dy),
            ..self
        }
    }

    /// Where the nose of the straight head is.
    pub(crate) fn resting_nose(self) -> (f64, f64) {
        (320.0, 240.0 + 3.0 * self.width / 204.0)
    }
}

/// What Rekognition says of a head that is held so.
pub(crate) fn face(look: Look) -> DetectedFace {
    let scale = look.width / 204.0;
    let (yaw_sin, yaw_cos) = look.yaw.to_radians().sin_cos();
    let (pitch_sin, pitch_cos) = look.pitch.to_radians().sin_cos();
    let middle = (
        320.0 + NECK * look.width * yaw_sin,
        240.0 + NECK * look.width * pitch_sin,
    );
    let landmarks = LANDMARKS.map(|(name, x, y, z)| {
        let (y, z) = (y * pitch_cos + z * pitch_sin, z * pitch_cos - y * pitch_sin);
        let x = x * yaw_cos + z * yaw_sin;
        let x = (middle.0 + scale * x) / 640.0;
        let y = (middle.1 + scale * y) / 480.0;
        (name.to_owned(), x as f32, y as f32)
    });
    let (width, height) = (look.width / 640.0, 230.0 * scale / 480.0);
    let (left, top) = (middle.0 / 640.0 - width / 2.0, middle.1 / 480.0 - height / 2.0);
    let verdict = |value| {
        Some(Verdict {
            value,
            confidence: 97.0,
        })
    };
    DetectedFace {
        bounds: RatioBox::new(left as f32, top as f32, width as f32, height as f32).unwrap(),
        confidence: 99.0,
        landmarks: landmarks.to_vec(),
        pose: (0.0, look.yaw as f32, look.pitch as f32),
        quality: (70.0, 80.0),
        age_range: None,
        gender: None,
        smile: verdict(look.smile),
        eyes_open: verdict(look.eyes_open),
        mouth_open: verdict(look.mouth_open),
        eyeglasses: None,
        sunglasses: None,
        beard: None,
        mustache: None,
        face_occluded: None,
        eye_direction: None,
        emotions: None,
    }
}

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
    faces: Vec<DetectedFace>,
    similarity: Option<f32>,
    /// Frames of somebody else than all the others.
    strangers: BTreeSet<(ChallengeId, u32)>,
    failing: BTreeSet<&'static str>,
    n_detections: usize,
    compared: Vec<(u32, u32)>,
    n_random: u8,
    /// Writes of challenges that succeed before one fails.
    writes_left: Option<usize>,
    /// Comparisons that succeed before one fails.
    comparisons_left: Option<usize>,
    /// What happens with every comparison.
    when_comparing: Option<Arc<dyn Fn() + Send + Sync>>,
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
            Self::check(it, "CompareFaces")?;
            match it.comparisons_left {
                Some(0) => {
                    it.comparisons_left = None;
                    return Err(Fault::later("CompareFaces", "made to fail"));
                }
                Some(n) => it.comparisons_left = Some(n - 1),
                None => {}
            }
            for index in [frames.0, frames.1] {
                assert!(
                    it.pictures.contains_key(&(id, index)),
                    "frame {index} is not kept"
                );
            }
            it.compared.push(frames);
            if let Some(happens) = &it.when_comparing {
                happens();
            }
            let strange = |index| it.strangers.contains(&(id, index));
            if strange(frames.0) != strange(frames.1) {
                return Ok(None);
            }
            Ok(it.similarity.filter(|it| at_least_percent <= *it))
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
