//! What the Bot API's refusals mean to us. Telegram's words, not its codes, tell cases apart.

use std::time::Duration;

use teloxide::{ApiError, RequestError};

/// Why a call did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    /// The person blocked the bot, left Telegram, or never wrote.
    #[error("the chat cannot be written to: {0}")]
    Gone(String),
    /// Too fast, or paused.
    #[error("to be tried again after {0:?}")]
    Wait(Duration),
    /// The message already looks like that.
    #[error("the message is not modified")]
    NotModified,
    /// The message that was to be changed is not there, or cannot be changed.
    #[error("there is no message to change")]
    NoTarget,
    /// The text's markup is broken.
    #[error("the markup is broken: {0}")]
    Markup(String),
    /// The text is too long.
    #[error("the text is too long")]
    TooLong,
    /// The token is not accepted.
    #[error("the token is not accepted")]
    Token,
    /// Another instance asks for updates, or a webhook is set.
    #[error("another instance receives the updates: {0}")]
    Conflict(String),
    /// It may work later: network, 5xx, an answer that is not JSON.
    #[error("{class}: {text}")]
    Passing {
        /// For metrics and the delivery log.
        class: &'static str,
        /// In words.
        text: String,
    },
    /// Any other refusal: it will not work later either.
    #[error("refused: {0}")]
    Refused(String),
}

impl From<RequestError> for Fault {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::Api(error) => api_fault(&error),
            RequestError::RetryAfter(seconds) => Self::Wait(Duration::from_secs(u64::from(seconds.seconds()))),
            RequestError::MigrateToChatId(_) => Self::Gone("the group became another chat".to_owned()),
            // reqwest's own words hold the address, and the address holds the token.
            RequestError::Network(error) if error.is_timeout() => passing("timeout", "no answer in time"),
            RequestError::Network(error) if error.is_connect() => passing("connect", "no connection"),
            RequestError::Network(_) => passing("network", "the connection broke"),
            RequestError::InvalidJson { .. } => passing("bad_answer", "an answer that is not JSON"),
            RequestError::Io(_) => passing("network", "the connection broke"),
        }
    }
}

fn passing(class: &'static str, text: &str) -> Fault {
    Fault::Passing { class, text: text.to_owned() }
}

fn api_fault(error: &ApiError) -> Fault {
    let text = error.to_string();
    match error {
        ApiError::BotBlocked
        | ApiError::UserDeactivated
        | ApiError::ChatNotFound
        | ApiError::CantInitiateConversation
        | ApiError::CantTalkWithBots
        | ApiError::BotKicked
        | ApiError::BotKickedFromSupergroup
        | ApiError::BotKickedFromChannel
        | ApiError::GroupDeactivated
        | ApiError::UserNotFound => Fault::Gone(text),
        ApiError::MessageNotModified => Fault::NotModified,
        ApiError::MessageToEditNotFound
        | ApiError::MessageCantBeEdited
        | ApiError::MessageIdInvalid
        | ApiError::MessageToDeleteNotFound
        | ApiError::MessageCantBeDeleted => Fault::NoTarget,
        ApiError::CantParseEntities(_) => Fault::Markup(text),
        ApiError::MessageIsTooLong | ApiError::EditedMessageIsTooLong => Fault::TooLong,
        ApiError::InvalidToken => Fault::Token,
        ApiError::TerminatedByOtherGetUpdates | ApiError::CantGetUpdates => Fault::Conflict(text),
        ApiError::Unknown(text) => by_words(text),
        _ => Fault::Refused(text),
    }
}

/// Texts that teloxide does not know, or knows in the spelling of another year.
pub(crate) fn by_words(text: &str) -> Fault {
    let said = text.to_owned();
    if text.starts_with("Forbidden:") {
        Fault::Gone(said)
    } else if text.starts_with("Conflict:") {
        Fault::Conflict(said)
    } else if text.contains("message is not modified") {
        Fault::NotModified
    } else if text.contains("message to edit not found") || text.contains("message can't be edited") {
        Fault::NoTarget
    } else if text.contains("can't parse entities") {
        Fault::Markup(said)
    } else if text.contains("message is too long") || text.contains("MESSAGE_TOO_LONG") {
        Fault::TooLong
    } else if text == "Unauthorized" {
        Fault::Token
    } else if text.starts_with("Internal Server Error") || text.starts_with("Bad Gateway") {
        Fault::Passing { class: "status", text: said }
    } else {
        Fault::Refused(said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_today_are_understood() {
        let unknown = |text: &str| Fault::from(RequestError::Api(ApiError::Unknown(text.to_owned())));
        assert!(matches!(unknown("Forbidden: bot can't initiate conversation with a user"), Fault::Gone(_)));
        assert!(matches!(unknown("Forbidden: something new"), Fault::Gone(_)));
        assert!(matches!(unknown("Bad Request: can't parse entities: x"), Fault::Markup(_)));
        assert!(matches!(unknown("Conflict: can't use getUpdates"), Fault::Conflict(_)));
        assert!(matches!(unknown("Bad Request: whatever"), Fault::Refused(_)));
    }
}
