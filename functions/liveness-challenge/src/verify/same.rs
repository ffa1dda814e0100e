//! Whether one person did it all: the face that entered the area is compared with those by which each step was done.
//!
//! Of each step these are the frame that showed it, the first one of what was asked for, and the one with which it was done; so
//! nobody else can do a step for the one who looks into the camera before and after it. A fourth is drawn from those in between
//! when the result is asked for, so that nobody knows which frames do not matter.

use std::collections::BTreeSet;

use domain::{ChallengeId, Fault};
use futures::future::try_join_all;
use liveness::Deed;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand::seq::IteratorRandom as _;

use crate::capabilities::Capabilities;
use crate::course::Course;

/// Least similarity of two frames' faces, in percent. `CompareFaces`' own default (API reference, SimilarityThreshold): the
/// frames are seconds apart, of one camera in one light, but a turned or laughing face is less like a calm one.
pub const SAME_PERSON_PERCENT: f32 = 80.0;

/// Comparisons at the same time. Chosen: a result within three rounds, and below Rekognition's default quota of a second.
const COMPARED_AT_ONCE: usize = 8;

/// Returns the least similarity of the face that entered the area and those that did the steps, in percent; `None` where one is
/// of somebody else, and then the rest may not be compared any more.
///
/// # Errors
///
/// [`Fault`] if faces could not be compared.
pub async fn least_similarity<D: Capabilities>(
    deps: &D,
    id: ChallengeId,
    course: &Course,
) -> Result<Option<f32>, Fault> {
    let Some(reference) = course.challenge.reference_frame() else {
        return Ok(None);
    };
    let others: Vec<u32> = compared(course, deps.random()?)
        .into_iter()
        .filter(|it| *it != reference)
        .collect();
    let mut least = None;
    for some in others.chunks(COMPARED_AT_ONCE) {
        let comparisons = some
            .iter()
            .map(|it| deps.compare_faces(id, (reference, *it), SAME_PERSON_PERCENT));
        for similarity in try_join_all(comparisons).await? {
            let Some(similarity) = similarity else {
                return Ok(None);
            };
            least = Some(least.map_or(similarity, |it: f32| it.min(similarity)));
        }
    }
    Ok(least)
}

/// Returns the frames whose faces matter.
fn compared(course: &Course, seed: [u8; 32]) -> BTreeSet<u32> {
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
