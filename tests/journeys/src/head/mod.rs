//! A head that moves, made of one photo.
//!
//! Every pixel of a face gets the depth that it has on a face in general; what comes of it is turned about the neck and seen
//! from afar. That is an animated photo: one of the attacks of which `docs/liveness.md` says that a challenge does not stop
//! them. Here it stands for a person, so that a challenge can be passed in a test from one end to the other.

mod actor;
mod canvas;
mod face;
mod surface;

use aws::faces::{DetectedFace, FaceDetector};
use image::{Rgb, RgbImage};

use crate::photos::sample;

pub use actor::Actor;
use canvas::{Canvas, Corner};
pub use face::Expression;
use surface::{LANDMARKS, NOSE, Turn, Vector, depth};

/// Where the neck's axes are, behind the tip of the nose: people's noses move 0.7 to 1.0 face widths times the sine of the
/// yaw (`docs/liveness.md`).
const NECK: f64 = 2.6;

/// From one ear to the other.
const EARS: f64 = 2.94;

/// Colour of the wall behind the head.
const WALL: Rgb<u8> = Rgb([150, 154, 158]);

/// Columns and rows of the net that is laid over the face.
const COLUMNS: usize = 61;
const ROWS: usize = 67;

/// How far the net reaches to the sides, up and down.
const REACH: (f64, f64, f64) = (2.1, 2.4, 2.3);

/// A face in one of the client's sample photos.
#[derive(Debug, Clone, Copy)]
pub struct Portrait {
    /// File name.
    pub name: &'static str,
    /// Which of its faces, the largest being 0.
    pub face_idx: usize,
    /// Yaw and pitch in degrees that the detector misses: with them the head looks straight when it is turned back.
    pub lean_deg: (f64, f64),
}

impl Portrait {
    /// Somebody with a calm face, who can therefore begin to smile. The lean was measured on 2026-11-21.
    pub const CALM: Self = Self {
        name: "sample3.jpg",
        face_idx: 1,
        lean_deg: (-3.0, 0.0),
    };

    /// Somebody else, who smiles. The lean was measured on 2026-11-21.
    pub const OTHER: Self = Self {
        name: "sample6.jpg",
        face_idx: 0,
        lean_deg: (-3.0, -8.0),
    };
}

/// A head, as one photo shows it.
#[derive(Debug)]
pub struct Head {
    photo: RgbImage,
    turn: Turn,
    placed: Placed,
}

/// How a head is held.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Held {
    /// Degrees; positive to the right of the picture.
    pub yaw_deg: f64,
    /// Degrees; positive upwards.
    pub pitch_deg: f64,
    /// From one ear to the other, of the picture's width, when it looks straight.
    pub width: f64,
    /// Of the picture's width: from its middle to the right.
    pub x: f64,
    /// Of the picture's height: from its middle downwards.
    pub y: f64,
    /// What the face does.
    pub expression: Expression,
}

impl Held {
    /// Straight, in the middle, and as large as the area takes.
    pub const STRAIGHT: Self = Self {
        yaw_deg: 0.0,
        pitch_deg: 0.0,
        width: 0.48,
        x: 0.0,
        y: 0.0,
        expression: Expression {
            eyes_closed: 0.0,
            smile: 0.0,
            mouth_open: 0.0,
        },
    };

    /// Returns how the head is held when it turns until the tip of its nose is at `to`, in pixels of a picture of `width` by
    /// `height`.
    ///
    /// # Panics
    ///
    /// If no turn brings it there.
    #[must_use]
    pub fn with_nose_at(self, to: (f64, f64), (width, height): (u32, u32)) -> Self {
        let (width, height) = (f64::from(width), f64::from(height));
        let reach = NECK * self.width * width / EARS;
        let up = (height * (0.5 + self.y) - to.1) / reach;
        let right = (to.0 - width * (0.5 + self.x)) / reach / up.asin().cos();
        assert!(up.abs() < 1.0 && right.abs() < 1.0, "a head does not turn so far");
        Self {
            yaw_deg: right.asin().to_degrees(),
            pitch_deg: up.asin().to_degrees(),
            ..self
        }
    }
}

/// The knots of the net, row by row.
fn knots() -> impl Iterator<Item = (f64, f64)> {
    let (side, up, down) = REACH;
    let part = |at: usize, count: usize| at as f64 / (count - 1) as f64;
    (0..ROWS).flat_map(move |row| {
        let y = (up + down) * part(row, ROWS) - up;
        (0..COLUMNS).map(move |column| (side * (2.0 * part(column, COLUMNS) - 1.0), y))
    })
}

/// 1 for the face, 0 for the wall, and something between around the head.
fn cover(x: f64, y: f64) -> f64 {
    let (side, up, down) = REACH;
    let rim = (x / side).hypot(if y < 0.0 { y / up } else { y / down });
    ((1.0 - rim) / 0.15).clamp(0.0, 1.0)
}

impl Head {
    /// Finds the head of a portrait.
    ///
    /// # Panics
    ///
    /// If the photo is not installed, or the face is not found in it.
    pub async fn of(portrait: Portrait, detector: &FaceDetector) -> Self {
        let file = sample(portrait.name);
        let photo = image::load_from_memory(&file).expect("a photo").to_rgb8();
        let faces = detector.detect_in_bytes(file).await.expect("faces");
        Self::new(photo, &faces[portrait.face_idx], portrait.lean_deg)
    }

    fn new(photo: RgbImage, face: &DetectedFace, (more_yaw, more_pitch): (f64, f64)) -> Self {
        let (roll, yaw, pitch) = face.pose;
        let turn = Turn::new(
            f64::from(yaw) + more_yaw,
            f64::from(pitch) + more_pitch,
            roll.into(),
        );
        let (width, height) = (f64::from(photo.width()), f64::from(photo.height()));
        let pairs: Vec<_> = LANDMARKS
            .iter()
            .filter_map(|&(name, x, y)| {
                let (_, found_x, found_y) = face.landmarks.iter().find(|it| it.0 == name)?;
                let seen = turn.of([x, y, depth(x, y)]);
                Some((seen, (f64::from(*found_x) * width, f64::from(*found_y) * height)))
            })
            .collect();
        let placed = Placed::fit(&pairs);
        Self { photo, turn, placed }
    }

    fn draw(&self, held: &Held, canvas: &mut Canvas) {
        let turn = Turn::new(held.yaw_deg, held.pitch_deg, 0.0);
        let (width, height) = canvas.size();
        let scale = held.width * width / EARS;
        let neck = [NOSE.0, NOSE.1, depth(NOSE.0, NOSE.1) + NECK];
        let corners: Vec<Corner> = knots()
            .map(|(x, y)| {
                let at = [x, y, depth(x, y)];
                let [to_x, to_y, z] = turn.of([0, 1, 2].map(|it| at[it] - neck[it]));
                let shown = held.expression.at(x, y);
                let from = [shown.x, shown.y, depth(shown.x, shown.y)];
                Corner {
                    x: width * (0.5 + held.x) + scale * to_x,
                    y: height * (0.5 + held.y) + scale * to_y,
                    z,
                    from: self.placed.of(self.turn.of(from)),
                    light: shown.light,
                    cover: cover(x, y),
                }
            })
            .collect();
        for row in 1..ROWS {
            for column in 1..COLUMNS {
                let at = |up: usize, left: usize| corners[(row - up) * COLUMNS + column - left];
                canvas.triangle(&self.photo, [at(1, 1), at(1, 0), at(0, 1)]);
                canvas.triangle(&self.photo, [at(0, 0), at(1, 0), at(0, 1)]);
            }
        }
    }
}

/// What a camera of `picture` pixels sees of these heads.
#[must_use]
pub fn frame(heads: &[(&Head, Held)], picture: (u32, u32)) -> RgbImage {
    let mut canvas = Canvas::new(picture, WALL);
    for (head, held) in heads {
        head.draw(held, &mut canvas);
    }
    canvas.finish()
}

/// How a face lies in a photo: scale and shift.
#[derive(Debug)]
struct Placed {
    scale: f64,
    shift: (f64, f64),
}

impl Placed {
    /// The least squares of points of a turned face and where they are in the photo.
    fn fit(pairs: &[(Vector, (f64, f64))]) -> Self {
        assert!(2 < pairs.len(), "a face with its landmarks");
        let n = pairs.len() as f64;
        let mean = |of: fn(&(Vector, (f64, f64))) -> f64| pairs.iter().map(of).sum::<f64>() / n;
        let (shape_x, shape_y) = (mean(|it| it.0[0]), mean(|it| it.0[1]));
        let (photo_x, photo_y) = (mean(|it| it.1.0), mean(|it| it.1.1));
        let (mut both, mut squares) = (0.0, 0.0);
        for ([x, y, _], (to_x, to_y)) in pairs {
            let (x, y) = (x - shape_x, y - shape_y);
            both += x * (to_x - photo_x) + y * (to_y - photo_y);
            squares += x * x + y * y;
        }
        let scale = both / squares;
        Self {
            scale,
            shift: (photo_x - scale * shape_x, photo_y - scale * shape_y),
        }
    }

    fn of(&self, at: Vector) -> (f64, f64) {
        (
            self.scale * at[0] + self.shift.0,
            self.scale * at[1] + self.shift.1,
        )
    }
}
