//! The seam to the inference runtime.

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
