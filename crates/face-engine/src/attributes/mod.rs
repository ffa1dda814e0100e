//! What a face looks like: expression, age, gender, smile, eyes and mouth.
//!
//! An attribute is computed only if it was asked for, and whatever two attributes need is computed once.

mod head;
mod patch;
mod ratios;

pub use head::{AgeSpread, Group, Head, Heads, Inputs};

use std::sync::Arc;

use crate::face::{Age, Emotion, Gender};
use crate::landmarks::{self, Landmarks};
use crate::models::Model;
use crate::pyramid::Pyramid;
use crate::recognition::align;
use crate::tensor::{Image, sigmoid, softmax};
use crate::{EngineError, Face, Wanted};

/// Networks and heads behind the attributes.
#[derive(Debug)]
pub(crate) struct Attributes {
    pub(crate) expression: Model,
    pub(crate) age_gender: Model,
    pub(crate) recognition: Arc<Model>,
    pub(crate) heads: Heads,
}

/// Side of the crop for expression, age and gender, in longer sides of the box around the landmarks:
/// what the reference library takes.
const CROP: f32 = 1.2;

/// Expressions in the order of the network's output.
const EMOTIONS: [Emotion; 7] = [
    Emotion::Calm,
    Emotion::Happy,
    Emotion::Sad,
    Emotion::Angry,
    Emotion::Fear,
    Emotion::Disgusted,
    Emotion::Surprised,
];

/// What the networks say about a face.
struct Measured {
    inputs: Inputs,
    /// Logits, in the order of [`EMOTIONS`].
    expression: Option<Vec<f32>>,
}

impl Attributes {
    /// Fills in what `wanted` asks for.
    pub(crate) fn describe(
        &self,
        photo: &Pyramid<'_>,
        face: &mut Face,
        wanted: Wanted,
    ) -> Result<(), EngineError> {
        let measured = self.measure(photo, &face.landmarks, wanted)?;
        let inputs = &measured.inputs;
        if wanted.emotions {
            face.emotions = measured.expression.as_deref().map(|it| self.emotions(it));
        }
        if wanted.smile {
            face.smile = self.heads.smile.verdict(inputs);
        }
        if wanted.eyes_open {
            face.eyes_open = self.heads.eyes_open.verdict(inputs);
        }
        if wanted.mouth_open {
            face.mouth_open = self.heads.mouth_open.verdict(inputs);
        }
        if wanted.gender {
            face.gender = self.heads.male.sum(inputs).map(gender);
        }
        if wanted.age {
            face.age = self.heads.age.sum(inputs).map(|years| self.age(years));
        }
        Ok(())
    }

    /// Everything that the heads read, for calibrating them.
    pub(crate) fn inputs(
        &self,
        photo: &Pyramid<'_>,
        points: &Landmarks,
    ) -> Result<(Inputs, Vec<f32>), EngineError> {
        let measured = self.measure(photo, points, Wanted::ALL)?;
        Ok((measured.inputs, measured.expression.unwrap_or_default()))
    }

    fn measure(
        &self,
        photo: &Pyramid<'_>,
        points: &Landmarks,
        wanted: Wanted,
    ) -> Result<Measured, EngineError> {
        let mut inputs = Inputs::default();
        let mut expression = None;
        let wants_mouth = wanted.smile || wanted.mouth_open;
        if wants_mouth || wanted.eyes_open || wanted.emotions {
            let [logits, features] = Self::mirrored_mean(&self.expression, photo, points)?;
            if logits.len() != EMOTIONS.len() {
                return Err(self.expression.unexpected_shape());
            }
            expression = Some(logits);
            inputs.insert(Group::Expression, features);
            inputs.insert(Group::Ratios, ratios::ratios(points).to_vec());
        }
        if wants_mouth {
            inputs.insert(Group::Mouth, patch::mouth(photo, points));
        }
        if wanted.eyes_open {
            inputs.insert(Group::Eyes, patch::eyes(photo, points));
        }
        if wanted.age || wanted.gender {
            let [values, _features] = Self::mirrored_mean(&self.age_gender, photo, points)?;
            inputs.insert(Group::AgeGender, values);
            let side = self.recognition.input.side_px;
            let chip = photo.sample(align::chip(points, side), side, side, &self.recognition.input);
            let [descriptor] = self.recognition.run(&chip)?;
            inputs.insert(Group::Descriptor, descriptor.values);
        }
        Ok(Measured { inputs, expression })
    }

    /// Means of a network's two outputs over the face and its mirror image.
    fn mirrored_mean(
        model: &Model,
        photo: &Pyramid<'_>,
        points: &Landmarks,
    ) -> Result<[Vec<f32>; 2], EngineError> {
        let side = model.input.side_px;
        let grid = landmarks::crop(points, landmarks::tilt(points), CROP, side);
        let crop: Image = photo.sample(grid, side, side, &model.input);
        let [values, features] = model.run(&crop)?;
        let [mirrored_values, mirrored_features] = model.run(&crop.mirrored())?;
        let mean = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a.midpoint(*b)).collect();
        Ok([
            mean(&values.values, &mirrored_values.values),
            mean(&features.values, &mirrored_features.values),
        ])
    }

    fn emotions(&self, logits: &[f32]) -> Vec<(Emotion, f32)> {
        let cooled: Vec<f32> = logits
            .iter()
            .map(|it| it / self.heads.emotion_temperature)
            .collect();
        let mut emotions: Vec<_> = EMOTIONS.into_iter().zip(softmax(&cooled)).collect();
        emotions.sort_by(|a, b| b.1.total_cmp(&a.1));
        emotions
    }

    fn age(&self, years: f32) -> Age {
        let years = years.clamp(0.0, 100.0);
        let spread = &self.heads.age_range;
        let nearest = spread
            .iter()
            .min_by(|a, b| (a.at - years).abs().total_cmp(&(b.at - years).abs()));
        let (below, above) = nearest.map_or((0.0, 0.0), |it| (it.below, it.above));
        Age {
            years,
            low: (years - below).round().clamp(0.0, 100.0) as u8,
            high: (years + above).round().clamp(0.0, 100.0) as u8,
        }
    }
}

fn gender(logit: f32) -> (Gender, f32) {
    let male = sigmoid(logit);
    if 0.5 <= male {
        (Gender::Male, male)
    } else {
        (Gender::Female, 1.0 - male)
    }
}

#[cfg(test)]
mod tests;
