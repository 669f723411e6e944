//! An e-money wallet for trying things out: the buyer approves or declines at its page, and the wallet
//! tells the outcome by a signed callback. Its books are its own, so tests compare them with ours.
//!
//! The page is served elsewhere; what it shows and does is here.

pub mod sign;

mod books;
mod callback;
mod entry;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aviso_core::clock::{Clock, SystemClock, Timestamp};
use aviso_core::id::OperationId;
use aviso_core::money::Money;
use aviso_core::payment::decline::DeclineCode;
use aviso_core::port::{
    Acquirer, AcquirerAnswer, AuthorizeRequest, Callback, CallbackError, FollowUpRequest, Inquiry, InquiryRequest,
    Instrument, LinkError, Notice,
};
use aviso_core::secret::{Secret, random_token};

use self::books::{OrderState, WalletBooks};
pub use self::callback::SignedCallback;
use self::entry::{Entry, FollowUpKind, Opened};
use crate::kept::Kept;
use crate::sandbox::journal::JournalError;

/// The name of the wallet, and of the acquirer behind it.
pub const NAME: &str = "sandbox_wallet";

/// The wallet.
#[derive(Debug)]
pub struct SandboxWallet {
    kept: Kept<WalletBooks>,
    clock: Arc<dyn Clock>,
    page: String,
    secret: Secret,
    expires_after: Duration,
}

/// Settings of a [`SandboxWallet`].
#[derive(Debug)]
pub struct Builder {
    clock: Arc<dyn Clock>,
    page: String,
    secret: Secret,
    expires_after: Duration,
    journal: Option<PathBuf>,
}

impl Builder {
    /// Where the time comes from; the machine's clock if not set.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// How long a page may be used; ten minutes if not set.
    #[must_use]
    pub fn expires_after(mut self, expires_after: Duration) -> Self {
        self.expires_after = expires_after;
        self
    }

    /// Keeps the books in this file, so that they outlive the process. In memory if not set.
    #[must_use]
    pub fn journal(mut self, path: impl Into<PathBuf>) -> Self {
        self.journal = Some(path.into());
        self
    }

    /// Opens the wallet.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when the file of the books cannot be read. Without a file it cannot fail.
    pub fn build(self) -> Result<SandboxWallet, JournalError> {
        let kept = Kept::open(self.journal.as_deref())?;
        let Self { clock, page, secret, expires_after, .. } = self;
        Ok(SandboxWallet { kept, clock, page, secret, expires_after })
    }
}

/// What a buyer sees at the wallet's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderView {
    /// The operation: the merchant's side's reference.
    pub operation: OperationId,
    /// How much.
    pub amount: Money,
    /// Whether the buyer may still decide.
    pub is_open: bool,
    /// Whether it is too late.
    pub is_late: bool,
    /// Where the buyer goes afterwards.
    pub return_url: String,
}

/// What a buyer decides at the wallet's page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// It is paid.
    Approve,
    /// It is not.
    Decline,
}

/// Money that the wallet moved, minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Moved {
    /// Reserved, and not released.
    pub authorized: i64,
    /// Taken.
    pub captured: i64,
    /// Given back.
    pub refunded: i64,
}

impl SandboxWallet {
    /// A wallet whose pages stand under this address, without a slash at its end, and whose callbacks are
    /// signed with this secret.
    #[must_use]
    pub fn builder(page: impl Into<String>, secret: Secret) -> Builder {
        let expires_after = Duration::from_secs(600);
        Builder { clock: Arc::new(SystemClock), page: page.into(), secret, expires_after, journal: None }
    }

    /// What the page with this token shows; `None` when there is none.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when the books cannot be read.
    pub fn look(&self, token: &str) -> Result<Option<OrderView>, JournalError> {
        let now = self.clock.now();
        self.kept.look(|books| books.by_token(token).map(|order| order.view(now)))
    }

    /// The buyer decides at the page with this token. Gives what the page shows then, and the callback to
    /// send when it was decided now.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when the books cannot be written.
    pub fn decide(
        &self,
        token: &str,
        decision: Decision,
    ) -> Result<Option<(OrderView, Option<SignedCallback>)>, JournalError> {
        let now = self.clock.now();
        let mut decided = false;
        let entry = |books: &WalletBooks| {
            decided = books.by_token(token).is_some_and(|order| order.view(now).is_open);
            decided.then(|| Entry::Decided { token: token.to_owned(), decision })
        };
        let order = self.kept.turn(entry, |books| {
            books.by_token(token).map(|order| (order.view(now), callback::of(order, &self.secret, now)))
        })?;
        Ok(order.map(|(view, callback)| (view, callback.filter(|_| decided))))
    }

    /// The callback about an operation, as it would be sent now: for sending it again.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when the books cannot be read.
    pub fn callback(&self, operation: OperationId) -> Result<Option<SignedCallback>, JournalError> {
        let now = self.clock.now();
        self.kept.look(|books| books.order(operation).and_then(|order| callback::of(order, &self.secret, now)))
    }

    /// What became of the money of an operation; `None` when the wallet does not know it.
    #[must_use]
    pub fn moved(&self, operation: OperationId) -> Option<Moved> {
        self.kept.look(|books| books.order(operation).map(|order| order.moved())).ok().flatten()
    }

    fn follow_up(&self, request: &FollowUpRequest, kind: FollowUpKind) -> Result<AcquirerAnswer, LinkError> {
        let (operation, now) = (request.message.operation, self.clock.now());
        let entry = |books: &WalletBooks| books.follow_up(request, kind, now);
        let answer = self.kept.turn(entry, |books| books.answer(operation, &self.page, now))?;
        answer.ok_or_else(|| LinkError::Unknown("the wallet lost its books".to_owned()))
    }
}

#[async_trait]
impl Acquirer for SandboxWallet {
    fn name(&self) -> &str {
        NAME
    }

    fn is_wallet(&self) -> bool {
        true
    }

    async fn authorize(&self, request: AuthorizeRequest<'_>) -> Result<AcquirerAnswer, LinkError> {
        let Instrument::Wallet { return_url, .. } = request.instrument else {
            return Ok(AcquirerAnswer::declined(DeclineCode::TransactionNotPermitted));
        };
        let (operation, now) = (request.message.operation, self.clock.now());
        let opened = Opened {
            operation,
            payment: request.payment,
            amount: request.amount,
            capture: request.capture,
            token: random_token().expose().to_owned(),
            return_url: return_url.to_owned(),
            expires_at: now.after(self.expires_after),
        };
        // The same reference again: nothing is opened, the answer is how things stand.
        let entry = |books: &WalletBooks| (!books.knows(operation)).then_some(Entry::Opened(opened));
        let answer = self.kept.turn(entry, |books| books.answer(operation, &self.page, now))?;
        answer.ok_or_else(|| LinkError::Unknown("the wallet lost its books".to_owned()))
    }

    async fn capture(&self, request: &FollowUpRequest) -> Result<AcquirerAnswer, LinkError> {
        self.follow_up(request, FollowUpKind::Capture)
    }

    async fn void(&self, request: &FollowUpRequest) -> Result<AcquirerAnswer, LinkError> {
        self.follow_up(request, FollowUpKind::Void)
    }

    async fn refund(&self, request: &FollowUpRequest) -> Result<AcquirerAnswer, LinkError> {
        self.follow_up(request, FollowUpKind::Refund)
    }

    async fn reverse(&self, request: &FollowUpRequest) -> Result<AcquirerAnswer, LinkError> {
        self.follow_up(request, FollowUpKind::Reversal)
    }

    async fn inquire(&self, request: &InquiryRequest) -> Result<Inquiry, LinkError> {
        let (operation, now) = (request.message.operation, self.clock.now());
        // What was told not to have arrived must not move money later.
        let spent = |books: &WalletBooks| (!books.knows(operation)).then_some(Entry::NeverArrived { operation });
        let found = self.kept.turn(spent, |books| {
            let answer = books.answer(operation, &self.page, now);
            answer.filter(|_| books.state(operation) != Some(OrderState::NeverArrived))
        })?;
        Ok(found.map_or(Inquiry::NotFound, Inquiry::Found))
    }

    fn read_callback(&self, callback: &Callback, now: Timestamp) -> Result<Notice, CallbackError> {
        callback::read(callback, &self.secret, now)
    }
}

#[cfg(test)]
mod tests;
