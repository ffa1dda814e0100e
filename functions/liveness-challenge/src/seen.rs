//! What Rekognition says of a frame, in the words of the rules.

use aws::faces::{DetectedFace, Verdict};
use liveness::{Face, Judgement, Landmark, LandmarkKind, Pose, Ratios};

/// Returns the faces as the rules take them.
#[must_use]
pub fn faces(detected: &[DetectedFace]) -> Vec<Face> {
    detected.iter().map(face).collect()
}

fn face(it: &DetectedFace) -> Face {
    let (roll, yaw, pitch) = it.pose;
    Face {
        bounding_box: Ratios {
            left: it.bounds.left().into(),
            top: it.bounds.top().into(),
            width: it.bounds.width().into(),
            height: it.bounds.height().into(),
        },
        landmarks: it.landmarks.iter().map(landmark).collect(),
        pose: Pose {
            yaw: yaw.into(),
            pitch: pitch.into(),
            roll: roll.into(),
        },
        eyes_open: it.eyes_open.map(judgement),
        smile: it.smile.map(judgement),
        mouth_open: it.mouth_open.map(judgement),
    }
}

fn landmark((name, x, y): &(String, f32, f32)) -> Landmark {
    Landmark {
        kind: LandmarkKind::from_rekognition(name),
        x: (*x).into(),
        y: (*y).into(),
    }
}

fn judgement(it: Verdict) -> Judgement {
    Judgement {
        value: it.value,
        confidence: it.confidence.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capabilities::fakes::{Look, face};

    #[test]
    fn every_number_arrives_where_it_belongs() {
        let detected = face(Look {
            yaw: 20.0,
            ..Look::default()
        });
        let [seen] = faces(std::slice::from_ref(&detected)).try_into().unwrap();
        let (roll, yaw, pitch) = detected.pose;
        let pose = Pose {
            yaw: yaw.into(),
            pitch: pitch.into(),
            roll: roll.into(),
        };
        assert_eq!(seen.pose, pose);
        let bounds = Ratios {
            left: detected.bounds.left().into(),
            top: detected.bounds.top().into(),
            width: detected.bounds.width().into(),
            height: detected.bounds.height().into(),
        };
        assert_eq!(seen.bounding_box, bounds);
        assert_eq!(seen.landmarks.len(), detected.landmarks.len());
        assert!(seen.landmarks.iter().any(|it| it.kind == LandmarkKind::Nose));
        assert!(seen.eyes_open.unwrap().value && !seen.smile.unwrap().value);
    }
}
