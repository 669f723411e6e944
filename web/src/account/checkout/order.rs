//! What is to be paid, and by whom: the same for a payment and for a bill without one.

use aviso_core::bill::OpenBill;
use aviso_core::document::PaymentDocument;
use aviso_core::language::Language;
use aviso_core::merchant::{Mode, Scope};
use aviso_core::money::Money;
use aviso_core::payment::checkout::{Checkout, Offer};
use aviso_core::payment::{Confirmation, document_of};
use aviso_core::vault::VaultSettings;
use aviso_core::vault::card::SavedCard;
use axum::http::{HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};

use super::super::cookie;
use super::super::visitor::Visitor;
use super::super::words::{self, Words};
use crate::problem::{self, Problem};
use crate::state::WebState;

/// What is to be paid, and by whom.
pub(super) struct Order {
    pub(super) scope: Scope,
    pub(super) amount: Money,
    pub(super) description: Option<String>,
    pub(super) order_ref: String,
    /// What the shop wants the buyer to come back to.
    pub(super) back: Option<String>,
    /// The page's own path.
    pub(super) path: String,
    /// Attempts that the page knows of.
    pub(super) attempts: i32,
    pub(super) offer: Offer,
    /// The cards that the visitor left with the shop.
    pub(super) cards: Vec<SavedCard>,
    /// The account that is logged in.
    pub(super) account: Option<aviso_core::id::AccountId>,
    pub(super) words: Words,
    /// Whether the address says the language, so that it goes along.
    pub(super) asked: bool,
    /// Whether the buyer just sent the form: then the way to the issuer is taken without another click.
    pub(super) goes: bool,
    pub(super) form_token: String,
    /// The bill in the chat with the bot.
    pub(super) chat: Option<String>,
}

/// What the buyer chose to pay with.
pub(super) struct Chosen {
    pub(super) confirmation: Confirmation,
    /// Attempts that the form knew of.
    pub(super) form: u32,
    /// The saved card, when it is one.
    pub(super) saved: Option<String>,
}

impl Order {
    pub(super) async fn of_payment(
        web: &WebState,
        checkout: &Checkout,
        visitor: &Visitor,
        uri: &Uri,
    ) -> Result<Self, Problem> {
        let payment = &checkout.payment;
        let back = payment.return_url.as_ref().map(|url| with_id(url.as_str(), &payment.id.to_string()));
        let path = format!("/pay/{}", web.payments.checkout_secret(payment.id).expose());
        let seen = Seen { visitor, uri, language: payment.language };
        let order = Self::new(web, &checkout.scope, payment.amount, seen).await?;
        Ok(Self {
            description: payment.description.clone(),
            order_ref: payment.order_ref.clone(),
            back,
            path,
            attempts: payment.attempts,
            chat: payment
                .bill
                .and_then(|bill| web.config.bot_link.deep(&format!("b_{}", web.bills.secret(bill).expose()))),
            ..order
        })
    }

    pub(super) async fn of_bill(
        web: &WebState,
        open: &OpenBill,
        visitor: &Visitor,
        uri: &Uri,
    ) -> Result<Self, Problem> {
        let bill = &open.bill;
        let seen = Seen { visitor, uri, language: bill.language };
        let order = Self::new(web, &open.scope, bill.amount, seen).await?;
        Ok(Self {
            description: bill.description.as_ref().map(|text| text.as_str().to_owned()),
            order_ref: bill.order_ref.as_str().to_owned(),
            back: bill.return_url.as_ref().map(|url| url.as_str().to_owned()),
            path: format!("/pay/b/{}", web.bills.secret(bill.id).expose()),
            chat: web.config.bot_link.deep(&format!("b_{}", web.bills.secret(bill.id).expose())),
            ..order
        })
    }

    async fn new(web: &WebState, scope: &Scope, amount: Money, seen: Seen<'_>) -> Result<Self, Problem> {
        let account = seen.visitor.login.as_ref().map(|(_, account)| account.id);
        let cards = match account {
            Some(account) => web.payments.vault(VaultSettings::default()).usable_cards(account, scope).await?,
            None => Vec::new(),
        };
        Ok(Self {
            scope: scope.clone(),
            amount,
            description: None,
            order_ref: String::new(),
            back: None,
            path: String::new(),
            attempts: 0,
            offer: web.payments.offer(scope, amount.currency()).await?,
            cards,
            account,
            words: Words(seen.reads()),
            asked: words::asked(seen.uri).is_some(),
            goes: seen.uri.query().is_some_and(|query| query.split('&').any(|part| part == "go=1")),
            form_token: seen.visitor.form_token.clone(),
            chat: None,
        })
    }

    pub(super) fn is_test(&self) -> bool {
        self.scope.mode == Mode::Test
    }

    pub(super) fn shop(&self) -> &str {
        &self.scope.merchant.name
    }

    /// The amount as the buyer writes it.
    pub(super) fn sum(&self) -> String {
        self.amount.format(self.words.0)
    }

    /// What goes behind a path, so that the language that was chosen stays.
    pub(super) fn query(&self) -> String {
        if self.asked { format!("?lang={}", self.words.0.code()) } else { String::new() }
    }

    /// Sends the browser to a page with GET, so that reloading it pays nothing.
    pub(super) fn onward(&self, path: &str) -> Response {
        let language = if self.asked { format!("&lang={}", self.words.0.code()) } else { String::new() };
        see(&format!("{path}?go=1{language}"))
    }
}

/// Sends the browser to a page of ours.
pub(super) fn see(path: &str) -> Response {
    let path = HeaderValue::from_str(path).expect("secrets and languages are plain ASCII");
    (problem::SEE_OTHER, [(header::LOCATION, path)]).into_response()
}

/// Who looks, and what the merchant said about the language.
struct Seen<'a> {
    visitor: &'a Visitor,
    uri: &'a Uri,
    language: Option<Language>,
}

impl Seen<'_> {
    /// The language: what the address asks for, the account's, what the browser chose before, what the
    /// merchant said, what the browser wants.
    fn reads(&self) -> Language {
        let Self { visitor, uri, language } = self;
        let account = visitor.login.as_ref().map(|(_, account)| account.language);
        let chosen = || cookie::get_from_any(&visitor.headers, cookie::LANGUAGE);
        words::asked(uri)
            .or(account)
            .or_else(|| chosen().and_then(|code| Language::from_code(code.expose())))
            .or(*language)
            .unwrap_or(visitor.language)
    }
}

/// The shop's address with the payment's id: what became of it is for the API and webhooks to say.
fn with_id(url: &str, payment: &str) -> String {
    let Ok(mut url) = url::Url::parse(url) else { return url.to_owned() };
    url.query_pairs_mut().append_pair("payment", payment);
    url.into()
}

/// A payment as its merchant would see it, for what the page shows of it.
pub(super) fn document(checkout: &Checkout) -> PaymentDocument {
    document_of(&checkout.payment, checkout.latest.as_ref())
}
