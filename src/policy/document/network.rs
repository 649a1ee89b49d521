//! Ranges of client addresses, IPv4 and IPv6.

use std::fmt;

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// `203.0.113.0/24`, `2001:db8:44::/48`, or a single address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    first: IpAddr,
    prefix: u8,
}

impl Network {
    /// Reads a range. Bits behind the prefix must be zero: `203.0.113.9/24` is more likely a slip than a wish.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let first: IpAddr = address.parse().ok()?;
        let widest = if first.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => digits.parse().ok().filter(|bits| *bits <= widest)?,
            Some(_) => return None,
            None => widest,
        };
        (masked(first, prefix) == first).then_some(Self { first, prefix })
    }

    /// The address lies in the range. An IPv4 address that came in over an IPv6 socket counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.first.is_ipv4() && masked(address, self.prefix) == self.first
    }
}

fn masked(address: IpAddr, prefix: u8) -> IpAddr {
    match address {
        IpAddr::V4(v4) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
            IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & mask))
        }
        IpAddr::V6(v6) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0);
            IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & mask))
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_contains_its_addresses_and_no_others() {
        let within = |range: &str, address: &str| Network::parse(range).unwrap().contains(address.parse().unwrap());
        assert!(within("203.0.113.0/24", "203.0.113.255") && !within("203.0.113.0/24", "203.0.114.0"));
        assert!(within("2001:db8:44::/48", "2001:db8:44:ffff::1") && !within("2001:db8:44::/48", "2001:db8:45::1"));
        assert!(within("0.0.0.0/0", "8.8.8.8") && !within("0.0.0.0/0", "::1") && within("::/0", "::1"));
        assert!(within("127.0.0.1", "127.0.0.1") && !within("127.0.0.1", "127.0.0.2"));
        assert!(within("10.0.0.0/8", "::ffff:10.1.2.3") && !within("::/0", "::ffff:10.1.2.3"));
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for wrong in ["", "10.0.0.0/33", "10.0.0.1/8", "10.0.0/8", "2001:db8::1/48", "::/129", "10.0.0.0/", "10.0.0.0/+8", "host"]
        {
            assert_eq!(Network::parse(wrong), None, "{wrong}");
        }
    }
}
