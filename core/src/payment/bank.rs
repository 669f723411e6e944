//! The way to the banks, with a deadline.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::audit::Actor;
use crate::merchant::Mode;
use crate::payment::Settlement;
use crate::payment::attempt::WalletName;
use crate::payment::operation::{Operation, OperationKind};
use crate::port::{
    Acquirer, AcquirerAnswer, AuthorizeRequest, FollowUpRequest, Inquiry, InquiryRequest, Instrument, LinkError,
    Original,
};
use crate::routing::breaker::Breakers;

/// The acquirers of an install, by name.
#[derive(Debug, Clone)]
pub struct Acquirers {
    by_name: Arc<BTreeMap<String, Arc<dyn Acquirer>>>,
    first: Arc<str>,
    test: Arc<str>,
}

impl Acquirers {
    /// These acquirers. `first` is used where nothing else is said.
    #[must_use]
    pub fn new(first: Arc<dyn Acquirer>, others: impl IntoIterator<Item = Arc<dyn Acquirer>>) -> Self {
        let name: Arc<str> = Arc::from(first.name());
        let by_name = std::iter::once(first).chain(others).map(|one| (one.name().to_owned(), one)).collect();
        Self { by_name: Arc::new(by_name), first: Arc::clone(&name), test: name }
    }

    /// Sends the payments of the test world to this acquirer where nothing else is said: test keys must not
    /// reach a bank that moves real money. A name that is not among them changes nothing.
    #[must_use]
    pub fn with_test(mut self, name: &str) -> Self {
        if self.by_name.contains_key(name) {
            self.test = Arc::from(name);
        }
        self
    }

    /// The name of the one that is used in this world where nothing else is said.
    #[must_use]
    pub fn first(&self, mode: Mode) -> &str {
        match mode {
            Mode::Test => &self.test,
            Mode::Live => &self.first,
        }
    }

    /// The acquirer with this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Arc<dyn Acquirer>> {
        self.by_name.get(name)
    }

    /// Whether one of them is this wallet.
    #[must_use]
    pub fn offers(&self, wallet: &WalletName) -> bool {
        self.get(wallet.as_str()).is_some_and(|acquirer| acquirer.is_wallet())
    }

    /// Every wallet.
    pub fn wallets(&self) -> impl Iterator<Item = WalletName> {
        let wallets = self.by_name.iter().filter(|(_, acquirer)| acquirer.is_wallet());
        wallets.filter_map(|(name, _)| name.parse().ok())
    }

    /// Every name.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }
}

impl<A: Acquirer + 'static> From<Arc<A>> for Acquirers {
    fn from(only: Arc<A>) -> Self {
        Self::new(only, [])
    }
}

impl From<Arc<dyn Acquirer>> for Acquirers {
    fn from(only: Arc<dyn Acquirer>) -> Self {
        Self::new(only, [])
    }
}

/// The way to the banks, with a deadline.
#[derive(Debug, Clone)]
pub(crate) struct Bank {
    pub(super) acquirers: Acquirers,
    pub(super) deadline: Duration,
    pub(super) breakers: Breakers,
}

/// What is known after a message was sent or asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum BankWord {
    /// The bank answered.
    Said(AcquirerAnswer),
    /// Nothing was sent: the bank could not be reached.
    NotSent,
    /// The bank proved that it never received the message, or undid it.
    NeverArrived,
    /// Nobody knows.
    Unknown,
    /// Staff found out by other means.
    Settled(Box<ByHand>),
}

/// What staff found out, and who says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ByHand {
    pub(crate) settlement: Settlement,
    pub(crate) actor: Actor,
    pub(crate) reason: String,
}

impl Bank {
    fn acquirer(&self, operation: &Operation) -> Option<&Arc<dyn Acquirer>> {
        let known = self.acquirers.get(&operation.acquirer);
        if known.is_none() {
            tracing::error!(operation = %operation.id, acquirer = operation.acquirer, "no such acquirer is configured");
        }
        known
    }

    pub(crate) async fn authorize(&self, operation: &Operation, instrument: Instrument<'_>) -> BankWord {
        let Some(acquirer) = self.acquirer(operation) else { return BankWord::NotSent };
        if !self.breakers.pass(&operation.acquirer) {
            tracing::warn!(operation = %operation.id, acquirer = operation.acquirer, "the bank is left alone for now");
            count(operation, "not_tried");
            return BankWord::NotSent;
        }
        let request = AuthorizeRequest {
            message: operation.message(),
            payment: operation.payment_id,
            amount: operation.amount,
            capture: operation.takes_money,
            instrument,
        };
        self.word(operation, acquirer.authorize(request)).await
    }

    /// Sends a capture, void, refund or reversal of an authorization.
    pub(crate) async fn follow_up(&self, operation: &Operation, original: Original) -> BankWord {
        let Some(acquirer) = self.acquirer(operation) else { return BankWord::NotSent };
        let request = FollowUpRequest {
            message: operation.message(),
            payment: operation.payment_id,
            original,
            amount: operation.amount,
        };
        match operation.kind {
            OperationKind::Capture => self.word(operation, acquirer.capture(&request)).await,
            OperationKind::Refund => self.word(operation, acquirer.refund(&request)).await,
            OperationKind::Void => self.word(operation, acquirer.void(&request)).await,
            OperationKind::Reversal => self.word(operation, acquirer.reverse(&request)).await,
            // Needs an instrument, which a follow-up never has.
            OperationKind::Authorize => BankWord::NotSent,
        }
    }

    /// Asks what became of a message; `original` is the authorization that it was about, if it was about one.
    pub(crate) async fn inquire(&self, operation: &Operation, original: Option<Original>) -> BankWord {
        let Some(acquirer) = self.acquirer(operation) else { return BankWord::Unknown };
        let request = InquiryRequest {
            message: operation.message(),
            kind: operation.kind,
            payment: operation.payment_id,
            amount: operation.amount,
            takes_money: operation.takes_money,
            original,
            asked_before: operation.inquiries,
        };
        match tokio::time::timeout(self.deadline, acquirer.inquire(&request)).await {
            Ok(Ok(Inquiry::Found(answer))) => BankWord::Said(answer),
            Ok(Ok(Inquiry::NotFound)) => BankWord::NeverArrived,
            Ok(Err(error)) => {
                tracing::warn!(operation = %operation.id, %error, "the bank did not answer an inquiry");
                BankWord::Unknown
            }
            Err(_) => BankWord::Unknown,
        }
    }

    async fn word(
        &self,
        operation: &Operation,
        call: impl Future<Output = Result<AcquirerAnswer, LinkError>>,
    ) -> BankWord {
        let word = match tokio::time::timeout(self.deadline, call).await {
            Ok(Ok(answer)) => BankWord::Said(answer),
            Ok(Err(LinkError::NotSent(reason))) => {
                tracing::warn!(operation = %operation.id, reason, "nothing was sent to the bank");
                BankWord::NotSent
            }
            Ok(Err(LinkError::Unknown(reason))) => {
                tracing::warn!(operation = %operation.id, reason, "the bank did not answer");
                BankWord::Unknown
            }
            Err(_) => {
                tracing::warn!(operation = %operation.id, "the bank did not answer in time");
                BankWord::Unknown
            }
        };
        self.breakers.hear(&operation.acquirer, matches!(word, BankWord::Said(_)));
        let outcome = match &word {
            BankWord::Said(AcquirerAnswer::Approved { .. }) => "approved",
            BankWord::Said(AcquirerAnswer::Declined { .. }) => "declined",
            BankWord::Said(AcquirerAnswer::ActionRequired { .. }) => "action_required",
            BankWord::Said(AcquirerAnswer::Pending) => "pending",
            BankWord::Said(AcquirerAnswer::Awaited { .. }) => "awaited",
            BankWord::Said(AcquirerAnswer::ByHand) => "by_hand",
            BankWord::NotSent => "not_sent",
            BankWord::NeverArrived => "never_arrived",
            BankWord::Unknown => "unknown",
            BankWord::Settled(_) => "settled",
        };
        count(operation, outcome);
        word
    }
}

fn count(operation: &Operation, outcome: &'static str) {
    let (kind, acquirer) = (operation.kind.as_str(), operation.acquirer.clone());
    metrics::counter!("aviso_bank_messages_total", "kind" => kind, "outcome" => outcome, "acquirer" => acquirer)
        .increment(1);
}
