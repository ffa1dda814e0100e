//! What is not implemented is said, never computed wrongly.

use rten_onnx::onnx::AttributeProto;

use super::case::{Case, float, int, ints};
use crate::plain::Plain;
use crate::window::{Padding, Window};
use crate::{Image, LoadError, Network, RunError};

/// The operator that loading a network of this node refuses, if it does.
fn refused(operator: &str, attributes: Vec<AttributeProto>) -> Option<String> {
    let mut case = Case::new(0, [4, 4]);
    let weights = case.numbers.plain(&[4, 2, 1, 1]);
    let inputs = ["image".to_owned(), case.constant(&weights)];
    let n_inputs = if operator == "Conv" { 2 } else { 1 };
    let inputs: Vec<_> = inputs.iter().map(String::as_str).take(n_inputs).collect();
    let out = case.node(
        operator,
        &inputs,
        attributes,
        Plain {
            shape: vec![],
            values: vec![],
        },
    );
    match case.refusal(&out) {
        LoadError::Unsupported { operator, .. } => Some(operator),
        LoadError::Malformed(_) => None,
    }
}

#[test]
fn operators_and_uses_that_are_not_implemented_are_named() {
    let cases = [
        ("Sigmoid", vec![]),
        ("Conv", vec![int("group", 2)]),
        ("Conv", vec![ints("dilations", &[2, 2])]),
        ("Conv", vec![int("surprise", 1)]),
        ("LeakyRelu", vec![float("alpha", 2.0)]),
        (
            "MaxPool",
            vec![ints("kernel_shape", &[2, 2]), int("ceil_mode", 1)],
        ),
        (
            "AveragePool",
            vec![ints("kernel_shape", &[2, 2]), int("count_include_pad", 1)],
        ),
        ("MaxPool", vec![ints("kernel_shape", &[2])]),
    ];
    for (operator, attributes) in cases {
        assert_eq!(refused(operator, attributes).as_deref(), Some(operator));
    }
}

#[test]
fn what_is_no_network_is_malformed() {
    assert!(matches!(
        Network::load(b"no network"),
        Err(LoadError::Malformed(_))
    ));
    let mut case = Case::new(0, [4, 4]);
    let out = case.channels(4);
    let empty = Plain {
        shape: vec![],
        values: vec![],
    };
    let orphan = case.node("Relu", &["nowhere"], vec![], empty);
    assert!(matches!(case.refusal(&orphan), LoadError::Malformed(_)));
    case.graph.node.pop();
    assert!(Network::load(&case.file(&[&out])).is_ok());
    assert!(matches!(case.refusal("nowhere"), LoadError::Malformed(_)));
}

#[test]
fn an_image_of_a_size_that_the_network_does_not_take_is_an_error() {
    let mut case = Case::new(0, [4, 4]);
    let window = Window {
        kernel: [3, 3],
        stride: [1, 1],
        padding: Padding::Explicit([0; 4]),
    };
    let out = case.conv("image", 4, 1, &window);
    let network = Network::load(&case.file(&[&out])).unwrap();
    let run = |height, width, n_values| {
        network.run(Image {
            height,
            width,
            values: &vec![0.0; n_values],
        })
    };
    assert!(run(4, 5, 60).is_ok());
    assert!(matches!(run(4, 5, 59), Err(RunError::Input { values: 59, .. })));
    assert!(matches!(run(0, 5, 0), Err(RunError::Input { height: 0, .. })));
    assert!(matches!(run(2, 5, 30), Err(RunError::Shape { node }) if node == "Conv0"));
    case.graph.input[0]
        .r#type
        .as_mut()
        .unwrap()
        .tensor_type
        .as_mut()
        .unwrap()
        .shape
        .as_mut()
        .unwrap()
        .dim[2]
        .dim_value = Some(4);
    let network = Network::load(&case.file(&[&out])).unwrap();
    let image = Image {
        height: 5,
        width: 5,
        values: &[0.0; 75],
    };
    assert!(matches!(
        network.run(image),
        Err(RunError::Input { height: 5, .. })
    ));
}
