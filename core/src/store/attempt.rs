//! Rows of attempts, and the velocity features that are read from them.

use std::collections::BTreeMap;

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Order, QueryFilter, QueryOrder, QuerySelect, Select,
};

use super::entity::attempt;
use super::payment::money;
use super::{StoreError, Tx, changing};
use crate::bin_table::{CardKind, Issuer};
use crate::clock::Timestamp;
use crate::id::{AttemptId, CardId, MandateId, MerchantId, PaymentId};
use crate::merchant::Mode;
use crate::payment::action::{Action, ActionKind, AuthenticationRecord, ReturnUrl, ThreeDs};
use crate::payment::attempt::{Attempt, Method, VaultUse};
use crate::payment::authentication::AuthenticationStatus;
use crate::payment::card::{Brand, CardFace};
use crate::payment::decline::DeclineCode;
use crate::risk::{Attribute, Verdict, Window};

/// The card's columns are empty for a wallet, whose name stands in `wallet`.
fn attempt_row(attempt: &Attempt) -> attempt::Model {
    let none =
        CardFace { brand: Brand::Unknown, first6: String::new(), last4: String::new(), exp_month: 0, exp_year: 0 };
    let (face, card, merchant_card, wallet) = match &attempt.method {
        Method::Card { face, card, merchant_card } => (face, card.as_str(), merchant_card.as_str(), None),
        Method::Wallet(wallet) => (&none, "", "", Some(wallet.as_str().to_owned())),
    };
    let (action, found) = (attempt.action.as_ref(), attempt.authentication.as_ref());
    attempt::Model {
        id: attempt.id.as_uuid(),
        payment_id: attempt.payment_id.as_uuid(),
        number: attempt.number,
        merchant_id: attempt.merchant_id.as_uuid(),
        mode: attempt.mode.as_str().to_owned(),
        amount: attempt.amount.minor(),
        currency: attempt.amount.currency().code().to_owned(),
        brand: face.brand.as_str().to_owned(),
        first6: face.first6.clone(),
        last4: face.last4.clone(),
        exp_month: i32::from(face.exp_month),
        exp_year: i32::from(face.exp_year),
        card: card.to_owned(),
        merchant_card: merchant_card.to_owned(),
        wallet,
        issuer: attempt.issuer.name.clone(),
        issuer_country: attempt.issuer.country.map(|country| country.to_string()),
        card_kind: attempt.issuer.kind.map(|kind| kind.as_str().to_owned()),
        email_ci: attempt.email.clone(),
        ip: attempt.ip.clone(),
        sealed_card: attempt.sealed_card.clone(),
        vault_card_id: attempt.vault.card.map(CardId::as_uuid),
        mandate_id: attempt.vault.mandate.map(MandateId::as_uuid),
        by_merchant: i32::from(attempt.vault.by_merchant),
        verdict: attempt.verdict.as_str().to_owned(),
        decline_code: attempt.decline.map(|code| code.as_str().to_owned()),
        created_at: attempt.created_at.as_micros(),
        three_ds: attempt.three_ds.as_str().to_owned(),
        return_url: attempt.return_url.as_ref().map(|url| url.as_str().to_owned()),
        action_kind: action.map(|action| action.kind.as_str().to_owned()),
        action_url: action.map(|action| action.url.clone()),
        action_expires_at: action.map(|action| action.expires_at.as_micros()),
        issuer_check_at: attempt.issuer_check_at.map(Timestamp::as_micros),
        auth_status: found.map(|found| found.status.as_str().to_owned()),
        auth_eci: found.and_then(|found| found.eci.clone()),
        auth_cavv_sha256: found.and_then(|found| found.cavv_sha256.clone()),
        auth_ds_trans_id: found.and_then(|found| found.ds_trans_id.clone()),
    }
}

fn attempt_from(row: attempt::Model) -> Result<Attempt, StoreError> {
    let bad = |column| StoreError::Unreadable { table: "attempt", column };
    let (action, authentication) = (action_from(&row)?, authentication_from(&row)?);
    let method = match &row.wallet {
        Some(wallet) => Method::Wallet(wallet.parse().map_err(|_| bad("wallet"))?),
        None => Method::Card {
            face: CardFace {
                brand: Brand::from_name(&row.brand),
                first6: row.first6,
                last4: row.last4,
                exp_month: u8::try_from(row.exp_month).map_err(|_| bad("exp_month"))?,
                exp_year: u16::try_from(row.exp_year).map_err(|_| bad("exp_year"))?,
            },
            card: row.card,
            merchant_card: row.merchant_card,
        },
    };
    let issuer = Issuer {
        // The brand of the attempt is what the table said then.
        brand: None,
        name: row.issuer,
        country: row.issuer_country.map(|code| code.parse().map_err(|_| bad("issuer_country"))).transpose()?,
        kind: row.card_kind.as_deref().and_then(CardKind::from_name),
    };
    Ok(Attempt {
        id: AttemptId::from_uuid(row.id),
        payment_id: PaymentId::from_uuid(row.payment_id),
        number: row.number,
        merchant_id: MerchantId::from_uuid(row.merchant_id),
        mode: Mode::from_name(&row.mode).ok_or_else(|| bad("mode"))?,
        amount: money("attempt", row.amount, &row.currency)?,
        method,
        issuer,
        email: row.email_ci,
        ip: row.ip,
        sealed_card: row.sealed_card,
        vault: VaultUse {
            card: row.vault_card_id.map(CardId::from_uuid),
            mandate: row.mandate_id.map(MandateId::from_uuid),
            by_merchant: row.by_merchant != 0,
        },
        verdict: Verdict::from_name(&row.verdict).ok_or_else(|| bad("verdict"))?,
        decline: row.decline_code.as_deref().and_then(DeclineCode::from_name),
        created_at: Timestamp::from_micros(row.created_at),
        three_ds: ThreeDs::from_name(&row.three_ds).ok_or_else(|| bad("three_ds"))?,
        return_url: row.return_url.as_deref().map(ReturnUrl::new).transpose().map_err(|_| bad("return_url"))?,
        action,
        authentication,
        issuer_check_at: row.issuer_check_at.map(Timestamp::from_micros),
    })
}

fn action_from(row: &attempt::Model) -> Result<Option<Action>, StoreError> {
    let bad = |column| StoreError::Unreadable { table: "attempt", column };
    let Some(kind) = row.action_kind.as_deref() else { return Ok(None) };
    Ok(Some(Action {
        kind: ActionKind::from_name(kind).ok_or_else(|| bad("action_kind"))?,
        url: row.action_url.clone().ok_or_else(|| bad("action_url"))?,
        expires_at: row.action_expires_at.map(Timestamp::from_micros).ok_or_else(|| bad("action_expires_at"))?,
    }))
}

fn authentication_from(row: &attempt::Model) -> Result<Option<AuthenticationRecord>, StoreError> {
    let bad = |column| StoreError::Unreadable { table: "attempt", column };
    let Some(status) = row.auth_status.as_deref() else { return Ok(None) };
    Ok(Some(AuthenticationRecord {
        status: AuthenticationStatus::from_name(status).ok_or_else(|| bad("auth_status"))?,
        eci: row.auth_eci.clone(),
        cavv_sha256: row.auth_cavv_sha256.clone(),
        ds_trans_id: row.auth_ds_trans_id.clone(),
    }))
}

pub(crate) async fn insert(tx: &Tx, attempt: &Attempt) -> Result<(), StoreError> {
    attempt::Entity::insert(attempt_row(attempt).into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// What never changes once it is written, and is left out of updates.
const FIXED: &[attempt::Column] = {
    use attempt::Column::{
        Amount, Brand, Card, CreatedAt, Currency, EmailCi, ExpMonth, ExpYear, First6, Ip, Last4, MerchantCard,
        MerchantId, Mode, Number, PaymentId, Wallet,
    };
    &[
        Amount,
        Brand,
        Card,
        CreatedAt,
        Currency,
        EmailCi,
        ExpMonth,
        ExpYear,
        First6,
        Ip,
        Last4,
        MerchantCard,
        MerchantId,
        Mode,
        Number,
        PaymentId,
        Wallet,
    ]
};

pub(crate) async fn update(tx: &Tx, attempt: &Attempt) -> Result<(), StoreError> {
    let row = changing(attempt_row(attempt), FIXED);
    attempt::Entity::update(row).validate()?.exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Forgets the cards that were kept for a review or for the issuer's page.
pub(crate) async fn erase_sealed_cards(tx: &Tx, payment: PaymentId) -> Result<(), StoreError> {
    attempt::Entity::update_many()
        .col_expr(attempt::Column::SealedCard, Expr::value(Option::<Vec<u8>>::None))
        .filter(attempt::Column::PaymentId.eq(payment.as_uuid()))
        .filter(attempt::Column::SealedCard.is_not_null())
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// The attempts of a payment, first one first.
pub(crate) async fn of_payment(conn: &impl ConnectionTrait, payment: PaymentId) -> Result<Vec<Attempt>, StoreError> {
    let query = attempt::Entity::find()
        .filter(attempt::Column::PaymentId.eq(payment.as_uuid()))
        .order_by(attempt::Column::Number, Order::Asc);
    query.all(conn).await?.into_iter().map(attempt_from).collect()
}

/// The latest attempt of each of these payments.
pub(crate) async fn latest(
    conn: &impl ConnectionTrait,
    payments: &[PaymentId],
) -> Result<BTreeMap<PaymentId, Attempt>, StoreError> {
    let ids = payments.iter().map(|id| id.as_uuid());
    let query = attempt::Entity::find()
        .filter(attempt::Column::PaymentId.is_in(ids))
        .order_by(attempt::Column::Number, Order::Asc);
    let attempts = query.all(conn).await?.into_iter().map(attempt_from).collect::<Result<Vec<_>, _>>()?;
    Ok(attempts.into_iter().map(|attempt| (attempt.payment_id, attempt)).collect())
}

pub(crate) async fn by_id(conn: &impl ConnectionTrait, id: AttemptId) -> Result<Option<Attempt>, StoreError> {
    attempt::Entity::find_by_id(id.as_uuid()).one(conn).await?.map(attempt_from).transpose()
}

/// Attempts whose issuer should be asked now, with the payment of each.
pub(crate) async fn issuer_checks_due(
    conn: &impl ConnectionTrait,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<(AttemptId, PaymentId)>, StoreError> {
    let rows = attempt::Entity::find()
        .select_only()
        .columns([attempt::Column::Id, attempt::Column::PaymentId])
        .filter(attempt::Column::IssuerCheckAt.is_not_null())
        .filter(attempt::Column::IssuerCheckAt.lte(now.as_micros()))
        .order_by(attempt::Column::IssuerCheckAt, Order::Asc)
        .limit(limit)
        .into_tuple::<(uuid::Uuid, uuid::Uuid)>()
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|(id, payment)| (AttemptId::from_uuid(id), PaymentId::from_uuid(payment))).collect())
}

/// Takes the task of asking an attempt's issuer, unless another instance was quicker.
pub(crate) async fn take_issuer_check(
    tx: &Tx,
    id: AttemptId,
    seen_due_by: Timestamp,
    next: Timestamp,
) -> Result<bool, StoreError> {
    let updated = attempt::Entity::update_many()
        .col_expr(attempt::Column::IssuerCheckAt, Expr::value(next.as_micros()))
        .filter(attempt::Column::Id.eq(id.as_uuid()))
        .filter(attempt::Column::IssuerCheckAt.lte(seen_due_by.as_micros()))
        .exec(tx.conn())
        .await?;
    Ok(updated.rows_affected == 1)
}

/// Rows of a window that are looked at for a sum: more than any sane limit allows.
const WINDOW_ROWS_MAX: u64 = 10_000;

fn in_window(window: &Window<'_>) -> Option<Select<attempt::Entity>> {
    let column = match window.attribute {
        Attribute::Card => attempt::Column::Card,
        Attribute::Email => attempt::Column::EmailCi,
        Attribute::Ip => attempt::Column::Ip,
        Attribute::Bin | Attribute::Country | Attribute::Telegram => return None,
    };
    let mut query = attempt::Entity::find()
        .select_only()
        .filter(column.eq(window.value))
        .filter(attempt::Column::Mode.eq(window.mode.as_str()))
        // No upper bound: whoever passed before us counts, even if its clock was a little ahead.
        .filter(attempt::Column::CreatedAt.gt(window.after.as_micros()));
    if let Some(merchant) = window.merchant_id {
        query = query.filter(attempt::Column::MerchantId.eq(merchant.as_uuid()));
    }
    Some(query)
}

/// Attempts in a window of time, counted up to `most`: straight from the truth, at a bounded cost.
pub(crate) async fn count(conn: &impl ConnectionTrait, window: &Window<'_>, most: i64) -> Result<i64, StoreError> {
    let Some(query) = in_window(window) else { return Ok(0) };
    let query = query.column(attempt::Column::Id).limit(most.unsigned_abs());
    let found = query.into_tuple::<uuid::Uuid>().all(conn).await?.len();
    Ok(i64::try_from(found).unwrap_or(i64::MAX))
}

/// The sum of the attempts in a window of time in the window's currency, minor units.
pub(crate) async fn sum(conn: &impl ConnectionTrait, window: &Window<'_>) -> Result<i64, StoreError> {
    let Some(query) = in_window(window) else { return Ok(0) };
    let query = query
        .column(attempt::Column::Amount)
        .filter(attempt::Column::Currency.eq(window.currency.code()))
        .limit(WINDOW_ROWS_MAX);
    Ok(query.into_tuple::<i64>().all(conn).await?.into_iter().fold(0, i64::saturating_add))
}
