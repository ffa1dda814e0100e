//! A stack killed in the middle of its work, for real.

use std::{
    collections::BTreeSet,
    fs::OpenOptions,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use futures::FutureExt as _;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::world::{Body, World, echo, eventually};

/// Names the folder to the child; without it the child's half of the test has nothing to do.
const FOLDER: &str = "STACK_TEST_KILLED_STACK";
/// Tells the child which one it is.
const ROUND: &str = "STACK_TEST_KILLED_ROUND";
const ROUNDS: u64 = 4;

/// Writes down what it was given, slowly enough to be killed between two records.
fn writes_down(folder: &Path) -> Body {
    let path = folder.join("delivered");
    std::sync::Arc::new(move |_, event: Value| {
        let path = path.clone();
        async move {
            for record in event["Records"].as_array().unwrap() {
                let pk = record["dynamodb"]["NewImage"]["pk"]["S"].as_str().unwrap();
                let mut file = OpenOptions::new().create(true).append(true).open(&path).unwrap();
                writeln!(file, "{pk}").unwrap();
                tokio::time::sleep(Duration::from_millis(3)).await;
            }
            Ok(json!({"batchItemFailures": []}))
        }
        .boxed()
    })
}

fn delivered(folder: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(folder.join("delivered")).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// The child: writes rows, publishes and sets a parameter, and says so each time, until it is killed.
#[tokio::test]
async fn works_until_it_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else {
        return;
    };
    let world = World::start_in(&folder, |_| {}, echo(), writes_down(&folder)).await;
    let topics = aws_sdk_sns::Client::new(&world.root().await);
    let parameters = aws_sdk_ssm::Client::new(&world.root().await);
    let round = std::env::var_os(ROUND).unwrap().into_string().unwrap();
    for n in 0.. {
        let name = format!("{round}-{n:05}");
        world.write_note(&name, true).await;
        say("row", &name);
        let topic = "arn:aws:sns:eu-west-1:000000000000:visavis-AlertsTopic";
        topics
            .publish()
            .topic_arn(topic)
            .message(&name)
            .send()
            .await
            .unwrap();
        say("message", &name);
        let put = parameters
            .put_parameter()
            .name("/visavis/last")
            .value(&name)
            .overwrite(true);
        put.r#type(aws_sdk_ssm::types::ParameterType::String)
            .send()
            .await
            .unwrap();
        say("parameter", &name);
    }
}

fn say(what: &str, name: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "acknowledged {what} {name}").unwrap();
    out.flush().unwrap();
}

/// Everything one child said before it was killed.
fn run_and_kill(folder: &Path, round: u64) -> Vec<(String, String)> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "killed::works_until_it_is_killed",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(FOLDER, folder)
        .env(ROUND, round.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let reader = std::thread::spawn(move || {
        let said = output.lines().map_while(Result::ok).filter_map(|it| {
            let (what, name) = it.strip_prefix("acknowledged ")?.split_once(' ')?;
            Some((what.to_owned(), name.to_owned()))
        });
        said.collect::<Vec<_>>()
    });
    std::thread::sleep(Duration::from_millis(900 + 173 * round));
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_and_every_row_is_delivered_in_order() {
    let folder = TempDir::new().unwrap();
    let mut said = Vec::new();
    for round in 0..ROUNDS {
        let path = folder.path().to_owned();
        said.extend(
            tokio::task::spawn_blocking(move || run_and_kill(&path, round))
                .await
                .unwrap(),
        );
    }
    let names = |kind: &str| -> Vec<String> {
        said.iter()
            .filter(|(what, _)| what == kind)
            .map(|(_, name)| name.clone())
            .collect()
    };
    let rows = names("row");
    assert!(20 < rows.len(), "the children wrote something ({})", rows.len());

    let world = World::start_in(folder.path(), |_| {}, echo(), writes_down(folder.path())).await;
    let arrived = eventually("every acknowledged row", async || {
        let arrived = delivered(folder.path());
        rows.iter()
            .collect::<BTreeSet<_>>()
            .is_subset(&arrived.iter().collect())
            .then_some(arrived)
    })
    .await;
    // A batch that was cut short comes again, from its start; nothing overtakes.
    let mut first_times = Vec::new();
    for name in &arrived {
        if !first_times.contains(name) {
            first_times.push(name.clone());
        }
    }
    first_times.retain(|it| rows.contains(it));
    assert_eq!(first_times, rows);

    let kept: BTreeSet<String> = world
        .messages("/_stack/outbox.json")
        .await
        .iter()
        .map(|it| it["body"].as_str().unwrap().to_owned())
        .collect();
    for message in names("message") {
        assert!(kept.contains(&message), "{message} was acknowledged");
    }
    let parameters = aws_sdk_ssm::Client::new(&world.root().await);
    let last = parameters
        .get_parameter()
        .name("/visavis/last")
        .send()
        .await
        .unwrap();
    let last = last.parameter().unwrap().value().unwrap().to_owned();
    let acknowledged = names("parameter").pop().unwrap();
    // The write after the last acknowledged one may have reached the disk, too.
    assert!(acknowledged <= last, "{last} is older than {acknowledged}");
}
