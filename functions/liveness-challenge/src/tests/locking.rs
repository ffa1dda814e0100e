//! Failures are counted, also those that nobody owns up to.

use domain::Scope;
use serde_json::json;

use super::{Desk, is_problem};
use crate::capabilities::fakes::{ADA, BOB};

#[tokio::test]
async fn five_challenges_that_were_not_passed_are_followed_by_half_an_hour() {
    let desk = Desk::new();
    let size = json!({ "imageWidth": 640, "imageHeight": 480 });
    for n in 0..5 {
        let begun = desk.begin("sequence").await;
        // Given up, or failed: both count.
        if n % 2 == 0 {
            desk.verify(&begun).await;
        }
        desk.wait(1000);
    }
    let refused = desk.start(&Desk::session(ADA), &size).await;
    is_problem(&refused, 429, "rate-limited");
    let retry_after_s = refused.1["retryAfterSeconds"].as_u64().unwrap();
    assert!((1795..=1800).contains(&retry_after_s), "{retry_after_s}");
    desk.begin_as(Desk::session(BOB), &json!({})).await;
}

#[tokio::test]
async fn failures_are_forgotten_after_three_minutes() {
    let desk = Desk::new();
    for _ in 0..4 {
        desk.begin("sequence").await;
    }
    desk.wait(180_000);
    for _ in 0..5 {
        desk.begin("sequence").await;
    }
}

#[tokio::test]
async fn a_pass_does_not_count_and_takes_back_no_other_failure() {
    let desk = Desk::new();
    let size = json!({ "imageWidth": 640, "imageHeight": 480 });
    for _ in 0..3 {
        desk.begin("sequence").await;
    }
    // Two passes, of the kind that is easy: the fourth and the fifth start.
    for _ in 0..2 {
        let begun = desk.begin("nose").await;
        desk.perform(&begun).await;
        assert_eq!(desk.verify(&begun).await.1["passed"], true);
        // Asking again takes nothing back again.
        assert_eq!(desk.verify(&begun).await.1["passed"], true);
    }
    desk.begin("sequence").await;
    desk.begin("sequence").await;
    is_problem(&desk.start(&Desk::session(ADA), &size).await, 429, "rate-limited");
}

#[tokio::test]
async fn who_passes_the_fifth_one_is_not_locked_and_has_one_failure_left() {
    let desk = Desk::new();
    let size = json!({ "imageWidth": 640, "imageHeight": 480 });
    for _ in 0..4 {
        desk.begin("sequence").await;
    }
    let begun = desk.begin("nose").await;
    is_problem(&desk.start(&Desk::session(ADA), &size).await, 429, "rate-limited");
    desk.perform(&begun).await;
    assert_eq!(desk.verify(&begun).await.1["passed"], true);
    desk.begin("sequence").await;
    is_problem(&desk.start(&Desk::session(ADA), &size).await, 429, "rate-limited");
}

#[tokio::test]
async fn who_tries_slowly_is_locked_all_the_same() {
    let desk = Desk::new();
    let size = json!({ "imageWidth": 640, "imageHeight": 480 });
    let mut n_starts = 0;
    // Four in three minutes, for a day.
    for _ in 0..24 * 20 {
        for _ in 0..4 {
            // An access token works for a quarter of an hour; whose it is does not change.
            n_starts += usize::from(desk.start(&Desk::session(ADA), &size).await.0 == 201);
        }
        desk.wait(180_000);
    }
    assert!((20..=30).contains(&n_starts), "{n_starts}");
}

#[tokio::test]
async fn subjects_of_an_api_key_are_counted_apart() {
    let desk = Desk::new();
    let key = vec![("x-api-key", desk.api_keys.issue(ADA, &[Scope::Liveness], None))];
    let order = |subject: &str| json!({ "imageWidth": 640, "imageHeight": 480, "subject": subject });
    for _ in 0..5 {
        assert_eq!(desk.start(&key, &order("one")).await.0, 201);
    }
    is_problem(&desk.start(&key, &order("one")).await, 429, "rate-limited");
    assert_eq!(desk.start(&key, &order("two")).await.0, 201);
    // Nor does a key lock its owner out.
    desk.begin("nose").await;
}
