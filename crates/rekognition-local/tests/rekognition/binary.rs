//! The program: what it refuses to start with, and a life from start to Ctrl-C with the real engine.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use serde_json::json;

use crate::{
    common::{inline, jpeg},
    endpoint::{GOOD, Signed, request},
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

#[cfg(unix)]
#[tokio::test]
async fn it_answers_from_start_to_ctrl_c() {
    let models = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/weights"));
    assert!(
        models.join("index.toml").is_file(),
        "the models are missing: cargo xtask models"
    );
    let folder = tempfile::tempdir().expect("a folder");
    let buckets = folder.path().join("buckets");
    std::fs::create_dir_all(buckets.join("photos")).expect("a bucket");
    std::fs::write(buckets.join("photos/grey.jpg"), jpeg(200, 100)).expect("an object");
    let secret_file = folder.path().join("secret");
    std::fs::write(&secret_file, "from a file\n").expect("a secret");

    let mut child = Command::new(PROGRAM)
        .args(["--port", "0", "--access-key", "somebody"])
        .arg("--models")
        .arg(models)
        .arg("--s3-root")
        .arg(&buckets)
        .arg("--secret-key-file")
        .arg(&secret_file)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let mut line = String::new();
    let out = child.stdout.take().expect("piped");
    let mut running = Running(child);
    BufReader::new(out).read_line(&mut line).expect("a line");
    let (_, rest) = line
        .split_once("http://")
        .expect("an address in the announcement");
    let address = rest
        .split_whitespace()
        .next()
        .expect("an address")
        .parse()
        .expect("an address");

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
