//! End-to-end tests: a file for each feature, on both databases, over real sockets.

mod crash;
mod disputes;
mod docs;
mod idempotency;
mod ledger;
mod mail;
mod notices;
mod payments;
mod people;
mod refunds;
mod review;
mod sandbox_page;
mod store;
mod unknown_outcomes;
mod webhooks;
