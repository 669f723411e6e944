//! End-to-end tests: a file for each feature, on both databases, over real sockets.

mod crash;
mod docs;
mod idempotency;
mod mail;
mod mandates;
mod notices;
mod payments;
mod people;
mod refunds;
mod review;
mod sandbox_page;
mod saved_cards;
mod secrets_scan;
mod store;
mod unknown_outcomes;
mod webhooks;
