//! Numbers on their way into a network and out of it. No face words in here.

/// An image as a network takes it: `[height, width, 3]`, row-major, RGB, normalized as its manifest says.
#[derive(Clone, PartialEq)]
pub(crate) struct Image {
    pub(crate) height: usize,
    pub(crate) width: usize,
    pub(crate) values: Vec<f32>,
}

impl Image {
    /// The same image seen in a mirror.
    pub(crate) fn mirrored(&self) -> Self {
        let mut values = Vec::with_capacity(self.values.len());
        for row in self.values.chunks_exact(self.width * 3) {
            values.extend(row.as_chunks::<3>().0.iter().rev().flatten());
        }
        Self { values, ..*self }
    }
}

/// Never shows pixels.
impl std::fmt::Debug for Image {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Image")
            .field("height", &self.height)
            .field("width", &self.width)
            .finish_non_exhaustive()
    }
}

/// What a network answers: row-major values and their shape.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Output {
    pub(crate) shape: Vec<usize>,
    pub(crate) values: Vec<f32>,
}

/// Probabilities of `logits`, summing to 1. Not a number becomes not a number.
pub(crate) fn softmax(logits: &[f32]) -> Vec<f32> {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f32> = logits.iter().map(|it| (it - largest).exp()).collect();
    let sum: f32 = powers.iter().sum();
    powers.into_iter().map(|it| it / sum).collect()
}

/// `1 / (1 + e^-x)`.
pub(crate) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mirror_swaps_columns_and_not_channels() {
        let image = Image {
            height: 1,
            width: 2,
            values: vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
        };
        assert_eq!(image.mirrored().values, [4.0, 5.0, 6.0, 1.0, 2.0, 3.0]);
        assert_eq!(image.mirrored().mirrored(), image);
    }

    #[test]
    fn softmax_sums_to_one_even_for_large_logits() {
        let probabilities = softmax(&[1000.0, 999.0, -1000.0]);
        assert!((probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        assert!((probabilities[0] - 0.731_058_6).abs() < 1e-6);
    }
}
