//! Creating a payment, and confirming it in the same request if card data came along.

use crate::clock::Timestamp;
use crate::crash::{self, Point};
use crate::document::Document;
use crate::event::EventType;
use crate::id::{PaymentId, Reference};
use crate::idempotency::Claim;
use crate::merchant::Scope;
use crate::payment::confirm::{Begun, Confirmation, Row::Unwritten};
use crate::payment::error::PaymentError;
use crate::payment::published::{document_of, payment_event};
use crate::payment::service::{Gate, Handled, Subject, close_gate, detached, pass_gate, recover};
use crate::payment::status::Stage;
use crate::payment::{NewPayment, Payment, Payments};
use crate::store::{Constraint, Tx, account as accounts, event as events, payment as rows};

impl Payments {
    /// Creates a payment. With a confirmation it is screened, sent to the bank and ends in the same
    /// call; its outcome is in the document, a decline is not an error.
    ///
    /// # Errors
    ///
    /// [`PaymentError::ShopClosed`], [`PaymentError::OrderRefTaken`], [`PaymentError::Key`],
    /// [`PaymentError::Store`]; nothing was written then.
    pub async fn create(
        &self,
        scope: Scope,
        new: NewPayment,
        confirmation: Option<Confirmation>,
        claim: Option<Claim>,
    ) -> Result<Handled, PaymentError> {
        let this = self.clone();
        detached(async move { this.create_now(&scope, &new, confirmation.as_ref(), claim.as_ref()).await }).await
    }

    async fn create_now(
        &self,
        scope: &Scope,
        new: &NewPayment,
        confirmation: Option<&Confirmation>,
        claim: Option<&Claim>,
    ) -> Result<Handled, PaymentError> {
        crash::at(Point::AttemptBegin);
        let now = self.now();
        let id = PaymentId::new(now);
        let message = self.new_message().await?;
        let subject = Subject { payment: id, operation: message.id, refund: None };
        let begun = self
            .store
            .write(async |tx| {
                match pass_gate(tx, claim, &subject, now).await? {
                    Gate::Open => {}
                    Gate::Replay(answer) => return Ok(Begun::Replayed(answer)),
                    Gate::Begun(earlier) => return recover(tx, claim, &earlier, now).await.map(Begun::Replayed),
                }
                let mut payment = self.draft(tx, id, scope, new, now).await?;
                self.accept_currency(tx, &payment).await?;
                let created = payment_event(EventType::PaymentCreated, &mut payment, None, &scope.merchant.name, now);
                let begun = match confirmation {
                    Some(confirmation) => {
                        self.begin(tx, scope, Unwritten(payment), confirmation, vec![created], message).await?
                    }
                    None => {
                        rows::insert(tx, &payment).await?;
                        events::insert(tx, &[created]).await?;
                        let document = Document { payment: Some(document_of(&payment, None)), ..Document::default() };
                        Begun::Done(document)
                    }
                };
                if let Begun::Done(document) = &begun {
                    close_gate(tx, claim, document, now).await?;
                }
                Ok(begun)
            })
            .await
            .map_err(name_the_taken)?;
        self.finish(begun, confirmation, claim, &scope.merchant.name).await
    }

    pub(crate) async fn draft(
        &self,
        tx: &Tx,
        id: PaymentId,
        scope: &Scope,
        new: &NewPayment,
        now: Timestamp,
    ) -> Result<Payment, PaymentError> {
        scope.may_ask_for_money(now)?;
        let email = new.customer.email.as_ref().map(|email| email.normal().to_owned());
        let account = match &email {
            Some(email) => accounts::confirmed_by_email(tx.conn(), email).await?,
            None => None,
        };
        Ok(Payment {
            id,
            reference: Reference::random(),
            merchant_id: scope.merchant.id,
            mode: scope.mode,
            order_ref: new.order_ref.as_str().to_owned(),
            amount: new.amount,
            capture: new.capture,
            description: new.description.as_ref().map(|text| text.as_str().to_owned()),
            metadata: new.metadata.clone().into_inner(),
            account_id: account,
            email,
            ip: new.customer.ip.map(|ip| ip.to_canonical().to_string()),
            language: new.customer.language,
            attempts: 0,
            decline: None,
            created_at: now,
            updated_at: now,
            expires_at: now.after(self.settings.expires_after),
            capture_before: None,
            expiry_warned: false,
            outcome_due_at: None,
            return_url: new.return_url.clone(),
            bill: None,
            stage: Stage::Open,
            authorized: 0,
            captured: 0,
            refunded: 0,
            refund_pending: 0,
            disputed: 0,
            sequence: 0,
            version: 1,
        })
    }
}

pub(crate) fn name_the_taken(error: PaymentError) -> PaymentError {
    match error {
        PaymentError::Store(error) if error.violates(Constraint::OrderRef) => PaymentError::OrderRefTaken,
        other => other,
    }
}
