//! The services of core behind the bot: the same that HTTP and the command line use.

use std::sync::Arc;

use aviso_core::account::Accounts;
use aviso_core::audit::Audit;
use aviso_core::bot::BotMemory;
use aviso_core::clock::Clock;
use aviso_core::delivery::DeliveryLog;
use aviso_core::onboarding::Onboardings;
use aviso_core::payment::Payments;
use aviso_core::refund::Refunds;
use aviso_core::risk::Risk;

/// What the bot acts through.
#[derive(Debug, Clone)]
pub struct BotServices {
    /// Accounts, Telegram identities and staff.
    pub accounts: Accounts,
    /// Payments and reviews.
    pub payments: Payments,
    /// Refunds.
    pub refunds: Refunds,
    /// Lists and decisions.
    pub risk: Risk,
    /// Shops on their way to live payments.
    pub onboardings: Onboardings,
    /// Inbox, conversations and buttons.
    pub memory: BotMemory,
    /// The delivery log, for `/status`.
    pub deliveries: DeliveryLog,
    /// The audit log.
    pub audit: Audit,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// What the database is called in `/status`: `sqlite` or `postgres`.
    pub database: &'static str,
}
