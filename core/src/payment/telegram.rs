//! Payments in Telegram: the buyer presses Pay under an invoice in a chat, Telegram asks whether to go on, and
//! tells afterwards that it took the money.
//!
//! What Telegram asks is an attempt like any other: screened, stored, and only then answered. Its yes is the
//! message to the acquirer ([`TELEGRAM`]), which takes the money by itself and tells of it later. One of two who
//! pay the same thing is let through; what Telegram took in spite of a no is given back.

use crate::audit::Actor;
use crate::clock::Timestamp;
use crate::id::{AccountId, OperationId, PaymentId};
use crate::merchant::Scope;
use crate::money::{Currency, Money};
use crate::payment::attempt::WalletName;
use crate::payment::bank::BankWord;
use crate::payment::complete::Told;
use crate::payment::confirm::{Confirmation, Payer};
use crate::payment::decline::DeclineCode;
use crate::payment::error::PaymentError;
use crate::payment::method::PaymentMethod;
use crate::payment::operation::{OperationKind, OperationStatus};
use crate::payment::service::detached;
use crate::payment::status::Status;
use crate::payment::{CaptureMode, Handled, Heard, Payments};
use crate::port::AcquirerAnswer;
use crate::refund::{NewRefund, Refunds};
use crate::routing::Paid;
use crate::store::{
    Store, StoreError, notice as notices, operation as operation_rows, payment as rows, telegram_charge as charges,
};

/// The acquirer that takes payments in Telegram, and the name of this way to pay.
pub const TELEGRAM: &str = "telegram";

/// Who is about to pay in Telegram.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TelegramPayer {
    /// Telegram's question whether to go on.
    pub query: String,
    /// The numeric id of whoever pressed Pay.
    pub user_id: i64,
}

/// Telegram asks whether to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreCheckout {
    /// Who pays.
    pub payer: TelegramPayer,
    /// Their account, when they have one.
    pub account: Option<AccountId>,
    /// The amount that they saw, minor units.
    pub minor: i64,
    /// Its currency.
    pub currency: String,
}

/// What Telegram is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckedOut {
    /// It was told to go on.
    Passed,
    /// It is to be told not to.
    Stopped(Stop),
}

/// Why a buyer in Telegram is not let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// It was paid, cancelled, or its time is over.
    NotOpen,
    /// Somebody is paying it at this moment.
    Busy,
    /// The invoice shows another amount than is asked for.
    OtherAmount,
    /// The shop does not offer it.
    NotOffered,
    /// The attempt was refused.
    Declined(DeclineCode),
}

/// Telegram took money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TelegramSuccess {
    /// Who paid.
    pub user_id: i64,
    /// Minor units.
    pub minor: i64,
    /// Their currency.
    pub currency: String,
    /// Telegram's name of it, unique.
    pub charge_id: String,
    /// The provider's name of it; empty for Stars.
    pub provider_charge_id: String,
}

/// Somebody who was let through, and what Telegram took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// The message that let them through.
    pub operation: OperationId,
    /// What they pay.
    pub payment: PaymentId,
    /// Their numeric id.
    pub user_id: i64,
    /// Telegram's name of what it took; `None` until it did.
    pub charge_id: Option<String>,
    /// When they were let through.
    pub created_at: Timestamp,
}

/// What is known of payments in Telegram, for the acquirer that carries them.
#[derive(Debug, Clone)]
pub struct Charges {
    store: Store,
}

impl Charges {
    /// Over this store.
    #[must_use]
    pub const fn new(store: Store) -> Self {
        Self { store }
    }

    /// The charge of an authorization.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn of(&self, authorization: OperationId) -> Result<Option<Charge>, StoreError> {
        charges::of_operation(self.store.reader(), authorization).await
    }
}

/// The name as that of a way to pay.
pub(super) fn method_name() -> WalletName {
    TELEGRAM.parse().expect("the name has letters only")
}

impl Payments {
    /// Whether payments of this world may be made in Telegram in this currency.
    #[must_use]
    pub fn takes_in_telegram(&self, scope: &Scope, currency: Currency) -> bool {
        self.bank.acquirers.get(TELEGRAM).is_some_and(|telegram| telegram.takes(scope.mode, currency))
    }

    /// Whether this shop offers to pay in Telegram in this currency.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn offers_telegram(&self, scope: &Scope, currency: Currency) -> Result<bool, StoreError> {
        if !self.takes_in_telegram(scope, currency) {
            return Ok(false);
        }
        let profile = self.profiles.show(scope.merchant.id, scope.mode).await?.unwrap_or_default();
        Ok(profile.offers(Paid::Wallet(&method_name())))
    }

    /// Screens and stores what Telegram asks about, and lets the buyer through if nothing is against it. Whoever
    /// is stopped is still to be told so.
    ///
    /// # Errors
    ///
    /// [`PaymentError::Store`], [`PaymentError::Interrupted`]: the buyer was not let through.
    pub async fn pre_checkout(
        &self,
        scope: Scope,
        id: PaymentId,
        asked: PreCheckout,
    ) -> Result<CheckedOut, PaymentError> {
        let payment = rows::by_id(self.store.reader(), id).await?.ok_or(PaymentError::NotFound(id))?;
        let given = (asked.minor, asked.currency.as_str());
        if given != (payment.amount.minor(), payment.currency().code()) {
            return Ok(CheckedOut::Stopped(Stop::OtherAmount));
        }
        // Telegram takes money at once: it reserves nothing.
        if payment.capture != CaptureMode::Auto {
            return Ok(CheckedOut::Stopped(Stop::NotOffered));
        }
        let payer = Payer { account: asked.account, ip: None };
        let method = PaymentMethod::Telegram(asked.payer);
        let confirmation = Confirmation { payer, ..Confirmation::with(method) };
        let handled = match self.confirm(scope, id, confirmation, None).await {
            Ok(handled) => handled,
            Err(PaymentError::IllegalMove(refused)) => {
                return Ok(CheckedOut::Stopped(standing_in_the_way(refused.from)));
            }
            Err(PaymentError::WalletNotOffered(_)) => return Ok(CheckedOut::Stopped(Stop::NotOffered)),
            Err(error) => return Err(error),
        };
        let document = match handled {
            Handled::Done(document) => document.payment,
            // Without a key there is no earlier answer.
            Handled::Replayed(_) => None,
        };
        let document = document.ok_or(PaymentError::Interrupted)?;
        let code = document.decline.as_ref().and_then(|decline| DeclineCode::from_name(&decline.code));
        Ok(code.map_or(CheckedOut::Passed, |code| CheckedOut::Stopped(Stop::Declined(code))))
    }

    /// Books what Telegram took, once, however often and however late it is told. Money for something that was
    /// paid otherwise or ended meanwhile goes back, or to staff.
    ///
    /// # Errors
    ///
    /// [`PaymentError::Store`]: to be told again.
    pub async fn paid_in_telegram(&self, id: PaymentId, paid: TelegramSuccess) -> Result<Heard, PaymentError> {
        let this = self.clone();
        detached(async move { this.book_success(id, &paid).await }).await
    }

    async fn book_success(&self, id: PaymentId, paid: &TelegramSuccess) -> Result<Heard, PaymentError> {
        let currency: Result<Currency, _> = paid.currency.parse();
        let Some(amount) = currency.ok().and_then(|currency| Money::new(paid.minor, currency).ok()) else {
            return Ok(Heard::NotOurs);
        };
        let means = self.means().await?;
        let heard = self
            .store
            .write(async |tx| {
                let now = self.now();
                if rows::lock(tx, id).await?.is_none() {
                    return Ok(Heard::NotOurs);
                }
                if charges::by_charge(tx.conn(), &paid.charge_id).await?.is_some() {
                    return Ok(Heard::Repeated);
                }
                let Some(charge) = charges::awaited(tx, id, paid.user_id).await? else { return Ok(Heard::NotOurs) };
                let operation = charge.operation;
                if !notices::insert(tx, TELEGRAM, &paid.charge_id, operation, now).await? {
                    return Ok(Heard::Repeated);
                }
                charges::taken(tx, operation, &paid.charge_id, &paid.provider_charge_id).await?;
                let word = BankWord::Said(approved(&paid.charge_id, amount));
                let told = Told { operation, payment: id, word: &word, shop: None, goes_on: false, stored: None };
                self.complete_in(tx, told, &means, now).await?;
                Ok::<_, PaymentError>(Heard::Applied)
            })
            .await?;
        if heard == Heard::NotOurs {
            metrics::counter!("aviso_bank_conflicts_total").increment(1);
            tracing::error!(payment = %id, "Telegram took money that nobody was let through to pay; staff must look");
        }
        Ok(heard)
    }
}

/// Why an attempt cannot begin, by where the payment stands.
const fn standing_in_the_way(status: Status) -> Stop {
    match status {
        Status::RequiresAction | Status::InReview | Status::Processing => Stop::Busy,
        // What may be paid, but not any more: its time is over or its attempts are used up.
        Status::RequiresPaymentMethod
        | Status::Authorized
        | Status::PartiallyCaptured
        | Status::Captured
        | Status::PartiallyRefunded
        | Status::Refunded
        | Status::Voided
        | Status::Declined
        | Status::Expired => Stop::NotOpen,
    }
}

fn approved(charge_id: &str, amount: Money) -> AcquirerAnswer {
    AcquirerAnswer::Approved { acquirer_ref: charge_id.to_owned(), approval_code: String::new(), amount }
}

impl Refunds {
    /// Books that Telegram gave something back, once, whoever asked it to.
    ///
    /// # Errors
    ///
    /// [`PaymentError::Store`]: to be told again.
    pub async fn returned_in_telegram(&self, charge_id: &str) -> Result<Heard, PaymentError> {
        let Some(charge) = charges::by_charge(self.store().reader(), charge_id).await? else {
            return Ok(Heard::NotOurs);
        };
        let payments = self.payments();
        let payment = rows::by_id(self.store().reader(), charge.payment).await?;
        let payment = payment.ok_or(PaymentError::NotFound(charge.payment))?;
        let operations = operation_rows::of_payment(self.store().reader(), &payment).await?;
        let back = |kind| matches!(kind, OperationKind::Refund | OperationKind::Reversal);
        let ours = operations.iter().find(|operation| {
            back(operation.kind) && operation.status.is_open() && operation.original_id == Some(charge.operation)
        });
        if let Some(operation) = ours {
            let word = BankWord::Said(approved(charge_id, operation.amount));
            payments.complete(operation.id, payment.id, &word, None, None).await?;
            return Ok(Heard::Applied);
        }
        let counts = operations
            .iter()
            .any(|operation| operation.id == charge.operation && operation.status == OperationStatus::Succeeded);
        // What came too late was never in the payment: it was reversed.
        if !counts || payment.refundable() == 0 {
            return Ok(Heard::Repeated);
        }
        let scope = payments.scope_of(payment.id).await?;
        let new = NewRefund {
            payment_id: payment.id,
            minor: None,
            refund_ref: None,
            reason: None,
            seen_version: Some(payment.version()),
        };
        let outside = (Actor::Operator, scope, new);
        match self.note_outside(outside, approved(charge_id, payment.amount)).await {
            // Somebody was quicker; the money went back once.
            Err(PaymentError::AmountTooLarge { .. }) => Ok(Heard::Repeated),
            Err(error) => Err(error),
            Ok(()) => Ok(Heard::Applied),
        }
    }
}
