//! A perceptual hash: two frames that look alike have hashes that differ in few bits.

use serde::{Deserialize, Serialize};

/// Columns of the grid that is hashed.
pub const GRID_COLUMNS: usize = 9;

/// Rows of the grid that is hashed.
pub const GRID_ROWS: usize = 8;

/// A picture shrunk to 9 × 8 cells: `[row][column]`, luma 0 (black) to 255, from the top left.
pub type Grid = [[u8; GRID_COLUMNS]; GRID_ROWS];

/// The difference hash (dHash) of a picture: 64 bits, one for each pair of neighbours in a row of the grid, set
/// where the right one is brighter. The first row's first pair is the highest bit.
///
/// Brightness and contrast do not change it, re-encoding changes it little. Neal Krawetz, "Kind of Like That" (2013).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PerceptualHash(pub u64);

impl PerceptualHash {
    /// Returns the hash of a picture, given as its grid.
    #[must_use]
    pub fn of(grid: &Grid) -> Self {
        let bits = grid
            .iter()
            .flat_map(|row| row.windows(2).map(|pair| u64::from(pair[0] < pair[1])));
        Self(bits.fold(0, |hash, bit| (hash << 1) | bit))
    }

    /// Number of bits, 0 to 64, in which two hashes differ.
    #[must_use]
    pub const fn distance(self, other: Self) -> u32 {
        (self.0 ^ other.0).count_ones()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp_sets_every_bit_and_a_plain_picture_none() {
        let ramp: Grid = std::array::from_fn(|_| std::array::from_fn(|column| 20 * column as u8));
        assert_eq!(PerceptualHash::of(&ramp), PerceptualHash(u64::MAX));
        assert_eq!(
            PerceptualHash::of(&[[128; GRID_COLUMNS]; GRID_ROWS]),
            PerceptualHash(0)
        );
    }

    #[test]
    fn the_first_pair_is_the_highest_bit_and_the_last_the_lowest() {
        let mut grid: Grid = [[0; GRID_COLUMNS]; GRID_ROWS];
        grid[7][8] = 1;
        assert_eq!(PerceptualHash::of(&grid), PerceptualHash(1));
        grid[0][1..].fill(1);
        assert_eq!(PerceptualHash::of(&grid), PerceptualHash(1 | 1 << 63));
    }

    #[test]
    fn brightness_and_contrast_change_nothing() {
        let grid: Grid =
            std::array::from_fn(|row| std::array::from_fn(|column| ((row * 31 + column * 47) % 100) as u8));
        let brighter = grid.map(|row| row.map(|it| 2 * it + 40));
        assert_eq!(PerceptualHash::of(&grid), PerceptualHash::of(&brighter));
    }

    #[test]
    fn the_distance_counts_bits() {
        assert_eq!(PerceptualHash(0b1011).distance(PerceptualHash(0b0110)), 3);
        assert_eq!(PerceptualHash(u64::MAX).distance(PerceptualHash(0)), 64);
    }
}
