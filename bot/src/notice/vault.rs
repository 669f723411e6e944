//! Saved cards and mandates as their buyer sees them.

use aviso_core::document::{CardDocument, SavedCardDocument};
use aviso_core::event::{Event, EventType};
use aviso_core::payment::card::Brand;
use aviso_core::vault::card::CardState;

use super::{Follow, Notice, test_mark};
use crate::clean;
use crate::screen::Screen;
use crate::words::{Args, Words};

/// What a buyer's chat sees of an event of a saved card or mandate.
pub(super) fn compose(event: &Event, words: &Words) -> Option<Notice> {
    let saved = event.document.saved_card.as_ref()?;
    let shop = event.audience.fact("shop").unwrap_or_default();
    let id = text_id(event.kind, saved);
    let mut args = Args::new()
        .with("shop", clean::name(shop))
        .with("last4", &saved.card.last4)
        .with_html("test", test_mark(&saved.mode, words));
    args = match &event.document.mandate {
        Some(mandate) => args
            .with("min", words.amount(mandate.amount_min, &mandate.currency))
            .with("max", words.amount(mandate.amount_max, &mandate.currency))
            .with("days", mandate.period_days.to_string())
            .with("until", words.written_moment(&mandate.ends_at)),
        None => args.with("until", expiry(&saved.card)),
    };
    Some(Notice::new(Screen::text(words.tell(id, &args)), Follow::Aside))
}

fn text_id(kind: EventType, saved: &SavedCardDocument) -> &'static str {
    match kind {
        EventType::CardSaved => "card-saved",
        EventType::CardExpiring => "card-expiring",
        EventType::MandateCreated => "mandate-created",
        EventType::MandateEnded => "mandate-ended",
        _ if saved.state == CardState::Expired.as_str() => "card-expired",
        _ => "card-removed",
    }
}

/// As it stands on the card: `12/2030`.
pub(crate) fn expiry(card: &CardDocument) -> String {
    format!("{:02}/{}", card.exp_month, card.exp_year)
}

/// The network's own name for itself.
pub(crate) fn brand_name(brand: Brand) -> &'static str {
    match brand {
        Brand::Visa => "Visa",
        Brand::Mastercard => "Mastercard",
        Brand::Amex => "American Express",
        Brand::Discover => "Discover",
        Brand::Diners => "Diners Club",
        Brand::Jcb => "JCB",
        Brand::Mir => "Mir",
        Brand::UnionPay => "UnionPay",
        Brand::Unknown => "Card",
    }
}
