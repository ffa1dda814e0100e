//! A window that moves over an image: where it starts and how often.

/// What lies beyond the edges of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Padding {
    /// Rows above, columns to the left, rows below, columns to the right.
    Explicit([usize; 4]),
    /// As much as makes the output the input's size divided by the stride; an odd one comes last, or first.
    Same { odd_first: bool },
}

/// Kernel size, steps and padding, each of rows and then of columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) kernel: [usize; 2],
    pub(crate) stride: [usize; 2],
    pub(crate) padding: Padding,
}

/// A window on an image of a certain size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Placed {
    /// Rows and columns of the output.
    pub(crate) size: [usize; 2],
    /// Rows and columns of padding before the first.
    pub(crate) before: [usize; 2],
    kernel: [usize; 2],
    stride: [usize; 2],
}

impl Window {
    /// A window of one pixel.
    pub(crate) const POINT: Self = Self {
        kernel: [1, 1],
        stride: [1, 1],
        padding: Padding::Explicit([0; 4]),
    };

    /// Taps of the kernel.
    pub(crate) fn taps(&self) -> usize {
        self.kernel[0] * self.kernel[1]
    }

    /// The window on an image of `size`; `None` if it does not fit.
    pub(crate) fn on(&self, size: [usize; 2]) -> Option<Placed> {
        let mut placed = Placed {
            size: [0; 2],
            before: [0; 2],
            kernel: self.kernel,
            stride: self.stride,
        };
        for axis in 0..2 {
            let (kernel, stride) = (self.kernel[axis], self.stride[axis]);
            match self.padding {
                Padding::Explicit(pads) => {
                    let padded = size[axis] + pads[axis] + pads[axis + 2];
                    placed.size[axis] = padded.checked_sub(kernel)? / stride + 1;
                    placed.before[axis] = pads[axis];
                }
                Padding::Same { odd_first } => {
                    placed.size[axis] = size[axis].div_ceil(stride);
                    let covered = placed.size[axis].checked_sub(1)? * stride + kernel;
                    let missing = covered.saturating_sub(size[axis]);
                    placed.before[axis] = if odd_first {
                        missing.div_ceil(2)
                    } else {
                        missing / 2
                    };
                }
            }
        }
        Some(placed)
    }
}

impl Placed {
    /// Rows and columns that the taps of the output's pixel lie on, tap by tap; `None` before the image's first.
    pub(crate) fn taps(&self, y: usize, x: usize) -> impl Iterator<Item = (Option<usize>, Option<usize>)> {
        let (top, left) = (y * self.stride[0], x * self.stride[1]);
        let [height, width] = self.kernel;
        let before = self.before;
        (0..height).flat_map(move |down| {
            let y = (top + down).checked_sub(before[0]);
            (0..width).map(move |right| (y, (left + right).checked_sub(before[1])))
        })
    }

    /// Rows (axis 0) or columns (axis 1) of an image of `length` that the window lies on at `at`: the first, and the one
    /// after the last.
    pub(crate) fn inside(&self, axis: usize, at: usize, length: usize) -> (usize, usize) {
        let first = at * self.stride[axis];
        let end = (first + self.kernel[axis]).saturating_sub(self.before[axis]);
        (first.saturating_sub(self.before[axis]), end.min(length))
    }

    /// Rows and columns from the first that a tap lies on to the last, padding included.
    pub(crate) fn reach(&self) -> [usize; 2] {
        std::array::from_fn(|it| self.size[it].saturating_sub(1) * self.stride[it] + self.kernel[it])
    }

    /// Pixels of the output.
    pub(crate) fn n_pixels(&self) -> usize {
        self.size[0] * self.size[1]
    }
}
