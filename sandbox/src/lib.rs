//! Stand-ins for the outside world on loopback: a Bot API server, an SMTP sink, a shop, a bank host.
//!
//! They are real servers on real sockets, used by the tests and by `aviso sandbox`. Nothing here
//! knows Aviso's own types: each stand-in speaks the public protocol of the service it stands for, so
//! that what works against it works against the real one. The bank host alone writes its messages with
//! our codec, which the tests check against other people's code.

pub mod page;
pub mod standin;
