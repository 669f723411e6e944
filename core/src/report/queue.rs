//! What waits to be counted: told by events, queued by the planner, so that no payment waits for it.

use uuid::Uuid;

use crate::event::{Event, EventType};
use crate::id::{AttemptId, MerchantId, PaymentId};
use crate::merchant::Mode;
use crate::named::named;
use crate::payment::CaptureMode;

/// The key under which an event says which attempt was decided.
pub(crate) const ATTEMPT_FACT: &str = "attempt";

named! {
    /// What happened to what waits to be counted.
    pub enum Happened {
        /// A payment was created.
        Created = "created",
        /// An attempt was approved.
        Approved = "approved",
        /// An attempt was refused.
        Declined = "declined",
    }
}

named! {
    /// How far counting is.
    pub enum State {
        /// Nothing was counted yet, or everything is to be counted again.
        New = "new",
        /// What there was before is being counted.
        Building = "building",
        /// What is not counted is in the queue or behind the seal.
        Ready = "ready",
    }
}

/// Something that waits to be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Waiting {
    pub(crate) happened: Happened,
    /// The payment that was created, or the attempt that was decided.
    pub(crate) subject: Uuid,
    pub(crate) world: (MerchantId, Mode),
}

impl Waiting {
    /// What of an event counts. Money is counted from the ledger.
    pub(crate) fn of(event: &Event) -> Option<Self> {
        let world = (event.merchant_id?, event.mode);
        let attempt = || {
            let id: AttemptId = event.audience.facts.get(ATTEMPT_FACT)?.parse().ok()?;
            Some(id.as_uuid())
        };
        let (happened, subject) = match event.kind {
            EventType::PaymentCreated => (Happened::Created, event.payment_id.map(PaymentId::as_uuid)?),
            EventType::PaymentAuthorized => (Happened::Approved, attempt()?),
            // Otherwise it was approved before.
            EventType::PaymentCaptured if takes_at_once(event) => (Happened::Approved, attempt()?),
            EventType::PaymentDeclined => (Happened::Declined, attempt()?),
            _ => return None,
        };
        Some(Self { happened, subject, world })
    }
}

/// Whether an event may carry the attempt that it decided.
pub(crate) const fn decides(kind: EventType) -> bool {
    matches!(kind, EventType::PaymentAuthorized | EventType::PaymentCaptured | EventType::PaymentDeclined)
}

fn takes_at_once(event: &Event) -> bool {
    let payment = event.document.payment.as_ref();
    payment.is_some_and(|payment| payment.capture == CaptureMode::Auto.as_str())
}
