//! Which way a head is turned.
//!
//! A rigid face in three dimensions is turned, scaled and shifted until its points, seen from afar, fall as
//! closely as they can on the landmarks. "From afar" (scaled orthography) instead of a camera of some focal
//! length, because a photo may be a crop whose optical centre and focal length nobody knows.

mod shape;

use nalgebra::{Matrix3, Vector3};

use crate::face::Pose;
use crate::landmarks::Landmarks;
use shape::WEIGHT;
pub use shape::{SHAPE, WEIGHT as SHAPE_WEIGHT};

/// Rounds of guessing depths and fitting. The error halves in each or better.
const ROUNDS: usize = 30;

/// Pose of the head with these landmarks. A heap of points that is no face has the pose zero.
pub(crate) fn pose(landmarks: &Landmarks) -> Pose {
    let turn = rotation(landmarks);
    // turn = Rz(roll) * Ry(-yaw) * Rx(-pitch), in x right, y down, z away from the camera.
    let degrees = |radians: f32| {
        if radians.is_finite() {
            radians.to_degrees()
        } else {
            0.0
        }
    };
    Pose {
        yaw: degrees(turn[(2, 0)].clamp(-1.0, 1.0).asin()),
        pitch: degrees(-turn[(2, 1)].atan2(turn[(2, 2)])),
        roll: degrees(turn[(1, 0)].atan2(turn[(0, 0)])),
    }
}

/// Rotation that takes the shape, which looks at the camera, to the face.
fn rotation(landmarks: &Landmarks) -> Matrix3<f32> {
    let total: f32 = WEIGHT.iter().sum();
    let shape_center: Vector3<f32> = weighted(|it| SHAPE[it].into()) / total;
    let points: Vec<Vector3<f32>> = landmarks.iter().map(|it| Vector3::new(it.x, it.y, 0.0)).collect();
    let center = weighted(|it| points[it]) / total;
    let shape: Vec<Vector3<f32>> = SHAPE.iter().map(|&it| Vector3::from(it) - shape_center).collect();
    let mut points: Vec<Vector3<f32>> = points.iter().map(|it| it - center).collect();
    let mut turn = Matrix3::identity();
    for _ in 0..ROUNDS {
        let mut covariance = Matrix3::zeros();
        for ((point, shape), weight) in points.iter().zip(&shape).zip(WEIGHT) {
            covariance += point * shape.transpose() * weight;
        }
        let Some(next) = nearest_rotation(covariance) else {
            return turn;
        };
        turn = next;
        let spread: f32 = shape
            .iter()
            .zip(WEIGHT)
            .map(|(it, weight)| it.norm_squared() * weight)
            .sum();
        let scale = (turn.transpose() * covariance).trace() / spread;
        // The depths that the fit implies become the depths of the next round.
        for (point, shape) in points.iter_mut().zip(&shape) {
            point.z = (turn * shape).z * scale;
        }
    }
    turn
}

fn weighted(at: impl Fn(usize) -> Vector3<f32>) -> Vector3<f32> {
    WEIGHT
        .iter()
        .enumerate()
        .map(|(it, weight)| at(it) * *weight)
        .sum()
}

/// Rotation closest to a matrix (Kabsch), without reflection. `None` if there is none to speak of.
fn nearest_rotation(matrix: Matrix3<f32>) -> Option<Matrix3<f32>> {
    if !matrix.iter().all(|it| it.is_finite()) || matrix.norm() <= f32::MIN_POSITIVE {
        return None;
    }
    let svd = matrix.try_svd(true, true, f32::EPSILON, 100)?;
    let (u, v) = (svd.u?, svd.v_t?);
    let handed = (u * v).determinant().signum();
    let mut middle = Matrix3::identity();
    middle[(2, 2)] = handed;
    Some(u * middle * v)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Point;

    /// The shape itself, turned and seen from afar.
    fn face(yaw: f32, pitch: f32, roll: f32) -> Landmarks {
        let (yaw, pitch, roll) = (-yaw.to_radians(), -pitch.to_radians(), roll.to_radians());
        let turn = nalgebra::Rotation3::from_axis_angle(&Vector3::z_axis(), roll)
            * nalgebra::Rotation3::from_axis_angle(&Vector3::y_axis(), yaw)
            * nalgebra::Rotation3::from_axis_angle(&Vector3::x_axis(), pitch);
        std::array::from_fn(|it| {
            let at = turn * Vector3::from(SHAPE[it]) * 80.0;
            Point {
                x: 300.0 + at.x,
                y: 200.0 + at.y,
            }
        })
    }

    #[test]
    fn a_turned_shape_has_the_pose_by_which_it_was_turned() {
        for (yaw, pitch, roll) in [
            (0.0, 0.0, 0.0),
            (30.0, 0.0, 0.0),
            (-45.0, 10.0, 5.0),
            (10.0, -25.0, -80.0),
        ] {
            let found = pose(&face(yaw, pitch, roll));
            for (found, expected) in [(found.yaw, yaw), (found.pitch, pitch), (found.roll, roll)] {
                assert!((found - expected).abs() < 1.5, "{found} instead of {expected}");
            }
        }
    }

    #[test]
    fn a_nose_towards_the_right_edge_is_a_positive_yaw() {
        let mut face = face(0.0, 0.0, 0.0);
        for it in &mut face[29..36] {
            it.x += 12.0;
        }
        assert!(0.0 < pose(&face).yaw);
    }

    #[test]
    fn a_nose_towards_the_top_edge_is_a_positive_pitch() {
        let mut face = face(0.0, 0.0, 0.0);
        for it in &mut face[29..36] {
            it.y -= 12.0;
        }
        assert!(0.0 < pose(&face).pitch);
    }

    #[test]
    fn no_heap_of_points_makes_it_fail() {
        for at in [
            Point { x: 5.0, y: 5.0 },
            Point { x: f32::NAN, y: 0.0 },
            Point { x: f32::MAX, y: 1.0 },
        ] {
            let found = pose(&[at; 68]);
            assert!(
                [found.yaw, found.pitch, found.roll]
                    .iter()
                    .all(|it| it.is_finite())
            );
        }
    }
}
