//! Which URLs may be registered as endpoints, and which may be called.
//!
//! The same check stands at registration (so that the merchant is told) and before each attempt (so that
//! a policy that became stricter holds). What a host name leads to is checked when it is resolved.

use std::net::IpAddr;

use url::{Host, Url};

use crate::address::{Policy, Scope};

/// Far above real URLs, and what common servers take.
const URL_LEN_MAX: usize = 2048;

/// Why a URL cannot be an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointUrlError {
    /// It is longer than 2048 bytes.
    #[error("an endpoint's URL has at most 2048 characters")]
    TooLong,
    /// It cannot be read.
    #[error("the endpoint is not a URL such as https://shop.example/webhooks: {0}")]
    Syntax(url::ParseError),
    /// It starts with something other than `https://`.
    #[error("an endpoint's URL starts with https://")]
    Scheme,
    /// There is a user name or password in it.
    #[error("an endpoint's URL has no user name or password in it: messages are signed instead")]
    Credentials,
    /// There is a part after `#`, which is never sent.
    #[error("an endpoint's URL has no part after `#`")]
    Fragment,
    /// There is no host in it.
    #[error("an endpoint's URL names a host")]
    NoHost,
    /// The port is not allowed.
    #[error("an endpoint's port is 443 or 8443, not {0}")]
    Port(u16),
    /// The host is an address that is not on the public Internet.
    #[error("an endpoint is on the public Internet; {address} is a {scope} address")]
    Address {
        /// As written.
        address: IpAddr,
        /// What it is instead.
        scope: Scope,
    },
    /// The host is this machine.
    #[error("an endpoint is on the public Internet; `{0}` is the hub's own machine")]
    LocalName(String),
}

/// Checks a URL that a merchant gave, as far as that is possible without asking the DNS.
///
/// # Errors
///
/// [`EndpointUrlError`], worded for the merchant.
pub fn check_endpoint_url(text: &str, policy: &Policy) -> Result<Url, EndpointUrlError> {
    if text.len() > URL_LEN_MAX {
        return Err(EndpointUrlError::TooLong);
    }
    let url = Url::parse(text).map_err(EndpointUrlError::Syntax)?;
    if !matches!(url.scheme(), "https" | "http") {
        return Err(EndpointUrlError::Scheme);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(EndpointUrlError::Credentials);
    }
    if url.fragment().is_some() {
        return Err(EndpointUrlError::Fragment);
    }
    let loopback = check_host(url.host().ok_or(EndpointUrlError::NoHost)?, *policy)?;
    let http_allowed = policy.allow_http || loopback;
    if url.scheme() == "http" && !http_allowed {
        return Err(EndpointUrlError::Scheme);
    }
    match url.port_or_known_default() {
        Some(443 | 8443) => Ok(url),
        Some(80) if http_allowed => Ok(url),
        Some(_) if policy.allow_loopback => Ok(url),
        Some(port) => Err(EndpointUrlError::Port(port)),
        None => Err(EndpointUrlError::NoHost),
    }
}

/// Whether the host is this machine; an error when it may not be called.
fn check_host(host: Host<&str>, policy: Policy) -> Result<bool, EndpointUrlError> {
    let address = match host {
        Host::Ipv4(address) => IpAddr::V4(address),
        Host::Ipv6(address) => IpAddr::V6(address),
        Host::Domain(name) => {
            let bare = name.strip_suffix('.').unwrap_or(name);
            // RFC 6761, 6.3: `localhost` and all below it are loopback.
            let local = bare == "localhost" || bare.ends_with(".localhost");
            if local && !policy.allow_loopback {
                return Err(EndpointUrlError::LocalName(name.to_owned()));
            }
            return Ok(local);
        }
    };
    let scope = Scope::of(address);
    if policy.allows(address) {
        Ok(scope == Scope::Loopback)
    } else {
        Err(EndpointUrlError::Address { address, scope })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const STRICT: Policy = Policy { allow_loopback: false, allow_http: false };
    const HTTP: Policy = Policy { allow_loopback: false, allow_http: true };
    const LOCAL: Policy = Policy { allow_loopback: true, allow_http: false };

    fn scope_error(address: &str, scope: Scope) -> EndpointUrlError {
        EndpointUrlError::Address { address: address.parse().unwrap(), scope }
    }

    #[test]
    fn ordinary_endpoints_are_taken() {
        for url in [
            "https://shop.example/webhooks",
            "https://shop.example:443/",
            "https://shop.example:8443/a?b=c",
            "https://8.8.8.8/",
            "https://[2a00:1450:4001::1]/",
            "https://bücher.example/",
            "HTTPS://SHOP.EXAMPLE/",
        ] {
            assert!(check_endpoint_url(url, &STRICT).is_ok(), "{url}");
        }
    }

    #[test]
    fn every_other_one_is_refused_with_its_reason() {
        let local = |name: &str| EndpointUrlError::LocalName(name.to_owned());
        for (url, error) in [
            ("", EndpointUrlError::Syntax(url::ParseError::RelativeUrlWithoutBase)),
            ("shop.example/x", EndpointUrlError::Syntax(url::ParseError::RelativeUrlWithoutBase)),
            ("https://", EndpointUrlError::Syntax(url::ParseError::EmptyHost)),
            ("http://shop.example/", EndpointUrlError::Scheme),
            ("ftp://shop.example/", EndpointUrlError::Scheme),
            ("file:///etc/passwd", EndpointUrlError::Scheme),
            ("gopher://127.0.0.1:6379/_x", EndpointUrlError::Scheme),
            ("https://user@shop.example/", EndpointUrlError::Credentials),
            ("https://user:pass@shop.example/", EndpointUrlError::Credentials),
            ("https://:pass@shop.example/", EndpointUrlError::Credentials),
            ("https://shop.example/#x", EndpointUrlError::Fragment),
            ("https://shop.example:22/", EndpointUrlError::Port(22)),
            ("https://shop.example:80/", EndpointUrlError::Port(80)),
            ("https://shop.example:0/", EndpointUrlError::Port(0)),
            ("https://localhost/", local("localhost")),
            ("https://LOCALHOST./", local("localhost.")),
            ("https://a.b.localhost/", local("a.b.localhost")),
            ("https://127.0.0.1/", scope_error("127.0.0.1", Scope::Loopback)),
            ("https://2130706433/", scope_error("127.0.0.1", Scope::Loopback)),
            ("https://0x7f.1/", scope_error("127.0.0.1", Scope::Loopback)),
            ("https://0177.0.0.1/", scope_error("127.0.0.1", Scope::Loopback)),
            ("https://127.1/", scope_error("127.0.0.1", Scope::Loopback)),
            ("https://①②⑦.0.0.1/", scope_error("127.0.0.1", Scope::Loopback)),
            ("https://0/", scope_error("0.0.0.0", Scope::Unspecified)),
            ("https://10.1.2.3/", scope_error("10.1.2.3", Scope::Private)),
            ("https://169.254.169.254/latest/meta-data", scope_error("169.254.169.254", Scope::LinkLocal)),
            ("https://[::1]/", scope_error("::1", Scope::Loopback)),
            ("https://[::ffff:10.0.0.1]/", scope_error("::ffff:10.0.0.1", Scope::Translation)),
            ("https://[fd00:ec2::254]/", scope_error("fd00:ec2::254", Scope::Private)),
            ("https://[fe80::1]/", scope_error("fe80::1", Scope::LinkLocal)),
        ] {
            assert_eq!(check_endpoint_url(url, &STRICT), Err(error), "{url}");
        }
        let long = format!("https://shop.example/{}", "a".repeat(2048));
        assert_eq!(check_endpoint_url(&long, &STRICT), Err(EndpointUrlError::TooLong));
    }

    #[test]
    fn http_is_taken_where_it_is_switched_on() {
        assert!(check_endpoint_url("http://shop.example/", &HTTP).is_ok());
        assert_eq!(check_endpoint_url("http://shop.example:8080/", &HTTP), Err(EndpointUrlError::Port(8080)));
        assert!(check_endpoint_url("http://127.0.0.1/", &HTTP).is_err());
    }

    #[test]
    fn loopback_is_taken_with_http_on_any_port_where_it_is_switched_on() {
        for url in ["http://127.0.0.1:9000/", "http://[::1]:9000/", "http://shop.localhost:9000/", "https://localhost/"]
        {
            assert!(check_endpoint_url(url, &LOCAL).is_ok(), "{url}");
        }
        assert_eq!(check_endpoint_url("http://shop.example/", &LOCAL), Err(EndpointUrlError::Scheme));
        assert!(check_endpoint_url("https://10.0.0.1/", &LOCAL).is_err());
        assert!(check_endpoint_url("http://[::ffff:127.0.0.1]/", &LOCAL).is_err());
    }

    #[test]
    fn the_reason_can_be_told_to_a_merchant() {
        let error = check_endpoint_url("https://192.168.0.7/", &STRICT).unwrap_err();
        assert_eq!(error.to_string(), "an endpoint is on the public Internet; 192.168.0.7 is a private address");
    }

    proptest! {
        #[test]
        fn no_text_panics_and_no_literal_slips_through(text in "(https?://)?\\PC{0,80}", loopback in any::<bool>()) {
            let policy = Policy { allow_loopback: loopback, allow_http: true };
            if let Ok(url) = check_endpoint_url(&text, &policy) {
                match url.host() {
                    Some(Host::Ipv4(address)) => prop_assert!(policy.allows(address.into())),
                    Some(Host::Ipv6(address)) => prop_assert!(policy.allows(address.into())),
                    Some(Host::Domain(_)) => {}
                    None => prop_assert!(false, "no host"),
                }
            }
        }

        #[test]
        fn no_way_to_write_a_loopback_address_is_taken(rest in 0..0x0100_0000_u32) {
            let address = 0x7f00_0000 | rest;
            for text in [format!("https://{address}/"), format!("https://{address:#x}/"), format!("https://0{address:o}/")] {
                prop_assert!(check_endpoint_url(&text, &HTTP).is_err(), "{}", text);
            }
        }
    }
}
