//! End-to-end tests: a file for each feature, on both databases, over real sockets.

mod crash;
mod docs;
mod host_link;
mod idempotency;
mod iso8583;
mod iso8583_crash;
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
