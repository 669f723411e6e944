//! Payments in Telegram: its questions, and its word that it took money or gave it back.

use aviso_core::bill::{BillError, OpenBill};
use aviso_core::id::{BillId, PaymentId};
use aviso_core::payment::decline::DeclineCode;
use aviso_core::payment::operation::{OperationKind, OperationStatus};
use aviso_core::payment::telegram::{CheckedOut, PreCheckout, Stop, TelegramPayer, TelegramSuccess};
use aviso_core::payment::{Heard, PaymentError};
use teloxide::types::{Message, PreCheckoutQuery, RefundedPayment, SuccessfulPayment, User};

use crate::person::telegram_user;
use crate::router::{Handling, HandlingError};
use crate::screen::Screen;
use crate::start::Desk;
use crate::words::{Args, Words};

/// Telegram asks whether a buyer may pay.
pub(crate) async fn asked(desk: &Desk, query: &PreCheckoutQuery) -> Handling {
    let id = &query.id.0;
    // Telegram waits ten seconds: one from before a restart is over.
    if !desk.checkouts.is_waiting(id) {
        return Ok(());
    }
    let words = words_of(desk, &query.from).await?;
    let Some(open) = bill_of(desk, &query.invoice_payload).await? else {
        desk.checkouts.stop_saying(id, &words.say("checkout-not-open")).await;
        return Ok(());
    };
    let payment = match desk.services.bills.payment(&open).await {
        Ok(payment) => payment,
        Err(BillError::NotOpen(_)) => {
            desk.checkouts.stop_saying(id, &words.say("checkout-not-open")).await;
            return Ok(());
        }
        Err(BillError::Store(error)) => return Err(error.into()),
        Err(
            BillError::NotFound(_)
            | BillError::OrderRefTaken
            | BillError::Expiry
            | BillError::CurrencyNotAccepted(_)
            | BillError::Payment(_),
        ) => {
            desk.checkouts.stop_saying(id, &words.say("checkout-not-offered")).await;
            return Ok(());
        }
    };
    let user_id = telegram_user(&query.from, 0).id;
    let account = desk.services.accounts.by_telegram(user_id).await?.map(|account| account.id);
    let asked = PreCheckout {
        payer: TelegramPayer { query: id.clone(), user_id },
        account,
        minor: i64::from(query.total_amount),
        currency: query.currency.clone(),
    };
    match desk.services.payments.pre_checkout(open.scope, payment, asked).await? {
        CheckedOut::Passed => {}
        CheckedOut::Stopped(stop) => desk.checkouts.stop_saying(id, &reason(stop, &words)).await,
    }
    Ok(())
}

fn reason(stop: Stop, words: &Words) -> String {
    match stop {
        Stop::NotOpen => words.say("checkout-not-open"),
        Stop::Busy => words.say("checkout-busy"),
        Stop::OtherAmount => words.say("checkout-other-amount"),
        Stop::NotOffered => words.say("checkout-not-offered"),
        // Why it was refused is between the shop and antifraud; whether there is another way is not.
        Stop::Declined(DeclineCode::RiskBlocked) => words.say("checkout-refused"),
        Stop::Declined(_) => words.say("checkout-declined"),
    }
}

/// Telegram took money. An error here is tried again until it works.
pub(crate) async fn paid(desk: &Desk, message: &Message, paid: &SuccessfulPayment) -> Handling {
    let Some(from) = &message.from else { return Ok(()) };
    let user = telegram_user(from, message.chat.id.0);
    let payment = bill_of(desk, &paid.invoice_payload).await?.and_then(|open| open.bill.payment_id);
    let Some(payment) = payment else {
        tracing::error!("Telegram took money for no bill of ours; staff must look");
        metrics::counter!("aviso_bank_conflicts_total").increment(1);
        return Ok(());
    };
    let charge_id = paid.telegram_payment_charge_id.0.clone();
    let success = TelegramSuccess {
        user_id: user.id,
        minor: i64::from(paid.total_amount),
        currency: paid.currency.clone(),
        charge_id: charge_id.clone(),
        provider_charge_id: paid.provider_payment_charge_id.clone(),
    };
    let heard = desk.services.payments.paid_in_telegram(payment, success).await?;
    if heard == Heard::Applied && stands_not(desk, payment, &charge_id).await? {
        let words = words_of(desk, from).await?;
        let id = if paid.currency == "XTR" { "telegram-late-stars" } else { "telegram-late" };
        let amount = words.amount(i64::from(paid.total_amount), &paid.currency);
        let text = words.tell(id, &Args::new().with("amount", amount));
        desk.api.reply(user.chat_id, &Screen::text(text)).await?;
    }
    Ok(())
}

/// Whether what Telegram took came too late to count.
async fn stands_not(desk: &Desk, payment: PaymentId, charge_id: &str) -> Result<bool, HandlingError> {
    let details = desk.services.payments.details(payment).await?;
    Ok(details.operations.iter().any(|operation| {
        operation.kind == OperationKind::Authorize
            && operation.status == OperationStatus::Failed
            && operation.acquirer_ref.as_deref() == Some(charge_id)
    }))
}

/// Telegram gave money back. An error here is tried again until it works.
pub(crate) async fn returned(desk: &Desk, refunded: &RefundedPayment) -> Handling {
    let charge_id = &refunded.telegram_payment_charge_id.0;
    match desk.services.refunds.returned_in_telegram(charge_id).await {
        Ok(Heard::Applied | Heard::Repeated) => Ok(()),
        Ok(Heard::NotOurs) => {
            tracing::warn!("Telegram gave back what we do not know");
            Ok(())
        }
        // Another refund of it is on its way, and this word comes with its answer, too.
        Err(PaymentError::OperationInProgress) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// The bill that an invoice is for.
async fn bill_of(desk: &Desk, payload: &str) -> Result<Option<OpenBill>, HandlingError> {
    let Ok(id) = payload.parse::<BillId>() else { return Ok(None) };
    Ok(desk.services.bills.find(id).await?)
}

async fn words_of(desk: &Desk, from: &User) -> Result<Words, HandlingError> {
    let user = telegram_user(from, 0);
    let account = desk.services.accounts.by_telegram(user.id).await?;
    Ok(Words::of(account.map_or_else(|| user.language(), |account| account.language)))
}
