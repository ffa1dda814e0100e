//! Convolution in which every output sees every channel.

mod run;

use crate::block::{Block, LANES, blocks, padded};
use crate::depthwise::Depthwise;
use crate::kernel::multiply::Packed;
use crate::kernel::{Activation, winograd};
use crate::simd::Level;
use crate::window::Window;

/// Channels up to which Winograd's squares of six, and of four, beat the direct way. Above, the weights, which grow by
/// the square, no longer stay in the cache.
const MAX_CHANNELS_OF_SIX: usize = 64;
const MAX_CHANNELS_OF_FOUR: usize = 128;

/// A dense convolution, and what is done to its output.
#[derive(Debug)]
pub(crate) struct Conv {
    level: Level,
    window: Window,
    n_in: usize,
    n_out: usize,
    bias: Vec<Block>,
    method: Method,
    /// What is done to the input, a few rows at a time, so that they are still in the cache.
    before: Option<Depthwise>,
    pub(crate) activation: Activation,
}

/// How the weights lie.
#[derive(Debug)]
enum Method {
    /// Rows are taps, and within them channels.
    Direct(Packed),
    /// Rows are channels within columns within rows of the kernel, as values lie in an image of three channels.
    Stem(Packed),
    /// One matrix for each place in squares of this side.
    Winograd(usize, Vec<Packed>),
}

/// What a convolution is made from.
#[derive(Debug)]
pub(crate) struct Parts<'a> {
    pub(crate) window: Window,
    pub(crate) n_in: usize,
    pub(crate) n_out: usize,
    /// `[out, in, height, width]`.
    pub(crate) weights: &'a [f32],
    /// One for each output, or nothing.
    pub(crate) bias: &'a [f32],
}

impl Parts<'_> {
    fn weight(&self, out: usize, channel: usize, tap: usize) -> f32 {
        if out < self.n_out && channel < self.n_in {
            self.weights[(out * self.n_in + channel) * self.window.taps() + tap]
        } else {
            0.0
        }
    }

    fn bias(&self) -> Vec<Block> {
        let mut bias = self.bias.to_vec();
        bias.resize(self.n_out, 0.0);
        padded(&bias)
    }

    fn is_winograd(&self) -> bool {
        self.window.kernel == [3, 3] && self.window.stride == [1, 1] && LANES <= self.n_in.min(self.n_out)
    }
}

impl Conv {
    /// A convolution of the network's input.
    pub(crate) fn of_image(level: Level, parts: &Parts<'_>) -> Self {
        let shape = [parts.window.taps(), parts.n_in, blocks(parts.n_out)];
        let packed = Packed::new(level, shape, |tap, channel, out| parts.weight(out, channel, tap));
        Self::new(level, parts, Method::Stem(packed))
    }

    /// A convolution of what another layer made.
    pub(crate) fn of_map(level: Level, parts: &Parts<'_>) -> Self {
        let most = parts.n_in.max(parts.n_out);
        let method = if parts.is_winograd() && most <= MAX_CHANNELS_OF_SIX {
            Self::squares::<6>(level, parts)
        } else if parts.is_winograd() && most <= MAX_CHANNELS_OF_FOUR {
            Self::squares::<4>(level, parts)
        } else {
            Self::direct(level, parts)
        };
        Self::new(level, parts, method)
    }

    fn new(level: Level, parts: &Parts<'_>, method: Method) -> Self {
        Self {
            level,
            window: parts.window,
            n_in: parts.n_in,
            n_out: parts.n_out,
            bias: parts.bias(),
            method,
            before: None,
            activation: Activation::None,
        }
    }

    /// Whether a depthwise convolution can be put in front.
    pub(crate) fn can_follow(&self) -> bool {
        matches!(self.method, Method::Direct(_)) && self.window == Window::POINT && self.before.is_none()
    }

    /// Puts a depthwise convolution in front.
    pub(crate) fn follow(&mut self, before: Depthwise) {
        debug_assert!(self.can_follow(), "only one of single pixels follows");
        self.before = Some(before);
    }

    fn direct(level: Level, parts: &Parts<'_>) -> Method {
        let shape = [
            parts.window.taps(),
            blocks(parts.n_in) * LANES,
            blocks(parts.n_out),
        ];
        let packed = Packed::new(level, shape, |tap, channel, out| parts.weight(out, channel, tap));
        Method::Direct(packed)
    }

    fn squares<const SIDE: usize>(level: Level, parts: &Parts<'_>) -> Method {
        let (rows, columns) = (blocks(parts.n_in) * LANES, blocks(parts.n_out) * LANES);
        let mut places = vec![vec![0.0; rows * columns]; SIDE * SIDE];
        for channel in 0..parts.n_in {
            for out in 0..parts.n_out {
                let first = (out * parts.n_in + channel) * 9;
                let weights = parts.weights[first..first + 9].as_chunks().0;
                let square = winograd::kernel::<SIDE>(weights);
                for (place, value) in places.iter_mut().zip(square.as_flattened()) {
                    place[channel * columns + out] = *value;
                }
            }
        }
        let pack = |it: Vec<f32>| {
            let shape = [1, rows, columns / LANES];
            Packed::new(level, shape, |_, channel, out| it[channel * columns + out])
        };
        Method::Winograd(SIDE, places.into_iter().map(pack).collect())
    }
}
