//! How much of an address is written down: the network, which finds an attack and not a person.

use std::{fmt, net::IpAddr};

/// Bits of an IPv4 and of an IPv6 network. From the product's decisions: what a provider gives to a site (RFC 6177).
const IPV4_BITS: u32 = 24;
const IPV6_BITS: u32 = 48;

/// A network in CIDR notation: `192.0.2.0/24`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network(String);

impl Network {
    /// Returns the network of an address.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V4(it) => {
                let network = u32::from(it) & (u32::MAX << (u32::BITS - IPV4_BITS));
                format!("{}/{IPV4_BITS}", std::net::Ipv4Addr::from(network))
            }
            IpAddr::V6(it) => {
                let network = u128::from(it) & (u128::MAX << (u128::BITS - IPV6_BITS));
                format!("{}/{IPV6_BITS}", std::net::Ipv6Addr::from(network))
            }
        })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_an_address_is_not_kept() {
        for (address, network) in [
            ("192.0.2.44", "192.0.2.0/24"),
            ("::ffff:192.0.2.44", "192.0.2.0/24"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
            ("::1", "::/48"),
        ] {
            assert_eq!(Network::of(address.parse().unwrap()).to_string(), network);
        }
    }
}
