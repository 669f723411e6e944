//! The wallet's books: what buyers are asked for, what they decided, and the money.

use std::collections::HashMap;

use aviso_core::clock::Timestamp;
use aviso_core::id::OperationId;
use aviso_core::money::Money;
use aviso_core::payment::decline::DeclineCode;
use aviso_core::port::{AcquirerAnswer, FollowUpRequest};
use aviso_core::secret::sha256_hex;

use super::entry::{Entry, FollowUpKind, FollowedUp, Opened};
use super::{Decision, Moved, OrderView};
use crate::kept::Books;
use crate::sandbox::entry::Verdict;

/// What a reference stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OrderState {
    /// The buyer has not decided.
    Open,
    /// The buyer paid.
    Approved,
    /// The buyer refused.
    Declined,
    /// Taken back by the merchant's side before the buyer decided.
    Withdrawn,
    /// An inquiry was told that nothing arrived.
    NeverArrived,
}

/// What a buyer is asked for, and what became of it.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) opened: Opened,
    pub(super) state: OrderState,
    moved: Moved,
}

/// All of it.
#[derive(Debug, Default)]
pub(super) struct WalletBooks {
    orders: HashMap<OperationId, Order>,
    by_token: HashMap<String, OperationId>,
    followed_up: HashMap<OperationId, Verdict>,
    never_arrived: HashMap<OperationId, ()>,
}

impl Order {
    /// The wallet's own reference.
    pub(super) fn reference(&self) -> String {
        format!("SW{}", &sha256_hex(self.opened.operation.to_string().as_bytes()).to_ascii_uppercase()[..10])
    }

    pub(super) const fn moved(&self) -> Moved {
        self.moved
    }

    fn is_late(&self, now: Timestamp) -> bool {
        self.state == OrderState::Open && now >= self.opened.expires_at
    }

    /// What the page shows.
    pub(super) fn view(&self, now: Timestamp) -> OrderView {
        OrderView {
            operation: self.opened.operation,
            amount: self.opened.amount,
            is_open: self.state == OrderState::Open && !self.is_late(now),
            is_late: self.is_late(now),
            return_url: self.opened.return_url.clone(),
        }
    }

    /// What the merchant's side hears.
    pub(super) fn answer(&self, page: &str, now: Timestamp) -> AcquirerAnswer {
        match self.state {
            OrderState::Open if self.is_late(now) => AcquirerAnswer::declined(DeclineCode::ActionExpired),
            OrderState::Open => AcquirerAnswer::ActionRequired {
                url: format!("{page}/{}", self.opened.token),
                acquirer_ref: self.reference(),
                expires_at: self.opened.expires_at,
            },
            OrderState::Approved => approval(&self.reference(), self.opened.amount).to_answer(),
            OrderState::Declined => AcquirerAnswer::declined(DeclineCode::RefusedByBuyer),
            OrderState::Withdrawn | OrderState::NeverArrived => AcquirerAnswer::declined(DeclineCode::ProcessingError),
        }
    }

    /// What the wallet makes of a later message.
    fn verdict(&self, kind: FollowUpKind, amount: Money) -> Verdict {
        let minor = amount.minor();
        let Moved { authorized, captured, refunded } = self.moved;
        let fits = match kind {
            FollowUpKind::Capture => minor <= authorized - captured,
            FollowUpKind::Void => authorized > captured,
            FollowUpKind::Refund => minor <= captured - refunded,
            // Whatever was begun is undone, and undoing nothing succeeds.
            FollowUpKind::Reversal => true,
        };
        if fits && amount.currency() == self.opened.amount.currency() {
            approval(&self.reference(), amount)
        } else {
            Verdict::Declined { code: DeclineCode::ProcessingError }
        }
    }

    fn carry_out(&mut self, kind: FollowUpKind, amount: Money) {
        let minor = amount.minor();
        match kind {
            FollowUpKind::Capture => self.moved.captured += minor,
            FollowUpKind::Void => self.moved.authorized = self.moved.captured,
            FollowUpKind::Refund => self.moved.refunded += minor,
            FollowUpKind::Reversal => {
                if self.state == OrderState::Open {
                    self.state = OrderState::Withdrawn;
                }
                self.moved.authorized = self.moved.captured;
                self.moved.refunded = self.moved.captured;
            }
        }
    }
}

fn approval(reference: &str, amount: Money) -> Verdict {
    let approval_code = sha256_hex(reference.as_bytes())[..6].to_ascii_uppercase();
    Verdict::Approved { acquirer_ref: reference.to_owned(), approval_code, amount }
}

impl WalletBooks {
    pub(super) fn order(&self, operation: OperationId) -> Option<&Order> {
        self.orders.get(&operation)
    }

    pub(super) fn by_token(&self, token: &str) -> Option<&Order> {
        self.orders.get(self.by_token.get(token)?)
    }

    /// Whether the reference was used before, or is spent.
    pub(super) fn knows(&self, operation: OperationId) -> bool {
        self.orders.contains_key(&operation)
            || self.followed_up.contains_key(&operation)
            || self.never_arrived.contains_key(&operation)
    }

    pub(super) fn state(&self, operation: OperationId) -> Option<OrderState> {
        if self.never_arrived.contains_key(&operation) {
            return Some(OrderState::NeverArrived);
        }
        self.orders.get(&operation).map(|order| order.state)
    }

    /// What the merchant's side hears about a reference.
    pub(super) fn answer(&self, operation: OperationId, page: &str, now: Timestamp) -> Option<AcquirerAnswer> {
        if let Some(verdict) = self.followed_up.get(&operation) {
            return Some(verdict.to_answer());
        }
        if self.never_arrived.contains_key(&operation) {
            return Some(AcquirerAnswer::declined(DeclineCode::ProcessingError));
        }
        self.orders.get(&operation).map(|order| order.answer(page, now))
    }

    /// The entry for a later message; `None` when it was heard before.
    pub(super) fn follow_up(&self, request: &FollowUpRequest, kind: FollowUpKind, now: Timestamp) -> Option<Entry> {
        let (operation, original) = (request.message.operation, request.original.message.operation);
        if self.knows(operation) {
            return None;
        }
        let verdict = match (self.orders.get(&original), kind) {
            (Some(order), _) => order.verdict(kind, request.amount),
            // What never arrived needs no undoing; it is spent, so that it cannot arrive later.
            (None, FollowUpKind::Reversal) if !self.knows(original) => {
                return Some(Entry::NeverArrived { operation: original });
            }
            (None, FollowUpKind::Reversal) => approval(&now.as_micros().to_string(), request.amount),
            (None, FollowUpKind::Capture | FollowUpKind::Void | FollowUpKind::Refund) => {
                Verdict::Declined { code: DeclineCode::ProcessingError }
            }
        };
        Some(Entry::FollowedUp(FollowedUp { operation, original, kind, verdict }))
    }
}

impl Books for WalletBooks {
    type Entry = Entry;

    fn record(&mut self, entry: Entry) {
        match entry {
            Entry::Opened(opened) => {
                self.by_token.insert(opened.token.clone(), opened.operation);
                let order = Order { state: OrderState::Open, moved: Moved::default(), opened };
                self.orders.insert(order.opened.operation, order);
            }
            Entry::Decided { token, decision } => {
                let Some(order) = self.by_token.get(&token).and_then(|of| self.orders.get_mut(of)) else { return };
                if order.state != OrderState::Open {
                    return;
                }
                order.state = match decision {
                    Decision::Approve => OrderState::Approved,
                    Decision::Decline => OrderState::Declined,
                };
                if decision == Decision::Approve {
                    let minor = order.opened.amount.minor();
                    order.moved.authorized = minor;
                    order.moved.captured = if order.opened.capture { minor } else { 0 };
                }
            }
            Entry::FollowedUp(FollowedUp { operation, original, kind, verdict }) => {
                if let (Verdict::Approved { amount, .. }, Some(order)) = (&verdict, self.orders.get_mut(&original)) {
                    order.carry_out(kind, *amount);
                }
                self.followed_up.insert(operation, verdict);
            }
            Entry::NeverArrived { operation } => {
                self.never_arrived.insert(operation, ());
            }
        }
    }
}
