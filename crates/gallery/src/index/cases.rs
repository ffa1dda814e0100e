//! What every [`Index`] must do, whatever is inside.
//!
//! The cases are private on purpose: one that is missing from the list is dead code, which the build refuses.

#![expect(
    clippy::needless_pass_by_value,
    reason = "a case owns its index, whether it changes it or not"
)]

use std::num::NonZeroUsize;

use super::flat::Flat;
use super::plain::Plain;
use super::{Index, Key, Nearest, Neighbor};
use crate::distance::SquaredDistance;
use crate::embedding::{Embedding, Model};
use crate::kernel::Kernel;

/// A named case, bound to one implementation.
struct Case {
    name: &'static str,
    run: Box<dyn Fn()>,
}

macro_rules! cases {
    ($fresh:expr; $($case:ident,)*) => {
        vec![$({
            let fresh = $fresh.clone();
            Case { name: stringify!($case), run: Box::new(move || $case(fresh(&model()))) }
        },)*]
    };
}

fn cases<I: Index + 'static>(fresh: impl Fn(&Model) -> I + Clone + 'static) -> Vec<Case> {
    cases![fresh;
        an_empty_index_finds_nothing,
        an_inserted_embedding_reads_back_to_the_bit,
        neighbors_come_nearest_first_with_their_distances,
        equal_distances_are_ordered_by_key,
        a_neighbor_exactly_at_the_limit_is_found,
        no_more_than_wanted_are_found,
        none_are_found_if_none_are_wanted,
        inserting_under_a_taken_key_replaces,
        a_removed_embedding_is_gone,
        removing_what_is_not_there_changes_nothing,
        any_of_many_can_be_removed,
        a_batch_finds_what_single_searches_find,
        the_number_of_threads_changes_nothing,
        embeddings_of_another_model_are_refused,
        extreme_components_are_ordered_like_others,
        an_outlier_changes_nothing_for_others,
    ]
}

fn run(cases: Vec<Case>) {
    assert!(!cases.is_empty());
    for case in cases {
        println!("{}", case.name);
        (case.run)();
    }
}

#[test]
fn flat_conforms() {
    run(cases(Flat::new));
}

#[test]
fn flat_with_the_scalar_kernel_conforms() {
    run(cases(|model: &Model| Flat::with_kernel(model, Kernel::Scalar)));
}

#[test]
fn plain_conforms() {
    run(cases(Plain::new));
}

const ONE: NonZeroUsize = NonZeroUsize::MIN;

fn model() -> Model {
    Model::new("cases", 3).unwrap()
}

fn embedding(components: [f32; 3]) -> Embedding {
    Embedding::new(&model(), components).unwrap()
}

/// Points on a line, `key` away from the origin.
fn line(index: &mut impl Index, keys: impl IntoIterator<Item = u64>) {
    for key in keys {
        assert!(
            index
                .insert(Key(key), &embedding([key as f32, 0.0, 0.0]))
                .unwrap()
        );
    }
}

fn search(index: &impl Index, query: [f32; 3], wanted: Nearest) -> Vec<(u64, f32)> {
    let found = index.search(&embedding(query), wanted, ONE).unwrap();
    found.iter().map(|it| (it.key.0, it.distance.squared())).collect()
}

/// Components that repeat after some thousand keys, so that many distances are equal.
fn scattered(key: u64) -> Embedding {
    let component = |salt: u64| ((key + salt).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as f32 / 16.0;
    embedding([component(0), component(1 << 20), component(1 << 40)])
}

fn an_empty_index_finds_nothing(index: impl Index) {
    assert!(index.is_empty());
    assert_eq!(search(&index, [0.0; 3], Nearest::of(10)), []);
    assert_eq!(index.get(Key(0)), None);
}

fn an_inserted_embedding_reads_back_to_the_bit(mut index: impl Index) {
    let inserted = embedding([0.1, f32::MIN_POSITIVE, -1e-40]);
    assert!(index.insert(Key(7), &inserted).unwrap());
    let read = index.get(Key(7)).unwrap();
    assert_eq!(read.components().map_bits(), inserted.components().map_bits());
    assert_eq!(read.model(), inserted.model());
}

trait MapBits {
    fn map_bits(&self) -> Vec<u32>;
}

impl MapBits for [f32] {
    fn map_bits(&self) -> Vec<u32> {
        self.iter().map(|it| it.to_bits()).collect()
    }
}

fn neighbors_come_nearest_first_with_their_distances(mut index: impl Index) {
    line(&mut index, [5, 1, 3]);
    let found = search(&index, [0.0; 3], Nearest::of(10));
    assert_eq!(found, [(1, 1.0), (3, 9.0), (5, 25.0)]);
}

fn equal_distances_are_ordered_by_key(mut index: impl Index) {
    for key in [9, 2, 7, 4] {
        index.insert(Key(key), &embedding([1.0, 0.0, 0.0])).unwrap();
    }
    assert_eq!(
        search(&index, [0.0; 3], Nearest::of(3)),
        [(2, 1.0), (4, 1.0), (7, 1.0)]
    );
}

fn a_neighbor_exactly_at_the_limit_is_found(mut index: impl Index) {
    line(&mut index, 0..10);
    let wanted = Nearest::of(10).within(SquaredDistance::new(4.0).unwrap());
    assert_eq!(search(&index, [0.0; 3], wanted), [(0, 0.0), (1, 1.0), (2, 4.0)]);
    let wanted = Nearest::of(10).within(SquaredDistance::ZERO);
    assert_eq!(search(&index, [4.0, 0.0, 0.0], wanted), [(4, 0.0)]);
}

fn no_more_than_wanted_are_found(mut index: impl Index) {
    line(&mut index, 0..10);
    assert_eq!(
        search(&index, [9.0, 0.0, 0.0], Nearest::of(2)),
        [(9, 0.0), (8, 1.0)]
    );
}

fn none_are_found_if_none_are_wanted(mut index: impl Index) {
    line(&mut index, 0..10);
    assert_eq!(search(&index, [0.0; 3], Nearest::of(0)), []);
}

fn inserting_under_a_taken_key_replaces(mut index: impl Index) {
    line(&mut index, 0..10);
    assert!(!index.insert(Key(3), &embedding([100.0, 0.0, 0.0])).unwrap());
    assert_eq!(index.len(), 10);
    assert_eq!(
        search(&index, [3.0, 0.0, 0.0], Nearest::of(2)),
        [(2, 1.0), (4, 1.0)]
    );
    assert_eq!(search(&index, [100.0, 0.0, 0.0], Nearest::of(1)), [(3, 0.0)]);
}

fn a_removed_embedding_is_gone(mut index: impl Index) {
    line(&mut index, 0..3);
    assert!(index.remove(Key(1)));
    assert_eq!(index.len(), 2);
    assert_eq!(index.get(Key(1)), None);
    assert_eq!(
        search(&index, [1.0, 0.0, 0.0], Nearest::of(9)),
        [(0, 1.0), (2, 1.0)]
    );
}

fn removing_what_is_not_there_changes_nothing(mut index: impl Index) {
    line(&mut index, 0..3);
    assert!(index.remove(Key(2)));
    assert!(!index.remove(Key(2)));
    assert!(!index.remove(Key(99)));
    assert_eq!(index.len(), 2);
}

fn any_of_many_can_be_removed(mut index: impl Index) {
    let n = 10_000;
    line(&mut index, 0..n);
    for key in (0..n).filter(|it| it % 3 != 0).rev() {
        assert!(index.remove(Key(key)));
    }
    assert_eq!(index.len(), 3334);
    let found = search(&index, [0.0; 3], Nearest::of(n as usize));
    let expected: Vec<_> = (0..n).step_by(3).map(|it| (it, (it * it) as f32)).collect();
    assert_eq!(found, expected);
    for key in (0..n).step_by(3) {
        assert_eq!(index.get(Key(key)), Some(embedding([key as f32, 0.0, 0.0])));
        assert!(index.remove(Key(key)));
    }
    assert!(index.is_empty());
    line(&mut index, [1]);
    assert_eq!(search(&index, [0.0; 3], Nearest::of(2)), [(1, 1.0)]);
}

fn a_batch_finds_what_single_searches_find(mut index: impl Index) {
    for key in 0..5_000 {
        index.insert(Key(key), &scattered(key)).unwrap();
    }
    let queries: Vec<_> = (0..9).map(|it| scattered(it * 1_000_003)).collect();
    let queries: Vec<_> = queries.iter().collect();
    let together = index.search_many(&queries, Nearest::of(20), ONE).unwrap();
    let one_by_one: Vec<_> = queries
        .iter()
        .map(|it| index.search(it, Nearest::of(20), ONE).unwrap())
        .collect();
    assert_eq!(together, one_by_one);
    assert_eq!(
        index.search_many(&[], Nearest::of(20), ONE).unwrap(),
        Vec::<Vec<Neighbor>>::new()
    );
}

fn the_number_of_threads_changes_nothing(mut index: impl Index) {
    for key in 0..20_000 {
        index.insert(Key(key), &scattered(key)).unwrap();
    }
    let queries: Vec<_> = (0..20).map(|it| scattered(it * 1_000_003)).collect();
    let queries: Vec<_> = queries.iter().collect();
    let found = |threads| {
        index
            .search_many(&queries, Nearest::of(50), NonZeroUsize::new(threads).unwrap())
            .unwrap()
    };
    let expected = found(1);
    for threads in [2, 3, 5, 64] {
        assert_eq!(found(threads), expected, "{threads} threads");
    }
}

fn embeddings_of_another_model_are_refused(mut index: impl Index) {
    let theirs = Embedding::new(&Model::new("another", 3).unwrap(), [0.0; 3]).unwrap();
    let error = index.insert(Key(1), &theirs).unwrap_err();
    assert_eq!((error.expected.name(), error.found.name()), ("cases", "another"));
    assert!(index.is_empty());
    assert!(index.search(&theirs, Nearest::of(1), ONE).is_err());
    assert!(
        index
            .search_many(&[&embedding([0.0; 3]), &theirs], Nearest::of(1), ONE)
            .is_err()
    );
}

fn extreme_components_are_ordered_like_others(mut index: impl Index) {
    for (key, component) in [0.0, 1e-45, 1e-30, 1e-10, 1.0, 1e10, 1e18, f32::MAX]
        .into_iter()
        .enumerate()
    {
        index.insert(Key(key as u64), &embedding([component; 3])).unwrap();
        index
            .insert(Key(100 + key as u64), &embedding([-component; 3]))
            .unwrap();
    }
    let found = search(&index, [0.0; 3], Nearest::of(100));
    // Squares up to some 1e-45 underflow to zero, and those beyond 1e38 are infinite.
    let keys: Vec<_> = found.iter().map(|it| it.0).collect();
    assert_eq!(
        keys,
        [0, 1, 2, 100, 101, 102, 3, 103, 4, 104, 5, 105, 6, 106, 7, 107]
    );
    assert_eq!(found.last(), Some(&(107, f32::INFINITY)));
    assert_eq!(search(&index, [1e-10; 3], Nearest::of(1)), [(3, 0.0)]);
    assert_eq!(search(&index, [f32::MIN; 3], Nearest::of(1)), [(107, 0.0)]);
}

fn an_outlier_changes_nothing_for_others(mut index: impl Index) {
    line(&mut index, 0..100);
    index.insert(Key(1000), &embedding([1e30, -1e30, 0.0])).unwrap();
    assert_eq!(
        search(&index, [7.25, 0.0, 0.0], Nearest::of(2)),
        [(7, 0.0625), (8, 0.5625)]
    );
    assert_eq!(search(&index, [2e30, 0.0, 0.0], Nearest::of(1)).len(), 1);
}

mod random {
    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Debug)]
    enum Step {
        Insert(u64, Vec<f32>),
        Remove(u64),
        Search(Vec<f32>, usize, f32),
    }

    /// Coarse components make equal distances likely; fine ones test the rounding.
    fn component() -> impl Strategy<Value = f32> {
        prop_oneof![
            (-3_i8..=3).prop_map(f32::from),
            -1.0_f32..1.0,
            -1e-3_f32..1e-3,
            -1e4_f32..1e4
        ]
    }

    fn steps(dimension: usize) -> impl Strategy<Value = Vec<Step>> {
        let components = move || prop::collection::vec(component(), dimension);
        let step = prop_oneof![
            6 => (0..40_u64, components()).prop_map(|(key, components)| Step::Insert(key, components)),
            1 => (0..40_u64).prop_map(Step::Remove),
            2 => (components(), 0..12_usize, prop_oneof![Just(f32::INFINITY), 0.0_f32..40.0])
                .prop_map(|(query, max, within)| Step::Search(query, max, within)),
        ];
        prop::collection::vec(step, 1..120)
    }

    proptest! {
        #[test]
        fn flat_does_what_plain_does(
            (dimension, steps) in (1_usize..=40).prop_flat_map(|it| (Just(it), steps(it)))
        ) {
            let model = Model::new("random", dimension).unwrap();
            let embedding = |components: &[f32]| Embedding::new(&model, components).unwrap();
            let mut flat = Flat::new(&model);
            let mut plain = Plain::new(&model);
            for step in steps {
                match step {
                    Step::Insert(key, components) => {
                        let components = embedding(&components);
                        prop_assert_eq!(flat.insert(Key(key), &components), plain.insert(Key(key), &components));
                    }
                    Step::Remove(key) => prop_assert_eq!(flat.remove(Key(key)), plain.remove(Key(key))),
                    Step::Search(query, max, within) => {
                        let wanted = Nearest::of(max).within(SquaredDistance::new(within).unwrap());
                        let query = embedding(&query);
                        prop_assert_eq!(
                            flat.search(&query, wanted, ONE), plain.search(&query, wanted, ONE)
                        );
                    }
                }
                prop_assert_eq!(flat.len(), plain.len());
            }
        }
    }
}
