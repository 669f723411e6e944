//! Addresses that take no mail: nothing is sent to them until somebody proves that they do again.

use crate::clock::Timestamp;
use crate::named::named;

named! {
    /// Why nothing is sent to an address.
    pub enum SuppressionReason {
        /// The relay, or the mailbox' own server, says that there is no such mailbox.
        Bounce = "bounce",
        /// Its owner reported our mail as spam: nothing commercial is sent there.
        Complaint = "complaint",
        /// An operator wrote it down.
        Manual = "manual",
    }
}

/// An address that takes no mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// The address in lower case.
    pub email_ci: String,
    /// Why.
    pub reason: SuppressionReason,
    /// The SMTP code, when a server said so.
    pub code: Option<i32>,
    /// What the server said, without the address; or the operator's reason.
    pub answer: String,
    /// Since when.
    pub since: Timestamp,
}
