//! How long an exact search takes, and in how much memory.
//!
//! `cargo run --release -p gallery --example search_bench -- <faces> <queries> <threads>` prints one line of JSON.
//! `tools/bench/search.py` runs it in turn with faiss over the same faces; `vector` is written there once more.

#![expect(clippy::print_stdout, reason = "what a bench is for")]

use std::hint::black_box;
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use gallery::index::{Flat, Index, Key};
use gallery::{Embedding, Model, Nearest};

/// Of the network that ships with the engine.
const DIMENSION: usize = 128;
/// Neighbors asked for.
const MAX: usize = 10;
/// Faces of one person.
const FACES_PER_PERSON: u64 = 8;
/// Queries whose neighbors are printed, to be compared with those another engine finds.
const SHOWN: usize = 20;

fn main() {
    let arguments: Vec<usize> = std::env::args()
        .skip(1)
        .map(|it| it.parse().unwrap_or(0))
        .collect();
    let [n_faces, n_queries, threads] = arguments[..] else {
        eprintln!("usage: search_bench <faces> <queries> <threads>");
        std::process::exit(2);
    };
    let threads = NonZeroUsize::new(threads).unwrap_or(NonZeroUsize::MIN);
    let n_queries = n_queries.max(1);

    let model = Model::new("bench", DIMENSION).expect("a good model");
    let before_kb = resident_kb();
    let started = Instant::now();
    let mut index = Flat::new(&model);
    for face in 0..n_faces as u64 {
        index.insert(Key(face), &stored(&model, face)).expect("one model");
    }
    let insert_seconds = started.elapsed().as_secs_f64();
    let resident_mb = (resident_kb() - before_kb) / 1024.0;

    let queries: Vec<_> = (0..n_queries as u64)
        .map(|it| asked(&model, it, n_faces as u64))
        .collect();
    let mut found = Vec::new();
    let mut times = Vec::new();
    for query in &queries {
        let started = Instant::now();
        let neighbors = index.search(query, Nearest::of(MAX), threads).expect("one model");
        times.push(started.elapsed());
        if found.len() < SHOWN {
            found.push(neighbors.iter().map(|it| it.key.0).collect::<Vec<_>>());
        }
    }
    let batch: Vec<_> = queries.iter().collect();
    let started = Instant::now();
    black_box(index.search_many(&batch, Nearest::of(MAX), threads)).expect("one model");
    let batch_time = started.elapsed();

    times.sort();
    println!(
        "{{\"faces\":{n_faces},\"queries\":{n_queries},\"threads\":{threads},\"median_ms\":{:.4},\"best_ms\":{:.4},\
         \"batch_ms\":{:.4},\"resident_mb\":{resident_mb:.1},\"vectors_mb\":{:.1},\"insert_s\":{insert_seconds:.3},\
         \"found\":{found:?}}}",
        ms(times[times.len() / 2]),
        ms(times[0]),
        ms(batch_time) / n_queries as f64,
        (n_faces * DIMENSION * size_of::<f32>()) as f64 / f64::from(1 << 20),
    );
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn stored(model: &Model, face: u64) -> Embedding {
    vector(model, face / FACES_PER_PERSON, face)
}

/// A new face of somebody who is stored.
fn asked(model: &Model, query: u64, n_faces: u64) -> Embedding {
    let n_people = (n_faces / FACES_PER_PERSON).max(1);
    vector(model, query * 7919 % n_people, (1 << 32) + query)
}

/// A person's place plus half as much of something else, about as far apart as real descriptors are.
fn vector(model: &Model, person: u64, face: u64) -> Embedding {
    let components: Vec<f32> = (0..DIMENSION as u64)
        .map(|it| {
            let place = bell((1 << 48) + person * DIMENSION as u64 + it);
            let own = bell(face * DIMENSION as u64 + it);
            place * 0.125 + own * 0.0625
        })
        .collect();
    Embedding::new(model, components).expect("finite components")
}

/// The sum of four uniform numbers out of one hash, minus its mean. Exact in `f32`.
fn bell(counter: u64) -> f32 {
    // SplitMix64.
    let mut bits = counter.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^= bits >> 31;
    let sum: u64 = (0..4).map(|it| bits >> (16 * it) & 0xFFFF).sum();
    sum as f32 / 65536.0 - 2.0
}

/// Resident memory of this process; 0 where there is no `/proc`.
fn resident_kb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:"));
    line.and_then(|it| it.trim().trim_end_matches(" kB").parse().ok())
        .unwrap_or(0.0)
}
