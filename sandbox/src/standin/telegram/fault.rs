//! Scripted misfortune: what the server answers instead of what it should.

use serde::{Deserialize, Serialize};

/// The next answers that go wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Method this is for, in any case; `None` is every method but `getUpdates`.
    #[serde(default)]
    pub method: Option<String>,
    /// Chat this is for; `None` is every chat.
    #[serde(default)]
    pub chat: Option<i64>,
    /// How many calls go wrong.
    #[serde(default = "once")]
    pub times: u32,
    /// What they are answered.
    pub failure: Failure,
}

/// A wrong answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// 429 with `retry_after` in seconds.
    RetryAfter(u32),
    /// 500 with an HTML page for a body.
    ServerError,
    /// 502 with an HTML page for a body.
    BadGateway,
    /// 401, as after the token was revoked.
    Unauthorized,
    /// No answer until the caller gives up; nothing happens.
    Hang,
    /// It happens, and the answer is lost: 502.
    LostAnswer,
    /// It happens, and the caller waits for ever.
    HangAfterEffect,
    /// A refusal with a code and a description.
    Refusal {
        /// `error_code`.
        code: u16,
        /// `description`, Telegram's words.
        description: String,
    },
}

fn once() -> u32 {
    1
}

impl Fault {
    /// One wrong answer for a method, in any chat.
    pub fn once(method: &str, failure: Failure) -> Self {
        Self { method: Some(method.to_owned()), chat: None, times: 1, failure }
    }

    /// Only in this chat.
    #[must_use]
    pub fn in_chat(mut self, chat: i64) -> Self {
        self.chat = Some(chat);
        self
    }

    /// This many wrong answers.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    fn is_for(&self, method: &str, chat: Option<i64>) -> bool {
        let method_fits = match &self.method {
            Some(wanted) => wanted.eq_ignore_ascii_case(method),
            None => !method.eq_ignore_ascii_case("getUpdates"),
        };
        method_fits && self.chat.is_none_or(|wanted| chat == Some(wanted))
    }
}

/// Takes the first fault that is for this call.
pub(crate) fn take(faults: &mut Vec<Fault>, method: &str, chat: Option<i64>) -> Option<Failure> {
    faults.retain(|fault| fault.times > 0);
    let fault = faults.iter_mut().find(|fault| fault.is_for(method, chat))?;
    fault.times -= 1;
    Some(fault.failure.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_used_up_by_the_calls_it_is_for() {
        let mut faults = vec![Fault::once("sendMessage", Failure::Hang).in_chat(7).times(2)];
        assert_eq!(take(&mut faults, "sendMessage", Some(8)), None);
        assert_eq!(take(&mut faults, "SendMessage", Some(7)), Some(Failure::Hang));
        assert_eq!(take(&mut faults, "sendMessage", Some(7)), Some(Failure::Hang));
        assert_eq!(take(&mut faults, "sendMessage", Some(7)), None);
    }
}
