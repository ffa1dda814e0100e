//! Buckets in the host name: `photos.localhost:4566`.

use http::{HeaderMap, Uri, header};
use s3s::{
    S3Result,
    host::{S3Host, VirtualHost},
};

/// Names below `localhost` are buckets; every other name has the bucket in its path.
pub(super) struct Loopback;

impl S3Host for Loopback {
    fn parse_host_header<'a>(&'a self, host: &'a str) -> S3Result<VirtualHost<'a>> {
        let name = VirtualHost::new(host);
        Ok(match bucket_of(host) {
            Some(bucket) => name.with_bucket(bucket),
            None => name,
        })
    }
}

/// The bucket a request is for, wherever it is named.
pub(super) fn bucket(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    let host = headers
        .get(header::HOST)
        .and_then(|it| it.to_str().ok())
        .unwrap_or_default();
    if let Some(bucket) = bucket_of(host) {
        return Some(bucket.to_owned());
    }
    let first = uri.path().strip_prefix('/')?.split('/').next()?;
    let bucket = percent_encoding::percent_decode_str(first).decode_utf8().ok()?;
    s3s::path::check_bucket_name(&bucket).then(|| bucket.into_owned())
}

fn bucket_of(host: &str) -> Option<&str> {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    name.strip_suffix(".localhost")
        .filter(|it| *it != "s3" && !it.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_stands_in_the_host_or_in_the_path() {
        let of = |host: &str, uri: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, host.parse().expect("a host"));
            bucket(&uri.parse().expect("a URI"), &headers)
        };
        assert_eq!(of("photos.localhost:4566", "/u/1.jpg").as_deref(), Some("photos"));
        assert_eq!(
            of("127.0.0.1:4566", "/photos/u/1.jpg?x=y").as_deref(),
            Some("photos")
        );
        assert_eq!(of("localhost:4566", "/photos").as_deref(), Some("photos"));
        assert_eq!(of("s3.localhost:4566", "/photos").as_deref(), Some("photos"));
        assert_eq!(of("localhost", "/"), None);
        assert_eq!(of("localhost", "/%2e%2e/x"), None);
    }
}
