//! Requests signed as the official signer does it.

use std::{
    net::SocketAddr,
    time::{Duration, SystemTime},
};

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use reqwest::{Client, RequestBuilder};
use serde_json::Value;

/// Longest that any answer takes on a busy machine.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);

/// What a request differs in from a good one.
#[derive(Clone)]
pub(crate) struct Signed<'a> {
    pub(crate) key: &'a str,
    pub(crate) secret: &'a str,
    pub(crate) service: &'a str,
    pub(crate) target: &'a str,
    pub(crate) host: Option<&'a str>,
}

pub(crate) const GOOD: Signed<'_> = Signed {
    key: "test",
    secret: "secret of test",
    service: "rekognition",
    target: "RekognitionService.DetectFaces",
    host: None,
};

/// A request signed as the official signer does it.
pub(crate) fn request(address: SocketAddr, how: &Signed<'_>, body: &Value) -> RequestBuilder {
    let body = body.to_string();
    let host = how.host.map_or_else(|| address.to_string(), str::to_owned);
    let headers = [
        ("content-type", "application/x-amz-json-1.1"),
        ("x-amz-target", how.target),
    ];
    let identity = Credentials::new(how.key, how.secret, None, None, "test").into();
    #[expect(
        clippy::disallowed_methods,
        reason = "the endpoint under test runs on the machine's clock"
    )]
    let now = SystemTime::now();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region("eu-west-1")
        .name(how.service)
        .time(now)
        .settings(SigningSettings::default())
        .build()
        .expect("complete")
        .into();
    let url = format!("http://{host}/");
    let signable = SignableRequest::new(
        "POST",
        &url,
        headers.into_iter(),
        SignableBody::Bytes(body.as_bytes()),
    );
    let (added, _) = sign(signable.expect("signable"), &params)
        .expect("signed")
        .into_parts()
        .0
        .into_parts();
    let mut request = Client::new()
        .post(format!("http://{address}/"))
        .header("host", host);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    for it in &added {
        request = request.header(it.name().to_owned(), it.value().to_owned());
    }
    // The port of a server that is gone may be somebody else's by now, who never answers.
    request.timeout(ANSWER_WITHIN).body(body)
}
