//! Looking at payments as their buyer: narrowed lists, refunds, a month's statement, and the look-up for
//! people without an account.

use crate::clock::Timestamp;
use crate::document::PaymentDocument;
use crate::id::{AccountId, PaymentId, Reference, RefundId};
use crate::money::Money;
use crate::named::named;
use crate::payment::read::Page;
use crate::payment::status::Status;
use crate::payment::{Payment, Payments};
use crate::refund::Refund;
use crate::secret::Secret;
use crate::store::{
    StoreError, attempt as attempt_rows, merchant as merchants, payment as rows, refund as refund_rows,
};

/// Hits of a search at most.
const HITS_MAX: u64 = 8;
/// Texts to search for at most.
const SEARCH_CHARS_MAX: usize = 100;

named! {
    /// Which of their payments a buyer looks at.
    #[derive(Default)]
    pub enum Narrowed {

        /// All.
        #[default]
        All = "all",
        /// Money was taken.
        Paid = "paid",
        /// Something is still to happen: at the bank, at the shop, with the buyer.
        Open = "open",
        /// It was not made.
        Declined = "declined",
        /// Money went back.
        Refunded = "refunded",
    }
}

/// A refund as its buyer sees it.
#[derive(Debug, Clone)]
pub struct BuyerRefund {
    /// The refund.
    pub refund: Refund,
    /// The payment that it is of.
    pub payment: Payment,
    /// The shop's name.
    pub shop: String,
}

/// A line of a statement.
#[derive(Debug, Clone)]
pub struct StatementLine {
    /// The payment.
    pub payment: Payment,
    /// The shop's name.
    pub shop: String,
    /// The last four digits of the card that was tried last, or the wallet's name.
    pub paid_with: Option<String>,
}

/// What somebody without an account knows of their payment.
#[derive(Debug)]
pub struct LookUp {
    /// Its reference.
    pub reference: Reference,
    /// The amount as they write it, without a currency.
    pub amount: String,
    /// The card's last four digits, or the e-mail that was given to the shop.
    pub proof: Secret,
}

/// What they are told: state and shop, nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookedUp {
    /// Where the payment stands.
    pub status: Status,
    /// The shop's name.
    pub shop: String,
}

impl Payments {
    /// Part of a buyer's payments, newest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn of_account_narrowed(
        &self,
        account: AccountId,
        narrowed: Narrowed,
        before: Option<PaymentId>,
        limit: u64,
    ) -> Result<Page<PaymentDocument>, StoreError> {
        self.page(&of_account(account, narrowed), before, limit).await
    }

    /// How many payments that part has.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn count_narrowed(&self, account: AccountId, narrowed: Narrowed) -> Result<u64, StoreError> {
        rows::count(self.store.reader(), &of_account(account, narrowed)).await
    }

    /// A buyer's payments that fit a text: a reference, an order number, the card's last four digits,
    /// or a part of the shop's name. Newest first, a few.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn find_of_account(&self, account: AccountId, text: &str) -> Result<Vec<PaymentDocument>, StoreError> {
        let text = text.trim();
        if text.is_empty() || text.contains('\0') || text.chars().count() > SEARCH_CHARS_MAX {
            return Ok(Vec::new());
        }
        if let Ok(reference) = text.parse::<Reference>() {
            let found = rows::by_reference(self.store.reader(), reference.as_str()).await?;
            let Some(payment) = found.filter(|payment| payment.account_id == Some(account)) else {
                return Ok(Vec::new());
            };
            let attempts = attempt_rows::of_payment(self.store.reader(), payment.id).await?;
            return Ok(vec![super::document_of(&payment, attempts.last())]);
        }
        let own = || rows::Filter { account: Some(account), ..rows::Filter::default() };
        let orders = self.page(&rows::Filter { order_ref: Some(text.to_owned()), ..own() }, None, HITS_MAX).await?;
        if !orders.items.is_empty() {
            return Ok(orders.items);
        }
        if is_last4(text) {
            let cards = self.page(&rows::Filter { last4: Some(text.to_owned()), ..own() }, None, HITS_MAX).await?;
            if !cards.items.is_empty() {
                return Ok(cards.items);
            }
        }
        let shops = merchants::named_like(self.store.reader(), text).await?;
        if shops.is_empty() {
            return Ok(Vec::new());
        }
        Ok(self.page(&rows::Filter { merchants: shops, ..own() }, None, HITS_MAX).await?.items)
    }

    /// The refunds of a buyer's payments, newest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn refunds_of_account(
        &self,
        account: AccountId,
        before: Option<RefundId>,
        limit: u64,
    ) -> Result<Page<BuyerRefund>, StoreError> {
        let conn = self.store.reader();
        let page = Page::cut(refund_rows::of_account(conn, account, before, limit + 1).await?, limit);
        let mut items = Vec::with_capacity(page.items.len());
        for refund in page.items {
            let Some(payment) = rows::by_id(conn, refund.payment_id).await? else { continue };
            let shop = merchants::name(conn, payment.merchant_id).await?;
            items.push(BuyerRefund { refund, payment, shop });
        }
        Ok(Page { items, has_more: page.has_more })
    }

    /// A buyer's payments made from one moment until before another, oldest first, at most so many.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn statement(
        &self,
        account: AccountId,
        from: Timestamp,
        until: Timestamp,
        limit: u64,
    ) -> Result<Page<StatementLine>, StoreError> {
        let conn = self.store.reader();
        let page = Page::cut(rows::between(conn, account, from, until, limit + 1).await?, limit);
        let mut items = Vec::with_capacity(page.items.len());
        for payment in page.items {
            let shop = merchants::name(conn, payment.merchant_id).await?;
            let attempts = attempt_rows::of_payment(conn, payment.id).await?;
            let paid_with = attempts.last().map(|attempt| attempt.method.label().to_owned());
            items.push(StatementLine { payment, shop, paid_with });
        }
        Ok(Page { items, has_more: page.has_more })
    }

    /// Tells somebody without an account where their payment stands. `None` for everything that does
    /// not fit, whatever it was. Callers limit how often anybody may ask.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn look_up(&self, asked: &LookUp) -> Result<Option<LookedUp>, StoreError> {
        let conn = self.store.reader();
        let Some(payment) = rows::by_reference(conn, asked.reference.as_str()).await? else { return Ok(None) };
        let attempts = attempt_rows::of_payment(conn, payment.id).await?;
        let amount = Money::parse(&asked.amount, payment.currency()).is_ok_and(|amount| amount == payment.amount);
        let email = payment.email.as_ref().is_some_and(|email| Secret::new(email.as_str()).matches(&asked.lowered()));
        let mut faces = attempts.iter().filter_map(|attempt| attempt.method.face());
        let card = faces.any(|face| asked.proof.matches(&face.last4));
        if !(amount && (email || card)) {
            return Ok(None);
        }
        let shop = merchants::name(conn, payment.merchant_id).await?;
        Ok(Some(LookedUp { status: payment.status(), shop }))
    }
}

impl LookUp {
    fn lowered(&self) -> String {
        self.proof.expose().trim().to_lowercase()
    }
}

fn of_account(account: AccountId, narrowed: Narrowed) -> rows::Filter {
    rows::Filter { account: Some(account), part: narrowed, ..rows::Filter::default() }
}

fn is_last4(text: &str) -> bool {
    text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit())
}
