//! Small trained models on top of the networks' features: one weighted sum each.
//!
//! The weights are in `heads.toml` beside this file, written by the example `calibrate` from photos whose
//! terms allow it; `docs/models.md` says from which, and how well each does on photos that were held back.

use serde::{Deserialize, Serialize};

use crate::LoadError;
use crate::face::Verdict;
use crate::tensor::sigmoid;

/// Groups of values that a head can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// Edges of the eyes.
    Eyes,
    /// Edges of the mouth.
    Mouth,
    /// Distances between landmarks.
    Ratios,
    /// Features of the expression network.
    Expression,
    /// Descriptor of the recognition network.
    Descriptor,
    /// Age and gender as the network says.
    AgeGender,
}

/// Values by group, as far as they were computed.
#[derive(Debug, Clone, Default)]
pub struct Inputs {
    groups: Vec<(Group, Vec<f32>)>,
}

impl Inputs {
    pub(crate) fn insert(&mut self, group: Group, values: Vec<f32>) {
        self.groups.push((group, values));
    }

    /// Values of `groups`, one after the other; `None` if one was not computed.
    #[must_use]
    pub fn of(&self, groups: &[Group]) -> Option<Vec<f32>> {
        let mut values = Vec::new();
        for wanted in groups {
            let (_, found) = self.groups.iter().find(|(group, _)| group == wanted)?;
            values.extend(found);
        }
        Some(values)
    }
}

/// A weighted sum of some groups.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// What it reads.
    pub inputs: Vec<Group>,
    /// What it starts from.
    pub bias: f32,
    /// One weight for each value.
    pub weights: Vec<f32>,
}

impl Head {
    /// The weighted sum; `None` if a group is missing or the number of values is another.
    pub(crate) fn sum(&self, inputs: &Inputs) -> Option<f32> {
        let values = inputs.of(&self.inputs)?;
        if values.len() != self.weights.len() {
            return None;
        }
        let sum = values
            .iter()
            .zip(&self.weights)
            .map(|(value, weight)| value * weight)
            .sum::<f32>();
        Some(self.bias + sum)
    }

    /// The sum as the probability of "yes".
    pub(crate) fn verdict(&self, inputs: &Inputs) -> Option<Verdict> {
        let yes = sigmoid(self.sum(inputs)?);
        Some(Verdict {
            value: 0.5 <= yes,
            confidence: yes.max(1.0 - yes),
        })
    }
}

/// All heads.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Heads {
    /// Logit of "smiles".
    pub smile: Head,
    /// Logit of "the mouth is open".
    pub mouth_open: Head,
    /// Logit of "the eyes are open".
    pub eyes_open: Head,
    /// Logit of "looks male".
    pub male: Head,
    /// Years.
    pub age: Head,
    /// How far the true age lies below and above the estimate.
    pub age_range: Vec<AgeSpread>,
    /// What the logits of the expressions are divided by.
    pub emotion_temperature: f32,
}

/// Spread of true ages around an estimate.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgeSpread {
    /// Estimate in years.
    pub at: f32,
    /// Years below it.
    pub below: f32,
    /// Years above it.
    pub above: f32,
}

impl Heads {
    /// The heads that this crate was built with.
    pub(crate) fn shipped() -> Result<Self, LoadError> {
        toml::from_str(include_str!("heads.toml")).map_err(|source| LoadError::BadIndex {
            path: "heads.toml".into(),
            source: Box::new(source),
        })
    }
}
