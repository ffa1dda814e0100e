//! Lambda behind `/analyses`. Wiring only; what the function does is in [`analyze::create`] and
//! [`analyze::history`].

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_kit::Error> {
    lambda_kit::run(&analyze::MANIFEST, analyze::init).await
}
