//! The issuers' books: who was asked about what, and what the buyer did.

use std::collections::HashMap;

use aviso_core::clock::Timestamp;
use aviso_core::id::AttemptId;
use aviso_core::money::Money;
use aviso_core::payment::authentication::{Authentication, AuthenticationStatus};
use aviso_core::port::AuthenticationAnswer;
use aviso_core::secret::{Secret, sha256_hex};
use serde::{Deserialize, Serialize};

use super::{ChallengeView, TRIES_MAX};
use crate::kept::Books;
use crate::sandbox::entry::money;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Entry {
    /// A merchant's side asked.
    Asked(Asked),
    /// The buyer entered a code.
    Tried { token: String, right: bool },
    /// The buyer gave up.
    Cancelled { token: String },
}

/// What was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Asked {
    pub(super) attempt: AttemptId,
    pub(super) token: String,
    pub(super) challenge: bool,
    pub(super) eci: String,
    pub(super) shop: String,
    #[serde(with = "money")]
    pub(super) amount: Money,
    pub(super) last4: String,
    pub(super) return_url: String,
    pub(super) expires_at: Timestamp,
}

/// An authentication and what became of it.
#[derive(Debug)]
pub(super) struct Known {
    asked: Asked,
    wrong: u8,
    ended: Option<AuthenticationStatus>,
}

/// All authentications.
#[derive(Debug, Default)]
pub(super) struct IssuerBooks {
    known: HashMap<AttemptId, Known>,
    by_token: HashMap<String, AttemptId>,
}

impl IssuerBooks {
    pub(super) fn by_attempt(&self, attempt: AttemptId) -> Option<&Known> {
        self.known.get(&attempt)
    }

    pub(super) fn by_token(&self, token: &str) -> Option<&Known> {
        self.known.get(self.by_token.get(token)?)
    }

    fn by_token_mut(&mut self, token: &str) -> Option<&mut Known> {
        self.known.get_mut(self.by_token.get(token)?)
    }
}

impl Books for IssuerBooks {
    type Entry = Entry;

    fn record(&mut self, entry: Entry) {
        match entry {
            Entry::Asked(asked) => {
                let ended = (!asked.challenge).then_some(AuthenticationStatus::Authenticated);
                self.by_token.insert(asked.token.clone(), asked.attempt);
                self.known.insert(asked.attempt, Known { asked, wrong: 0, ended });
            }
            Entry::Tried { token, right } => {
                if let Some(known) = self.by_token_mut(&token).filter(|known| known.ended.is_none()) {
                    known.wrong += u8::from(!right);
                    known.ended = match (right, known.wrong >= TRIES_MAX) {
                        (true, _) => Some(AuthenticationStatus::Authenticated),
                        (false, true) => Some(AuthenticationStatus::Failed),
                        (false, false) => None,
                    };
                }
            }
            Entry::Cancelled { token } => {
                if let Some(known) = self.by_token_mut(&token).filter(|known| known.ended.is_none()) {
                    known.ended = Some(AuthenticationStatus::Failed);
                }
            }
        }
    }
}

impl Known {
    /// What is said to who asks for the first time.
    pub(super) fn answer(&self, page: &str) -> AuthenticationAnswer {
        match self.outcome() {
            AuthenticationAnswer::Pending => AuthenticationAnswer::Challenge {
                url: format!("{page}/{}", self.asked.token),
                expires_at: self.asked.expires_at,
            },
            over => over,
        }
    }

    /// What is said to who asks for the result. A buyer who is too late is still at the page.
    pub(super) fn outcome(&self) -> AuthenticationAnswer {
        let Some(status) = self.ended else { return AuthenticationAnswer::Pending };
        let proven = status == AuthenticationStatus::Authenticated;
        AuthenticationAnswer::Done(Authentication {
            status,
            eci: proven.then(|| self.asked.eci.clone()),
            cavv: proven.then(|| self.cryptogram()),
            ds_trans_id: Some(self.asked.attempt.as_uuid().to_string()),
        })
    }

    fn cryptogram(&self) -> Secret {
        Secret::new(&sha256_hex(self.asked.token.as_bytes())[..40])
    }

    /// What the page shows.
    pub(super) fn view(&self, now: Timestamp) -> ChallengeView {
        let asked = &self.asked;
        let is_late = self.ended.is_none() && now >= asked.expires_at;
        ChallengeView {
            shop: asked.shop.clone(),
            amount: asked.amount,
            last4: asked.last4.clone(),
            tries_left: TRIES_MAX.saturating_sub(self.wrong),
            is_open: self.ended.is_none() && !is_late,
            is_late,
            return_url: asked.return_url.clone(),
        }
    }
}
