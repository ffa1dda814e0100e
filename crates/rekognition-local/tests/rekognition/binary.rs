//! The program: what it refuses to start with, and a life from start to Ctrl-C with the real engine.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
};

use serde_json::json;

use crate::{
    common::{inline, jpeg},
    sign::{GOOD, Signed, request},
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_rekognition-local");

fn refuses(arguments: &[&str]) -> String {
    let output = Command::new(PROGRAM).args(arguments).output().expect("it starts");
    assert!(!output.status.success());
    assert!(output.stdout.is_empty(), "nothing is announced");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn it_says_what_is_missing() {
    let said = refuses(&["--port", "0", "--models", "no/such/folder"]);
    assert!(
        said.contains("no/such/folder") && said.contains("cargo xtask models"),
        "{said}"
    );
    let said = refuses(&["--port", "0", "--secret-key-file", "no/such/file"]);
    assert!(said.contains("cannot read no/such/file"), "{said}");
}

#[test]
fn it_does_not_serve_others_with_the_secret_everyone_knows() {
    let said = refuses(&["--port", "0", "--bind", "0.0.0.0"]);
    assert!(said.contains("choose a secret"), "{said}");
}

/// Ends the program whatever becomes of the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The program on a free port, with the real engine and these data.
fn program(data: &Path) -> Command {
    let models = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/weights"));
    assert!(
        models.join("index.toml").is_file(),
        "the models are missing: cargo xtask models"
    );
    let mut program = Command::new(PROGRAM);
    program
        .args(["--port", "0"])
        .arg("--models")
        .arg(models)
        .arg("--data")
        .arg(data);
    program
}

/// Starts it and waits until it says where it listens.
fn start(mut program: Command) -> (Running, SocketAddr) {
    let mut child = program
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let mut line = String::new();
    let out = child.stdout.take().expect("piped");
    let running = Running(child);
    BufReader::new(out).read_line(&mut line).expect("a line");
    let (_, rest) = line
        .split_once("http://")
        .expect("an address in the announcement");
    let address = rest.split_whitespace().next().expect("an address");
    (running, address.parse().expect("an address"))
}

#[test]
fn it_tells_the_thresholds_of_its_model() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = program(folder.path())
        .arg("--thresholds")
        .output()
        .expect("it starts");
    assert!(output.status.success());
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let similarities: Vec<f32> = said
        .lines()
        .filter(|it| it.contains(" %   ") && !it.ends_with("measured"))
        .filter_map(|it| it.rsplit(' ').next()?.parse().ok())
        .collect();
    assert!(3 <= similarities.len(), "{said}");
    assert!(
        similarities.is_sorted_by(|a, b| a < b),
        "fewer strangers, more similarity: {said}"
    );
}

#[tokio::test]
async fn it_keeps_collections_and_shares_their_folder_with_nobody() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let how = |target| Signed {
        secret: "test",
        target,
        ..GOOD
    };
    let (mut running, address) = start(program(&data));
    let created = how("RekognitionService.CreateCollection");
    let created = request(address, &created, &json!({"CollectionId": "people"}))
        .send()
        .await
        .expect("an answer");
    assert_eq!(created.status(), 200);

    let second = program(&data).output().expect("it starts");
    assert!(!second.status.success() && second.stdout.is_empty());
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(
        said.contains("another process is using") && said.contains("--data"),
        "{said}"
    );

    // SIGKILL.
    running.0.kill().expect("it runs");
    running.0.wait().expect("it ends");
    let (_running, address) = start(program(&data));
    let listed = how("RekognitionService.ListCollections");
    let listed = request(address, &listed, &json!({}))
        .send()
        .await
        .expect("an answer");
    let listed: serde_json::Value = listed.json().await.expect("JSON");
    assert_eq!(listed["CollectionIds"], json!(["people"]));
}

#[cfg(unix)]
#[tokio::test]
async fn it_answers_from_start_to_ctrl_c() {
    let folder = tempfile::tempdir().expect("a folder");
    let buckets = folder.path().join("buckets");
    std::fs::create_dir_all(buckets.join("photos")).expect("a bucket");
    std::fs::write(buckets.join("photos/grey.jpg"), jpeg(200, 100)).expect("an object");
    let secret_file = folder.path().join("secret");
    std::fs::write(&secret_file, "from a file\n").expect("a secret");

    let mut program = program(&folder.path().join("data"));
    program
        .args(["--access-key", "somebody"])
        .arg("--s3-root")
        .arg(&buckets)
        .arg("--secret-key-file")
        .arg(&secret_file);
    let (mut running, address) = start(program);

    let how = Signed {
        key: "somebody",
        secret: "from a file",
        ..GOOD
    };
    for input in [
        inline(&jpeg(200, 100)),
        json!({"Image": {"S3Object": {"Bucket": "photos", "Name": "grey.jpg"}}, "Attributes": ["ALL"]}),
    ] {
        let response = request(address, &how, &input).send().await.expect("an answer");
        assert_eq!(response.status(), 200);
        let answer: serde_json::Value = response.json().await.expect("JSON");
        assert_eq!(answer, json!({"FaceDetails": []}), "a grey picture has no face");
    }
    let stranger = request(address, &GOOD, &json!({}))
        .send()
        .await
        .expect("an answer");
    assert_eq!(stranger.status(), 400, "test/test is not a key here");

    let interrupted = Command::new("kill")
        .args(["-INT", &running.0.id().to_string()])
        .status()
        .expect("kill runs");
    assert!(interrupted.success());
    assert!(
        running.0.wait().expect("it ends").success(),
        "Ctrl-C is a clean end"
    );
}
