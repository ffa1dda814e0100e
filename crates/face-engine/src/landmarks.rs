//! 68 points of a face.
//!
//! The network is at its best on a crop around the points themselves, which are only known afterwards. So
//! it looks twice: at the detector's box, and then at a crop around the points of the first look, as it is
//! and in a mirror, of which the mean counts. The second look takes a quarter off the error of the first.
//!
//! A face that lies on its side misleads the first look. That shows: what the network sees in the mirror is
//! then something else. In that case it begins again with turned crops, and keeps what agrees best.

use crate::EngineError;
use crate::face::LANDMARKS;
use crate::geometry::{Point, Rect};
use crate::models::Model;
use crate::pyramid::{Grid, Pyramid};
use crate::tensor::Image;

/// The points of a face, in pixels of the photo.
pub(crate) type Landmarks = [Point; LANDMARKS];

/// Side of the first crop, in longer sides of the detector's box. Measured on two sets of faces with points
/// drawn by hand, 0.9 to 1.3; the curve is flat.
const FIRST_CROP: f32 = 1.1;

/// Side of the second crop, in longer sides of the box around the points. Measured likewise, 0.9 to 1.4.
const SECOND_CROP: f32 = 1.3;

/// Tilt in radians above which the second crop is turned upright: 20 degrees, up to which the network does
/// not mind.
const UPRIGHT: f32 = 0.35;

/// Mean distance between the points and those seen in the mirror, in sides of the crop, above which the
/// points are doubted. Measured on LFW portraits: upright faces have 0.018, 95 of 100 below 0.024; portraits
/// turned by 60 and 90 degrees whose points are wrong have 0.05 to 0.2.
const DOUBTFUL: f32 = 0.04;

/// Angles in radians from which doubtful points are looked for again: an eighth and a quarter of a turn.
const OTHER_ANGLES: [f32; 4] = [
    -0.8,
    0.8,
    -std::f32::consts::FRAC_PI_2,
    std::f32::consts::FRAC_PI_2,
];

/// Finds the points of the face in `bounds`.
pub(crate) fn find(model: &Model, photo: &Pyramid<'_>, bounds: Rect) -> Result<Landmarks, EngineError> {
    let (mut points, mut doubt) = find_from(model, photo, bounds, 0.0)?;
    if doubt < DOUBTFUL {
        return Ok(points);
    }
    for angle in OTHER_ANGLES {
        let (others, other_doubt) = find_from(model, photo, bounds, angle)?;
        if other_doubt < doubt {
            (points, doubt) = (others, other_doubt);
        }
    }
    Ok(points)
}

/// Finds the points, beginning with a crop that is turned clockwise by `angle`; also how far the mirror
/// image disagrees, in sides of the crop.
fn find_from(
    model: &Model,
    photo: &Pyramid<'_>,
    bounds: Rect,
    angle: f32,
) -> Result<(Landmarks, f32), EngineError> {
    let pixels = model.input.side_px;
    let side = bounds.width.max(bounds.height) * FIRST_CROP;
    let grid = Grid::square(bounds.center(), side, angle, pixels);
    let first = to_photo(&run(model, &sample(model, photo, grid))?, grid, pixels);
    let tilt = tilt(&first);
    // A crop that was turned to begin with stays with the face, even if that is nearly upright.
    let tilt = if UPRIGHT < tilt.abs() || angle != 0.0 {
        tilt
    } else {
        0.0
    };
    let grid = crop(&first, tilt, SECOND_CROP, pixels);
    let image = sample(model, photo, grid);
    let points = run(model, &image)?;
    let mirrored = run(model, &image.mirrored())?;
    let twin = |it: usize| Point {
        x: 1.0 - mirrored[TWIN[it]].x,
        y: mirrored[TWIN[it]].y,
    };
    let doubt = (0..LANDMARKS)
        .map(|it| points[it].distance(twin(it)))
        .sum::<f32>()
        / LANDMARKS as f32;
    let mean = std::array::from_fn(|it| Point::mean(&[points[it], twin(it)]));
    Ok((to_photo(&mean, grid, pixels), doubt))
}

fn sample(model: &Model, photo: &Pyramid<'_>, grid: Grid) -> Image {
    photo.sample(grid, model.input.side_px, model.input.side_px, &model.input)
}

fn to_photo(fractions: &Landmarks, grid: Grid, pixels: usize) -> Landmarks {
    let side = pixels as f32;
    fractions.map(|it| {
        grid.to_photo(Point {
            x: it.x * side,
            y: it.y * side,
        })
    })
}

/// Angle in radians by which the line through the eyes is turned clockwise.
pub(crate) fn tilt(landmarks: &Landmarks) -> f32 {
    let (left, right) = (Point::mean(&landmarks[36..42]), Point::mean(&landmarks[42..48]));
    (right.y - left.y).atan2(right.x - left.x)
}

/// A square around the points, turned by `angle`, whose side is `size` longer sides of the box around them.
pub(crate) fn crop(landmarks: &Landmarks, angle: f32, size: f32, pixels: usize) -> Grid {
    let (sin, cos) = angle.sin_cos();
    let upright = landmarks.map(|it| Point {
        x: it.x * cos + it.y * sin,
        y: it.y * cos - it.x * sin,
    });
    let bounds = Rect::around(&upright);
    let center = bounds.center();
    let center = Point {
        x: center.x * cos - center.y * sin,
        y: center.x * sin + center.y * cos,
    };
    // A face seen from nowhere still has a crop of a pixel.
    let side = (bounds.width.max(bounds.height) * size).max(1.0);
    Grid::square(center, side, angle, pixels)
}

/// Points as fractions of the crop's side.
fn run(model: &Model, image: &Image) -> Result<Landmarks, EngineError> {
    let [values, _features] = model.run(image)?;
    let values = <[f32; 2 * LANDMARKS]>::try_from(values.values).map_err(|_| model.unexpected_shape())?;
    Ok(std::array::from_fn(|it| Point {
        x: values[2 * it],
        y: values[2 * it + 1],
    }))
}

/// For each point the one that it becomes in a mirror.
#[rustfmt::skip]
pub const TWIN: [usize; LANDMARKS] = [
    // Jaw.
    16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0,
    // Brows.
    26, 25, 24, 23, 22, 21, 20, 19, 18, 17,
    // Nose: the bridge, then the nostrils.
    27, 28, 29, 30, 35, 34, 33, 32, 31,
    // Eyes.
    45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40,
    // Lips: the outer contour, then the inner one.
    54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55, 64, 63, 62, 61, 60, 67, 66, 65,
];

#[cfg(test)]
mod tests {
    use picture::{Format, Picture};

    use super::*;
    use crate::models::{Channels, Normalization};
    use crate::network::{Network, RuntimeError};
    use crate::tensor::Output;

    /// Sees an upright face, but only where red is above green; elsewhere it sees what a mirror does not
    /// confirm.
    #[derive(Debug)]
    struct SeesUpright;

    impl Network for SeesUpright {
        fn run(&self, image: &Image) -> Result<Vec<Output>, RuntimeError> {
            let half = image.height / 2 * image.width * 3;
            let red = |it: &[f32]| it.iter().step_by(3).sum::<f32>();
            let is_upright = red(&image.values[half..]) < red(&image.values[..half]) * 0.5;
            let values = (0..2 * LANDMARKS).map(|it| {
                let (x, y) = if TWIN[it / 2] < it / 2 {
                    (0.7, 0.4)
                } else {
                    (0.3, 0.4)
                };
                let x = if is_upright { x } else { 0.2 };
                let x = if TWIN[it / 2] == it / 2 && is_upright {
                    0.5
                } else {
                    x
                };
                if it % 2 == 0 { x } else { y }
            });
            let values = Output {
                shape: vec![1, 2 * LANDMARKS],
                values: values.collect(),
            };
            Ok(vec![values.clone(), values])
        }
    }

    /// A photo whose red half lies at the top, right, bottom or left.
    fn photo(is_red: impl Fn(u32, u32) -> bool) -> Picture {
        let rgb = (0..200 * 200).flat_map(|it| {
            let (x, y) = (it % 200, it / 200);
            [if is_red(x, y) { 255 } else { 0 }, 0, 0]
        });
        Picture {
            width: 200,
            height: 200,
            rgb: rgb.collect(),
            format: Format::Png,
        }
    }

    #[test]
    fn doubtful_points_are_looked_for_again_in_turned_crops() {
        let bytes = Normalization {
            side_px: 112,
            mean: [0.0; 3],
            scale: 1.0,
            channels: Channels::Rgb,
        };
        let model = Model::new("test", Box::new(SeesUpright), bytes);
        let bounds = Rect {
            left: 50.0,
            top: 50.0,
            width: 100.0,
            height: 100.0,
        };
        let quarter = std::f32::consts::FRAC_PI_2;
        let upright = photo(|_, y| y < 100);
        let found = find(&model, &Pyramid::of(&upright).unwrap(), bounds).unwrap();
        assert!(tilt(&found).abs() < 0.05);
        let lying = photo(|x, _| 100 <= x);
        let found = find(&model, &Pyramid::of(&lying).unwrap(), bounds).unwrap();
        assert!((tilt(&found) - quarter).abs() < 0.9, "{}", tilt(&found));
    }

    #[test]
    fn the_twin_of_a_twin_is_the_point_itself() {
        for (at, &twin) in TWIN.iter().enumerate() {
            assert_eq!(TWIN[twin], at);
        }
    }

    fn face_tilted_by(angle: f32) -> Landmarks {
        let (sin, cos) = angle.sin_cos();
        std::array::from_fn(|it| {
            let (x, y) = match it {
                36..42 => (-20.0, -10.0),
                42..48 => (20.0, -10.0),
                0..17 => (it as f32 * 5.0 - 40.0, 30.0),
                _ => (0.0, 0.0),
            };
            Point {
                x: 200.0 + x * cos - y * sin,
                y: 100.0 + x * sin + y * cos,
            }
        })
    }

    #[test]
    fn tilt_is_clockwise() {
        for angle in [-2.0, -0.5, 0.0, 0.5, 1.5] {
            assert!((tilt(&face_tilted_by(angle)) - angle).abs() < 1e-4);
        }
    }

    #[test]
    fn a_crop_turns_with_the_face_and_holds_all_of_it() {
        let upright = crop(&face_tilted_by(0.0), 0.0, 1.3, 112);
        for angle in [0.5, -1.2] {
            let face = face_tilted_by(angle);
            let grid = crop(&face, angle, 1.3, 112);
            assert!((grid.step() - upright.step()).abs() < 1e-4);
            let middle = grid.to_photo(Point { x: 56.0, y: 56.0 });
            assert!(
                face.iter()
                    .all(|it| it.distance(middle) < 56.0 * grid.step() * 1.5)
            );
        }
    }
}
