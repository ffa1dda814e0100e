//! The seam to the inference runtimes: our own for networks of the kind that the engine comes with, rten for any other.

use std::fmt::Debug;
use std::sync::Arc;

use rten::{ModelOptions, RunOptions, ThreadPool};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, Tensor};

use crate::tensor::{Image, Output};

/// What a runtime says when it fails.
pub(crate) type RuntimeError = Box<dyn std::error::Error + Send + Sync>;

/// A network that looks at an image.
///
/// The same image gives the same output, whatever the number of threads.
pub(crate) trait Network: Debug + Send + Sync {
    /// Outputs of the network for `image`, in the order in which the network declares them.
    ///
    /// # Errors
    ///
    /// What the runtime says; an image of a size that the network does not take is one reason.
    fn run(&self, image: &Image) -> Result<Vec<Output>, RuntimeError>;
}

/// Reads an ONNX file: on our own kernels, if they are all that the file needs, or else on rten.
///
/// # Errors
///
/// What rten says about a file that neither can run.
pub(crate) fn load(onnx: Vec<u8>, threads: Arc<ThreadPool>) -> Result<Box<dyn Network>, RuntimeError> {
    Ok(match convnet::Network::load(&onnx) {
        Ok(network) => Box::new(ConvNetwork { network }),
        Err(_) => Box::new(RtenNetwork::load(onnx, threads)?),
    })
}

/// A network on our own kernels. Runs on the thread that asks.
#[derive(Debug)]
pub(crate) struct ConvNetwork {
    network: convnet::Network,
}

impl Network for ConvNetwork {
    fn run(&self, image: &Image) -> Result<Vec<Output>, RuntimeError> {
        let outputs = self.network.run(convnet::Image {
            height: image.height,
            width: image.width,
            values: &image.values,
        })?;
        let output = |it: convnet::Output| Output {
            shape: it.shape,
            values: it.values,
        };
        Ok(outputs.into_iter().map(output).collect())
    }
}

/// A network on the rten runtime.
pub(crate) struct RtenNetwork {
    model: rten::Model,
    threads: Arc<ThreadPool>,
}

impl RtenNetwork {
    /// Reads an ONNX file.
    pub(crate) fn load(onnx: Vec<u8>, threads: Arc<ThreadPool>) -> Result<Self, RuntimeError> {
        let model = ModelOptions::with_all_ops().prepack_weights(true).load(onnx)?;
        Ok(Self { model, threads })
    }
}

impl Network for RtenNetwork {
    fn run(&self, image: &Image) -> Result<Vec<Output>, RuntimeError> {
        let input = NdTensor::from_data([1, 3, image.height, image.width], planes(image));
        let mut options = RunOptions::default();
        options.thread_pool = Some(Arc::clone(&self.threads));
        let &input_id = self.model.input_ids().first().ok_or("the network has no input")?;
        let inputs = vec![(input_id, input.view().into())];
        let outputs = self.model.run(inputs, self.model.output_ids(), Some(options))?;
        let outputs = outputs.into_iter().map(|it| {
            let tensor: Tensor<f32> = it.try_into()?;
            Ok(Output {
                shape: tensor.shape().to_vec(),
                values: tensor.into_data(),
            })
        });
        outputs.collect()
    }
}

impl Debug for RtenNetwork {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RtenNetwork").finish_non_exhaustive()
    }
}

/// Channels first.
fn planes(image: &Image) -> Vec<f32> {
    let pixels = image.values.as_chunks::<3>().0;
    (0..3)
        .flat_map(|channel| pixels.iter().map(move |it| it[channel]))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use rten_onnx::onnx::{
        DataType, Dimension, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorShapeProto,
        TypeProto, TypeProtoTensor, ValueInfoProto,
    };

    use super::*;
    use crate::tensor::sigmoid;

    /// Sizes, as height and width, of what a network is shown: its own, or some of those that a photo becomes.
    const NETWORKS: [(&str, &[[usize; 2]]); 6] = [
        ("ssd_mobilenetv1", &[[192, 256], [127, 65], [64, 64], [33, 190]]),
        ("tiny_face_detector", &[[96, 160], [64, 64]]),
        ("face_landmark_68", &[[112, 112]]),
        ("face_expression", &[[112, 112]]),
        ("age_gender", &[[112, 112]]),
        ("face_recognition", &[[150, 150]]),
    ];

    fn onnx(name: &str) -> Vec<u8> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/weights");
        std::fs::read(folder.join(format!("{name}.onnx"))).expect("prepared by `cargo xtask models`")
    }

    /// Numbers within -1 to 1 that look random.
    fn noise([height, width]: [usize; 2]) -> Image {
        let mut state = 1_u32;
        let values = (0..height * width * 3).map(|_| {
            // Numerical Recipes' generator; the upper bits are the good ones.
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1_u32 << 23) as f32 - 1.0
        });
        Image {
            height,
            width,
            values: values.collect(),
        }
    }

    #[test]
    fn both_runtimes_give_the_same_numbers_on_all_networks() {
        let threads = Arc::new(ThreadPool::with_num_threads(1));
        for (name, sizes) in NETWORKS {
            let own = convnet::Network::load(&onnx(name)).expect("no network needs more than convnet has");
            let own = ConvNetwork { network: own };
            let rten = RtenNetwork::load(onnx(name), Arc::clone(&threads)).unwrap();
            for &size in sizes {
                let image = noise(size);
                let (own, rten) = (own.run(&image).unwrap(), rten.run(&image).unwrap());
                assert_eq!(own.len(), rten.len());
                for (own, rten) in own.iter().zip(&rten) {
                    assert_eq!(own.shape, rten.shape, "{name} {size:?}");
                    let differs = |(a, b): &(&f32, &f32)| 1e-4 * b.abs().max(1.0) < (*a - *b).abs();
                    let first = own.values.iter().zip(&rten.values).find(differs);
                    assert_eq!(first, None, "{name} {size:?}");
                }
            }
        }
    }

    /// A network of one operator on an image of any size.
    fn network_of(operator: &str) -> Vec<u8> {
        let dim = |dim_value| Dimension {
            dim_value,
            dim_param: None,
        };
        let value = |name: &str, dim| ValueInfoProto {
            name: Some(name.to_owned()),
            r#type: Some(TypeProto {
                tensor_type: Some(TypeProtoTensor {
                    elem_type: Some(DataType::FLOAT),
                    shape: Some(TensorShapeProto { dim }),
                }),
                sequence: None,
            }),
        };
        let node = NodeProto {
            input: vec!["image".to_owned()],
            output: vec!["out".to_owned()],
            op_type: Some(operator.to_owned()),
            ..NodeProto::default()
        };
        let graph = GraphProto {
            node: vec![node],
            input: vec![value("image", [Some(1), Some(3), None, None].map(dim).to_vec())],
            output: vec![value("out", vec![])],
            ..GraphProto::default()
        };
        let opset = OperatorSetIdProto {
            domain: None,
            version: Some(13),
        };
        let model = ModelProto {
            ir_version: Some(8),
            graph: Some(graph),
            opset_import: vec![opset],
            ..ModelProto::default()
        };
        model.write_buf().unwrap()
    }

    #[test]
    fn a_network_that_needs_more_than_our_own_kernels_runs_on_rten() {
        let threads = Arc::new(ThreadPool::with_num_threads(1));
        let image = noise([2, 2]);
        for (operator, runtime) in [("Relu", "ConvNetwork"), ("Sigmoid", "RtenNetwork")] {
            let network = load(network_of(operator), Arc::clone(&threads)).unwrap();
            assert!(format!("{network:?}").starts_with(runtime), "{network:?}");
            let output = network.run(&image).unwrap().remove(0);
            assert_eq!(output.shape, [1, 3, 2, 2]);
            for (found, x) in output.values.iter().zip(planes(&image)) {
                let expected = if operator == "Relu" {
                    x.max(0.0)
                } else {
                    sigmoid(x)
                };
                assert!((found - expected).abs() < 1e-6, "{operator}: {found} of {x}");
            }
        }
    }

    #[test]
    fn what_neither_runtime_can_read_is_an_error() {
        let threads = Arc::new(ThreadPool::with_num_threads(1));
        assert!(load(b"no network".to_vec(), threads).is_err());
    }
}
