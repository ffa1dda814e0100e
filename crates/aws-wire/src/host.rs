//! Requests for this machine only: the guard against DNS rebinding.
//!
//! A web page may make a browser send requests to a name that its owner resolves to 127.0.0.1. Such a request carries the
//! page's own name in `Host`; one that was meant for this machine carries a loopback name or address.

use std::net::IpAddr;

use http::request::Parts;

/// Whether the request names a loopback host: `localhost`, a name below it, `127.0.0.0/8` or `[::1]`, with or without port.
///
/// No `Host` at all (possible in HTTP/1.0 only) is not loopback.
#[must_use]
pub fn loopback_host(parts: &Parts) -> bool {
    let mut headers = parts.headers.get_all(http::header::HOST).iter();
    match (headers.next(), headers.next()) {
        (Some(host), None) => host.to_str().is_ok_and(is_loopback),
        (None, None) => parts.uri.authority().is_some_and(|it| is_loopback(it.as_str())),
        _ => false,
    }
}

fn is_loopback(host_and_port: &str) -> bool {
    let (host, port) = split_port(host_and_port);
    if !port.bytes().all(|it| it.is_ascii_digit()) {
        return false;
    }
    if let Some(v6) = host.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
        return v6.parse::<std::net::Ipv6Addr>().is_ok_and(|it| it.is_loopback());
    }
    let host = host.to_ascii_lowercase();
    let host = host.strip_suffix('.').unwrap_or(&host);
    host == "localhost"
        || host.ends_with(".localhost")
        || host
            .parse::<IpAddr>()
            .is_ok_and(|it| it.is_ipv4() && it.is_loopback())
}

fn split_port(host: &str) -> (&str, &str) {
    match host.rsplit_once(':') {
        // A colon inside brackets belongs to the IPv6 address.
        Some((name, port)) if !port.contains(']') => (name, port),
        _ => (host, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(host: &[&str]) -> Parts {
        let mut builder = http::Request::get("/");
        for it in host {
            builder = builder.header("host", *it);
        }
        builder.body(()).expect("a valid request").into_parts().0
    }

    #[test]
    fn names_and_addresses_of_this_machine_are_loopback() {
        for host in [
            "localhost",
            "LOCALHOST:4566",
            "localhost.:80",
            "photos.localhost:4566",
            "127.0.0.1",
            "127.0.0.1:4566",
            "127.1.2.3:1",
            "[::1]",
            "[::1]:4566",
        ] {
            assert!(loopback_host(&request(&[host])), "{host}");
        }
    }

    #[test]
    fn everything_else_is_not() {
        for host in [
            "",
            "example.com",
            "example.com:4566",
            "localhost.example.com",
            "127.0.0.1.nip.io",
            "10.0.0.1",
            "0.0.0.0",
            "[::]",
            "[fe80::1]:4566",
            "::1",
            "notlocalhost",
            "localhost:80@example.com",
            "localhost:4566x",
        ] {
            assert!(!loopback_host(&request(&[host])), "{host}");
        }
        assert!(!loopback_host(&request(&[])), "no host");
        assert!(
            !loopback_host(&request(&["localhost", "example.com"])),
            "two hosts"
        );
    }
}
