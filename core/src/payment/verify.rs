//! The verifier in a payment's way: who must confirm it before the bank is asked, and what follows their answer.
//!
//! An attempt that waits for an answer keeps its card sealed, and its payment stands at `requires_action`. Whoever
//! ends the question (the chat, the checkout page, the janitor) does so under the payment's lock and only while it is
//! live; the same unit stores the message to the bank, or that the issuer is asked next, so exactly one follows.
//!
//! What a crash leaves behind: a question that waits goes on waiting, for its security code lives in the memory of
//! the process that heard it, and the authorization goes without one. After the answer the message is stored, and
//! the janitor asks the bank or the issuer about it, as for any other.

mod answer;
mod ask;
mod end;
mod go_on;

pub use answer::{Answered, Keypad, Mailed, Stroke};
pub(super) use ask::Check;
