//! End-to-end tests: a file for each feature, on both databases, over real sockets.

mod crash;
mod crash_sweep;
mod docs;
mod idempotency;
mod ledger;
mod mail;
mod notices;
mod overdue;
mod payments;
mod people;
mod refunds;
mod reservations;
mod review;
mod sandbox_page;
mod simulation;
mod store;
mod three_ds;
mod three_ds_page;
mod unknown_outcomes;
mod wallets;
mod webhooks;
