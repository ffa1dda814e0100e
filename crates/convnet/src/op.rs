//! The operators, each from values to a value.

use crate::arena::Arena;
use crate::block::blocks;
use crate::conv::Conv;
use crate::depthwise::Depthwise;
use crate::kernel::Activation;
use crate::kernel::pixelwise::{Elementwise, Pool, PoolRow};
use crate::map::Map;
use crate::network::Image;
use crate::plain::Plain;
use crate::simd::Level;
use crate::window::Window;

/// What is computed at a node of the graph, or at several that became one.
#[derive(Debug)]
pub(crate) enum Op {
    /// The network's input, as the other layers have it.
    Import,
    /// The second input, if there is one, is added.
    Conv(Conv),
    Depthwise(Depthwise),
    /// Of one input or of the sum of two.
    Elementwise(Activation),
    Pool(Pool, Window),
    /// Mean of all pixels.
    GlobalMean,
    /// Zeros: rows above, columns to the left, rows below, columns to the right, channels at the end.
    Pad([usize; 5]),
    Concat(i64),
    Transpose(Vec<usize>),
    Reshape(Vec<i64>),
    /// A product with a matrix, as a convolution of one pixel.
    Gemm(Conv),
}

/// What an operator makes.
#[derive(Debug)]
pub(crate) enum Value {
    Map(Map),
    Plain(Plain),
}

impl Value {
    fn map(&self) -> Option<&Map> {
        match self {
            Self::Map(map) => Some(map),
            Self::Plain(_) => None,
        }
    }

    /// As ONNX has it.
    pub(crate) fn to_plain(&self) -> Plain {
        match self {
            Self::Map(map) => map.to_plain(),
            Self::Plain(plain) => plain.clone(),
        }
    }
}

impl Op {
    /// Whether the value is an image no more.
    pub(crate) fn makes_plain(&self) -> bool {
        matches!(
            self,
            Self::Concat(_) | Self::Transpose(_) | Self::Reshape(_) | Self::Gemm(_)
        )
    }

    /// The value; `None` if shapes do not fit. An input that is `None` is the network's own.
    pub(crate) fn run(
        &self,
        level: Level,
        arena: &mut Arena,
        image: Image<'_>,
        inputs: &[Option<&Value>],
    ) -> Option<Value> {
        let first = inputs.first().copied().flatten();
        let second = inputs.get(1).copied().flatten();
        let map = || first.and_then(Value::map);
        Some(match self {
            Self::Import => {
                let shape = [image.height, image.width, Image::CHANNELS];
                Value::Map(Map::from_interleaved(arena, shape, image.values))
            }
            Self::Conv(conv) => {
                let residual = match second {
                    Some(it) => Some(it.map()?),
                    None => None,
                };
                Value::Map(match first {
                    Some(it) => conv.run(arena, it.map()?, residual)?,
                    None => conv.run_image(arena, image, residual)?,
                })
            }
            Self::Depthwise(conv) => Value::Map(conv.run(arena, map()?)?),
            Self::Elementwise(activation) => {
                let b = match second {
                    Some(it) => Some(it.map()?),
                    None => None,
                };
                Value::Map(elementwise(level, arena, map()?, b, *activation)?)
            }
            Self::Pool(pool, window) => Value::Map(pooled(level, arena, map()?, *pool, *window)?),
            Self::GlobalMean => Value::Map(global_mean(level, arena, map()?)?),
            Self::Pad(pads) => Value::Map(padded(arena, map()?, *pads)),
            Self::Concat(axis) => {
                let parts: Option<Vec<_>> = inputs.iter().map(|it| it.map(Value::to_plain)).collect();
                Value::Plain(Plain::concatenated(&parts?.iter().collect::<Vec<_>>(), *axis)?)
            }
            Self::Transpose(order) => Value::Plain(match (first?, &order[..]) {
                (Value::Map(it), [0, 2, 3, 1]) => Plain {
                    shape: vec![1, it.height, it.width, it.channels],
                    values: it.interleaved(),
                },
                (it, order) => it.to_plain().transposed(order)?,
            }),
            Self::Reshape(lengths) => Value::Plain(first?.to_plain().reshaped(lengths)?),
            Self::Gemm(conv) => {
                let input = first?.to_plain();
                let &[rows, columns] = &input.shape[..] else {
                    return None;
                };
                let map = Map::from_interleaved(arena, [1, rows, columns], &input.values);
                let output = conv.run(arena, &map, None);
                arena.give(map.buffer);
                let output = output?;
                let plain = Plain {
                    shape: vec![rows, output.channels],
                    values: output.interleaved(),
                };
                arena.give(output.buffer);
                Value::Plain(plain)
            }
        })
    }
}

fn elementwise(
    level: Level,
    arena: &mut Arena,
    a: &Map,
    b: Option<&Map>,
    activation: Activation,
) -> Option<Map> {
    if b.is_some_and(|it| it.shape() != a.shape()) {
        return None;
    }
    let mut output = arena.map(a.shape());
    level.run(Elementwise {
        a: a.blocks(),
        b: b.map(Map::blocks),
        activation,
        output: output.blocks_mut(),
    });
    Some(output)
}

fn pooled(level: Level, arena: &mut Arena, input: &Map, pool: Pool, window: Window) -> Option<Map> {
    let placed = window.on([input.height, input.width])?;
    let mut output = arena.map([placed.size[0], placed.size[1], input.channels]);
    let depth = output.depth();
    // What is outside is neither the largest nor counted.
    let columns: Vec<_> = (0..placed.size[1])
        .map(|x| placed.inside(1, x, input.width))
        .collect();
    let rows: Vec<_> = (0..placed.size[0])
        .map(|y| placed.inside(0, y, input.height))
        .collect();
    if columns.iter().chain(&rows).any(|(first, end)| end <= first) {
        return None;
    }
    let row_len = (placed.size[1] * depth).max(1);
    for (output, (top, bottom)) in output.blocks_mut().chunks_exact_mut(row_len).zip(rows) {
        level.run(PoolRow {
            pool,
            rows: &input.blocks()[top * input.width * depth..bottom * input.width * depth],
            width: input.width,
            columns: &columns,
            depth,
            output,
        });
    }
    Some(output)
}

fn global_mean(level: Level, arena: &mut Arena, input: &Map) -> Option<Map> {
    let all = Window {
        kernel: [input.height, input.width],
        ..Window::POINT
    };
    pooled(level, arena, input, Pool::Mean, all)
}

fn padded(arena: &mut Arena, input: &Map, [top, left, bottom, right, more]: [usize; 5]) -> Map {
    let shape = [
        input.height + top + bottom,
        input.width + left + right,
        input.channels + more,
    ];
    let mut output = arena.map(shape);
    let depth = output.depth();
    output.blocks_mut().fill(crate::block::Block::ZERO);
    for (pixel, from) in input.blocks().chunks_exact(input.depth().max(1)).enumerate() {
        let (y, x) = (pixel / input.width + top, pixel % input.width + left);
        let to = &mut output.buffer[(y * shape[1] + x) * depth..][..depth];
        to[..from.len()].copy_from_slice(from);
        if let Some(last) = blocks(input.channels).checked_sub(1) {
            // What filled the last block up has no meaning, and is now a channel of zeros.
            let used = input.channels - last * crate::block::LANES;
            to[last].0[used..].fill(0.0);
        }
    }
    output
}
