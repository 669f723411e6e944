//! Payouts: available money leaves for the merchant's account, never more than there is.

use crate::audit::{self, Actor};
use crate::clock::Timestamp;
use crate::document::{Document, PayoutDocument};
use crate::event::{Audience, Event, EventType};
use crate::id::{EventId, MerchantId, PayoutId, TransactionId};
use crate::ledger::account::Account;
use crate::ledger::{self, EntryKind, Ledger, LedgerError, MerchantBalance, Transaction, Transfer};
use crate::merchant::{Mode, Scope};
use crate::money::{Currency, Money};
use crate::payment::Page;
use crate::store::{StoreError, Tx, event as events, ledger as rows};

/// How much to pay out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// All that may be paid out.
    All,
    /// So many minor units.
    Minor(i64),
}

/// A payout to make.
#[derive(Debug, Clone, Copy)]
pub struct NewPayout {
    /// To whom.
    pub merchant_id: MerchantId,
    /// Test or live.
    pub mode: Mode,
    /// In which currency.
    pub currency: Currency,
    /// How much.
    pub amount: Amount,
}

/// Money that was paid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payout {
    /// Its id.
    pub id: PayoutId,
    /// To whom.
    pub merchant_id: MerchantId,
    /// Test or live.
    pub mode: Mode,
    /// How much.
    pub amount: Money,
    /// What was available before; minor units.
    pub available_before: i64,
    /// What the merchant owed before; minor units.
    pub owed_before: i64,
    /// Who asked for it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
}

impl Ledger {
    /// Pays out what is available, whole or in part, and tells the merchant. The books say that it was
    /// paid; the transfer itself is the operator's.
    ///
    /// # Errors
    ///
    /// [`LedgerError::AmountTooLarge`] for more than may be paid out, or for nothing.
    pub async fn payout(&self, actor: &Actor, new: &NewPayout) -> Result<Payout, LedgerError> {
        let now = self.clock.now();
        let id = PayoutId::new(now);
        self.store.write(async |tx| pay_out(tx, actor, id, new, now).await).await
    }

    /// A merchant's payouts, newest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn payouts(
        &self,
        scope: &Scope,
        before: Option<PayoutId>,
        limit: u64,
    ) -> Result<Page<PayoutDocument>, StoreError> {
        let world = (scope.merchant.id, scope.mode);
        let payouts = rows::payout::page(self.store.reader(), world, before, limit + 1).await?;
        Ok(Page::cut(payouts, limit).map(|payout| PayoutDocument::from(&payout)))
    }
}

async fn pay_out(tx: &Tx, actor: &Actor, id: PayoutId, new: &NewPayout, now: Timestamp) -> Result<Payout, LedgerError> {
    let NewPayout { merchant_id, mode, currency, amount } = *new;
    if !rows::payout::lock_merchant(tx, merchant_id).await? {
        return Err(LedgerError::NotFound(merchant_id));
    }
    let standing = rows::balances(tx.conn(), Some((merchant_id, mode))).await?;
    let balance = MerchantBalance::of(&standing).into_iter().find(|balance| balance.currency == currency);
    let payable = balance.map_or(0, |balance| balance.payable());
    let minor = match amount {
        Amount::All => payable,
        Amount::Minor(minor) => minor,
    };
    let refuse = LedgerError::AmountTooLarge { payable, currency };
    let (Some(balance), Ok(amount)) = (balance, Money::new(minor, currency)) else { return Err(refuse) };
    if minor > payable {
        return Err(refuse);
    }
    let payout = Payout {
        id,
        merchant_id,
        mode,
        amount,
        available_before: balance.available,
        owed_before: balance.owed(),
        created_by: actor.to_string(),
        created_at: now,
    };
    rows::payout::insert(tx, &payout).await?;
    let transaction = Transaction {
        id: TransactionId::new(now),
        kind: EntryKind::Payout,
        mode,
        merchant_id,
        currency,
        payment_id: None,
        operation_id: None,
        subject: Some(id.to_string()),
        transfers: vec![Transfer { debit: Account::Available(merchant_id), credit: Account::Cash, minor }],
        created_at: now,
    };
    ledger::post(tx, &transaction).await?;
    events::insert(tx, &[paid(&payout)]).await?;
    let row = audit::NewRow {
        actor: actor.clone(),
        action: "ledger.payout",
        subject: merchant_id.to_string(),
        before: format!("{} available {}, owed {}", mode.as_str(), payout.available_before, payout.owed_before),
        after: format!("{id}: {amount}"),
        reason: String::new(),
    };
    audit::record(tx, &row, now).await?;
    Ok(payout)
}

fn paid(payout: &Payout) -> Event {
    Event {
        id: EventId::new(payout.created_at),
        kind: EventType::PayoutPaid,
        mode: payout.mode,
        merchant_id: Some(payout.merchant_id),
        payment_id: None,
        sequence: 0,
        created_at: payout.created_at,
        document: Document { payout: Some(PayoutDocument::from(payout)), ..Document::default() },
        audience: Audience::default(),
    }
}

impl From<&Payout> for PayoutDocument {
    fn from(payout: &Payout) -> Self {
        Self {
            id: payout.id.to_string(),
            mode: payout.mode.as_str().to_owned(),
            amount: payout.amount.minor(),
            currency: payout.amount.currency().code().to_owned(),
            created_at: payout.created_at.to_string(),
        }
    }
}
