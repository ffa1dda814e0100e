use std::collections::HashSet;

use rand::SeedableRng as _;
use rand::rngs::StdRng;

use super::*;

const EVERYTHING: [Gesture; 5] = [
    Gesture::Turn,
    Gesture::Blink,
    Gesture::Smile,
    Gesture::MouthOpen,
    Gesture::ComeCloser,
];

/// Every sequence of this length, by trying all.
fn tried(steps: &[Step], length: usize) -> Vec<Vec<Step>> {
    let mut all = vec![Vec::new()];
    for _ in 0..length {
        all = all
            .into_iter()
            .flat_map(|begun: Vec<Step>| {
                steps.iter().filter_map(move |&step| {
                    let repeated = begun.last() == Some(&step);
                    let closer_again = step == Step::ComeCloser && begun.contains(&step);
                    (!repeated && !closer_again).then(|| [begun.as_slice(), &[step]].concat())
                })
            })
            .collect();
    }
    all.retain(|it| {
        it.iter().any(|step| step.is_expression()) && it.iter().any(|step| step.is_head_motion())
    });
    all
}

#[test]
fn the_standard_space_has_more_than_18_bits() {
    let space = Space::without(&[]);
    assert_eq!((space.count(), space.longest()), (STANDARD_COUNT, MAX_STEPS));
    assert!(18.0 < space.bits(), "{}", space.bits());
}

/// Counted by trying all, see the next test.
const STANDARD_COUNT: u64 = 303_510;

#[test]
fn every_number_is_another_sequence_and_these_are_all() {
    let space = Space::without(&[]);
    let numbered: HashSet<_> = (0..space.count()).map(|it| space.nth(it).unwrap()).collect();
    let tried: HashSet<_> = (MIN_STEPS..=MAX_STEPS)
        .flat_map(|length| tried(&Step::ALL, length))
        .collect();
    assert_eq!(numbered.len() as u64, space.count());
    assert!(numbered == tried);
    assert_eq!(space.nth(space.count()), None);
}

#[test]
fn whatever_is_avoided_17_bits_remain_and_nothing_avoided_is_asked() {
    for subset in 0..1 << EVERYTHING.len() {
        let avoid: Vec<_> = (0..EVERYTHING.len())
            .filter(|it| subset >> it & 1 == 1)
            .map(|it| EVERYTHING[it])
            .collect();
        let space = Space::without(&avoid);
        assert!(MIN_BITS <= space.bits(), "{avoid:?}: {} bits", space.bits());
        let mut rng = StdRng::seed_from_u64(subset);
        for _ in 0..50 {
            let sequence = space.draw(&mut rng);
            assert!((MIN_STEPS..=space.longest()).contains(&sequence.len()));
            assert!(
                sequence
                    .iter()
                    .all(|it| it.gesture().is_none_or(|it| !avoid.contains(&it)))
            );
        }
    }
}

#[test]
fn without_blinks_which_happen_by_themselves_there_are_still_17_bits() {
    // Eyes close every few seconds anyway, so whoever guesses needs no luck for that step.
    let counted: HashSet<Vec<Step>> = (MIN_STEPS..=MAX_STEPS)
        .flat_map(|length| tried(&Step::ALL, length))
        .map(|mut it| {
            it.retain(|step| *step != Step::Blink);
            it
        })
        .collect();
    assert!(17.0 < (counted.len() as f64).log2(), "{}", counted.len());
}

#[test]
fn numbers_below_an_end_are_equally_likely() {
    let mut rng = StdRng::seed_from_u64(1);
    let mut seen = [0_u32; 7];
    for _ in 0..70_000 {
        seen[below(&mut rng, 7) as usize] += 1;
    }
    // 10,000 each; the standard deviation is 93.
    assert!(seen.iter().all(|it| (9_600..10_400).contains(it)), "{seen:?}");
    assert_eq!(below(&mut rng, 0), 0);
    assert_eq!(below(&mut rng, 1), 0);
}

#[test]
fn all_lengths_are_drawn() {
    let space = Space::without(&[]);
    let mut rng = StdRng::seed_from_u64(2);
    let lengths: HashSet<_> = (0..5_000).map(|_| space.draw(&mut rng).len()).collect();
    assert_eq!(lengths, HashSet::from([3, 4, 5]));
}
