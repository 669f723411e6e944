//! Damage done on purpose, to prove that the checks notice it.

use aviso_core::id::MerchantId;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};

use crate::bank::Cheat;

/// What is damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sabotage {
    /// The bank lies.
    Bank(Cheat),
    /// A payment forgets a minor unit that was taken.
    CapturedShrinks,
    /// A payment says that more went back than did.
    RefundedGrows,
    /// A refund that succeeded is marked as failed.
    RefundFlips,
    /// An authorization that succeeded is marked as failed.
    AuthorizationFlips,
    /// The status in the table is another one than the facts say.
    StatusLies,
    /// An event is lost.
    EventVanishes,
    /// A stored answer changes.
    AnswerChanges,
    /// A refund's row is lost.
    RefundVanishes,
    /// An operation's outcome is forgotten for ever.
    OutcomeForgotten,
    /// A message names another bank than the one that was asked.
    BankMistaken,
    /// The proof of an authentication is lost after the bank was asked.
    ProofVanishes,
}

impl Sabotage {
    /// Every kind.
    pub const ALL: [Self; 17] = [
        Self::Bank(Cheat::DoublesCaptures),
        Self::Bank(Cheat::KeepsRefunds),
        Self::Bank(Cheat::KeepsReservations),
        Self::Bank(Cheat::IgnoresReversals),
        Self::Bank(Cheat::HidesApprovals),
        Self::Bank(Cheat::VouchesForAll),
        Self::CapturedShrinks,
        Self::RefundedGrows,
        Self::RefundFlips,
        Self::AuthorizationFlips,
        Self::StatusLies,
        Self::EventVanishes,
        Self::AnswerChanges,
        Self::RefundVanishes,
        Self::OutcomeForgotten,
        Self::BankMistaken,
        Self::ProofVanishes,
    ];

    pub(crate) const fn cheat(self) -> Option<Cheat> {
        match self {
            Self::Bank(cheat) => Some(cheat),
            _ => None,
        }
    }

    /// What is done to the rows of the run's merchant.
    const fn sql(self) -> &'static str {
        match self {
            Self::Bank(_) => "",
            Self::CapturedShrinks => {
                "UPDATE payment SET captured = captured - 1 WHERE captured > refunded + refund_pending AND {mine}"
            }
            Self::RefundedGrows => {
                "UPDATE payment SET refunded = refunded + 1 WHERE captured > refunded + refund_pending AND {mine}"
            }
            Self::RefundFlips => {
                "UPDATE operation SET status = 'failed' WHERE kind = 'refund' AND status = 'succeeded' AND {of_mine}"
            }
            Self::AuthorizationFlips => {
                "UPDATE operation SET status = 'failed' WHERE kind = 'authorize' AND status = 'succeeded' AND {of_mine}"
            }
            // A legal change, or the table would refuse it.
            Self::StatusLies => "UPDATE payment SET status = 'partially_refunded' WHERE status = 'captured' AND {mine}",
            Self::EventVanishes => "DELETE FROM event WHERE type = 'payment.captured' AND {mine}",
            Self::AnswerChanges => "UPDATE idempotency SET body = body || ' ' WHERE body IS NOT NULL AND {mine}",
            Self::RefundVanishes => "DELETE FROM refund WHERE {mine}",
            Self::OutcomeForgotten => {
                "UPDATE operation SET next_inquiry_at = NULL WHERE status IN ('pending', 'unknown') AND {of_mine}"
            }
            Self::BankMistaken => "UPDATE operation SET acquirer = 'second' WHERE acquirer = 'first' AND {of_mine}",
            Self::ProofVanishes => {
                "UPDATE attempt SET auth_status = NULL WHERE auth_status = 'authenticated' AND {of_mine}"
            }
        }
    }

    /// Does the damage. `true` when there was something to damage.
    pub(crate) async fn strike(self, connection: &DatabaseConnection, merchant: MerchantId) -> Result<bool, DbErr> {
        if self.sql().is_empty() {
            return Ok(false);
        }
        // As SQLite writes it: damage is done there only.
        let mine = format!("merchant_id = X'{:X}'", merchant.as_uuid().simple());
        let of_mine = format!("payment_id IN (SELECT id FROM payment WHERE {mine})");
        let sql = self.sql().replace("{mine}", &mine).replace("{of_mine}", &of_mine);
        Ok(connection.execute_unprepared(&sql).await?.rows_affected() > 0)
    }
}
