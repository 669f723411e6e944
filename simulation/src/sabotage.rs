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
    /// A card is kept though its payment was refused.
    CardKept,
    /// A frozen card pays again.
    CardThaws,
    /// A mandate forgets what it was for: more is charged than was agreed.
    LimitGrows,
    /// A mandate forgets when it was last charged.
    PeriodForgotten,
    /// A mandate stays taken by a charge that ended.
    ChargeSticks,
    /// A dispute holds less than it did.
    DisputeShrinks,
    /// A payment forgets that it is disputed.
    DisputeForgotten,
    /// The issuer's decision is lost.
    DecisionLost,
    /// What a merchant answered to a dispute is never sent.
    ReplyLost,
    /// A sealed entry of the ledger changes.
    EntryChanges,
    /// A balance is not the sum of its entries.
    BalanceLies,
    /// A capture is booked without its fee.
    FeeVanishes,
}

impl Sabotage {
    /// Every kind.
    pub const ALL: [Self; 30] = [
        Self::Bank(Cheat::DoublesCaptures),
        Self::Bank(Cheat::KeepsRefunds),
        Self::Bank(Cheat::KeepsReservations),
        Self::Bank(Cheat::IgnoresReversals),
        Self::Bank(Cheat::HidesApprovals),
        Self::Bank(Cheat::VouchesForAll),
        Self::Bank(Cheat::KeepsPages),
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
        Self::CardKept,
        Self::CardThaws,
        Self::LimitGrows,
        Self::PeriodForgotten,
        Self::ChargeSticks,
        Self::DisputeShrinks,
        Self::DisputeForgotten,
        Self::DecisionLost,
        Self::ReplyLost,
        Self::EntryChanges,
        Self::BalanceLies,
        Self::FeeVanishes,
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
            Self::CardKept => "UPDATE vault_card SET state = 'active' WHERE state = 'pending' AND {mine}",
            Self::CardThaws => {
                "UPDATE vault_customer SET state = 'member' WHERE {mine}; \
                 UPDATE vault_card SET state = 'active' WHERE state = 'frozen' AND {mine}"
            }
            Self::LimitGrows => "UPDATE mandate SET amount_max = 500 WHERE amount_max < 500 AND {mine}",
            Self::PeriodForgotten => "UPDATE mandate SET last_success_at = NULL WHERE state = 'active' AND {mine}",
            Self::ChargeSticks => {
                "UPDATE mandate SET charging = (SELECT id FROM payment ORDER BY rowid DESC LIMIT 1) \
                 WHERE state = 'active' AND {mine}"
            }
            Self::DisputeShrinks => "UPDATE dispute SET held = held - 1 WHERE held > 1 AND {mine}",
            Self::DisputeForgotten => "UPDATE payment SET disputed = disputed - 1 WHERE disputed > 1 AND {mine}",
            Self::DecisionLost => {
                "INSERT INTO dispute_notice (acquirer, notice, heard_at) \
                 SELECT acquirer, dispute_ref || ' 1', 1 FROM dispute WHERE status = 'opened' AND {mine}"
            }
            Self::ReplyLost => "UPDATE dispute SET reply_due_at = NULL WHERE reply_due_at IS NOT NULL AND {mine}",
            // The guards are for honest mistakes: whoever may write the file may drop them.
            Self::EntryChanges => {
                "DROP TRIGGER IF EXISTS ledger_entry_update_guard; \
                 UPDATE ledger_entry SET amount = amount + 1 WHERE kind = 'capture' AND {mine}"
            }
            Self::BalanceLies => "UPDATE ledger_balance SET balance = balance + 1 WHERE {mine}",
            Self::FeeVanishes => "DELETE FROM merchant_fee WHERE {mine}",
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
