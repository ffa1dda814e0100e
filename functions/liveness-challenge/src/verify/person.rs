//! Whether it was the person who was named at the beginning: the face that entered the area is compared with the pictures of
//! that person, as they are enrolled when the result is asked for.
//!
//! The most similar one counts: people are enrolled with and without glasses. What was compared is kept by the picture, so
//! that it is not paid for again, and does not count any more once the picture is gone.

use std::collections::BTreeMap;

use domain::{ChallengeId, FaceId, Fault, PersonId, UserId};
use futures::future::join_all;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::same::{COMPARED_AT_ONCE, Progress};
use crate::capabilities::Capabilities;

/// Whose face it must be.
#[derive(Debug, Clone, Copy)]
pub struct Whose {
    /// The account that registered them.
    pub owner: UserId,
    /// The person.
    pub person: PersonId,
    /// Least similarity, in percent.
    pub threshold_percent: f32,
}

/// How far the comparison with a person is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Likeness {
    /// The similarity to each picture that was compared, in percent; 0 where there was no face to compare.
    compared: BTreeMap<Uuid, f32>,
    /// The best of those that were enrolled when that was last looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    best: Option<f32>,
}

impl Likeness {
    /// Compares a frame with what is left, as long as `has_time`. Ends early where a picture is similar enough.
    ///
    /// # Errors
    ///
    /// [`Fault`] if faces could not be compared and none of the others was similar enough; what could be is remembered.
    pub async fn go_on<D: Capabilities>(
        &mut self,
        deps: &D,
        frame: (ChallengeId, u32),
        whose: Whose,
        has_time: impl Fn() -> bool + Sync,
    ) -> Result<Progress, Fault> {
        self.best = None;
        // Nobody is like somebody who was erased.
        let enrolled = deps.enrolled(whose.owner, whose.person).await?;
        let enrolled = enrolled.unwrap_or_default();
        self.best = self.best_of(&enrolled);
        let is_compared = |it: &FaceId| self.compared.contains_key(&it.as_uuid());
        let mut left: Vec<FaceId> = enrolled.iter().copied().filter(|it| !is_compared(it)).collect();
        let mut failed = None;
        while !self.is_enough(whose) && !left.is_empty() {
            if !has_time() {
                return Ok(Progress::Unfinished);
            }
            let rest = left.split_off(left.len().min(COMPARED_AT_ONCE));
            failed = self.round(deps, frame, whose, left).await.or(failed);
            self.best = self.best_of(&enrolled);
            left = rest;
        }
        failed
            .filter(|_| !self.is_enough(whose))
            .map_or(Ok(Progress::Done), Err)
    }

    /// Compares some pictures at once; returns why one of them could not be.
    async fn round<D: Capabilities>(
        &mut self,
        deps: &D,
        frame: (ChallengeId, u32),
        whose: Whose,
        faces: Vec<FaceId>,
    ) -> Option<Fault> {
        let comparisons = faces
            .iter()
            .map(|it| deps.compare_with_person(frame, (whose.owner, whose.person, *it)));
        let similarities = join_all(comparisons).await;
        let mut failed = None;
        for (face, similarity) in faces.into_iter().zip(similarities) {
            match similarity {
                Ok(similarity) => {
                    self.compared
                        .insert(face.as_uuid(), similarity.unwrap_or_default());
                }
                Err(fault) => failed = Some(fault),
            }
        }
        failed
    }

    fn best_of(&self, enrolled: &[FaceId]) -> Option<f32> {
        let similarities = enrolled.iter().filter_map(|it| self.compared.get(&it.as_uuid()));
        similarities.copied().max_by(f32::total_cmp)
    }

    fn is_enough(&self, whose: Whose) -> bool {
        self.similarity(whose.threshold_percent).is_some()
    }

    /// Returns the similarity in percent, if it is at least that of the threshold; `None` for somebody else, and for somebody
    /// who is not enrolled any more.
    #[must_use]
    pub fn similarity(&self, threshold_percent: f32) -> Option<f32> {
        self.best.filter(|it| threshold_percent <= *it)
    }
}
