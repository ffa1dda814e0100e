//! The canonical request: the one spelling of a request that both sides sign.

use http::request::Parts;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};

/// What `UriEncode` leaves alone: letters, digits, and `-._~` (RFC 3986, unreserved characters).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Method, path, query, headers, names of the headers, hash of the body; one under the other.
pub(super) fn request(
    parts: &Parts,
    service: &str,
    signed_headers: &[String],
    payload_sha256: &str,
) -> Vec<u8> {
    let mut canonical = Vec::with_capacity(512);
    for line in [
        parts.method.as_str(),
        &path(service, parts.uri.path()),
        &query(parts.uri.query().unwrap_or("")),
    ] {
        canonical.extend_from_slice(line.as_bytes());
        canonical.push(b'\n');
    }
    for name in signed_headers {
        canonical.extend_from_slice(name.as_bytes());
        canonical.push(b':');
        canonical.extend(header_value(parts, name));
        canonical.push(b'\n');
    }
    canonical.push(b'\n');
    canonical.extend_from_slice(signed_headers.join(";").as_bytes());
    canonical.push(b'\n');
    canonical.extend_from_slice(payload_sha256.as_bytes());
    canonical
}

/// S3 signs the path as it is sent; everyone else removes `.`, `..` and `//` and encodes once more.
fn path(service: &str, sent: &str) -> String {
    if service == "s3" {
        return if sent.is_empty() {
            "/".to_owned()
        } else {
            sent.to_owned()
        };
    }
    let mut segments: Vec<&str> = Vec::new();
    for segment in sent.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            _ => segments.push(segment),
        }
    }
    let mut canonical = String::from("/");
    canonical.push_str(
        &segments
            .iter()
            .map(|it| encode(it.as_bytes()))
            .collect::<Vec<_>>()
            .join("/"),
    );
    let names_a_folder = ["/", "/.", "/.."].iter().any(|it| sent.ends_with(it));
    if names_a_folder && !segments.is_empty() {
        canonical.push('/');
    }
    canonical
}

/// Pairs encoded afresh and sorted by name, then by value.
fn query(sent: &str) -> String {
    let mut pairs: Vec<(String, String)> = query_pairs(sent)
        .map(|(name, value)| (encode(&name), encode(&value)))
        .collect();
    pairs.sort_unstable();
    pairs
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect::<Vec<_>>()
        .join("&")
}

/// The decoded names and values of a query. A plus stands for itself here.
pub(super) fn query_pairs(sent: &str) -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> {
    let decode = |text: &str| percent_decode_str(text).collect::<Vec<u8>>();
    sent.split('&').filter(|it| !it.is_empty()).map(move |pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(name), decode(value))
    })
}

/// All values of the header, trimmed, runs of spaces made one, joined by commas; empty if the header was not sent.
fn header_value(parts: &Parts, name: &str) -> Vec<u8> {
    let mut values: Vec<&[u8]> = parts
        .headers
        .get_all(name)
        .iter()
        .map(http::HeaderValue::as_bytes)
        .collect();
    // HTTP/2 has no Host header, but the same thing under another name.
    if let (true, "host", Some(authority)) = (values.is_empty(), name, parts.uri.authority()) {
        values.push(authority.as_str().as_bytes());
    }
    let mut joined = Vec::new();
    for (idx, value) in values.into_iter().enumerate() {
        if idx != 0 {
            joined.push(b',');
        }
        let words: Vec<&[u8]> = value
            .split(|it| matches!(it, b' ' | b'\t'))
            .filter(|it| !it.is_empty())
            .collect();
        joined.extend(words.join(&b' '));
    }
    joined
}

fn encode(bytes: &[u8]) -> String {
    percent_encode(bytes, UNRESERVED).to_string()
}
