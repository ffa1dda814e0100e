//! What somebody sends who does not use our client.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use domain::Scope;
use lambda_kit::testing;
use liveness::chain::Link;
use liveness::risk::Signal;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Begun, Desk, is_problem, now};
use crate::capabilities::fakes::{ADA, HEIGHT, WIDTH, jpeg, jpeg_of};
use crate::course::Kept;

/// The same picture in another file.
fn with_comment(jpeg: &[u8], comment: u8) -> Vec<u8> {
    let mut file = jpeg.to_vec();
    file.splice(2..2, [0xFF, 0xFE, 0, 3, comment]);
    file
}

/// The picture, and that it is to be turned: EXIF orientation 6, its left edge is the top.
fn turned(jpeg: &[u8]) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    exif.splice(0..0, [0xFF, 0xE1, length[0], length[1]]);
    let mut file = jpeg.to_vec();
    file.splice(2..2, exif);
    file
}

#[tokio::test]
async fn the_same_pixels_in_another_file_are_a_duplicate() {
    let desk = Desk::new();
    let begun = desk.begin("sequence").await;
    for index in 0..4 {
        desk.wait(250);
        let file = with_comment(&jpeg(0), index as u8);
        let (status, answer) = desk.send(&begun, index, &file).await;
        // The first one shows a face; the others are no evidence of anything.
        assert_eq!((status, &answer["phase"]), (200, &json!("area")), "{index}");
    }
    let kept = Kept::read(&desk.world.challenge(begun.id())).unwrap();
    assert_eq!(kept.course.challenge.risk().signals[&Signal::DuplicateFrame], 3);
}

#[tokio::test]
async fn the_chain_is_that_of_the_frames_that_are_kept() {
    let desk = Desk::new();
    let begun = desk.begin("sequence").await;
    let mut link = Link::START;
    for index in 0..5 {
        desk.next(&begun, index).await;
        let sha256 = Sha256::digest(desk.world.picture(begun.id(), index)).into();
        link = link.next(index, &sha256, begun.id().as_uuid());
    }
    let kept = Kept::read(&desk.world.challenge(begun.id())).unwrap();
    assert_eq!(kept.course.challenge.link(), link);
}

#[tokio::test]
async fn tokens_of_another_purpose_open_nothing() {
    let desk = Desk::new();
    let begun = desk.begin("nose").await;
    desk.perform(&begun).await;
    let (_, result) = desk.verify(&begun).await;
    let [header, payload, signature] =
        <[&str; 3]>::try_from(begun.token.split('.').collect::<Vec<_>>()).unwrap();
    let mut claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    // Nothing of what is to be done is in it.
    let mut names: Vec<_> = claims.as_object().unwrap().keys().cloned().collect();
    names.sort_unstable();
    assert_eq!(names, ["aud", "exp", "iat", "iss", "jti", "own"]);
    claims["exp"] = json!(i64::MAX);
    let longer = URL_SAFE_NO_PAD.encode(claims.to_string());
    for token in [
        result["assertion"].as_str().unwrap().to_owned(),
        testing::token(ADA, now()),
        format!("{header}.{longer}.{signature}"),
        format!("{header}.{payload}."),
        format!("{header}.{payload}"),
    ] {
        let forged = Begun {
            token,
            id: begun.id.clone(),
            answer: json!({}),
            who: begun.who.clone(),
        };
        is_problem(&desk.verify(&forged).await, 401, "challenge-token-invalid");
    }
}

#[tokio::test]
async fn a_challenge_belongs_to_the_key_that_began_it() {
    let desk = Desk::new();
    let key = || vec![("x-api-key", desk.api_keys.issue(ADA, &[Scope::Liveness], None))];
    let (one, other) = (key(), key());
    let begun = desk.begin_as(one.clone(), &json!({ "subject": "badge 7" })).await;
    let adas = desk.begin("sequence").await;
    for (challenge, who) in [(&begun, &other), (&begun, &Desk::session(ADA)), (&adas, &one)] {
        let taken = Begun {
            who: who.clone(),
            id: challenge.id.clone(),
            token: challenge.token.clone(),
            answer: json!({}),
        };
        is_problem(&desk.send(&taken, 0, &jpeg(0)).await, 404, "challenge-not-found");
        is_problem(&desk.verify(&taken).await, 404, "challenge-not-found");
    }
    desk.next(&begun, 0).await;
    desk.next(&adas, 0).await;
}

#[tokio::test]
async fn numbers_and_text_that_are_none_are_refused_and_lose_nothing() {
    let desk = Desk::new();
    let begun = desk.begin("sequence").await;
    desk.next(&begun, 0).await;
    let before = desk.world.challenge(begun.id());
    let path = format!("/api/liveness/challenges/{}/frames", begun.id);
    let base64 = STANDARD.encode(jpeg(1));
    let url_alphabet = base64.replace('+', "-").replace('/', "_");
    for (name, value) in [
        ("index", json!(1.5)),
        ("index", json!("1")),
        ("index", json!(null)),
        ("index", json!(1_u64 << 32)),
        ("takenAtMs", json!(0.5)),
        ("takenAtMs", json!(1e300)),
        ("takenAtMs", json!("NaN")),
        ("takenAtMs", json!(null)),
        ("jpegBase64", json!(format!("{base64}\n"))),
        (
            "jpegBase64",
            json!(format!("{}====", base64.trim_end_matches('='))),
        ),
        ("jpegBase64", json!(url_alphabet)),
        ("jpegBase64", json!(format!("data:image/jpeg;base64,{base64}"))),
        ("jpegBase64", json!([1, 2])),
        ("extra", json!(1)),
    ] {
        let mut body = json!({ "token": begun.token, "index": 1, "takenAtMs": 1, "jpegBase64": base64 });
        body[name] = value;
        let answer = desk.call(&begun.who, ("PUT", &path), &body).await;
        is_problem(&answer, 422, "invalid-request");
        assert_eq!(answer.1["errors"][0]["field"], name);
    }
    assert_eq!(desk.world.challenge(begun.id()), before);
    // The client's clock may show anything.
    let body = json!({ "token": begun.token, "index": 1, "takenAtMs": i64::MAX, "jpegBase64": base64 });
    assert_eq!(desk.call(&begun.who, ("PUT", &path), &body).await.0, 200);
    let body =
        json!({ "token": begun.token, "index": 2, "takenAtMs": 0, "jpegBase64": STANDARD.encode(jpeg(2)) });
    assert_eq!(desk.call(&begun.who, ("PUT", &path), &body).await.0, 200);
}

#[tokio::test]
async fn a_picture_is_judged_as_it_is_seen() {
    let desk = Desk::new();
    let begun = desk.begin("sequence").await;
    // Its pixels lie on their side: as it is displayed it has the announced size, or not.
    is_problem(
        &desk.send(&begun, 0, &turned(&jpeg(0))).await,
        422,
        "frame-mismatch",
    );
    let lying = turned(&jpeg_of(HEIGHT, WIDTH, 0));
    assert_eq!(desk.send(&begun, 0, &lying).await.0, 200);
    let kept = desk.world.picture(begun.id(), 0);
    let header = picture::probe(&kept, &picture::Limits::UPLOAD).unwrap();
    assert_eq!((header.width, header.height), (WIDTH, HEIGHT));
    assert!(!kept.windows(4).any(|it| it == b"Exif"));
    // What follows the end of the picture is not kept.
    let mut tail = jpeg(1);
    tail.extend(b"tail");
    let (status, _) = desk.send(&begun, 1, &tail).await;
    assert!([200, 422].contains(&status), "{status}");
    let cmyk = include_bytes!("../../../../crates/picture/src/decode/cmyk.jpg");
    let before = desk.world.challenge(begun.id());
    let (status, answer) = desk.send(&begun, 2, cmyk).await;
    assert_eq!(status, 422, "{answer}");
    assert_eq!(desk.world.challenge(begun.id()), before);
}
