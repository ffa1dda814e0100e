//! All embeddings in blocks, compared one after the other.

use std::fmt;
use std::num::NonZeroUsize;
use std::ops::Range;

use hashbrown::HashTable;

use super::block::{BLOCK_ROWS, Block, stride};
use super::top::Top;
use super::{Index, Key, Nearest, Neighbor};
use crate::embedding::{Embedding, Model, ModelMismatch};
use crate::kernel::Kernel;

/// Comparisons that are worth a thread of their own: some 0.4 ms, ten times what starting it takes.
const COMPARISONS_PER_THREAD: usize = 64 * 1024;

/// An exact index that compares a query with everything it holds.
///
/// Memory: five bytes a component and some twenty an embedding. Inserting and removing take the same time however many
/// there are; searching is linear.
pub struct Flat {
    model: Model,
    kernel: Kernel,
    /// All full but the last, which is not empty.
    blocks: Vec<Block>,
    /// Rows by the key they hold. A row is `block * BLOCK_ROWS + position`.
    rows: HashTable<u32>,
}

impl Flat {
    /// An index without embeddings.
    #[must_use]
    pub fn new(model: &Model) -> Self {
        Self {
            model: model.clone(),
            kernel: Kernel::detect(),
            blocks: Vec::new(),
            rows: HashTable::new(),
        }
    }

    #[cfg(test)]
    pub(super) fn with_kernel(model: &Model, kernel: Kernel) -> Self {
        Self {
            kernel,
            ..Self::new(model)
        }
    }

    fn row_of(&self, key: Key) -> Option<usize> {
        self.rows
            .find(hash(key), |row| key_at(&self.blocks, *row) == key)
            .map(|row| *row as usize)
    }

    fn search_blocks(&self, blocks: Range<usize>, queries: &[Vec<f32>], wanted: Nearest) -> Vec<Top> {
        let mut tops: Vec<Top> = queries.iter().map(|_| Top::new(wanted)).collect();
        for block in &self.blocks[blocks] {
            for (query, top) in queries.iter().zip(&mut tops) {
                block.scan(self.kernel, query, top);
            }
        }
        tops
    }
}

impl fmt::Debug for Flat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Flat")
            .field("model", &self.model)
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

impl Index for Flat {
    fn model(&self) -> &Model {
        &self.model
    }

    fn len(&self) -> usize {
        self.rows.len()
    }

    fn insert(&mut self, key: Key, embedding: &Embedding) -> Result<bool, ModelMismatch> {
        self.model.same(embedding.model())?;
        if let Some(row) = self.row_of(key) {
            self.blocks[row / BLOCK_ROWS].replace(row % BLOCK_ROWS, key, embedding.components());
            return Ok(false);
        }
        if self.blocks.last().is_none_or(|it| it.len() == BLOCK_ROWS) {
            self.blocks.push(Block::new(stride(self.model.dimension())));
        }
        let row = self.rows.len() as u32;
        if let Some(block) = self.blocks.last_mut() {
            block.push(key, embedding.components());
        }
        let Self { blocks, rows, .. } = self;
        rows.insert_unique(hash(key), row, |row| hash(key_at(blocks, *row)));
        Ok(true)
    }

    fn remove(&mut self, key: Key) -> bool {
        let Self { blocks, rows, .. } = self;
        let Ok(entry) = rows.find_entry(hash(key), |row| key_at(blocks, *row) == key) else {
            return false;
        };
        let (row, _) = entry.remove();
        let last_row = rows.len() as u32;
        // The last embedding takes the place that becomes free.
        if row != last_row {
            let last_key = key_at(blocks, last_row);
            if let Some(place) = rows.find_mut(hash(last_key), |it| *it == last_row) {
                *place = row;
            }
        }
        let last_block = blocks.len() - 1;
        let (last_key, components) = blocks[last_block].pop();
        if row != last_row {
            blocks[row as usize / BLOCK_ROWS].replace(row as usize % BLOCK_ROWS, last_key, &components);
        }
        if blocks[last_block].len() == 0 {
            blocks.pop();
        }
        true
    }

    fn get(&self, key: Key) -> Option<Embedding> {
        let row = self.row_of(key)?;
        let components = &self.blocks[row / BLOCK_ROWS].row(row % BLOCK_ROWS)[..self.model.dimension()];
        Embedding::new(&self.model, components).ok()
    }

    fn search_many(
        &self,
        queries: &[&Embedding],
        wanted: Nearest,
        threads: NonZeroUsize,
    ) -> Result<Vec<Vec<Neighbor>>, ModelMismatch> {
        let queries = queries
            .iter()
            .map(|it| {
                self.model.same(it.model())?;
                let mut components = it.components().to_vec();
                components.resize(stride(self.model.dimension()), 0.0);
                Ok(components)
            })
            .collect::<Result<Vec<_>, ModelMismatch>>()?;

        let useful_threads = queries.len().saturating_mul(self.len()) / COMPARISONS_PER_THREAD;
        let n_blocks = self.blocks.len();
        let n_parts = threads.get().min(useful_threads).min(n_blocks).max(1);
        let part = |i: usize| n_blocks * i / n_parts..n_blocks * (i + 1) / n_parts;
        let mut parts = std::thread::scope(|scope| {
            let others: Vec<_> = (1..n_parts)
                .map(|i| {
                    scope.spawn({
                        let queries = &queries;
                        move || self.search_blocks(part(i), queries, wanted)
                    })
                })
                .collect();
            let mut parts = vec![self.search_blocks(part(0), &queries, wanted)];
            for other in others {
                match other.join() {
                    Ok(found) => parts.push(found),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            parts
        });

        let mut tops = parts.swap_remove(0);
        for part in parts {
            for (top, found) in tops.iter_mut().zip(part) {
                for neighbor in found.into_sorted() {
                    top.offer(neighbor);
                }
            }
        }
        Ok(tops.into_iter().map(Top::into_sorted).collect())
    }
}

fn key_at(blocks: &[Block], row: u32) -> Key {
    blocks[row as usize / BLOCK_ROWS].key(row as usize % BLOCK_ROWS)
}

/// Keys are counted up by whoever inserts, so spreading them is enough; nobody chooses them to collide.
fn hash(key: Key) -> u64 {
    // Fibonacci hashing: 2^64 divided by the golden ratio. The table reads both ends of the result.
    key.0.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(32)
}
