//! A bank for trying things out: deterministic by card number, with books of its own that tests compare
//! with ours. See [`card::TEST_CARDS`] for what each number does, faults of the link included.
//!
//! Every message carries the caller's reference. A repeated message gets the first answer and moves no
//! money again; the same reference on another message gets no answer. An inquiry that finds nothing
//! spends the reference: a message that was only slow is then declined.

pub mod card;
pub mod entry;
pub mod issuer;
pub mod journal;

mod books;
mod desk;
mod dispute;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use aviso_core::clock::{Clock, SystemClock};
use aviso_core::id::OperationId;
use aviso_core::payment::decline::DeclineCode;
use aviso_core::port::{
    Acquirer, AcquirerAnswer, AuthorizeRequest, DisputeReply, FollowUpRequest, Initiator, Inquiry, InquiryRequest,
    Instrument, LinkError, Notice,
};

use books::Shown;
use card::{Conduct, Link, Script, TestCard};
use desk::{Desk, Heard};
use dispute::DisputeDesk;
use entry::{Authorization, BookEntry, Message};
use journal::JournalError;

/// The bank.
#[derive(Debug)]
pub struct SandboxBank {
    name: String,
    has_faults: bool,
    desk: Mutex<Desk>,
    disputes: Mutex<DisputeDesk>,
    clock: Arc<dyn Clock>,
    timeout: Duration,
}

/// Settings of a [`SandboxBank`].
#[derive(Debug)]
pub struct Builder {
    name: String,
    has_faults: bool,
    clock: Arc<dyn Clock>,
    timeout: Duration,
    journal: Option<PathBuf>,
}

impl Builder {
    /// Its name among the acquirers; `sandbox` if not set.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Its link is sound and nothing fails inside: cards that play such faults are approved, as another bank
    /// would while the first one is down. Declines stay what they are.
    #[must_use]
    pub fn without_faults(mut self) -> Self {
        self.has_faults = false;
        self
    }

    /// Where the times in the books come from; the machine's clock if not set.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// How long a caller waits for an answer that is lost; two seconds if not set.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Keeps the books in this file, so that they outlive the process. In memory if not set.
    #[must_use]
    pub fn journal(mut self, path: impl Into<PathBuf>) -> Self {
        self.journal = Some(path.into());
        self
    }

    /// Opens the bank.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when the file of the books cannot be read. Without a file it cannot fail.
    pub fn build(self) -> Result<SandboxBank, JournalError> {
        let desk = Desk::open(self.journal.as_deref())?;
        Ok(SandboxBank {
            name: self.name,
            has_faults: self.has_faults,
            desk: Mutex::new(desk),
            disputes: Mutex::default(),
            clock: self.clock,
            timeout: self.timeout,
        })
    }
}

impl SandboxBank {
    /// A bank with settings.
    #[must_use]
    pub fn builder() -> Builder {
        Builder {
            name: "sandbox".to_owned(),
            has_faults: true,
            clock: Arc::new(SystemClock),
            timeout: Duration::from_secs(2),
            journal: None,
        }
    }

    /// Everything that reached the bank, oldest first.
    #[must_use]
    pub fn book(&self) -> Vec<BookEntry> {
        self.desk().entries()
    }

    /// All money that was ever reserved and what became of it, ordered by the bank's reference.
    #[must_use]
    pub fn authorizations(&self) -> Vec<Authorization> {
        self.desk().authorizations()
    }

    /// What the bank has to say by itself: the disputes of buyers. Said again until it is acknowledged.
    #[must_use]
    pub fn notices(&self) -> Vec<Notice> {
        let disputable = self.desk().disputable();
        self.dispute_desk().notices(&disputable, self.clock.now())
    }

    /// A notice was heard: it is not said again by this process.
    pub fn acknowledge(&self, notice: &str) {
        self.dispute_desk().acknowledge(notice);
    }

    fn dispute_desk(&self) -> MutexGuard<'_, DisputeDesk> {
        self.disputes.lock().expect("nothing panics while it holds the disputes")
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().expect("nothing panics while it holds the books")
    }

    async fn follow_up(
        &self,
        request: &FollowUpRequest,
        message: Message,
        conduct: fn(Script) -> Conduct,
    ) -> Result<AcquirerAnswer, LinkError> {
        let conduct = conduct(self.desk().script(acquirer_ref(request)));
        self.exchange(request.message.operation, message, conduct, Shown::default()).await
    }

    /// Carries a message over the link and the answer back.
    async fn exchange(
        &self,
        operation: OperationId,
        message: Message,
        conduct: Conduct,
        shown: Shown,
    ) -> Result<AcquirerAnswer, LinkError> {
        let conduct = if self.has_faults { conduct } else { conduct.without_faults() };
        match conduct.link {
            Link::Down => return Err(LinkError::NotSent("the connection was refused".to_owned())),
            Link::LosesRequest => return self.wait_in_vain().await,
            Link::Sound | Link::LosesAnswer => {}
        }
        let terms = books::Terms { conduct, shown };
        let heard = self.desk().hear(operation, message, terms, self.clock.now())?;
        match (heard, conduct.link) {
            // The fault strikes once: who asks again with the same reference hears the recorded answer.
            (Heard::First(_), Link::LosesAnswer) => self.wait_in_vain().await,
            (Heard::First(answer), Link::Sound | Link::Down | Link::LosesRequest) | (Heard::Again(answer), _) => {
                Ok(answer)
            }
        }
    }

    async fn wait_in_vain(&self) -> Result<AcquirerAnswer, LinkError> {
        tokio::time::sleep(self.timeout).await;
        Err(LinkError::Unknown(format!("no answer within {} ms", self.timeout.as_millis())))
    }
}

#[async_trait]
impl Acquirer for SandboxBank {
    fn name(&self) -> &str {
        &self.name
    }

    async fn authorize(&self, request: AuthorizeRequest<'_>) -> Result<AcquirerAnswer, LinkError> {
        let Instrument::Card { card, cvc, authentication, initiator } = request.instrument else {
            return Ok(AcquirerAnswer::declined(DeclineCode::TransactionNotPermitted));
        };
        let test_card = TestCard::with_number(card.number().expose());
        let face = card.face();
        let message = Message::Authorize {
            payment: request.payment,
            amount: request.amount,
            capture: request.capture,
            first6: face.first6,
            last4: face.last4,
            test_card: test_card.map(|card| card.name.to_owned()),
            eci: authentication.and_then(|found| found.eci.clone()),
        };
        let conduct = test_card.map_or(Script::SOUND, |card| card.script).authorize;
        let shown = Shown {
            cvc: cvc.is_some(),
            authenticated: authentication.is_some_and(|found| found.status.shifts_liability()),
            by_merchant: initiator == Initiator::Merchant,
        };
        self.exchange(request.message.operation, message, conduct, shown).await
    }

    async fn capture(&self, request: &FollowUpRequest) -> Result<AcquirerAnswer, LinkError> {
        let message = Message::Capture { acquirer_ref: acquirer_ref(request).to_owned(), amount: request.amount };
        self.follow_up(request, message, |script| script.capture).await
    }

    async fn void(&self, request: &FollowUpRequest) -> Result<AcquirerAnswer, LinkError> {
        let message = Message::Void { acquirer_ref: acquirer_ref(request).to_owned(), amount: request.amount };
        self.follow_up(request, message, |script| script.void).await
    }

    async fn refund(&self, request: &FollowUpRequest) -> Result<AcquirerAnswer, LinkError> {
        let message = Message::Refund { acquirer_ref: acquirer_ref(request).to_owned(), amount: request.amount };
        self.follow_up(request, message, |script| script.refund).await
    }

    /// Money that was taken at once is not reserved any more: it can only be given back.
    async fn reverse(&self, request: &FollowUpRequest) -> Result<AcquirerAnswer, LinkError> {
        if request.original.took_money { self.refund(request).await } else { self.void(request).await }
    }

    async fn reply_to_dispute(&self, dispute_ref: &str, reply: DisputeReply<'_>) -> Result<(), LinkError> {
        self.dispute_desk().hear(dispute_ref, reply);
        Ok(())
    }

    async fn inquire(&self, request: &InquiryRequest) -> Result<Inquiry, LinkError> {
        self.desk().inquire(request.message.operation, self.clock.now())
    }
}

fn acquirer_ref(request: &FollowUpRequest) -> &str {
    request.original.acquirer_ref.as_deref().unwrap_or_default()
}

#[cfg(test)]
mod tests;
