//! What a shop asks for, under an idempotency key, and what it was answered.

use std::sync::Arc;
use std::time::Duration;

use aviso_core::account::email::EmailAddress;
use aviso_core::clock::Timestamp;
use aviso_core::document::Document;
use aviso_core::id::{CardId, MandateId, PaymentId};
use aviso_core::idempotency::{Answer, Claim, IdempotencyKey, KeyConflict};
use aviso_core::mandate::{self, NewTerms};
use aviso_core::merchant::Scope;
use aviso_core::money::{Currency, Money};
use aviso_core::payment::action::ThreeDs;
use aviso_core::payment::card::{Card, Cvc};
use aviso_core::payment::text::{Metadata, OrderRef};
use aviso_core::payment::{CaptureMode, Confirmation, Customer, Handled, NewPayment, PaymentError, PaymentMethod};
use aviso_core::refund::NewRefund;
use aviso_core::secret::Secret;
use aviso_core::vault::Saving;

use crate::bank::House;
use crate::process::{BUYER, Services};

/// Which card a buyer shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plastic {
    /// Antifraud lets it through.
    Plain,
    /// Antifraud holds it for staff.
    Gray,
    /// Antifraud refuses it.
    Blocked,
    /// The merchant's policy wants its holder authenticated.
    Abroad,
}

impl Plastic {
    const fn number(self) -> &'static str {
        match self {
            Self::Plain => "4242424242424242",
            Self::Gray => "4000000000000002",
            Self::Blocked => "5105105105105100",
            Self::Abroad => "3566002020360505",
        }
    }
}

/// What is paid with. Saved cards and mandates are named by their place in the run, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Means {
    /// A card, given now.
    Given(Plastic),
    /// A saved card, by its buyer.
    Saved(usize, CardId),
    /// A saved card, by the merchant, under a mandate.
    Mandate(usize, MandateId),
    /// The wallet.
    Wallet,
}

/// What is kept if the payment is approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    Nothing,
    Card,
    /// The card, and the agreement of [`agreed`].
    Mandate,
}

/// The most of one charge under a mandate.
pub(crate) const CHARGE_MAX: i64 = 300;
/// The least.
pub(crate) const CHARGE_MIN: i64 = 20;
/// Days from one charge to the next.
pub(crate) const CHARGE_DAYS: u16 = 1;

/// What every buyer of a run agrees to.
fn agreed(now: Timestamp) -> NewTerms {
    let ends_at = now.after(Duration::from_secs(90 * 86_400));
    NewTerms { amount_min: CHARGE_MIN, amount_max: CHARGE_MAX, period_days: CHARGE_DAYS, ends_at }
}

/// How a buyer pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct How {
    pub(crate) means: Means,
    /// When the issuer is asked, as the merchant wants it.
    pub(crate) three_ds: ThreeDs,
    pub(crate) keep: Keep,
}

impl How {
    /// With a card, given now, and nothing besides.
    pub(crate) const fn given(plastic: Plastic) -> Self {
        Self { means: Means::Given(plastic), three_ds: ThreeDs::Automatic, keep: Keep::Nothing }
    }
}

impl std::fmt::Display for How {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.means {
            Means::Given(plastic) => write!(f, "{plastic:?}")?,
            Means::Saved(place, _) => write!(f, "saved card {place}")?,
            Means::Mandate(place, _) => write!(f, "mandate {place}")?,
            Means::Wallet => f.write_str("wallet")?,
        }
        match self.three_ds {
            ThreeDs::Automatic => {}
            ThreeDs::Always | ThreeDs::Never | ThreeDs::Required => write!(f, ", issuer {}", self.three_ds.as_str())?,
        }
        match self.keep {
            Keep::Nothing => Ok(()),
            Keep::Card => f.write_str(", keep the card"),
            Keep::Mandate => f.write_str(", keep the card and agree to charges"),
        }
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wish {
    Create { minor: i64, currency: Currency, capture: CaptureMode, with: Option<How> },
    Confirm(How),
    Capture(Option<i64>),
    Void,
    Refund(Option<i64>),
}

impl std::fmt::Display for Wish {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let amount = |minor: &Option<i64>| minor.map_or_else(|| "all".to_owned(), |minor| minor.to_string());
        match self {
            Self::Create { minor, currency, capture, with } => {
                write!(f, "create {minor} {currency} {}", capture.as_str())?;
                with.map_or(Ok(()), |how| write!(f, " and confirm {how}"))
            }
            Self::Confirm(how) => write!(f, "confirm {how}"),
            Self::Capture(minor) => write!(f, "capture {}", amount(minor)),
            Self::Void => f.write_str("void"),
            Self::Refund(minor) => write!(f, "refund {}", amount(minor)),
        }
    }
}

/// A request of a shop.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// Which payment, by its place in the run.
    pub(crate) payment: usize,
    pub(crate) wish: Wish,
    /// The idempotency key.
    pub(crate) key: String,
    /// What it was answered. The same for ever.
    pub(crate) answer: Option<Answer>,
    /// It had its effect, and was told so.
    pub(crate) effects: bool,
    /// A process died over it: whether it had an effect is not known.
    pub(crate) in_doubt: bool,
}

/// Why a request was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    OrderRefTaken,
    IllegalMove,
    AmountTooLarge,
    InProgress,
    KeyReused,
    KeyInUse,
    ReviewNotOpen,
    CardNotFound,
    CustomerDenied,
    MandateNotFound,
    Mandate(mandate::Refusal),
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Ended {
    /// It had its effect now.
    Done(Answer),
    /// It had its effect before.
    Replayed(Answer),
    /// It had none.
    Refused(Refusal),
    /// It died.
    Died,
    /// It failed in a way that nothing in a run explains.
    Broken(String),
}

impl From<Result<Handled, PaymentError>> for Ended {
    fn from(result: Result<Handled, PaymentError>) -> Self {
        let refusal = match result {
            Ok(Handled::Done(document)) => return Self::Done(render(&document)),
            Ok(Handled::Replayed(answer)) => return Self::Replayed(answer),
            Err(PaymentError::OrderRefTaken) => Refusal::OrderRefTaken,
            Err(PaymentError::IllegalMove(_)) => Refusal::IllegalMove,
            Err(PaymentError::AmountTooLarge { .. }) => Refusal::AmountTooLarge,
            Err(PaymentError::OperationInProgress) => Refusal::InProgress,
            Err(PaymentError::Key(KeyConflict::Reused)) => Refusal::KeyReused,
            Err(PaymentError::Key(KeyConflict::InUse)) => Refusal::KeyInUse,
            Err(PaymentError::ReviewNotOpen(_)) => Refusal::ReviewNotOpen,
            Err(PaymentError::CardNotFound(_)) => Refusal::CardNotFound,
            Err(PaymentError::CustomerDenied) => Refusal::CustomerDenied,
            Err(PaymentError::MandateNotFound(_)) => Refusal::MandateNotFound,
            Err(PaymentError::Mandate(why)) => Refusal::Mandate(why),
            Err(PaymentError::Interrupted) => return Self::Died,
            // Everything that a run cannot cause, whatever is added.
            Err(other) => return Self::Broken(chain(&other)),
        };
        Self::Refused(refusal)
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    std::iter::successors(error.source(), |error| error.source())
        .fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// The answer as an edge renders it.
pub(crate) fn render(document: &Document) -> Answer {
    let body = serde_json::to_string(document).unwrap_or_default();
    Answer { status: 200, body }
}

fn claim(scope: &Scope, request: &Request, other_body: bool) -> Option<Claim> {
    let fingerprint = format!("{} of {}{}", request.wish, request.payment, if other_body { " changed" } else { "" });
    Some(Claim {
        merchant_id: scope.merchant.id,
        mode: scope.mode,
        key: IdempotencyKey::new(&request.key).ok()?,
        fingerprint,
        respond: Arc::new(render),
    })
}

fn confirmation(how: How, now: Timestamp) -> Option<Confirmation> {
    let long_ago = Timestamp::from_micros(1_800_000_000_000_000);
    let code = || Secret::new("123");
    let method = match how.means {
        Means::Given(plastic) => {
            let card = Card::new(&Secret::new(plastic.number()), 12, 2040, long_ago).ok()?;
            let cvc = Cvc::new(code(), card.face().brand).ok()?;
            PaymentMethod::Card { card, cvc: Some(cvc) }
        }
        Means::Saved(_, card) => PaymentMethod::Saved { card, cvc: Cvc::of_saved(code()).ok()?, customer: None },
        Means::Mandate(_, id) => PaymentMethod::Mandate(id),
        Means::Wallet => PaymentMethod::Wallet(House::Purse.name().parse().ok()?),
    };
    let mandate = match how.keep {
        Keep::Nothing => return Some(Confirmation { three_ds: how.three_ds, ..Confirmation::with(method) }),
        Keep::Card => None,
        Keep::Mandate => Some(agreed(now)),
    };
    let save = Some(Saving { customer: CUSTOMER.parse().ok()?, mandate });
    Some(Confirmation { three_ds: how.three_ds, save, ..Confirmation::with(method) })
}

/// The merchant's name for its only customer.
const CUSTOMER: &str = "c1";

/// The order number of a payment.
pub(crate) fn order_ref(payment: usize) -> String {
    format!("o{payment}")
}

/// A call as a task of the process carries it out.
pub(crate) async fn carry_out(
    services: Services,
    scope: Scope,
    request: Request,
    id: Option<PaymentId>,
    other_body: bool,
) -> Ended {
    let claim = claim(&scope, &request, other_body);
    match (request.wish, id) {
        (Wish::Create { minor, currency, capture, with }, _) => {
            let (Ok(amount), Ok(order_ref)) = (Money::new(minor, currency), OrderRef::new(order_ref(request.payment)))
            else {
                return Ended::Broken("an amount or order number that cannot be".to_owned());
            };
            let new = NewPayment {
                order_ref,
                amount,
                capture,
                description: None,
                metadata: Metadata::default(),
                customer: Customer { email: EmailAddress::new(BUYER).ok(), ..Customer::default() },
                return_url: None,
                verification: aviso_core::verifier::Wish::Automatic,
            };
            let confirmation = with.and_then(|how| confirmation(how, services.clock.now()));
            services.payments.create(scope, new, confirmation, claim).await.into()
        }
        (_, None) => Ended::Broken("the payment is not known".to_owned()),
        (Wish::Confirm(how), Some(id)) => match confirmation(how, services.clock.now()) {
            Some(confirmation) => services.payments.confirm(scope, id, confirmation, claim).await.into(),
            None => Ended::Broken("a card that cannot be".to_owned()),
        },
        (Wish::Capture(minor), Some(id)) => services.payments.capture(scope, id, minor, claim).await.into(),
        (Wish::Void, Some(id)) => services.payments.void(scope, id, claim).await.into(),
        (Wish::Refund(minor), Some(payment_id)) => {
            let new = NewRefund { payment_id, minor, refund_ref: None, reason: None, seen_version: None };
            let actor = aviso_core::audit::Actor::System;
            services.refunds.create(actor, scope, new, claim).await.into()
        }
    }
}
