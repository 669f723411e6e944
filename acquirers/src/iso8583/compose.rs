//! What each message carries. Nothing here depends on memory: after a crash the same message is
//! composed again from what core stored.

use aviso_core::id::{OperationId, PaymentId};
use aviso_core::money::{Currency, Money};
use aviso_core::payment::authentication::Authentication;
use aviso_core::payment::card::{Card, Cvc};
use aviso_core::port::{FollowUpRequest, Initiator, MessageRef, Original};

use super::message::{Message, Misfit};
use super::mti::Mti;
use super::private::SubFields;
use super::profile::PrivateTags;
use super::settings::{Identity, Settings};

/// Processing code of a purchase from a default account.
const PURCHASE: &str = "000000";
/// Processing code of a refund.
const REFUND: &str = "200000";

/// A card and what came with it.
pub(super) struct Payer<'a> {
    pub(super) card: &'a Card,
    pub(super) cvc: Option<&'a Cvc>,
    pub(super) authentication: Option<&'a Authentication>,
    pub(super) initiator: Initiator,
}

/// A message that another one is about: what field 90 says of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Earlier {
    pub(super) mti: Mti,
    pub(super) message: MessageRef,
}

impl Earlier {
    /// The authorization of a payment.
    pub(super) fn authorization(original: &Original) -> Self {
        Self { mti: authorization_type(original.took_money), message: original.message }
    }
}

/// The type of an authorization, by whether it takes the money.
pub(super) const fn authorization_type(takes_money: bool) -> Mti {
    if takes_money { Mti::FINANCIAL } else { Mti::AUTHORIZATION }
}

/// What is to be undone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Undo {
    /// The message that undoes it.
    pub(super) message: MessageRef,
    /// The message that must not stand.
    pub(super) earlier: Earlier,
    /// How much it was for.
    pub(super) amount: Money,
    /// Whether it was a refund.
    pub(super) is_refund: bool,
}

/// System trace audit number, field 11.
pub(super) fn trace_number(message: &MessageRef) -> String {
    format!("{:06}", message.trace.rem_euclid(999_999) + 1)
}

/// Retrieval reference number, field 37: sixty of the random bits of our reference, in base 32.
pub(super) fn retrieval_reference(operation: OperationId) -> String {
    let text = operation.to_string().to_uppercase();
    text[text.len() - 12..].to_owned()
}

/// Transmission time in UTC, field 7.
fn transmission_time(message: &MessageRef) -> String {
    message.at.to_datetime().format("%m%d%H%M%S").to_string()
}

/// Amount, field 4: twelve digits of minor units, or more, which no message can carry.
pub(super) fn amount_digits(minor: i64) -> String {
    format!("{minor:012}")
}

/// Currency, field 49: the numeric code of ISO 4217.
pub(super) fn currency_number(currency: Currency) -> String {
    iso_currency::Currency::from_code(currency.code())
        .map_or_else(String::new, |known| format!("{:03}", known.numeric()))
}

/// An authorization, or a purchase when it takes the money.
pub(super) fn authorization(
    settings: &Settings,
    message: MessageRef,
    (payment, amount, takes_money): (PaymentId, Money, bool),
    payer: &Payer<'_>,
) -> Result<Message, Misfit> {
    let identity = &settings.identity;
    let mut out = base(identity, authorization_type(takes_money), &message, PURCHASE, amount)?;
    out.set(2, payer.card.number().expose())?;
    let face = payer.card.face();
    out.set(14, format!("{:02}{:02}", face.exp_year % 100, face.exp_month))?;
    if let Some(category) = &identity.merchant_category {
        out.set(18, category)?;
    }
    // Entry mode: keyed at a page (01) or kept from an earlier payment (10), no PIN (2). Condition:
    // electronic commerce (59), or as agreed with an absent buyer (08).
    let (entry, condition) = match payer.initiator {
        Initiator::Buyer => ("012", "59"),
        Initiator::Merchant => ("102", "08"),
    };
    out.set(22, entry)?.set(25, condition)?;
    out.set(37, retrieval_reference(message.operation))?;
    if let Some(place) = &identity.merchant_place {
        out.set(43, format!("{place:<40}"))?;
    }
    out.set(48, private(&settings.profile.private, payment, payer).as_str())?;
    Ok(out)
}

fn private(tags: &PrivateTags, payment: PaymentId, payer: &Payer<'_>) -> SubFields {
    let mut fields = SubFields::new();
    if let Some(cvc) = payer.cvc {
        fields.add(tags.cvc, cvc.expose());
    }
    if let Some(found) = payer.authentication {
        fields.add(tags.eci, found.eci.as_deref().unwrap_or_default());
        fields.add(tags.cavv, found.cavv.as_ref().map_or("", |cavv| cavv.expose()));
        fields.add(tags.ds_trans_id, found.ds_trans_id.as_deref().unwrap_or_default());
    }
    fields.add(tags.payment, payment_reference(payment).as_str());
    fields
}

fn payment_reference(payment: PaymentId) -> String {
    let text = payment.to_string();
    text.rsplit('_').next().unwrap_or_default().to_owned()
}

/// A capture: an advice, because the bank already promised the money.
pub(super) fn capture(settings: &Settings, request: &FollowUpRequest) -> Result<Message, Misfit> {
    let mut out = base(&settings.identity, Mti::ADVICE, &request.message, PURCHASE, request.amount)?;
    about(&mut out, settings, &request.original)?;
    Ok(out)
}

/// A void: the amount of the authorization, and in field 95 what of it stays taken, if any.
pub(super) fn void(settings: &Settings, request: &FollowUpRequest) -> Result<Message, Misfit> {
    let original = &request.original;
    let mut out = base(&settings.identity, Mti::REVERSAL, &request.message, PURCHASE, original.amount)?;
    about(&mut out, settings, original)?;
    let stays = original.amount.minor().saturating_sub(request.amount.minor());
    if stays > 0 {
        // Amount, amount at settlement, and two fees, which a purchase has not.
        out.set(95, format!("{stays:012}{:030}", 0))?;
    }
    Ok(out)
}

/// A refund, which refers to the payment by field 90 and by its retrieval reference in field 48.
pub(super) fn refund(settings: &Settings, request: &FollowUpRequest) -> Result<Message, Misfit> {
    let original = &request.original;
    let mut out = base(&settings.identity, Mti::FINANCIAL, &request.message, REFUND, request.amount)?;
    out.set(37, retrieval_reference(request.message.operation))?;
    let mut fields = SubFields::new();
    fields.add(settings.profile.private.original, &reference_of(original));
    fields.add(settings.profile.private.payment, payment_reference(request.payment).as_str());
    out.set(48, fields.as_str())?;
    out.set(90, original_data(&settings.identity, Earlier::authorization(original)))?;
    Ok(out)
}

/// A reversal advice. Its retrieval reference is that of the message which must not stand.
pub(super) fn reversal_advice(settings: &Settings, undo: &Undo) -> Result<Message, Misfit> {
    let processing = if undo.is_refund { REFUND } else { PURCHASE };
    let mut out = base(&settings.identity, Mti::REVERSAL_ADVICE, &undo.message, processing, undo.amount)?;
    out.set(37, retrieval_reference(undo.earlier.message.operation))?;
    out.set(90, original_data(&settings.identity, undo.earlier))?;
    Ok(out)
}

fn base(
    identity: &Identity,
    mti: Mti,
    message: &MessageRef,
    processing: &str,
    amount: Money,
) -> Result<Message, Misfit> {
    let mut out = Message::new(mti);
    let at = message.at.to_datetime();
    out.set(3, processing)?.set(4, amount_digits(amount.minor()))?;
    out.set(7, transmission_time(message))?.set(11, trace_number(message))?;
    out.set(12, at.format("%H%M%S").to_string())?.set(13, at.format("%m%d").to_string())?;
    out.set(32, &identity.acquirer_id)?;
    out.set(41, format!("{:<8}", identity.terminal_id))?.set(42, format!("{:<15}", identity.merchant_id))?;
    out.set(49, currency_number(amount.currency()))?;
    Ok(out)
}

/// What a message says of the authorization that it is about.
fn about(out: &mut Message, settings: &Settings, original: &Original) -> Result<(), Misfit> {
    out.set(37, reference_of(original))?;
    if let Some(code) = &original.approval_code {
        out.set(38, format!("{code:<6}"))?;
    }
    out.set(90, original_data(&settings.identity, Earlier::authorization(original)))?;
    Ok(())
}

fn reference_of(original: &Original) -> String {
    original.acquirer_ref.clone().unwrap_or_else(|| retrieval_reference(original.message.operation))
}

/// Field 90: type, trace number and time of the earlier message, who acquired it, and no forwarder.
fn original_data(identity: &Identity, earlier: Earlier) -> String {
    let (trace, at) = (trace_number(&earlier.message), transmission_time(&earlier.message));
    format!("{}{trace}{at}{:0>11}{:011}", earlier.mti, identity.acquirer_id, 0)
}

#[cfg(test)]
mod tests;
