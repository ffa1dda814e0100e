//! What an assertion is worth where gestures were spared.

use journeys::head::Portrait;
use journeys::{Cutout, Suite};
use serde_json::{Value, json};

use super::liveness::{of_person, passed, refused, registered};
use crate::liveness_passed::head;

#[tokio::test(flavor = "multi_thread")]
async fn a_sequence_without_any_expression_lets_nobody_in_who_has_to_pass_a_sequence() {
    let suite = Suite::start().await;
    let ada = suite.person("ada").await;
    let peach = registered(&ada, "Peach", Cutout::PEACH).await;
    let head = head(&suite, Portrait::CALM).await;
    let mut order = of_person(&peach, "sequence", "unhurried");
    order["avoid"] = json!(["blink", "smile", "mouth-open"]);
    let assertion = &passed(&ada, &order, &head).await["assertion"];

    refused(&ada, &peach, assertion, Value::Null).await;
    refused(&ada, &peach, assertion, json!("sequence")).await;
    let answer = ada
        .verify_assertion(&peach, assertion, &json!("nose"))
        .await
        .expect(200);
    assert_eq!(
        (&answer["verified"], &answer["liveness"]),
        (&json!(true), &json!("nose"))
    );
}
