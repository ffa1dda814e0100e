//! Where a request comes from.

use std::net::{IpAddr, Ipv6Addr};

use subtle::ConstantTimeEq;

use crate::Request;

/// Header that the distribution adds to what it forwards.
const EDGE_HEADER: &str = "x-visavis-edge";
/// Bytes of an IPv6 address that say whose it is: a household has a /64 (RFC 6177 section 2), so counting single
/// addresses would count nothing.
const IPV6_NETWORK_BYTES: usize = 8;

/// Returns the network of whoever sent `request`, as a subject of limits.
pub(super) fn network(request: &Request, edge_token: Option<&str>) -> String {
    match of(request, edge_token) {
        Some(IpAddr::V4(address)) => address.to_string(),
        Some(IpAddr::V6(address)) => network_of(address).to_string(),
        None => "unknown".to_owned(),
    }
}

/// Returns the address of whoever sent `request`.
///
/// API Gateway says who it talks to, which behind the distribution is the distribution. That one appends its own
/// caller to `X-Forwarded-For`, and API Gateway appends the distribution; what stands before is what the caller
/// wrote. So the last but one counts, and only where the distribution has shown who it is.
pub(super) fn of(request: &Request, edge_token: Option<&str>) -> Option<IpAddr> {
    let direct = request.source_ip.as_deref().unwrap_or_default();
    let from_edge = request
        .header(EDGE_HEADER)
        .zip(edge_token)
        .is_some_and(|(shown, it)| shown.as_bytes().ct_eq(it.as_bytes()).into());
    let forwarded = request
        .header("x-forwarded-for")
        .filter(|_| from_edge)
        .and_then(|it| it.rsplit(',').nth(1))
        .map(str::trim);
    let address: IpAddr = forwarded.unwrap_or(direct).parse().ok()?;
    Some(address.to_canonical())
}

fn network_of(address: Ipv6Addr) -> Ipv6Addr {
    let mut bytes = address.octets();
    for byte in bytes.iter_mut().skip(IPV6_NETWORK_BYTES) {
        *byte = 0;
    }
    bytes.into()
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName};

    use super::*;

    fn request(source_ip: &str, headers: &[(&'static str, &str)]) -> Request {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect();
        Request {
            id: String::new(),
            deadline: None,
            headers,
            cookies: Vec::new(),
            query: String::new(),
            path_parameters: Vec::new(),
            body: Vec::new(),
            principal: None,
            source_ip: Some(source_ip.to_owned()),
        }
    }

    #[test]
    fn only_the_distribution_is_believed() {
        let forwarded = ("x-forwarded-for", "6.6.6.6, 198.51.100.7, 130.176.0.1");
        let edge = (EDGE_HEADER, "stack-1");
        let seen = |headers: &[_], token| network(&request("130.176.0.1", headers), token);
        assert_eq!(seen(&[forwarded, edge], Some("stack-1")), "198.51.100.7");
        assert_eq!(seen(&[forwarded], Some("stack-1")), "130.176.0.1");
        assert_eq!(
            seen(&[forwarded, (EDGE_HEADER, "x")], Some("stack-1")),
            "130.176.0.1"
        );
        assert_eq!(seen(&[forwarded, edge], None), "130.176.0.1");
        assert_eq!(seen(&[edge], Some("stack-1")), "130.176.0.1");
    }

    #[test]
    fn a_household_has_one_address() {
        let seen = |ip: &str| network(&request(ip, &[]), None);
        assert_eq!(seen("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(seen("2001:db8:1:2::9"), "2001:db8:1:2::");
        assert_eq!(seen("::ffff:192.0.2.1"), "192.0.2.1");
        assert_eq!(seen("no address"), "unknown");
    }
}
