//! The pages of the sandbox' issuers and wallet, where an install has no others: an adapter between the
//! pages, which know no payments, and the acquirers, which know no HTTP.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use aviso_acquirers::sandbox::issuer::{self, SandboxIssuer, TRIES_MAX};
use aviso_acquirers::sandbox_wallet::{self, Decision, SandboxWallet};
use aviso_core::language::Language;
use aviso_sandbox::standin::acs::{self, ChallengeView, Challenges, Deed, PageFault, Tongue};
use aviso_sandbox::standin::wallet::{self, PurseView, Purses, SignedRequest};
use axum::Router;

use super::Services;

/// Where the issuers' pages are, below the public address.
pub(super) const ISSUER_PATH: &str = "/sandbox/acs";
/// Where the wallet's pages are, below the public address.
pub(super) const WALLET_PATH: &str = "/sandbox/wallet";

/// The pages. The wallet's callbacks go to the hub that listens at `address`.
pub(super) fn router(services: &Services, address: SocketAddr) -> Router {
    let callback_url = format!("http://{}/callbacks/{}", reachable(address), sandbox_wallet::NAME);
    let challenges = Arc::new(Issuers(Arc::clone(&services.issuer)));
    let purses = Arc::new(Wallet(Arc::clone(&services.wallet)));
    Router::new().nest(ISSUER_PATH, acs::router(challenges)).nest(WALLET_PATH, wallet::router(purses, &callback_url))
}

/// A listener on every address is reached on this machine by its loopback address.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    address
}

const fn language(tongue: Tongue) -> Language {
    match tongue {
        Tongue::En => Language::En,
        Tongue::Es => Language::Es,
        Tongue::Ru => Language::Ru,
    }
}

#[derive(Debug)]
struct Issuers(Arc<SandboxIssuer>);

fn challenge(view: issuer::ChallengeView, tongue: Tongue) -> ChallengeView {
    ChallengeView {
        shop: view.shop,
        amount: view.amount.format(language(tongue)),
        last4: view.last4,
        tries_left: view.tries_left,
        was_wrong: view.tries_left < TRIES_MAX,
        is_open: view.is_open,
        is_late: view.is_late,
        return_url: view.return_url,
    }
}

impl Challenges for Issuers {
    fn look(&self, token: &str, tongue: Tongue) -> Result<Option<ChallengeView>, PageFault> {
        let view = self.0.look(token).map_err(PageFault::new)?;
        Ok(view.map(|view| challenge(view, tongue)))
    }

    fn act(&self, token: &str, deed: Deed<'_>, tongue: Tongue) -> Result<Option<ChallengeView>, PageFault> {
        let deed = match deed {
            Deed::Enter(code) => issuer::Deed::Enter(code),
            Deed::Cancel => issuer::Deed::Cancel,
        };
        let view = self.0.act(token, deed).map_err(PageFault::new)?;
        Ok(view.map(|view| challenge(view, tongue)))
    }
}

#[derive(Debug)]
struct Wallet(Arc<SandboxWallet>);

fn purse(view: sandbox_wallet::OrderView, tongue: Tongue) -> PurseView {
    PurseView {
        amount: view.amount.format(language(tongue)),
        is_open: view.is_open,
        is_late: view.is_late,
        return_url: view.return_url,
    }
}

impl Purses for Wallet {
    fn look(&self, token: &str, tongue: Tongue) -> Result<Option<PurseView>, PageFault> {
        let view = self.0.look(token).map_err(PageFault::new)?;
        Ok(view.map(|view| purse(view, tongue)))
    }

    fn decide(
        &self,
        token: &str,
        pays: bool,
        tongue: Tongue,
    ) -> Result<Option<(PurseView, Option<SignedRequest>)>, PageFault> {
        let decision = if pays { Decision::Approve } else { Decision::Decline };
        let decided = self.0.decide(token, decision).map_err(PageFault::new)?;
        Ok(decided.map(|(view, callback)| {
            let signed = callback.map(|callback| SignedRequest {
                headers: callback.headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
                body: callback.body,
            });
            (purse(view, tongue), signed)
        }))
    }
}
