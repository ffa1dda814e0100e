//! Lambda behind the stream of accounts. Wiring only; what the function does is in [`erase_account::handler`].

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_kit::Error> {
    lambda_kit::run(&erase_account::MANIFEST, erase_account::init).await
}
