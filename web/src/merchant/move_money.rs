//! Moving money by hand: what it is about, how much, then a summary, the financial password, and done.
//!
//! The summary's form carries a token that is bound to the member, the session, the payment's version and the
//! amount, and works once. A second press, or a page that has become stale, moves nothing.

use std::sync::Arc;

use aviso_core::account::AccountError;
use aviso_core::document::Document;
use aviso_core::id::PaymentId;
use aviso_core::idempotency::{Answer, Claim, IdempotencyKey, Responder};
use aviso_core::merchant::member::Right;
use aviso_core::money::{Money, format_minor};
use aviso_core::payment::status::Status;
use aviso_core::payment::text::Reason;
use aviso_core::payment::{ByHand, Handled, Payment, PaymentError};
use aviso_core::refund::NewRefund;
use aviso_core::secret::Secret;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::input::{Faults, Fields, Form, Input};
use super::member::{At, Capture, Member, MemberForm, Needs, Refund, Void};
use super::page::{Block, CabinetPage, Link};
use crate::extract::ApiQuery;
use crate::problem::{self, Code, Problem};
use crate::state::WebState;

/// What is done with the money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Move {
    /// Given back.
    Refund,
    /// Taken.
    Capture,
    /// Released.
    Void,
}

impl Move {
    /// The name in addresses.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Refund => "refund",
            Self::Capture => "capture",
            Self::Void => "void",
        }
    }

    /// The id of what its button says.
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Refund => "cab-refund",
            Self::Capture => "cab-capture",
            Self::Void => "cab-void",
        }
    }

    const fn lead(self) -> &'static str {
        match self {
            Self::Refund => "cab-refund-lead",
            Self::Capture => "cab-capture-lead",
            Self::Void => "cab-void-lead",
        }
    }

    /// The right that it asks for.
    pub(super) const fn right(self) -> Right {
        match self {
            Self::Refund => Right::Refund,
            Self::Capture | Self::Void => Right::Capture,
        }
    }

    /// How much could be moved, minor units.
    fn available(self, payment: &Payment) -> i64 {
        match self {
            Self::Refund => payment.refundable(),
            Self::Capture | Self::Void => payment.authorized() - payment.captured(),
        }
    }
}

/// A page that moves money in one way.
pub(super) trait Moves: Needs {
    /// The way.
    const WAY: Move;
}

impl Moves for Refund {
    const WAY: Move = Move::Refund;
}

impl Moves for Capture {
    const WAY: Move = Move::Capture;
}

impl Moves for Void {
    const WAY: Move = Move::Void;
}

/// Whether it is offered for a payment that stands so. The core decides, when it is done.
pub(super) fn may(payment: &Payment, way: Move) -> bool {
    match way {
        Move::Refund => payment.refundable() > 0,
        Move::Capture => matches!(payment.status(), Status::Authorized | Status::PartiallyCaptured),
        Move::Void => matches!(
            payment.status(),
            Status::Authorized | Status::RequiresPaymentMethod | Status::RequiresAction | Status::InReview
        ),
    }
}

/// What is confirmed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct MoveForm {
    amount: String,
    reason: String,
    version: String,
    once: Secret,
    financial_password: Secret,
}

/// What is about to be done.
struct Plan {
    payment: Payment,
    /// None for a payment that nobody paid: it is cancelled.
    amount: Option<Money>,
    reason: Option<Reason>,
}

async fn payment<R>(web: &WebState, member: &Member<R>, id: PaymentId) -> Result<Payment, Problem> {
    web.payments.get(&member.scope, id).await?;
    Ok(web.payments.details(id).await?.payment)
}

/// Reads how much, and why.
fn plan<R: Moves>(member: &Member<R>, payment: &Payment, fields: &Fields) -> Result<Plan, Faults> {
    let words = member.words();
    let mut faults = Faults::default();
    let available = R::WAY.available(payment);
    let all = Money::new(available, payment.currency()).ok();
    let amount = match (R::WAY, fields.get("amount")) {
        (Move::Void, _) => all,
        (Move::Refund | Move::Capture, text) => {
            let money = Money::parse(text, payment.currency());
            let money = faults.take("amount", money, || words.say("cab-error-amount"));
            money.filter(|money| {
                let fits = money.minor() <= available;
                if !fits {
                    let most = format_minor(available, payment.currency(), words.0);
                    faults.add("amount", words.tell("cab-error-too-much", &[("amount", &most)]));
                }
                fits
            })
        }
    };
    let reason = Some(fields.get("reason")).filter(|text| !text.is_empty()).map(Reason::new).transpose();
    let reason = faults.take("reason", reason, || words.say("cab-error-reason")).flatten();
    if faults.is_empty() { Ok(Plan { payment: payment.clone(), amount, reason }) } else { Err(faults) }
}

/// The secret of one form: whoever has another session, amount or version has another one.
fn once<R: Moves>(web: &WebState, member: &Member<R>, plan: &Plan) -> String {
    let Plan { payment, amount, reason } = plan;
    let minor = amount.map_or(0, Money::minor);
    let reason = reason.as_ref().map_or("", |reason| reason.as_str());
    let bound = format!(
        "{}\n{}\n{}\n{}\n{}\n{minor}\n{reason}",
        R::WAY.as_str(),
        member.account.id,
        member.session.id,
        payment.id,
        payment.version()
    );
    web.keyring.fingerprint("cabinet", &bound)
}

/// `GET …/payments/{id}/refund`, `/capture`, `/void`: asks how much, or shows the summary.
pub(super) async fn ask<R: Moves>(
    State(web): State<WebState>,
    member: Member<R>,
    At(id): At<PaymentId>,
    ApiQuery(fields): ApiQuery<Fields>,
) -> Result<Response, Problem> {
    if web.accounts.financial_since(member.account.id).await?.is_none() {
        return Ok(Redirect::to("/account/financial?why=merchant").into_response());
    }
    let payment = payment(&web, &member, id).await?;
    if !may(&payment, R::WAY) {
        return Ok(changed(&member, id));
    }
    if R::WAY != Move::Void && !fields.has("amount") {
        let all = amount_text(R::WAY.available(&payment), &payment);
        let fields = fields.with("amount", all);
        return asked(&member, &payment, &fields, &Faults::default(), problem::DONE);
    }
    match plan(&member, &payment, &fields) {
        Ok(plan) => summary(&web, &member, &plan, &Faults::default(), problem::DONE),
        Err(faults) => asked(&member, &payment, &fields, &faults, Code::FieldInvalid.status()),
    }
}

/// Minor units as they are typed into a field: digits and a point.
fn amount_text(minor: i64, payment: &Payment) -> String {
    let decimals = usize::try_from(payment.currency().exponent()).unwrap_or_default();
    let digits = format!("{minor:0>width$}", width = decimals + 1);
    let (whole, rest) = digits.split_at(digits.len() - decimals);
    if rest.is_empty() { whole.to_owned() } else { format!("{whole}.{rest}") }
}

fn title(way: Move) -> &'static str {
    way.label()
}

fn asked<R: Moves>(
    member: &Member<R>,
    payment: &Payment,
    fields: &Fields,
    faults: &Faults,
    status: StatusCode,
) -> Result<Response, Problem> {
    let words = member.words();
    let available = format_minor(R::WAY.available(payment), payment.currency(), words.0);
    let rest = format!("/payments/{}/{}", payment.id, R::WAY.as_str());
    let amount = Input::line("amount", "text", words.tell("cab-amount-in", &[("name", payment.currency().code())]))
        .hint(words.tell("cab-amount-hint", &[("amount", &available)]))
        .filled(fields, faults);
    let form = Form::get(member, &rest, "cab-continue").input(amount);
    let form = match R::WAY {
        Move::Refund => {
            let reason = Input::line("reason", "text", words.say("cab-reason")).optional().filled(fields, faults);
            form.input(reason)
        }
        Move::Capture | Move::Void => form,
    };
    CabinetPage::new(member, title(R::WAY), "/payments")
        .with(Block::Text(words.say(R::WAY.lead())))
        .with(Block::Facts(vec![
            (words.say("payment-order"), payment.order_ref.clone()),
            (words.say("cab-amount"), payment.amount.format(words.0)),
        ]))
        .with(Block::Form(form))
        .with(back(member, payment.id))
        .answer(status)
}

fn back<R>(member: &Member<R>, id: PaymentId) -> Block {
    let path = member.path(&format!("/payments/{id}"));
    Block::Links(vec![Link::new(path, member.words().say("cab-back-payment"))])
}

fn summary<R: Moves>(
    web: &WebState,
    member: &Member<R>,
    plan: &Plan,
    faults: &Faults,
    status: StatusCode,
) -> Result<Response, Problem> {
    let words = member.words();
    let Plan { payment, amount, reason } = plan;
    let money = |minor: i64| format_minor(minor, payment.currency(), words.0);
    let moved = amount.map_or(0, Money::minor);
    let rest = R::WAY.available(payment) - moved;
    let facts = vec![
        (words.say("payment-order"), payment.order_ref.clone()),
        (words.say("payment-reference"), payment.reference.to_string()),
        (words.say("cab-amount"), payment.amount.format(words.0)),
        (words.say(R::WAY.label()), money(moved)),
        (words.say("cab-left"), money(rest)),
    ];
    let financial = Input::line("financial_password", "password", words.say("field-financial"))
        .autocomplete("off")
        .hint(words.say("cab-financial-hint"))
        .faulted(faults);
    let path = format!("/payments/{}/{}", payment.id, R::WAY.as_str());
    let form = Form::post(member, &path, R::WAY.label())
        .hidden("amount", amount_text(moved, payment))
        .hidden("reason", reason.as_ref().map_or("", |reason| reason.as_str()))
        .hidden("version", payment.version())
        .hidden("once", once(web, member, plan))
        .input(financial)
        .danger();
    CabinetPage::new(member, title(R::WAY), "/payments")
        .with(Block::Text(words.say("cab-check")))
        .with(Block::Facts(facts))
        .with(Block::Form(form))
        .with(back(member, payment.id))
        .answer(status)
}

/// Back to the payment, which is not what it was.
fn changed<R>(member: &Member<R>, id: PaymentId) -> Response {
    member.to(&format!("/payments/{id}?done=changed"))
}

/// `POST …/payments/{id}/refund`, `/capture`, `/void`.
pub(super) async fn submit<R: Moves>(
    State(web): State<WebState>,
    At(id): At<PaymentId>,
    MemberForm(member, form): MemberForm<R, MoveForm>,
) -> Result<Response, Problem> {
    web.limiters().account.check(&member.account.id)?;
    let payment = payment(&web, &member, id).await?;
    if form.version != payment.version().to_string() {
        return Ok(changed(&member, id));
    }
    let fields = Fields::default().with("amount", form.amount).with("reason", form.reason);
    let plan = match plan(&member, &payment, &fields) {
        Ok(plan) => plan,
        Err(faults) => return asked(&member, &payment, &fields, &faults, Code::FieldInvalid.status()),
    };
    let once = once(&web, &member, &plan);
    if !form.once.matches(&once) {
        return Err(Problem::new(Code::FormForged, "the form is not the one that was shown"));
    }
    let words = member.words();
    match web.accounts.check_financial(member.account.id, &form.financial_password).await {
        Ok(()) => {}
        Err(AccountError::FinancialMissing) => {
            return Ok(Redirect::to("/account/financial?why=merchant").into_response());
        }
        Err(error @ (AccountError::FinancialWrong | AccountError::FinancialRests)) => {
            let text = match error {
                AccountError::FinancialRests => "cab-error-financial-rests",
                _ => "cab-error-financial",
            };
            let faults = Faults::one("financial_password", words.say(text));
            return summary(&web, &member, &plan, &faults, Code::FieldInvalid.status());
        }
        Err(error) => return Err(error.into()),
    }
    match carry_out(&web, &member, &plan, once).await {
        Ok(Handled::Done(document)) => Ok(member.to(&format!("/payments/{id}?done={}", done::<R>(&document)))),
        Ok(Handled::Replayed(_))
        | Err(
            PaymentError::OperationInProgress
            | PaymentError::IllegalMove(_)
            | PaymentError::AmountTooLarge { .. }
            | PaymentError::Key(_),
        ) => Ok(changed(&member, id)),
        Err(error) => Err(error.into()),
    }
}

async fn carry_out<R: Moves>(
    web: &WebState,
    member: &Member<R>,
    plan: &Plan,
    once: String,
) -> Result<Handled, PaymentError> {
    let Plan { payment, amount, reason } = plan;
    // A second press finds this key taken, and its answer is that there is nothing more to do.
    let respond: Responder = Arc::new(|_| Answer { status: problem::DONE.as_u16(), body: String::new() });
    let key = IdempotencyKey::new(&format!("cabinet-{once}")).map_err(|_| PaymentError::Interrupted)?;
    let scope = member.scope.clone();
    let claim = Claim { merchant_id: scope.merchant.id, mode: scope.mode, key, fingerprint: once, respond };
    let by = ByHand { actor: member.actor(), seen_version: payment.version() };
    let minor = amount.map(Money::minor);
    match R::WAY {
        Move::Refund => {
            let new = NewRefund {
                payment_id: payment.id,
                minor,
                refund_ref: None,
                reason: reason.clone(),
                seen_version: Some(by.seen_version),
            };
            web.refunds.create(by.actor, scope, new, Some(claim)).await
        }
        Move::Capture => web.payments.capture_by(by, scope, payment.id, minor, Some(claim)).await,
        Move::Void => web.payments.void_by(by, scope, payment.id, Some(claim)).await,
    }
}

/// What to say of what became of it.
fn done<R: Moves>(document: &Document) -> &'static str {
    let refund = document.refund.as_ref().map(|refund| refund.status.as_str());
    let operation = document.operation.as_ref().map(|operation| operation.status.as_str());
    match refund.or(operation) {
        Some("failed") => "refused",
        Some("pending" | "unknown") => "waits",
        Some(_) | None => R::WAY.as_str(),
    }
}
