//! Exact nearest-neighbor search behind one small trait.
//!
//! [`Index`] is the contract; `cases` (a private suite of tests) is its definition in code, which [`Flat`] and a plain
//! reference model pass alike. Another engine stands in by implementing the trait and running the suite.

mod block;
mod flat;
mod top;

#[cfg(test)]
mod cases;
#[cfg(test)]
mod plain;

use std::num::NonZeroUsize;

pub use flat::Flat;

use crate::distance::SquaredDistance;
use crate::embedding::{Embedding, Model, ModelMismatch};

/// Names a vector within one index. Whoever inserts chooses it; order among equal distances follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub u64);

/// What a search found: a key and how far its vector is from the query. Ordered by distance, then by key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Neighbor {
    /// Distance to the query.
    pub distance: SquaredDistance,
    /// Whose vector it is.
    pub key: Key,
}

/// How much of the neighborhood is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nearest {
    /// At most so many neighbors: the nearest ones.
    pub max: usize,
    /// None farther than this; exactly this far is still wanted.
    pub within: SquaredDistance,
}

impl Nearest {
    /// The `max` nearest, however far.
    #[must_use]
    pub fn of(max: usize) -> Self {
        Self {
            max,
            within: SquaredDistance::INFINITE,
        }
    }

    /// Leaves out what is farther than `within`.
    #[must_use]
    pub fn within(self, within: SquaredDistance) -> Self {
        Self { within, ..self }
    }
}

/// A set of embeddings of one model, by key, that finds those nearest to another embedding.
///
/// A search is exact: it returns what comparing the query with every embedding by [`Embedding::squared_distance`] would
/// return, to the bit, ascending by distance and among equal distances by key. The number of threads changes the time a
/// search takes and nothing else.
pub trait Index: std::fmt::Debug + Send + Sync {
    /// The model whose embeddings it holds.
    fn model(&self) -> &Model;

    /// Number of embeddings.
    fn len(&self) -> usize;

    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Stores `embedding` under `key`, in place of the one that was there. Returns whether the key is new.
    ///
    /// # Errors
    ///
    /// If the embedding is of another model; nothing is changed.
    fn insert(&mut self, key: Key, embedding: &Embedding) -> Result<bool, ModelMismatch>;

    /// Forgets the embedding under `key`. Returns whether there was one.
    fn remove(&mut self, key: Key) -> bool;

    /// Returns the embedding under `key`, bit for bit as it was inserted.
    fn get(&self, key: Key) -> Option<Embedding>;

    /// Returns for each query, in their order, the neighbors `wanted`.
    ///
    /// # Errors
    ///
    /// If a query is of another model.
    fn search_many(
        &self,
        queries: &[&Embedding],
        wanted: Nearest,
        threads: NonZeroUsize,
    ) -> Result<Vec<Vec<Neighbor>>, ModelMismatch>;

    /// Returns the neighbors `wanted` of one query.
    ///
    /// # Errors
    ///
    /// If the query is of another model.
    fn search(
        &self,
        query: &Embedding,
        wanted: Nearest,
        threads: NonZeroUsize,
    ) -> Result<Vec<Neighbor>, ModelMismatch> {
        let mut found = self.search_many(&[query], wanted, threads)?;
        Ok(found.pop().unwrap_or_default())
    }
}
