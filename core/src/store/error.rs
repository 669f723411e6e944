//! What can go wrong in the database, told apart by what follows from it.

use sea_orm::{DbErr, RuntimeErr, sqlx};

/// Why the database did not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Not reachable now: no connection, time-out, disk full. Nothing was written.
    #[error("the database is not available")]
    Unavailable(#[source] DbErr),
    /// Two units of work got in each other's way; another try may succeed.
    #[error("units of work collided")]
    Collision(#[source] DbErr),
    /// A constraint refused it.
    #[error("the constraint {name} was violated")]
    Violated {
        /// The constraint's name (PostgreSQL), or its columns (SQLite).
        name: String,
        /// The database's own words.
        #[source]
        source: DbErr,
    },
    /// A row that this version cannot read.
    #[error("a row of {table} has an unreadable {column}")]
    Unreadable {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
    },
    /// The shared commit ended before it was done.
    #[error("the commit was interrupted")]
    Interrupted,
    /// Anything else: a bug.
    #[error("the database refused a statement")]
    Statement(#[source] DbErr),
}

/// The constraints whose violation means something to a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Constraint {
    OrderRef,
    BillOrderRef,
    RefundRef,
    AccountEmail,
    TelegramUser,
    TelegramAccount,
    RefundedAmount,
    EnrolledCard,
}

impl Constraint {
    /// As PostgreSQL names it, and as SQLite lists its columns.
    const fn spellings(self) -> [&'static str; 2] {
        match self {
            Self::OrderRef => ["payment_order_ref_key", "payment.merchant_id, payment.mode, payment.order_ref"],
            Self::BillOrderRef => ["bill_order_ref_key", "bill.merchant_id, bill.mode, bill.order_ref"],
            Self::RefundRef => ["refund_ref_key", "refund.merchant_id, refund.mode, refund.refund_ref"],
            Self::AccountEmail => ["account_email_key", "account.email_ci"],
            Self::TelegramUser => ["telegram_identity_user_key", "telegram_identity.tg_user_id"],
            Self::TelegramAccount => ["telegram_identity_account_key", "telegram_identity.account_id"],
            Self::EnrolledCard => ["enrolled_card_key", "enrolled_card.mode, enrolled_card.card"],
            Self::RefundedAmount => ["payment_refunded_check", "payment_refunded_check"],
        }
    }
}

impl StoreError {
    /// Whether another try may succeed.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        matches!(self, Self::Collision(_))
    }

    /// Whether it is this constraint that refused.
    pub(crate) fn violates(&self, constraint: Constraint) -> bool {
        matches!(self, Self::Violated { name, .. } if constraint.spellings().contains(&name.as_str()))
    }
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        let database = match &error {
            DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => return Self::Unavailable(error),
            DbErr::Exec(RuntimeErr::SqlxError(inner)) | DbErr::Query(RuntimeErr::SqlxError(inner)) => match &**inner {
                sqlx::Error::Database(database) => database,
                sqlx::Error::Io(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed => {
                    return Self::Unavailable(error);
                }
                _ => return Self::Statement(error),
            },
            _ => return Self::Statement(error),
        };
        let code = database.code().unwrap_or_default().into_owned();
        // SQLite's extended codes keep the primary one in their lowest byte: 10 is an I/O error, 13 a full disk.
        if code.len() < 5 && code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 10 | 13)) {
            return Self::Unavailable(error);
        }
        match code.as_str() {
            // PostgreSQL serialization failure, deadlock; SQLite busy and busy snapshot.
            "40001" | "40P01" | "5" | "261" | "517" => Self::Collision(error),
            // PostgreSQL unique, check, foreign key; SQLite's extended codes for the same.
            "23505" | "23514" | "23503" | "2067" | "1555" | "275" | "787" | "1811" => {
                let name = match database.constraint() {
                    Some(name) => name.to_owned(),
                    None => database.message().rsplit(": ").next().unwrap_or_default().to_owned(),
                };
                Self::Violated { name, source: error }
            }
            // PostgreSQL connections, disk, shutdown.
            "53300" | "53100" | "57P01" | "57P03" => Self::Unavailable(error),
            _ => Self::Statement(error),
        }
    }
}
