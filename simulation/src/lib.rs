//! Deterministic runs of the payment core. One seed chooses everything that happens in a run: what shops
//! ask for, what banks, the issuer and the wallet do, how the clock moves, where the process dies. The same
//! seed gives the same trace, byte for byte.
//!
//! A run is a row of steps. In each, at most one piece of work moves, and it moves until it ends or waits
//! for a bank or the issuer; so the order of everything durable is the seed's. After every step the checks of
//! [`check`] look at the payments; after the last one faults end, time passes, and everything must end
//! well: see `heal`.

pub mod bank;
mod check;
mod clock;
mod expect;
mod fuse;
mod heal;
mod process;
mod request;
mod run;
mod sabotage;
mod shrink;
mod world;

pub use clock::ManualClock;
pub use run::{Arena, Failure, Options, Report, run_many};
pub use sabotage::Sabotage;
pub use shrink::shrink;
