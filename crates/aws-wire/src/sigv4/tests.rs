//! Published vectors, AWS's documented examples, the official signer, and everything that must be refused.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::SystemTime,
};

use aws_credential_types::Credentials as SdkCredentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use http::Request;
use proptest::prelude::*;

use super::*;
use crate::StoppedClock;

/// Access key → secret and session token.
struct Keys(BTreeMap<&'static str, (&'static str, Option<&'static str>)>);

impl Credentials for Keys {
    fn secret(&self, access_key: &str) -> Option<String> {
        self.0.get(access_key).map(|(secret, _)| (*secret).to_owned())
    }

    fn session_token(&self, access_key: &str) -> Option<String> {
        self.0.get(access_key)?.1.map(str::to_owned)
    }
}

const SUITE_SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const S3_SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

fn verifier(now: &str, token: Option<&'static str>) -> Verifier {
    let keys = Keys(BTreeMap::from([
        ("AKIDEXAMPLE", (SUITE_SECRET, token)),
        ("AKIAIOSFODNN7EXAMPLE", (S3_SECRET, None)),
    ]));
    Verifier::new(
        Arc::new(keys),
        Arc::new(StoppedClock(now.parse().expect("a timestamp"))),
    )
}

/// What the signer sent, as text that a test can change.
#[derive(Clone, Debug)]
struct Sent {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Sent {
    fn parts(&self) -> Parts {
        let mut builder = Request::builder().method(self.method.as_str()).uri(&self.target);
        for (name, value) in &self.headers {
            builder = builder.header(name, value);
        }
        builder.body(()).expect("a valid request").into_parts().0
    }

    fn verify(&self, verifier: &Verifier) -> Result<Caller, AwsError> {
        verifier.verify(&self.parts(), &self.body)
    }

    fn header(&mut self, name: &str) -> &mut String {
        let at = self
            .headers
            .iter()
            .position(|(it, _)| it == name)
            .expect("a header that was sent");
        &mut self.headers[at].1
    }
}

/// A request of the suite, which signs every header that it sends.
fn suite_request(method: &str, target: &str, extra: &[(&str, &str)], signature: &str, body: &str) -> Sent {
    let mut headers = vec![
        ("host".to_owned(), "example.amazonaws.com".to_owned()),
        ("x-amz-date".to_owned(), "20150830T123600Z".to_owned()),
    ];
    headers.extend(
        extra
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into())),
    );
    let signed: BTreeSet<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
    let signed = signed.into_iter().collect::<Vec<_>>().join(";");
    let credential = "AKIDEXAMPLE/20150830/us-east-1/service/aws4_request";
    headers.push((
        "authorization".into(),
        format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={signed}, Signature={signature}"),
    ));
    Sent {
        method: method.into(),
        target: target.into(),
        headers,
        body: body.into(),
    }
}

type Headers = &'static [(&'static str, &'static str)];
type Case = (
    &'static str,
    &'static str,
    &'static str,
    Headers,
    &'static str,
    &'static str,
);

/// AWS's signing test suite (<https://github.com/awslabs/aws-c-auth/tree/v0.9.0/tests/aws-signing-test-suite>): every case
/// with normalised paths that is a legal HTTP/1.1 request. (A raw space or a letter outside ASCII in the target is not, and
/// neither is a folded header.) Name, method, target, headers beside `host` and `x-amz-date`, signature, body.
#[rustfmt::skip] // one row per case
const SUITE: &[Case] = &[
    ("get-vanilla",                        "GET",  "/",                          &[], GET_ROOT, ""),
    ("get-relative-normalized",            "GET",  "/example/..",                &[], GET_ROOT, ""),
    ("get-relative-relative-normalized",   "GET",  "/example1/example2/../..",   &[], GET_ROOT, ""),
    ("get-slash-dot-slash-normalized",     "GET",  "/./",                        &[], GET_ROOT, ""),
    ("get-slash-normalized",               "GET",  "//",                         &[], GET_ROOT, ""),
    ("get-slash-pointless-dot-normalized", "GET",  "/./example",                 &[], "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5", ""),
    ("get-slashes-normalized",             "GET",  "//example//",                &[], "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84", ""),
    ("get-unreserved",                     "GET",  "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", &[], "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f", ""),
    ("get-vanilla-empty-query-key",        "GET",  "/?Param1=value1",            &[], "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb", ""),
    ("get-vanilla-query-order-encoded",    "GET",  "/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1", &[], "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac", ""),
    ("get-vanilla-query-order-key-case",   "GET",  "/?Param2=value2&Param1=value1", &[], "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500", ""),
    ("get-vanilla-query-unreserved",       "GET",  "/?-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz=-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", &[], "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197", ""),
    ("get-header-key-duplicate",           "GET",  "/", &[("my-header1", "value2"), ("my-header1", "value2"), ("my-header1", "value1")], "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea", ""),
    ("get-header-value-order",             "GET",  "/", &[("my-header1", "value4"), ("my-header1", "value1"), ("my-header1", "value3"), ("my-header1", "value2")], "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01", ""),
    ("get-header-value-trim",              "GET",  "/", &[("my-header1", " value1"), ("my-header2", " \"a   b   c\"")], "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736", ""),
    ("post-vanilla",                       "POST", "/", &[], "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b", ""),
    ("post-header-key-sort",               "POST", "/", &[("my-header1", "value1")], "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c", ""),
    ("post-header-value-case",             "POST", "/", &[("my-header1", "VALUE1")], "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d", ""),
    ("post-vanilla-query",                 "POST", "/?Param1=value1", &[], "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11", ""),
    ("post-x-www-form-urlencoded",         "POST", "/", &[("content-type", "application/x-www-form-urlencoded"), ("content-length", "13"), ("x-amz-content-sha256", FORM_SHA256)], "d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b", FORM),
    ("post-x-www-form-urlencoded-parameters", "POST", "/", &[("content-type", "application/x-www-form-urlencoded; charset=utf-8"), ("content-length", "13"), ("x-amz-content-sha256", FORM_SHA256)], "328d1b9eaadca9f5818ef05e8392801e091653bafec24fcab71e7344e7f51422", FORM),
];

const GET_ROOT: &str = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
const FORM: &str = "Param1=value1";
const FORM_SHA256: &str = "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e";

#[test]
fn the_published_vectors_verify() {
    let verifier = verifier("2015-08-30T12:36:00Z", None);
    for (name, method, target, headers, signature, body) in SUITE {
        let sent = suite_request(method, target, headers, signature, body);
        let caller = sent
            .verify(&verifier)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(
            caller,
            Caller {
                access_key: "AKIDEXAMPLE".into(),
                region: "us-east-1".into(),
                service: "service".into()
            }
        );
    }
}

fn with_session_token(token: &str) -> Sent {
    let signature = "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8";
    suite_request("GET", "/", &[("x-amz-security-token", token)], signature, "")
}

#[test]
fn a_session_token_must_be_the_one_of_its_key() {
    const TOKEN: &str = "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267";
    let code = |sent: &Sent, expected| {
        sent.verify(&verifier("2015-08-30T12:36:00Z", expected))
            .map_or_else(|it| it.code, |_| "ok".into())
    };
    assert_eq!(
        code(&with_session_token(TOKEN), Some(TOKEN)),
        "ok",
        "get-vanilla-with-session-token"
    );
    assert_eq!(
        code(&with_session_token("another"), Some(TOKEN)),
        "UnrecognizedClientException"
    );
    assert_eq!(
        code(&with_session_token(TOKEN), None),
        "UnrecognizedClientException",
        "a long-term key has none"
    );
    assert_eq!(
        code(&vanilla(), Some(TOKEN)),
        "UnrecognizedClientException",
        "a temporary key needs one"
    );
}

/// The examples of <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>.
#[test]
fn the_documented_s3_examples_verify() {
    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let cases = [
        (
            "GET Object",
            "GET",
            "/test.txt",
            vec![("range", "bytes=0-9"), ("x-amz-content-sha256", EMPTY)],
            "host;range;x-amz-content-sha256;x-amz-date",
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
            "",
        ),
        (
            "PUT Object",
            "PUT",
            "/test%24file.text",
            vec![
                ("date", "Fri, 24 May 2013 00:00:00 GMT"),
                ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
                (
                    "x-amz-content-sha256",
                    "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
                ),
            ],
            "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
            "Welcome to Amazon S3.",
        ),
        (
            "GET Bucket Lifecycle",
            "GET",
            "/?lifecycle",
            vec![("x-amz-content-sha256", EMPTY)],
            "host;x-amz-content-sha256;x-amz-date",
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
            "",
        ),
        (
            "Get Bucket (List Objects)",
            "GET",
            "/?max-keys=2&prefix=J",
            vec![("x-amz-content-sha256", EMPTY)],
            "host;x-amz-content-sha256;x-amz-date",
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
            "",
        ),
    ];
    let verifier = verifier("2013-05-24T00:00:00Z", None);
    for (name, method, target, extra, signed, signature, body) in cases {
        let mut headers = vec![
            ("host", "examplebucket.s3.amazonaws.com"),
            ("x-amz-date", "20130524T000000Z"),
        ];
        headers.extend(extra);
        // This page writes the header without spaces after the commas.
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders={signed},\
             Signature={signature}"
        );
        let mut headers: Vec<(String, String)> =
            headers.iter().map(|(a, b)| ((*a).into(), (*b).into())).collect();
        headers.push(("authorization".into(), authorization));
        let sent = Sent {
            method: method.into(),
            target: target.into(),
            headers,
            body: body.into(),
        };
        let caller = sent
            .verify(&verifier)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(caller.service, "s3");
    }
}

/// The key derivation example of the signing guide.
#[test]
fn the_documented_signing_key_is_derived() {
    let scope = Scope {
        access_key: "AKIDEXAMPLE".into(),
        date: "20150830".into(),
        region: "us-east-1".into(),
        service: "iam".into(),
    };
    assert_eq!(
        hex::encode(signing_key(SUITE_SECRET, &scope)),
        "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"
    );
}

fn vanilla() -> Sent {
    suite_request("GET", "/", &[], GET_ROOT, "")
}

fn refusal(sent: &Sent) -> (String, String) {
    let error = sent
        .verify(&verifier("2015-08-30T12:36:00Z", None))
        .expect_err("must be refused");
    (error.code, error.message)
}

#[test]
fn a_request_without_authorization_is_told_so() {
    let mut sent = vanilla();
    sent.headers.retain(|(name, _)| name != "authorization");
    assert_eq!(
        refusal(&sent),
        (
            "MissingAuthenticationTokenException".into(),
            "Missing Authentication Token".into()
        )
    );
}

#[test]
fn what_cannot_be_read_is_incomplete() {
    let good = vanilla().header("authorization").clone();
    let cases = [
        ("Bearer abc".to_owned(), "algorithm"),
        ("AWS4-HMAC-SHA256".to_owned(), "algorithm"),
        (good.replace("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA512"), "algorithm"),
        (
            good.replace("Credential=", "Credentials="),
            "requires 'Credential' parameter.",
        ),
        (
            good.replace("SignedHeaders=", "Headers="),
            "requires 'SignedHeaders' parameter.",
        ),
        (
            good.replace("Signature=5", "Sig=5"),
            "requires 'Signature' parameter.",
        ),
        (
            good.replace("/service/", "/"),
            "exactly 5 slash-delimited elements",
        ),
        (
            good.replace("/service/", "//"),
            "exactly 5 slash-delimited elements",
        ),
        (
            good.replace("aws4_request", "aws5_request"),
            "exactly 5 slash-delimited elements",
        ),
        (
            "AWS4-HMAC-SHA256 x".to_owned(),
            "'Credential' parameter. Authorization header requires 'Signature' parameter.",
        ),
    ];
    for (authorization, says) in cases {
        let mut sent = vanilla();
        sent.header("authorization").clone_from(&authorization);
        let (code, message) = refusal(&sent);
        assert_eq!(code, "IncompleteSignatureException", "{authorization}");
        assert!(message.contains(says), "{authorization}: {message}");
    }
    let mut twice = vanilla();
    twice.headers.push(("authorization".into(), good));
    assert_eq!(refusal(&twice).0, "IncompleteSignatureException");
}

#[test]
fn a_date_is_needed_and_must_be_one() {
    for date in [
        "",
        "20150830",
        "2015-08-30T12:36:00Z",
        "20150830T1236000",
        "20151330T123600Z",
        "20150830T123600Zjunk",
    ] {
        let mut sent = vanilla();
        date.clone_into(sent.header("x-amz-date"));
        assert_eq!(refusal(&sent).0, "IncompleteSignatureException", "{date}");
    }
    let mut sent = vanilla();
    sent.headers.retain(|(name, _)| name != "x-amz-date");
    assert!(
        refusal(&sent)
            .1
            .contains("existence of either a 'X-Amz-Date' or a 'Date' header")
    );
}

#[test]
fn five_minutes_are_the_limit_in_both_directions() {
    let at = |now| vanilla().verify(&verifier(now, None));
    assert!(at("2015-08-30T12:41:00Z").is_ok());
    assert!(at("2015-08-30T12:31:00Z").is_ok());
    let expired = at("2015-08-30T12:41:01Z").expect_err("expired");
    assert_eq!(
        (expired.code.as_str(), expired.message.as_str()),
        (
            "InvalidSignatureException",
            "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T124101Z - 5 min.)"
        )
    );
    let early = at("2015-08-30T12:30:59Z").expect_err("not yet current");
    assert!(
        early
            .message
            .starts_with("Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z")
    );
}

#[test]
fn the_scope_has_the_day_of_the_request() {
    let mut sent = vanilla();
    let wrong = sent.header("authorization").replace("/20150830/", "/20150829/");
    *sent.header("authorization") = wrong;
    let (code, message) = refusal(&sent);
    assert_eq!(code, "InvalidSignatureException");
    assert!(
        message.contains("'20150829' != '20150830', from '20150830T123600Z'"),
        "{message}"
    );
}

#[test]
fn an_unknown_key_and_a_wrong_signature_are_told_apart() {
    let mut unknown = vanilla();
    let value = unknown
        .header("authorization")
        .replace("AKIDEXAMPLE", "AKIDNOBODY");
    *unknown.header("authorization") = value;
    assert_eq!(
        refusal(&unknown),
        (
            "UnrecognizedClientException".into(),
            "The security token included in the request is invalid.".into()
        )
    );
    for wrong in [
        "0",
        "",
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf30",
    ] {
        let mut sent = vanilla();
        let value = sent.header("authorization").replace(
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
            wrong,
        );
        *sent.header("authorization") = value;
        let (code, message) = refusal(&sent);
        if wrong.is_empty() {
            assert_eq!(code, "IncompleteSignatureException");
        } else {
            assert_eq!(code, "InvalidSignatureException");
            assert!(
                message.starts_with("The request signature we calculated does not match"),
                "{message}"
            );
        }
    }
}

#[test]
fn host_and_every_amz_header_must_be_signed() {
    let mut sent = vanilla();
    let value = sent
        .header("authorization")
        .replace("host;x-amz-date", "x-amz-date");
    *sent.header("authorization") = value;
    assert_eq!(
        refusal(&sent).1,
        "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
    );

    let mut sent = vanilla();
    sent.headers
        .push(("x-amz-target".into(), "RekognitionService.DetectFaces".into()));
    assert_eq!(
        refusal(&sent).1,
        "There were headers present in the request which were not signed: x-amz-target"
    );
}

#[test]
fn a_declared_payload_hash_must_be_true() {
    for declared in [
        "UNSIGNED-PAYLOAD",
        "0000",
        "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
    ] {
        let mut sent = signed_by_sdk(
            "POST",
            "http://localhost:4566/",
            &[("x-amz-content-sha256", declared)],
            b"",
        );
        sent.body.clear();
        let error = sent.verify(&verifier(SDK_NOW, None)).expect_err("refused");
        assert_eq!(
            error.message,
            "The provided 'x-amz-content-sha256' header does not match what was computed."
        );
    }
}

#[test]
fn the_date_header_serves_where_the_amz_date_is_missing() {
    // Signed here by hand, because no SDK does it any more: the vanilla request with `date` in place of `x-amz-date`.
    let mut sent = vanilla();
    sent.headers.retain(|(name, _)| name != "x-amz-date");
    sent.headers
        .push(("date".into(), "Sun, 30 Aug 2015 12:36:00 GMT".into()));
    let signed = ["date".to_owned(), "host".to_owned()];
    let scope = Scope::parse("AKIDEXAMPLE/20150830/us-east-1/service/aws4_request").expect("a scope");
    let canonical = canonical::request(&sent.parts(), "service", &signed, &hex_sha256(b""));
    let time = "2015-08-30T12:36:00Z".parse().expect("a timestamp");
    let signature = signature(
        &signing_key(SUITE_SECRET, &scope),
        &string_to_sign(time, &scope, &canonical),
    );
    *sent.header("authorization") = format!(
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=date;host, \
         Signature={signature}"
    );
    assert!(sent.verify(&verifier("2015-08-30T12:36:00Z", None)).is_ok());
}

#[test]
fn the_scope_names_the_service_from_header_or_query() {
    let service = |sent: &Sent| scope_service(&sent.parts());
    assert_eq!(service(&vanilla()), Some("service".into()));
    let mut presigned = vanilla();
    presigned.headers.retain(|(name, _)| name != "authorization");
    presigned.target =
        "/b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=test%2F20150830%2Feu-west-1%2Fs3%2Faws4_request".into();
    assert_eq!(service(&presigned), Some("s3".into()));
    presigned.target = "/b/k?X-Amz-Credential=%ff%fe".into();
    assert_eq!(service(&presigned), None);
    presigned.target = "/".into();
    assert_eq!(service(&presigned), None);
    assert_eq!(
        scope_refusal(&presigned.parts()).code,
        "MissingAuthenticationTokenException"
    );
    presigned
        .headers
        .push(("authorization".into(), "Bearer abc".into()));
    assert_eq!(service(&presigned), None);
    assert_eq!(
        scope_refusal(&presigned.parts()).code,
        "IncompleteSignatureException"
    );
}

#[test]
fn a_signature_for_another_service_is_refused_by_name() {
    let caller = vanilla()
        .verify(&verifier("2015-08-30T12:36:00Z", None))
        .expect("signed");
    assert!(caller.clone().for_service("service").is_ok());
    let error = caller.for_service("rekognition").expect_err("refused");
    assert_eq!(
        error.message,
        "Credential should be scoped to correct service: 'rekognition'. "
    );
}

const SDK_NOW: &str = "2026-03-01T10:00:00Z";

/// Signs with the signer that every AWS SDK for Rust uses, with its default settings.
fn signed_by_sdk(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Sent {
    let identity = SdkCredentials::new("AKIDEXAMPLE", SUITE_SECRET, None, None, "test").into();
    let now: Timestamp = SDK_NOW.parse().expect("a timestamp");
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region("eu-west-1")
        .name("rekognition")
        .time(SystemTime::from(now))
        .settings(SigningSettings::default())
        .build()
        .expect("complete")
        .into();
    let request = SignableRequest::new(method, url, headers.iter().copied(), SignableBody::Bytes(body))
        .expect("signable");
    let (instructions, _) = sign(request, &params).expect("signed").into_parts();
    let (added, _) = instructions.into_parts();
    let parsed: http::Uri = url.parse().expect("a URL");
    let mut all = vec![("host".to_owned(), parsed.authority().expect("a host").to_string())];
    all.extend(
        headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
    );
    all.extend(
        added
            .iter()
            .map(|it| (it.name().to_owned(), it.value().to_owned())),
    );
    Sent {
        method: method.into(),
        target: parsed
            .path_and_query()
            .map_or("/".to_owned(), ToString::to_string),
        headers: all,
        body: body.to_vec(),
    }
}

/// Another letter or digit in place of one, so that nothing but the meaning changes.
fn other(byte: u8) -> u8 {
    if byte == b'7' { b'8' } else { b'7' }
}

prop_compose! {
    fn any_request()(
        method in prop::sample::select(vec!["GET", "PUT", "POST", "DELETE"]),
        segments in prop::collection::vec("([a-zA-Z0-9._~=:@!$'()*,;-]|%20|%2F|%C3%A9){1,8}", 0..4),
        pairs in prop::collection::vec(("[a-zA-Z0-9_.~-]{1,6}", "([a-zA-Z0-9_.~-]|%20|%2B|%2F|%26|%3D){0,6}"), 0..4),
        target in "[A-Za-z.]{1,20}",
        note in "[a-z]{1,5}( {1,3}[a-z]{1,5}){0,3}",
        body in prop::collection::vec(any::<u8>(), 0..64),
    ) -> Sent {
        let query: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
        let url = format!("http://localhost:4566/{}{query}", segments.join("/"));
        signed_by_sdk(method, &url, &[("x-amz-target", &target), ("content-type", "application/json"), ("x-note", &note)], &body)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_the_sdk_signs_is_accepted(sent in any_request()) {
        let caller = sent.verify(&verifier(SDK_NOW, None)).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(caller.region, "eu-west-1");
    }

    #[test]
    fn one_changed_byte_is_refused(sent in any_request(), part in 0_usize..5, at in any::<prop::sample::Index>()) {
        let mut changed = sent.clone();
        match part {
            0 => changed.method = if sent.method == "POST" { "PUT".into() } else { "POST".into() },
            1 => {
                // A byte of path or query that is a letter or digit and no part of a percent sign's two.
                let bytes = sent.target.as_bytes();
                let plain: Vec<usize> = (0..bytes.len())
                    .filter(|it| bytes[*it].is_ascii_alphanumeric())
                    .filter(|it| !bytes[it.saturating_sub(2)..*it].contains(&b'%'))
                    .collect();
                if plain.is_empty() {
                    changed.target = format!("{}a", sent.target);
                } else {
                    let chosen = plain[at.index(plain.len())];
                    let mut bytes = bytes.to_vec();
                    bytes[chosen] = other(bytes[chosen]);
                    changed.target = String::from_utf8(bytes).expect("ASCII");
                }
            }
            2 => {
                let chosen = at.index(changed.headers.len());
                let (name, value) = &mut changed.headers[chosen];
                let last = value.pop().expect("no value is empty");
                value.push(other(last as u8) as char);
                prop_assume!(name != "authorization" || last.is_ascii_hexdigit());
            }
            3 if !sent.body.is_empty() => {
                let chosen = at.index(sent.body.len());
                changed.body[chosen] ^= 1;
            }
            3 => changed.body.push(0),
            _ => changed.target.push_str(if sent.target.contains('?') { "&x=" } else { "?x=" }),
        }
        prop_assert!(changed.verify(&verifier(SDK_NOW, None)).is_err(), "{changed:?}");
    }

    #[test]
    fn no_header_makes_the_verifier_panic(authorization in "[ -~]{0,80}", date in "[ -~]{0,20}", target in "/[!-~&&[^#]]{0,30}") {
        let sent = Sent {
            method: "GET".into(),
            target,
            headers: vec![("host".into(), "localhost".into()), ("authorization".into(), authorization), ("x-amz-date".into(), date)],
            body: vec![],
        };
        if sent.target.parse::<http::Uri>().is_ok() {
            prop_assert!(sent.verify(&verifier(SDK_NOW, None)).is_err());
            let _ = scope_service(&sent.parts());
        }
    }
}
