//! The way to the cards' issuers, with a deadline, and the security codes of buyers who are there.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use url::Url;

use crate::clock::Timestamp;
use crate::id::AttemptId;
use crate::payment::authentication::{Authentication, AuthenticationStatus};
use crate::payment::card::Cvc;
use crate::port::{AuthenticationAnswer, AuthenticationRequest, Authenticator};

/// The way to the issuers of an install.
#[derive(Debug, Clone)]
pub(crate) struct Issuer {
    server: Option<Arc<dyn Authenticator>>,
    deadline: Duration,
    site: Arc<str>,
    pub(super) codes: HeldCodes,
}

impl Issuer {
    /// Nobody to ask; buyers come back to this machine.
    pub(super) fn none(deadline: Duration) -> Self {
        Self { server: None, deadline, site: Arc::from("http://localhost:8080"), codes: HeldCodes::default() }
    }

    pub(super) fn with(self, server: Option<Arc<dyn Authenticator>>, site: &Url) -> Self {
        Self { server, site: Arc::from(site.as_str().trim_end_matches('/')), ..self }
    }

    /// Whether there is somebody to ask.
    pub(super) const fn is_there(&self) -> bool {
        self.server.is_some()
    }

    /// The page of ours that a buyer comes back to.
    pub(super) fn return_page(&self, token: &str) -> String {
        format!("{}/pay/return/{token}", self.site)
    }

    /// Begins an authentication. Who cannot be asked counts as unavailable: nothing is lost by paying
    /// without, except that the issuer does not answer for fraud.
    pub(super) async fn ask(&self, request: AuthenticationRequest<'_>) -> AuthenticationAnswer {
        let Some(server) = &self.server else { return unavailable() };
        let attempt = request.attempt;
        let answer = match tokio::time::timeout(self.deadline, server.authenticate(request)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => {
                tracing::warn!(%attempt, %error, "the issuer could not be asked");
                unavailable()
            }
            Err(_) => {
                tracing::warn!(%attempt, "the issuer did not answer in time");
                unavailable()
            }
        };
        count("asked", &answer);
        answer
    }

    /// Asks what became of an authentication. Silence is no answer: the buyer may still be there.
    pub(super) async fn result(&self, attempt: AttemptId) -> AuthenticationAnswer {
        let Some(server) = &self.server else { return AuthenticationAnswer::Pending };
        let answer = match tokio::time::timeout(self.deadline, server.result(attempt)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => {
                tracing::warn!(%attempt, %error, "the issuer did not say what became of an authentication");
                AuthenticationAnswer::Pending
            }
            Err(_) => AuthenticationAnswer::Pending,
        };
        count("result", &answer);
        answer
    }
}

const fn unavailable() -> AuthenticationAnswer {
    AuthenticationAnswer::Done(Authentication {
        status: AuthenticationStatus::Unavailable,
        eci: None,
        cavv: None,
        ds_trans_id: None,
    })
}

fn count(what: &'static str, answer: &AuthenticationAnswer) {
    let outcome = match answer {
        AuthenticationAnswer::Done(found) => found.status.as_str(),
        AuthenticationAnswer::Challenge { .. } => "challenge",
        AuthenticationAnswer::Pending => "pending",
    };
    metrics::counter!("aviso_issuer_answers_total", "what" => what, "outcome" => outcome).increment(1);
}

/// Codes held at most. More buyers than that at their issuers' pages pay without one.
const HELD_MAX: usize = 10_000;

/// Security codes of buyers who are at their issuer's page: in this process' memory only, until the
/// authorization is sent or the page expires. Wiped when they leave the map, lost when the process
/// ends; the authorization then goes without one.
#[derive(Debug, Clone, Default)]
pub(crate) struct HeldCodes(Arc<Mutex<HashMap<AttemptId, (Cvc, Timestamp)>>>);

impl HeldCodes {
    /// Holds a code until then.
    pub(super) fn hold(&self, attempt: AttemptId, code: Cvc, until: Timestamp, now: Timestamp) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= HELD_MAX {
            held.retain(|_, (_, until)| *until > now);
        }
        if held.len() < HELD_MAX {
            held.insert(attempt, (code, until));
        }
    }

    /// Gives the code out, once.
    pub(super) fn take(&self, attempt: AttemptId) -> Option<Cvc> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&attempt).map(|(code, _)| code)
    }

    /// Forgets what expired.
    pub(super) fn sweep(&self, now: Timestamp) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, (_, until)| *until > now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payment::card::Brand;
    use crate::secret::Secret;

    #[test]
    fn a_code_is_given_out_once_and_not_after_its_time() {
        let at = Timestamp::from_micros;
        let code = || Cvc::new(Secret::new("123"), Brand::Visa).unwrap();
        let (first, second) = (AttemptId::new(at(1_000)), AttemptId::new(at(2_000)));
        let held = HeldCodes::default();
        held.hold(first, code(), at(10), at(0));
        held.hold(second, code(), at(20), at(0));
        assert_eq!(held.take(first).unwrap().expose(), "123");
        assert!(held.take(first).is_none());
        held.sweep(at(20));
        assert!(held.take(second).is_none());
    }
}
