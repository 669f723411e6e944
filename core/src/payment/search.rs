//! Looking for payments as their merchant does.

use std::time::Duration;

use tokio::sync::watch;

use crate::clock::Timestamp;
use crate::document::PaymentDocument;
use crate::id::PaymentId;
use crate::merchant::Scope;
use crate::money::Currency;
use crate::payment::status::Status;
use crate::payment::{Page, Payments};
use crate::store::{StoreError, Work, payment as rows};

/// What a payment was tried with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MethodKind {
    /// A card.
    Card,
    /// A wallet.
    Wallet,
}

impl MethodKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Card, Self::Wallet];

    /// The name in addresses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Wallet => "wallet",
        }
    }

    /// The one with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// What a merchant's list is narrowed to. All that is given has to fit.
#[derive(Debug, Clone, Default)]
pub struct ShopSearch {
    /// Where they stand.
    pub status: Option<Status>,
    /// Part of the description, the order number or the reference, in any case.
    pub text: Option<String>,
    /// The order number, whole.
    pub order_ref: Option<String>,
    /// The buyer's e-mail, in lower case.
    pub email: Option<String>,
    /// The last four digits of a card that was tried.
    pub last4: Option<String>,
    /// What was tried.
    pub method: Option<MethodKind>,
    /// The currency.
    pub currency: Option<Currency>,
    /// Not less, minor units.
    pub amount_min: Option<i64>,
    /// Not more, minor units.
    pub amount_max: Option<i64>,
    /// Not made before.
    pub from: Option<Timestamp>,
    /// Made before.
    pub until: Option<Timestamp>,
}

impl Payments {
    /// A merchant's payments that fit a search, newest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn search_of_merchant(
        &self,
        scope: &Scope,
        search: &ShopSearch,
        before: Option<PaymentId>,
        limit: u64,
    ) -> Result<Page<PaymentDocument>, StoreError> {
        let ShopSearch { status, text, order_ref, email, last4, method, currency, amount_min, amount_max, from, until } =
            search.clone();
        // No text of ours has a NUL, and PostgreSQL refuses the question.
        let texts = [&text, &order_ref, &email, &last4];
        if texts.into_iter().flatten().any(|text| text.contains('\0')) {
            return Ok(Page { items: Vec::new(), has_more: false });
        }
        let filter = rows::Filter {
            scope: Some((scope.merchant.id, scope.mode)),
            status,
            text,
            order_ref,
            email,
            last4,
            method,
            currency,
            amount_min,
            amount_max,
            from,
            until,
            ..rows::Filter::default()
        };
        self.page(&filter, before, limit).await
    }
}

/// Says when events were written, so that nobody has to ask all the time.
#[derive(Debug)]
pub struct News(watch::Receiver<u64>);

impl News {
    /// Until events were written in this process, or so long: other processes write, too.
    pub async fn wait(&mut self, at_most: Duration) {
        // An error is a store that closes: the time runs out then.
        let _ = tokio::time::timeout(at_most, self.0.changed()).await;
    }
}

impl Payments {
    /// What says when events were written from now on.
    #[must_use]
    pub fn news(&self) -> News {
        let mut written = self.store.work(Work::Events);
        written.mark_unchanged();
        News(written)
    }
}
