//! A few thousand embeddings in one piece of memory, and a coarse copy of them that rules most of them out.
//!
//! Reading 512 bytes per face is what an exact search spends its time on. Each block therefore also holds its rows
//! rounded to 8 bits a component, in units of the block's `step`, and knows how far rounding moved any of its rows at
//! most (`error`). By the triangle inequality a row can be within a distance `r` of the query only if the rounded row is
//! within `r + error + query error` of the rounded query. Integers decide that for a quarter of the memory traffic, and
//! only the few rows that pass are compared exactly. The result is the same to the bit; the price is a quarter more
//! memory.

use super::top::Top;
use super::{Key, Neighbor};
use crate::distance::{LANES, squared_distance};
use crate::kernel::{Kernel, ROW_UNIT};

/// Embeddings in a full block. 4,096 codes of 128 components are 512 KiB, which stay in a level-2 cache while several
/// queries are compared with them.
pub(super) const BLOCK_ROWS: usize = 4096;

/// Rows whose coarse distances are computed before any is looked at. Chosen, not measured.
const CHUNK_ROWS: usize = 256;

/// Largest code; codes are within `-MAX_CODE..=MAX_CODE`.
const MAX_CODE: f32 = 127.0;

/// How much larger than needed the range of codes is made when it has to grow, so that it seldom has to.
const HEADROOM: f32 = 1.125;

/// Length of a row with its zeros at the end, which make all loops whole.
pub(super) fn stride(dimension: usize) -> usize {
    const _: () = assert!(LANES == ROW_UNIT);
    dimension.next_multiple_of(ROW_UNIT)
}

/// Up to [`BLOCK_ROWS`] embeddings.
pub(super) struct Block {
    stride: usize,
    keys: Vec<Key>,
    /// `stride` components a row, zero beyond the dimension.
    rows: Vec<f32>,
    /// `stride` codes a row: `rows / step`, rounded.
    codes: Vec<i8>,
    /// Difference between two neighboring codes; positive.
    step: f32,
    /// No row is farther than this from its codes times `step`.
    error: f64,
}

impl Block {
    pub(super) fn new(stride: usize) -> Self {
        Self {
            stride,
            keys: Vec::new(),
            rows: Vec::new(),
            codes: Vec::new(),
            step: f32::MIN_POSITIVE,
            error: 0.0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(super) fn key(&self, position: usize) -> Key {
        self.keys[position]
    }

    pub(super) fn row(&self, position: usize) -> &[f32] {
        &self.rows[position * self.stride..][..self.stride]
    }

    /// Appends `components`, which may lack the zeros at the end.
    pub(super) fn push(&mut self, key: Key, components: &[f32]) {
        self.keys.push(key);
        self.rows.extend_from_slice(components);
        self.rows.resize(self.keys.len() * self.stride, 0.0);
        self.codes.resize(self.keys.len() * self.stride, 0);
        self.encode(self.keys.len() - 1);
    }

    /// Puts another embedding in place of one.
    pub(super) fn replace(&mut self, position: usize, key: Key, components: &[f32]) {
        self.keys[position] = key;
        self.rows[position * self.stride..][..components.len()].copy_from_slice(components);
        self.encode(position);
    }

    /// Takes the last embedding away. The block must have one.
    pub(super) fn pop(&mut self) -> (Key, Vec<f32>) {
        let last = self.keys.len() - 1;
        let key = self.keys[last];
        let row = self.rows.split_off(last * self.stride);
        self.keys.truncate(last);
        self.codes.truncate(last * self.stride);
        (key, row)
    }

    /// Brings the codes of one row up to date, or those of all rows if the range of codes has to grow for it.
    fn encode(&mut self, position: usize) {
        let row = &self.rows[position * self.stride..][..self.stride];
        let range = row.iter().fold(0.0_f32, |range, it| range.max(it.abs()));
        if range <= self.step * MAX_CODE {
            let codes = &mut self.codes[position * self.stride..][..self.stride];
            self.error = self.error.max(round_row(row, self.step, codes));
            return;
        }
        self.step = (range * HEADROOM).min(f32::MAX) / MAX_CODE;
        self.error = self
            .rows
            .chunks_exact(self.stride)
            .zip(self.codes.chunks_exact_mut(self.stride))
            .map(|(row, codes)| round_row(row, self.step, codes))
            .fold(0.0, f64::max);
    }

    /// Offers to `top` every row that may belong to the nearest to `query`, which has the block's stride.
    pub(super) fn scan(&self, kernel: Kernel, query: &[f32], top: &mut Top) {
        let mut codes = vec![0_i16; self.stride];
        let query_error = round_row(query, self.step, &mut codes);
        let Some(mut limit) = self.limit(query_error, top) else {
            return;
        };
        let mut distances = [0_i32; CHUNK_ROWS];
        for (chunk, rows) in self.codes.chunks(CHUNK_ROWS * self.stride).enumerate() {
            let distances = &mut distances[..rows.len() / self.stride];
            kernel.distances(&codes, rows, distances);
            for (offset, coarse) in distances.iter().enumerate() {
                if limit < *coarse {
                    continue;
                }
                let position = chunk * CHUNK_ROWS + offset;
                let distance = squared_distance(query, self.row(position));
                if top.offer(Neighbor {
                    distance,
                    key: self.keys[position],
                }) && let Some(nearer) = self.limit(query_error, top)
                {
                    limit = nearer;
                }
            }
        }
    }

    /// The largest coarse distance, in squared steps, of a row that may be within the bound; `None` if nothing is wanted.
    ///
    /// Errs on the side of too large: the exact distance is itself rounded, by less than [`squared_distance`] documents,
    /// and squares that underflow lose at most the smallest positive number each.
    fn limit(&self, query_error: f64, top: &Top) -> Option<i32> {
        let bound = f64::from(top.bound()?.squared());
        let roundings = (self.stride / LANES + 8) as f64;
        let lost = self.stride as f64 * f64::from(f32::from_bits(1));
        let reach =
            (bound * (1.0 + roundings * f64::from(f32::EPSILON)) + lost).sqrt() + query_error + self.error;
        let steps = reach / f64::from(self.step);
        // The last factor covers the roundings of these very lines. The conversion saturates.
        Some((steps * steps * (1.0 + 1e-9)) as i32)
    }
}

/// Adding it to a small number leaves that number, rounded, in the last byte of the sum: 1.5 times 2²³, where the
/// distance between neighboring `f32`s is one. (`f32::round` is a function call on processors without SSE4.1.)
const ROUNDER: f32 = 12_582_912.0;

/// Independent sums of the error, so that one addition need not wait for another.
const ERROR_LANES: usize = 4;

/// Writes `row / step` to `codes`, rounded and clamped. Returns the distance between the row and what the codes stand
/// for, rounded up.
fn round_row<Code: From<i8>>(row: &[f32], step: f32, codes: &mut [Code]) -> f64 {
    let scale = step.recip();
    let mut squared = [0.0_f64; ERROR_LANES];
    let (row, _) = row.as_chunks::<ERROR_LANES>();
    let (codes, _) = codes.as_chunks_mut::<ERROR_LANES>();
    for (components, codes) in row.iter().zip(codes) {
        for ((component, code), squared) in components.iter().zip(codes).zip(&mut squared) {
            let sum = (component * scale).clamp(-MAX_CODE, MAX_CODE) + ROUNDER;
            let lost = f64::from(*component) - f64::from(sum - ROUNDER) * f64::from(step);
            *squared += lost * lost;
            *code = Code::from((sum.to_bits() as u8).cast_signed());
        }
    }
    squared.iter().sum::<f64>().sqrt() * (1.0 + 1e-9)
}
