//! Words and mail: composes a letter for an event and sends it.
//!
//! [`compose`] turns a delivery job into a [`compose::Letter`] in the reader's language; [`email`]
//! signs it and hands it to a relay; [`channel::EmailChannel`] joins the two behind the core's
//! `Channel`. This crate knows no database and changes no payment.

pub mod bounce;
pub mod channel;
pub mod compose;
pub mod email;
pub mod preview;

mod clean;
mod sample;
mod words;
