//! Every operator, alone and as part of the step before.

use proptest::prelude::*;

use super::case::{Case, Numbers, float, int, ints, run, sliding};
use super::reference;
use crate::plain::Plain;
use crate::window::{Padding, Window};

fn paddings() -> impl Strategy<Value = Padding> {
    prop_oneof![
        [0_usize..=2, 0_usize..=2, 0_usize..=2, 0_usize..=2].prop_map(Padding::Explicit),
        any::<bool>().prop_map(|odd_first| Padding::Same { odd_first }),
    ]
}

fn windows(largest: usize) -> impl Strategy<Value = Window> {
    let kernel = [1..=largest, 1..=largest];
    (kernel, [1_usize..=3, 1_usize..=3], paddings()).prop_map(|(kernel, stride, padding)| Window {
        kernel,
        stride,
        padding,
    })
}

/// Large enough for any of these kernels; odd and even, more and less than a tile.
fn sizes() -> impl Strategy<Value = [usize; 2]> {
    [5_usize..=19, 5_usize..=19]
}

const SAME_3: Window = Window {
    kernel: [3, 3],
    stride: [1, 1],
    padding: Padding::Same { odd_first: false },
};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_convolution_of_the_image_is_a_sum_of_products(
        seed: u64, size in sizes(), window in windows(5), n_out in 1_usize..=70
    ) {
        let mut case = Case::new(seed, size);
        let out = case.conv("image", n_out, 1, &window);
        case.check(&[&out]);
    }

    #[test]
    fn a_convolution_further_on_is_one_as_well(
        seed: u64, size in sizes(), window in windows(5), n_in in 1_usize..=40, n_out in 1_usize..=70
    ) {
        let mut case = Case::new(seed, size);
        let input = case.channels(n_in);
        let out = case.conv(&input, n_out, 1, &window);
        case.check(&[&out]);
    }

    #[test]
    fn squares_give_what_products_give(
        seed: u64, size in [1_usize..=13, 1_usize..=13], n_in in 16_usize..=140, n_out in 16_usize..=140,
        residual: bool
    ) {
        let mut case = Case::new(seed, size);
        let input = case.channels(n_in);
        let shortcut = case.channels(n_out);
        let mut out = case.conv(&input, n_out, 1, &SAME_3);
        if residual {
            out = case.add(&shortcut, &out);
            out = case.relu(&out);
        }
        case.check(&[&out]);
    }

    #[test]
    fn channels_of_a_depthwise_convolution_stay_apart(
        seed: u64, size in sizes(), window in windows(4), is_usual: bool, channels in 2_usize..=40
    ) {
        let kernel = if is_usual { [3, 3] } else { window.kernel };
        let mut case = Case::new(seed, size);
        let input = case.channels(channels);
        let out = case.conv(&input, channels, channels, &Window { kernel, ..window });
        let out = case.relu(&out);
        case.check(&[&out]);
    }

    #[test]
    fn both_halves_of_a_separable_convolution_are_one_step(
        seed: u64, size in sizes(), stride in 1_usize..=2, channels in 2_usize..=40, n_out in 1_usize..=70
    ) {
        let mut case = Case::new(seed, size);
        let input = case.channels(channels);
        let first = case.conv(&input, channels, channels, &Window { stride: [stride; 2], ..SAME_3 });
        let first = case.relu(&first);
        let second = case.conv(&first, n_out, 1, &Window::POINT);
        case.check(&[&second]);
        // As an output the first half has to be there.
        case.check(&[&second, &first]);
    }

    #[test]
    fn pools_see_what_is_inside(
        seed: u64, size in sizes(), window in windows(3), channels in 1_usize..=40
    ) {
        // A window that lies wholly outside has no largest value.
        let pads = |it: usize| it.min(window.kernel[0].min(window.kernel[1]) - 1);
        let padding = match window.padding {
            Padding::Explicit(all) => Padding::Explicit(all.map(pads)),
            same @ Padding::Same { .. } => same,
        };
        let window = Window { padding, ..window };
        let mut case = Case::new(seed, size);
        let input = case.channels(channels);
        let value = reference::max_pool(case.value(&input), &window);
        let largest = case.node("MaxPool", &[&input], sliding(&window), value);
        let value = reference::average_pool(case.value(&input), &window);
        let mean = case.node("AveragePool", &[&input], sliding(&window), value);
        case.check(&[&largest, &mean]);
    }

    #[test]
    fn rectifiers_and_sums_are_the_same_inside_of_a_convolution_and_outside(
        seed: u64, size in sizes(), n in 1_usize..=40, is_read_twice: bool, slope in 0.0_f32..=1.0
    ) {
        let mut case = Case::new(seed, size);
        let a = case.channels(n);
        let b = case.conv(&a, n, 1, &Window::POINT);
        let sum = case.add(&a, &b);
        let relu = case.relu(&sum);
        let c = case.conv(&relu, n, 1, &Window::POINT);
        let value = reference::map(case.value(&c), |it| if it < 0.0 { slope * it } else { it });
        let leaky = case.node("LeakyRelu", &[&c], vec![float("alpha", slope)], value);
        let d = case.conv(&leaky, n, 1, &Window::POINT);
        let (low, high) = (case.scalar(-0.25), case.scalar(0.5));
        let value = reference::map(case.value(&d), |it| it.clamp(-0.25, 0.5));
        let clipped = case.node("Clip", &[&d, &low, &high], vec![], value);
        let twice = case.add(&clipped, &clipped);
        if is_read_twice {
            case.check(&[&twice, &b, &sum, &c, &d]);
        } else {
            case.check(&[&twice]);
        }
    }

    #[test]
    fn padding_adds_zeros_to_what_had_meaning(
        seed: u64, size in sizes(), n in 1_usize..=40, pads in [0_usize..=17, 0_usize..=2, 0_usize..=2, 0_usize..=2, 0_usize..=2]
    ) {
        let mut case = Case::new(seed, size);
        let input = case.channels(n);
        // A bias that is not zero, and a rectifier that lifts what fills blocks up.
        let low = case.scalar(0.125);
        let value = reference::map(case.value(&input), |it| it.max(0.125));
        let lifted = case.node("Clip", &[&input, &low], vec![], value);
        let value = reference::pad(case.value(&lifted), pads);
        let [more, top, left, bottom, right] = pads.map(|it| i64::try_from(it).unwrap());
        let ends = case.integers(&[0, 0, top, left, 0, more, bottom, right]);
        let padded = case.node("Pad", &[&lifted, &ends], vec![], value);
        let out = case.conv(&padded, 5, 1, &SAME_3);
        case.check(&[&padded, &out]);
    }
}

#[test]
fn the_end_of_a_network_is_plain_values() {
    let mut case = Case::new(1, [9, 7]);
    let input = case.channels(21);
    let value = reference::average_pool(
        case.value(&input),
        &Window {
            kernel: [9, 7],
            ..Window::POINT
        },
    );
    let mean = case.node("GlobalAveragePool", &[&input], vec![], value);
    let flat = Plain {
        shape: vec![1, 21],
        ..case.value(&mean).clone()
    };
    let shape = case.integers(&[1, -1]);
    let flat = case.node("Reshape", &[&mean, &shape], vec![], flat);
    let matrix = Numbers(7).plain(&[21, 19]);
    let bias = Numbers(8).plain(&[19]);
    let value = reference::gemm(case.value(&flat), &matrix, &bias.values);
    let turned = matrix.transposed(&[1, 0]).unwrap();
    let names = [
        case.constant(&matrix),
        case.constant(&bias),
        case.constant(&turned),
    ];
    let one = case.node("Gemm", &[&flat, &names[0], &names[1]], vec![], value.clone());
    let other = case.node(
        "Gemm",
        &[&flat, &names[2], &names[1]],
        vec![int("transB", 1)],
        value.clone(),
    );
    let value = Plain {
        shape: vec![1, 38],
        values: [&value.values[..], &value.values].concat(),
    };
    let both = case.node("Concat", &[&one, &other], vec![int("axis", -1)], value.clone());
    let same = case.node("Identity", &[&both], vec![], value);
    case.check(&[&same, &flat]);
}

#[test]
fn predictions_of_several_layers_follow_each_other() {
    let mut case = Case::new(2, [6, 5]);
    let mut parts = Vec::new();
    for n in [10, 20] {
        let out = case.channels(n);
        let value = case.value(&out).transposed(&[0, 2, 3, 1]).unwrap();
        let last = case.node(
            "Transpose",
            &[&out],
            vec![ints("perm", &[0, 2, 3, 1])],
            value.clone(),
        );
        let shape = case.integers(&[1, -1, 5]);
        let value = value.reshaped(&[1, -1, 5]).unwrap();
        parts.push(case.node("Reshape", &[&last, &shape], vec![], value));
    }
    let values = [&case.value(&parts[0]).values[..], &case.value(&parts[1]).values].concat();
    let value = Plain {
        shape: vec![1, 6 * 5 * 30 / 5, 5],
        values,
    };
    let all = case.node("Concat", &[&parts[0], &parts[1]], vec![int("axis", 1)], value);
    case.check(&[&all]);
}

#[test]
fn any_order_of_axes_and_images_side_by_side() {
    let mut case = Case::new(3, [4, 6]);
    let a = case.channels(17);
    let value = case.value(&a).transposed(&[3, 1, 0, 2]).unwrap();
    assert_eq!(value.shape, [6, 17, 1, 4]);
    assert_eq!(
        value.values[17 * 4 + 2].to_bits(),
        case.value(&a).values[2 * 6 + 1].to_bits()
    );
    let turned = case.node("Transpose", &[&a], vec![ints("perm", &[3, 1, 0, 2])], value);
    let b = case.channels(2);
    let value = Plain {
        shape: vec![1, 19, 4, 6],
        values: [&case.value(&a).values[..], &case.value(&b).values].concat(),
    };
    let beside = case.node("Concat", &[&a, &b], vec![int("axis", 1)], value);
    case.check(&[&turned, &beside]);
}

#[test]
fn the_image_itself_can_be_pooled_and_be_what_is_added() {
    let mut case = Case::new(4, [8, 9]);
    let window = Window {
        kernel: [2, 2],
        stride: [2, 2],
        padding: Padding::Explicit([0; 4]),
    };
    let value = reference::max_pool(case.value("image"), &window);
    let pooled = case.node("MaxPool", &["image"], sliding(&window), value);
    let conv = case.channels(3);
    let sum = case.add(&conv, "image");
    case.check(&[&pooled, &sum]);
}

#[test]
fn threads_do_not_see_each_other() {
    let mut case = Case::new(5, [23, 17]);
    let a = case.channels(40);
    let b = case.conv(&a, 40, 1, &SAME_3);
    let sum = case.add(&a, &b);
    let network = crate::Network::load(&case.file(&[&sum])).unwrap();
    let image = case.value("image");
    let alone = run(&network, image);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| (0..5).all(|_| run(&network, image) == alone)))
            .collect();
        assert!(threads.into_iter().all(|it| it.join().unwrap()));
    });
}
