//! From a file's nodes to steps: what follows a convolution becomes a part of it.

mod nodes;

use std::collections::HashMap;

use rten_onnx::onnx::{GraphProto, ValueInfoProto};

use crate::LoadError;
use crate::kernel::Activation;
use crate::onnx::{self, Constant, Node, malformed, unsupported};
use crate::op::Op;
use crate::simd::Level;

/// A computation.
#[derive(Debug)]
pub(crate) struct Step {
    /// Name of the node that it was first.
    pub(crate) name: String,
    pub(crate) op: Op,
    /// Values that it reads.
    pub(crate) inputs: Vec<usize>,
    /// The value that it makes.
    pub(crate) output: usize,
    /// Values that nothing reads after it.
    pub(crate) last_used: Vec<usize>,
}

/// Computations in the order in which they are done.
#[derive(Debug)]
pub(crate) struct Graph {
    /// Height and width of the input, if the file says which.
    pub(crate) size: [Option<usize>; 2],
    pub(crate) steps: Vec<Step>,
    pub(crate) n_values: usize,
    pub(crate) outputs: Vec<usize>,
}

/// The value that is the network's input.
const INPUT: usize = 0;

impl Graph {
    /// Reads a file.
    pub(crate) fn read(level: Level, bytes: &[u8]) -> Result<Self, LoadError> {
        let proto = onnx::read(bytes)?;
        let constants = onnx::constants(&proto)?;
        let input = proto.input.iter().filter(|it| !constants.contains_key(name(it)));
        let [input] = input.collect::<Vec<_>>()[..] else {
            return Err(unsupported("graph", "it has not one input"));
        };
        let mut builder = Builder::new(level, &proto, &constants, name(input));
        for proto in &proto.node {
            builder.add(Node {
                proto,
                constants: &constants,
            })?;
        }
        builder.finish(&proto, size(input)?)
    }
}

fn name(value: &ValueInfoProto) -> &str {
    value.name.as_deref().unwrap_or_default()
}

/// Height and width where the file fixes them, of what must be one image of three channels.
fn size(input: &ValueInfoProto) -> Result<[Option<usize>; 2], LoadError> {
    let shape = input
        .r#type
        .as_ref()
        .and_then(|it| it.tensor_type.as_ref())
        .and_then(|it| it.shape.as_ref());
    let dims: Vec<_> = shape
        .map_or(&[][..], |it| &it.dim)
        .iter()
        .map(|it| it.dim_value)
        .collect();
    match dims[..] {
        [None | Some(1), Some(3), height, width] => {
            Ok([height, width].map(|it| it.and_then(|it| usize::try_from(it).ok())))
        }
        _ => Err(unsupported(
            "graph",
            "its input is not one image of three channels",
        )),
    }
}

/// Steps so far.
struct Builder<'a> {
    level: Level,
    constants: &'a HashMap<&'a str, Constant>,
    /// Values by name. Several names can be of one value.
    values: HashMap<&'a str, usize>,
    /// How many nodes read what has a name; being an output counts as one.
    readers_by_name: HashMap<&'a str, usize>,
    /// How many are to read a value.
    readers: Vec<usize>,
    /// The step that makes a value.
    makers: Vec<Option<usize>>,
    steps: Vec<Step>,
    /// The network's input as other layers have it, once something needs it.
    imported: Option<usize>,
}

impl<'a> Builder<'a> {
    fn new(
        level: Level,
        graph: &'a GraphProto,
        constants: &'a HashMap<&'a str, Constant>,
        input: &'a str,
    ) -> Self {
        let mut readers_by_name = HashMap::new();
        let reads = graph.node.iter().flat_map(|it| &it.input).map(String::as_str);
        for name in reads.chain(graph.output.iter().map(name)) {
            *readers_by_name.entry(name).or_insert(0) += 1;
        }
        Self {
            level,
            constants,
            values: HashMap::from([(input, INPUT)]),
            readers: vec![readers_by_name.get(input).copied().unwrap_or_default()],
            readers_by_name,
            makers: vec![None],
            steps: Vec::new(),
            imported: None,
        }
    }

    /// The value that a node reads.
    fn value(&self, node: Node<'_>, idx: usize) -> Result<usize, LoadError> {
        let name = node.input(idx).unwrap_or_default();
        if self.constants.contains_key(name) {
            return Err(node.unsupported("it reads a constant as if it were an image"));
        }
        self.values
            .get(name)
            .copied()
            .ok_or_else(|| malformed(format!("node {} reads what is not there yet", node.name())))
    }

    /// The value that a node reads, which must be an image.
    fn map(&mut self, node: Node<'_>, idx: usize) -> Result<usize, LoadError> {
        let value = self.any(node, idx)?;
        if self.is_plain(value) {
            return Err(node.unsupported("it reads what is no image any more"));
        }
        Ok(value)
    }

    /// Whether a value is an image no more.
    fn is_plain(&self, value: usize) -> bool {
        self.makers[value].is_some_and(|it| self.steps[it].op.makes_plain())
    }

    /// The value that a node reads.
    fn any(&mut self, node: Node<'_>, idx: usize) -> Result<usize, LoadError> {
        let value = self.value(node, idx)?;
        if value != INPUT {
            return Ok(value);
        }
        if let Some(imported) = self.imported {
            return Ok(imported);
        }
        let imported = self.new_value(self.readers[INPUT]);
        self.push("input", Op::Import, vec![INPUT], imported);
        self.imported = Some(imported);
        Ok(imported)
    }

    fn new_value(&mut self, readers: usize) -> usize {
        self.readers.push(readers);
        self.makers.push(None);
        self.readers.len() - 1
    }

    fn push(&mut self, name: &str, op: Op, inputs: Vec<usize>, output: usize) {
        self.makers[output] = Some(self.steps.len());
        self.steps.push(Step {
            name: name.to_owned(),
            op,
            inputs,
            output,
            last_used: Vec::new(),
        });
    }

    /// Adds a step that makes the node's output.
    fn step(&mut self, node: Node<'a>, op: Op, inputs: Vec<usize>) -> Result<(), LoadError> {
        let name = node.output()?;
        let output = self.new_value(self.readers_by_name.get(name).copied().unwrap_or_default());
        self.values.insert(name, output);
        self.push(node.name(), op, inputs, output);
        Ok(())
    }

    /// Lets the node's output be a value that is there already, which had one reader: the node.
    fn becomes(&mut self, node: Node<'a>, value: usize) -> Result<(), LoadError> {
        let name = node.output()?;
        let more = self.readers_by_name.get(name).copied().unwrap_or_default();
        self.readers[value] = self.readers[value] - 1 + more;
        self.values.insert(name, value);
        Ok(())
    }

    /// Adds a rectifier: to the step before, if nothing else reads that.
    fn activate(&mut self, node: Node<'a>, activation: Activation) -> Result<(), LoadError> {
        let input = self.map(node, 0)?;
        if self.readers[input] == 1
            && let Some(maker) = self.makers[input]
            && let Op::Conv(crate::conv::Conv { activation: last, .. })
            | Op::Depthwise(crate::depthwise::Depthwise { activation: last, .. })
            | Op::Elementwise(last) = &mut self.steps[maker].op
            && *last == Activation::None
        {
            *last = activation;
            return self.becomes(node, input);
        }
        self.step(node, Op::Elementwise(activation), vec![input])
    }

    /// Adds a sum: to a convolution that makes one of the operands, if nothing else reads that and the other operand is
    /// there before.
    fn add_sum(&mut self, node: Node<'a>) -> Result<(), LoadError> {
        let (a, b) = (self.map(node, 0)?, self.map(node, 1)?);
        for (conv, other) in [(a, b), (b, a)] {
            let (Some(maker), Some(before)) = (self.makers[conv], self.makers[other]) else {
                continue;
            };
            let step = &mut self.steps[maker];
            if self.readers[conv] == 1
                && before < maker
                && let Op::Conv(it) = &step.op
                && it.activation == Activation::None
                && step.inputs.len() == 1
            {
                step.inputs.push(other);
                return self.becomes(node, conv);
            }
        }
        self.step(node, Op::Elementwise(Activation::None), vec![a, b])
    }

    fn finish(mut self, graph: &GraphProto, size: [Option<usize>; 2]) -> Result<Graph, LoadError> {
        let outputs: Option<Vec<_>> = graph
            .output
            .iter()
            .map(|it| self.values.get(name(it)).copied())
            .collect();
        let outputs = outputs.ok_or_else(|| malformed("an output is made by no node"))?;
        if outputs.contains(&INPUT) {
            return Err(unsupported("graph", "its input is its output"));
        }
        let mut seen = vec![false; self.readers.len()];
        for &output in &outputs {
            seen[output] = true;
        }
        for step in self.steps.iter_mut().rev() {
            for &value in step.inputs.iter().chain([&step.output]) {
                if !std::mem::replace(&mut seen[value], true) {
                    step.last_used.push(value);
                }
            }
        }
        Ok(Graph {
            size,
            steps: self.steps,
            n_values: self.readers.len(),
            outputs,
        })
    }
}
