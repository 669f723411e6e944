//! Payments in Telegram: who was let through to pay what, the chats that show a bill, and lists that name people
//! of Telegram.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = "
CREATE TABLE telegram_charge (
    operation_id {uuid} NOT NULL PRIMARY KEY REFERENCES operation (id),
    payment_id {uuid} NOT NULL REFERENCES payment (id),
    tg_user_id bigint NOT NULL,
    query_id text NOT NULL,
    charge_id text,
    provider_charge_id text,
    created_at bigint NOT NULL,
    CONSTRAINT telegram_charge_query_key UNIQUE (query_id),
    CONSTRAINT telegram_charge_charge_key UNIQUE (charge_id)
);
CREATE INDEX telegram_charge_payer_idx ON telegram_charge (payment_id, tg_user_id);
CREATE TABLE bill_chat (
    bill_id {uuid} NOT NULL REFERENCES bill (id),
    chat_id bigint NOT NULL,
    message_id integer NOT NULL,
    language text NOT NULL,
    created_at bigint NOT NULL,
    CONSTRAINT bill_chat_pkey PRIMARY KEY (bill_id, chat_id)
);
CREATE INDEX bill_chat_chat_idx ON bill_chat (chat_id);
CREATE INDEX bill_email_idx ON bill (email_ci) WHERE state = 'open' AND email_ci IS NOT NULL;
";

const DOWN: &str = "
DROP INDEX bill_email_idx;
DROP TABLE bill_chat;
DROP TABLE telegram_charge;
DELETE FROM risk_list_entry WHERE attribute = 'telegram';
";

/// What lists may look at, with and without people of Telegram.
const WITH: &str = "'card', 'email', 'ip', 'bin', 'country', 'telegram'";
const WITHOUT: &str = "'card', 'email', 'ip', 'bin', 'country'";

/// SQLite changes no constraint in place: the table is made anew.
fn attributes(backend: DbBackend, attributes: &str) -> String {
    if backend == DbBackend::Postgres {
        return format!(
            "
ALTER TABLE risk_list_entry DROP CONSTRAINT risk_list_entry_attribute_check;
ALTER TABLE risk_list_entry ADD CONSTRAINT risk_list_entry_attribute_check CHECK (attribute IN ({attributes}));
"
        );
    }
    format!(
        "
CREATE TABLE risk_list_entry_new (
    id {{uuid}} NOT NULL PRIMARY KEY,
    merchant_id {{uuid}} REFERENCES merchant (id),
    list text NOT NULL,
    attribute text NOT NULL,
    value text NOT NULL,
    reason text NOT NULL,
    author text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint,
    removed_at bigint,
    CONSTRAINT risk_list_entry_list_check CHECK (list IN ('trust', 'allow', 'block', 'gray')),
    CONSTRAINT risk_list_entry_attribute_check CHECK (attribute IN ({attributes}))
);
INSERT INTO risk_list_entry_new (id, merchant_id, list, attribute, value, reason, author, created_at, expires_at, removed_at)
    SELECT id, merchant_id, list, attribute, value, reason, author, created_at, expires_at, removed_at FROM risk_list_entry;
DROP TABLE risk_list_entry;
ALTER TABLE risk_list_entry_new RENAME TO risk_list_entry;
CREATE INDEX risk_list_entry_value_idx ON risk_list_entry (attribute, value) WHERE removed_at IS NULL;
CREATE INDEX risk_list_entry_allow_idx ON risk_list_entry (attribute) WHERE removed_at IS NULL AND list = 'allow';
"
    )
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, UP).await?;
        dialect::run(manager, &attributes(manager.get_database_backend(), WITH)).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, DOWN).await?;
        dialect::run(manager, &attributes(manager.get_database_backend(), WITHOUT)).await
    }
}
