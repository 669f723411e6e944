//! How a question ends: the right answer, *not me*, too many wrong codes, too late. Each under the payment's lock.

use crate::clock::Timestamp;
use crate::document::Document;
use crate::event::EventType;
use crate::id::VerificationId;
use crate::payment::authenticate::refuse_attempt;
use crate::payment::decline::DeclineCode;
use crate::payment::error::PaymentError;
use crate::payment::janitor_chain as chain;
use crate::payment::message::NewMessage;
use crate::payment::published::staff_event;
use crate::payment::status::Status;
use crate::payment::verify::go_on::Next;
use crate::payment::{Payment, Payments};
use crate::store::{
    StoreError, Tx, attempt as attempt_rows, event as events, merchant as merchants, payment as rows,
    review as reviews, verifier,
};
use crate::vault::keep;
use crate::verifier::{State, Verification};

/// Questions ended in one round.
const ROUND_MAX: u64 = 100;

/// A question and its payment, both locked.
pub(super) struct Locked {
    pub(super) payment: Payment,
    pub(super) verification: Verification,
}

/// Locks the payment and then the question, as everybody does. `None` when there is no such question.
pub(super) async fn lock(tx: &Tx, id: VerificationId) -> Result<Option<Locked>, StoreError> {
    let Some(seen) = verifier::by_id(tx.conn(), id).await? else { return Ok(None) };
    let Some(payment) = rows::lock(tx, seen.payment_id).await? else { return Ok(None) };
    let found = verifier::lock(tx, id).await?;
    Ok(found.map(|verification| Locked { payment, verification }))
}

impl Locked {
    /// Writes that it is over.
    async fn close(&mut self, tx: &Tx, state: State, now: Timestamp) -> Result<(), StoreError> {
        let found = &mut self.verification;
        (found.state, found.ended_at, found.entered) = (state, Some(now), None);
        let (state, way) = (state.as_str(), found.way.as_str());
        metrics::counter!("aviso_verifications_ended_total", "state" => state, "way" => way).increment(1);
        verifier::update(tx, found).await
    }

    /// Whether the payment still waits for it. One that ended meanwhile takes its question along.
    async fn still_waits(&mut self, tx: &Tx, now: Timestamp) -> Result<bool, StoreError> {
        if !self.verification.state.is_live() {
            return Ok(false);
        }
        if self.payment.status() == Status::RequiresAction {
            return Ok(true);
        }
        self.close(tx, State::Withdrawn, now).await?;
        Ok(false)
    }
}

impl Payments {
    /// The right answer was given. `None` when the question was over already: somebody was quicker.
    pub(super) async fn pass(
        &self,
        tx: &Tx,
        locked: &mut Locked,
        message: NewMessage,
        now: Timestamp,
    ) -> Result<Option<Next>, PaymentError> {
        if !locked.still_waits(tx, now).await? {
            return Ok(None);
        }
        let found = &locked.verification;
        let attempt = attempt_rows::by_id(tx.conn(), found.attempt_id).await?.ok_or(PaymentError::Interrupted)?;
        // What goes to the bank is what was shown, to the last digit.
        let same = found.digest == found.digest_of_shown()
            && found.amount == locked.payment.amount
            && attempt.method.label() == found.last4;
        if !same {
            tracing::error!(verification = %found.id, "what was confirmed is not what would be paid");
            let stands = self.refuse_confirmation(tx, locked, State::Failed, now).await?;
            return Ok(stands.map(|document| Next::Stands(Box::new(document))));
        }
        locked.close(tx, State::Passed, now).await?;
        if let Some(account) = locked.verification.account_id
            && let Some(mut code) = verifier::lock_code(tx, account).await?
            && code.failed > 0
        {
            code.failed = 0;
            verifier::update_code(tx, &code).await?;
        }
        let shop = merchants::name(tx.conn(), locked.payment.merchant_id).await?;
        self.proceed_confirmed(tx, (locked.payment.clone(), attempt), message, &shop, now).await.map(Some)
    }

    /// Nobody confirmed it, by wrong codes or too late: the attempt is refused, another one may be made.
    pub(super) async fn refuse_confirmation(
        &self,
        tx: &Tx,
        locked: &mut Locked,
        state: State,
        now: Timestamp,
    ) -> Result<Option<Document>, PaymentError> {
        self.end_attempt(tx, locked, state, DeclineCode::VerificationFailed, now).await
    }

    /// The person says that it is not theirs: it is declined for good, the saved card is frozen, staff get a case.
    pub(super) async fn deny_confirmation(
        &self,
        tx: &Tx,
        locked: &mut Locked,
        now: Timestamp,
    ) -> Result<Option<Document>, PaymentError> {
        let (attempt, account) = (locked.verification.attempt_id, locked.verification.account_id);
        if locked.verification.is_live(now)
            && let Some(attempt) = attempt_rows::by_id(tx.conn(), attempt).await?
        {
            keep::freeze(tx, &attempt, now).await?;
        }
        let denied = self.end_attempt(tx, locked, State::Refused, DeclineCode::DeniedByBuyer, now).await?;
        if denied.is_some()
            && let Some(account) = account
            && let Some(case) = reviews::open_case(tx, locked.payment.id, account, now).await?
        {
            let mut payment = rows::lock(tx, locked.payment.id).await?.ok_or(PaymentError::Interrupted)?;
            let attempts = attempt_rows::of_payment(tx.conn(), payment.id).await?;
            let facts = [("case", case.to_string())];
            let shop = &locked.verification.shop;
            let mut event = staff_event(EventType::CaseOpened, &mut payment, attempts.last(), shop, &facts, now);
            // Who was asked gets a record of it, too.
            event.audience.account_id = Some(account);
            event.audience.email.clone_from(&locked.verification.email);
            events::insert(tx, &[event]).await?;
            rows::update(tx, &payment).await?;
        }
        Ok(denied)
    }

    async fn end_attempt(
        &self,
        tx: &Tx,
        locked: &mut Locked,
        state: State,
        code: DeclineCode,
        now: Timestamp,
    ) -> Result<Option<Document>, PaymentError> {
        if !locked.still_waits(tx, now).await? {
            return Ok(None);
        }
        locked.close(tx, state, now).await?;
        let id = locked.verification.attempt_id;
        let mut attempt = attempt_rows::by_id(tx.conn(), id).await?.ok_or(PaymentError::Interrupted)?;
        attempt.sealed_card = None;
        let shop = merchants::name(tx.conn(), locked.payment.merchant_id).await?;
        self.issuer.codes.take(id);
        refuse_attempt(tx, (locked.payment.clone(), attempt), code, &shop, now).await.map(Some)
    }

    /// Ends questions that nobody answered in time. Gives how many. Safe to run twice and on several instances.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; what failed for one is logged and tried again.
    pub async fn end_verifications_due(&self) -> Result<usize, StoreError> {
        let due = verifier::due(self.store.reader(), self.now(), ROUND_MAX).await?;
        for id in &due {
            let now = self.now();
            let ended = self
                .store
                .write(async |tx| {
                    let Some(mut locked) = lock(tx, *id).await? else { return Ok(None) };
                    if locked.verification.is_live(now) {
                        return Ok(None);
                    }
                    self.refuse_confirmation(tx, &mut locked, State::Expired, now).await
                })
                .await;
            if let Err(error) = ended {
                let error: PaymentError = error;
                tracing::error!(verification = %id, error = %chain(&error), "a question was not ended");
            }
        }
        Ok(due.len())
    }
}
