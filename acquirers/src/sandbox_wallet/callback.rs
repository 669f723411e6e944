//! The wallet's callbacks: what is sent, and how it is read.

use aviso_core::clock::Timestamp;
use aviso_core::id::OperationId;
use aviso_core::money::Money;
use aviso_core::payment::decline::DeclineCode;
use aviso_core::port::{AcquirerAnswer, Callback, CallbackError, Notice, NoticeSubject};
use aviso_core::secret::{Secret, sha256_hex};
use serde::{Deserialize, Serialize};

use super::books::{Order, OrderState};
use super::sign;
use crate::sandbox::entry::money;

/// A callback, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCallback {
    /// Names and values of its headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// What stands in the body.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    operation: OperationId,
    reference: String,
    outcome: Outcome,
    #[serde(with = "money")]
    amount: Money,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Approved,
    Declined,
}

/// The callback about an order; `None` while there is nothing to tell.
pub(super) fn of(order: &Order, secret: &Secret, now: Timestamp) -> Option<SignedCallback> {
    let outcome = match order.state {
        OrderState::Approved => Outcome::Approved,
        OrderState::Declined => Outcome::Declined,
        OrderState::Open | OrderState::Withdrawn | OrderState::NeverArrived => return None,
    };
    let body =
        Body { operation: order.opened.operation, reference: order.reference(), outcome, amount: order.opened.amount };
    let body = serde_json::to_vec(&body).ok()?;
    // The same each time it is sent: a repeated notice is known by it.
    let id = format!("wcb_{}", &sha256_hex(&body)[..24]);
    let signature = sign::signature(secret, &id, now, &body);
    let headers = vec![
        ("content-type", "application/json".to_owned()),
        (sign::ID, id),
        (sign::TIMESTAMP, now.as_secs().to_string()),
        (sign::SIGNATURE, signature),
    ];
    Some(SignedCallback { headers, body })
}

/// Reads a callback whose signature holds.
pub(super) fn read(callback: &Callback, secret: &Secret, now: Timestamp) -> Result<Notice, CallbackError> {
    let id = sign::verified(callback, secret, now)?;
    let body: Body =
        serde_json::from_slice(&callback.body).map_err(|error| CallbackError::Malformed(error.to_string()))?;
    let answer = match body.outcome {
        Outcome::Approved => AcquirerAnswer::Approved {
            acquirer_ref: body.reference.clone(),
            approval_code: sha256_hex(body.reference.as_bytes())[..6].to_ascii_uppercase(),
            amount: body.amount,
        },
        Outcome::Declined => AcquirerAnswer::declined(DeclineCode::RefusedByBuyer),
    };
    Ok(Notice { id: id.to_owned(), about: NoticeSubject::Outcome { operation: body.operation, answer } })
}
