//! Whether one person did it all: the face that entered the area is compared with those by which each step was done.
//!
//! Of each step these are the frame that showed it, the first one of what was asked for, and the one with which it was done; so
//! nobody else can do a step for the one who looks into the camera before and after it. A fourth is drawn from those in between
//! when the result is first asked for, so that nobody knows which frames do not matter.
//!
//! How far that is, is kept with the challenge: what was compared is not compared again, and paid for again, when a request had
//! no time for all of it or Rekognition failed in between. Where the challenge is about a registered person, their pictures
//! follow, see [`super::person`].

use std::collections::BTreeSet;

use domain::{ChallengeId, Fault};
use futures::future::join_all;
use jiff::SignedDuration;
use lambda_kit::Clock;
use liveness::Deed;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand::seq::IteratorRandom as _;
use serde::{Deserialize, Serialize};

use super::person::{Likeness, Whose};
use crate::capabilities::Capabilities;
use crate::course::Course;

/// Least similarity of two frames' faces, in percent. `CompareFaces`' own default (API reference, SimilarityThreshold): the
/// frames are seconds apart, of one camera in one light, but a turned or laughing face is less like a calm one.
pub const SAME_PERSON_PERCENT: f32 = 80.0;

/// Comparisons at the same time. Chosen: a result within four rounds, and below Rekognition's default quota of a second.
pub const COMPARED_AT_ONCE: usize = 6;

/// A round is not begun later than this after the request's first. Chosen: leaves a round seven of the twelve seconds that the
/// function may run (`Timeout` in the template).
const LAST_ROUND_AFTER: SignedDuration = SignedDuration::from_secs(5);

/// How far the comparison is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// The frame whose face entered the area.
    reference: u32,
    /// Frames that have to be compared with it.
    left: Vec<u32>,
    /// The least similarity so far, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    least: Option<f32>,
    /// Whether a face was somebody else's: the rest does not matter then.
    #[serde(default)]
    is_swapped: bool,
    /// How far the comparison with the person is whom the challenge is about.
    #[serde(default)]
    likeness: Likeness,
}

/// Whether everything that matters was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// It was.
    Done,
    /// There was no time for more.
    Unfinished,
}

impl Comparison {
    /// Chooses the frames of a challenge that was done; `seed` draws those that nobody can know. `None` where no face has
    /// entered the area.
    #[must_use]
    pub fn new(course: &Course, seed: [u8; 32]) -> Option<Self> {
        let reference = course.challenge.reference_frame()?;
        let mut left = frames(course, seed);
        left.remove(&reference);
        Some(Self {
            reference,
            left: left.into_iter().collect(),
            least: None,
            is_swapped: false,
            likeness: Likeness::default(),
        })
    }

    /// Compares what is left, as far as there is time: first the frames, then the pictures of the person, where there is one.
    ///
    /// # Errors
    ///
    /// [`Fault`] if faces could not be compared; what could be is remembered.
    pub async fn go_on<D: Capabilities>(
        &mut self,
        deps: &D,
        clock: &dyn Clock,
        id: ChallengeId,
        whose: Option<Whose>,
    ) -> Result<Progress, Fault> {
        let began = clock.now();
        let has_time = || clock.now().duration_since(began) <= LAST_ROUND_AFTER;
        while !self.is_swapped && !self.left.is_empty() {
            if !has_time() {
                return Ok(Progress::Unfinished);
            }
            self.round(deps, id).await?;
        }
        match whose {
            Some(whose) if !self.is_swapped => {
                let reference = (id, self.reference);
                self.likeness.go_on(deps, reference, whose, has_time).await
            }
            _ => Ok(Progress::Done),
        }
    }

    async fn round<D: Capabilities>(&mut self, deps: &D, id: ChallengeId) -> Result<(), Fault> {
        let some: Vec<u32> = self.left.iter().copied().take(COMPARED_AT_ONCE).collect();
        let comparisons = some
            .iter()
            .map(|it| deps.compare_faces(id, (self.reference, *it), SAME_PERSON_PERCENT));
        let similarities = join_all(comparisons).await;
        let mut failed = None;
        for (frame, similarity) in some.into_iter().zip(similarities) {
            match similarity {
                Ok(similarity) => {
                    self.left.retain(|it| *it != frame);
                    self.is_swapped |= similarity.is_none();
                    self.least = similarity.map_or(self.least, |it| {
                        Some(self.least.map_or(it, |least| least.min(it)))
                    });
                }
                Err(fault) => failed = Some(fault),
            }
        }
        failed.map_or(Ok(()), Err)
    }

    /// Returns the similarity to the person in percent, if it is at least that of the threshold.
    #[must_use]
    pub fn likeness(&self, threshold_percent: f32) -> Option<f32> {
        self.likeness.similarity(threshold_percent)
    }

    /// Returns the least similarity in percent; `None` where a face was somebody else's, or none was compared.
    #[must_use]
    pub fn least_similarity(&self) -> Option<f32> {
        self.least.filter(|_| !self.is_swapped)
    }
}

/// Returns the frames whose faces matter.
fn frames(course: &Course, seed: [u8; 32]) -> BTreeSet<u32> {
    let mut rng = StdRng::from_seed(seed);
    let mut frames = BTreeSet::new();
    for Deed { shown, begun, done } in course.challenge.deeds() {
        frames.extend([shown, begun, done]);
        let between = course
            .with_face
            .iter()
            .filter(|it| shown < it && *it < done && *it != begun);
        frames.extend(between.choose(&mut rng));
    }
    frames
}
