//! How fast faces become durable, how long a store takes to open, and in how much memory.
//!
//! `cargo run --release -p gallery --example store_bench -- fill <faces> <folder>` and then `… -- open <folder>` print one
//! line of JSON each. The folder has to be on the disk that is to be measured. Two processes, so that the memory that one
//! has freed does not count for the other; what waiting for the processor costs shows in the difference to `open_cpu_s`.

#![expect(clippy::print_stdout, reason = "what a bench is for")]

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use std::{fs, thread};

use gallery::{
    Bounds, Collection, CollectionId, Embedding, ExternalImageId, ImageDigest, Limits, Model, Nearest,
    NewFace, NewFaces, Options, Store,
};
use jiff::Timestamp;
use uuid::Uuid;

/// Of the network that ships with the engine.
const DIMENSION: usize = 128;
/// How long each rate is measured.
const MEASURED: Duration = Duration::from_secs(3);
/// Faces of a call while the store is filled.
const FILL: u64 = 1000;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["fill", n_faces, folder] => fill(n_faces.parse().expect("a number of faces"), Path::new(folder)),
        ["open", folder] => reopen(Path::new(folder)),
        _ => {
            eprintln!("usage: store_bench fill <faces> <folder> | open <folder>");
            std::process::exit(2);
        }
    }
}

fn fill(n_faces: u64, folder: &Path) {
    let (_store, collection) = open(folder);
    let number = AtomicU64::new(collection.describe().expect("just opened").n_faces as u64);
    let rates: Vec<_> = [(1, 1), (2, 1), (8, 1), (32, 1), (1, 10), (8, 10)]
        .into_iter()
        .map(|(threads, faces)| {
            let rate = rate(&collection, &number, threads, faces);
            format!("{{\"threads\":{threads},\"faces_per_call\":{faces},\"faces_per_s\":{rate:.0}}}")
        })
        .collect();
    while number.load(Ordering::Relaxed) < n_faces {
        add(&collection, &number, FILL);
    }
    let filled = rate(&collection, &number, 8, 1);
    println!(
        "{{\"rates\":[{}],\"filled_8_threads_faces_per_s\":{filled:.0}}}",
        rates.join(",")
    );
}

fn reopen(folder: &Path) {
    let file_mb = folder_bytes(folder) / f64::from(1 << 20);
    let before_kb = resident_kb();
    let started = Instant::now();
    let (_store, collection) = open(folder);
    let open_s = started.elapsed().as_secs_f64();
    let open_cpu_s = cpu_seconds();
    let resident_mb = (resident_kb() - before_kb) / 1024.0;
    let started = Instant::now();
    collection
        .search_faces(&embedding(7), Nearest::of(10))
        .expect("one model");
    let search_ms = started.elapsed().as_secs_f64() * 1e3;
    let started = Instant::now();
    collection.compact().expect("a good disk");
    let compact_s = started.elapsed().as_secs_f64();
    let n_faces = collection.describe().expect("still there").n_faces;
    println!(
        "{{\"faces\":{n_faces},\"file_mb\":{file_mb:.0},\"open_s\":{open_s:.2},\"open_cpu_s\":{open_cpu_s:.2},\
         \"resident_mb\":{resident_mb:.0},\"search_ms\":{search_ms:.1},\"compact_s\":{compact_s:.2}}}"
    );
}

fn open(folder: &Path) -> (Store, Collection) {
    let options = Options {
        clock: Arc::new(Timestamp::now),
        ids: Arc::new(Uuid::now_v7),
        threads: NonZeroUsize::MIN,
        limits: Limits::default(),
    };
    let store = Store::open(folder, options).expect("a good folder");
    let id = CollectionId::parse("bench").expect("a good name");
    let model = Model::new("bench", DIMENSION).expect("a good model");
    let collection = store
        .collection(&id)
        .or_else(|_| store.create_collection(&id, &model, BTreeMap::new()))
        .expect("a good disk");
    (store, collection)
}

/// Faces a second that `threads` threads make durable, `faces` a call.
fn rate(collection: &Collection, number: &AtomicU64, threads: usize, faces: u64) -> f64 {
    let before = number.load(Ordering::Relaxed);
    let started = Instant::now();
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while started.elapsed() < MEASURED {
                    add(collection, number, faces);
                }
            });
        }
    });
    (number.load(Ordering::Relaxed) - before) as f64 / started.elapsed().as_secs_f64()
}

/// Adds an image with so many faces.
fn add(collection: &Collection, number: &AtomicU64, faces: u64) {
    let first = number.fetch_add(faces, Ordering::Relaxed);
    let face = |i: u64| NewFace {
        bounds: Bounds {
            left: i as f32,
            top: 0.0,
            width: 0.5,
            height: 0.5,
        },
        confidence: 99.0,
        embedding: embedding(first + i),
    };
    let new = NewFaces {
        image: ImageDigest::of(&first.to_le_bytes()),
        external_image_id: Some(ExternalImageId::parse(&format!("photo-{first}.jpg")).expect("a good name")),
        detection_model: "7.0".into(),
        faces: (0..faces).map(face).collect(),
    };
    collection.add_faces(new).expect("a good disk");
}

/// Uniform in -0.2..0.2, which is about as long as real descriptors are.
fn embedding(number: u64) -> Embedding {
    let mut bits = number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let components: Vec<f32> = (0..DIMENSION)
        .map(|_| {
            // Xorshift64.
            bits ^= bits << 13;
            bits ^= bits >> 7;
            bits ^= bits << 17;
            (bits >> 40) as f32 / (1 << 24) as f32 * 0.4 - 0.2
        })
        .collect();
    let model = Model::new("bench", DIMENSION).expect("a good model");
    Embedding::new(&model, components).expect("finite components")
}

fn folder_bytes(folder: &Path) -> f64 {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    files
        .filter_map(|it| it.metadata().ok())
        .map(|it| it.len() as f64)
        .sum()
}

/// Processor time of this process; 0 where there is no `/proc`.
fn cpu_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // After the name in parentheses: user and system time are the 12th and 13th, in hundredths of a second.
    let fields = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .skip(11)
        .take(2);
    fields.filter_map(|it| it.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// Resident memory of this process; 0 where there is no `/proc`.
fn resident_kb() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:"));
    line.and_then(|it| it.trim().trim_end_matches(" kB").parse().ok())
        .unwrap_or(0.0)
}
