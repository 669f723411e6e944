//! From bills to the published documents and events.

use std::collections::BTreeMap;

use super::{Bill, BillState};
use crate::clock::Timestamp;
use crate::document::{BillDocument, Document};
use crate::event::{Audience, Event, EventType};
use crate::id::EventId;

/// What the merchant sees of a bill. Its secret is not in it: events are stored and sent around.
#[must_use]
pub fn bill_document(bill: &Bill) -> BillDocument {
    BillDocument {
        id: bill.id.to_string(),
        mode: bill.mode.as_str().to_owned(),
        order_ref: bill.order_ref.as_str().to_owned(),
        state: bill.state.as_str().to_owned(),
        amount: bill.amount.minor(),
        currency: bill.amount.currency().code().to_owned(),
        description: bill.description.as_ref().map(|text| text.as_str().to_owned()),
        payment: bill.payment_id.map(|id| id.to_string()),
        created_at: bill.created_at.to_string(),
        updated_at: bill.updated_at.to_string(),
        expires_at: bill.expires_at.to_string(),
    }
}

/// The event that says where a bill stands now. The buyer is written to once, with the link.
pub(super) fn bill_event(bill: &Bill, shop: &str, now: Timestamp) -> Event {
    let (kind, email) = match bill.state {
        BillState::Open => (EventType::BillCreated, bill.email.as_ref().map(|email| email.normal().to_owned())),
        BillState::Paid => (EventType::BillPaid, None),
        BillState::Cancelled => (EventType::BillCancelled, None),
        BillState::Expired => (EventType::BillExpired, None),
        BillState::Declined => (EventType::BillDeclined, None),
    };
    Event {
        id: EventId::new(now),
        kind,
        mode: bill.mode,
        merchant_id: Some(bill.merchant_id),
        payment_id: None,
        sequence: 0,
        created_at: now,
        document: Document { bill: Some(bill_document(bill)), ..Document::default() },
        audience: Audience {
            email,
            language: bill.language,
            facts: BTreeMap::from([("shop".to_owned(), shop.to_owned())]),
            ..Audience::default()
        },
    }
}
