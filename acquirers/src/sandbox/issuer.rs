//! The issuers of the sandbox' cards: a 3-D Secure server that decides by card number, and what the
//! page that stands in for an access control server shows and does. The page itself is served elsewhere.
//!
//! `111111` is the right code, three wrong ones fail, and so does *Cancel*.

mod books;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aviso_core::clock::{Clock, SystemClock};
use aviso_core::id::AttemptId;
use aviso_core::money::Money;
use aviso_core::payment::card::Brand;
use aviso_core::port::{AuthenticationAnswer, AuthenticationRequest, Authenticator, LinkError};
use aviso_core::secret::random_token;

use self::books::{Asked, Entry, IssuerBooks};
use super::card::{AtIssuer, TestCard};
use super::journal::JournalError;
use crate::kept::Kept;

/// The code that every buyer of the sandbox gets from the bank.
pub const RIGHT_CODE: &str = "111111";
/// How often a wrong code may be entered.
pub const TRIES_MAX: u8 = 3;

/// The issuers.
#[derive(Debug)]
pub struct SandboxIssuer {
    kept: Kept<IssuerBooks>,
    clock: Arc<dyn Clock>,
    page: String,
    expires_after: Duration,
}

/// Settings of a [`SandboxIssuer`].
#[derive(Debug)]
pub struct Builder {
    clock: Arc<dyn Clock>,
    page: String,
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

    /// Opens the issuers' books.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when the file of the books cannot be read. Without a file it cannot fail.
    pub fn build(self) -> Result<SandboxIssuer, JournalError> {
        let kept = Kept::open(self.journal.as_deref())?;
        Ok(SandboxIssuer { kept, clock: self.clock, page: self.page, expires_after: self.expires_after })
    }
}

/// What a buyer sees at the issuer's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChallengeView {
    /// The shop's name.
    pub shop: String,
    /// How much.
    pub amount: Money,
    /// The card's last four digits.
    pub last4: String,
    /// How many wrong codes may still be entered.
    pub tries_left: u8,
    /// Whether a code may still be entered at all.
    pub is_open: bool,
    /// Whether it is too late.
    pub is_late: bool,
    /// Where the buyer goes afterwards.
    pub return_url: String,
}

/// What a buyer does at the issuer's page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed<'a> {
    /// Enters a code.
    Enter(&'a str),
    /// Gives up.
    Cancel,
}

impl SandboxIssuer {
    /// Issuers whose pages stand under this address, without a slash at its end.
    #[must_use]
    pub fn builder(page: impl Into<String>) -> Builder {
        let expires_after = Duration::from_secs(600);
        Builder { clock: Arc::new(SystemClock), page: page.into(), expires_after, journal: None }
    }

    /// What the page with this token shows; `None` when there is none.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when the books cannot be read.
    pub fn look(&self, token: &str) -> Result<Option<ChallengeView>, JournalError> {
        let now = self.clock.now();
        self.kept.look(|books| books.by_token(token).map(|known| known.view(now)))
    }

    /// What a buyer does at the page with this token, if it is still open; gives what the page shows then.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when the books cannot be written.
    pub fn act(&self, token: &str, deed: Deed<'_>) -> Result<Option<ChallengeView>, JournalError> {
        let now = self.clock.now();
        let entry = |books: &IssuerBooks| {
            books.by_token(token).filter(|known| known.view(now).is_open)?;
            Some(match deed {
                Deed::Enter(code) => Entry::Tried { token: token.to_owned(), right: code.trim() == RIGHT_CODE },
                Deed::Cancel => Entry::Cancelled { token: token.to_owned() },
            })
        };
        self.kept.turn(entry, |books| books.by_token(token).map(|known| known.view(now)))
    }
}

#[async_trait]
impl Authenticator for SandboxIssuer {
    async fn authenticate(&self, request: AuthenticationRequest<'_>) -> Result<AuthenticationAnswer, LinkError> {
        let now = self.clock.now();
        let number = request.card.number().expose();
        let at_issuer = TestCard::with_number(number).map_or(AtIssuer::Frictionless, |card| card.at_issuer);
        if at_issuer == AtIssuer::Unavailable {
            return Err(LinkError::NotSent("the directory server does not answer".to_owned()));
        }
        let face = request.card.face();
        let asked = Asked {
            attempt: request.attempt,
            token: random_token().expose().to_owned(),
            challenge: at_issuer == AtIssuer::Challenge,
            eci: if face.brand == Brand::Mastercard { "02" } else { "05" }.to_owned(),
            shop: request.shop.to_owned(),
            amount: request.amount,
            last4: face.last4,
            return_url: request.return_url.to_owned(),
            expires_at: now.after(self.expires_after),
        };
        let attempt = request.attempt;
        // The same attempt again: the first answer again.
        let entry = |books: &IssuerBooks| books.by_attempt(attempt).is_none().then_some(Entry::Asked(asked));
        let answer = self.kept.turn(entry, |books| books.by_attempt(attempt).map(|known| known.answer(&self.page)))?;
        answer.ok_or_else(|| LinkError::Unknown("the issuer lost its books".to_owned()))
    }

    async fn result(&self, attempt: AttemptId) -> Result<AuthenticationAnswer, LinkError> {
        let answer = self.kept.look(|books| books.by_attempt(attempt).map(books::Known::outcome))?;
        answer.ok_or_else(|| LinkError::Unknown("the issuer does not know this authentication".to_owned()))
    }
}

#[cfg(test)]
mod tests;
