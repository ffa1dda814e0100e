//! Faces are compared once, however often the result has to be asked for.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::json;

use super::{Begun, Desk, is_problem};

/// A sequence of which every step was done.
async fn done() -> (Desk, Begun) {
    let desk = Desk::new();
    let begun = desk.begin("sequence").await;
    desk.perform(&begun).await;
    (desk, begun)
}

/// Makes a comparison take a second: a request has time for one round of them, and for no other one.
fn slow_down(desk: &Desk) {
    let hands = desk.hands.clone();
    let second = move || *hands.0.lock().unwrap() += SignedDuration::from_secs(1);
    desk.world.when_comparing(Some(Arc::new(second)));
}

fn assert_nothing_twice(desk: &Desk) {
    let compared = desk.world.compared();
    let different: BTreeSet<_> = compared.iter().collect();
    assert_eq!(compared.len(), different.len(), "{compared:?}");
}

/// How many comparisons the result of this challenge takes.
async fn all() -> usize {
    let (desk, begun) = done().await;
    assert_eq!(desk.verify(&begun).await.1["passed"], true);
    desk.world.compared().len()
}

#[tokio::test]
async fn what_was_compared_before_a_failure_is_not_compared_again() {
    let all = all().await;
    for n in [0, 3, all - 1] {
        let (desk, begun) = done().await;
        desk.world.fail_comparison_after(n);
        assert_eq!(desk.verify(&begun).await.0, 503);
        let (status, result) = desk.verify(&begun).await;
        assert_eq!((status, &result["passed"]), (200, &json!(true)), "{result}");
        assert_nothing_twice(&desk);
        assert_eq!(desk.world.compared().len(), all);
    }
}

#[tokio::test]
async fn a_comparison_without_time_for_all_goes_on_with_the_next_request() {
    let all = all().await;
    let (desk, begun) = done().await;
    slow_down(&desk);
    let mut n_requests = 1;
    let result = loop {
        let before = desk.world.compared().len();
        let answer = desk.verify(&begun).await;
        if answer.0 == 200 {
            break answer.1;
        }
        is_problem(&answer, 503, "busy");
        assert!(before < desk.world.compared().len(), "no progress");
        n_requests += 1;
    };
    assert_eq!(result["passed"], true, "{result}");
    assert!(1 < n_requests);
    assert_nothing_twice(&desk);
    assert_eq!(desk.world.compared().len(), all);
}

#[tokio::test]
async fn who_asked_in_time_is_not_too_late_because_comparing_takes_long() {
    let (desk, begun) = done().await;
    slow_down(&desk);
    is_problem(&desk.verify(&begun).await, 503, "busy");
    desk.wait(181_000);
    desk.world.when_comparing(None);
    let (status, result) = desk.verify(&begun).await;
    assert_eq!((status, &result["passed"]), (200, &json!(true)), "{result}");
}

#[tokio::test]
async fn somebody_else_is_found_in_what_was_left_for_the_next_request() {
    let (desk, begun) = done().await;
    slow_down(&desk);
    is_problem(&desk.verify(&begun).await, 503, "busy");
    let compared: BTreeSet<u32> = desk.world.compared().iter().map(|it| it.1).collect();
    let last = *compared.iter().next_back().unwrap();
    desk.world.swap_in(begun.id(), last + 1..60);
    desk.world.when_comparing(None);
    let (status, result) = desk.verify(&begun).await;
    assert_eq!(
        (status, result),
        (200, json!({ "passed": false, "reason": "swapped" }))
    );
}
