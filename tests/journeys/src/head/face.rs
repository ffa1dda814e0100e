//! What the parts of a face do: where the photo has what is seen at a place.

/// What the parts of a face do, each from 0 (as in the photo) to 1.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Expression {
    /// The eyes are closed.
    pub eyes_closed: f64,
    /// The corners of the mouth are drawn up and apart.
    pub smile: f64,
    /// The mouth is open.
    pub mouth_open: f64,
}

/// A place of the photo's face, and how much of its light is left.
pub(super) struct Shown {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) light: f64,
}

/// Middle of an eye, and its lids: from under the brow to the upper lid's edge, and to the lower lid's.
const EYE: (f64, f64) = (0.62, -0.39);
const UNDER_BROW: f64 = -0.70;
const UPPER_LID: f64 = -0.58;
const LOWER_LID: f64 = -0.26;

/// A corner of the mouth, and where a smile draws it.
const CORNER: (f64, f64) = (0.54, 0.94);
const DRAWN: (f64, f64) = (0.16, -0.16);

/// Between the lips; the middle of a mouth that is open; the chin, which moves with the lower lip.
const BETWEEN_LIPS: f64 = 0.93;
const OPENING: f64 = 0.42;
const HALF_MOUTH: f64 = 0.5;
const CHEEK: f64 = 1.2;

impl Expression {
    /// Returns what is seen at a place of the face.
    pub(super) fn at(&self, x: f64, y: f64) -> Shown {
        let (x, y, light) = self.mouth(x, y);
        let (x, y) = self.corners(x, y);
        Shown {
            x,
            y: self.lids(x, y),
            light,
        }
    }

    /// The upper lid is drawn over the eye.
    fn lids(&self, x: f64, y: f64) -> f64 {
        if !(UNDER_BROW..LOWER_LID).contains(&y) {
            return y;
        }
        let aside = (x.abs() - EYE.0).abs();
        let reach = ((0.45 - aside) / 0.12).clamp(0.0, 1.0) * self.eyes_closed;
        let lid = UNDER_BROW + (y - UNDER_BROW) * (UPPER_LID - UNDER_BROW) / (LOWER_LID - UNDER_BROW);
        y + reach * (lid - y)
    }

    fn corners(&self, x: f64, y: f64) -> (f64, f64) {
        let (from_x, from_y) = (x.abs() - CORNER.0 - DRAWN.0, y - CORNER.1 - DRAWN.1);
        let near = self.smile * (-0.5 * (from_x.hypot(from_y) / 0.28).powi(2)).exp();
        (x - near * DRAWN.0 * x.signum(), y - near * DRAWN.1)
    }

    /// The lower jaw goes down; between the lips it is dark.
    fn mouth(&self, x: f64, y: f64) -> (f64, f64, f64) {
        let wide = |half: f64| (1.0 - (x / half).powi(2)).max(0.0).sqrt();
        let gap = self.mouth_open * OPENING * wide(HALF_MOUTH);
        let fall = self.mouth_open * OPENING * wide(CHEEK);
        if y <= BETWEEN_LIPS {
            (x, y, 1.0)
        } else if y < BETWEEN_LIPS + gap {
            (x, BETWEEN_LIPS, 0.15)
        } else {
            let lips = BETWEEN_LIPS + gap.max(0.0);
            (x, (y - fall).max(BETWEEN_LIPS + (y - lips) * 0.3), 1.0)
        }
    }
}
