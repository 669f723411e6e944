//! The buyer comes back from the issuer's or wallet's page.

use crate::document::PaymentDocument;
use crate::id::AttemptId;
use crate::payment::action::ActionKind;
use crate::payment::authenticate::Waiting;
use crate::payment::bank::BankWord;
use crate::payment::error::PaymentError;
use crate::payment::published::document_of;
use crate::payment::service::detached;
use crate::payment::status::Status;
use crate::payment::{Payment, Payments};
use crate::secret::Secret;
use crate::store::{attempt as attempt_rows, merchant as merchants, operation as operation_rows, payment as rows};

/// How things stand for a buyer who came back.
#[derive(Debug, Clone)]
pub struct Returned {
    /// The payment.
    pub payment: PaymentDocument,
    /// Where the merchant wants the buyer: its own address with the payment's id and status.
    pub next: Option<String>,
    /// While somebody has to confirm the payment: what opens its checkout page, where that is done.
    pub checkout: Option<Secret>,
}

impl Payments {
    /// Takes a buyer back, by the token of our return page. What the issuer or wallet knows by now is
    /// acted on first, whoever else hears of it at the same time. `None` when the token is not ours.
    ///
    /// # Errors
    ///
    /// [`PaymentError::Store`], [`PaymentError::Seal`].
    pub async fn returned(&self, token: &str) -> Result<Option<Returned>, PaymentError> {
        let Some(attempt) = self.keyring.verify_return_token(token) else { return Ok(None) };
        let this = self.clone();
        detached(async move { this.returned_now(attempt).await }).await
    }

    async fn returned_now(&self, id: AttemptId) -> Result<Option<Returned>, PaymentError> {
        let conn = self.store.reader();
        let Some(attempt) = attempt_rows::by_id(conn, id).await? else { return Ok(None) };
        let payment = rows::by_id(conn, attempt.payment_id).await?.ok_or(PaymentError::NotFound(attempt.payment_id))?;
        if payment.status() == Status::RequiresAction {
            if attempt.issuer_check_at.is_some() {
                let shop = merchants::name(conn, payment.merchant_id).await?;
                let message = self.new_message().await?;
                let amount = payment.amount;
                let waiting = Waiting { payment: payment.id, attempt: id, amount, shop, message };
                let answer = self.issuer.result(id).await;
                self.issuer_said(&waiting, answer, None, None).await?;
            } else {
                self.ask_wallet(&payment, id).await?;
            }
        }
        let payment = rows::by_id(conn, payment.id).await?.ok_or(PaymentError::NotFound(payment.id))?;
        let latest = attempt_rows::of_payment(conn, payment.id).await?.pop();
        let document = document_of(&payment, latest.as_ref());
        let next = attempt.return_url.as_ref().map(|url| with_outcome(url.as_str(), &document));
        let waits = latest.as_ref().and_then(|latest| latest.action.as_ref()).map(|action| action.kind);
        let confirms = payment.status() == Status::RequiresAction && waits == Some(ActionKind::Verification);
        let checkout = confirms.then(|| self.keyring.checkout_secret(payment.id));
        Ok(Some(Returned { payment: document, next, checkout }))
    }

    async fn ask_wallet(&self, payment: &Payment, attempt: AttemptId) -> Result<(), PaymentError> {
        let operations = operation_rows::of_payment(self.store.reader(), payment).await?;
        let open = operations.iter().find(|operation| operation.attempt_id == attempt && operation.status.is_open());
        if let Some(operation) = open {
            let word = self.bank.inquire(operation, None).await;
            // What is still not known is left to the janitor: a buyer who reloads must not slow it down.
            if matches!(word, BankWord::Said(_)) {
                self.complete(operation.id, payment.id, &word, None, None).await?;
            }
        }
        Ok(())
    }
}

/// The merchant's address with what its page needs to look the payment up.
fn with_outcome(url: &str, payment: &PaymentDocument) -> String {
    let Ok(mut url) = url::Url::parse(url) else { return url.to_owned() };
    url.query_pairs_mut().append_pair("payment", &payment.id).append_pair("status", &payment.status);
    url.into()
}
