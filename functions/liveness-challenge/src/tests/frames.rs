//! Frames: which are taken, which are not, and what each costs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::{Begun, Desk, is_problem};
use crate::capabilities::fakes::{BOB, Look, face, jpeg, jpeg_of};
use crate::course::LEASE;
use crate::still::MAX_FRAME_BYTES;

#[tokio::test]
async fn a_frame_is_judged_kept_and_answered_with_what_comes_next() {
    let desk = Desk::new();
    let begun = desk.begin("sequence").await;
    assert_eq!(begun.answer["instruction"]["task"], "enter-area");
    let first = desk.next(&begun, 0).await;
    assert_eq!(
        (&first["phase"], &first["nextIndex"], &first["framesLeft"]),
        (&json!("area"), &json!(1), &json!(59))
    );
    let second = desk.next(&begun, 1).await;
    assert_eq!(
        (&second["phase"], &second["hint"], &second["instruction"]["task"]),
        (&json!("ready"), &json!("look-straight"), &json!("look-straight"))
    );
    let third = desk.next(&begun, 2).await;
    assert_eq!(
        (&third["phase"], &third["instruction"]["step"]),
        (&json!("step"), &json!(1))
    );
    assert_eq!((desk.world.n_detections(), desk.world.n_pictures()), (3, 3));
}

#[tokio::test]
async fn another_token_opens_nothing() {
    let desk = Desk::new();
    let (one, two) = (desk.begin("nose").await, desk.begin("nose").await);
    for token in [two.token.clone(), String::new(), format!("{}x", one.token)] {
        let forged = Begun {
            id: one.id.clone(),
            token,
            answer: json!({}),
            who: one.who.clone(),
        };
        is_problem(
            &desk.send(&forged, 0, &jpeg(0)).await,
            401,
            "challenge-token-invalid",
        );
        is_problem(&desk.verify(&forged).await, 401, "challenge-token-invalid");
    }
    assert_eq!(desk.world.n_detections(), 0);
}

#[tokio::test]
async fn somebody_elses_challenge_is_not_there() {
    let desk = Desk::new();
    let adas = desk.begin("nose").await;
    let bobs = Begun {
        who: Desk::session(BOB),
        ..adas
    };
    is_problem(&desk.send(&bobs, 0, &jpeg(0)).await, 404, "challenge-not-found");
    is_problem(&desk.verify(&bobs).await, 404, "challenge-not-found");
    for id in ["01890a5e-0000-7000-8000-00000000ffff", "x", "..%2f"] {
        let nobodys = Begun {
            id: id.to_owned(),
            token: bobs.token.clone(),
            answer: json!({}),
            who: bobs.who.clone(),
        };
        is_problem(&desk.verify(&nobodys).await, 404, "challenge-not-found");
    }
}

#[tokio::test]
async fn an_expired_challenge_takes_no_frames() {
    let desk = Desk::new();
    let begun = desk.begin("sequence").await;
    desk.next(&begun, 0).await;
    desk.wait(180_000);
    is_problem(&desk.send(&begun, 1, &jpeg(1)).await, 410, "challenge-expired");
    assert_eq!(desk.world.n_detections(), 1);
}

#[tokio::test]
async fn only_the_next_frame_is_taken() {
    let desk = Desk::new();
    let begun = desk.begin("sequence").await;
    desk.next(&begun, 0).await;
    for index in [2, 60, u32::MAX] {
        let (status, answer) = desk.send(&begun, index, &jpeg(9)).await;
        assert_eq!((status, &answer["accepted"]), (200, &json!(false)));
        assert_eq!(answer["refusal"], "out-of-order");
        assert_eq!(answer["nextIndex"], 1);
    }
    assert_eq!(desk.world.n_detections(), 1);
    desk.next(&begun, 1).await;
}

#[tokio::test]
async fn the_same_file_again_gets_the_same_answer_and_costs_nothing() {
    let desk = Desk::new();
    let begun = desk.begin("sequence").await;
    let first = desk.next(&begun, 0).await;
    desk.next(&begun, 1).await;
    desk.wait(250);
    assert_eq!(desk.send(&begun, 0, &jpeg(0)).await, (200, first));
    assert_eq!((desk.world.n_detections(), desk.world.n_pictures()), (2, 2));
}

#[tokio::test]
async fn another_file_at_the_same_place_is_refused() {
    let desk = Desk::new();
    let begun = desk.begin("sequence").await;
    desk.next(&begun, 0).await;
    let (status, answer) = desk.send(&begun, 0, &jpeg(9)).await;
    assert_eq!((status, &answer["refusal"]), (200, &json!("out-of-order")));
    assert_eq!((desk.world.n_detections(), desk.world.n_pictures()), (1, 1));
}

#[tokio::test]
async fn what_is_no_such_frame_is_refused_and_changes_nothing() {
    let desk = Desk::new();
    let begun = desk.begin("sequence").await;
    let mut huge = jpeg(0);
    let at = huge.windows(2).position(|it| it == [0xFF, 0xC0]).unwrap();
    huge[at + 5..at + 9].copy_from_slice(&[0xFF; 4]);
    let mut large = jpeg(0);
    large.resize(MAX_FRAME_BYTES + 1, 0);
    let half = jpeg(0)[..jpeg(0).len() / 2].to_vec();
    let before = desk.world.challenge(begun.id());
    for (file, status, slug) in [
        (large, 413, "frame-too-large"),
        (b"GIF89a".to_vec(), 422, "not-an-image"),
        (Vec::new(), 422, "not-an-image"),
        (b"\x89PNG\r\n\x1a\n".to_vec(), 422, "image-corrupt"),
        (half, 422, "image-corrupt"),
        (huge, 422, "frame-mismatch"),
        (jpeg_of(240, 320, 0), 422, "frame-mismatch"),
        (jpeg_of(640, 480, 0), 422, "frame-mismatch"),
        (jpeg_of(40, 40, 0), 422, "frame-mismatch"),
    ] {
        is_problem(&desk.send(&begun, 0, &file).await, status, slug);
    }
    let path = format!("/api/liveness/challenges/{}/frames", begun.id);
    for (name, value) in [
        ("jpegBase64", json!("%%")),
        ("takenAtMs", json!(-1)),
        ("index", json!(-1)),
    ] {
        let mut body = json!({ "token": begun.token, "index": 0, "takenAtMs": 1, "jpegBase64": STANDARD.encode(jpeg(0)) });
        body[name] = value;
        is_problem(
            &desk.call(&begun.who, ("PUT", &path), &body).await,
            422,
            "invalid-request",
        );
    }
    assert_eq!(desk.world.challenge(begun.id()), before);
    assert_eq!((desk.world.n_detections(), desk.world.n_pictures()), (0, 0));
}

#[tokio::test]
async fn of_frames_at_the_same_time_one_is_judged() {
    let desk = Desk::new();
    let begun = desk.begin("sequence").await;
    let (one, two) = (jpeg(1), jpeg(2));
    let (first, second) = tokio::join!(desk.send(&begun, 0, &one), desk.send(&begun, 0, &two));
    assert_eq!((first.0, second.0), (200, 200));
    let accepted = [&first.1, &second.1].map(|it| it["accepted"] == true);
    assert!(accepted[0] ^ accepted[1], "{first:?} {second:?}");
    let refused = if accepted[0] { second.1 } else { first.1 };
    assert_eq!(refused["refusal"], "at-the-same-time");
    assert_eq!((desk.world.n_detections(), desk.world.n_pictures()), (1, 1));
    desk.next(&begun, 1).await;
}

#[tokio::test]
async fn a_frame_that_could_not_be_looked_at_can_be_sent_again() {
    for capability in ["DetectFaces", "KeepFrames"] {
        let desk = Desk::new();
        let begun = desk.begin("sequence").await;
        desk.world.fail(capability);
        is_problem(&desk.send(&begun, 0, &jpeg(0)).await, 503, "busy");
        desk.world.heal();
        let (status, answer) = desk.send(&begun, 0, &jpeg(0)).await;
        assert_eq!((status, &answer["accepted"]), (200, &json!(true)), "{capability}");
    }
}

#[tokio::test]
async fn a_request_that_died_keeps_a_challenge_only_for_a_moment() {
    let desk = Desk::new();
    let begun = desk.begin("sequence").await;
    let kept = crate::course::Kept::read(&desk.world.challenge(begun.id())).unwrap();
    let died = kept.leased(uuid::Uuid::nil(), super::now());
    let write = crate::frame::take(&desk.world, &died).await;
    assert!(write.unwrap());
    let (_, answer) = desk.send(&begun, 0, &jpeg(0)).await;
    assert_eq!(answer["refusal"], "at-the-same-time");
    is_problem(&desk.verify(&begun).await, 503, "busy");
    desk.wait(LEASE.as_millis() as i64);
    desk.next(&begun, 0).await;
}

#[tokio::test]
async fn whoever_has_a_camera_that_stands_still_is_told() {
    let desk = Desk::new();
    let begun = desk.begin("sequence").await;
    desk.next(&begun, 0).await;
    desk.next(&begun, 1).await;
    let mut hints = Vec::new();
    for index in 2..6 {
        desk.wait(250);
        let (_, answer) = desk.send(&begun, index, &jpeg(1)).await;
        hints.push(answer["hint"].clone());
    }
    let still = json!("picture-stands-still");
    assert_eq!(hints, [json!(null), json!(null), still.clone(), still.clone()]);
    // Where it stays so, that is what can be done better.
    desk.wait(20_000);
    let (_, result) = desk.verify(&begun).await;
    assert_eq!(
        result,
        json!({ "passed": false, "reason": "timeout", "hint": still })
    );
}

#[tokio::test]
async fn after_the_end_only_what_was_taken_is_answered() {
    let desk = Desk::new();
    let begun = desk.begin("nose").await;
    let (_, n_frames) = desk.perform(&begun).await;
    let (status, answer) = desk.send(&begun, n_frames - 1, &jpeg(n_frames - 1)).await;
    assert_eq!((status, &answer["phase"]), (200, &json!("over")));
    is_problem(
        &desk.send(&begun, n_frames, &jpeg(n_frames)).await,
        409,
        "challenge-over",
    );
}

#[tokio::test]
async fn one_frame_too_many_ends_the_challenge_and_is_not_looked_at() {
    let desk = Desk::new();
    let begun = desk.begin("sequence").await;
    desk.world.show(Vec::new());
    for index in 0..60 {
        let answer = desk.next(&begun, index).await;
        assert_eq!(
            (&answer["phase"], &answer["hint"]),
            (&json!("face"), &json!("no-face"))
        );
    }
    desk.world.show(vec![face(Look::default())]);
    let last = desk.next(&begun, 60).await;
    assert_eq!((&last["phase"], &last["framesLeft"]), (&json!("over"), &json!(0)));
    assert_eq!((desk.world.n_detections(), desk.world.n_pictures()), (60, 60));
    let (_, result) = desk.verify(&begun).await;
    assert_eq!(result["reason"], "too-many-frames");
}
