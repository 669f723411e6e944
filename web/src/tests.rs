//! The routers over a fresh SQLite database and the sandbox bank, in this process.

mod authorization;
mod bad_input;
mod endpoints;
mod harness;
mod idempotency;
mod lists;
mod mailbox;
mod pages;
mod payments;
mod surface;
