//! What the handlers work with: the core's services and what the wiring gives.

use std::fmt;
use std::sync::Arc;

use aviso_core::account::Accounts;
use aviso_core::audit::Audit;
use aviso_core::bill::Bills;
use aviso_core::clock::Clock;
use aviso_core::delivery::DeliveryLog;
use aviso_core::dispute::Disputes;
use aviso_core::inbox::{Inbox, Watches};
use aviso_core::issuing::IssuingBanks;
use aviso_core::ledger::Ledger;
use aviso_core::merchant::Merchants;
use aviso_core::merchant::endpoint::Endpoints;
use aviso_core::merchant::member::Members;
use aviso_core::onboarding::Onboardings;
use aviso_core::payment::Payments;
use aviso_core::refund::Refunds;
use aviso_core::report::Reports;
use aviso_core::risk::Risk;
use aviso_core::routing::Profiles;
use aviso_core::secret::Keyring;
use aviso_core::site::Sites;
use aviso_core::store::Store;

use crate::config::WebConfig;
use crate::limit::Limiters;

/// Checks a URL that a merchant gives as a webhook endpoint; the error is worded for the merchant.
pub type EndpointCheck = Arc<dyn Fn(&str) -> Result<(), String> + Send + Sync>;
/// Checks the name and value of a header that a merchant wants with each webhook, and gives the name as it is sent;
/// the error is worded for the merchant.
pub type HeaderCheck = Arc<dyn Fn(&str, &str) -> Result<String, String> + Send + Sync>;
/// Says whether everything besides the database is ready; the error says what is not.
pub type ReadyCheck = Arc<dyn Fn() -> Result<(), String> + Send + Sync>;
/// Writes the metrics in Prometheus' text format.
pub type MetricsText = Arc<dyn Fn() -> String + Send + Sync>;

/// What the web edge is wired with. [`WebParts::into_state`] makes the state of it.
#[derive(Clone)]
pub struct WebParts {
    /// The database, for the readiness probe only.
    pub store: Store,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Keys for form tokens and fingerprints of requests.
    pub keyring: Keyring,
    /// Payments.
    pub payments: Payments,
    /// Bills.
    pub bills: Bills,
    /// Orders that merchants' sites sign.
    pub sites: Sites,
    /// Banks that enrol cards.
    pub issuing: IssuingBanks,
    /// Refunds.
    pub refunds: Refunds,
    /// Disputes.
    pub disputes: Disputes,
    /// The books.
    pub ledger: Ledger,
    /// Figures and exports.
    pub reports: Reports,
    /// Merchants and their API keys.
    pub merchants: Merchants,
    /// Shops on their way to live payments.
    pub onboardings: Onboardings,
    /// Who acts for merchants.
    pub members: Members,
    /// What merchants accept.
    pub profiles: Profiles,
    /// Lists against fraud.
    pub risk: Risk,
    /// Who did what.
    pub audit: Audit,
    /// Webhook endpoints.
    pub endpoints: Endpoints,
    /// People.
    pub accounts: Accounts,
    /// What people were told, on their pages.
    pub inbox: Inbox,
    /// The pages that are open. Somebody must run it.
    pub watches: Watches,
    /// The delivery log.
    pub deliveries: DeliveryLog,
    /// What is adjustable.
    pub config: WebConfig,
    /// Which URLs may be endpoints.
    pub endpoint_check: EndpointCheck,
    /// Which headers may go along with webhooks.
    pub header_check: HeaderCheck,
    /// Whether the rest is ready.
    pub ready: ReadyCheck,
    /// The metrics.
    pub metrics: MetricsText,
}

impl WebParts {
    /// The state of the routers, with fresh rate limiters.
    #[must_use]
    pub fn into_state(self) -> WebState {
        let limiters = Limiters::new(&self.config.limits);
        WebState(Arc::new(Inner { parts: self, limiters }))
    }
}

struct Inner {
    parts: WebParts,
    limiters: Limiters,
}

/// The state of the routers. Cheap to clone.
#[derive(Clone)]
pub struct WebState(Arc<Inner>);

impl WebState {
    pub(crate) fn limiters(&self) -> &Limiters {
        &self.0.limiters
    }
}

impl std::ops::Deref for WebState {
    type Target = WebParts;

    fn deref(&self) -> &WebParts {
        &self.0.parts
    }
}

impl fmt::Debug for WebState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebState").field("config", &self.config).finish_non_exhaustive()
    }
}

impl fmt::Debug for WebParts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebParts").field("config", &self.config).finish_non_exhaustive()
    }
}
