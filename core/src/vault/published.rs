//! From saved cards and mandates to the published documents and events.

use std::collections::BTreeMap;

use crate::clock::Timestamp;
use crate::document::{CardDocument, Document, MandateDocument, SavedCardDocument};
use crate::event::{Audience, Event, EventType};
use crate::id::EventId;
use crate::mandate::Mandate;
use crate::vault::card::SavedCard;

/// What the merchant sees of a saved card.
#[must_use]
pub fn saved_card_document(card: &SavedCard) -> SavedCardDocument {
    SavedCardDocument {
        id: card.id.to_string(),
        mode: card.mode.as_str().to_owned(),
        customer_ref: card.customer.as_str().to_owned(),
        state: card.state.as_str().to_owned(),
        card: CardDocument {
            brand: card.face.brand.as_str().to_owned(),
            first6: card.face.first6.clone(),
            last4: card.face.last4.clone(),
            exp_month: card.face.exp_month,
            exp_year: card.face.exp_year,
            fingerprint: card.merchant_card.clone(),
            issuer: None,
            issuer_country: None,
            kind: None,
        },
        consent_at: card.consent_at.to_string(),
        consent_text: card.consent_text.clone(),
        last_used_at: card.last_used_at.to_string(),
        created_at: card.created_at.to_string(),
    }
}

/// What the merchant sees of a mandate.
#[must_use]
pub fn mandate_document(mandate: &Mandate) -> MandateDocument {
    MandateDocument {
        id: mandate.id.to_string(),
        mode: mandate.mode.as_str().to_owned(),
        saved_card: mandate.card_id.to_string(),
        state: mandate.state.as_str().to_owned(),
        ended_reason: mandate.ended.map(|reason| reason.as_str().to_owned()),
        amount_min: mandate.terms.amount_min(),
        amount_max: mandate.terms.amount_max(),
        currency: mandate.terms.currency().code().to_owned(),
        period_days: mandate.terms.period_days(),
        ends_at: mandate.terms.ends_at().to_string(),
        last_success_at: mandate.last_success_at.map(|at| at.to_string()),
        created_at: mandate.created_at.to_string(),
    }
}

fn audience(card: &SavedCard, shop: &str) -> Audience {
    Audience {
        account_id: card.account_id,
        email: card.address(),
        language: card.language,
        facts: BTreeMap::from([("shop".to_owned(), shop.to_owned())]),
        ..Audience::default()
    }
}

fn event(kind: EventType, card: &SavedCard, shop: &str, now: Timestamp) -> Event {
    Event {
        id: EventId::new(now),
        kind,
        mode: card.mode,
        merchant_id: Some(card.merchant_id),
        payment_id: None,
        sequence: 0,
        created_at: now,
        document: Document { saved_card: Some(saved_card_document(card)), ..Document::default() },
        audience: audience(card, shop),
    }
}

/// An event of a saved card.
pub(crate) fn card_event(kind: EventType, card: &SavedCard, shop: &str, now: Timestamp) -> Event {
    event(kind, card, shop, now)
}

/// An event of a mandate on a saved card.
pub(crate) fn mandate_event(kind: EventType, mandate: &Mandate, card: &SavedCard, shop: &str, now: Timestamp) -> Event {
    let mut event = event(kind, card, shop, now);
    event.document.mandate = Some(mandate_document(mandate));
    event
}
