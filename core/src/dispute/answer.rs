//! What a merchant answers: evidence, or that it does not contest.

use crate::audit::Actor;
use crate::dispute::carry::Case;
use crate::dispute::status::Status;
use crate::dispute::{Dispute, DisputeError, Disputes, Evidence, NewEvidence};
use crate::event::EventType;
use crate::id::{DisputeId, OperationId};
use crate::idempotency::Claim;
use crate::merchant::Scope;
use crate::payment::service::{Gate, Subject, close_gate, pass_gate, recover};
use crate::payment::{Handled, PaymentError};
use crate::store::{Tx, dispute as rows};

/// A merchant's answer to a dispute.
#[derive(Debug, Clone)]
pub enum Answer {
    /// More evidence, and perhaps the last.
    Evidence(NewEvidence),
    /// It does not contest: the buyer keeps the money.
    Accept,
}

impl Disputes {
    /// Takes a merchant's answer.
    ///
    /// # Errors
    ///
    /// [`DisputeError::NotFound`] also for other merchants' disputes; [`DisputeError::IllegalMove`],
    /// [`DisputeError::NoEvidence`], [`PaymentError::Key`].
    pub async fn answer(
        &self,
        scope: &Scope,
        id: DisputeId,
        answer: &Answer,
        claim: Option<Claim>,
    ) -> Result<Handled, DisputeError> {
        let now = self.now();
        let author = scope.key_id.map_or(Actor::System, Actor::Key).to_string();
        self.store
            .write(async |tx| {
                let theirs = |dispute: &Dispute| dispute.merchant_id == scope.merchant.id && dispute.mode == scope.mode;
                let seen = rows::by_id(tx.conn(), id).await?.filter(theirs).ok_or(DisputeError::NotFound(id))?;
                // The key comes before the lock, as everywhere. No message to the bank waits behind it.
                let subject = Subject { payment: seen.payment_id, operation: OperationId::new(now), refund: None };
                match pass_gate(tx, claim.as_ref(), &subject, now).await? {
                    Gate::Open => {}
                    Gate::Replay(answer) => return Ok(Handled::Replayed(answer)),
                    Gate::Begun(earlier) => {
                        return Ok(Handled::Replayed(recover(tx, claim.as_ref(), &earlier, now).await?));
                    }
                }
                let (payment, dispute) = rows::lock(tx, id).await?.ok_or(DisputeError::NotFound(id))?;
                let case = Case { tx, payment, dispute, is_new: false, now };
                let case = match answer {
                    Answer::Evidence(new) => add(case, new, &author).await?,
                    Answer::Accept => accept(case).await?,
                };
                let document = case.document().await?;
                close_gate(tx, claim.as_ref(), &document, now).await?;
                Ok::<_, DisputeError>(Handled::Done(document))
            })
            .await
    }
}

async fn add<'a>(case: Case<'a>, new: &NewEvidence, author: &str) -> Result<Case<'a>, DisputeError> {
    let stage = case.dispute.standing.stage;
    // Evidence is taken as long as it may be submitted.
    case.dispute.standing.go(stage, Status::Challenged)?;
    let before = rows::evidence(case.tx.conn(), case.dispute.id).await?.len();
    insert(case.tx, &case, new, before, author).await?;
    if before + new.texts.len() == 0 {
        return Err(DisputeError::NoEvidence);
    }
    let mut case = case;
    if new.submit {
        case.dispute.reply_due_at = Some(case.now);
        return case.go(stage, Status::Challenged).await;
    }
    case.dispute.updated_at = case.now;
    rows::update(case.tx, &case.dispute).await?;
    case.tell(EventType::DisputeUpdated).await?;
    Ok(case)
}

async fn insert(tx: &Tx, case: &Case<'_>, new: &NewEvidence, before: usize, author: &str) -> Result<(), DisputeError> {
    for ((kind, text), number) in new.texts.iter().zip(before + 1..) {
        let evidence =
            Evidence { kind: *kind, text: text.as_str().to_owned(), author: author.to_owned(), created_at: case.now };
        rows::insert_evidence(tx, case.dispute.id, number, &evidence).await?;
    }
    Ok(())
}

async fn accept(mut case: Case<'_>) -> Result<Case<'_>, DisputeError> {
    let stage = case.dispute.standing.stage;
    case.dispute.reply_due_at = Some(case.now);
    case.go(stage, Status::Accepted).await
}

impl From<crate::idempotency::KeyConflict> for DisputeError {
    fn from(conflict: crate::idempotency::KeyConflict) -> Self {
        PaymentError::from(conflict).into()
    }
}
