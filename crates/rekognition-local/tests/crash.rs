//! A hundred times: a server indexes faces over HTTP, is killed in the midst of it, and is started again. What it answered
//! is there, whole, and found by searching.
//!
//! Kills are real (SIGKILL), so this program is its own child: with the argument `child` and a folder it serves the endpoint
//! of the real binary, over a store and HTTP as that has them, but with faces made by hand. The real one takes almost a
//! second to load its networks, and its faces need photos of people; `binary.rs` kills it once.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test; and the child's output is its report"
)]

#[path = "rekognition/sign.rs"]
mod sign;

use std::{
    collections::BTreeMap,
    env,
    io::{BufRead, BufReader, Write as _},
    net::SocketAddr,
    num::NonZeroUsize,
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use face_engine::{EmbeddingModel, EngineError, Face, Point, Pose, Quality, Rect, SimilarityCurve, Wanted};
use picture::Picture;
use rekognition_local::{
    Faces, Limits, Rekognition,
    endpoint::{Endpoint, Hosts},
    folders::NoObjects,
    open_store,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use uuid::Uuid;

use sign::{GOOD, Signed, request};

const NAME: &str = "a_killed_server_loses_nothing_that_it_answered";
const KILLS: u32 = 100;
const CALLERS: usize = 3;
const FACES_PER_IMAGE: usize = 2;

/// Longest that a child may work before it is killed.
const WORK: Duration = Duration::from_millis(120);

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match &arguments[..] {
        [role, folder] if role == "child" => runtime().block_on(child(Path::new(folder))),
        [..] if arguments.iter().any(|it| it == "--list") => {
            if !arguments.iter().any(|it| it == "--ignored") {
                println!("{NAME}: test");
            }
        }
        [..] => {
            // Whatever has no hyphen is a filter, as for every other test; no value of an option gets here.
            let filters: Vec<_> = arguments.iter().filter(|it| !it.starts_with('-')).collect();
            if filters.is_empty() || filters.iter().any(|it| NAME.contains(it.as_str())) {
                runtime().block_on(parent());
                println!("test {NAME} ... ok");
            }
        }
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap()
}

/// Sees two faces in every picture, whose embeddings are the picture's first pixel and its opposite.
struct Pixels(EmbeddingModel);

impl Faces for Pixels {
    fn detect(&self, _: &Picture, _: Wanted) -> Result<Vec<Face>, EngineError> {
        Ok((0..FACES_PER_IMAGE).map(|it| face(it as f32)).collect())
    }

    fn embed(&self, photo: &Picture, faces: &[Face]) -> Result<Vec<Vec<f32>>, EngineError> {
        let pixel = |sign: f32| photo.rgb[..3].iter().map(|it| sign * f32::from(*it)).collect();
        let sign = |face: &Face| if face.bounds.left < 40.0 { 1.0 } else { -1.0 };
        Ok(faces.iter().map(|it| pixel(sign(it))).collect())
    }

    fn embedding_model(&self) -> &EmbeddingModel {
        &self.0
    }
}

fn face(number: f32) -> Face {
    Face {
        bounds: Rect {
            left: 40.0 * number,
            top: 0.0,
            width: 39.0 - number,
            height: 70.0,
        },
        confidence: 0.9,
        landmarks: [Point::default(); 68],
        pose: Pose {
            yaw: 0.0,
            pitch: 0.0,
            roll: 0.0,
        },
        quality: Quality {
            brightness: 50.0,
            sharpness: 50.0,
        },
        emotions: None,
        age: None,
        gender: None,
        smile: None,
        eyes_open: None,
        mouth_open: None,
    }
}

async fn child(folder: &Path) {
    let model = EmbeddingModel {
        name: "pixels 1.0".into(),
        version: "1.0".into(),
        dimension: 3,
        false_accept_rates: Vec::new(),
        similarity: SimilarityCurve::try_from(vec![(0.0, 100.0), (1.0, 0.0)]).unwrap(),
    };
    let store = open_store(folder).unwrap();
    let limits = Limits::with_workers(NonZeroUsize::new(2).unwrap());
    let rekognition = Rekognition::with(Arc::new(Pixels(model)), Arc::new(NoObjects), store, limits);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut out = std::io::stdout();
    writeln!(out, "{}", listener.local_addr().unwrap()).unwrap();
    out.flush().unwrap();
    Endpoint::new(rekognition, GOOD.key, GOOD.secret, Hosts::Loopback)
        .serve(listener, std::future::pending())
        .await
        .unwrap();
}

/// A child, killed with it.
struct Running {
    child: Child,
    address: SocketAddr,
}

impl Drop for Running {
    fn drop(&mut self) {
        // SIGKILL.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    fn start(folder: &Path) -> Self {
        let mut child = Command::new(env::current_exe().unwrap())
            .arg("child")
            .arg(folder)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        assert!(!line.is_empty(), "the store does not open");
        Self {
            child,
            address: line.trim().parse().unwrap(),
        }
    }
}

/// `None` if the server was killed before it answered.
async fn call(address: SocketAddr, operation: &str, input: &Value) -> Option<Value> {
    let target = format!("RekognitionService.{operation}");
    let how = Signed {
        target: &target,
        ..GOOD
    };
    let response = request(address, &how, input).send().await.ok()?;
    let status = response.status();
    let answer: Value = response.json().await.ok()?;
    assert_eq!(status, 200, "{operation}: {answer}");
    Some(answer)
}

/// Faces by the name of their image.
type Answered = BTreeMap<String, (u32, Vec<String>)>;

/// Indexes one new image after another until the server is dead.
async fn index(address: SocketAddr) -> Answered {
    let mut answered = Answered::new();
    loop {
        let name = Uuid::new_v4().simple().to_string();
        let color = u32::from_str_radix(&name[..6], 16).unwrap();
        let input = json!({"CollectionId": "people", "Image": image(color), "ExternalImageId": name});
        let Some(answer) = call(address, "IndexFaces", &input).await else {
            return answered;
        };
        let records = answer["FaceRecords"].as_array().unwrap();
        assert_eq!(records.len(), FACES_PER_IMAGE);
        let ids = records
            .iter()
            .map(|it| it["Face"]["FaceId"].as_str().unwrap().to_owned());
        answered.insert(name, (color, ids.collect()));
    }
}

/// The smallest picture there may be, all in one color.
fn image(color: u32) -> Value {
    let [_, r, g, b] = color.to_be_bytes();
    let picture = image::RgbImage::from_pixel(80, 80, image::Rgb([r, g, b]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    json!({"Bytes": STANDARD.encode(bytes.into_inner())})
}

async fn parent() {
    let folder = tempfile::tempdir().unwrap();
    let mut running = Running::start(folder.path());
    call(
        running.address,
        "CreateCollection",
        &json!({"CollectionId": "people"}),
    )
    .await
    .unwrap();
    let mut answered = Answered::new();
    for _ in 0..KILLS {
        let address = running.address;
        let callers: Vec<_> = (0..CALLERS).map(|_| tokio::spawn(index(address))).collect();
        let work_us = Uuid::new_v4().as_u128() % WORK.as_micros();
        tokio::time::sleep(Duration::from_micros(u64::try_from(work_us).unwrap())).await;
        drop(running);
        let mut latest = Answered::new();
        for caller in callers {
            latest.extend(caller.await.unwrap());
        }
        running = Running::start(folder.path());
        answered.extend(latest.clone());
        check(running.address, &answered, &latest).await;
    }
    assert!(KILLS < answered.len() as u32, "the servers hardly did anything");
    println!("{KILLS} kills; answered: {} images", answered.len());
}

async fn check(address: SocketAddr, answered: &Answered, latest: &Answered) {
    let mut stored: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut input = json!({"CollectionId": "people"});
    loop {
        let page = call(address, "ListFaces", &input).await.unwrap();
        for face in page["Faces"].as_array().unwrap() {
            let text = |member: &str| face[member].as_str().unwrap().to_owned();
            stored
                .entry(text("ExternalImageId"))
                .or_default()
                .push(text("FaceId"));
        }
        let Some(next) = page.get("NextToken") else { break };
        input["NextToken"] = next.clone();
    }
    for (name, (_, ids)) in answered {
        assert_eq!(
            stored.get(name),
            Some(ids),
            "an answered image is lost or changed"
        );
    }
    // All faces of an image or none, also of those that nobody was told about.
    assert!(stored.values().all(|it| it.len() == FACES_PER_IMAGE));
    for (color, ids) in latest.values().take(3) {
        let input = json!({"CollectionId": "people", "Image": image(*color), "FaceMatchThreshold": 100});
        let found = call(address, "SearchFacesByImage", &input).await.unwrap();
        let matches = found["FaceMatches"].as_array().unwrap();
        assert!(matches.iter().any(|it| it["Face"]["FaceId"] == json!(ids[0])));
    }
}
