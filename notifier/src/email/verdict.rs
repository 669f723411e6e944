//! What a failed attempt means for the delivery.

use std::error::Error as _;

use aviso_core::delivery::{Answer, Outcome};
use lettre::transport::smtp::Error as SmtpError;

use super::relay::{Refusal, Stage};
use super::transport::SendError;

/// The longest answer of a relay that is kept.
const ANSWER_BYTES_MAX: usize = 1000;

/// The outcome of a failed attempt to reach `address`, which is taken out of the relay's words.
pub(crate) fn outcome(error: &SendError, address: &str) -> Outcome {
    match error {
        SendError::TimedOut(limit) => {
            Outcome::Failed(Answer::error("timeout", format!("no end within {} ms", limit.as_millis())))
        }
        SendError::Folder(error) => Outcome::Failed(Answer::error("file", error.to_string())),
        SendError::Relay(Refusal::International) => {
            Outcome::Rejected(Answer::error("smtputf8", "the relay takes only ASCII addresses"))
        }
        SendError::Relay(Refusal::Smtp(stage, error)) => match error.status() {
            Some(code) => refused(*stage, u16::from(code), answer_text(error, address)),
            None => Outcome::Failed(Answer::error(class(*stage, error), answer_text(error, address))),
        },
    }
}

/// The relay said no.
fn refused(stage: Stage, code: u16, text: String) -> Outcome {
    let answer = |class| Answer { code: Some(i32::from(code)), class, text: text.clone(), retry_after: None };
    let is_permanent = code >= 500;
    match stage {
        // These are about us and not about the letter: another day, or another setting, and it goes.
        Stage::Connect => Outcome::Failed(answer("connect")),
        Stage::Tls => Outcome::Failed(answer("tls")),
        Stage::LogIn => Outcome::Failed(answer("auth")),
        Stage::Sender if matches!(code, 530 | 535) => Outcome::Failed(answer("auth")),
        Stage::Sender if is_permanent => Outcome::Failed(answer("sender")),
        Stage::Recipient if is_permanent && is_policy(&text, code) => Outcome::Failed(answer("policy")),
        Stage::Recipient if matches!(code, 550 | 551 | 553 | 554) => Outcome::RecipientGone(answer("mailbox")),
        Stage::Recipient | Stage::Content if is_permanent => Outcome::Rejected(answer("status")),
        Stage::Sender | Stage::Recipient | Stage::Content => Outcome::Failed(answer("status")),
    }
}

/// Whether the enhanced status is `5.7.x`, security or policy (RFC 3463). Relays refuse senders they
/// have on a block list at `RCPT` with 550 or 554: taking that for a dead mailbox would silence
/// every recipient of a provider.
fn is_policy(text: &str, code: u16) -> bool {
    let said = text.split_once(&format!("({code}): ")).map_or(text, |(_, said)| said);
    said.trim_start().starts_with("5.7.")
}

/// The class of a failure without a status.
fn class(stage: Stage, error: &SmtpError) -> &'static str {
    if error.is_timeout() {
        "timeout"
    } else if error.is_tls() || stage == Stage::Tls || is_tls_inside(error) {
        "tls"
    } else if stage == Stage::LogIn {
        "auth"
    } else if error.is_response() && stage != Stage::Connect {
        "closed"
    } else {
        "connect"
    }
}

/// lettre reports a bad certificate as a connection error; the TLS error is inside the I/O error.
fn is_tls_inside(error: &SmtpError) -> bool {
    let mut source = error.source();
    while let Some(inner) = source {
        let io = inner.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        if io.is_some_and(|cause| cause.is::<rustls::Error>()) || inner.is::<rustls::Error>() {
            return true;
        }
        source = inner.source();
    }
    false
}

/// The relay's words without the recipient's address, which they often repeat.
fn answer_text(error: &SmtpError, address: &str) -> String {
    let mut text = without(&error.to_string(), address);
    if text.len() > ANSWER_BYTES_MAX {
        text.truncate(text.floor_char_boundary(ANSWER_BYTES_MAX));
    }
    text
}

/// `text` with every occurrence of `address`, in any case, replaced.
fn without(text: &str, address: &str) -> String {
    let (lower, wanted) = (text.to_ascii_lowercase(), address.to_ascii_lowercase());
    let mut kept = String::new();
    let mut from = 0;
    while let Some(at) = lower.get(from..).filter(|_| !wanted.is_empty()).and_then(|rest| rest.find(&wanted)) {
        kept.push_str(&text[from..from + at]);
        kept.push_str("[recipient]");
        from += at + wanted.len();
    }
    kept.push_str(&text[from..]);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_does_not_reach_the_log() {
        assert_eq!(
            without("5.1.1 <Ana@Example.com>: unknown, ana@example.com", "ana@example.com"),
            "5.1.1 <[recipient]>: unknown, [recipient]"
        );
        assert_eq!(without("nothing here", ""), "nothing here");
    }

    #[test]
    fn each_refusal_means_what_it_is_about() {
        let kind = |stage, code, text: &str| match refused(stage, code, format!("permanent error ({code}): {text}")) {
            Outcome::RecipientGone(answer) => ("gone", answer.class),
            Outcome::Rejected(answer) => ("rejected", answer.class),
            Outcome::Failed(answer) => ("failed", answer.class),
            Outcome::Sent { .. } | Outcome::Later { .. } => ("other", ""),
        };
        for code in [550, 551, 553, 554] {
            assert_eq!(kind(Stage::Recipient, code, "5.1.1 unknown"), ("gone", "mailbox"));
            assert_eq!(kind(Stage::Recipient, code, "5.7.1 blocked by list"), ("failed", "policy"));
            assert_eq!(kind(Stage::Sender, code, "not you"), ("failed", "sender"));
            assert_eq!(kind(Stage::Content, code, "looks like spam"), ("rejected", "status"));
            assert_eq!(kind(Stage::Connect, code, "go away"), ("failed", "connect"));
        }
        assert_eq!(kind(Stage::Recipient, 552, "full"), ("rejected", "status"));
        assert_eq!(kind(Stage::Recipient, 451, "later"), ("failed", "status"));
        assert_eq!(kind(Stage::Content, 451, "later"), ("failed", "status"));
        assert_eq!(kind(Stage::LogIn, 535, "no"), ("failed", "auth"));
        assert_eq!(kind(Stage::Sender, 530, "log in first"), ("failed", "auth"));
    }
}
