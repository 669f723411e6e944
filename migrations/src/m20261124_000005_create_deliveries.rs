//! Events, and their deliveries to recipients.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = "
CREATE TABLE event (
    id {uuid} NOT NULL PRIMARY KEY,
    type text NOT NULL,
    mode text NOT NULL,
    merchant_id {uuid},
    payment_id {uuid},
    sequence integer NOT NULL,
    document text NOT NULL,
    document_version integer NOT NULL,
    audience text NOT NULL,
    created_at bigint NOT NULL,
    planned_at bigint
);
CREATE INDEX event_unplanned_idx ON event (id) WHERE planned_at IS NULL;
CREATE INDEX event_merchant_idx ON event (merchant_id, mode, id);
CREATE UNIQUE INDEX event_sequence_key ON event (payment_id, sequence) WHERE payment_id IS NOT NULL;
CREATE TABLE recipient (
    id {uuid} NOT NULL PRIMARY KEY,
    channel text NOT NULL,
    lane smallint NOT NULL,
    address text NOT NULL,
    next_due_at bigint,
    rest_until bigint NOT NULL,
    CONSTRAINT recipient_address_key UNIQUE (channel, lane, address)
);
CREATE INDEX recipient_due_idx ON recipient (channel, lane, next_due_at) WHERE next_due_at IS NOT NULL;
CREATE TABLE delivery (
    id {uuid} NOT NULL PRIMARY KEY,
    event_id {uuid} NOT NULL REFERENCES event (id),
    channel text NOT NULL,
    lane smallint NOT NULL,
    recipient_id {uuid} NOT NULL REFERENCES recipient (id),
    address text NOT NULL,
    language text NOT NULL,
    staff integer NOT NULL,
    payment_id {uuid},
    state text NOT NULL,
    attempt integer NOT NULL,
    round integer NOT NULL,
    next_at bigint NOT NULL,
    lease_token {uuid},
    lease_until bigint,
    provider_ref text,
    created_at bigint NOT NULL,
    finished_at bigint,
    CONSTRAINT delivery_recipient_key UNIQUE (event_id, channel, address, round),
    CONSTRAINT delivery_state_check CHECK (state IN ('pending', 'leased', 'done', 'dead', 'cancelled')),
    CONSTRAINT delivery_lease_check CHECK ((state = 'leased') = (lease_token IS NOT NULL AND lease_until IS NOT NULL))
);
CREATE INDEX delivery_pending_idx ON delivery (recipient_id, next_at) WHERE state = 'pending';
CREATE INDEX delivery_leased_idx ON delivery (lease_until) WHERE state = 'leased';
CREATE INDEX delivery_in_flight_idx ON delivery (recipient_id) WHERE state = 'leased';
CREATE INDEX delivery_address_idx ON delivery (channel, address, id);
CREATE INDEX delivery_payment_idx ON delivery (payment_id, id) WHERE payment_id IS NOT NULL;
CREATE INDEX delivery_message_idx ON delivery (payment_id, channel, address) WHERE provider_ref IS NOT NULL;
CREATE TABLE delivery_attempt (
    id {uuid} NOT NULL PRIMARY KEY,
    delivery_id {uuid} NOT NULL REFERENCES delivery (id),
    number integer NOT NULL,
    at bigint NOT NULL,
    duration_micros bigint NOT NULL,
    outcome text NOT NULL,
    code integer,
    class text NOT NULL,
    answer text NOT NULL
);
CREATE INDEX delivery_attempt_delivery_idx ON delivery_attempt (delivery_id);
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
        dialect::drop(manager, &["delivery_attempt", "delivery", "recipient", "event"]).await
    }
}
