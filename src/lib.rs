//! The wiring of Aviso: configuration, the services and roles of one process, and the commands.
//!
//! It holds no rules of its own: it builds the core, gives it its edges, and starts and stops them.

pub mod admin;
pub mod app;
pub mod cli;
pub mod config;
pub mod ledger;
pub mod lifecycle;
pub mod sandbox;
pub mod telemetry;
pub mod vault;
