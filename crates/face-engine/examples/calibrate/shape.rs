//! A mean face in three dimensions, from landmarks of many faces that look many ways.
//!
//! Structure from motion under scaled orthography: the pose of each face for the present shape, then the
//! shape that fits best in these poses, made symmetric; until the shape stays. It begins flat, with a nose.

use face_engine::{LANDMARKS, Point};
use nalgebra::{Matrix3, Vector3};

/// Rounds of poses and shape, and within each of depths and pose.
const ROUNDS: usize = 40;
const POSE_ROUNDS: usize = 15;

/// Faces that fit worst and do not count: their landmarks are wrong.
const LEFT_OUT: f32 = 0.1;

type Face = [Vector3<f32>; LANDMARKS];

/// Shape of the faces with these landmarks, by `weight` of each point; `twin` is each point's mirror image.
pub(crate) fn fit(
    faces: &[[Point; LANDMARKS]],
    weight: &[f32; LANDMARKS],
    twin: &[usize; LANDMARKS],
) -> Vec<[f32; 3]> {
    let mut all: Vec<Face> = Vec::new();
    for face in faces {
        let flat: Face = face.map(|it| Vector3::new(it.x, it.y, 0.0));
        let mirrored: Face = std::array::from_fn(|it| Vector3::new(-flat[twin[it]].x, flat[twin[it]].y, 0.0));
        all.extend([flat, mirrored].map(|it| centered(&it, weight)));
    }
    let mut shape = centered(&beginning(&all), weight);
    for _ in 0..ROUNDS {
        let mut seen: Vec<(f32, &Face, Matrix3<f32>)> = Vec::new();
        for face in &all {
            let pose = pose(face, &shape, weight);
            let miss = |it: usize| (pose * shape[it] - face[it]).xy().norm() * weight[it];
            seen.push(((0..LANDMARKS).map(miss).sum(), face, pose));
        }
        seen.sort_by(|a, b| a.0.total_cmp(&b.0));
        seen.truncate((seen.len() as f32 * (1.0 - LEFT_OUT)) as usize);
        shape = symmetric(&reshaped(&seen), twin, weight);
    }
    level(&shape, &all, weight).map(|it| [it.x, it.y, it.z]).to_vec()
}

/// Median of the upright, centred faces, with a nose that stands out and a jaw that lies back.
fn beginning(faces: &[Face]) -> Face {
    std::array::from_fn(|at| {
        let median = |axis: usize| {
            let mut values: Vec<f32> = faces.iter().map(|it| it[at][axis]).collect();
            values.sort_by(f32::total_cmp);
            values.get(values.len() / 2).copied().unwrap_or(0.0)
        };
        let depth = match at {
            0..17 => 0.6 * ((at as f32 - 8.0) / 8.0).abs().powf(1.5),
            27..31 => -0.1 - 0.13 * (at as f32 - 27.0),
            31..36 => -0.3,
            36..48 => 0.05,
            _ => 0.0,
        };
        Vector3::new(median(0), median(1), depth)
    })
}

/// Around the weighted middle, at a weighted root mean square distance of one.
fn centered(face: &Face, weight: &[f32; LANDMARKS]) -> Face {
    let total: f32 = weight.iter().sum();
    let middle = face
        .iter()
        .zip(weight)
        .map(|(it, w)| it * *w)
        .sum::<Vector3<f32>>()
        / total;
    let moved = face.map(|it| it - middle);
    let spread = moved
        .iter()
        .zip(weight)
        .map(|(it, w)| it.norm_squared() * w)
        .sum::<f32>()
        / total;
    moved.map(|it| it / spread.sqrt().max(1e-6))
}

/// Rotation and scale that take the shape closest to a face, whose depths are not known.
fn pose(face: &Face, shape: &Face, weight: &[f32; LANDMARKS]) -> Matrix3<f32> {
    let mut face = *face;
    let mut found = Matrix3::identity();
    for _ in 0..POSE_ROUNDS {
        let mut covariance = Matrix3::zeros();
        for at in 0..LANDMARKS {
            covariance += face[at] * shape[at].transpose() * weight[at];
        }
        let svd = covariance.svd(true, true);
        let (Some(u), Some(v)) = (svd.u, svd.v_t) else {
            return found;
        };
        let mut handed = Matrix3::identity();
        handed[(2, 2)] = (u * v).determinant().signum();
        let turn = u * handed * v;
        let spread: f32 = (0..LANDMARKS)
            .map(|it| shape[it].norm_squared() * weight[it])
            .sum();
        found = turn * ((turn.transpose() * covariance).trace() / spread);
        for at in 0..LANDMARKS {
            face[at].z = (found * shape[at]).z;
        }
    }
    found
}

/// The shape that falls closest to all faces in their poses: least squares, point by point.
fn reshaped(seen: &[(f32, &Face, Matrix3<f32>)]) -> Face {
    let mut left = Matrix3::zeros();
    let mut right = [Vector3::zeros(); LANDMARKS];
    for (_, face, pose) in seen {
        let rows = pose.fixed_rows::<2>(0);
        left += rows.transpose() * rows;
        for at in 0..LANDMARKS {
            right[at] += rows.transpose() * face[at].xy();
        }
    }
    let inverse = left.try_inverse().unwrap_or_else(Matrix3::identity);
    right.map(|it| inverse * it)
}

fn symmetric(shape: &Face, twin: &[usize; LANDMARKS], weight: &[f32; LANDMARKS]) -> Face {
    let shape = centered(shape, weight);
    let mirrored = |it: usize| Vector3::new(-shape[twin[it]].x, shape[twin[it]].y, shape[twin[it]].z);
    let mean = std::array::from_fn(|it| (shape[it] + mirrored(it)) / 2.0);
    centered(&mean, weight)
}

/// Nods the shape until the median face looks straight ahead.
fn level(shape: &Face, faces: &[Face], weight: &[f32; LANDMARKS]) -> Face {
    let mut nods: Vec<f32> = faces
        .iter()
        .map(|it| pose(it, shape, weight))
        .map(|it| it[(2, 1)].atan2(it[(2, 2)]))
        .collect();
    nods.sort_by(f32::total_cmp);
    let nod = nods.get(nods.len() / 2).copied().unwrap_or(0.0);
    let turn = nalgebra::Rotation3::from_axis_angle(&Vector3::x_axis(), nod);
    shape.map(|it| turn * it)
}
