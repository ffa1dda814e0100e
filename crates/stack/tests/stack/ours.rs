//! The template that is deployed, as far as the stack alone can tell.

use std::path::Path;

use tempfile::TempDir;

use crate::world::{config, prepare};

#[tokio::test]
async fn the_deployed_template_can_be_prepared() {
    let folder = TempDir::new().unwrap();
    let mut config = config(folder.path());
    config.template = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../template.yaml");
    let prepared = prepare(config).await.unwrap();
    let plans = prepared.functions();
    let plan = |id: &str| plans.iter().find(|it| it.logical_id == id).unwrap();
    assert_eq!(plan("AuthFunction").binary, "auth");
    assert_eq!(plan("AuthFunction").env["JWKS_PARAMETER"], "/visavis/auth/jwks");
    assert_eq!(
        plan("LowConfidenceNotifierFunction").env["SITE_ORIGIN"],
        prepared.http_url()
    );
    // The client is told to reach Amazon Rekognition through the common endpoint, unless somebody says otherwise.
    assert!(
        !plan("AnalyzeFunction")
            .env
            .contains_key("AWS_ENDPOINT_URL_REKOGNITION")
    );
    let not_run: Vec<&str> = prepared.not_run().iter().map(|it| it.kind.as_str()).collect();
    assert!(not_run.contains(&"AWS::CloudFront::Distribution"));
    // Nothing may fall through unnoticed: every property the stack leaves out is looked at here.
    let properties: Vec<_> = prepared
        .not_run()
        .iter()
        .filter(|it| it.kind == "property")
        .collect();
    assert!(properties.is_empty(), "{properties:?}");
}
