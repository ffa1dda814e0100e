//! Which sequences there are, how many, and drawing one so that each is equally likely.
//!
//! The number of sequences is counted, not estimated, and one is drawn by its number. So the entropy of a drawn
//! sequence is exactly the logarithm of the count, and nobody can do better than guess one of them.

use rand::CryptoRng;

use crate::step::{Gesture, Step};

/// Fewest steps.
pub const MIN_STEPS: usize = 3;

/// Most steps, where nothing is avoided.
pub const MAX_STEPS: usize = 5;

/// Most steps where gestures are avoided: fewer kinds need more steps for the same entropy.
pub const MAX_STEPS_AVOIDING: usize = 7;

/// Least entropy of a drawn sequence, in bits. The product requires 16; with one bit more, three recordings that were chosen
/// for it stay below one in a thousand where gestures are avoided, too (`examples/monte_carlo.rs`).
pub const MIN_BITS: f64 = 17.0;

/// All permitted sequences: three to five steps (up to seven where that needs gestures which are avoided), never the same
/// step twice in a row, coming closer at most once, and at least one expression and one motion of the head
/// unless all of that kind are avoided.
#[derive(Debug, Clone)]
pub struct Space {
    steps: Vec<Step>,
    /// Kinds that a sequence must have.
    needed: u8,
    longest: usize,
    /// `[steps that follow][last step][kinds so far]`, see [`Self::ways`].
    counts: Vec<[[u64; MASKS]; LASTS]>,
}

const EXPRESSION: u8 = 1;
const HEAD: u8 = 2;
const CLOSER: u8 = 4;
const MASKS: usize = 8;

/// Every step, and "none yet".
const LASTS: usize = Step::ALL.len() + 1;
const NONE_YET: usize = LASTS - 1;

impl Space {
    /// Returns the sequences without the gestures in `avoid`.
    ///
    /// Whatever is avoided, the nose's eight targets remain, and seven of those have more than [`MIN_BITS`].
    #[must_use]
    pub fn without(avoid: &[Gesture]) -> Self {
        let spared = |step: &Step| step.gesture().is_some_and(|it| avoid.contains(&it));
        let steps: Vec<Step> = Step::ALL.into_iter().filter(|step| !spared(step)).collect();
        let needed = steps.iter().fold(0, |mask, step| mask | kind(*step)) & (EXPRESSION | HEAD);
        let mut space = Self {
            steps,
            needed,
            longest: MAX_STEPS,
            counts: Vec::new(),
        };
        space.count_all();
        while space.bits() < MIN_BITS && space.longest < MAX_STEPS_AVOIDING {
            space.longest += 1;
        }
        space
    }

    /// Number of sequences.
    #[must_use]
    pub fn count(&self) -> u64 {
        (MIN_STEPS..=self.longest)
            .map(|length| self.ways(length, NONE_YET, 0))
            .sum()
    }

    /// Entropy of one that is drawn, in bits.
    #[must_use]
    pub fn bits(&self) -> f64 {
        (self.count() as f64).log2()
    }

    /// Most steps of a sequence.
    #[must_use]
    pub const fn longest(&self) -> usize {
        self.longest
    }

    /// Draws a sequence; each is equally likely.
    pub fn draw<R: CryptoRng + ?Sized>(&self, rng: &mut R) -> Vec<Step> {
        self.nth(below(rng, self.count())).unwrap_or_default()
    }

    /// Returns the sequence with this number, from 0; `None` for [`Self::count`] and above.
    #[must_use]
    pub fn nth(&self, mut number: u64) -> Option<Vec<Step>> {
        let mut lengths = MIN_STEPS..=self.longest;
        let length = lengths.find(|length| skip(&mut number, self.ways(*length, NONE_YET, 0)))?;
        let (mut last, mut mask) = (NONE_YET, 0);
        let mut sequence = Vec::with_capacity(length);
        for following in (0..length).rev() {
            let mut next = self.after(last, mask);
            let (at, step) =
                next.find(|&(at, step)| skip(&mut number, self.ways(following, at, mask | kind(step))))?;
            sequence.push(step);
            (last, mask) = (at, mask | kind(step));
        }
        Some(sequence)
    }

    fn count_all(&mut self) {
        for following in 0..=MAX_STEPS_AVOIDING {
            let mut table = [[0; MASKS]; LASTS];
            for (last, row) in table.iter_mut().enumerate() {
                for (mask, cell) in row.iter_mut().enumerate() {
                    *cell = self.count_one(following, last, mask as u8);
                }
            }
            self.counts.push(table);
        }
    }

    fn count_one(&self, following: usize, last: usize, mask: u8) -> u64 {
        if following == 0 {
            return u64::from(mask & self.needed == self.needed);
        }
        self.after(last, mask)
            .map(|(at, step)| self.ways(following - 1, at, mask | kind(step)))
            .sum()
    }

    /// Number of ways to go on for `following` steps after the step at `last`, with the kinds in `mask` done.
    fn ways(&self, following: usize, last: usize, mask: u8) -> u64 {
        self.counts[following][last][usize::from(mask)]
    }

    /// Steps that may come next, each with its place in `steps`.
    fn after(&self, last: usize, mask: u8) -> impl Iterator<Item = (usize, Step)> {
        let all = self.steps.iter().copied().enumerate();
        all.filter(move |&(at, step)| at != last && mask & kind(step) & CLOSER == 0)
    }
}

const fn kind(step: Step) -> u8 {
    match step {
        Step::ComeCloser => CLOSER,
        _ if step.is_expression() => EXPRESSION,
        _ => HEAD,
    }
}

/// Tells whether `number` is among the next `ways`; takes these off otherwise.
fn skip(number: &mut u64, ways: u64) -> bool {
    let is_here = *number < ways;
    if !is_here {
        *number -= ways;
    }
    is_here
}

/// Returns a number below `end`, each equally likely; 0 where `end` is 0.
pub(crate) fn below<R: CryptoRng + ?Sized>(rng: &mut R, end: u64) -> u64 {
    if end == 0 {
        return 0;
    }
    // The last, incomplete round of remainders is drawn again; else small numbers would be more likely.
    let complete = u64::MAX - u64::MAX % end;
    loop {
        let drawn = rng.next_u64();
        if drawn < complete {
            return drawn % end;
        }
    }
}

#[cfg(test)]
mod tests;
