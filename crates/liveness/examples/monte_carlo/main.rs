//! Prints how often recordings pass random challenges, and how often people who do what is asked do.
//!
//! `cargo run -p liveness --release --example monte_carlo -- --draws 10000`. The tables are in `docs/liveness.md`.

#[path = "../../tests/simulated/simulation/mod.rs"]
mod simulation;

use simulation::replay::{Kind, Replays, cooperate, recordings, tours};
use simulation::seeded;

/// What is measured.
const KINDS: [Kind; 5] = [
    Kind::Reference,
    Kind::Nose,
    Kind::Sequence,
    Kind::Unhurried,
    Kind::Targets,
];

/// Recordings of each kind: ten threes.
const RECORDINGS: usize = 30;

#[expect(clippy::print_stdout, reason = "a program that prints a table")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (draws, seed) = arguments()?;
    println!("{draws} draws, {RECORDINGS} recordings of each kind, seed {seed}\n");
    println!(
        "| challenge | bits | recordings | one passes | the best one | three | the best three | passed of plays |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for kind in KINDS {
        let mut rng = seeded(seed);
        let is_nose = matches!(kind, Kind::Reference | Kind::Nose);
        let bits = if is_nose {
            String::new()
        } else {
            format!("{:.1}", kind.space().bits())
        };
        let passed = recordings(kind, RECORDINGS, &mut rng);
        let mut rows = vec![("of a challenge that was passed", passed)];
        if !is_nose {
            rows.push(("one thing after the other", tours(kind, RECORDINGS, &mut rng)));
        }
        for (about, recordings) in rows {
            let replays = Replays::measure(kind, &recordings, draws, &mut rng);
            let (passed, plays) = replays.total();
            println!(
                "| {} | {bits} | {about} | {} | {} | {} | {} | {passed} of {plays} |",
                kind.name(),
                percent(replays.one()),
                percent(replays.best_one()),
                percent(replays.three()),
                percent(replays.best_three()),
            );
        }
    }
    println!("\n| challenge | people | pass | frames | seconds | reasons of the others |");
    println!("|---|---|---|---|---|---|");
    for kind in KINDS {
        let people = cooperate(kind, u32::try_from(draws)?, &mut seeded(seed + 1));
        let reasons = people
            .reasons
            .iter()
            .map(|(reason, count)| format!("{reason} {count}"));
        println!(
            "| {} | {} | {} | {:.0} | {:.1} | {} |",
            kind.name(),
            people.tries,
            percent(people.rate()),
            people.frames as f64 / f64::from(people.passed),
            people.seconds / f64::from(people.passed),
            reasons.collect::<Vec<_>>().join(", "),
        );
    }
    Ok(())
}

fn percent(share: f64) -> String {
    format!("{:.3} %", 100.0 * share)
}

/// Reads `--draws` and `--seed`.
fn arguments() -> Result<(usize, u64), Box<dyn std::error::Error>> {
    let (mut draws, mut seed) = (10_000, 5);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| format!("{word} needs a number"))?;
        match word.as_str() {
            "--draws" => draws = value.parse()?,
            "--seed" => seed = value.parse()?,
            _ => return Err(format!("{word} is neither --draws nor --seed").into()),
        }
    }
    Ok((draws, seed))
}
