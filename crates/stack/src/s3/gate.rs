//! What is checked before the request reaches s3s, because s3s does not.
//!
//! - Version 2 signatures are refused, as S3 refuses them in every region since 2014.
//! - Every `x-amz-*` header must be signed. Without that, whoever holds a presigned URL could turn an upload into a copy of
//!   another object by adding `x-amz-copy-source`, or add metadata.
//! - A presigned URL is good for seven days at most.
//! - `x-amz-*` parameters in the query of a presigned URL (some SDKs move headers there) count as headers.
//! - Form uploads (`POST` policies) are not available.
//! - A body that says it is too long is refused before it is read.

use http::{HeaderName, HeaderValue, Method, Uri, header, request::Parts};
use percent_encoding::percent_decode_str;
use s3s::{S3Error, S3Result, s3_error};

/// Longest life of a presigned URL, in seconds.
///
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html>, seven days.
const MAX_EXPIRES_SECONDS: u64 = 7 * 24 * 60 * 60;

/// Query parameters that are part of the signature itself.
const SIGNATURE_PARAMETERS: &[&str] = &[
    "x-amz-algorithm",
    "x-amz-credential",
    "x-amz-date",
    "x-amz-expires",
    "x-amz-security-token",
    "x-amz-signature",
    "x-amz-signedheaders",
    // Says how the URL was signed, not how the body will be sent.
    "x-amz-content-sha256",
];

pub(super) fn check(parts: &mut Parts, max_object_bytes: u64) -> S3Result<()> {
    let query: Vec<(String, String)> = query_pairs(&parts.uri).collect();
    let parameter = |name: &str| {
        query
            .iter()
            .find(|(it, _)| it == name)
            .map(|(_, value)| value.as_str())
    };
    let authorization = parts
        .headers
        .get(header::AUTHORIZATION)
        .map(|it| it.to_str().unwrap_or_default().to_owned());

    let version_2 = authorization.as_deref().is_some_and(|it| it.starts_with("AWS "))
        || (parameter("Signature").is_some() && parameter("AWSAccessKeyId").is_some());
    if version_2 {
        return Err(s3_error!(
            InvalidRequest,
            "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."
        ));
    }
    let presigned = parameter("X-Amz-Signature").is_some() || parameter("X-Amz-Algorithm").is_some();
    match (&authorization, presigned) {
        (Some(_), true) => {
            return Err(s3_error!(
                InvalidArgument,
                "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or \
                 the Authorization header should be specified"
            ));
        }
        (Some(authorization), false) => {
            let signed = authorization
                .split([',', ' '])
                .find_map(|it| it.trim().strip_prefix("SignedHeaders="));
            check_signed(parts, signed.unwrap_or_default(), &[])?;
        }
        (None, true) => {
            check_expiry(parameter("X-Amz-Expires"))?;
            // s3s compares the body with this one, so a wrong value is an error and a right one no harm.
            check_signed(
                parts,
                parameter("X-Amz-SignedHeaders").unwrap_or_default(),
                &["x-amz-content-sha256"],
            )?;
            let moved = query
                .iter()
                .filter(|(name, _)| name.to_ascii_lowercase().starts_with("x-amz-"));
            for (name, value) in
                moved.filter(|(name, _)| !SIGNATURE_PARAMETERS.contains(&name.to_ascii_lowercase().as_str()))
            {
                to_header(parts, name, value)?;
            }
        }
        // Not signed at all: refused where rights are checked.
        (None, false) => {}
    }

    let content_type = parts
        .headers
        .get(header::CONTENT_TYPE)
        .map(|it| it.as_bytes().to_ascii_lowercase());
    if parts.method == Method::POST && content_type.is_some_and(|it| it.starts_with(b"multipart/form-data")) {
        return Err(s3_error!(
            NotImplemented,
            "Uploads by form (POST policies) are not available; use a presigned PUT"
        ));
    }
    check_length(parts, max_object_bytes)
}

fn check_expiry(expires: Option<&str>) -> S3Result<()> {
    let malformed = |message: &'static str| {
        Err(S3Error::with_message(
            s3s::S3ErrorCode::AuthorizationQueryParametersError,
            message,
        ))
    };
    match expires.map(str::parse::<u64>) {
        Some(Ok(0) | Err(_)) => malformed("X-Amz-Expires must be a positive number of seconds"),
        Some(Ok(seconds)) if seconds > MAX_EXPIRES_SECONDS => {
            malformed("X-Amz-Expires must be less than a week (in seconds) that is 604800")
        }
        Some(Ok(_)) => Ok(()),
        None => malformed("Query-string authentication version 4 requires the X-Amz-Expires parameter"),
    }
}

fn check_signed(parts: &Parts, signed: &str, exempt: &[&str]) -> S3Result<()> {
    if !signed.split(';').any(|it| it == "host") {
        return Err(s3_error!(AccessDenied, "The Host header must be signed"));
    }
    let is_signed = |name: &HeaderName| {
        signed.split(';').any(|it| it == name.as_str()) || exempt.contains(&name.as_str())
    };
    for name in parts
        .headers
        .keys()
        .filter(|it| it.as_str().starts_with("x-amz-"))
    {
        if !is_signed(name) {
            return Err(s3_error!(
                AccessDenied,
                "There were headers present in the request which were not signed"
            ));
        }
        // What is not text does not enter the signature, so it may not enter the request either.
        if parts
            .headers
            .get_all(name)
            .iter()
            .any(|it| std::str::from_utf8(it.as_bytes()).is_err())
        {
            return Err(s3_error!(InvalidRequest, "The header {name} is not text"));
        }
    }
    Ok(())
}

fn to_header(parts: &mut Parts, name: &str, value: &str) -> S3Result<()> {
    let invalid = || {
        s3_error!(
            InvalidArgument,
            "The query parameter {name:?} cannot stand for a header"
        )
    };
    let name_of_header =
        HeaderName::from_bytes(name.to_ascii_lowercase().as_bytes()).map_err(|_| invalid())?;
    let value = HeaderValue::from_str(value).map_err(|_| invalid())?;
    match parts.headers.get(&name_of_header) {
        Some(same) if *same == value => Ok(()),
        Some(_) => Err(invalid()),
        None => {
            parts.headers.insert(name_of_header, value);
            Ok(())
        }
    }
}

fn check_length(parts: &Parts, max_object_bytes: u64) -> S3Result<()> {
    for name in ["content-length", "x-amz-decoded-content-length"] {
        let length = parts
            .headers
            .get(name)
            .and_then(|it| it.to_str().ok()?.parse::<u64>().ok());
        // Chunk signatures make what travels longer than what is stored, by far less than the tenth allowed here.
        let limit = if name == "content-length" {
            max_object_bytes.saturating_add(max_object_bytes / 10 + 4096)
        } else {
            max_object_bytes
        };
        if length.is_some_and(|it| it > limit) {
            return Err(s3_error!(
                EntityTooLarge,
                "Your proposed upload exceeds the maximum allowed size"
            ));
        }
    }
    Ok(())
}

/// The pairs of a query, decoded as s3s decodes them.
pub(super) fn query_pairs(uri: &Uri) -> impl Iterator<Item = (String, String)> + '_ {
    let decode = |text: &str| {
        percent_decode_str(&text.replace('+', " "))
            .decode_utf8_lossy()
            .into_owned()
    };
    uri.query()
        .unwrap_or_default()
        .split('&')
        .filter(|it| !it.is_empty())
        .map(move |pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
}

pub(super) fn query_value(uri: &Uri, name: &str) -> Option<String> {
    query_pairs(uri)
        .find(|(it, _)| it == name)
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn parts(uri: &str, headers: &[(&str, &str)]) -> Parts {
        let mut request = Request::put(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).expect("a request").into_parts().0
    }

    fn refused(uri: &str, headers: &[(&str, &str)]) -> String {
        check(&mut parts(uri, headers), 1000)
            .expect_err("refused")
            .code()
            .as_str()
            .to_owned()
    }

    const URL: &str =
        "/b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=60&X-Amz-Signature=00&X-Amz-SignedHeaders=host";

    #[test]
    fn a_presigned_upload_cannot_become_a_copy() {
        assert_eq!(
            refused(URL, &[("x-amz-copy-source", "/other/secret")]),
            "AccessDenied"
        );
        assert_eq!(refused(URL, &[("x-amz-meta-owner", "me")]), "AccessDenied");
        check(
            &mut parts(
                &format!("{URL}%3Bx-amz-meta-owner"),
                &[("x-amz-meta-owner", "me")],
            ),
            1000,
        )
        .expect("signed");
        check(&mut parts(URL, &[("content-type", "image/jpeg")]), 1000).expect("not an x-amz header");
    }

    #[test]
    fn parameters_of_a_presigned_url_count_as_headers() {
        let url = format!("{URL}&x-amz-checksum-sha256=abc%2B%3D&X-Amz-Security-Token=t");
        let mut parts = parts(&url, &[]);
        check(&mut parts, 1000).expect("fine");
        assert_eq!(parts.headers["x-amz-checksum-sha256"], "abc+=");
        assert!(!parts.headers.contains_key("x-amz-security-token"));
    }

    #[test]
    fn urls_live_a_week_at_most() {
        for expires in ["604801", "0", "-1", "soon", ""] {
            let url = URL.replace("X-Amz-Expires=60", &format!("X-Amz-Expires={expires}"));
            assert_eq!(
                refused(&url, &[]),
                "AuthorizationQueryParametersError",
                "{expires}"
            );
        }
    }

    #[test]
    fn old_doubled_and_unsigned_authorizations_are_refused() {
        assert_eq!(
            refused("/b/k", &[("authorization", "AWS key:signature")]),
            "InvalidRequest"
        );
        assert_eq!(
            refused("/b/k?AWSAccessKeyId=k&Signature=s&Expires=1", &[]),
            "InvalidRequest"
        );
        assert_eq!(
            refused(URL, &[("authorization", "AWS4-HMAC-SHA256 Credential=x")]),
            "InvalidArgument"
        );
        let signed =
            "AWS4-HMAC-SHA256 Credential=k/d/r/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=0";
        check(
            &mut parts("/b/k", &[("authorization", signed), ("x-amz-date", "d")]),
            1000,
        )
        .expect("signed");
        assert_eq!(
            refused(
                "/b/k",
                &[
                    ("authorization", signed),
                    ("x-amz-date", "d"),
                    ("x-amz-acl", "public-read")
                ]
            ),
            "AccessDenied"
        );
    }

    #[test]
    fn a_length_above_the_limit_is_refused_unread() {
        assert_eq!(refused("/b/k", &[("content-length", "6000")]), "EntityTooLarge");
        assert_eq!(
            refused(
                "/b/k",
                &[
                    ("content-length", "1001"),
                    ("x-amz-decoded-content-length", "1001")
                ]
            ),
            "EntityTooLarge"
        );
        check(&mut parts("/b/k", &[("content-length", "1000")]), 1000).expect("fits");
    }
}
