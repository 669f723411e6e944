//! Who acts in a test: a merchant, a buyer, a member of staff. Each does what a real one would,
//! through the same doors.

mod buyer;
mod chat;
mod member;
mod merchant;
mod staff;

pub use buyer::{Buyer, Letter};
pub use chat::Chat;
pub use member::{Authenticator, Member, PASSWORD};
pub use merchant::{Answer, Merchant, Order};
pub use staff::Staff;

use std::sync::atomic::{AtomicI64, Ordering};

/// A new number for people and orders: unique in the test process.
pub(crate) fn next_number() -> i64 {
    static NEXT: AtomicI64 = AtomicI64::new(1);
    NEXT.fetch_add(1, Ordering::SeqCst)
}
