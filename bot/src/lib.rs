//! The Telegram edge: buyers and staff talk to Aviso here, and notices leave by it.
//!
//! Updates are written to an inbox first ([`intake`]), then handled in order per chat ([`worker`]):
//! a broken one never stops the bot. The bot changes nothing itself; it calls core's services.

mod acquirer;
mod api;
mod buyer;
mod callback;
mod channel;
mod checkout;
mod clean;
mod command;
mod config;
mod conversation;
mod fault;
mod guard;
mod intake;
mod invoice;
mod name;
mod notice;
mod pay;
mod person;
mod preview;
mod receipt;
mod router;
mod scheduler;
mod screen;
mod services;
mod staff;
mod start;
#[cfg(test)]
mod tests;
mod words;
mod worker;

pub use acquirer::{TelegramAcquirer, TelegramPayments};
pub use channel::TelegramChannel;
pub use config::{BotConfig, BotConfigError, BotMode};
pub use intake::WEBHOOK_PATH;
pub use name::{Nameless, username};
pub use preview::{Preview, preview};
pub use services::BotServices;
pub use start::Bot;
