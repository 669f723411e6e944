//! Whose address a request came from.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};

use crate::state::WebState;

/// The caller's address: the connection's, or the one that the outermost proxy of ours noted.
///
/// Needs the server to be started with connect info; without it everybody is `0.0.0.0`. IPv6
/// callers are told apart by their /64, which is the least that one household gets.
pub(crate) fn caller(headers: &HeaderMap, extensions: &Extensions, trusted_proxies: usize) -> IpAddr {
    let connection = extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let noted = match trusted_proxies {
        0 => None,
        // The last entry was added by the nearest proxy, the one before by the proxy before it.
        count => forwarded(headers).into_iter().rev().nth(count - 1),
    };
    subscriber(noted.or(connection).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)))
}

/// The caller's address.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller(pub(crate) IpAddr);

impl FromRequestParts<WebState> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, web: &WebState) -> Result<Self, Infallible> {
        Ok(Self(caller(&parts.headers, &parts.extensions, web.config.trusted_proxies)))
    }
}

/// The network of an address, as people are told where a log-in comes from: enough to know one's own,
/// not enough to find a stranger.
pub(crate) fn network(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => format!("{}/24", Ipv4Addr::from_bits(address.to_bits() & !0xff)),
        IpAddr::V6(address) => format!("{}/48", Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 80))),
    }
}

fn forwarded(headers: &HeaderMap) -> Vec<IpAddr> {
    let lines = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).filter_map(|entry| entry.trim().parse().ok()).collect()
}

fn subscriber(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(forwarded: &str, trusted: usize) -> String {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", forwarded.parse().unwrap());
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 9))));
        caller(&headers, &extensions, trusted).to_string()
    }

    #[test]
    fn only_what_our_own_proxies_noted_is_believed() {
        assert_eq!(call("203.0.113.9", 0), "127.0.0.1");
        assert_eq!(call("6.6.6.6, 203.0.113.9", 1), "203.0.113.9");
        assert_eq!(call("6.6.6.6, 203.0.113.9, 10.0.0.1", 2), "203.0.113.9");
        assert_eq!(call("203.0.113.9", 2), "127.0.0.1");
        assert_eq!(call("2001:db8::1:2:3:4", 1), "2001:db8::");
        assert_eq!(call("::ffff:203.0.113.9", 1), "203.0.113.9");
    }

    #[test]
    fn a_network_names_no_household() {
        assert_eq!(network(IpAddr::from([203, 0, 113, 9])), "203.0.113.0/24");
        assert_eq!(network("2001:db8:1:2::3".parse().unwrap()), "2001:db8:1::/48");
    }
}
