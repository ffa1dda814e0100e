//! Non-maximum suppression: of several boxes around one face, the best.

use crate::geometry::Rect;

/// A box that may be around a face.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Detection {
    /// Pixels of the photo, or of the image that the network was shown.
    pub(crate) bounds: Rect,
    /// `0.0..=1.0`.
    pub(crate) score: f32,
    /// Whether it was seen at a size at which boxes are precise and mistakes rare.
    pub(crate) is_reliable: bool,
}

/// Keeps, from the highest score down, each box whose intersection over union with all kept before is at
/// most `iou`. Equal scores keep their order.
pub(crate) fn suppress(found: Vec<Detection>, iou: f32) -> Vec<Detection> {
    greedy(found, |kept, it| iou < kept.iou(it), |_, _| ())
}

/// Merges what was found at different sizes. Boxes of small images are rough, so two boxes are the same
/// face as soon as they share a third of their union, or half of the smaller one. The higher score counts,
/// but a rough box gives way to a precise one that the network is more sure of than not.
pub(crate) fn merge(found: Vec<Detection>) -> Vec<Detection> {
    let same = |kept: Rect, it: Rect| MERGE_IOU < kept.iou(it) || MERGE_INSIDE < inside(kept, it);
    greedy(found, same, |kept, it| {
        if !kept.is_reliable && it.is_reliable && EVEN < it.score {
            kept.bounds = it.bounds;
            kept.is_reliable = true;
        }
    })
}

/// Score above which a box is more likely a face than not.
const EVEN: f32 = 0.5;

/// Chosen on the sample photos of groups: second boxes of one face share 0.32 of their union, or 0.55 of the
/// smaller one; neighbours stay below. Not tuned further.
const MERGE_IOU: f32 = 0.3;

/// Chosen like [`MERGE_IOU`].
const MERGE_INSIDE: f32 = 0.5;

/// Part of the smaller rectangle that lies in the other.
fn inside(a: Rect, b: Rect) -> f32 {
    a.overlap(b) / a.area().min(b.area()).max(f32::MIN_POSITIVE)
}

fn greedy(
    mut found: Vec<Detection>,
    same: impl Fn(Rect, Rect) -> bool,
    absorb: impl Fn(&mut Detection, &Detection),
) -> Vec<Detection> {
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut kept: Vec<Detection> = Vec::new();
    for it in found {
        match kept.iter_mut().find(|better| same(better.bounds, it.bounds)) {
            Some(better) => absorb(better, &it),
            None => kept.push(it),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that look random and are the same every time (xorshift).
    fn numbers(mut state: u64) -> impl Iterator<Item = f32> {
        std::iter::repeat_with(move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 40) as f32 / (1_u64 << 24) as f32
        })
    }

    fn heap(seed: u64, n: usize) -> Vec<Detection> {
        let mut next = numbers(seed);
        let mut number = || next.next().unwrap();
        (0..n)
            .map(|_| Detection {
                bounds: Rect {
                    left: number() * 100.0,
                    top: number() * 100.0,
                    width: 5.0 + number() * 40.0,
                    height: 5.0 + number() * 40.0,
                },
                score: number(),
                is_reliable: true,
            })
            .collect()
    }

    #[test]
    fn of_two_boxes_around_one_face_the_better_stays() {
        let at = |left: f32, score: f32| Detection {
            bounds: Rect {
                left,
                top: 0.0,
                width: 10.0,
                height: 10.0,
            },
            score,
            is_reliable: true,
        };
        let kept = suppress(vec![at(0.0, 0.6), at(1.0, 0.9), at(50.0, 0.7)], 0.5);
        assert_eq!(kept, [at(1.0, 0.9), at(50.0, 0.7)]);
    }

    /// The reference library's rule: a box goes if it overlaps a kept one by more than the threshold.
    #[test]
    fn what_stays_is_apart_and_what_goes_has_a_better_neighbour() {
        for seed in 1..200 {
            let all = heap(seed, 40);
            let kept = suppress(all.clone(), 0.4);
            assert!(kept.is_sorted_by(|a, b| a.score >= b.score));
            for (at, it) in kept.iter().enumerate() {
                assert!(
                    kept[..at]
                        .iter()
                        .all(|better| better.bounds.iou(it.bounds) <= 0.4)
                );
            }
            for it in all.iter().filter(|it| !kept.contains(it)) {
                assert!(
                    kept.iter()
                        .any(|k| it.score <= k.score && 0.4 < k.bounds.iou(it.bounds))
                );
            }
        }
    }

    #[test]
    fn a_rough_box_gives_way_to_a_precise_one_that_is_likely() {
        let at = |left: f32, score: f32, is_reliable: bool| Detection {
            bounds: Rect {
                left,
                top: 0.0,
                width: 10.0,
                height: 10.0,
            },
            score,
            is_reliable,
        };
        assert_eq!(
            merge(vec![at(0.0, 0.9, false), at(2.0, 0.6, true)]),
            [at(2.0, 0.9, true)]
        );
        assert_eq!(
            merge(vec![at(0.0, 0.9, false), at(2.0, 0.4, true)]),
            [at(0.0, 0.9, false)]
        );
        assert_eq!(
            merge(vec![at(0.0, 0.9, true), at(2.0, 0.8, true)]),
            [at(0.0, 0.9, true)]
        );
    }

    #[test]
    fn order_does_not_matter_and_twice_is_once() {
        for seed in 1..100 {
            let all = heap(seed, 30);
            let backwards = all.iter().rev().copied().collect();
            let kept = merge(all);
            assert_eq!(kept, merge(backwards));
            assert_eq!(kept, merge(kept.clone()));
        }
    }
}
