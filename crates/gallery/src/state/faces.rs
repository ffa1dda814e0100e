//! The faces of a collection, in the order they were stored, found by key, by name or by image.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use hashbrown::HashTable;

use crate::change::{ImageKey, Origin};
use crate::codec::Malformed;
use crate::face::Bounds;
use crate::index::Key;
use crate::names::FaceId;

/// Removed faces leave holes, which are closed when there are more of them than of faces, and more than this. Chosen.
const HOLES: usize = 1024;

#[derive(Clone, Debug)]
pub(crate) struct StoredFace {
    pub(crate) id: FaceId,
    pub(crate) origin: Arc<Origin>,
    pub(crate) bounds: Bounds,
    pub(crate) confidence: f32,
    pub(crate) user: Option<Key>,
}

#[derive(Debug)]
struct Slot {
    key: Key,
    face: Option<StoredFace>,
}

#[derive(Debug, Default)]
pub(crate) struct Faces {
    /// Ascending by key, because keys are given out that way.
    slots: Vec<Slot>,
    len: usize,
    /// Slots of faces. The names are in the slots, so four bytes a face are enough.
    by_id: HashTable<u32>,
    /// Slots of faces; those of one image have one hash.
    by_image: HashTable<u32>,
    hasher: RandomState,
}

impl Faces {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Stores a face under a key above all others.
    pub(crate) fn push(&mut self, key: Key, face: StoredFace) -> Result<(), Malformed> {
        if self.slots.last().is_some_and(|it| key <= it.key) {
            return Err(Malformed("a face's key is not the highest"));
        }
        if self.find(face.id).is_some() {
            return Err(Malformed("a face is added twice"));
        }
        let slot = u32::try_from(self.slots.len()).map_err(|_| Malformed("there are too many faces"))?;
        self.slots.push(Slot {
            key,
            face: Some(face),
        });
        self.enter(slot);
        self.len += 1;
        Ok(())
    }

    pub(crate) fn get(&self, key: Key) -> Option<&StoredFace> {
        let slot = self.slots.binary_search_by_key(&key, |it| it.key).ok()?;
        self.slots[slot].face.as_ref()
    }

    pub(crate) fn get_mut(&mut self, key: Key) -> Option<&mut StoredFace> {
        let slot = self.slots.binary_search_by_key(&key, |it| it.key).ok()?;
        self.slots[slot].face.as_mut()
    }

    pub(crate) fn find(&self, id: FaceId) -> Option<(Key, &StoredFace)> {
        let slot = self.by_id.find(self.hasher.hash_one(id), |slot| {
            self.at(*slot).is_some_and(|it| it.id == id)
        })?;
        self.at(*slot).map(|face| (self.slots[*slot as usize].key, face))
    }

    /// Faces taken from an image, in no particular order.
    pub(crate) fn of_image(&self, image: ImageKey) -> impl Iterator<Item = &StoredFace> {
        self.by_image
            .iter_hash(self.hasher.hash_one(image))
            .filter_map(|slot| self.at(*slot))
            .filter(move |it| it.origin.image_key == image)
    }

    /// Faces whose key is above `key`, ascending.
    pub(crate) fn after(&self, key: Option<Key>) -> impl Iterator<Item = (Key, &StoredFace)> {
        let first = key.map_or(0, |key| self.slots.partition_point(|it| it.key <= key));
        self.slots[first..]
            .iter()
            .filter_map(|it| it.face.as_ref().map(|face| (it.key, face)))
    }

    pub(crate) fn remove(&mut self, key: Key) -> Option<StoredFace> {
        let position = self.slots.binary_search_by_key(&key, |it| it.key).ok()?;
        let face = self.slots[position].face.take()?;
        let slot = position as u32;
        for (table, hash) in [
            (&mut self.by_id, self.hasher.hash_one(face.id)),
            (&mut self.by_image, self.hasher.hash_one(face.origin.image_key)),
        ] {
            if let Ok(entry) = table.find_entry(hash, |it| *it == slot) {
                entry.remove();
            }
        }
        self.len -= 1;
        if HOLES + self.len < self.slots.len() - self.len {
            self.close_holes();
        }
        Some(face)
    }

    fn at(&self, slot: u32) -> Option<&StoredFace> {
        self.slots[slot as usize].face.as_ref()
    }

    /// Makes the face in `slot` be found by its name and by its image.
    fn enter(&mut self, slot: u32) {
        let Self {
            slots,
            by_id,
            by_image,
            hasher,
            ..
        } = self;
        // Tables hold slots of faces only, so there is a face to hash; a hole would get any hash.
        let hash_id = |slot: &u32| {
            slots[*slot as usize]
                .face
                .as_ref()
                .map_or(0, |it| hasher.hash_one(it.id))
        };
        let hash_image = |slot: &u32| {
            slots[*slot as usize]
                .face
                .as_ref()
                .map_or(0, |it| hasher.hash_one(it.origin.image_key))
        };
        by_id.insert_unique(hash_id(&slot), slot, hash_id);
        by_image.insert_unique(hash_image(&slot), slot, hash_image);
    }

    fn close_holes(&mut self) {
        self.slots.retain(|it| it.face.is_some());
        self.slots.shrink_to_fit();
        self.by_id.clear();
        self.by_image.clear();
        for slot in 0..self.slots.len() as u32 {
            self.enter(slot);
        }
    }
}
