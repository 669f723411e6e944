//! One attempt: writes and signs an event, posts it, and says what the answer means for its delivery.

use std::sync::Arc;
use std::time::Duration;

use aviso_core::clock::Clock;
use aviso_core::delivery::{Answer, Outcome};
use aviso_core::event::Event;
use aviso_core::merchant::endpoint::EndpointTarget;

use crate::asymmetric::AsymmetricKey;
use crate::body;
use crate::client::{Client, Control, Failure, Message, Reply};
use crate::sign::{SigningSecret, sign};

/// Posts events.
#[derive(Debug, Clone)]
pub(crate) struct Courier {
    client: Client,
    clock: Arc<dyn Clock>,
}

impl Courier {
    pub(crate) fn new(client: Client, clock: Arc<dyn Clock>) -> Self {
        Self { client, clock }
    }

    /// The longest that [`deliver`](Self::deliver) takes.
    pub(crate) const fn deadline(&self) -> Duration {
        self.client.deadline()
    }

    /// Sends an event to an endpoint once.
    pub(crate) async fn deliver(&self, event: &Event, target: &EndpointTarget) -> Outcome {
        let body = match body::write(event, target.payload) {
            Ok(body) => body,
            Err(error @ body::BodyError::TooLarge(_)) => {
                return Outcome::Rejected(Answer::error("too_large", error.to_string()));
            }
            Err(error @ body::BodyError::Json(_)) => return unsignable(&error),
        };
        let secrets: Result<Vec<_>, _> = target.secrets.iter().map(SigningSecret::parse).collect();
        let secrets = match secrets {
            Ok(secrets) => secrets,
            Err(error) => return unsignable(&error),
        };
        // Signed at each attempt: receivers refuse signatures that are five minutes old.
        let (id, timestamp_secs) = (event.id.to_string(), self.clock.now().as_secs());
        let key = match target.key.as_ref().map(AsymmetricKey::parse).transpose() {
            Ok(key) => key,
            Err(error) => return unsignable(&error),
        };
        let signature = match sign(&id, timestamp_secs, &body, &secrets, key.as_ref()) {
            Ok(signature) => signature,
            Err(error) => return unsignable(&error),
        };
        let (url, headers) = (target.url.as_str(), target.headers.as_slice());
        let message = Message { url, id: &id, timestamp_secs, signature: &signature, headers, body };
        self.client.post(message).await.map_or_else(|failure| without_answer(&failure), with_answer)
    }
}

fn unsignable(error: &dyn std::error::Error) -> Outcome {
    Outcome::Rejected(Answer::error("unsignable", error.to_string()))
}

fn without_answer(failure: &Failure) -> Outcome {
    let answer = Answer::error(failure.class(), failure.to_string());
    match failure {
        Failure::Request => Outcome::Rejected(answer),
        Failure::Url(_)
        | Failure::BlockedAddress
        | Failure::Dns
        | Failure::Connect(_)
        | Failure::Tls(_)
        | Failure::Timeout
        | Failure::Closed => Outcome::Failed(answer),
    }
}

fn with_answer(reply: Reply) -> Outcome {
    let answer = |class| Answer { code: Some(reply.status.into()), class, text: reply.text.clone(), retry_after: None };
    match (reply.status, reply.control) {
        (_, Some(Control::Disable)) | (410, _) => Outcome::RecipientGone(answer("gone")),
        (200..=299, _) => Outcome::Sent { provider_ref: None, answer: answer("ok") },
        (_, Some(Control::AbortMessage)) => Outcome::Rejected(answer("aborted")),
        (300..=399, _) => Outcome::Failed(answer("redirect")),
        (429 | 503, _) => Outcome::Failed(Answer { retry_after: reply.retry_after, ..answer("status") }),
        _ => Outcome::Failed(answer("status")),
    }
}

#[cfg(test)]
pub(crate) mod tests;
