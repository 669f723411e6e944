//! One change of a dispute, carried through: payment, books, events. The caller holds the payment's lock.

use crate::audit::Actor;
use crate::clock::Timestamp;
use crate::dispute::published::dispute_document;
use crate::dispute::status::{Stage, Standing, Status};
use crate::dispute::{Dispute, DisputeError, Evidence, EvidenceKind};
use crate::document::Document;
use crate::event::EventType;
use crate::id::TransactionId;
use crate::ledger::account::Account;
use crate::ledger::{self, EntryKind, Transaction, Transfer};
use crate::payment::Payment;
use crate::payment::published::{document_of, payment_event};
use crate::store::{
    Tx, attempt as attempt_rows, dispute as rows, event as events, merchant as merchants, payment as payment_rows,
    verifier as verifications,
};

/// A dispute and its payment, both locked, before a change.
pub(super) struct Case<'a> {
    pub(super) tx: &'a Tx,
    pub(super) payment: Payment,
    pub(super) dispute: Dispute,
    /// Whether the dispute is not in the database yet.
    pub(super) is_new: bool,
    pub(super) now: Timestamp,
}

impl Case<'_> {
    /// Goes to another standing, as the table allows: holds, returns or gives up the money, and tells.
    pub(super) async fn go(self, stage: Stage, status: Status) -> Result<Self, DisputeError> {
        let to = self.dispute.standing.go(stage, status)?;
        let before = self.dispute.standing;
        self.settle(before, to).await
    }

    /// Begins: it is written and told for the first time.
    pub(super) async fn begin(self) -> Result<Self, DisputeError> {
        let standing = self.dispute.standing;
        self.settle(Standing::new(Stage::PreDispute, Status::Opened), standing).await
    }

    async fn settle(mut self, before: Standing, to: Standing) -> Result<Self, DisputeError> {
        self.dispute.standing = to;
        self.dispute.updated_at = self.now;
        match (before.holds(), to.holds()) {
            (false, true) => self.hold().await?,
            (true, false) if to.is_loss() => {
                let way = (self.chargeback(), self.receivable());
                self.book(EntryKind::DisputeLost, &[way], self.dispute.held).await?;
            }
            (true, false) => self.give_back(false).await?,
            (false, false) if before.is_loss() => self.give_back(true).await?,
            (false, false) | (true, true) => {}
        }
        if self.is_new {
            rows::insert(self.tx, &self.dispute).await?;
            self.say_that_the_buyer_confirmed().await?;
        } else {
            rows::update(self.tx, &self.dispute).await?;
        }
        let kind = match (self.is_new, to.status) {
            (_, Status::Won) => EventType::DisputeWon,
            _ if to.is_loss() => EventType::DisputeLost,
            (true, _) => EventType::DisputeOpened,
            (false, _) => EventType::DisputeUpdated,
        };
        self.is_new = false;
        self.tell(kind).await?;
        Ok(self)
    }

    /// What the verifier knows of the payment is the first evidence.
    async fn say_that_the_buyer_confirmed(&self) -> Result<(), DisputeError> {
        let Some(passed) = verifications::passed_of(self.tx.conn(), self.payment.id).await? else { return Ok(()) };
        let evidence = Evidence {
            kind: EvidenceKind::Verification,
            text: passed.evidence(),
            author: Actor::System.to_string(),
            created_at: self.now,
        };
        Ok(rows::insert_evidence(self.tx, self.dispute.id, 1, &evidence).await?)
    }

    /// Holds what is disputed, as far as it did not go back already: what was refunded is not there any more.
    async fn hold(&mut self) -> Result<(), DisputeError> {
        let disputed = self.dispute.amount.minor();
        let held = Ord::min(disputed, self.payment.refundable());
        if held < disputed {
            tracing::warn!(dispute = %self.dispute.id, held, disputed, "part of what is disputed was refunded before");
        }
        self.hold_more(held).await
    }

    async fn hold_more(&mut self, minor: i64) -> Result<(), DisputeError> {
        if minor > 0 {
            self.dispute.held += minor;
            self.payment = self.payment.clone().dispute(minor, self.now).map_err(crate::payment::PaymentError::from)?;
        }
        self.book(EntryKind::DisputeOpened, &[(self.pending(), self.chargeback())], minor).await
    }

    /// The money is free again. What was lost because nobody answered in time, and is won all the same, is owed
    /// by the acquirer again before.
    async fn give_back(&mut self, was_lost: bool) -> Result<(), DisputeError> {
        let held = self.dispute.held;
        let mut ways = vec![(self.chargeback(), self.pending())];
        if was_lost {
            ways.insert(0, (self.receivable(), self.chargeback()));
        }
        self.book(EntryKind::DisputeWon, &ways, held).await?;
        if held > 0 {
            let freed = self.payment.clone().release_dispute(held, self.now);
            self.payment = freed.map_err(crate::payment::PaymentError::from)?;
            self.dispute.held = 0;
        }
        Ok(())
    }

    fn pending(&self) -> Account {
        Account::Pending(self.dispute.merchant_id)
    }

    fn chargeback(&self) -> Account {
        Account::Chargeback(self.dispute.id)
    }

    fn receivable(&self) -> Account {
        Account::Receivable(self.dispute.acquirer.clone())
    }

    /// Posts what moved, the same amount each way: from an account to another.
    async fn book(&self, kind: EntryKind, ways: &[(Account, Account)], minor: i64) -> Result<(), DisputeError> {
        let transfer =
            |(debit, credit): &(Account, Account)| Transfer { debit: debit.clone(), credit: credit.clone(), minor };
        let transaction = Transaction {
            id: TransactionId::new(self.now),
            kind,
            mode: self.dispute.mode,
            merchant_id: self.dispute.merchant_id,
            currency: self.dispute.amount.currency(),
            payment_id: Some(self.payment.id),
            operation_id: None,
            subject: Some(self.dispute.id.to_string()),
            transfers: if minor > 0 { ways.iter().map(transfer).collect() } else { Vec::new() },
            created_at: self.now,
        };
        Ok(ledger::post(self.tx, &transaction).await?)
    }

    /// Holds what became free again, as far as this dispute lacks it. Gives the payment as it is then.
    pub(super) async fn top_up(mut self) -> Result<Payment, DisputeError> {
        let lacking = self.dispute.amount.minor() - self.dispute.held;
        let more = Ord::min(lacking, self.payment.refundable());
        if more > 0 {
            self.hold_more(more).await?;
            self.dispute.updated_at = self.now;
            rows::update(self.tx, &self.dispute).await?;
        }
        Ok(self.payment)
    }

    /// Tells merchant and staff. The buyer hears from the issuer.
    pub(super) async fn tell(&mut self, kind: EventType) -> Result<(), DisputeError> {
        let shop = merchants::name(self.tx.conn(), self.payment.merchant_id).await?;
        let attempts = attempt_rows::of_payment(self.tx.conn(), self.payment.id).await?;
        let evidence = rows::evidence(self.tx.conn(), self.dispute.id).await?;
        let mut event = payment_event(kind, &mut self.payment, attempts.last(), &shop, self.now);
        event.document.dispute = Some(dispute_document(&self.dispute, &evidence));
        event.audience.staff = true;
        events::insert(self.tx, &[event]).await?;
        payment_rows::update(self.tx, &self.payment).await?;
        Ok(())
    }

    /// What merchants see of it now.
    pub(super) async fn document(&self) -> Result<Document, DisputeError> {
        let attempts = attempt_rows::of_payment(self.tx.conn(), self.payment.id).await?;
        let evidence = rows::evidence(self.tx.conn(), self.dispute.id).await?;
        Ok(Document {
            payment: Some(document_of(&self.payment, attempts.last())),
            dispute: Some(dispute_document(&self.dispute, &evidence)),
            ..Document::default()
        })
    }
}
