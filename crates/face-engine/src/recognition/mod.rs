//! Who a face is: an embedding of its aligned chip, near for the same person and far for two.
//!
//! Which network embeds, how its chips are cut and what its distances mean is data of `models/manifest.toml`, so
//! that an operator can bring an embedder of his own. See `docs/accuracy.md` for what the shipped one is worth.

pub(crate) mod align;
mod similarity;

pub use similarity::{BadCurve, SimilarityCurve};

use std::sync::Arc;

use serde::Deserialize;

use crate::geometry::Point;
use crate::models::{Entry, Model, known_input};
use crate::pyramid::{Grid, Pyramid};
use crate::{EngineError, Face, LoadError};

/// What there is to know about embeddings: which model they come from and what their distances mean.
///
/// Embeddings of models with different names must not be compared.
#[derive(Debug, Clone, PartialEq)]
pub struct EmbeddingModel {
    /// Name in the manifest, with its version: `face_recognition 1.0`.
    pub name: String,
    /// Version alone, digits and dots: what Rekognition calls `FaceModelVersion`.
    pub version: String,
    /// Number of components.
    pub dimension: usize,
    /// From distance to similarity and back.
    pub similarity: SimilarityCurve,
    /// Similarities in percent, rising, and the measured share of pairs of two people that reach them, falling. Empty if
    /// nobody measured.
    pub false_accept_rates: Vec<(f32, f32)>,
}

impl EmbeddingModel {
    /// The similarity in percent that a share of at most `rate` of all pairs of two people reaches: the threshold to
    /// compare with for that false-accept rate. Between measured rates it is interpolated by their logarithm.
    ///
    /// `None` for a rate below the smallest that was measured, and for a model of which none was.
    #[must_use]
    pub fn threshold(&self, rate: f32) -> Option<f32> {
        let rates = &self.false_accept_rates;
        let after = rates.partition_point(|it| rate < it.1);
        let (high, low) = (rates.get(after)?, after.checked_sub(1).map(|it| rates[it]));
        let Some(low) = low else {
            // More false accepts than were measured: the lowest similarity with a known rate is on the safe side.
            return Some(high.0);
        };
        let part = (low.1.ln() - rate.ln()) / (low.1.ln() - high.1.ln());
        Some(low.0 + (high.0 - low.0) * part)
    }
}

/// The table `embedding` of a model in the manifest.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    version: String,
    dimension: usize,
    template: align::Template,
    metric: Metric,
    mirrored: bool,
    /// Chips whose embeddings are averaged; one that is cut as the template says if none are named.
    #[serde(default = "one_look")]
    looks: Vec<Look>,
    /// Subtracted from the mean of all looks; nothing if it is not there.
    #[serde(default)]
    center: Vec<f32>,
    /// The difference is divided by its length to this power, `0.0..=1.0`: 0 leaves it alone, 1 makes it one long.
    #[serde(default)]
    length_power: f32,
    similarity: SimilarityCurve,
    #[serde(default)]
    false_accept_rates: Vec<(f32, f32)>,
}

/// How the network's authors compare its outputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Metric {
    /// By their Euclidean distance.
    Euclidean,
    /// By the angle between them. They are made one long, after which Euclidean distances order them likewise:
    /// `distance² = 2 - 2 cos`.
    Cosine,
}

/// How a chip differs from the one that the template asks for.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Look {
    /// How much more than the template's chip it shows: 1.05 is a twentieth more in each direction.
    scale: f32,
    /// By how many degrees it is turned clockwise.
    turn: f32,
    /// By how many of its pixels it is moved to the right.
    right: f32,
    /// By how many of its pixels it is moved down.
    down: f32,
}

fn one_look() -> Vec<Look> {
    vec![Look {
        scale: 1.0,
        turn: 0.0,
        right: 0.0,
        down: 0.0,
    }]
}

impl Look {
    /// `grid`, of `pixels` across, seen this way.
    fn at(self, grid: Grid, pixels: usize) -> Grid {
        let middle = pixels as f32 / 2.0;
        let center = grid.to_photo(Point {
            x: middle + self.right,
            y: middle + self.down,
        });
        let angle = grid.right.y.atan2(grid.right.x) + self.turn.to_radians();
        Grid::around(center, grid.step() * self.scale, angle, pixels, pixels)
    }
}

/// A network that embeds faces.
#[derive(Debug)]
pub(crate) struct Embedder {
    pub(crate) model: EmbeddingModel,
    network: Arc<Model>,
    template: align::Template,
    metric: Metric,
    mirrored: bool,
    looks: Vec<Look>,
    center: Vec<f32>,
    length_power: f32,
}

impl Embedder {
    /// The embedder that `entry` of the index describes. Its network is tried out.
    pub(crate) fn new(entry: &Entry, network: Arc<Model>) -> Result<Self, LoadError> {
        let name = network.name();
        let settings = entry.embedding.clone().ok_or_else(|| LoadError::NotAnEmbedder {
            model: name.to_owned(),
        })?;
        let outputs =
            network
                .run_any(&known_input(&network.input))
                .map_err(|source| LoadError::BadNetwork {
                    model: name.to_owned(),
                    source: Box::new(source),
                })?;
        let found = outputs.first().map_or(0, |it| it.values.len());
        if found != settings.dimension {
            return Err(LoadError::WrongDimension {
                model: name.to_owned(),
                expected: settings.dimension,
                found,
            });
        }
        Ok(Self {
            model: EmbeddingModel {
                name: format!("{name} {}", settings.version),
                version: settings.version,
                dimension: settings.dimension,
                similarity: settings.similarity,
                false_accept_rates: settings.false_accept_rates,
            },
            network,
            template: settings.template,
            metric: settings.metric,
            mirrored: settings.mirrored,
            looks: settings.looks,
            center: settings.center,
            length_power: settings.length_power,
        })
    }

    /// The embedding of `face`, which was found in `photo`.
    pub(crate) fn embed(&self, photo: &Pyramid<'_>, face: &Face) -> Result<Vec<f32>, EngineError> {
        let side = self.network.input.side_px;
        let grid = self.template.grid(&face.landmarks, side);
        let mut sum = vec![0.0; self.model.dimension];
        for look in &self.looks {
            let chip = photo.sample(look.at(grid, side), side, side, &self.network.input);
            add(&mut sum, &self.look(&chip)?);
            if self.mirrored {
                add(&mut sum, &self.look(&chip.mirrored())?);
            }
        }
        let n_looks = self.looks.len() * if self.mirrored { 2 } else { 1 };
        for it in &mut sum {
            *it /= n_looks as f32;
        }
        for (it, center) in sum.iter_mut().zip(&self.center) {
            *it -= center;
        }
        shorten(&mut sum, self.length_power);
        if self.metric == Metric::Cosine {
            shorten(&mut sum, 1.0);
        }
        Ok(sum)
    }

    fn look(&self, chip: &crate::tensor::Image) -> Result<Vec<f32>, EngineError> {
        let outputs = self.network.run_any(chip)?;
        let mut values = outputs
            .into_iter()
            .next()
            .map(|it| it.values)
            .filter(|it| it.len() == self.model.dimension && it.iter().all(|it| it.is_finite()))
            .ok_or_else(|| self.network.unexpected_shape())?;
        if self.metric == Metric::Cosine {
            shorten(&mut values, 1.0);
        }
        Ok(values)
    }
}

fn add(sum: &mut [f32], values: &[f32]) {
    for (sum, it) in sum.iter_mut().zip(values) {
        *sum += it;
    }
}

/// Divides `values` by their length to the power of `power`; nothing stays nothing.
fn shorten(values: &mut [f32], power: f32) {
    let length = values.iter().map(|it| it * it).sum::<f32>().sqrt();
    if 0.0 < length {
        let by = length.powf(power);
        for it in values {
            *it /= by;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shortened_keeps_its_direction() {
        let mut values = [3.0, 4.0];
        shorten(&mut values, 0.0);
        assert!((values[0] - 3.0).abs() < 1e-6);
        shorten(&mut values, 0.5);
        assert!((values[0].hypot(values[1]) - 5.0_f32.sqrt()).abs() < 1e-6);
        shorten(&mut values, 1.0);
        assert!((values[0] - 0.6).abs() < 1e-6 && (values[1] - 0.8).abs() < 1e-6);
        let mut nothing = [0.0; 2];
        shorten(&mut nothing, 1.0);
        assert!(nothing.iter().all(|it| it.abs() < f32::EPSILON));
    }

    #[test]
    fn a_look_is_larger_turned_and_moved() {
        let grid = Grid::around(Point { x: 100.0, y: 50.0 }, 2.0, 0.0, 150, 150);
        assert_eq!(one_look()[0].at(grid, 150), grid);
        let look = Look {
            scale: 1.5,
            turn: 90.0,
            right: 10.0,
            down: -5.0,
        };
        let seen = look.at(grid, 150);
        assert!((seen.step() - 3.0).abs() < 1e-4);
        let middle = seen.to_photo(Point { x: 75.0, y: 75.0 });
        assert!(middle.distance(Point { x: 120.0, y: 40.0 }) < 1e-3);
        assert!(seen.right.x.abs() < 1e-3 && 0.0 < seen.right.y, "clockwise");
    }

    #[test]
    fn a_false_accept_rate_has_a_threshold_as_far_as_it_was_measured() {
        let model = EmbeddingModel {
            name: "test 1".to_owned(),
            version: "1".to_owned(),
            dimension: 2,
            similarity: SimilarityCurve::try_from(vec![(0.0, 100.0), (1.0, 0.0)]).unwrap(),
            false_accept_rates: vec![(80.0, 0.01), (90.0, 0.001), (99.0, 0.0001)],
        };
        for (rate, percent) in [
            (0.5, 80.0),
            (0.01, 80.0),
            (0.001, 90.0),
            (0.0001, 99.0),
            (0.003_162, 85.0),
        ] {
            assert!((model.threshold(rate).unwrap() - percent).abs() < 0.01, "{rate}");
        }
        assert_eq!(model.threshold(0.000_01), None);
        assert_eq!(model.threshold(0.0), None);
        let unmeasured = EmbeddingModel {
            false_accept_rates: Vec::new(),
            ..model
        };
        assert_eq!(unmeasured.threshold(0.01), None);
    }
}
