//! What the shop remembers.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::client::{Account, ShopError};
use super::order::{Answered, Order, Purchase, payment_id_in};
use super::receive::{Answer, Received};
use crate::standin::now;

const RECEIVED_MAX: usize = 50_000;
const PURCHASES_MAX: usize = 5_000;

#[derive(Default)]
pub(crate) struct State {
    pub(crate) account: Option<Account>,
    pub(crate) secrets: Vec<String>,
    pub(crate) answer: Answer,
    /// Used up before `answer` is.
    pub(crate) next_answers: VecDeque<Answer>,
    pub(crate) received: VecDeque<Received>,
    pub(crate) purchases: VecDeque<Purchase>,
    pub(crate) followed_redirects: u64,
    accepted: HashSet<String>,
    last_received: u64,
    last_purchase: u64,
}

impl State {
    pub(crate) fn next_answer(&mut self) -> Answer {
        self.next_answers.pop_front().unwrap_or_else(|| self.answer.clone())
    }

    pub(crate) fn has_accepted(&self, webhook_id: &str) -> bool {
        self.accepted.contains(webhook_id)
    }

    pub(crate) fn receive(&mut self, mut received: Received) {
        self.last_received += 1;
        received.number = self.last_received;
        if received.accepted && !received.duplicate {
            self.accepted.insert(received.headers.id.clone());
            if let Some(payment) = received.body.pointer("/data/payment") {
                self.learn(&payment.clone());
            }
        }
        self.received.push_back(received);
        while self.received.len() > RECEIVED_MAX {
            if let Some(oldest) = self.received.pop_front() {
                self.accepted.remove(&oldest.headers.id);
            }
        }
    }

    /// Notes an order before it is asked for.
    pub(crate) fn begin(&mut self, order: &Order) -> u64 {
        self.last_purchase += 1;
        let digits: Vec<char> = order.card.number.chars().filter(char::is_ascii_digit).collect();
        self.purchases.push_back(Purchase {
            number: self.last_purchase,
            at: now(),
            order_ref: order.order_ref.clone(),
            amount: order.amount,
            currency: order.currency.clone(),
            card_last4: digits[digits.len().saturating_sub(4)..].iter().collect(),
            payment_id: None,
            status: "asking".to_owned(),
            http_status: None,
            payment: None,
            problem: None,
            error: None,
        });
        while self.purchases.len() > PURCHASES_MAX {
            self.purchases.pop_front();
        }
        self.last_purchase
    }

    /// Notes what came of it.
    pub(crate) fn end(&mut self, number: u64, answered: &Result<Answered, ShopError>) {
        let Some(purchase) = self.purchases.iter_mut().find(|purchase| purchase.number == number) else { return };
        match answered {
            Ok(answered) => {
                purchase.http_status = Some(answered.http_status);
                if let Some(id) = answered.payment_id() {
                    purchase.payment_id = Some(id.to_owned());
                }
                match answered.payment() {
                    Some(payment) => {
                        let payment = payment.clone();
                        note(purchase, &payment);
                    }
                    None => {
                        purchase.problem = Some(answered.body.clone());
                        purchase.status = if answered.http_status == 402 { "declined" } else { "refused" }.to_owned();
                    }
                }
            }
            Err(error) => {
                purchase.status = "unknown".to_owned();
                purchase.error = Some(error.to_string());
            }
        }
    }

    /// Takes a newer payment document to the purchase it belongs to.
    pub(crate) fn learn(&mut self, payment: &Value) {
        let id = payment_id_in(payment);
        let order_ref = payment.get("order_ref").and_then(Value::as_str);
        let found = self.purchases.iter_mut().rev().find(|purchase| match (&purchase.payment_id, id) {
            (Some(known), Some(id)) => known == id,
            _ => order_ref == Some(purchase.order_ref.as_str()),
        });
        if let Some(purchase) = found {
            purchase.payment_id = id.map(str::to_owned);
            note(purchase, payment);
        }
    }
}

/// Keeps the newer document: webhooks may come late and out of order.
fn note(purchase: &mut Purchase, payment: &Value) {
    let known = purchase.payment.as_ref().map_or("", updated_at);
    if updated_at(payment) < known {
        return;
    }
    if let Some(status) = payment.get("status").and_then(Value::as_str) {
        status.clone_into(&mut purchase.status);
    }
    purchase.payment = Some(payment.clone());
}

fn updated_at(payment: &Value) -> &str {
    payment.get("updated_at").and_then(Value::as_str).unwrap_or_default()
}

/// The state behind its lock, and the bell that rings when it changes.
pub(crate) struct Shared {
    state: Mutex<State>,
    changes: watch::Sender<u64>,
    pub(crate) stop: CancellationToken,
}

impl Shared {
    pub(crate) fn new(stop: CancellationToken) -> Self {
        Self { state: Mutex::new(State::default()), changes: watch::Sender::new(0), stop }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn change<T>(&self, write: impl FnOnce(&mut State) -> T) -> T {
        let result = write(&mut self.lock());
        self.changes.send_modify(|version| *version += 1);
        result
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }
}
