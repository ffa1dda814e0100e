//! Lambda behind `/people`. Wiring only; what the function does is in the modules of [`people`].

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_kit::Error> {
    lambda_kit::run(&people::MANIFEST, people::init).await
}
