//! The reference model: a map, compared one by one and sorted. Slow, and plainly right.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use super::{Index, Key, Nearest, Neighbor};
use crate::embedding::{Embedding, Model, ModelMismatch};

#[derive(Debug)]
pub(super) struct Plain {
    model: Model,
    embeddings: BTreeMap<Key, Embedding>,
}

impl Plain {
    pub(super) fn new(model: &Model) -> Self {
        Self {
            model: model.clone(),
            embeddings: BTreeMap::new(),
        }
    }
}

impl Index for Plain {
    fn model(&self) -> &Model {
        &self.model
    }

    fn len(&self) -> usize {
        self.embeddings.len()
    }

    fn insert(&mut self, key: Key, embedding: &Embedding) -> Result<bool, ModelMismatch> {
        self.model.same(embedding.model())?;
        Ok(self.embeddings.insert(key, embedding.clone()).is_none())
    }

    fn remove(&mut self, key: Key) -> bool {
        self.embeddings.remove(&key).is_some()
    }

    fn get(&self, key: Key) -> Option<Embedding> {
        self.embeddings.get(&key).cloned()
    }

    fn search_many(
        &self,
        queries: &[&Embedding],
        wanted: Nearest,
        _threads: NonZeroUsize,
    ) -> Result<Vec<Vec<Neighbor>>, ModelMismatch> {
        for query in queries {
            self.model.same(query.model())?;
        }
        queries
            .iter()
            .map(|query| {
                let mut found = self
                    .embeddings
                    .iter()
                    .map(|(key, it)| {
                        Ok(Neighbor {
                            distance: query.squared_distance(it)?,
                            key: *key,
                        })
                    })
                    .collect::<Result<Vec<_>, ModelMismatch>>()?;
                found.retain(|it| it.distance <= wanted.within);
                found.sort();
                found.truncate(wanted.max);
                Ok(found)
            })
            .collect()
    }
}
