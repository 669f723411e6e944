//! The rows, one file a table. They never leave the store.

#![allow(
    missing_docs,
    unreachable_pub,
    reason = "columns are documented by the migrations and the domain types; the derives ask for pub"
)]

pub(super) mod account;
pub(super) mod attempt;
pub(super) mod audit;
pub(super) mod bot_button;
pub(super) mod bot_conversation;
pub(super) mod bot_update;
pub(super) mod buyer_case;
pub(super) mod delivery;
pub(super) mod delivery_attempt;
pub(super) mod event;
pub(super) mod idempotency;
pub(super) mod link;
pub(super) mod merchant;
pub(super) mod merchant_key;
pub(super) mod operation;
pub(super) mod payment;
pub(super) mod recipient;
pub(super) mod refund;
pub(super) mod review;
pub(super) mod risk_decision;
pub(super) mod risk_limit;
pub(super) mod risk_list_entry;
pub(super) mod session;
pub(super) mod staff;
pub(super) mod telegram_identity;
pub(super) mod webhook_endpoint;
pub(super) mod webhook_secret;
