//! The cards' issuer of a run: it asks buyers to prove at its page that the card is theirs, and remembers
//! what it found.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aviso_core::clock::Timestamp;
use aviso_core::id::AttemptId;
use aviso_core::money::Money;
use aviso_core::payment::authentication::{Authentication, AuthenticationStatus};
use aviso_core::port::{AuthenticationAnswer, AuthenticationRequest, Authenticator, LinkError};

use super::SimBank;
use super::fate::IssuerFate;

pub(super) type Verdict = Result<AuthenticationAnswer, LinkError>;

/// How long the issuer's page is there.
const PAGE_FOR: Duration = Duration::from_secs(240);

/// A question to the issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    /// Our reference.
    pub attempt: AttemptId,
    /// How much is to be paid.
    pub amount: Money,
}

/// Where an authentication stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stand {
    /// The buyer is at the page.
    AtPage { until: Timestamp },
    /// It is over.
    Over(AuthenticationStatus),
}

/// What the issuer knows.
#[derive(Debug)]
pub(super) struct Register {
    known: BTreeMap<AttemptId, Stand>,
    lies: bool,
}

impl Register {
    pub(super) const fn new(lies: bool) -> Self {
        Self { known: BTreeMap::new(), lies }
    }

    /// A question meets its fate. Asked again, the issuer says what it said.
    pub(super) fn strike(&mut self, question: &Question, fate: IssuerFate, now: Timestamp) -> Verdict {
        let silence = || Err(LinkError::Unknown("no answer".to_owned()));
        let begin = match fate {
            IssuerFate::LinkDown => return Err(LinkError::NotSent("refused".to_owned())),
            IssuerFate::Lost => return silence(),
            IssuerFate::Says(status) => Stand::Over(status),
            IssuerFate::Challenge | IssuerFate::AnswerLost => Stand::AtPage { until: now.after(PAGE_FOR) },
        };
        let stand = *self.known.entry(question.attempt).or_insert(begin);
        if fate == IssuerFate::AnswerLost {
            return silence();
        }
        Ok(self.answer(stand, true))
    }

    /// What became of an authentication.
    pub(super) fn result(&self, attempt: AttemptId) -> AuthenticationAnswer {
        self.known.get(&attempt).map_or(AuthenticationAnswer::Pending, |stand| self.answer(*stand, false))
    }

    fn answer(&self, stand: Stand, first: bool) -> AuthenticationAnswer {
        match stand {
            Stand::AtPage { until } if first => {
                AuthenticationAnswer::Challenge { url: "https://issuer.test/page".to_owned(), expires_at: until }
            }
            Stand::AtPage { .. } => AuthenticationAnswer::Pending,
            Stand::Over(AuthenticationStatus::Failed) if self.lies => done(AuthenticationStatus::Authenticated),
            Stand::Over(status) => done(status),
        }
    }

    /// The buyer acts at the page. `false` when there is none, or no more.
    pub(super) fn act(&mut self, attempt: AttemptId, status: AuthenticationStatus, now: Timestamp) -> bool {
        let there = matches!(self.known.get(&attempt), Some(Stand::AtPage { until }) if now < *until);
        if there {
            self.known.insert(attempt, Stand::Over(status));
        }
        there
    }

    pub(super) fn found(&self, attempt: AttemptId) -> Option<AuthenticationStatus> {
        match self.known.get(&attempt)? {
            Stand::AtPage { .. } => None,
            Stand::Over(status) => Some(*status),
        }
    }
}

const fn done(status: AuthenticationStatus) -> AuthenticationAnswer {
    AuthenticationAnswer::Done(Authentication { status, eci: None, cavv: None, ds_trans_id: None })
}

/// The way to the issuer.
#[derive(Debug)]
pub struct SimIssuer(pub Arc<SimBank>);

#[async_trait]
impl Authenticator for SimIssuer {
    async fn authenticate(&self, request: AuthenticationRequest<'_>) -> Verdict {
        self.0.ask_issuer(Question { attempt: request.attempt, amount: request.amount }).await
    }

    /// Never waits: the janitor asks about many at once.
    async fn result(&self, attempt: AttemptId) -> Verdict {
        Ok(self.0.result_of(attempt))
    }
}
