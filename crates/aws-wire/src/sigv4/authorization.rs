//! The `Authorization` header, taken apart.

use http::{HeaderMap, header};

use crate::AwsError;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`
#[derive(Debug)]
pub(super) struct Authorization {
    pub(super) scope: Scope,
    /// Lower-case names in the order sent.
    pub(super) signed_headers: Vec<String>,
    /// Hexadecimal.
    pub(super) signature: String,
}

/// `<access key>/<yyyymmdd>/<region>/<service>/aws4_request`
#[derive(Debug)]
pub(super) struct Scope {
    pub(super) access_key: String,
    pub(super) date: String,
    pub(super) region: String,
    pub(super) service: String,
}

impl Authorization {
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, AwsError> {
        let mut values = headers.get_all(header::AUTHORIZATION).iter();
        let value = match (values.next(), values.next()) {
            (Some(value), None) => value
                .to_str()
                .map_err(|_| incomplete("Authorization header is not readable text."))?,
            (None, _) => return Err(missing()),
            (Some(_), Some(_)) => return Err(incomplete("There is more than one Authorization header.")),
        };
        let parameters = parameters(value).ok_or_else(|| {
            incomplete(
                "Unsupported AWS 'algorithm': the Authorization header must begin with 'AWS4-HMAC-SHA256'.",
            )
        })?;
        let (credential, signed_headers, signature) = match (
            find(parameters, "Credential"),
            find(parameters, "SignedHeaders"),
            find(parameters, "Signature"),
        ) {
            (Some(credential), Some(signed_headers), Some(signature)) => {
                (credential, signed_headers, signature)
            }
            (credential, signed_headers, signature) => {
                let missing = [
                    ("Credential", credential),
                    ("Signature", signature),
                    ("SignedHeaders", signed_headers),
                ]
                .iter()
                .filter(|(_, value)| value.is_none())
                .map(|(name, _)| format!("Authorization header requires '{name}' parameter."))
                .collect::<Vec<_>>();
                return Err(incomplete(missing.join(" ")));
            }
        };
        let scope = Scope::parse(credential).ok_or_else(|| {
            incomplete("Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.")
        })?;
        let signed_headers = signed_headers.split(';').map(str::to_owned).collect();
        Ok(Self {
            scope,
            signed_headers,
            signature: signature.to_owned(),
        })
    }
}

impl Scope {
    /// `None` unless there are five parts, none of them empty, and the last is the terminator.
    pub(super) fn parse(credential: &str) -> Option<Self> {
        // From the right: an access key may hold a slash, the others never do.
        let mut parts = credential.rsplitn(5, '/');
        let (terminator, service, region, date, access_key) = (
            parts.next()?,
            parts.next()?,
            parts.next()?,
            parts.next()?,
            parts.next()?,
        );
        let complete = [access_key, date, region, service]
            .iter()
            .all(|it| !it.is_empty())
            && terminator == "aws4_request";
        complete.then(|| Self {
            access_key: access_key.to_owned(),
            date: date.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
        })
    }
}

/// The `Credential` parameter of an `Authorization` header.
pub(super) fn credential_parameter(authorization: &str) -> Option<&str> {
    find(parameters(authorization)?, "Credential")
}

fn parameters(authorization: &str) -> Option<&str> {
    let (algorithm, parameters) = authorization.trim().split_once(char::is_whitespace)?;
    (algorithm == ALGORITHM).then_some(parameters)
}

fn find<'a>(parameters: &'a str, name: &str) -> Option<&'a str> {
    parameters
        .split(',')
        .filter_map(|it| it.trim().split_once('='))
        .find(|(key, value)| *key == name && !value.is_empty())
        .map(|(_, value)| value)
}

fn incomplete(message: impl Into<String>) -> AwsError {
    AwsError::client("IncompleteSignatureException", message)
}

pub(super) fn missing() -> AwsError {
    AwsError::client(
        "MissingAuthenticationTokenException",
        "Missing Authentication Token",
    )
}
