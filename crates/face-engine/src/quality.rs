//! How well a face can be seen: brightness and sharpness of a chip of fixed size.

use crate::face::Quality;
use crate::geometry::Rect;
use crate::landmarks::Landmarks;
use crate::models::{Channels, Normalization};
use crate::pyramid::{Grid, Pyramid};

/// Side of the chip in pixels. Sharpness is that of the face at this size: finer detail than this would
/// not help any network.
const CHIP_PX: usize = 96;

/// Variance of the Laplacian, relative to the contrast of the chip, at which sharpness is 50. Measured: the
/// median of 120 LFW portraits, whose faces are about as large as the chip, is 0.060.
const HALF_SHARP: f32 = 0.06;

/// Contrast (standard deviation of the luma) below which a chip counts as flat, in `0.0..=255.0`. What is
/// sharp in it would be noise.
const LEAST_CONTRAST: f32 = 6.0;

/// Bytes as they are.
const BYTES: Normalization = Normalization {
    side_px: CHIP_PX,
    mean: [0.0; 3],
    scale: 1.0,
    channels: Channels::Rgb,
};

/// Quality of the face with these landmarks.
pub(crate) fn quality(photo: &Pyramid<'_>, landmarks: &Landmarks) -> Quality {
    let bounds = Rect::around(landmarks);
    let side = bounds.width.max(bounds.height).max(1.0);
    let grid = Grid::square(bounds.center(), side, 0.0, CHIP_PX);
    let chip = photo.sample(grid, CHIP_PX, CHIP_PX, &BYTES);
    // Rec. 601, as JPEG has it.
    let luma: Vec<f32> = chip
        .values
        .as_chunks::<3>()
        .0
        .iter()
        .map(|[r, g, b]| 0.299 * r + 0.587 * g + 0.114 * b)
        .collect();
    Quality {
        brightness: brightness(&luma),
        sharpness: sharpness(&luma),
    }
}

/// Mean luma in percent: 0 is black, 100 is white.
fn brightness(luma: &[f32]) -> f32 {
    (mean(luma) / 2.55).clamp(0.0, 100.0)
}

/// `100 r / (r + HALF_SHARP)`, where `r` is the variance of the Laplacian divided by that of the luma, so
/// that a dark face is as sharp as a bright one.
fn sharpness(luma: &[f32]) -> f32 {
    let at = |x: usize, y: usize| luma[y * CHIP_PX + x];
    let mut laplacian = Vec::with_capacity(luma.len());
    for y in 1..CHIP_PX - 1 {
        for x in 1..CHIP_PX - 1 {
            laplacian.push(at(x - 1, y) + at(x + 1, y) + at(x, y - 1) + at(x, y + 1) - 4.0 * at(x, y));
        }
    }
    let ratio = variance(&laplacian) / variance(luma).max(LEAST_CONTRAST * LEAST_CONTRAST);
    (100.0 * ratio / (ratio + HALF_SHARP)).clamp(0.0, 100.0)
}

fn mean(values: &[f32]) -> f32 {
    values.iter().sum::<f32>() / values.len() as f32
}

fn variance(values: &[f32]) -> f32 {
    let mean = mean(values);
    values.iter().map(|it| (it - mean) * (it - mean)).sum::<f32>() / values.len() as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chip(at: impl Fn(f32, f32) -> f32) -> Vec<f32> {
        (0..CHIP_PX * CHIP_PX)
            .map(|it| at((it % CHIP_PX) as f32, (it / CHIP_PX) as f32))
            .collect()
    }

    #[test]
    fn black_is_0_and_white_is_100() {
        assert!(brightness(&chip(|_, _| 0.0)).abs() < 1e-3);
        assert!((brightness(&chip(|_, _| 255.0)) - 100.0).abs() < 1e-3);
    }

    #[test]
    fn the_coarser_the_pattern_the_less_sharp_it_is() {
        let waves = |length: f32| chip(|x, _| 128.0 + 100.0 * (x * std::f32::consts::TAU / length).sin());
        let sharpness: Vec<f32> = [3.0, 6.0, 12.0, 24.0, 48.0]
            .map(|it| sharpness(&waves(it)))
            .to_vec();
        assert!(sharpness.is_sorted_by(|a, b| a > b), "{sharpness:?}");
    }

    #[test]
    fn a_dark_face_is_as_sharp_as_a_bright_one() {
        let pattern = |gain: f32| chip(|x, y| gain * (((x * 0.7).sin() + (y * 0.9).cos()) * 40.0 + 90.0));
        assert!((sharpness(&pattern(1.0)) - sharpness(&pattern(0.4))).abs() < 0.1);
    }

    #[test]
    fn a_flat_chip_is_not_sharp() {
        assert!(sharpness(&chip(|_, _| 77.0)) < 1e-3);
    }
}
