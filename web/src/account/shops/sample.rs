//! Sample payments for a shop in the test world, made as its buyers would make them.

use aviso_core::audit::Actor;
use aviso_core::id::{MerchantId, PaymentId};
use aviso_core::merchant::{Mode, Scope};
use aviso_core::money::Money;
use aviso_core::payment::card::{Card, Cvc};
use aviso_core::payment::text::{Description, Metadata, OrderRef};
use aviso_core::payment::{CaptureMode, Confirmation, Customer, Handled, NewPayment, PaymentError, PaymentMethod};
use aviso_core::refund::NewRefund;
use aviso_core::secret::Secret;
use aviso_core::verifier::Wish;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};

use super::{logged_in, theirs};
use crate::account::form::{NoFields, PageForm};
use crate::extract::ApiPath;
use crate::problem::Problem;
use crate::state::WebState;

/// A payment of the sample.
struct Sample {
    order: &'static str,
    minor: i64,
    /// A card of the sandbox bank, which decides by its number.
    card: &'static str,
    capture: CaptureMode,
    refund: Option<i64>,
}

const SAMPLES: [Sample; 4] = [
    Sample { order: "SAMPLE-1", minor: 4_999, card: "4242424242424242", capture: CaptureMode::Auto, refund: None },
    Sample { order: "SAMPLE-2", minor: 1_250, card: "4000000000000002", capture: CaptureMode::Auto, refund: None },
    Sample {
        order: "SAMPLE-3",
        minor: 9_900,
        card: "4242424242424242",
        capture: CaptureMode::Auto,
        refund: Some(2_500),
    },
    Sample { order: "SAMPLE-4", minor: 15_000, card: "4242424242424242", capture: CaptureMode::Manual, refund: None },
];

/// `POST /account/shops/{merchant}/sample`: a taken payment, a declined one, one partly refunded, one reserved.
/// A second time makes nothing new: the order numbers are taken.
pub(super) async fn make(
    State(web): State<WebState>,
    ApiPath(merchant): ApiPath<MerchantId>,
    PageForm(visitor, NoFields {}): PageForm<NoFields>,
) -> Result<Response, Problem> {
    let Some(account) = logged_in(&visitor) else { return Ok(Redirect::to("/login").into_response()) };
    web.limiters().account.check(&account.id)?;
    theirs(&web, account, merchant).await?;
    let scope = Scope { merchant: web.merchants.get(merchant).await?, mode: Mode::Test, key_id: None };
    for sample in &SAMPLES {
        match pay(&web, &scope, sample).await {
            Ok(()) | Err(PaymentError::OrderRefTaken) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Redirect::to(&format!("/account/shops/{}?done=sample", scope.merchant.id)).into_response())
}

async fn pay(web: &WebState, scope: &Scope, sample: &Sample) -> Result<(), PaymentError> {
    const CONSTANT: &str = "the samples are constants that a test makes";
    let now = web.clock.now();
    let year = now.to_datetime().format("%Y").to_string().parse::<u16>().map_or(u16::MAX, |year| year + 3);
    let card = Card::new(&Secret::new(sample.card), 12, year, now).expect(CONSTANT);
    let cvc = Cvc::new(Secret::new("123"), card.face().brand).expect(CONSTANT);
    let new = NewPayment {
        order_ref: OrderRef::new(sample.order).expect(CONSTANT),
        amount: Money::new(sample.minor, "EUR".parse().expect(CONSTANT)).expect(CONSTANT),
        capture: sample.capture,
        description: Some(Description::new("Sample").expect(CONSTANT)),
        metadata: Metadata::default(),
        customer: Customer::default(),
        return_url: None,
        verification: Wish::Automatic,
    };
    let confirmation = Confirmation::with(PaymentMethod::Card { card, cvc: Some(cvc) });
    let handled = web.payments.create(scope.clone(), new, Some(confirmation), None).await?;
    let Some(minor) = sample.refund else { return Ok(()) };
    let Handled::Done(document) = handled else { return Ok(()) };
    let Some(payment_id) = document.payment.and_then(|payment| payment.id.parse::<PaymentId>().ok()) else {
        return Ok(());
    };
    let refund = NewRefund { payment_id, minor: Some(minor), refund_ref: None, reason: None, seen_version: None };
    web.refunds.create(Actor::System, scope.clone(), refund, None).await.map(|_| ())
}
