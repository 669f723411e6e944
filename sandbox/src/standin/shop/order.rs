//! What the shop asks Aviso for, and what it is told.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A card as it is typed into the shop.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CardInput {
    /// The number; spaces are fine.
    pub number: String,
    /// 1 to 12.
    pub exp_month: u32,
    /// Four digits.
    pub exp_year: u32,
    /// Three or four digits.
    pub cvc: String,
}

/// Something to be paid.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Order {
    /// The shop's own number.
    pub order_ref: String,
    /// Minor units.
    pub amount: i64,
    /// ISO 4217, such as `EUR`.
    pub currency: String,
    /// `true` takes the money at once, `false` only reserves it.
    pub capture_now: bool,
    /// Shown to the buyer.
    pub description: String,
    /// Where the buyer is told.
    pub email: String,
    /// The buyer's language, such as `es`.
    pub language: Option<String>,
    /// What it is paid with.
    pub card: CardInput,
}

impl Order {
    /// An order over an amount in EUR with a card number, everything else filled in.
    pub fn new(order_ref: impl Into<String>, amount: i64, number: &str, email: &str) -> Self {
        Self {
            order_ref: order_ref.into(),
            amount,
            currency: "EUR".to_owned(),
            capture_now: true,
            description: "Coffee beans".to_owned(),
            email: email.to_owned(),
            language: Some("en".to_owned()),
            card: CardInput { number: number.to_owned(), exp_month: 12, exp_year: 2034, cvc: "123".to_owned() },
        }
    }

    /// The body of `POST /v1/payments`.
    pub(crate) fn as_request(&self) -> Value {
        let mut customer = json!({ "email": self.email });
        if let Some(language) = &self.language {
            customer["language"] = json!(language);
        }
        json!({
            "order_ref": self.order_ref,
            "amount": self.amount,
            "currency": self.currency,
            "capture": if self.capture_now { "auto" } else { "manual" },
            "description": self.description,
            "customer": customer,
            "confirm": true,
            "card": {
                "number": self.card.number.replace(' ', ""),
                "exp_month": self.card.exp_month,
                "exp_year": self.card.exp_year,
                "cvc": self.card.cvc,
            },
        })
    }
}

/// An order as the shop remembers it. No card data.
#[derive(Clone, Debug, Serialize)]
pub struct Purchase {
    /// Counts from 1.
    pub number: u64,
    /// When it was asked for.
    pub at: DateTime<Utc>,
    /// The shop's own number.
    pub order_ref: String,
    /// Minor units.
    pub amount: i64,
    /// ISO 4217.
    pub currency: String,
    /// Last four digits of the card.
    pub card_last4: String,
    /// Aviso's id, once known.
    pub payment_id: Option<String>,
    /// Aviso's status, `asking` before there is an answer, `refused` when there is no payment.
    pub status: String,
    /// HTTP status of the answer.
    pub http_status: Option<u16>,
    /// Aviso's payment document, the newest one seen.
    pub payment: Option<Value>,
    /// Aviso's problem document, when it said no.
    pub problem: Option<Value>,
    /// The connection failed; whether money moved is not known.
    pub error: Option<String>,
}

/// What Aviso answered to an order.
#[derive(Clone, Debug)]
pub struct Answered {
    /// HTTP status.
    pub http_status: u16,
    /// The body, `null` when it was no JSON.
    pub body: Value,
    /// The `Idempotency-Key` that was sent.
    pub idempotency_key: String,
}

impl Answered {
    /// The payment document of a 2xx.
    pub fn payment(&self) -> Option<&Value> {
        (200..300).contains(&self.http_status).then_some(&self.body)
    }

    /// The payment's id, from the document or from a problem that carries one.
    pub fn payment_id(&self) -> Option<&str> {
        payment_id_in(&self.body)
    }
}

/// The id of a payment document, or of the one inside a problem.
pub(crate) fn payment_id_in(body: &Value) -> Option<&str> {
    let inner = body.get("payment");
    inner
        .and_then(|payment| payment.get("id").or(Some(payment)))
        .and_then(Value::as_str)
        .or_else(|| body.get("payment_id").and_then(Value::as_str))
        .or_else(|| body.get("id").and_then(Value::as_str))
}
