//! The unit in which channels are kept.

/// Channels of a [`Block`]: one register of AVX-512, and one line of the cache.
pub(crate) const LANES: usize = 16;

/// Sixteen neighbouring channels of one pixel, or sixteen weights that are used together.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C, align(64))]
pub(crate) struct Block(pub(crate) [f32; LANES]);

impl Block {
    pub(crate) const ZERO: Self = Self([0.0; LANES]);
}

/// Blocks that hold `channels` channels.
pub(crate) const fn blocks(channels: usize) -> usize {
    channels.div_ceil(LANES)
}

/// `values` in blocks, zeros at the end.
pub(crate) fn padded(values: &[f32]) -> Vec<Block> {
    let block = |it: &[f32]| {
        let mut block = Block::ZERO;
        block.0[..it.len()].copy_from_slice(it);
        block
    };
    values.chunks(LANES).map(block).collect()
}
