//! What Rekognition says of a photo, as the rule for faces wants it.

use aws::faces::{DetectedFace, Verdict};
use domain::{FaceFault, SeenFace};

/// What keeps a photo with these faces from being used.
pub type Rule = fn(&[SeenFace]) -> Vec<FaceFault>;

/// Returns the one face of a photo of `width_px` × `height_px` that can be used by a rule.
///
/// # Errors
///
/// Everything that keeps the photo from being used, in order.
pub fn only_face(
    mut faces: Vec<DetectedFace>,
    (width_px, height_px): (u32, u32),
    rule: Rule,
) -> Result<DetectedFace, Vec<FaceFault>> {
    let seen: Vec<_> = faces.iter().map(|it| seen(it, (width_px, height_px))).collect();
    let faults = rule(&seen);
    match faces.pop() {
        Some(face) if faults.is_empty() => Ok(face),
        _ => Err(faults),
    }
}

fn seen(face: &DetectedFace, (width_px, height_px): (u32, u32)) -> SeenFace {
    let (roll, yaw, pitch) = face.pose;
    let (brightness, sharpness) = face.quality;
    let verdict = |it: Option<Verdict>| it.map(|it| (it.value, it.confidence));
    let (width, height) = (
        face.bounds.width() * width_px as f32,
        face.bounds.height() * height_px as f32,
    );
    SeenFace {
        shorter_side_px: width.min(height),
        yaw,
        pitch,
        roll,
        brightness,
        sharpness,
        occluded: verdict(face.face_occluded),
        sunglasses: verdict(face.sunglasses),
    }
}
