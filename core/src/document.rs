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
    /// The message to the bank that the event is about: why a capture or void was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<OperationDocument>,
    /// The webhook endpoint that the event is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<EndpointDocument>,
    /// The dispute as it was right after the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dispute: Option<DisputeDocument>,
    /// The payout that the event is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payout: Option<PayoutDocument>,
    /// The saved card that the event is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saved_card: Option<SavedCardDocument>,
    /// The mandate that the event is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mandate: Option<MandateDocument>,
    /// The bill that the event is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bill: Option<BillDocument>,
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
    /// Held or lost because the buyer disputes it, minor units. It cannot be refunded.
    #[serde(default)]
    pub amount_disputed: i64,
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
    /// What the buyer must do now, while `status` is `requires_action`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<ActionDocument>,
    /// What 3-D Secure found in the last attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authentication: Option<AuthenticationDocument>,
    /// The saved card of the last attempt: kept by it, or paid with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saved_card: Option<String>,
    /// The mandate of the last attempt: begun by it, or charged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mandate: Option<String>,
    /// The bill that it pays, `bill_…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bill: Option<String>,
    /// When a reservation that is not taken runs out, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capture_before: Option<String>,
    /// While the bank's answer is not known: when a person looks into it at the latest, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome_due_at: Option<String>,
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

/// What a buyer must do before the bank decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ActionDocument {
    /// `three_ds` (the page of the card's issuer), `wallet`, or `verification` (the buyer confirms in Telegram, or with
    /// a code from a letter at this page).
    pub kind: String,
    /// The page to send the buyer to.
    pub url: String,
    /// Until when the buyer may act, RFC 3339.
    pub expires_at: String,
}

/// What 3-D Secure found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuthenticationDocument {
    /// `authenticated`, `attempted`, `failed`, `rejected` or `unavailable`.
    pub status: String,
    /// Electronic commerce indicator, two digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eci: Option<String>,
    /// Whether the issuer answers for fraud.
    pub liability_shift: bool,
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

/// A message to the bank: an authorization, capture, void, refund or reversal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OperationDocument {
    /// `op_…`
    pub id: String,
    /// `authorize`, `capture`, `void`, `refund` or `reversal`.
    pub kind: String,
    /// `pending`, `unknown` (the bank has not answered), `succeeded` or `failed`.
    pub status: String,
    /// Minor units.
    pub amount: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// Why the bank refused it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decline: Option<DeclineDocument>,
}

/// A card that a buyer left with the merchant for later payments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SavedCardDocument {
    /// `card_…`
    pub id: String,
    /// `test` or `live`.
    pub mode: String,
    /// The merchant's name for the customer.
    pub customer_ref: String,
    /// `active`, `frozen`, `expired` or `removed`.
    pub state: String,
    /// What may be shown of it.
    pub card: CardDocument,
    /// When the buyer agreed, RFC 3339.
    pub consent_at: String,
    /// Which text the buyer agreed to.
    pub consent_text: String,
    /// When it last paid, RFC 3339.
    pub last_used_at: String,
    /// RFC 3339.
    pub created_at: String,
}

/// A buyer's agreement to payments that the merchant starts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MandateDocument {
    /// `man_…`
    pub id: String,
    /// `test` or `live`.
    pub mode: String,
    /// The card that is charged.
    pub saved_card: String,
    /// `active`, `frozen` or `ended`.
    pub state: String,
    /// `merchant`, `term` or `card`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_reason: Option<String>,
    /// The least of one payment, minor units.
    pub amount_min: i64,
    /// The most of one payment, minor units.
    pub amount_max: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// Days from one successful payment to the next, at least.
    pub period_days: u16,
    /// When the agreement ends, RFC 3339.
    pub ends_at: String,
    /// When a payment under it last succeeded, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_success_at: Option<String>,
    /// RFC 3339.
    pub created_at: String,
}

/// What a merchant asks for by a link.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BillDocument {
    /// `bill_…`
    pub id: String,
    /// `test` or `live`.
    pub mode: String,
    /// The merchant's own order number, also that of the payment.
    pub order_ref: String,
    /// `open`, `paid`, `cancelled`, `expired` or `declined`.
    pub state: String,
    /// Minor units.
    pub amount: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// What the buyer reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its payment, once somebody pays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment: Option<String>,
    /// RFC 3339.
    pub created_at: String,
    /// RFC 3339.
    pub updated_at: String,
    /// Until when it may be paid, RFC 3339.
    pub expires_at: String,
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
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
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
    /// `full` (documents) or `thin` (ids only).
    #[serde(default = "full")]
    pub payload: String,
    /// The names of the headers that go along with each message.
    #[serde(default)]
    pub headers: Vec<String>,
    /// `whpk_…`: messages are signed with this Ed25519 key, too (`v1a`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_key: Option<String>,
    /// Messages under way at once, 1 to 8.
    #[serde(default)]
    pub max_in_flight: u8,
    /// Messages a second at most; 0 for no limit.
    #[serde(default)]
    pub rate_per_second: u16,
}

/// What endpoints were sent before one could choose: their older events are read back.
fn full() -> String {
    "full".to_owned()
}

/// What a merchant has in one currency. Amounts are minor units.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BalanceDocument {
    /// ISO 4217 code.
    pub currency: String,
    /// Reserved at buyers' banks and not taken.
    pub held: i64,
    /// Taken, less fees and what went back, and not settled yet. Below zero when more went back than came in.
    pub pending: i64,
    /// Settled, ready to be paid out.
    pub available: i64,
    /// Taken out of pending while buyers dispute it.
    pub disputed: i64,
}

/// An entry of the ledger: an amount went from one account to another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LedgerEntryDocument {
    /// `ltx_…-1`: the transaction and the line in it.
    pub id: String,
    /// `ltx_…`: entries of one transaction were written together.
    pub transaction: String,
    /// `authorization`, `capture`, `release`, `refund`, `settlement`, `payout`, …
    pub kind: String,
    /// The account that gave.
    pub debit: String,
    /// The account that received.
    pub credit: String,
    /// Minor units, above 0.
    pub amount: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// The payment that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment: Option<String>,
    /// What else it is about: a refund, a payout, a dispute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// RFC 3339.
    pub created_at: String,
}

/// Money that was paid out to a merchant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PayoutDocument {
    /// `po_…`
    pub id: String,
    /// `test` or `live`.
    pub mode: String,
    /// Minor units.
    pub amount: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// RFC 3339.
    pub created_at: String,
}

/// A payment that its buyer disputes at the issuer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DisputeDocument {
    /// `dsp_…`
    pub id: String,
    /// The payment.
    pub payment: String,
    /// `test` or `live`.
    pub mode: String,
    /// What the buyer disputes, minor units.
    pub amount: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// How much of it is held or lost, minor units. Less when part of it was refunded before.
    pub amount_held: i64,
    /// `pre_dispute`, `dispute` or `pre_arbitration`.
    pub stage: String,
    /// `opened`, `challenged`, `accepted`, `won`, `lost` or `expired`.
    pub status: String,
    /// The network's reason code.
    pub reason_code: String,
    /// Until when you may answer, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub respond_by: Option<String>,
    /// What you sent so far.
    pub evidence: Vec<EvidenceDocument>,
    /// RFC 3339.
    pub created_at: String,
    /// RFC 3339.
    pub updated_at: String,
}

/// A text that was sent as evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EvidenceDocument {
    /// `product`, `communication`, `shipping`, `refund_policy`, `usage`, `note`; or `verification`, which Aviso adds
    /// when the buyer confirmed the payment.
    pub kind: String,
    /// The text.
    pub text: String,
    /// RFC 3339.
    pub created_at: String,
}
