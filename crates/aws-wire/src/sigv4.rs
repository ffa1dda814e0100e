//! Signature Version 4 in the `Authorization` header, from the server's side.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html> describes four steps, and
//! there is one function for each: [`canonical::request`], [`string_to_sign`], [`signing_key`], [`signature`].

mod authorization;
mod canonical;
#[cfg(test)]
mod tests;

use std::{fmt, sync::Arc};

use authorization::{Authorization, Scope};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, header, request::Parts};
use jiff::{SignedDuration, Timestamp, civil::DateTime, fmt::rfc2822, tz::TimeZone};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::{AwsError, Clock};

/// How far the signer's clock may be from ours, either way. AWS's own tolerance, which its error messages name.
const MAX_SKEW: SignedDuration = SignedDuration::from_mins(5);

/// Who signed a request, and for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The access key that signed.
    pub access_key: String,
    /// Region of the credential scope.
    pub region: String,
    /// Service of the credential scope, e.g. `rekognition`.
    pub service: String,
}

impl Caller {
    /// Refuses a signature that was made for another service.
    ///
    /// # Errors
    ///
    /// `InvalidSignatureException` unless the credential scope names `service`.
    pub fn for_service(self, service: &str) -> Result<Self, AwsError> {
        if self.service == service {
            return Ok(self);
        }
        Err(invalid_signature(format!(
            "Credential should be scoped to correct service: '{service}'. "
        )))
    }
}

/// The keys an endpoint knows.
pub trait Credentials: Send + Sync {
    /// The secret key that belongs to `access_key`, if there is one.
    fn secret(&self, access_key: &str) -> Option<String>;

    /// The session token that must come with `access_key`; `None` for a long-term key, which comes without.
    fn session_token(&self, access_key: &str) -> Option<String> {
        let _ = access_key;
        None
    }
}

/// Checks signatures of requests.
#[derive(Clone)]
pub struct Verifier {
    credentials: Arc<dyn Credentials>,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").finish_non_exhaustive()
    }
}

impl Verifier {
    /// A verifier for the keys in `credentials`, by the time of `clock`.
    pub fn new(credentials: Arc<dyn Credentials>, clock: Arc<dyn Clock>) -> Self {
        Self { credentials, clock }
    }

    /// Tells who signed the request.
    ///
    /// After `Ok`, method, path, query, `Host`, every `x-amz-*` header, every header that the signer listed, and the whole
    /// body are as they were when the owner of the key signed them, at most five minutes ago or ahead.
    ///
    /// # Errors
    ///
    /// With AWS's sentences: `MissingAuthenticationTokenException` without `Authorization`; `IncompleteSignatureException` if
    /// it cannot be read; `UnrecognizedClientException` for a key or session token we do not know;
    /// `InvalidSignatureException` for everything else.
    pub fn verify(&self, parts: &Parts, body: &[u8]) -> Result<Caller, AwsError> {
        let authorization = Authorization::of(&parts.headers)?;
        let scope = &authorization.scope;
        let signed_at = signing_time(&parts.headers)?;
        check_scope_date(scope, signed_at)?;
        check_skew(signed_at, self.clock.now())?;
        check_signed_headers(&authorization.signed_headers, &parts.headers)?;
        let payload_sha256 = hex_sha256(body);
        check_declared_payload(&parts.headers, &payload_sha256)?;

        let secret = self
            .credentials
            .secret(&scope.access_key)
            .ok_or_else(unrecognized_client)?;
        self.check_session_token(&scope.access_key, &parts.headers)?;

        let canonical = canonical::request(
            parts,
            &scope.service,
            &authorization.signed_headers,
            &payload_sha256,
        );
        let expected = signature(
            &signing_key(&secret, scope),
            &string_to_sign(signed_at, scope, &canonical),
        );
        if !bool::from(expected.as_bytes().ct_eq(authorization.signature.as_bytes())) {
            return Err(invalid_signature(
                "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access \
                 Key and signing method. Consult the service documentation for details.",
            ));
        }
        Ok(Caller {
            access_key: scope.access_key.clone(),
            region: scope.region.clone(),
            service: scope.service.clone(),
        })
    }

    fn check_session_token(&self, access_key: &str, headers: &HeaderMap) -> Result<(), AwsError> {
        let sent = headers
            .get("x-amz-security-token")
            .map(http::HeaderValue::as_bytes);
        let matches = match (self.credentials.session_token(access_key), sent) {
            (None, None) => true,
            (Some(expected), Some(sent)) => expected.as_bytes().ct_eq(sent).into(),
            (None, Some(_)) | (Some(_), None) => false,
        };
        if matches {
            Ok(())
        } else {
            Err(unrecognized_client())
        }
    }
}

/// The service a request is for, by its credential scope; not verified, only for choosing who verifies it.
///
/// Looks at the `Authorization` header first and then at `X-Amz-Credential` in the query, where presigned URLs have it.
#[must_use]
pub fn scope_service(parts: &Parts) -> Option<String> {
    let from_header = parts
        .headers
        .get(header::AUTHORIZATION)
        .and_then(|it| it.to_str().ok())
        .and_then(authorization::credential_parameter)
        .map(str::to_owned);
    let from_query = || {
        let query = parts.uri.query()?;
        canonical::query_pairs(query)
            .find(|(name, _)| name == b"X-Amz-Credential")
            .and_then(|(_, value)| String::from_utf8(value).ok())
    };
    from_header
        .or_else(from_query)
        .and_then(|it| Scope::parse(&it))
        .map(|it| it.service)
}

/// Why a request for which [`scope_service`] finds nothing is refused: it is not signed, or its signature cannot be read.
#[must_use]
pub fn scope_refusal(parts: &Parts) -> AwsError {
    Authorization::of(&parts.headers)
        .err()
        .unwrap_or_else(authorization::missing)
}

/// When the request says it was signed: `X-Amz-Date`, or else `Date`.
fn signing_time(headers: &HeaderMap) -> Result<Timestamp, AwsError> {
    let text = |name: &str| headers.get(name).and_then(|it| it.to_str().ok());
    let time = match (text("x-amz-date"), text("date")) {
        (Some(amz_date), _) => parse_amz_date(amz_date),
        (None, Some(date)) => rfc2822::parse(date).ok().map(|it| it.timestamp()),
        (None, None) => {
            return Err(AwsError::client(
                "IncompleteSignatureException",
                "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
            ));
        }
    };
    time.ok_or_else(|| {
        AwsError::client(
            "IncompleteSignatureException",
            "Date must be in ISO-8601 'basic format', like 20150830T123600Z.",
        )
    })
}

fn parse_amz_date(text: &str) -> Option<Timestamp> {
    // The parser would also accept digits left out; the format is exactly this long.
    if text.len() != "20150830T123600Z".len() {
        return None;
    }
    let civil = DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
    civil.to_zoned(TimeZone::UTC).ok().map(|it| it.timestamp())
}

fn amz_date(time: Timestamp) -> String {
    time.strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn check_scope_date(scope: &Scope, signed_at: Timestamp) -> Result<(), AwsError> {
    let from_header = signed_at.strftime("%Y%m%d").to_string();
    if scope.date == from_header {
        return Ok(());
    }
    Err(invalid_signature(format!(
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{}' != '{from_header}', \
         from '{}'.",
        scope.date,
        amz_date(signed_at),
    )))
}

fn check_skew(signed_at: Timestamp, now: Timestamp) -> Result<(), AwsError> {
    let oldest = now.saturating_sub(MAX_SKEW).unwrap_or(Timestamp::MIN);
    let newest = now.saturating_add(MAX_SKEW).unwrap_or(Timestamp::MAX);
    let (signed, now) = (amz_date(signed_at), amz_date(now));
    if signed_at < oldest {
        let limit = amz_date(oldest);
        return Err(invalid_signature(format!(
            "Signature expired: {signed} is now earlier than {limit} ({now} - 5 min.)"
        )));
    }
    if newest < signed_at {
        let limit = amz_date(newest);
        return Err(invalid_signature(format!(
            "Signature not yet current: {signed} is still later than {limit} ({now} + 5 min.)"
        )));
    }
    Ok(())
}

fn check_signed_headers(signed: &[String], headers: &HeaderMap) -> Result<(), AwsError> {
    if !signed.iter().any(|it| it == "host") {
        return Err(invalid_signature(
            "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
        ));
    }
    let unsigned: Vec<&str> = headers
        .keys()
        .map(http::HeaderName::as_str)
        .filter(|name| name.starts_with("x-amz-") && !signed.iter().any(|it| it == name))
        .collect();
    if unsigned.is_empty() {
        return Ok(());
    }
    Err(invalid_signature(format!(
        "There were headers present in the request which were not signed: {}",
        unsigned.join(", ")
    )))
}

/// `x-amz-content-sha256` is optional outside S3, but if it is there, it is true. This also refuses `UNSIGNED-PAYLOAD`.
fn check_declared_payload(headers: &HeaderMap, payload_sha256: &str) -> Result<(), AwsError> {
    match headers.get("x-amz-content-sha256") {
        Some(declared) if declared.as_bytes() != payload_sha256.as_bytes() => Err(invalid_signature(
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
        )),
        _ => Ok(()),
    }
}

fn string_to_sign(signed_at: Timestamp, scope: &Scope, canonical_request: &[u8]) -> String {
    format!(
        "AWS4-HMAC-SHA256\n{}\n{}/{}/{}/aws4_request\n{}",
        amz_date(signed_at),
        scope.date,
        scope.region,
        scope.service,
        hex_sha256(canonical_request),
    )
}

fn signing_key(secret: &str, scope: &Scope) -> [u8; 32] {
    let date = hmac_sha256(format!("AWS4{secret}").as_bytes(), &scope.date);
    let region = hmac_sha256(&date, &scope.region);
    let service = hmac_sha256(&region, &scope.service);
    hmac_sha256(&service, "aws4_request")
}

fn signature(signing_key: &[u8; 32], string_to_sign: &str) -> String {
    hex::encode(hmac_sha256(signing_key, string_to_sign))
}

fn hmac_sha256(key: &[u8], message: &str) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().into()
}

fn hex_sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn invalid_signature(message: impl Into<String>) -> AwsError {
    AwsError::client("InvalidSignatureException", message)
}

fn unrecognized_client() -> AwsError {
    AwsError::client(
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
    )
}
