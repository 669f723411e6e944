//! The bot's inbox, conversations and one-time buttons, and the audit log.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = "
CREATE TABLE bot_update (
    update_id bigint NOT NULL PRIMARY KEY,
    chat_id bigint NOT NULL,
    payload text NOT NULL,
    state text NOT NULL,
    attempts integer NOT NULL,
    error text,
    received_at bigint NOT NULL,
    CONSTRAINT bot_update_state_check CHECK (state IN ('pending', 'done', 'dead'))
);
CREATE INDEX bot_update_pending_idx ON bot_update (update_id) WHERE state = 'pending';
CREATE TABLE bot_conversation (
    chat_id bigint NOT NULL,
    tg_user_id bigint NOT NULL,
    state text NOT NULL,
    expires_at bigint NOT NULL,
    PRIMARY KEY (chat_id, tg_user_id)
);
CREATE TABLE bot_button (
    id {uuid} NOT NULL PRIMARY KEY,
    tg_user_id bigint NOT NULL,
    chat_id bigint NOT NULL,
    action text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    used_at bigint
);
CREATE TABLE audit (
    number bigint NOT NULL PRIMARY KEY,
    id {uuid} NOT NULL,
    at bigint NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    before_state text NOT NULL,
    after_state text NOT NULL,
    reason text NOT NULL,
    previous_hash text NOT NULL,
    hash text NOT NULL
);
CREATE INDEX audit_subject_idx ON audit (subject, number);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::drop(manager, &["audit", "bot_button", "bot_conversation", "bot_update"]).await
    }
}
