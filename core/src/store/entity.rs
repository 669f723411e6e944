//! The rows, one file a table. They never leave the store.

#![allow(
    missing_docs,
    unreachable_pub,
    reason = "columns are documented by the migrations and the domain types; the derives ask for pub"
)]

pub(super) mod account;
pub(super) mod acquirer_notice;
pub(super) mod attempt;
pub(super) mod audit;
pub(super) mod bill;
pub(super) mod bot_button;
pub(super) mod bot_conversation;
pub(super) mod bot_update;
pub(super) mod buyer_case;
pub(super) mod card_decline;
pub(super) mod delivery;
pub(super) mod delivery_attempt;
pub(super) mod dispute;
pub(super) mod dispute_evidence;
pub(super) mod dispute_notice;
#[cfg(test)]
pub(super) mod dispute_transition;
pub(super) mod event;
pub(super) mod financial_password;
pub(super) mod idempotency;
pub(super) mod install_key;
pub(super) mod instance;
pub(super) mod ledger_balance;
pub(super) mod ledger_entry;
pub(super) mod ledger_head;
pub(super) mod ledger_queue;
pub(super) mod ledger_seal;
pub(super) mod link;
pub(super) mod mail_suppression;
pub(super) mod mandate;
pub(super) mod merchant;
pub(super) mod merchant_fee;
pub(super) mod merchant_key;
pub(super) mod merchant_member;
pub(super) mod merchant_profile;
pub(super) mod merchant_route;
pub(super) mod onboarding;
pub(super) mod onboarding_transition;
pub(super) mod operation;
pub(super) mod password_history;
pub(super) mod payment;
#[cfg(test)]
pub(super) mod payment_transition;
pub(super) mod payout;
pub(super) mod preference;
pub(super) mod receipt_file;
pub(super) mod recipient;
pub(super) mod recovery_code;
pub(super) mod refund;
pub(super) mod review;
pub(super) mod risk_decision;
pub(super) mod risk_limit;
pub(super) mod risk_list_entry;
pub(super) mod session;
pub(super) mod staff;
pub(super) mod telegram_identity;
pub(super) mod telegram_proof;
pub(super) mod totp;
pub(super) mod trace;
pub(super) mod vault_card;
pub(super) mod vault_customer;
pub(super) mod vault_key;
pub(super) mod webhook_endpoint;
pub(super) mod webhook_recovery;
pub(super) mod webhook_secret;

#[cfg(test)]
mod tests {
    use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, Iterable, Statement};

    use crate::store::{DatabaseUrl, Store};

    /// Compares an entity with the table that the migrations made: same name, same columns.
    macro_rules! same_columns {
        ($connection:expr, $($table:ident),* $(,)?) => {$(
            super::$table::Entity::find().one(&$connection).await.unwrap();
            let listing = format!("PRAGMA table_info({})", stringify!($table));
            let rows = $connection.query_all_raw(Statement::from_string(DbBackend::Sqlite, listing)).await.unwrap();
            assert_eq!(rows.len(), super::$table::Column::iter().count(), stringify!($table));
        )*};
    }

    #[tokio::test]
    async fn rows_have_the_columns_that_the_migrations_made() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&DatabaseUrl::Sqlite(folder.path().join("drift.db"))).await.unwrap();
        let connection = store.migration_connection();
        aviso_migrations::migrate(&connection).await.unwrap();
        same_columns!(
            connection,
            account,
            acquirer_notice,
            attempt,
            audit,
            bill,
            bot_button,
            bot_conversation,
            bot_update,
            buyer_case,
            card_decline,
            delivery,
            delivery_attempt,
            dispute,
            dispute_evidence,
            dispute_notice,
            dispute_transition,
            event,
            financial_password,
            idempotency,
            instance,
            ledger_balance,
            ledger_entry,
            ledger_head,
            ledger_queue,
            ledger_seal,
            install_key,
            link,
            mail_suppression,
            mandate,
            merchant,
            merchant_fee,
            merchant_key,
            merchant_member,
            merchant_profile,
            merchant_route,
            onboarding,
            onboarding_transition,
            operation,
            password_history,
            payment,
            payment_transition,
            payout,
            preference,
            receipt_file,
            recipient,
            recovery_code,
            refund,
            review,
            risk_decision,
            risk_limit,
            risk_list_entry,
            session,
            staff,
            telegram_identity,
            telegram_proof,
            totp,
            trace,
            vault_card,
            vault_customer,
            vault_key,
            webhook_endpoint,
            webhook_recovery,
            webhook_secret,
        );
    }
}
