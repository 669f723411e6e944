//! What acquirers and staff say of disputes: opened, decided.

use crate::audit::{self, Actor};
use crate::clock::Timestamp;
use crate::dispute::carry::Case;
use crate::dispute::status::{Stage, Standing, Status};
use crate::dispute::{Dispute, DisputeError, Disputes};
use crate::document::DisputeDocument;
use crate::id::{DisputeId, PaymentId};
use crate::money::Money;
use crate::payment::{Payment, PaymentError};
use crate::port::{DisputeNotice, Notice, NoticeSubject};
use crate::store::{StoreError, Tx, dispute as rows, operation as operation_rows, payment as payment_rows};

/// A dispute of which staff learned by another way than a notice.
#[derive(Debug, Clone)]
pub struct NewDispute {
    /// The payment.
    pub payment_id: PaymentId,
    /// Minor units; all that was taken when absent.
    pub minor: Option<i64>,
    /// The acquirer's own reference of it; its id here when there is none.
    pub dispute_ref: Option<String>,
    /// The network's reason code.
    pub reason_code: String,
    /// Until when evidence is taken.
    pub respond_by: Option<Timestamp>,
}

/// How an issuer decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// For the merchant.
    Won,
    /// For the buyer.
    Lost,
}

/// A notice's dispute, taken apart.
struct Heard<'a> {
    acquirer: &'a str,
    acquirer_ref: &'a str,
    dispute_ref: &'a str,
    reason_code: &'a str,
    amount: Money,
    respond_by: Option<Timestamp>,
    said: DisputeNotice,
}

impl Disputes {
    /// Takes a notice of an acquirer. A repeated one, and one that comes too late to matter, changes
    /// nothing; one about something else than a dispute is not looked at. Gives whether it changed something.
    ///
    /// # Errors
    ///
    /// [`DisputeError::UnknownAuthorization`], [`DisputeError::Store`]: it was not taken and should be sent
    /// again. The bank may speak of an authorization before its answer about it is written down here.
    pub async fn heard(&self, acquirer: &str, notice: &Notice) -> Result<bool, DisputeError> {
        let NoticeSubject::Dispute { acquirer_ref, dispute_ref, reason_code, amount, respond_by, stage } =
            &notice.about
        else {
            return Ok(false);
        };
        let heard = Heard {
            acquirer,
            acquirer_ref,
            dispute_ref,
            reason_code,
            amount: *amount,
            respond_by: *respond_by,
            said: *stage,
        };
        let now = self.now();
        self.store
            .write(async |tx| {
                if !rows::note_notice(tx, acquirer, &notice.id, now).await? {
                    return Ok(false);
                }
                let unknown = DisputeError::UnknownAuthorization { acquirer_ref: acquirer_ref.clone() };
                let payment = payment_of(tx, &heard).await?.ok_or(unknown)?;
                hear(tx, payment, &heard, now).await
            })
            .await
    }

    /// Opens a dispute of which staff learned by another way.
    ///
    /// # Errors
    ///
    /// [`DisputeError::Amount`], [`PaymentError::NotFound`].
    pub async fn open(&self, actor: &Actor, new: &NewDispute) -> Result<DisputeDocument, DisputeError> {
        let now = self.now();
        let id = DisputeId::new(now);
        self.store
            .write(async |tx| {
                let missing = PaymentError::NotFound(new.payment_id);
                let payment = payment_rows::lock(tx, new.payment_id).await?.ok_or(missing)?;
                let taken = payment.captured();
                let minor = new.minor.unwrap_or(taken);
                let amount = Money::new(minor, payment.currency()).ok().filter(|_| minor <= taken);
                let amount = amount.ok_or(DisputeError::Amount { taken })?;
                let own_ref = id.to_string();
                let acquirer = operation_rows::acquirer_of(tx.conn(), payment.id).await?.unwrap_or_default();
                let heard = Heard {
                    acquirer: &acquirer,
                    acquirer_ref: "",
                    dispute_ref: new.dispute_ref.as_deref().unwrap_or(&own_ref),
                    reason_code: &new.reason_code,
                    amount,
                    respond_by: new.respond_by,
                    said: DisputeNotice::Opened,
                };
                let mut dispute = fresh(&payment, &heard, actor, now);
                dispute.id = id;
                note(tx, actor, "dispute.open", &dispute, now).await?;
                let case = Case { tx, payment, dispute, is_new: true, now }.begin().await?;
                case.document().await?.dispute.ok_or(DisputeError::NotFound(id))
            })
            .await
    }

    /// Writes down what the issuer decided, of which staff learned by another way.
    ///
    /// # Errors
    ///
    /// [`DisputeError::NotFound`], [`DisputeError::IllegalMove`].
    pub async fn decide(
        &self,
        actor: &Actor,
        id: DisputeId,
        decision: Decision,
    ) -> Result<DisputeDocument, DisputeError> {
        let now = self.now();
        self.store
            .write(async |tx| {
                let (payment, dispute) = rows::lock(tx, id).await?.ok_or(DisputeError::NotFound(id))?;
                note(tx, actor, "dispute.decide", &dispute, now).await?;
                let (stage, status) = (dispute.standing.stage, decision.status());
                let case = Case { tx, payment, dispute, is_new: false, now }.go(stage, status).await?;
                case.document().await?.dispute.ok_or(DisputeError::NotFound(id))
            })
            .await
    }
}

impl Decision {
    const fn status(self) -> Status {
        match self {
            Self::Won => Status::Won,
            Self::Lost => Status::Lost,
        }
    }
}

async fn note(
    tx: &Tx,
    actor: &Actor,
    action: &'static str,
    dispute: &Dispute,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = audit::NewRow {
        actor: actor.clone(),
        action,
        subject: dispute.payment_id.to_string(),
        before: String::new(),
        after: format!("{}: {} {}", dispute.id, dispute.amount, dispute.standing.status.as_str()),
        reason: dispute.reason_code.clone(),
    };
    audit::record(tx, &row, now).await
}

/// The payment, locked: that of the dispute when it is known, else that of the authorization.
async fn payment_of(tx: &Tx, heard: &Heard<'_>) -> Result<Option<Payment>, StoreError> {
    let known = rows::by_ref(tx.conn(), heard.acquirer, heard.dispute_ref).await?;
    let id = match known {
        Some(dispute) => Some(dispute.payment_id),
        None => operation_rows::payment_by_acquirer_ref(tx.conn(), heard.acquirer, heard.acquirer_ref).await?,
    };
    match id {
        Some(id) => payment_rows::lock(tx, id).await,
        None => Ok(None),
    }
}

async fn hear(tx: &Tx, payment: Payment, heard: &Heard<'_>, now: Timestamp) -> Result<bool, DisputeError> {
    // Read under the payment's lock: another notice about it may just have been heard.
    let known = rows::by_ref(tx.conn(), heard.acquirer, heard.dispute_ref).await?;
    let Some(dispute) = known else { return first_word(tx, payment, heard, now).await };
    let standing = dispute.standing;
    let late_opening =
        heard.said == DisputeNotice::Opened && !dispute.opening_heard && standing.stage != Stage::PreDispute;
    let next = match heard.said {
        DisputeNotice::Asked => return Ok(false),
        _ if late_opening => {
            let dispute = Dispute { opening_heard: true, ..dispute };
            rows::update(tx, &dispute).await?;
            return Ok(false);
        }
        DisputeNotice::Opened if standing.stage == Stage::PreDispute => (Stage::Dispute, Status::Opened),
        DisputeNotice::Opened => (Stage::PreArbitration, Status::Opened),
        DisputeNotice::Won => (standing.stage, Status::Won),
        DisputeNotice::Lost => (standing.stage, Status::Lost),
    };
    if standing.go(next.0, next.1).is_err() {
        tracing::warn!(dispute = %dispute.id, said = ?heard.said, "a notice comes too late to matter");
        return Ok(false);
    }
    let mut dispute = dispute;
    if heard.said == DisputeNotice::Opened {
        dispute.opening_heard = true;
        dispute.respond_by = heard.respond_by;
        // What the issuer takes back may be another amount than it asked about.
        dispute.amount = disputed(&payment, heard);
    }
    Case { tx, payment, dispute, is_new: false, now }.go(next.0, next.1).await?;
    Ok(true)
}

/// The first word about a dispute. It may be the last one: what overtook its opening is written in order.
async fn first_word(tx: &Tx, payment: Payment, heard: &Heard<'_>, now: Timestamp) -> Result<bool, DisputeError> {
    let dispute = fresh(&payment, heard, &Actor::System, now);
    let stage = dispute.standing.stage;
    let case = Case { tx, payment, dispute, is_new: true, now }.begin().await?;
    match heard.said {
        DisputeNotice::Asked | DisputeNotice::Opened => {}
        DisputeNotice::Won => drop(case.go(stage, Status::Won).await?),
        DisputeNotice::Lost => drop(case.go(stage, Status::Lost).await?),
    }
    Ok(true)
}

/// How much of the payment is disputed. What is named in another currency (the card's, perhaps) cannot be
/// compared: then it is all that was taken.
fn disputed(payment: &Payment, heard: &Heard<'_>) -> Money {
    if heard.amount.currency() == payment.currency() {
        return heard.amount;
    }
    tracing::error!(payment = %payment.id, amount = %heard.amount, "a dispute is in another currency; staff must look");
    Money::new(payment.captured(), payment.currency()).unwrap_or(payment.amount)
}

fn fresh(payment: &Payment, heard: &Heard<'_>, actor: &Actor, now: Timestamp) -> Dispute {
    let stage = match heard.said {
        DisputeNotice::Asked => Stage::PreDispute,
        DisputeNotice::Opened | DisputeNotice::Won | DisputeNotice::Lost => Stage::Dispute,
    };
    Dispute {
        id: DisputeId::new(now),
        payment_id: payment.id,
        merchant_id: payment.merchant_id,
        mode: payment.mode,
        amount: disputed(payment, heard),
        held: 0,
        acquirer: heard.acquirer.to_owned(),
        dispute_ref: heard.dispute_ref.to_owned(),
        reason_code: heard.reason_code.to_owned(),
        standing: Standing::new(stage, Status::Opened),
        respond_by: heard.respond_by,
        opening_heard: heard.said == DisputeNotice::Opened,
        reply_due_at: None,
        opened_by: actor.to_string(),
        created_at: now,
        updated_at: now,
    }
}
