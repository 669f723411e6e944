//! Payments as Telegram and its provider carry them out: somebody presses Pay, the bot is asked and has ten
//! seconds, the money is taken, and the bot is told.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::actor::ActError;
use super::message::Message;
use super::refusal::{Outcome, Refusal};
use super::state::State;
use super::user::User;
use crate::standin::now;

/// How long the bot has to answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
const TOO_OLD: &str = "query is too old and response timeout expired or query ID is invalid";
const ANSWERS_MAX: usize = 1_000;

/// An invoice under a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Invoice {
    /// The product.
    pub title: String,
    /// What it is.
    pub description: String,
    /// The currency's code; `XTR` for Stars.
    pub currency: String,
    /// The price, in the currency's smallest units.
    pub total: i64,
    /// What the bot is told again.
    #[serde(skip)]
    pub(crate) payload: String,
    /// Whether somebody paid it.
    pub paid: bool,
}

/// What becomes of a payment after the bot said yes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// The money is taken at once.
    #[default]
    Paid,
    /// The provider takes nothing: the buyer's bank refused.
    Failed,
    /// It is taken when [`Telegram::complete`](super::Telegram::complete) says so.
    Held,
}

/// What the bot answered to a question before money was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckoutAnswer {
    /// The question.
    pub query: String,
    /// Who pressed Pay.
    pub user_id: i64,
    /// Whether the buyer may go on.
    pub ok: bool,
    /// Why not.
    pub text: String,
    /// How long the buyer waited.
    pub after: Duration,
}

/// Money that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenCharge {
    /// From whom.
    pub user_id: i64,
    /// Its name, unique.
    pub id: String,
    /// The currency's code.
    pub currency: String,
    /// Smallest units.
    pub total: i64,
    /// Whether it was given back.
    pub refunded: bool,
    pub(crate) payload: String,
}

/// A question that the bot was asked.
pub(crate) struct Question {
    user_id: i64,
    message_id: i64,
    asked_at: Instant,
    fate: Fate,
    answered: bool,
    passed: bool,
}

impl State {
    /// Presses Pay under an invoice. Returns the id of the question that the bot is asked.
    pub(crate) fn pay(&mut self, user_id: i64, message_id: i64, fate: Fate) -> Result<String, ActError> {
        self.check_actor(user_id)?;
        let chat = self.chats.get(&user_id);
        let message = chat.and_then(|chat| chat.messages.get(&message_id)).filter(|message| !message.deleted);
        let invoice = message
            .and_then(|message| message.invoice.clone())
            .ok_or(ActError::NoMessage { chat_id: user_id, message_id })?;
        let query = format!("{}", 7_000_000_000_000_i64 + self.next_update_id * 1_000 + self.questions.len() as i64);
        let payload = json!({
            "id": query,
            "from": self.users.get(&user_id).map(User::as_user),
            "currency": invoice.currency,
            "total_amount": invoice.total,
            "invoice_payload": invoice.payload,
        });
        let question = Question { user_id, message_id, asked_at: Instant::now(), fate, answered: false, passed: false };
        self.questions.insert(query.clone(), question);
        self.push_update("pre_checkout_query", payload);
        Ok(query)
    }

    /// The bot's answer.
    pub(crate) fn answer_checkout(&mut self, query: &str, ok: bool, text: &str) -> Outcome {
        let question = self.questions.get_mut(query).filter(|question| !question.answered);
        let question = question.ok_or_else(|| Refusal::bad_request(TOO_OLD))?;
        let after = question.asked_at.elapsed();
        if after > ANSWER_WITHIN {
            return Err(Refusal::bad_request(TOO_OLD));
        }
        if !ok && text.is_empty() {
            return Err(Refusal::bad_request("PAYMENT_ERROR_MESSAGE_EMPTY"));
        }
        question.answered = true;
        question.passed = ok;
        let (user_id, fate) = (question.user_id, question.fate);
        let answer = CheckoutAnswer { query: query.to_owned(), user_id, ok, text: text.to_owned(), after };
        self.checkout_answers.push_back(answer);
        while self.checkout_answers.len() > ANSWERS_MAX {
            self.checkout_answers.pop_front();
        }
        if ok && fate == Fate::Paid {
            self.complete(query);
        }
        Ok(json!(true))
    }

    /// The provider takes the money of a question that the bot said yes to. `None` when there is nothing to take.
    pub(crate) fn complete(&mut self, query: &str) -> Option<String> {
        let question = self.questions.get_mut(query).filter(|question| question.passed)?;
        question.passed = false;
        let (user_id, message_id) = (question.user_id, question.message_id);
        let message = self.chats.get_mut(&user_id)?.messages.get_mut(&message_id)?;
        let invoice = message.invoice.as_mut()?;
        invoice.paid = true;
        let invoice = invoice.clone();
        let id = format!("tch_{query}");
        self.charges.push(TakenCharge {
            user_id,
            id: id.clone(),
            currency: invoice.currency.clone(),
            total: invoice.total,
            refunded: false,
            payload: invoice.payload.clone(),
        });
        let provider = if invoice.currency == "XTR" { String::new() } else { format!("pch_{query}") };
        let payment = json!({
            "currency": invoice.currency,
            "total_amount": invoice.total,
            "invoice_payload": invoice.payload,
            "telegram_payment_charge_id": id,
            "provider_payment_charge_id": provider,
        });
        let text = format!("You paid {} {} for {}", invoice.total, invoice.currency, invoice.title);
        self.tell_of_money(user_id, "successful_payment", payment, text);
        Some(id)
    }

    /// Tells the bot of a success once more, as after an answer that was lost.
    pub(crate) fn tell_again(&mut self, charge_id: &str) -> bool {
        let Some(charge) = self.charges.iter().find(|charge| charge.id == charge_id).cloned() else { return false };
        let payment = json!({
            "currency": charge.currency,
            "total_amount": charge.total,
            "invoice_payload": charge.payload,
            "telegram_payment_charge_id": charge.id,
            "provider_payment_charge_id": "pch_again",
        });
        self.tell_of_money(charge.user_id, "successful_payment", payment, "You paid".to_owned());
        true
    }

    /// Gives Stars back.
    pub(crate) fn refund_stars(&mut self, user_id: i64, charge_id: &str) -> Outcome {
        let found = self.charges.iter_mut().find(|charge| charge.id == charge_id && charge.currency == "XTR");
        let charge = found.ok_or_else(|| Refusal::bad_request("CHARGE_NOT_FOUND"))?;
        if charge.user_id != user_id {
            return Err(Refusal::bad_request("USER_ID_INVALID"));
        }
        if charge.refunded {
            return Err(Refusal::bad_request("CHARGE_ALREADY_REFUNDED"));
        }
        charge.refunded = true;
        let charge = charge.clone();
        let refunded = json!({
            "currency": charge.currency,
            "total_amount": charge.total,
            "invoice_payload": charge.payload,
            "telegram_payment_charge_id": charge.id,
        });
        let text = format!("{} {} were given back", charge.total, charge.currency);
        self.tell_of_money(user_id, "refunded_payment", refunded, text);
        Ok(json!(true))
    }

    /// A service message about money, which the bot is told of, too.
    fn tell_of_money(&mut self, user_id: i64, kind: &'static str, what: Value, text: String) {
        let message = Message {
            id: 0,
            sender: Some(user_id),
            date: now().timestamp(),
            edit_date: None,
            text,
            entities: Vec::new(),
            keyboard: None,
            document: None,
            invoice: None,
            service: Some((kind, what)),
            reply_to: None,
            protected: false,
            deleted: false,
        };
        let id = self.store(user_id, message);
        if let Some(message) = self.chats.get(&user_id).and_then(|chat| chat.messages.get(&id)) {
            let payload = self.message_json(user_id, message);
            self.push_update("message", payload);
        }
    }
}
