//! A payment with the page that its buyer can pay on.

use aviso_core::document::PaymentDocument;
use aviso_core::id::PaymentId;
use aviso_core::payment::status::Status;
use serde::Serialize;
use utoipa::ToSchema;

use crate::state::WebState;

/// A payment, and where its buyer can pay it.
#[derive(Serialize, ToSchema)]
#[schema(as = PayablePayment)]
pub(crate) struct PayablePayment {
    #[serde(flatten)]
    payment: PaymentDocument,
    /// While it can be paid: what opens its checkout page. Give it to the buyer only.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<String>,
    /// While it can be paid: its checkout page.
    #[serde(skip_serializing_if = "Option::is_none")]
    checkout_url: Option<String>,
}

impl PayablePayment {
    /// With the page, while the payment can be paid there. The secret is derived: it stands in no table, and
    /// in no event.
    pub(crate) fn new(web: &WebState, payment: PaymentDocument) -> Self {
        let payable = [Status::RequiresPaymentMethod, Status::RequiresAction];
        let open = payable.iter().any(|status| status.as_str() == payment.status);
        let id = payment.id.parse::<PaymentId>().ok().filter(|_| open);
        let secret = id.map(|id| web.payments.checkout_secret(id).expose().to_owned());
        let checkout_url = secret.as_deref().map(|secret| web.config.address(&format!("/pay/{secret}")));
        Self { payment, client_secret: secret, checkout_url }
    }

    /// The answer that was stored without the page, with it. What is not a payment stays as it is.
    pub(crate) fn add_to(web: &WebState, body: String) -> String {
        let Ok(payment) = serde_json::from_str::<PaymentDocument>(&body) else { return body };
        serde_json::to_string(&Self::new(web, payment)).unwrap_or(body)
    }
}
