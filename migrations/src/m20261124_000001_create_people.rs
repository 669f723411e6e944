//! Accounts, their Telegram identities, sessions, one-time links and staff.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = "
CREATE TABLE account (
    id {uuid} NOT NULL PRIMARY KEY,
    email text NOT NULL,
    email_ci text NOT NULL CONSTRAINT account_email_key UNIQUE,
    email_confirmed_at bigint,
    password_hash text,
    language text NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE telegram_identity (
    id {uuid} NOT NULL PRIMARY KEY,
    account_id {uuid} NOT NULL REFERENCES account (id),
    tg_user_id bigint NOT NULL,
    chat_id bigint NOT NULL,
    username_ci text,
    first_name text NOT NULL,
    linked_at bigint NOT NULL,
    unlinked_at bigint,
    gone_at bigint
);
CREATE UNIQUE INDEX telegram_identity_user_key ON telegram_identity (tg_user_id) WHERE unlinked_at IS NULL;
CREATE UNIQUE INDEX telegram_identity_account_key ON telegram_identity (account_id) WHERE unlinked_at IS NULL;
CREATE INDEX telegram_identity_username_idx ON telegram_identity (username_ci) WHERE unlinked_at IS NULL;
CREATE TABLE session (
    id {uuid} NOT NULL PRIMARY KEY,
    token_hash text NOT NULL CONSTRAINT session_token_key UNIQUE,
    account_id {uuid} NOT NULL REFERENCES account (id),
    device text NOT NULL,
    created_at bigint NOT NULL,
    last_seen_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    revoked_at bigint
);
CREATE INDEX session_account_idx ON session (account_id);
CREATE TABLE link (
    id {uuid} NOT NULL PRIMARY KEY,
    purpose text NOT NULL,
    state text NOT NULL,
    account_id {uuid} REFERENCES account (id),
    tg_user_id bigint,
    chat_id bigint,
    browser_hash text,
    match_code integer,
    payload text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    CONSTRAINT link_state_check CHECK (state IN ('pending', 'claimed', 'confirmed', 'denied', 'used'))
);
CREATE INDEX link_account_idx ON link (account_id, purpose);
CREATE TABLE staff (
    tg_user_id bigint NOT NULL PRIMARY KEY,
    chat_id bigint NOT NULL,
    name text NOT NULL,
    role text NOT NULL,
    language text NOT NULL,
    added_at bigint NOT NULL,
    removed_at bigint,
    CONSTRAINT staff_role_check CHECK (role IN ('viewer', 'agent', 'senior', 'finance', 'admin', 'owner'))
);
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
        dialect::drop(manager, &["staff", "link", "session", "telegram_identity", "account"]).await
    }
}
