//! The nearest few of many.

use std::collections::BinaryHeap;

use super::{Nearest, Neighbor};
use crate::distance::SquaredDistance;

/// Keeps the neighbors `wanted` of all that are offered, whatever their order.
#[derive(Debug)]
pub(super) struct Top {
    wanted: Nearest,
    /// The farthest on top.
    kept: BinaryHeap<Neighbor>,
}

impl Top {
    pub(super) fn new(wanted: Nearest) -> Self {
        Self {
            wanted,
            kept: BinaryHeap::new(),
        }
    }

    /// What is farther than this will not be kept; `None` if nothing will.
    pub(super) fn bound(&self) -> Option<SquaredDistance> {
        if self.wanted.max == 0 {
            None
        } else if self.kept.len() < self.wanted.max {
            Some(self.wanted.within)
        } else {
            self.kept.peek().map(|it| it.distance)
        }
    }

    /// Keeps `neighbor` if it belongs to the nearest so far. Returns whether [`Self::bound`] may have changed.
    pub(super) fn offer(&mut self, neighbor: Neighbor) -> bool {
        if self.wanted.within < neighbor.distance {
            return false;
        }
        if self.kept.len() < self.wanted.max {
            self.kept.push(neighbor);
            return self.kept.len() == self.wanted.max;
        }
        match self.kept.peek_mut() {
            Some(mut farthest) if neighbor < *farthest => {
                *farthest = neighbor;
                true
            }
            _ => false,
        }
    }

    /// All that was kept, nearest first.
    pub(super) fn into_sorted(self) -> Vec<Neighbor> {
        self.kept.into_sorted_vec()
    }
}
