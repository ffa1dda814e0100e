//! Values that are no image any more.

/// Row-major values and their shape.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plain {
    pub(crate) shape: Vec<usize>,
    pub(crate) values: Vec<f32>,
}

impl Plain {
    /// The same values in another shape, `Reshape` of ONNX: 0 keeps a length, -1 is whatever is left. `None` if the
    /// numbers of values differ.
    pub(crate) fn reshaped(self, lengths: &[i64]) -> Option<Self> {
        let mut shape = Vec::with_capacity(lengths.len());
        let mut left = None;
        for (axis, &length) in lengths.iter().enumerate() {
            shape.push(match length {
                0 => *self.shape.get(axis)?,
                -1 if left.is_none() => {
                    left = Some(axis);
                    1
                }
                _ => usize::try_from(length).ok()?,
            });
        }
        let known: usize = shape.iter().product();
        if let Some(axis) = left {
            shape[axis] = self.values.len().checked_div(known)?;
        }
        let is_same = shape.iter().product::<usize>() == self.values.len();
        is_same.then_some(Self { shape, ..self })
    }

    /// Axis `i` of the result is axis `order[i]` of this. `None` if `order` is no order of the axes.
    pub(crate) fn transposed(&self, order: &[usize]) -> Option<Self> {
        let rank = self.shape.len();
        let mut sorted = order.to_vec();
        sorted.sort_unstable();
        if !sorted.into_iter().eq(0..rank) {
            return None;
        }
        let mut strides = vec![1; rank];
        for axis in (1..rank).rev() {
            strides[axis - 1] = strides[axis] * self.shape[axis];
        }
        let shape: Vec<usize> = order.iter().map(|&it| self.shape[it]).collect();
        let values = (0..self.values.len()).map(|at| {
            let (mut rest, mut from) = (at, 0);
            for (&axis, &length) in order.iter().zip(&shape).rev() {
                from += rest % length * strides[axis];
                rest /= length;
            }
            self.values[from]
        });
        Some(Self {
            values: values.collect(),
            shape,
        })
    }

    /// One after the other along `axis`; negative ones count from the end. `None` if another length differs.
    pub(crate) fn concatenated(parts: &[&Self], axis: i64) -> Option<Self> {
        let first = parts.first()?;
        let rank = first.shape.len();
        let axis = if axis < 0 {
            axis + i64::try_from(rank).ok()?
        } else {
            axis
        };
        let axis = usize::try_from(axis).ok().filter(|&it| it < rank)?;
        let mut shape = first.shape.clone();
        shape[axis] = 0;
        for part in parts {
            let mut others = part.shape.clone();
            shape[axis] += std::mem::take(others.get_mut(axis)?);
            let is_same = (0..rank).all(|it| it == axis || others.get(it) == shape.get(it));
            if !is_same || others.len() != rank {
                return None;
            }
        }
        let outer: usize = shape[..axis].iter().product();
        let mut values = Vec::with_capacity(parts.iter().map(|it| it.values.len()).sum());
        for row in 0..outer {
            for part in parts {
                let size = part.values.len() / outer;
                values.extend_from_slice(&part.values[row * size..(row + 1) * size]);
            }
        }
        Some(Self { shape, values })
    }
}
