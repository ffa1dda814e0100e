//! Lambda behind `/api/auth/*`, `/api/health` and `/api/openapi.json`.
//!
//! Wiring only; what the function does is in the library.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_kit::Error> {
    lambda_kit::run(&auth::MANIFEST, auth::init).await
}
