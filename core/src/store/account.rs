//! Rows of accounts, Telegram identities and sessions.

use sea_orm::sea_query::Expr;
use sea_orm::sea_query::LockType;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};

use super::entity::{account, payment, telegram_identity};
use super::{StoreError, Tx, locks_rows};
use crate::account::{Account, TelegramIdentity, TelegramUser};
use crate::clock::Timestamp;
use crate::id::AccountId;
use crate::language::Language;
use crate::preference::{MinuteOfDay, QuietHours, TimeZone};

async fn with_telegram(conn: &impl ConnectionTrait, row: account::Model) -> Result<Account, StoreError> {
    let identity = telegram_identity::Entity::find()
        .filter(telegram_identity::Column::AccountId.eq(row.id))
        .filter(telegram_identity::Column::UnlinkedAt.is_null())
        .one(conn)
        .await?;
    Ok(account_from(row, identity))
}

fn account_from(row: account::Model, identity: Option<telegram_identity::Model>) -> Account {
    Account {
        id: AccountId::from_uuid(row.id),
        email: row.email,
        email_confirmed_at: row.email_confirmed_at.map(Timestamp::from_micros),
        has_password: row.password_hash.is_some(),
        language: Language::from_code(&row.language).unwrap_or_default(),
        // A zone that this version's table does not know any more is no reason to be silent.
        time_zone: row.time_zone.parse().unwrap_or_default(),
        quiet: quiet_from(row.quiet_from, row.quiet_until),
        telegram: identity.map(|identity| TelegramIdentity {
            tg_user_id: identity.tg_user_id,
            chat_id: identity.chat_id,
            username: identity.username_ci,
            first_name: identity.first_name,
            gone_at: identity.gone_at.map(Timestamp::from_micros),
        }),
    }
}

fn quiet_from(from: Option<i32>, until: Option<i32>) -> Option<QuietHours> {
    QuietHours::new(MinuteOfDay::from_minutes(from?)?, MinuteOfDay::from_minutes(until?)?)
}

pub(crate) async fn insert(
    tx: &Tx,
    account: &Account,
    email_ci: &str,
    password_hash: Option<&str>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = account::Model {
        id: account.id.as_uuid(),
        email: account.email.clone(),
        email_ci: email_ci.to_owned(),
        email_confirmed_at: None,
        password_hash: password_hash.map(str::to_owned),
        language: account.language.code().to_owned(),
        created_at: now.as_micros(),
        time_zone: account.time_zone.name().to_owned(),
        closed_at: None,
        quiet_from: account.quiet.map(|quiet| quiet.from().minutes()),
        quiet_until: account.quiet.map(|quiet| quiet.until().minutes()),
    };
    account::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

pub(crate) async fn by_id(conn: &impl ConnectionTrait, id: AccountId) -> Result<Option<Account>, StoreError> {
    match account::Entity::find_by_id(id.as_uuid()).one(conn).await? {
        Some(row) => with_telegram(conn, row).await.map(Some),
        None => Ok(None),
    }
}

pub(crate) async fn by_email(conn: &impl ConnectionTrait, email_ci: &str) -> Result<Option<Account>, StoreError> {
    match account::Entity::find().filter(account::Column::EmailCi.eq(email_ci)).one(conn).await? {
        Some(row) => with_telegram(conn, row).await.map(Some),
        None => Ok(None),
    }
}

/// What decides who may enter an account.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    pub(crate) is_confirmed: bool,
    pub(crate) password_hash: Option<String>,
}

/// Reads an account's standing and keeps others from changing it until the unit ends.
/// Rows that refer to the account may still be written.
pub(crate) async fn lock(tx: &Tx, id: AccountId) -> Result<Option<Standing>, StoreError> {
    let mut query = account::Entity::find_by_id(id.as_uuid());
    if locks_rows(tx.conn().get_database_backend()) {
        query = query.lock(LockType::NoKeyUpdate);
    }
    Ok(query.one(tx.conn()).await?.map(standing_from))
}

pub(crate) async fn standing(conn: &impl ConnectionTrait, id: AccountId) -> Result<Option<Standing>, StoreError> {
    Ok(account::Entity::find_by_id(id.as_uuid()).one(conn).await?.map(standing_from))
}

fn standing_from(row: account::Model) -> Standing {
    Standing { is_confirmed: row.email_confirmed_at.is_some(), password_hash: row.password_hash }
}

/// The account that owns a confirmed e-mail.
pub(crate) async fn confirmed_by_email(
    conn: &impl ConnectionTrait,
    email_ci: &str,
) -> Result<Option<AccountId>, StoreError> {
    let id = account::Entity::find()
        .select_only()
        .column(account::Column::Id)
        .filter(account::Column::EmailCi.eq(email_ci))
        .filter(account::Column::EmailConfirmedAt.is_not_null())
        .into_tuple::<uuid::Uuid>()
        .one(conn)
        .await?;
    Ok(id.map(AccountId::from_uuid))
}

pub(crate) async fn by_telegram(conn: &impl ConnectionTrait, tg_user_id: i64) -> Result<Option<Account>, StoreError> {
    let identity = telegram_identity::Entity::find()
        .filter(telegram_identity::Column::TgUserId.eq(tg_user_id))
        .filter(telegram_identity::Column::UnlinkedAt.is_null())
        .one(conn)
        .await?;
    let Some(identity) = identity else { return Ok(None) };
    let row = account::Entity::find_by_id(identity.account_id).one(conn).await?;
    Ok(row.map(|row| account_from(row, Some(identity))))
}

/// The password hash behind an e-mail.
pub(crate) async fn password_by_email(
    conn: &impl ConnectionTrait,
    email_ci: &str,
) -> Result<Option<(AccountId, String)>, StoreError> {
    let row = account::Entity::find().filter(account::Column::EmailCi.eq(email_ci)).one(conn).await?;
    Ok(row.and_then(|row| Some((AccountId::from_uuid(row.id), row.password_hash?))))
}

/// The password hash behind a @username, if exactly one live identity bears it and was seen with it
/// since `seen_since`.
pub(crate) async fn password_by_username(
    conn: &impl ConnectionTrait,
    username_ci: &str,
    seen_since: Timestamp,
) -> Result<Option<(AccountId, String)>, StoreError> {
    let seen = telegram_identity::Column::SeenAt;
    let is_fresh = Condition::any().add(seen.is_null()).add(seen.gt(seen_since.as_micros()));
    let Some(identity) = bearer(conn, username_ci, is_fresh).await? else { return Ok(None) };
    let row = account::Entity::find_by_id(identity.account_id).one(conn).await?;
    Ok(row.and_then(|row| Some((AccountId::from_uuid(row.id), row.password_hash?))))
}

/// The account of the one live identity that bears a @username.
pub(crate) async fn by_username(conn: &impl ConnectionTrait, username_ci: &str) -> Result<Option<Account>, StoreError> {
    let Some(identity) = bearer(conn, username_ci, Condition::all()).await? else { return Ok(None) };
    by_id(conn, AccountId::from_uuid(identity.account_id)).await
}

async fn bearer(
    conn: &impl ConnectionTrait,
    username_ci: &str,
    besides: Condition,
) -> Result<Option<telegram_identity::Model>, StoreError> {
    let identities = telegram_identity::Entity::find()
        .filter(telegram_identity::Column::UsernameCi.eq(username_ci))
        .filter(telegram_identity::Column::UnlinkedAt.is_null())
        .filter(besides)
        .limit(2)
        .all(conn)
        .await?;
    let mut identities = identities.into_iter();
    Ok(identities.next().filter(|_| identities.next().is_none()))
}

/// Confirms the e-mail. `false` when it was confirmed before.
pub(crate) async fn confirm_email(tx: &Tx, id: AccountId, now: Timestamp) -> Result<bool, StoreError> {
    let updated = account::Entity::update_many()
        .col_expr(account::Column::EmailConfirmedAt, Expr::value(now.as_micros()))
        .filter(account::Column::Id.eq(id.as_uuid()))
        .filter(account::Column::EmailConfirmedAt.is_null())
        .exec(tx.conn())
        .await?;
    Ok(updated.rows_affected == 1)
}

/// Payments made with the account's e-mail before it was confirmed become the account's.
pub(crate) async fn adopt_payments(tx: &Tx, id: AccountId) -> Result<(), StoreError> {
    let Some(row) = account::Entity::find_by_id(id.as_uuid()).one(tx.conn()).await? else { return Ok(()) };
    payment::Entity::update_many()
        .col_expr(payment::Column::AccountId, Expr::value(id.as_uuid()))
        .filter(payment::Column::EmailCi.eq(row.email_ci))
        .filter(payment::Column::AccountId.is_null())
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Sets the password, or takes it away.
pub(crate) async fn set_password(tx: &Tx, id: AccountId, hash: Option<&str>) -> Result<(), StoreError> {
    account::Entity::update_many()
        .col_expr(account::Column::PasswordHash, Expr::value(hash.map(str::to_owned)))
        .filter(account::Column::Id.eq(id.as_uuid()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

pub(crate) async fn set_language(tx: &Tx, id: AccountId, language: Language) -> Result<(), StoreError> {
    account::Entity::update_many()
        .col_expr(account::Column::Language, Expr::value(language.code()))
        .filter(account::Column::Id.eq(id.as_uuid()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

pub(crate) async fn set_time_zone(tx: &Tx, id: AccountId, zone: TimeZone) -> Result<(), StoreError> {
    account::Entity::update_many()
        .col_expr(account::Column::TimeZone, Expr::value(zone.name()))
        .filter(account::Column::Id.eq(id.as_uuid()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

pub(crate) async fn set_quiet(tx: &Tx, id: AccountId, quiet: Option<QuietHours>) -> Result<(), StoreError> {
    account::Entity::update_many()
        .col_expr(account::Column::QuietFrom, Expr::value(quiet.map(|quiet| quiet.from().minutes())))
        .col_expr(account::Column::QuietUntil, Expr::value(quiet.map(|quiet| quiet.until().minutes())))
        .filter(account::Column::Id.eq(id.as_uuid()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Takes out of an account, its Telegram identities and its payments whatever says who the person was. The
/// account's id stays, as the pseudonym under which payments are kept.
pub(crate) async fn forget_person(tx: &Tx, id: AccountId, now: Timestamp) -> Result<(), StoreError> {
    account::Entity::update_many()
        .col_expr(account::Column::Email, Expr::value("closed"))
        .col_expr(account::Column::EmailCi, Expr::value(format!("closed:{id}")))
        .col_expr(account::Column::EmailConfirmedAt, Expr::value(Option::<i64>::None))
        .col_expr(account::Column::PasswordHash, Expr::value(Option::<String>::None))
        .col_expr(account::Column::QuietFrom, Expr::value(Option::<i32>::None))
        .col_expr(account::Column::QuietUntil, Expr::value(Option::<i32>::None))
        .col_expr(account::Column::ClosedAt, Expr::value(now.as_micros()))
        .filter(account::Column::Id.eq(id.as_uuid()))
        .exec(tx.conn())
        .await?;
    telegram_identity::Entity::delete_many()
        .filter(telegram_identity::Column::AccountId.eq(id.as_uuid()))
        .exec(tx.conn())
        .await?;
    payment::Entity::update_many()
        .col_expr(payment::Column::EmailCi, Expr::value(Option::<String>::None))
        .col_expr(payment::Column::Ip, Expr::value(Option::<String>::None))
        .filter(payment::Column::AccountId.eq(id.as_uuid()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Binds a Telegram user. Unique indexes refuse a second account or a second identity.
pub(crate) async fn bind_telegram(
    tx: &Tx,
    account: AccountId,
    user: &TelegramUser,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = telegram_identity::Model {
        id: AccountId::new(now).as_uuid(),
        account_id: account.as_uuid(),
        tg_user_id: user.id,
        chat_id: user.chat_id,
        username_ci: user.username_ci(),
        first_name: user.short_name(),
        linked_at: now.as_micros(),
        unlinked_at: None,
        gone_at: None,
        seen_at: Some(now.as_micros()),
    };
    telegram_identity::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    take_username(tx, user.id, user.username_ci().as_deref()).await
}

pub(crate) async fn unlink_telegram(tx: &Tx, account: AccountId, now: Timestamp) -> Result<bool, StoreError> {
    let updated = telegram_identity::Entity::update_many()
        .col_expr(telegram_identity::Column::UnlinkedAt, Expr::value(now.as_micros()))
        .filter(telegram_identity::Column::AccountId.eq(account.as_uuid()))
        .filter(telegram_identity::Column::UnlinkedAt.is_null())
        .exec(tx.conn())
        .await?;
    Ok(updated.rows_affected == 1)
}

/// Whether an update says something new about a bound user.
pub(crate) async fn telegram_changed(
    conn: &impl ConnectionTrait,
    user: &TelegramUser,
    username_ci: Option<&str>,
    seen_since: Timestamp,
) -> Result<bool, StoreError> {
    let identity = telegram_identity::Entity::find()
        .filter(telegram_identity::Column::TgUserId.eq(user.id))
        .filter(telegram_identity::Column::UnlinkedAt.is_null())
        .one(conn)
        .await?;
    let stale = identity.is_some_and(|identity| {
        identity.username_ci.as_deref() != username_ci
            || identity.first_name != user.short_name()
            || identity.gone_at.is_some()
            || identity.seen_at.is_none_or(|at| at < seen_since.as_micros())
    });
    // A name that somebody without an account now bears is taken from the account that bore it.
    let Some(username) = username_ci.filter(|_| !stale) else { return Ok(stale) };
    let others = telegram_identity::Entity::find()
        .filter(telegram_identity::Column::UsernameCi.eq(username))
        .filter(telegram_identity::Column::TgUserId.ne(user.id))
        .filter(telegram_identity::Column::UnlinkedAt.is_null())
        .one(conn)
        .await?;
    Ok(others.is_some())
}

/// Writes down what Telegram says about a user.
pub(crate) async fn see_telegram(
    tx: &Tx,
    user: &TelegramUser,
    username_ci: Option<&str>,
    now: Timestamp,
) -> Result<(), StoreError> {
    take_username(tx, user.id, username_ci).await?;
    telegram_identity::Entity::update_many()
        .col_expr(telegram_identity::Column::UsernameCi, Expr::value(username_ci.map(str::to_owned)))
        .col_expr(telegram_identity::Column::FirstName, Expr::value(user.short_name()))
        .col_expr(telegram_identity::Column::GoneAt, Expr::value(Option::<i64>::None))
        .col_expr(telegram_identity::Column::SeenAt, Expr::value(now.as_micros()))
        .filter(telegram_identity::Column::TgUserId.eq(user.id))
        .filter(telegram_identity::Column::UnlinkedAt.is_null())
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// A name belongs to one user at a time: whoever bore it before does not any more.
async fn take_username(tx: &Tx, tg_user_id: i64, username_ci: Option<&str>) -> Result<(), StoreError> {
    let Some(username) = username_ci else { return Ok(()) };
    telegram_identity::Entity::update_many()
        .col_expr(telegram_identity::Column::UsernameCi, Expr::value(Option::<String>::None))
        .filter(telegram_identity::Column::UsernameCi.eq(username))
        .filter(telegram_identity::Column::TgUserId.ne(tg_user_id))
        .exec(tx.conn())
        .await?;
    Ok(())
}

pub(crate) async fn set_telegram_gone(tx: &Tx, chat_id: i64, at: Option<Timestamp>) -> Result<(), StoreError> {
    telegram_identity::Entity::update_many()
        .col_expr(telegram_identity::Column::GoneAt, Expr::value(at.map(Timestamp::as_micros)))
        .filter(telegram_identity::Column::ChatId.eq(chat_id))
        .filter(telegram_identity::Column::UnlinkedAt.is_null())
        .exec(tx.conn())
        .await?;
    Ok(())
}
