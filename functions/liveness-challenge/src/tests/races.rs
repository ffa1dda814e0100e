//! Requests at the same time, requests that die, and clocks that do not agree.

use futures::future::join_all;
use jiff::SignedDuration;
use serde_json::json;
use uuid::Uuid;

use super::{Desk, is_problem, now};
use crate::capabilities::KeepChallenges as _;
use crate::capabilities::fakes::{ADA, jpeg};
use crate::course::{Kept, LEASE};
use crate::frame::take;

#[tokio::test]
async fn of_twenty_starts_at_the_same_time_five_succeed() {
    let desk = Desk::new();
    let size = json!({ "imageWidth": 640, "imageHeight": 480 });
    let who = Desk::session(ADA);
    let starts = join_all((0..20).map(|_| desk.start(&who, &size))).await;
    assert_eq!(starts.iter().filter(|it| it.0 == 201).count(), 5);
    for refused in starts.iter().filter(|it| it.0 != 201) {
        is_problem(refused, 429, "rate-limited");
    }
}

#[tokio::test]
async fn a_request_that_is_repeated_twenty_times_at_once_begins_one_challenge_and_locks_nobody() {
    let desk = Desk::new();
    let size = json!({ "imageWidth": 640, "imageHeight": 480 });
    let mut who = Desk::session(ADA);
    who.push(("idempotency-key", "k1".to_owned()));
    let starts = join_all((0..20).map(|_| desk.start(&who, &size))).await;
    for start in &starts {
        assert_eq!(start, &starts[0]);
    }
    assert_eq!((starts[0].0, desk.world.n_challenges()), (201, 1));
    // One start is counted, so four more are free.
    for _ in 0..4 {
        desk.begin("sequence").await;
    }
    is_problem(&desk.start(&Desk::session(ADA), &size).await, 429, "rate-limited");
}

#[tokio::test]
async fn a_repeated_request_finds_the_last_challenge_before_a_pause_and_begins_none_in_it() {
    let desk = Desk::new();
    let size = json!({ "imageWidth": 640, "imageHeight": 480 });
    for _ in 0..4 {
        desk.begin("sequence").await;
    }
    let mut who = Desk::session(ADA);
    who.push(("idempotency-key", "k1".to_owned()));
    let starts = join_all((0..20).map(|_| desk.start(&who, &size))).await;
    for start in &starts {
        assert_eq!(start, &starts[0]);
    }
    assert_eq!((starts[0].0, desk.world.n_challenges()), (201, 5));
    who[1].1 = "k2".to_owned();
    let refused = join_all((0..20).map(|_| desk.start(&who, &size))).await;
    for refused in &refused {
        is_problem(refused, 429, "rate-limited");
    }
    assert_eq!(desk.world.n_challenges(), 5);
}

#[tokio::test]
async fn of_twenty_requests_for_the_result_one_compares() {
    let desk = Desk::new();
    let begun = desk.begin("nose").await;
    desk.perform(&begun).await;
    let answers = join_all((0..20).map(|_| desk.verify(&begun))).await;
    let compared = desk.world.compared();
    let different: std::collections::BTreeSet<_> = compared.iter().collect();
    assert_eq!(compared.len(), different.len());
    assert_eq!(answers.iter().filter(|it| it.0 == 200).count(), 1);
    assert!(answers.iter().all(|it| [200, 503].contains(&it.0)));
    assert_eq!(desk.verify(&begun).await.1["passed"], true);
    assert_eq!(desk.world.compared(), compared);
}

#[tokio::test]
async fn of_twenty_frames_at_the_same_time_one_is_looked_at() {
    let desk = Desk::new();
    let begun = desk.begin("sequence").await;
    let files: Vec<_> = (0..20).map(jpeg).collect();
    let answers = join_all(files.iter().map(|it| desk.send(&begun, 0, it))).await;
    assert_eq!(answers.iter().filter(|it| it.1["accepted"] == true).count(), 1);
    assert_eq!((desk.world.n_detections(), desk.world.n_pictures()), (1, 1));
}

#[tokio::test]
async fn whoever_was_too_slow_writes_nothing() {
    let desk = Desk::new();
    let begun = desk.begin("sequence").await;
    desk.next(&begun, 0).await;
    let kept = Kept::read(&desk.world.challenge(begun.id())).unwrap();
    let slow = kept.leased(Uuid::nil(), desk.now());
    assert!(take(&desk.world, &slow).await.unwrap());
    desk.wait(LEASE.as_millis() as i64);
    desk.next(&begun, 1).await;
    let after = desk.world.challenge(begun.id());
    // What the slow one came to, and that it gives up: both are refused.
    for late in [slow.followed_by(slow.course.clone()), slow] {
        desk.world
            .put_challenge(&late.row().unwrap(), None)
            .await
            .unwrap_err();
    }
    assert_eq!(desk.world.challenge(begun.id()), after);
}

#[tokio::test]
async fn a_frame_that_could_not_be_written_can_be_sent_again_at_once() {
    let desk = Desk::new();
    let begun = desk.begin("sequence").await;
    // The lease is written, the outcome is not.
    desk.world.fail_write_after(1);
    is_problem(&desk.send(&begun, 0, &jpeg(0)).await, 503, "busy");
    let (status, answer) = desk.send(&begun, 0, &jpeg(0)).await;
    assert_eq!((status, &answer["accepted"]), (200, &json!(true)), "{answer}");
}

#[tokio::test]
async fn a_decision_that_could_not_be_written_can_be_asked_for_again_at_once() {
    let desk = Desk::new();
    let begun = desk.begin("nose").await;
    desk.perform(&begun).await;
    desk.world.fail_write_after(1);
    is_problem(&desk.verify(&begun).await, 503, "busy");
    let (status, result) = desk.verify(&begun).await;
    assert_eq!((status, &result["passed"]), (200, &json!(true)), "{result}");
}

#[tokio::test]
async fn a_clock_that_goes_back_gives_no_time() {
    let desk = Desk::new();
    let begun = desk.begin("nose").await;
    desk.next(&begun, 0).await;
    desk.next(&begun, 1).await;
    // Another instance, an hour behind; then one that is right again, eleven seconds later.
    desk.wait(-3_600_000);
    let answer = desk.next(&begun, 2).await;
    assert!(
        answer["instruction"]["limitMs"].as_u64().unwrap() <= 10_000,
        "{answer}"
    );
    desk.wait(3_600_000 + 11_000);
    assert_eq!(desk.next(&begun, 3).await["phase"], "over");
    assert_eq!(desk.verify(&begun).await.1["reason"], "timeout");
}

#[tokio::test]
async fn who_passes_and_waits_out_the_time_has_not_passed_whatever_another_clock_says() {
    let desk = Desk::new();
    let begun = desk.begin("nose").await;
    desk.perform(&begun).await;
    desk.wait(181_000);
    assert_eq!(desk.verify(&begun).await.1["reason"], "expired");
    *desk.hands.0.lock().unwrap() = now() + SignedDuration::from_secs(10);
    assert_eq!(desk.verify(&begun).await.1["reason"], "expired");
}
