//! `/receipt`: a payment's receipt as a PDF. Telegram keeps the file, so it is made once.

use aviso_core::bot::ReceiptKey;
use aviso_core::document::PaymentDocument;
use aviso_core::id::PaymentId;
use aviso_core::merchant::Mode;
use aviso_core::money::format_minor;
use aviso_core::payment::{Narrowed, PaymentDetails};
use aviso_core::refund::RefundStatus;

use super::payments::own;
use super::{register, say};
use crate::api::File;
use crate::callback::Press;
use crate::clean;
use crate::fault::Fault;
use crate::notice::{brand_name, wallet_name};
use crate::person::Person;
use crate::receipt::Receipt;
use crate::router::{Handling, HandlingError};
use crate::screen::{Key, Screen};
use crate::start::Desk;
use crate::words::{Args, Words};

/// Payments offered when none was named.
const OFFERED: u64 = 6;
/// Refunds on a receipt.
const REFUNDS_MAX: usize = 12;

/// `/receipt [reference]`.
pub(super) async fn command(desk: &Desk, person: &Person, args: &str) -> Handling {
    let words = &person.words;
    let Some(account) = &person.account else {
        return register::begin(desk, person, Some(&words.say("no-account"))).await;
    };
    let payments = &desk.services.payments;
    let found: Vec<PaymentDocument> = if args.is_empty() {
        let mut paid = payments.of_account_narrowed(account.id, Narrowed::Paid, None, OFFERED).await?.items;
        paid.extend(payments.of_account_narrowed(account.id, Narrowed::Refunded, None, OFFERED).await?.items);
        paid.sort_by(|one, other| other.id.cmp(&one.id));
        paid.truncate(usize::try_from(OFFERED).unwrap_or(usize::MAX));
        paid
    } else {
        payments
            .find_of_account(account.id, args)
            .await?
            .into_iter()
            .filter(|found| found.amount_captured > 0)
            .collect()
    };
    if let ([one], false) = (found.as_slice(), args.is_empty())
        && let Ok(id) = one.id.parse()
    {
        if let Some(why) = send(desk, person, id).await? {
            return say(desk, person, Screen::text(why)).await;
        }
        return Ok(());
    }
    let id = if found.is_empty() { "receipt-none" } else { "receipt-which" };
    let screen = found.iter().fold(Screen::text(words.say(id)), |screen, document| {
        let label = format!("{} · {}", words.amount(document.amount_captured, &document.currency), document.reference);
        screen.row(document.id.parse().ok().map(|id| Key::press(label, Press::Receipt(id))))
    });
    say(desk, person, screen).await
}

/// Sends the receipt of a payment; gives what to say instead when there is none.
pub(super) async fn send(desk: &Desk, person: &Person, id: PaymentId) -> Result<Option<String>, HandlingError> {
    let words = &person.words;
    let Some(details) = own(desk, person, id).await? else { return Ok(Some(words.say("toast-not-yours"))) };
    if details.payment.captured() == 0 {
        return Ok(Some(words.say("toast-no-receipt")));
    }
    let receipt = receipt_of(&details, words, desk.site.host_str().unwrap_or_default());
    let digest = receipt.digest();
    let key = ReceiptKey { payment: id, language: words.language(), digest: &digest };
    let caption = words.tell("receipt-caption", &Args::new().with("reference", details.payment.reference.to_string()));
    if let Some(known) = desk.services.memory.receipt_file(&key).await? {
        match desk.api.send_file(person.chat_id(), &File::known(known), &caption).await {
            Ok(_) => return Ok(None),
            // Telegram forgets files of a bot that changed its token: it is made again.
            Err(Fault::Refused(said)) => tracing::info!(said, "a kept receipt is sent anew"),
            Err(fault) => return Err(fault.into()),
        }
    }
    let name = format!("receipt-{}.pdf", details.payment.reference.as_str());
    let pdf = tokio::task::spawn_blocking(move || receipt.pdf()).await;
    let pdf = pdf.map_err(|_| HandlingError::Document("the page was not finished".to_owned()))?;
    let pdf = pdf.map_err(|fault| HandlingError::Document(fault.to_string()))?;
    let file_id = desk.api.send_file(person.chat_id(), &File::new(name, pdf), &caption).await?;
    desk.services.memory.keep_receipt_file(&key, &file_id).await?;
    Ok(None)
}

fn receipt_of(details: &PaymentDetails, words: &Words, host: &str) -> Receipt {
    let payment = &details.payment;
    let amount = |minor| format_minor(minor, payment.currency(), words.language());
    let label = |id: &str| words.say(id);
    let mut rows = vec![
        (label("receipt-shop"), clean::name(&details.shop)),
        (label("receipt-paid"), amount(payment.captured())),
        (label("receipt-date"), words.moment(payment.created_at)),
    ];
    if let Some(attempt) = details.attempts.last() {
        let with = match attempt.method.face() {
            Some(face) => format!("{} •• {}", brand_name(face.brand), face.last4),
            None => wallet_name(attempt.method.label()),
        };
        rows.push((label("receipt-with"), with));
    }
    rows.push((label("receipt-order"), clean::name(&payment.order_ref)));
    rows.extend(payment.description.as_ref().map(|text| (label("receipt-what"), clean::name(text))));
    rows.push((label("receipt-reference"), payment.reference.to_string()));
    rows.push((label("receipt-id"), payment.id.to_string()));
    let done = details.refunds.iter().filter(|refund| refund.status == RefundStatus::Succeeded);
    rows.extend(done.take(REFUNDS_MAX).map(|refund| {
        (
            label("receipt-refund"),
            format!("{} · {}", refund.amount.format(words.language()), words.moment(refund.updated_at)),
        )
    }));
    if payment.refunded() > 0 {
        rows.push((label("receipt-left"), amount(payment.captured() - payment.refunded())));
    }
    Receipt {
        language: words.language().code(),
        title: label("receipt-title"),
        banner: (payment.mode == Mode::Test).then(|| label("receipt-test")),
        rows,
        note: words.tell("receipt-note", &Args::new().with_html("host", host)),
    }
}
