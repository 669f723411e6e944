//! The ledger: entries that nobody can change, the queue of what is not sealed yet, the chain of seals,
//! folded balances, fees and payouts. Payments that are older get opening entries.

mod opening;

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

// No foreign keys on entries: each would cost the hot path a look-up; `aviso ledger verify` checks instead.
const UP: &str = "
CREATE TABLE ledger_entry (
    transaction_id {uuid} NOT NULL,
    line integer NOT NULL,
    kind text NOT NULL,
    mode text NOT NULL,
    currency text NOT NULL,
    debit text NOT NULL,
    credit text NOT NULL,
    amount bigint NOT NULL,
    merchant_id {uuid} NOT NULL,
    payment_id {uuid},
    operation_id {uuid},
    subject text,
    created_at bigint NOT NULL,
    CONSTRAINT ledger_entry_pkey PRIMARY KEY (transaction_id, line),
    CONSTRAINT ledger_entry_line_check CHECK (line > 0),
    CONSTRAINT ledger_entry_kind_check CHECK (kind IN ('opening', 'authorization', 'capture', 'release', 'refund',
        'dispute_opened', 'dispute_won', 'dispute_lost', 'settlement', 'payout')),
    CONSTRAINT ledger_entry_mode_check CHECK (mode IN ('test', 'live')),
    CONSTRAINT ledger_entry_amount_check CHECK (amount > 0),
    CONSTRAINT ledger_entry_accounts_check CHECK (debit <> credit)
);
CREATE INDEX ledger_entry_merchant_idx ON ledger_entry (merchant_id, mode, transaction_id, line);
CREATE UNIQUE INDEX ledger_entry_operation_key ON ledger_entry (payment_id, operation_id) WHERE line = 1;
CREATE TABLE ledger_queue (
    position {counter},
    transaction_id {uuid} NOT NULL
);
CREATE TABLE ledger_seal (
    number bigint NOT NULL PRIMARY KEY,
    transaction_id {uuid} NOT NULL CONSTRAINT ledger_seal_transaction_key UNIQUE,
    hash text NOT NULL,
    sealed_at bigint NOT NULL
);
CREATE TABLE ledger_head (
    id integer NOT NULL PRIMARY KEY,
    number bigint NOT NULL,
    hash text NOT NULL,
    CONSTRAINT ledger_head_one_row_check CHECK (id = 1)
);
INSERT INTO ledger_head (id, number, hash) VALUES (1, 0, '');
CREATE TABLE ledger_balance (
    merchant_id {uuid} NOT NULL,
    mode text NOT NULL,
    currency text NOT NULL,
    account text NOT NULL,
    balance bigint NOT NULL,
    CONSTRAINT ledger_balance_pkey PRIMARY KEY (merchant_id, mode, currency, account),
    CONSTRAINT ledger_balance_held_check CHECK (balance >= 0 OR account NOT LIKE '%:held'),
    CONSTRAINT ledger_balance_available_check CHECK (balance >= 0 OR account NOT LIKE '%:available'),
    CONSTRAINT ledger_balance_chargeback_check CHECK (balance >= 0 OR account NOT LIKE 'chargeback:%')
);
CREATE TABLE merchant_fee (
    merchant_id {uuid} NOT NULL REFERENCES merchant (id),
    mode text NOT NULL,
    currency text NOT NULL,
    method text NOT NULL,
    basis_points integer NOT NULL,
    fixed bigint NOT NULL,
    changed_at bigint NOT NULL,
    CONSTRAINT merchant_fee_pkey PRIMARY KEY (merchant_id, mode, currency, method),
    CONSTRAINT merchant_fee_mode_check CHECK (mode IN ('test', 'live')),
    CONSTRAINT merchant_fee_basis_points_check CHECK (basis_points >= 0 AND basis_points <= 10000),
    CONSTRAINT merchant_fee_fixed_check CHECK (fixed >= 0)
);
CREATE TABLE payout (
    id {uuid} NOT NULL PRIMARY KEY,
    merchant_id {uuid} NOT NULL REFERENCES merchant (id),
    mode text NOT NULL,
    currency text NOT NULL,
    amount bigint NOT NULL,
    available_before bigint NOT NULL,
    owed_before bigint NOT NULL,
    created_by text NOT NULL,
    created_at bigint NOT NULL,
    CONSTRAINT payout_mode_check CHECK (mode IN ('test', 'live')),
    CONSTRAINT payout_owed_check CHECK (owed_before >= 0),
    CONSTRAINT payout_amount_check CHECK (amount > 0 AND amount <= available_before - owed_before)
);
CREATE INDEX payout_merchant_idx ON payout (merchant_id, mode, id);
";

const GUARDS_SQLITE: &[&str] = &[
    "CREATE TRIGGER ledger_entry_update_guard BEFORE UPDATE ON ledger_entry
     BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: ledger_is_immutable'); END",
    "CREATE TRIGGER ledger_entry_delete_guard BEFORE DELETE ON ledger_entry
     BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: ledger_is_immutable'); END",
    "CREATE TRIGGER ledger_seal_update_guard BEFORE UPDATE ON ledger_seal
     BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: ledger_is_immutable'); END",
    "CREATE TRIGGER ledger_seal_delete_guard BEFORE DELETE ON ledger_seal
     BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: ledger_is_immutable'); END",
    "CREATE TRIGGER ledger_entry_queue AFTER INSERT ON ledger_entry WHEN NEW.line = 1
     BEGIN INSERT INTO ledger_queue (transaction_id) VALUES (NEW.transaction_id); END",
];

const GUARDS_POSTGRES: &[&str] = &[
    "CREATE FUNCTION ledger_guard() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN
         RAISE EXCEPTION 'the ledger is immutable: post another transaction instead'
             USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_is_immutable';
     END $$",
    "CREATE TRIGGER ledger_entry_guard BEFORE UPDATE OR DELETE ON ledger_entry
     FOR EACH ROW EXECUTE FUNCTION ledger_guard()",
    "CREATE TRIGGER ledger_entry_truncate_guard BEFORE TRUNCATE ON ledger_entry EXECUTE FUNCTION ledger_guard()",
    "CREATE TRIGGER ledger_seal_guard BEFORE UPDATE OR DELETE ON ledger_seal
     FOR EACH ROW EXECUTE FUNCTION ledger_guard()",
    "CREATE TRIGGER ledger_seal_truncate_guard BEFORE TRUNCATE ON ledger_seal EXECUTE FUNCTION ledger_guard()",
    "CREATE FUNCTION ledger_queue_up() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN
         INSERT INTO ledger_queue (transaction_id) VALUES (NEW.transaction_id);
         RETURN NULL;
     END $$",
    "CREATE TRIGGER ledger_entry_queue AFTER INSERT ON ledger_entry
     FOR EACH ROW WHEN (NEW.line = 1) EXECUTE FUNCTION ledger_queue_up()",
];

const TABLES: &[&str] =
    &["payout", "merchant_fee", "ledger_balance", "ledger_head", "ledger_seal", "ledger_queue", "ledger_entry"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Positions count up in the order in which units of work insert, which ids made by several clocks do not.
        let (counter, guards) = match manager.get_database_backend() {
            DbBackend::Postgres => ("bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY", GUARDS_POSTGRES),
            _ => ("integer NOT NULL PRIMARY KEY AUTOINCREMENT", GUARDS_SQLITE),
        };
        dialect::run(manager, &UP.replace("{counter}", counter)).await?;
        for guard in guards {
            manager.get_connection().execute_unprepared(guard).await?;
        }
        opening::open(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::drop(manager, TABLES).await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            for function in ["ledger_queue_up", "ledger_guard"] {
                manager.get_connection().execute_unprepared(&format!("DROP FUNCTION {function}")).await?;
            }
        }
        Ok(())
    }
}
