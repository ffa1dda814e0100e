//! Time of one run, in milliseconds: `time NET.onnx HEIGHT WIDTH [RUNS]`.

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, height, width, runs @ ..] = &arguments[..] else {
        return Err("usage: time NET.onnx HEIGHT WIDTH [RUNS]".into());
    };
    let (height, width) = (height.parse()?, width.parse()?);
    let runs: usize = runs.first().map_or(Ok(15), |it| it.parse())?;
    let start = Instant::now();
    let network = convnet::Network::load(&std::fs::read(file)?)?;
    let load_ms = start.elapsed().as_secs_f64() * 1e3;
    let values: Vec<f32> = (0..height * width * 3)
        .map(|it| (it % 251) as f32 / 251.0)
        .collect();
    let image = convnet::Image {
        height,
        width,
        values: &values,
    };
    let mut times = Vec::new();
    for _ in 0..runs {
        let start = Instant::now();
        network.run(image)?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    println!(
        "{file} {height}x{width}: load {load_ms:.1}, median {:.2}, least {:.2}",
        times[times.len() / 2],
        times[0]
    );
    Ok(())
}
