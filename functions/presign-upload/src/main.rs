//! Lambda behind `POST /uploads`. Wiring only; what the function does is in [`presign_upload::handler`].

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_kit::Error> {
    lambda_kit::run(&presign_upload::MANIFEST, presign_upload::init).await
}
