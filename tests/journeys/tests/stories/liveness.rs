//! The liveness check, as people and their pictures experience it. A picture that is held or moved never passes; what passes is in
//! `liveness_passed.rs`.

use aws::challenges::{AssertionRow, ChallengeRow, ChallengesTable, Part, PutChallengeError, SpendError};
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::{ChallengeId, UserId};
use image::imageops::{self, FilterType};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use jiff::Timestamp;
use journeys::{Answer, Person, Suite, jpeg_of_nothing, sample};
use serde_json::{Value, json};

const WIDTH: u32 = 480;
const HEIGHT: u32 = 640;

struct Challenge {
    id: String,
    token: Value,
    instruction: Value,
}

async fn begin(person: &Person<'_>, kind: &str) -> Challenge {
    let body = json!({ "imageWidth": WIDTH, "imageHeight": HEIGHT, "kind": kind });
    let begun = person.post("/api/liveness/challenges", &body).await.expect(201);
    Challenge {
        id: begun["challengeId"].as_str().expect("an id").to_owned(),
        token: begun["token"].clone(),
        instruction: begun["instruction"].clone(),
    }
}

async fn send(person: &Person<'_>, challenge: &Challenge, index: u32, jpeg: &[u8]) -> Answer {
    let body = json!({
        "token": challenge.token, "index": index, "takenAtMs": 1000 + 250 * index, "jpegBase64": STANDARD.encode(jpeg),
    });
    let path = format!("/api/liveness/challenges/{}/frames", challenge.id);
    person.put_json(&path, &body).await
}

async fn verify(person: &Person<'_>, challenge: &Challenge) -> Answer {
    let path = format!("/api/liveness/challenges/{}/verify", challenge.id);
    person.post(&path, &json!({ "token": challenge.token })).await
}

fn jpeg(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    DynamicImage::from(picture.clone())
        .write_to(&mut bytes, ImageFormat::Jpeg)
        .expect("a valid picture encodes");
    bytes.into_inner()
}

/// A printed photo of one face, cut out of a group photo: 216 px wide, in front of a plain wall.
struct Print(RgbImage);

impl Print {
    async fn of_the_largest_face(person: &Person<'_>) -> Self {
        let photo = sample("sample1.jpg");
        let found = person.analyze(&photo, "image/jpeg").await.expect(201);
        let face = &found["faces"][0]["box"];
        let photo = image::load_from_memory(&photo).expect("a photo").to_rgb8();
        let pixels = |name: &str, side: u32| face[name].as_f64().expect("a ratio") * f64::from(side);
        let (width, height) = (pixels("width", photo.width()), pixels("height", photo.height()));
        let middle_x = pixels("left", photo.width()) + width / 2.0;
        let middle_y = pixels("top", photo.height()) + height / 2.0;
        // Hair and chin belong to a face; its neighbours do not.
        let (cut_width, cut_height) = (1.5 * width, 1.5 * height);
        let (left, top) = (
            (middle_x - cut_width / 2.0).max(0.0),
            (middle_y - cut_height / 2.0).max(0.0),
        );
        let cut = imageops::crop_imm(
            &photo,
            left as u32,
            top as u32,
            cut_width as u32,
            cut_height as u32,
        );
        let scale = 216.0 / width;
        let (new_width, new_height) = ((cut_width * scale) as u32, (cut_height * scale) as u32);
        Self(imageops::resize(
            &cut.to_image(),
            new_width,
            new_height,
            FilterType::Triangle,
        ))
    }

    /// What the camera sees of it when it is held `dx`, `dy` pixels from the middle.
    fn held(&self, dx: f64, dy: f64) -> Vec<u8> {
        let mut frame = RgbImage::from_pixel(WIDTH, HEIGHT, Rgb([120, 124, 128]));
        let left = (i64::from(WIDTH) - i64::from(self.0.width())) / 2 + dx as i64;
        let top = (i64::from(HEIGHT) - i64::from(self.0.height())) / 2 + dy as i64;
        imageops::overlay(&mut frame, &self.0, left, top);
        jpeg(&frame)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_that_is_moved_to_the_target_does_not_pass_and_nobody_else_sees_it() {
    let suite = Suite::start().await;
    let (ada, bob) = (suite.person("ada").await, suite.person("bob").await);
    let print = Print::of_the_largest_face(&ada).await;
    let challenge = begin(&ada, "nose").await;
    assert_eq!(challenge.instruction["task"], "enter-area");

    let first = send(&ada, &challenge, 0, &print.held(0.0, 0.0)).await.expect(200);
    assert_eq!(
        (&first["accepted"], &first["phase"]),
        (&json!(true), &json!("area")),
        "{first}"
    );
    // The same file again: the same answer.
    assert_eq!(
        send(&ada, &challenge, 0, &print.held(0.0, 0.0)).await.expect(200),
        first
    );
    let second = send(&ada, &challenge, 1, &print.held(1.0, 0.0)).await.expect(200);
    assert_eq!(second["instruction"]["task"], "nose-to-target", "{second}");
    let target = &second["instruction"]["target"];
    let middle = |at: &str, side: &str| target[at].as_f64().unwrap() + target[side].as_f64().unwrap() / 2.0;
    let (dx, dy) = (
        middle("left", "width") - f64::from(WIDTH) / 2.0,
        middle("top", "height") - f64::from(HEIGHT) / 2.0,
    );
    let mut over = false;
    // The forty-first frame is one too many, for a machine so quick that ten seconds are not over by then.
    for index in 2..=40 {
        let part = (f64::from(index - 1) / 8.0).min(1.0);
        let sway = f64::from(index % 2);
        let frame = print.held(dx * part + sway, dy * part);
        let answer = send(&ada, &challenge, index, &frame).await.expect(200);
        if answer["phase"] == "over" {
            over = true;
            break;
        }
    }
    assert!(over, "a nose challenge ends within ten seconds or forty frames");

    verify(&bob, &challenge)
        .await
        .expect_problem(404, "challenge-not-found");
    let result = verify(&ada, &challenge).await.expect(200);
    assert_eq!(result["passed"], false, "{result}");
    let reason = result["reason"].as_str().expect("a reason");
    let flat = [
        "flat-face",
        "left-area",
        "path-not-smooth",
        "too-fast",
        "timeout",
        "too-many-frames",
    ];
    assert!(flat.contains(&reason), "{reason}");
    assert!(result["assertion"].is_null());
    assert_eq!(verify(&ada, &challenge).await.expect(200), result);
    send(&ada, &challenge, 41, &print.held(0.0, 0.0))
        .await
        .expect_problem(409, "challenge-over");

    let key = format!("frames/l/{}/0.jpg", challenge.id);
    let objects = suite.objects().await;
    assert!(objects.iter().any(|it| it.ends_with(&key)), "{objects:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_nobody_and_what_is_no_frame_do_not_begin() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;
    let challenge = begin(&ada, "sequence").await;

    let group = image::load_from_memory(&sample("sample1.jpg"))
        .expect("a photo")
        .to_rgb8();
    let group = imageops::resize(&group, WIDTH, HEIGHT, FilterType::Triangle);
    let answer = send(&ada, &challenge, 0, &jpeg(&group)).await.expect(200);
    assert_eq!(
        (&answer["phase"], &answer["hint"]),
        (&json!("face"), &json!("only-one-face")),
        "{answer}"
    );
    let nobody = jpeg_of_nothing(WIDTH, HEIGHT);
    let answer = send(&ada, &challenge, 1, &nobody).await.expect(200);
    assert_eq!(
        (&answer["phase"], &answer["hint"]),
        (&json!("face"), &json!("no-face"))
    );

    let lying = jpeg_of_nothing(HEIGHT, WIDTH);
    send(&ada, &challenge, 2, &lying)
        .await
        .expect_problem(422, "frame-mismatch");
    send(&ada, &challenge, 2, b"GIF89a")
        .await
        .expect_problem(422, "not-an-image");
    let mut large = nobody.clone();
    large.resize(200_001, 0);
    send(&ada, &challenge, 2, &large)
        .await
        .expect_problem(413, "frame-too-large");
    let out_of_order = send(&ada, &challenge, 7, &nobody).await.expect(200);
    assert_eq!(
        (&out_of_order["accepted"], &out_of_order["nextIndex"]),
        (&json!(false), &json!(2))
    );

    let forged = Challenge {
        token: json!("x"),
        ..challenge
    };
    verify(&ada, &forged)
        .await
        .expect_problem(401, "challenge-token-invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn five_challenges_that_were_not_passed_lock_for_half_an_hour() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;
    for _ in 0..5 {
        let challenge = begin(&ada, "nose").await;
        let result = verify(&ada, &challenge).await.expect(200);
        assert_eq!(
            result,
            json!({ "passed": false, "reason": "incomplete" }),
            "ended before anything was done"
        );
    }
    let body = json!({ "imageWidth": WIDTH, "imageHeight": HEIGHT });
    let refused = ada.post("/api/liveness/challenges", &body).await;
    let retry_after_s: u64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1700..=1800).contains(&retry_after_s), "{retry_after_s}");
    refused.expect_problem(429, "rate-limited");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_challenge_only_goes_forward_and_its_assertion_is_good_once() {
    let suite = Suite::start().await;
    let credentials = Credentials::new("test", "test", None, None, "journey");
    let mut aws = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials));
    aws.set_endpoint_url(Some(suite.aws_url().to_owned()));
    let name = suite.function("LivenessChallengeFunction").env["LIVENESS_TABLE"].clone();
    let table = ChallengesTable::new(&aws.build(), name);

    // The table's own time, or its TTL would end the rows.
    let now = Timestamp::from_second(Timestamp::now().as_second()).expect("a time");
    let at = |seconds: i64| Timestamp::from_second(now.as_second() + seconds).expect("a time");
    let id = ChallengeId::parse("01890a5e-0000-7000-8000-000000000001").expect("an id");
    let row = |version| ChallengeRow {
        id,
        owner: UserId::parse("01890a5e-0000-7000-8000-000000000002").expect("an id"),
        version,
        lease: None,
        body: "{}".to_owned(),
        forget_at: at(86_400),
    };
    let assertion = AssertionRow {
        reference_frame: 3,
        expires_at: at(120),
    };
    table.put(&row(0), None).await.expect("a new one");
    let passed = Some(Part::Assertion(assertion));
    for (version, part) in [(0, None), (0, passed), (2, None), (2, passed)] {
        let refused = table.put(&row(version), part).await;
        assert!(matches!(refused, Err(PutChallengeError::Changed)), "{refused:?}");
    }
    assert!(matches!(
        table.spend_assertion(id, now).await,
        Err(SpendError::NotGood)
    ));
    table.put(&row(1), passed).await.expect("the next one");
    assert_eq!(table.get(id).await.expect("a row"), Some(row(1)));
    assert_eq!(table.get_frame(id, 0).await.expect("no row"), None);

    let too_late = table.spend_assertion(id, at(120)).await;
    assert!(matches!(too_late, Err(SpendError::NotGood)), "{too_late:?}");
    assert_eq!(table.spend_assertion(id, at(119)).await.expect("good"), assertion);
    let again = table.spend_assertion(id, at(119)).await;
    assert!(matches!(again, Err(SpendError::NotGood)), "{again:?}");
}
