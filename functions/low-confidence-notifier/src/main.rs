//! Lambda behind the stream of analyses. Wiring only; what the function does is in
//! [`low_confidence_notifier::handler`].

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_kit::Error> {
    lambda_kit::run(&low_confidence_notifier::MANIFEST, low_confidence_notifier::init).await
}
