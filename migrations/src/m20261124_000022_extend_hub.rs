//! The inbox of people's pages, what mail servers report afterwards, merchants' logos, notices that can be
//! taken back before they are told, broadcasts, and what members of merchants are told how often.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The table of choices with these channels and categories. SQLite cannot change a check, so the table is made
/// anew.
fn preference(channels: &str, categories: &str) -> String {
    format!(
        "
CREATE TABLE preference_kept AS SELECT account_id, category, channel, enabled, changed_at FROM preference
    WHERE channel IN ({channels}) AND category IN ({categories});
DROP TABLE preference;
CREATE TABLE preference (
    account_id {{uuid}} NOT NULL REFERENCES account (id),
    category text NOT NULL,
    channel text NOT NULL,
    enabled integer NOT NULL,
    changed_at bigint NOT NULL,
    CONSTRAINT preference_pkey PRIMARY KEY (account_id, category, channel),
    CONSTRAINT preference_category_check CHECK (category IN ({categories})),
    CONSTRAINT preference_channel_check CHECK (channel IN ({channels})),
    CONSTRAINT preference_enabled_check CHECK (enabled IN (0, 1))
);
CREATE INDEX preference_subscriber_idx ON preference (category, account_id) WHERE enabled = 1;
INSERT INTO preference SELECT account_id, category, channel, enabled, changed_at FROM preference_kept;
DROP TABLE preference_kept;
"
    )
}

const OLD_CATEGORIES: &str = "'security', 'verification', 'payments', 'refunds', 'disputes', 'reports', 'news'";

const UP: &str = "
CREATE TABLE inbox_item (
    id {uuid} NOT NULL PRIMARY KEY,
    account_id {uuid} NOT NULL REFERENCES account (id),
    event_id {uuid} NOT NULL,
    created_at bigint NOT NULL,
    read_at bigint,
    CONSTRAINT inbox_item_event_key UNIQUE (account_id, event_id)
);
CREATE INDEX inbox_item_account_idx ON inbox_item (account_id, id);
CREATE INDEX inbox_item_unread_idx ON inbox_item (account_id) WHERE read_at IS NULL;
CREATE INDEX inbox_item_event_idx ON inbox_item (event_id);
CREATE TABLE mail_report (
    delivery_id {uuid} NOT NULL,
    kind text NOT NULL,
    status text NOT NULL,
    answer text NOT NULL,
    created_at bigint NOT NULL,
    CONSTRAINT mail_report_pkey PRIMARY KEY (delivery_id, kind),
    CONSTRAINT mail_report_kind_check CHECK (kind IN ('hard', 'soft', 'complaint'))
);
CREATE TABLE merchant_logo (
    merchant_id {uuid} NOT NULL PRIMARY KEY REFERENCES merchant (id),
    media_type text NOT NULL,
    width integer NOT NULL,
    height integer NOT NULL,
    content {bytes} NOT NULL,
    changed_at bigint NOT NULL,
    CONSTRAINT merchant_logo_media_type_check CHECK (media_type IN ('image/png', 'image/jpeg')),
    CONSTRAINT merchant_logo_size_check CHECK (width BETWEEN 1 AND 512 AND height BETWEEN 1 AND 512)
);
CREATE TABLE notice_plan (
    event_id {uuid} NOT NULL PRIMARY KEY,
    notice_key text NOT NULL,
    cancelled_at bigint
);
CREATE INDEX notice_plan_key_idx ON notice_plan (notice_key);
CREATE TABLE broadcast (
    id {uuid} NOT NULL PRIMARY KEY,
    name text NOT NULL,
    language text,
    texts text NOT NULL,
    state text NOT NULL,
    not_before bigint NOT NULL,
    last_account_id {uuid},
    written bigint NOT NULL,
    created_by text NOT NULL,
    created_at bigint NOT NULL,
    finished_at bigint,
    chat_id bigint,
    message_id integer,
    shown text NOT NULL,
    CONSTRAINT broadcast_name_key UNIQUE (name),
    CONSTRAINT broadcast_state_check CHECK (state IN ('running', 'paused', 'done', 'cancelled')),
    CONSTRAINT broadcast_language_check CHECK (language IN ('en', 'es', 'ru')),
    CONSTRAINT broadcast_finished_check CHECK ((state IN ('done', 'cancelled')) = (finished_at IS NOT NULL))
);
CREATE INDEX broadcast_open_idx ON broadcast (not_before) WHERE finished_at IS NULL;
CREATE TABLE member_pace (
    merchant_id {uuid} NOT NULL REFERENCES merchant (id),
    account_id {uuid} NOT NULL REFERENCES account (id),
    topic text NOT NULL,
    pace text NOT NULL,
    CONSTRAINT member_pace_pkey PRIMARY KEY (merchant_id, account_id, topic),
    CONSTRAINT member_pace_topic_check CHECK (topic IN ('payments', 'refunds', 'disputes', 'endpoints')),
    CONSTRAINT member_pace_pace_check CHECK (pace IN ('off', 'immediately', 'hourly', 'daily'))
);
CREATE TABLE member_digest (
    merchant_id {uuid} NOT NULL REFERENCES merchant (id),
    account_id {uuid} NOT NULL REFERENCES account (id),
    pace text NOT NULL,
    told_until bigint NOT NULL,
    CONSTRAINT member_digest_pkey PRIMARY KEY (merchant_id, account_id, pace),
    CONSTRAINT member_digest_pace_check CHECK (pace IN ('immediately', 'hourly', 'daily'))
);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let categories = format!("{OLD_CATEGORIES}, 'shop'");
        dialect::run(manager, &preference("'telegram', 'email', 'inbox'", &categories)).await?;
        dialect::run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables =
            ["member_digest", "member_pace", "broadcast", "notice_plan", "merchant_logo", "mail_report", "inbox_item"];
        dialect::drop(manager, &tables).await?;
        dialect::run(manager, &preference("'telegram', 'email'", OLD_CATEGORIES)).await
    }
}
