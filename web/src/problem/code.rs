//! The stable codes of problems. Each means one thing and has one status.

use axum::http::StatusCode;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $status:ident, $title:literal;)*) => {
        /// What is wrong, for programs.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The name in problems and docs.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The status that it is answered with.
            #[must_use]
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)* }
            }

            /// What it says to people, the same for every occurrence.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

codes! {
    /// The body is not JSON.
    MalformedJson = "malformed_json", BAD_REQUEST, "The body is not JSON";
    /// A POST that moves money came without `Idempotency-Key`.
    IdempotencyKeyMissing = "idempotency_key_missing", BAD_REQUEST, "The idempotency key is missing";
    /// The key is blank, sent twice, too long, or cannot be printed.
    IdempotencyKeyInvalid = "idempotency_key_invalid", BAD_REQUEST, "The idempotency key is not valid";
    /// An id in the path has the wrong shape.
    IdInvalid = "id_invalid", BAD_REQUEST, "The id is not valid";
    /// The body broke off, or was not sent as HTTP says.
    BodyUnreadable = "body_unreadable", BAD_REQUEST, "The body could not be read";
    /// An acquirer's callback whose signature holds cannot be read.
    CallbackUnreadable = "callback_unreadable", BAD_REQUEST, "The callback cannot be read";
    /// No API key was sent.
    ApiKeyMissing = "api_key_missing", UNAUTHORIZED, "The API key is missing";
    /// The API key opens nothing.
    ApiKeyInvalid = "api_key_invalid", UNAUTHORIZED, "The API key is not valid";
    /// A callback that its acquirer did not sign, or signed too long ago.
    CallbackForged = "callback_forged", UNAUTHORIZED, "The callback's signature does not hold";
    /// Name or password is wrong.
    CredentialsWrong = "credentials_wrong", UNAUTHORIZED, "The name or the password is wrong";
    /// A code of an authenticator is wrong, used, or given too often.
    CodeWrong = "code_wrong", UNAUTHORIZED, "The code is wrong or was used before";
    /// What says that it comes from Telegram does not, or is too old.
    TelegramForged = "telegram_forged", UNAUTHORIZED, "Telegram did not sign this, or too long ago";
    /// No account is connected to this Telegram.
    TelegramUnknown = "telegram_unknown", UNAUTHORIZED, "No account is connected to this Telegram account";
    /// The bank or antifraud refused the payment.
    PaymentDeclined = "payment_declined", PAYMENT_REQUIRED, "The payment was declined";
    /// The bank refused to take or release reserved money.
    BankRefused = "bank_refused", PAYMENT_REQUIRED, "The bank refused";
    /// A form was not sent from our page in this browser.
    FormForged = "form_forged", FORBIDDEN, "The form is not from this browser";
    /// The member may not do this for the merchant.
    RightMissing = "right_missing", FORBIDDEN, "The right is missing";
    /// The merchant may not ask for money now: its trial is over, or it is not live, suspended or closed.
    ShopClosed = "shop_closed", FORBIDDEN, "The shop takes no payments now";
    /// The shop's key did not sign this order, or somebody changed it.
    OrderForged = "order_forged", FORBIDDEN, "The order's signature does not hold";
    /// An order of a shop's site that may no longer be begun.
    OrderLate = "order_late", GONE, "The order may no longer be begun";
    /// Nothing stands at this path.
    RouteNotFound = "route_not_found", NOT_FOUND, "There is nothing at this address";
    /// No such merchant or member, for this person.
    MemberNotFound = "member_not_found", NOT_FOUND, "There is no such member";
    /// No such API key of this merchant.
    KeyNotFound = "key_not_found", NOT_FOUND, "There is no such API key";
    /// No such shop of this person.
    ShopNotFound = "shop_not_found", NOT_FOUND, "There is no such shop";
    /// No such payment in this world.
    PaymentNotFound = "payment_not_found", NOT_FOUND, "There is no such payment";
    /// No acquirer with this name sends callbacks here.
    AcquirerNotFound = "acquirer_not_found", NOT_FOUND, "There is no such acquirer";
    /// A callback about nothing that this install asked for.
    NoticeNotOurs = "notice_not_ours", NOT_FOUND, "The callback is about nothing of ours";
    /// No such refund in this world.
    RefundNotFound = "refund_not_found", NOT_FOUND, "There is no such refund";
    /// No such saved card of this merchant, mode and customer.
    CardNotFound = "card_not_found", NOT_FOUND, "There is no such saved card";
    /// No such bill in this world.
    BillNotFound = "bill_not_found", NOT_FOUND, "There is no such bill";
    /// No such mandate in this world.
    MandateNotFound = "mandate_not_found", NOT_FOUND, "There is no such mandate";
    /// No such dispute in this world.
    DisputeNotFound = "dispute_not_found", NOT_FOUND, "There is no such dispute";
    /// No such event in this world.
    EventNotFound = "event_not_found", NOT_FOUND, "There is no such event";
    /// No such webhook endpoint in this world.
    EndpointNotFound = "endpoint_not_found", NOT_FOUND, "There is no such webhook endpoint";
    /// No such delivery to this endpoint.
    DeliveryNotFound = "delivery_not_found", NOT_FOUND, "There is no such delivery";
    /// The link is unknown, used or too old.
    LinkInvalid = "link_invalid", NOT_FOUND, "The link has expired or was already used";
    /// The path knows other methods.
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED, "The method is not allowed here";
    /// The body did not come in time.
    BodyTimeout = "body_timeout", REQUEST_TIMEOUT, "The body did not come in time";
    /// The first request with this key has not ended.
    IdempotencyKeyInUse = "idempotency_key_in_use", CONFLICT, "The idempotency key is in use";
    /// The order number belongs to another payment.
    OrderRefTaken = "order_ref_taken", CONFLICT, "The order number is taken";
    /// The refund number belongs to another refund.
    RefundRefTaken = "refund_ref_taken", CONFLICT, "The refund number is taken";
    /// From where the shop stands on its way this cannot follow.
    ShopStateConflict = "shop_state_conflict", CONFLICT, "The shop is at another stage";
    /// The payment's status does not allow it.
    PaymentStateConflict = "payment_state_conflict", CONFLICT, "The payment's status does not allow it";
    /// The bill was paid or refused, or its time is over.
    BillStateConflict = "bill_state_conflict", CONFLICT, "The bill's state does not allow it";
    /// The dispute was answered or decided.
    DisputeStateConflict = "dispute_state_conflict", CONFLICT, "The dispute's status does not allow it";
    /// An earlier recovery of the endpoint is not finished.
    RecoveryRunning = "recovery_running", CONFLICT, "An earlier recovery of this endpoint is not finished";
    /// An earlier message to the bank has no outcome yet.
    OperationInProgress = "operation_in_progress", CONFLICT, "Another operation is under way";
    /// The outcome of the message is known.
    OperationNotOpen = "operation_not_open", CONFLICT, "The outcome is known";
    /// An earlier charge under the mandate has no outcome yet.
    MandateBusy = "mandate_busy", CONFLICT, "A payment under the mandate is under way";
    /// Somebody else may have the customer's card: staff look into it.
    CustomerFrozen = "customer_frozen", CONFLICT, "The customer is frozen";
    /// The review was decided.
    ReviewNotOpen = "review_not_open", CONFLICT, "The review is not open";
    /// The merchant has as many endpoints as are allowed.
    EndpointLimitReached = "endpoint_limit_reached", CONFLICT, "There are too many webhook endpoints";
    /// The Telegram identity belongs to another account.
    TelegramTaken = "telegram_taken", CONFLICT, "This Telegram account is connected to another account";
    /// The account has another Telegram identity.
    AccountBound = "account_bound", CONFLICT, "The account is connected to another Telegram account";
    /// Without Telegram nothing would be left to log in with.
    LastWayIn = "last_way_in", CONFLICT, "Nothing would be left to log in with";
    /// The merchant's last member who keeps the members.
    LastKeeper = "last_keeper", CONFLICT, "Somebody has to keep the members";
    /// The e-mail has to be confirmed first.
    EmailUnconfirmed = "email_unconfirmed", CONFLICT, "The e-mail is not confirmed";
    /// The shop takes no payments in this currency.
    CurrencyNotAccepted = "currency_not_accepted", UNPROCESSABLE_ENTITY, "The currency is not accepted";
    /// The shop does not offer to pay with this.
    MethodNotOffered = "method_not_offered", UNPROCESSABLE_ENTITY, "The way to pay is not offered";
    /// The body is larger than allowed.
    BodyTooLarge = "body_too_large", PAYLOAD_TOO_LARGE, "The body is too large";
    /// The body is of another type than expected.
    ContentTypeUnsupported = "content_type_unsupported", UNSUPPORTED_MEDIA_TYPE, "The content type is not supported";
    /// A field that must be there is not.
    FieldMissing = "field_missing", UNPROCESSABLE_ENTITY, "A field is missing";
    /// A field has the wrong type, an illegal value, or no meaning here.
    FieldInvalid = "field_invalid", UNPROCESSABLE_ENTITY, "A field is not valid";
    /// A dispute is contested without any evidence.
    EvidenceMissing = "evidence_missing", UNPROCESSABLE_ENTITY, "There is no evidence";
    /// A parameter of the query is unknown, doubled or illegal.
    QueryInvalid = "query_invalid", UNPROCESSABLE_ENTITY, "A query parameter is not valid";
    /// The key was used for another request.
    IdempotencyKeyReused = "idempotency_key_reused", UNPROCESSABLE_ENTITY, "The idempotency key was used before";
    /// More than there is to capture or refund.
    AmountTooLarge = "amount_too_large", UNPROCESSABLE_ENTITY, "The amount is too large";
    /// The merchant said that this customer saves no cards, or staff froze the customer.
    CustomerDenied = "customer_denied", UNPROCESSABLE_ENTITY, "The customer may not save cards";
    /// The mandate is over or has not begun.
    MandateNotActive = "mandate_not_active", UNPROCESSABLE_ENTITY, "The mandate is not active";
    /// The mandate is for another currency.
    MandateCurrency = "mandate_currency", UNPROCESSABLE_ENTITY, "The mandate is for another currency";
    /// Less or more than the buyer agreed to.
    MandateAmount = "mandate_amount", UNPROCESSABLE_ENTITY, "The amount is outside the mandate";
    /// The period since the last successful payment is not over.
    MandateTooSoon = "mandate_too_soon", UNPROCESSABLE_ENTITY, "The mandate does not allow a payment yet";
    /// Too many requests.
    RateLimited = "rate_limited", TOO_MANY_REQUESTS, "Too many requests";
    /// A fault of ours.
    InternalError = "internal_error", INTERNAL_SERVER_ERROR, "Something failed on our side";
    /// Cut short by a fault; the same request with the same key tells what became of it.
    Interrupted = "interrupted", SERVICE_UNAVAILABLE, "The work was interrupted";
    /// Not now. With an idempotency key the same request may be sent again safely.
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "The service is not available now";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_snake_case_and_means_one_thing() {
        let mut seen = std::collections::HashSet::new();
        for code in Code::ALL {
            assert!(code.as_str().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'));
            assert!(seen.insert(code.as_str()), "{} twice", code.as_str());
            assert!(code.status().as_u16() >= 400);
        }
    }
}
