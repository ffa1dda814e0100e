//! The boxes that the detector starts from.

/// A box by its centre and size, in pixels of the image that the network is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Anchor {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) width: f32,
    pub(crate) height: f32,
}

/// Sizes of the six feature maps' anchors, and of one more after them, as fractions of
/// [`TRAINED_SIDE_PX`] (TensorFlow's `ssd_anchor_generator`, `min_scale` 0.2 and `max_scale` 0.95).
const SCALES: [f32; 7] = [0.2, 0.35, 0.5, 0.65, 0.8, 0.95, 1.0];

/// Side of the image that the network was trained on.
const TRAINED_SIDE_PX: f32 = 512.0;

/// Input pixels that one cell of the first feature map spans; each further map's cells are twice as large.
const FIRST_STRIDE: usize = 16;

/// All anchors for an image of `height` by `width`: by feature map, row, column and shape, which is the
/// order of the network's output.
pub(crate) fn anchors(height: usize, width: usize) -> Vec<Anchor> {
    let (mut rows, mut columns) = (height.div_ceil(FIRST_STRIDE), width.div_ceil(FIRST_STRIDE));
    let mut all = Vec::new();
    for map in 0..SCALES.len() - 1 {
        let shapes = shapes(map);
        for row in 0..rows {
            for column in 0..columns {
                let x = (column as f32 + 0.5) * width as f32 / columns as f32;
                let y = (row as f32 + 0.5) * height as f32 / rows as f32;
                all.extend(
                    shapes
                        .iter()
                        .map(|&(width, height)| Anchor { x, y, width, height }),
                );
            }
        }
        (rows, columns) = (rows.div_ceil(2), columns.div_ceil(2));
    }
    all
}

/// Widths and heights of the anchors in each cell of a feature map.
fn shapes(map: usize) -> Vec<(f32, f32)> {
    let scale = SCALES[map];
    let of_ratio = |scale: f32, ratio: f32| {
        (
            scale * ratio.sqrt() * TRAINED_SIDE_PX,
            scale / ratio.sqrt() * TRAINED_SIDE_PX,
        )
    };
    if map == 0 {
        // `reduce_boxes_in_lowest_layer`.
        vec![of_ratio(0.1, 1.0), of_ratio(scale, 2.0), of_ratio(scale, 0.5)]
    } else {
        let between = (scale * SCALES[map + 1]).sqrt();
        let mut shapes = vec![of_ratio(scale, 1.0), of_ratio(between, 1.0)];
        // 0.3333 and not a third: so it stands in the configuration that the network was trained with.
        shapes.extend([2.0, 0.5, 3.0, 0.3333].map(|ratio| of_ratio(scale, ratio)));
        shapes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// First and last rows of the tensor `Output/extra_dim` of the package's weights, which is y0, x0, y1, x1
    /// as fractions of the image.
    #[test]
    #[expect(
        clippy::unreadable_literal,
        clippy::excessive_precision,
        reason = "as the package has them"
    )]
    fn anchors_are_those_of_the_package() {
        let all = anchors(512, 512);
        assert_eq!(all.len(), 5118);
        let corners = |it: Anchor| {
            [
                it.y - it.height / 2.0,
                it.x - it.width / 2.0,
                it.y + it.height / 2.0,
                it.x + it.width / 2.0,
            ]
            .map(|it| it / 512.0)
        };
        for (at, expected) in [
            (0, [-0.034375_f32, -0.034375, 0.065625, 0.065625]),
            (1, [-0.055086_f32, -0.125796, 0.086336, 0.157046]),
            (2, [-0.125796_f32, -0.055086, 0.157046, 0.086336]),
            (3100, [-0.069786_f32, -0.021859, 0.132286, 0.584359]),
            (4700, [0.010723_f32, 0.583947, 0.364277, 1.291053]),
            (5100, [0.350000_f32, -0.150000, 1.150000, 0.650000]),
            (5117, [-0.322765_f32, 0.225772, 1.322765, 0.774228]),
        ] {
            let found = corners(all[at]);
            assert!(
                found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 2e-5),
                "{at}: {found:?}"
            );
        }
    }
}
