//! One photo of 1920 by 1080 on one thread: detecting alone, with landmarks, and with all attributes.

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use face_engine::{Engine, Wanted};
use picture::{Limits, Picture};

fn pipeline(criterion: &mut Criterion) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let engine =
        Engine::load(&root.join("models/weights"), 1).expect("cargo xtask models prepares the models");
    let sample = root.join("client/node_modules/@vladmandic/face-api/demo/sample1.jpg");
    let bytes = std::fs::read(sample).expect("npm ci in the folder client brings the sample photos");
    let photo = full_hd(&picture::decode(&bytes, &Limits::UPLOAD).expect("the sample is a photo"));
    let mut group = criterion.benchmark_group("1080p");
    group.sample_size(10);
    group.bench_function("detect", |it| it.iter(|| engine.locate(black_box(&photo))));
    group.bench_function("detect and landmarks", |it| {
        it.iter(|| engine.detect(black_box(&photo), Wanted::DEFAULT));
    });
    group.bench_function("everything", |it| {
        it.iter(|| engine.detect(black_box(&photo), Wanted::ALL));
    });
    group.finish();
}

/// The upper 1,080 rows of a photo that is 1,920 pixels wide.
fn full_hd(photo: &Picture) -> Picture {
    let rgb = photo.rgb[..1920 * 1080 * 3].to_vec();
    Picture {
        width: 1920,
        height: 1080,
        rgb,
        format: photo.format,
    }
}

criterion_group!(benches, pipeline);
criterion_main!(benches);
