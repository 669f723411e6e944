//! Telegram's question before it takes money: it waits ten seconds for the answer, so one is always given.
//!
//! Whoever answers first settles it: the payment's own pipeline, or the guard that says no when that is late.
//! Telegram takes one answer only, so nothing is taken of what was refused here.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use aviso_core::language::Language;
use serde_json::Value;
use teloxide::payloads::AnswerPreCheckoutQuerySetters;
use teloxide::requests::Requester;
use teloxide::types::PreCheckoutQueryId;

use crate::fault::Fault;
use crate::words::Words;

/// When the guard says no: what is left of Telegram's ten seconds is for the way there and back.
const GUARD_AFTER: Duration = Duration::from_secs(7);
/// The longest that one answer may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(3);
/// Questions that may wait at once; more are refused at the door.
const WAITING_MAX: usize = 10_000;
/// The longest reason that Telegram shows.
const REASON_CHARS_MAX: usize = 200;

#[derive(Debug, Default)]
struct Waiting {
    questions: HashMap<String, Language>,
    closed: bool,
}

/// The questions that wait for an answer.
#[derive(Debug)]
pub(crate) struct Checkouts {
    bot: teloxide::Bot,
    waiting: Mutex<Waiting>,
}

/// What came of letting a buyer through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Passed {
    /// Telegram goes on.
    Yes,
    /// It does not: it was answered before, or waits no more.
    No,
    /// Nothing was sent.
    NotSent,
    /// Nobody knows.
    Unknown(String),
}

impl Checkouts {
    pub(crate) fn new(bot: teloxide::Bot) -> Self {
        Self { bot, waiting: Mutex::new(Waiting::default()) }
    }

    /// Watches over the question in an update, if it is one, from the moment that it came.
    pub(crate) fn arrived(self: &std::sync::Arc<Self>, update: &str) {
        let Some((query, language)) = question(update) else { return };
        let refused = {
            let mut waiting = self.waiting();
            let full = waiting.closed || waiting.questions.len() >= WAITING_MAX;
            if !full {
                waiting.questions.insert(query.clone(), language);
            }
            full
        };
        let this = std::sync::Arc::clone(self);
        tokio::spawn(async move {
            if refused {
                return this.say_no(&query, &Words::of(language).say("checkout-later")).await;
            }
            tokio::time::sleep(GUARD_AFTER).await;
            this.stop(&query, "checkout-later").await;
        });
    }

    /// Whether a question still waits. One from before a restart does not: Telegram gave up on it.
    pub(crate) fn is_waiting(&self, query: &str) -> bool {
        self.waiting().questions.contains_key(query)
    }

    /// Lets the buyer through.
    pub(crate) async fn pass(&self, query: &str) -> Passed {
        if !self.is_waiting(query) {
            return Passed::No;
        }
        let call = self.bot.answer_pre_checkout_query(PreCheckoutQueryId(query.to_owned()), true);
        match tokio::time::timeout(ANSWER_WITHIN, async { call.await }).await {
            Ok(Ok(_)) => {
                self.waiting().questions.remove(query);
                Passed::Yes
            }
            // The guard still says no, in case that none of it arrived.
            Err(_) => Passed::Unknown("no answer in time".to_owned()),
            Ok(Err(error)) => match Fault::from(error) {
                Fault::Passing { class: "connect", .. } | Fault::Wait(_) | Fault::Token => Passed::NotSent,
                Fault::Passing { class, text } => Passed::Unknown(format!("{class}: {text}")),
                _ => Passed::No,
            },
        }
    }

    /// Says no, in the words of a text, unless it was answered.
    pub(crate) async fn stop(&self, query: &str, text: &str) {
        let Some(language) = self.waiting().questions.remove(query) else { return };
        self.say_no(query, &Words::of(language).say(text)).await;
    }

    /// Says no, with a reason that was written already, unless it was answered.
    pub(crate) async fn stop_saying(&self, query: &str, reason: &str) {
        if self.waiting().questions.remove(query).is_some() {
            self.say_no(query, reason).await;
        }
    }

    async fn say_no(&self, query: &str, reason: &str) {
        let reason: String = reason.chars().take(REASON_CHARS_MAX).collect();
        let call =
            self.bot.answer_pre_checkout_query(PreCheckoutQueryId(query.to_owned()), false).error_message(reason);
        match tokio::time::timeout(ANSWER_WITHIN, async { call.await }).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::debug!(error = %Fault::from(error), "a buyer was not told to stop"),
            Err(_) => tracing::warn!("Telegram did not take an answer in time; it stops the buyer by itself"),
        }
    }

    /// The process stops: whoever still waits is told to try again later.
    pub(crate) async fn close(&self) {
        let questions = {
            let mut waiting = self.waiting();
            waiting.closed = true;
            std::mem::take(&mut waiting.questions)
        };
        let answers = questions.into_iter().map(|(query, language)| async move {
            self.say_no(&query, &Words::of(language).say("checkout-later")).await;
        });
        futures::future::join_all(answers).await;
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().expect("nothing panics while it holds the questions")
    }
}

/// The question in an update, and the language of whoever pressed Pay.
fn question(update: &str) -> Option<(String, Language)> {
    if !update.contains("pre_checkout_query") {
        return None;
    }
    let update: Value = serde_json::from_str(update).ok()?;
    let query = update.get("pre_checkout_query")?;
    let tag = query.get("from").and_then(|from| from.get("language_code")?.as_str()).unwrap_or_default();
    Some((query.get("id")?.as_str()?.to_owned(), Language::from_tag(tag)))
}
