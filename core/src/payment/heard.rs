//! What acquirers tell us by themselves. A notice and its effect are written in one unit: a repeated
//! notice changes nothing, and one that was answered with success had its effect.

use crate::clock::Timestamp;
use crate::id::OperationId;
use crate::payment::Payments;
use crate::payment::bank::BankWord;
use crate::payment::complete::Told;
use crate::payment::error::PaymentError;
use crate::payment::service::detached;
use crate::port::{AcquirerAnswer, Callback, CallbackError, Notice, NoticeSubject};
use crate::store::{Tx, notice as notices, operation as operation_rows};

/// What became of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// It was acted on, or says what is known already.
    Applied,
    /// It was heard before.
    Repeated,
    /// It is about nothing of ours.
    NotOurs,
}

/// Why a callback was not taken.
#[derive(Debug, thiserror::Error)]
pub enum HearError {
    /// No acquirer with this name is configured.
    #[error("no acquirer has this name")]
    UnknownAcquirer,
    /// It is not the acquirer's, or not readable.
    #[error(transparent)]
    Callback(#[from] CallbackError),
}

impl Payments {
    /// Reads a message that claims to come from an acquirer: believes it only when the acquirer's
    /// signature holds.
    ///
    /// # Errors
    ///
    /// [`HearError`].
    pub fn read_notice(&self, acquirer: &str, callback: &Callback) -> Result<Notice, HearError> {
        let known = self.bank.acquirers.get(acquirer).ok_or(HearError::UnknownAcquirer)?;
        Ok(known.read_callback(callback, self.now())?)
    }

    /// Acts on an acquirer's notice of an outcome; disputes have a service of their own. It may come before our own second unit of work, late, twice, or out
    /// of order: the first word about an operation counts.
    ///
    /// # Errors
    ///
    /// [`PaymentError::Store`].
    pub async fn heard(&self, acquirer: &str, notice: Notice) -> Result<Heard, PaymentError> {
        match notice.about {
            NoticeSubject::Outcome { operation, answer } => {
                let (this, acquirer) = (self.clone(), acquirer.to_owned());
                detached(async move { this.outcome_heard(&acquirer, &notice.id, operation, answer).await }).await
            }
            NoticeSubject::Dispute { .. } => Ok(Heard::NotOurs),
        }
    }

    async fn outcome_heard(
        &self,
        acquirer: &str,
        notice: &str,
        operation: OperationId,
        answer: AcquirerAnswer,
    ) -> Result<Heard, PaymentError> {
        let word = BankWord::Said(answer);
        let means = self.means().await?;
        let heard = self
            .store
            .write(async |tx| {
                let now = self.now();
                let Some(payment) = self.owner(tx, acquirer, operation).await? else { return Ok(Heard::NotOurs) };
                if !notices::insert(tx, acquirer, notice, operation, now).await? {
                    return Ok(Heard::Repeated);
                }
                let told = Told { operation, payment, word: &word, shop: None, goes_on: false, stored: None };
                self.complete_in(tx, told, &means, now).await?;
                Ok::<_, PaymentError>(Heard::Applied)
            })
            .await?;
        log(acquirer, notice, operation, heard, self.now());
        Ok(heard)
    }

    /// The payment of an operation, when the operation is this acquirer's: nobody speaks for another.
    async fn owner(
        &self,
        tx: &Tx,
        acquirer: &str,
        operation: OperationId,
    ) -> Result<Option<crate::id::PaymentId>, PaymentError> {
        let found = operation_rows::owner(tx.conn(), operation).await?;
        Ok(found.and_then(|(payment, of)| (of == acquirer).then_some(payment)))
    }
}

fn log(acquirer: &str, notice: &str, operation: OperationId, heard: Heard, now: Timestamp) {
    let outcome = match heard {
        Heard::Applied => "applied",
        Heard::Repeated => "repeated",
        Heard::NotOurs => "not_ours",
    };
    metrics::counter!("aviso_acquirer_notices_total", "outcome" => outcome).increment(1);
    if heard == Heard::NotOurs {
        tracing::warn!(acquirer, notice, %operation, at = %now, "a notice is about no operation of this acquirer");
    }
}
