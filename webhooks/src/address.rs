//! Which addresses a callback may go to: global unicast only. A merchant chooses the URL, so without
//! this the hub could be sent against its own network (server-side request forgery).
//!
//! After the IANA special-purpose registries. IPv4: everything but the blocks below. IPv6: nothing but
//! 2000::/3 without the blocks below, so that what is not yet assigned, and every way to write an IPv4
//! address as IPv6, is refused.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What the installation allows beyond the public Internet. Everything is off by default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Policy {
    /// Loopback addresses, with `http` and on any port: for development and tests.
    pub allow_loopback: bool,
    /// `http` and port 80 on the public Internet.
    pub allow_http: bool,
}

impl Policy {
    /// Whether a callback may go to this address.
    #[must_use]
    pub fn allows(self, address: IpAddr) -> bool {
        match Scope::of(address) {
            Scope::Global => true,
            Scope::Loopback => self.allow_loopback,
            Scope::Private
            | Scope::LinkLocal
            | Scope::Shared
            | Scope::Unspecified
            | Scope::Multicast
            | Scope::Documentation
            | Scope::Benchmark
            | Scope::Translation
            | Scope::Reserved => false,
        }
    }
}

/// What kind of address it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Reachable on the Internet.
    Global,
    /// This machine.
    Loopback,
    /// A private network (RFC 1918, unique local).
    Private,
    /// The local link, cloud metadata among it.
    LinkLocal,
    /// Carrier-grade NAT (RFC 6598).
    Shared,
    /// "This network", "any address".
    Unspecified,
    /// Groups, broadcast among them.
    Multicast,
    /// For examples.
    Documentation,
    /// For measurements.
    Benchmark,
    /// An IPv4 address inside of an IPv6 one: mapped, 6to4, NAT64, Teredo.
    Translation,
    /// Reserved, discarded or not assigned.
    Reserved,
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Global => "public",
            Self::Loopback => "loopback",
            Self::Private => "private",
            Self::LinkLocal => "link-local",
            Self::Shared => "shared (carrier-grade NAT)",
            Self::Unspecified => "unspecified",
            Self::Multicast => "multicast",
            Self::Documentation => "documentation",
            Self::Benchmark => "benchmark",
            Self::Translation => "translation",
            Self::Reserved => "reserved",
        })
    }
}

/// First address, length of the prefix, scope. The first match counts.
type Block<Address> = (Address, u32, Scope);

const V4: [Block<Ipv4Addr>; 17] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8, Scope::Unspecified),
    (Ipv4Addr::new(10, 0, 0, 0), 8, Scope::Private),
    (Ipv4Addr::new(100, 64, 0, 0), 10, Scope::Shared),
    (Ipv4Addr::new(127, 0, 0, 0), 8, Scope::Loopback),
    (Ipv4Addr::new(169, 254, 0, 0), 16, Scope::LinkLocal),
    (Ipv4Addr::new(172, 16, 0, 0), 12, Scope::Private),
    (Ipv4Addr::new(192, 0, 0, 0), 24, Scope::Reserved),
    (Ipv4Addr::new(192, 0, 2, 0), 24, Scope::Documentation),
    (Ipv4Addr::new(192, 88, 99, 0), 24, Scope::Translation),
    (Ipv4Addr::new(192, 168, 0, 0), 16, Scope::Private),
    (Ipv4Addr::new(198, 18, 0, 0), 15, Scope::Benchmark),
    (Ipv4Addr::new(198, 51, 100, 0), 24, Scope::Documentation),
    (Ipv4Addr::new(203, 0, 113, 0), 24, Scope::Documentation),
    (Ipv4Addr::new(233, 252, 0, 0), 24, Scope::Documentation),
    (Ipv4Addr::new(224, 0, 0, 0), 4, Scope::Multicast),
    (Ipv4Addr::new(255, 255, 255, 255), 32, Scope::Multicast),
    (Ipv4Addr::new(240, 0, 0, 0), 4, Scope::Reserved),
];

const V6: [Block<Ipv6Addr>; 16] = [
    (Ipv6Addr::UNSPECIFIED, 128, Scope::Unspecified),
    (Ipv6Addr::LOCALHOST, 128, Scope::Loopback),
    // ::/8 holds IPv4-compatible and IPv4-mapped addresses.
    (Ipv6Addr::UNSPECIFIED, 8, Scope::Translation),
    (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 32, Scope::Translation),
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7, Scope::Private),
    (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10, Scope::LinkLocal),
    // Site-local, deprecated by RFC 3879, still routed in places.
    (Ipv6Addr::new(0xfec0, 0, 0, 0, 0, 0, 0, 0), 10, Scope::Private),
    (Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0), 8, Scope::Multicast),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 32, Scope::Translation),
    (Ipv6Addr::new(0x2001, 2, 0, 0, 0, 0, 0, 0), 48, Scope::Benchmark),
    // The rest of 2001::/23: protocol assignments, ORCHID.
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23, Scope::Reserved),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32, Scope::Documentation),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16, Scope::Translation),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20, Scope::Documentation),
    (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3, Scope::Global),
    // Discard-only, segment routing, and all that is not assigned.
    (Ipv6Addr::UNSPECIFIED, 0, Scope::Reserved),
];

impl Scope {
    /// The scope of an address.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => {
                let within =
                    |(first, len, _): &&Block<Ipv4Addr>| (address.to_bits() ^ first.to_bits()).leading_zeros() >= *len;
                V4.iter().find(within).map_or(Self::Global, |block| block.2)
            }
            IpAddr::V6(address) => {
                let within =
                    |(first, len, _): &&Block<Ipv6Addr>| (address.to_bits() ^ first.to_bits()).leading_zeros() >= *len;
                V6.iter().find(within).map_or(Self::Reserved, |block| block.2)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// First and last address of each block, and their neighbours outside.
    const EXPECTED: &[(&str, Scope)] = &[
        ("0.0.0.0", Scope::Unspecified),
        ("0.255.255.255", Scope::Unspecified),
        ("1.0.0.0", Scope::Global),
        ("8.8.8.8", Scope::Global),
        ("9.255.255.255", Scope::Global),
        ("10.0.0.0", Scope::Private),
        ("10.255.255.255", Scope::Private),
        ("11.0.0.0", Scope::Global),
        ("100.63.255.255", Scope::Global),
        ("100.64.0.0", Scope::Shared),
        ("100.127.255.255", Scope::Shared),
        ("100.128.0.0", Scope::Global),
        ("126.255.255.255", Scope::Global),
        ("127.0.0.1", Scope::Loopback),
        ("127.255.255.255", Scope::Loopback),
        ("128.0.0.0", Scope::Global),
        ("169.253.255.255", Scope::Global),
        ("169.254.169.254", Scope::LinkLocal),
        ("169.255.0.0", Scope::Global),
        ("172.15.255.255", Scope::Global),
        ("172.16.0.0", Scope::Private),
        ("172.31.255.255", Scope::Private),
        ("172.32.0.0", Scope::Global),
        ("192.0.0.0", Scope::Reserved),
        ("192.0.0.170", Scope::Reserved),
        ("192.0.1.0", Scope::Global),
        ("192.0.2.1", Scope::Documentation),
        ("192.0.3.0", Scope::Global),
        ("192.88.98.255", Scope::Global),
        ("192.88.99.1", Scope::Translation),
        ("192.88.100.0", Scope::Global),
        ("192.167.255.255", Scope::Global),
        ("192.168.0.0", Scope::Private),
        ("192.168.255.255", Scope::Private),
        ("192.169.0.0", Scope::Global),
        ("198.17.255.255", Scope::Global),
        ("198.18.0.0", Scope::Benchmark),
        ("198.19.255.255", Scope::Benchmark),
        ("198.20.0.0", Scope::Global),
        ("198.51.100.7", Scope::Documentation),
        ("203.0.113.7", Scope::Documentation),
        ("203.0.114.0", Scope::Global),
        ("223.255.255.255", Scope::Global),
        ("224.0.0.0", Scope::Multicast),
        ("233.252.0.1", Scope::Documentation),
        ("239.255.255.255", Scope::Multicast),
        ("240.0.0.0", Scope::Reserved),
        ("255.255.255.254", Scope::Reserved),
        ("255.255.255.255", Scope::Multicast),
        ("::", Scope::Unspecified),
        ("::1", Scope::Loopback),
        ("::2", Scope::Translation),
        ("::127.0.0.1", Scope::Translation),
        ("::ffff:127.0.0.1", Scope::Translation),
        ("::ffff:8.8.8.8", Scope::Translation),
        ("::ffff:0:8.8.8.8", Scope::Translation),
        ("64:ff9b::a00:1", Scope::Translation),
        ("64:ff9b:1::a00:1", Scope::Translation),
        ("100::1", Scope::Reserved),
        ("1fff:ffff::1", Scope::Reserved),
        ("2001::1", Scope::Translation),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", Scope::Translation),
        ("2001:1::1", Scope::Reserved),
        ("2001:2::1", Scope::Benchmark),
        ("2001:20::1", Scope::Reserved),
        ("2001:1ff:ffff::1", Scope::Reserved),
        ("2001:200::1", Scope::Global),
        ("2001:4860:4860::8888", Scope::Global),
        ("2001:db7:ffff::1", Scope::Global),
        ("2001:db8::1", Scope::Documentation),
        ("2001:db9::1", Scope::Global),
        ("2002:a00:1::", Scope::Translation),
        ("2003::1", Scope::Global),
        ("2a00:1450:4001::1", Scope::Global),
        ("3fff::1", Scope::Documentation),
        ("3fff:fff:ffff::1", Scope::Documentation),
        ("3fff:1000::1", Scope::Global),
        ("4000::1", Scope::Reserved),
        ("5f00::1", Scope::Reserved),
        ("fbff::1", Scope::Reserved),
        ("fc00::1", Scope::Private),
        ("fd00:ec2::254", Scope::Private),
        ("fe80::1", Scope::LinkLocal),
        ("febf::1", Scope::LinkLocal),
        ("fec0::1", Scope::Private),
        ("ff02::1", Scope::Multicast),
    ];

    #[test]
    fn every_block_begins_and_ends_where_the_registries_say() {
        for (text, scope) in EXPECTED {
            assert_eq!(Scope::of(text.parse().unwrap()), *scope, "{text}");
        }
    }

    #[test]
    fn only_global_addresses_are_allowed_and_loopback_where_it_is_switched_on() {
        let strict = Policy::default();
        let local = Policy { allow_loopback: true, ..strict };
        for (text, scope) in EXPECTED {
            let address = text.parse().unwrap();
            assert_eq!(strict.allows(address), *scope == Scope::Global, "{text}");
            assert_eq!(local.allows(address), matches!(scope, Scope::Global | Scope::Loopback), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_wrapped_ipv4_address_is_allowed(bits in any::<u32>()) {
            let [a, b, c, d] = Ipv4Addr::from_bits(bits).octets().map(u16::from);
            let (high, low) = (a << 8 | b, c << 8 | d);
            let lax = Policy { allow_loopback: true, allow_http: true };
            for wrapped in [
                Ipv6Addr::new(0, 0, 0, 0, 0, 0, high, low),
                Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, high, low),
                Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
                Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, high, low),
                Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
            ] {
                prop_assert!(wrapped == Ipv6Addr::LOCALHOST || !lax.allows(wrapped.into()));
            }
        }

        #[test]
        fn what_the_standard_library_calls_special_is_refused(v4 in any::<u32>(), v6 in any::<u128>()) {
            let v4 = Ipv4Addr::from_bits(v4);
            let special = v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_broadcast()
                || v4.is_documentation() || v4.is_multicast() || v4.is_unspecified();
            prop_assert!(!(special && Policy::default().allows(v4.into())));
            let v6 = Ipv6Addr::from_bits(v6);
            let special = v6.is_loopback() || v6.is_multicast() || v6.is_unspecified() || v6.is_unique_local()
                || v6.is_unicast_link_local() || v6.to_ipv4_mapped().is_some();
            prop_assert!(!(special && Policy::default().allows(v6.into())));
        }
    }
}
