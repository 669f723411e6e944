//! The published documents: what merchants see of a payment or refund.
//!
//! They are apart from the domain types, versioned, and the same in API, event list and webhook.
//! Amounts are whole minor units, times RFC 3339 in UTC.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The version of the documents in this file, stored with each event.
pub const VERSION: i32 = 1;

/// What an event is about. Absent parts do not appear.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Document {
    /// The payment as it was right after the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment: Option<PaymentDocument>,
    /// The refund as it was right after the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refund: Option<RefundDocument>,
    /// The webhook endpoint that the event is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<EndpointDocument>,
}

/// A payment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PaymentDocument {
    /// `pay_…`
    pub id: String,
    /// The short name for chat and phone, `7K3M-9QX2-4D`.
    pub reference: String,
    /// `test` or `live`.
    pub mode: String,
    /// The merchant's own order number, unique per merchant and mode.
    pub order_ref: String,
    /// `requires_payment_method`, `in_review`, `processing`, `authorized`, `captured`, …
    pub status: String,
    /// What the merchant asked for, minor units.
    pub amount: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// Reserved by the bank so far, minor units.
    pub amount_authorized: i64,
    /// Taken so far, minor units.
    pub amount_captured: i64,
    /// Given back so far, minor units.
    pub amount_refunded: i64,
    /// `auto` or `manual`.
    pub capture: String,
    /// What the buyer reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The merchant's own notes.
    pub metadata: BTreeMap<String, String>,
    /// The card of the last attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub card: Option<CardDocument>,
    /// The e-money wallet of the last attempt, when it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wallet: Option<String>,
    /// When a reservation that is not taken runs out, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capture_before: Option<String>,
    /// Why the last attempt was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decline: Option<DeclineDocument>,
    /// RFC 3339.
    pub created_at: String,
    /// RFC 3339.
    pub updated_at: String,
    /// When an unfinished payment lapses, RFC 3339.
    pub expires_at: String,
}

/// What a merchant may know of a card.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CardDocument {
    /// `visa`, `mastercard`, …
    pub brand: String,
    /// First six digits.
    pub first6: String,
    /// Last four digits.
    pub last4: String,
    /// Month of expiry, 1 to 12.
    pub exp_month: u8,
    /// Year of expiry, four digits.
    pub exp_year: u16,
    /// The same for the same card at the same merchant; says nothing elsewhere.
    pub fingerprint: String,
    /// The issuer's name, when it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// The issuer's country, ISO 3166-1 alpha-2, when it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer_country: Option<String>,
    /// `credit`, `debit` or `prepaid`, when it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// Why an attempt was refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DeclineDocument {
    /// Stable code, such as `insufficient_funds`.
    pub code: String,
    /// `retry_later`, `other_card` or `never`.
    pub advice: String,
}

/// A refund.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RefundDocument {
    /// `rfd_…`
    pub id: String,
    /// The payment that is refunded.
    pub payment: String,
    /// Minor units.
    pub amount: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// `pending`, `succeeded` or `failed`.
    pub status: String,
    /// The merchant's own refund number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refund_ref: Option<String>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// RFC 3339.
    pub created_at: String,
    /// RFC 3339.
    pub updated_at: String,
}

/// A webhook endpoint, without its secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EndpointDocument {
    /// `whk_…`
    pub id: String,
    /// Where events are sent.
    pub url: String,
    /// Event types that are sent; empty means all.
    pub events: Vec<String>,
    /// `active` or `disabled`.
    pub status: String,
    /// Why it is disabled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled_reason: Option<String>,
    /// Since when every attempt failed, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<String>,
    /// RFC 3339.
    pub created_at: String,
}
