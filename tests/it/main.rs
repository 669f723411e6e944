//! End-to-end tests: a file for each feature, on both databases, over real sockets.

mod crash;
mod docs;
mod failover;
mod host_link;
mod idempotency;
mod iso8583;
mod iso8583_crash;
mod ledger;
mod mail;
mod notices;
mod overdue;
mod payments;
mod people;
mod refunds;
mod reservations;
mod review;
mod routing;
mod sandbox_page;
mod store;
mod three_ds;
mod three_ds_page;
mod unknown_outcomes;
mod wallets;
mod webhooks;
