//! The letter with the code that confirms a payment.

use aviso_core::verifier::WAIT;

use super::ComposeError;
use super::draft::{Draft, Source, Tone};
use super::payment::identified;

/// Amount and shop stand with the code: it confirms them and nothing else. There is no link in it, so that nobody
/// gets used to giving codes where a letter leads.
pub(super) fn code(source: &Source<'_>) -> Result<Draft, ComposeError> {
    let payment = source.payment()?;
    let amount = source.money(payment.amount, &payment.currency)?;
    let code = source.verification_code()?;
    let until = source.words.moment(source.happened_at().after(WAIT));
    let draft = Draft::new("verification-code", Tone::Waiting)
        .with("amount", &amount)
        .with("shop", source.shop())
        .with("code", code.expose())
        .with("until", &until)
        .row(source.row("label-code", code.expose()))
        .row(source.row("label-shop", source.shop()))
        .row(source.row("label-amount", amount));
    Ok(identified(draft, source, payment).row(source.date_row()))
}
