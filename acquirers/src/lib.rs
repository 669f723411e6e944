//! Banks and wallets: each implements core's [`Acquirer`](aviso_core::port::Acquirer) port. They know no
//! payment state and no database: only messages and answers.

mod kept;
pub mod sandbox;
pub mod sandbox_wallet;
