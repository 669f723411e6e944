//! The resolver that the client connects through: a name is looked up once, all of its addresses are
//! checked, and the connection goes to one of these, so that no second answer can differ (DNS rebinding).

use std::io;
use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::address::Policy;

/// Why a host name leads nowhere. The texts reach the merchant's delivery log: no address of a network
/// that is not public is in them.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ResolveError {
    /// The DNS has no answer.
    #[error("the host name could not be resolved")]
    Lookup(#[source] io::Error),
    /// The DNS has an answer without addresses.
    #[error("the host name has no address")]
    Empty,
    /// At least one of the addresses is not on the public Internet.
    #[error("the host name leads to an address that is not on the public Internet")]
    Blocked,
}

/// Resolves with the system's resolver and refuses names with any address that is not allowed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GuardedResolver {
    policy: Policy,
}

impl GuardedResolver {
    pub(crate) const fn new(policy: Policy) -> Self {
        Self { policy }
    }
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let policy = self.policy;
        Box::pin(async move {
            // Port 0 is replaced by the URL's.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(ResolveError::Lookup)?;
            let addresses = screen(found.collect(), policy)?;
            let addresses: Addrs = Box::new(addresses.into_iter());
            Ok(addresses)
        })
    }
}

/// All addresses, or none: one that is not allowed among them is an attempt to get through by luck.
fn screen(addresses: Vec<SocketAddr>, policy: Policy) -> Result<Vec<SocketAddr>, ResolveError> {
    if addresses.is_empty() {
        return Err(ResolveError::Empty);
    }
    if addresses.iter().all(|address| policy.allows(address.ip())) { Ok(addresses) } else { Err(ResolveError::Blocked) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
        texts.iter().map(|text| SocketAddr::new(text.parse().unwrap(), 0)).collect()
    }

    #[test]
    fn one_address_that_is_not_public_spoils_all() {
        let strict = Policy::default();
        assert!(screen(addresses(&["8.8.8.8", "2a00:1450:4001::1"]), strict).is_ok());
        for bad in ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1"] {
            let mixed = addresses(&["8.8.8.8", bad, "1.1.1.1"]);
            assert!(matches!(screen(mixed, strict), Err(ResolveError::Blocked)), "{bad}");
        }
        assert!(matches!(screen(Vec::new(), strict), Err(ResolveError::Empty)));
    }

    #[tokio::test]
    async fn a_name_for_this_machine_resolves_only_where_loopback_is_allowed() {
        let resolve = |policy| GuardedResolver::new(policy).resolve("localhost".parse().unwrap());
        let error = resolve(Policy::default()).await.err().unwrap();
        assert!(matches!(error.downcast_ref(), Some(ResolveError::Blocked)));
        let allowed = resolve(Policy { allow_loopback: true, allow_http: false }).await;
        assert!(allowed.ok().unwrap().all(|address| address.ip().is_loopback()));
    }
}
