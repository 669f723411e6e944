//! The core of Aviso: payments, risk, accounts, events and their delivery, and the one door to the
//! database. It knows no Telegram, no SMTP and no HTTP, and performs no network I/O: banks and
//! channels stand behind the ports in [`port`] and [`delivery`].

pub mod account;
pub mod audit;
pub mod bill;
pub mod bin_table;
pub mod bot;
pub mod clock;
pub mod country;
pub mod crash;
pub mod delivery;
pub mod dispute;
pub mod document;
pub mod event;
pub mod id;
pub mod idempotency;
pub mod inbox;
pub mod issuing;
mod kept;
pub mod language;
pub mod ledger;
pub mod mandate;
pub mod merchant;
pub mod money;
mod named;
pub mod onboarding;
pub mod payment;
pub mod port;
pub mod preference;
pub mod reconciliation;
pub mod refund;
pub mod report;
pub mod retention;
pub mod risk;
pub mod routing;
pub mod secret;
pub mod site;
pub mod spreadsheet;
pub mod store;
pub mod vault;
pub mod verifier;
