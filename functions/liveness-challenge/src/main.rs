//! Lambda behind `/liveness`. Wiring only; what the function does is in [`liveness_challenge::create`],
//! [`liveness_challenge::frame`] and [`liveness_challenge::verify`].

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_kit::Error> {
    lambda_kit::run(&liveness_challenge::MANIFEST, liveness_challenge::init).await
}
