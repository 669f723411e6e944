//! Looking at payments.

use crate::clock::Timestamp;
use crate::document::PaymentDocument;
use crate::event::Event;
use crate::id::{AccountId, CaseId, EventId, MerchantId, PaymentId, Reference};
use crate::merchant::Scope;
use crate::payment::attempt::Attempt;
use crate::payment::error::PaymentError;
use crate::payment::operation::Operation;
use crate::payment::published::{document_of, staff_event};
use crate::payment::service::in_scope;
use crate::payment::status::Status;
use crate::payment::{Payment, Payments};
use crate::refund::Refund;
use crate::store::{
    StoreError, attempt as attempt_rows, event as events, merchant as merchants, operation as operation_rows,
    payment as rows, refund as refunds, review as reviews,
};

/// Part of a list, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// The entries.
    pub items: Vec<T>,
    /// Whether older ones follow.
    pub has_more: bool,
}

impl<T> Page<T> {
    /// A page from one row more than fits: the extra row says that more follow.
    pub(crate) fn cut(mut items: Vec<T>, limit: u64) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let has_more = items.len() > limit;
        items.truncate(limit);
        Self { items, has_more }
    }

    pub(crate) fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(f).collect(), has_more: self.has_more }
    }
}

/// What a buyer's list is narrowed to. All that is given has to fit.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// Where they stand.
    pub status: Option<Status>,
    /// The shop.
    pub shop: Option<MerchantId>,
    /// Part of the description, the order number or the reference, in any case.
    pub text: Option<String>,
    /// Not made before.
    pub from: Option<Timestamp>,
    /// Made before.
    pub until: Option<Timestamp>,
}

/// All that is known of a payment, for staff and its buyer.
#[derive(Debug, Clone)]
pub struct PaymentDetails {
    /// The payment.
    pub payment: Payment,
    /// The shop's name.
    pub shop: String,
    /// Its attempts, first one first.
    pub attempts: Vec<Attempt>,
    /// Its messages to the bank, oldest first.
    pub operations: Vec<Operation>,
    /// Its refunds, oldest first.
    pub refunds: Vec<Refund>,
    /// What happened, in order.
    pub timeline: Vec<TimelineEntry>,
}

/// One thing that happened to a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineEntry {
    /// Its event.
    pub event: EventId,
    /// What.
    pub kind: crate::event::EventType,
    /// When.
    pub at: Timestamp,
}

impl Payments {
    /// A merchant's payment.
    ///
    /// # Errors
    ///
    /// [`PaymentError::NotFound`] also for other merchants' payments.
    pub async fn get(&self, scope: &Scope, id: PaymentId) -> Result<PaymentDocument, PaymentError> {
        let payment = rows::by_id(self.store.reader(), id).await?;
        let payment = payment.filter(|p| in_scope(p, scope)).ok_or(PaymentError::NotFound(id))?;
        let attempts = attempt_rows::of_payment(self.store.reader(), id).await?;
        Ok(document_of(&payment, attempts.last()))
    }

    /// A merchant's payments, newest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn list(
        &self,
        scope: &Scope,
        status: Option<Status>,
        order_ref: Option<String>,
        before: Option<PaymentId>,
        limit: u64,
    ) -> Result<Page<PaymentDocument>, StoreError> {
        // No order number has a NUL, and PostgreSQL refuses the question.
        if order_ref.as_ref().is_some_and(|text| text.contains('\0')) {
            return Ok(Page { items: Vec::new(), has_more: false });
        }
        let scope = Some((scope.merchant.id, scope.mode));
        let filter = rows::Filter { scope, status, order_ref, ..rows::Filter::default() };
        self.page(&filter, before, limit).await
    }

    /// The payments of a buyer's account at all merchants, newest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn of_account(
        &self,
        account: AccountId,
        before: Option<PaymentId>,
        limit: u64,
    ) -> Result<Page<PaymentDocument>, StoreError> {
        self.page(&rows::Filter { account: Some(account), ..rows::Filter::default() }, before, limit).await
    }

    /// The payments of a buyer's account that fit a search, newest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn search_of_account(
        &self,
        account: AccountId,
        search: &Search,
        before: Option<PaymentId>,
        limit: u64,
    ) -> Result<Page<PaymentDocument>, StoreError> {
        let Search { status, shop, text, from, until } = search.clone();
        // No text has a NUL, and PostgreSQL refuses the question.
        if text.as_ref().is_some_and(|text| text.contains('\0')) {
            return Ok(Page { items: Vec::new(), has_more: false });
        }
        let filter = rows::Filter {
            account: Some(account),
            status,
            merchant: shop,
            text,
            from,
            until,
            ..rows::Filter::default()
        };
        self.page(&filter, before, limit).await
    }

    /// The shops that a buyer paid or tried to pay, by name.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn shops_of_account(&self, account: AccountId) -> Result<Vec<(MerchantId, String)>, StoreError> {
        let conn = self.store.reader();
        let mut shops = Vec::new();
        for id in rows::shops(conn, account).await? {
            shops.push((id, merchants::name(conn, id).await?));
        }
        shops.sort_by(|one, other| one.1.cmp(&other.1));
        Ok(shops)
    }

    /// Everything about a payment of a buyer's.
    ///
    /// # Errors
    ///
    /// [`PaymentError::NotFound`] also for other people's payments.
    pub async fn details_of_account(&self, account: AccountId, id: PaymentId) -> Result<PaymentDetails, PaymentError> {
        let details = self.details(id).await?;
        let is_theirs = details.payment.account_id == Some(account);
        if is_theirs { Ok(details) } else { Err(PaymentError::NotFound(id)) }
    }

    pub(super) async fn page(
        &self,
        filter: &rows::Filter,
        before: Option<PaymentId>,
        limit: u64,
    ) -> Result<Page<PaymentDocument>, StoreError> {
        let payments = Page::cut(rows::page(self.store.reader(), filter, before, limit + 1).await?, limit);
        let ids: Vec<PaymentId> = payments.items.iter().map(|payment| payment.id).collect();
        let latest = attempt_rows::latest(self.store.reader(), &ids).await?;
        Ok(payments.map(|payment| document_of(&payment, latest.get(&payment.id))))
    }

    /// How many payments an account has.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn count_of_account(&self, account: AccountId) -> Result<u64, StoreError> {
        rows::count(self.store.reader(), &rows::Filter { account: Some(account), ..rows::Filter::default() }).await
    }

    /// Everything about a payment, for staff. Callers show buyers and merchants only their own.
    ///
    /// # Errors
    ///
    /// [`PaymentError::NotFound`].
    pub async fn details(&self, id: PaymentId) -> Result<PaymentDetails, PaymentError> {
        let conn = self.store.reader();
        let payment = rows::by_id(conn, id).await?.ok_or(PaymentError::NotFound(id))?;
        let timeline = events::of_payment(conn, id).await?.into_iter().map(timeline_entry).collect();
        Ok(PaymentDetails {
            shop: merchants::name(conn, payment.merchant_id).await?,
            attempts: attempt_rows::of_payment(conn, id).await?,
            operations: operation_rows::of_payment(conn, &payment).await?,
            refunds: refunds::of_payment(conn, id).await?,
            timeline,
            payment,
        })
    }

    /// Payments that fit what staff typed: an id, a reference, an order number, an e-mail or the
    /// card's last four digits. Newest first, at most ten.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn find(&self, text: &str) -> Result<Vec<Payment>, StoreError> {
        const HITS_MAX: u64 = 10;
        let conn = self.store.reader();
        let text = text.trim();
        if text.contains('\0') {
            return Ok(Vec::new());
        }
        if let Ok(id) = text.parse::<PaymentId>() {
            return Ok(rows::by_id(conn, id).await?.into_iter().collect());
        }
        if let Ok(reference) = text.parse::<Reference>()
            && let Some(payment) = rows::by_reference(conn, reference.as_str()).await?
        {
            return Ok(vec![payment]);
        }
        let filter = if text.contains('@') {
            rows::Filter { email: Some(text.to_lowercase()), ..rows::Filter::default() }
        } else {
            rows::Filter { order_ref: Some(text.to_owned()), ..rows::Filter::default() }
        };
        let found = rows::page(conn, &filter, None, HITS_MAX).await?;
        if found.is_empty() && text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            let cards = rows::Filter { last4: Some(text.to_owned()), ..rows::Filter::default() };
            return rows::page(conn, &cards, None, HITS_MAX).await;
        }
        Ok(found)
    }

    /// How many messages to banks have no outcome yet, and how many payments wait for staff.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn backlog(&self) -> Result<(u64, u64), StoreError> {
        let conn = self.store.reader();
        Ok((operation_rows::count_open(conn).await?, reviews::count_open(conn).await?))
    }

    /// The merchant of a payment as its owner would act on it: for staff.
    ///
    /// # Errors
    ///
    /// [`PaymentError::NotFound`].
    pub async fn scope_of(&self, id: PaymentId) -> Result<Scope, PaymentError> {
        let payment = rows::by_id(self.store.reader(), id).await?.ok_or(PaymentError::NotFound(id))?;
        let merchant = merchants::by_id(self.store.reader(), payment.merchant_id).await?;
        Ok(Scope { merchant: merchant.ok_or(PaymentError::NotFound(id))?, mode: payment.mode, key_id: None })
    }

    /// A buyer says that a payment is not theirs. Opens a case and tells staff, once. `None` when
    /// there is a case already.
    ///
    /// # Errors
    ///
    /// [`PaymentError::NotFound`] when the payment is not this account's.
    pub async fn not_me(&self, account: AccountId, id: PaymentId) -> Result<Option<CaseId>, PaymentError> {
        let now = self.now();
        self.store
            .write(async |tx| {
                let payment = rows::lock(tx, id).await?.filter(|payment| payment.account_id == Some(account));
                let mut payment = payment.ok_or(PaymentError::NotFound(id))?;
                let Some(case) = reviews::open_case(tx, id, account, now).await? else { return Ok(None) };
                let shop = merchants::name(tx.conn(), payment.merchant_id).await?;
                let attempts = attempt_rows::of_payment(tx.conn(), id).await?;
                for attempt in &attempts {
                    crate::vault::keep::freeze(tx, attempt, now).await?;
                }
                let facts = [("case", case.to_string())];
                let kind = crate::event::EventType::CaseOpened;
                let mut event = staff_event(kind, &mut payment, attempts.last(), &shop, &facts, now);
                // The buyer gets a record of it, too.
                event.audience.account_id = Some(account);
                event.audience.email.clone_from(&payment.email);
                events::insert(tx, &[event]).await?;
                rows::update(tx, &payment).await?;
                Ok(Some(case))
            })
            .await
    }

    /// A merchant's public event.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn event(&self, scope: &Scope, id: EventId) -> Result<Option<Event>, StoreError> {
        let event = events::by_id(self.store.reader(), id).await?;
        let theirs = |event: &Event| event.merchant_id == Some(scope.merchant.id) && event.mode == scope.mode;
        Ok(event.filter(|event| theirs(event) && event.kind.is_public()))
    }

    /// A merchant's public events, newest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn events(
        &self,
        scope: &Scope,
        kind: Option<crate::event::EventType>,
        before: Option<EventId>,
        limit: u64,
    ) -> Result<Page<Event>, StoreError> {
        let scope: (MerchantId, crate::merchant::Mode) = (scope.merchant.id, scope.mode);
        let rows = events::page(self.store.reader(), scope, kind, before, limit + 1).await?;
        Ok(Page::cut(rows, limit))
    }
}

fn timeline_entry(event: Event) -> TimelineEntry {
    TimelineEntry { event: event.id, kind: event.kind, at: event.created_at }
}
