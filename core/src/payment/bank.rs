//! The way to the banks, with a deadline.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::audit::Actor;
use crate::payment::Settlement;
use crate::payment::attempt::WalletName;
use crate::payment::operation::{Operation, OperationKind};
use crate::port::{
    Acquirer, AcquirerAnswer, AuthorizeRequest, FollowUpRequest, Inquiry, InquiryRequest, Instrument, LinkError,
    Original,
};

/// The acquirers of an install, by name.
#[derive(Debug, Clone)]
pub struct Acquirers {
    by_name: Arc<BTreeMap<String, Arc<dyn Acquirer>>>,
    first: Arc<str>,
}

impl Acquirers {
    /// These acquirers. `first` is used where nothing else is said.
    #[must_use]
    pub fn new(first: Arc<dyn Acquirer>, others: impl IntoIterator<Item = Arc<dyn Acquirer>>) -> Self {
        let name = Arc::from(first.name());
        let all = std::iter::once(first).chain(others);
        Self { by_name: Arc::new(all.map(|one| (one.name().to_owned(), one)).collect()), first: name }
    }

    /// The name of the one that is used where nothing else is said.
    #[must_use]
    pub fn first(&self) -> &str {
        &self.first
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
        let outcome = match &word {
            BankWord::Said(AcquirerAnswer::Approved { .. }) => "approved",
            BankWord::Said(AcquirerAnswer::Declined { .. }) => "declined",
            BankWord::Said(AcquirerAnswer::ActionRequired { .. }) => "action_required",
            BankWord::Said(AcquirerAnswer::Pending) => "pending",
            BankWord::NotSent => "not_sent",
            BankWord::NeverArrived => "never_arrived",
            BankWord::Unknown => "unknown",
            BankWord::Settled(_) => "settled",
        };
        let kind = operation.kind.as_str();
        metrics::counter!("aviso_bank_messages_total", "kind" => kind, "outcome" => outcome).increment(1);
        word
    }
}
