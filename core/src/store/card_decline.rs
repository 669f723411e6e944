//! Rows of banks' declines, for the networks' retry rules.

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, Order, QueryFilter, QueryOrder, QuerySelect,
};

use super::entity::card_decline;
use super::{StoreError, Tx};
use crate::clock::Timestamp;
use crate::payment::attempt::{Attempt, Method};
use crate::payment::operation::Operation;
use crate::routing::limit::{DECLINES_MAX, Decline, WINDOW};

/// Remembers that a bank declined a card. Does nothing for a wallet.
pub(crate) async fn insert(
    tx: &Tx,
    attempt: &Attempt,
    operation: &Operation,
    is_final: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Method::Card { merchant_card, .. } = &attempt.method else { return Ok(()) };
    let row = card_decline::Model {
        operation_id: operation.id.as_uuid(),
        merchant_card: merchant_card.clone(),
        mode: attempt.mode.as_str().to_owned(),
        amount: attempt.amount.minor(),
        currency: attempt.amount.currency().code().to_owned(),
        is_final: i32::from(is_final),
        declined_at: now.as_micros(),
    };
    card_decline::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// The declines of a card at a merchant that count for this attempt: those for the same amount in the longest
/// window, and final ones. The card's pseudonym is the merchant's own, so it names both.
pub(crate) async fn earlier(
    conn: &impl ConnectionTrait,
    attempt: &Attempt,
    now: Timestamp,
) -> Result<Vec<Decline>, StoreError> {
    let Method::Card { merchant_card, .. } = &attempt.method else { return Ok(Vec::new()) };
    let same = Condition::all()
        .add(card_decline::Column::Amount.eq(attempt.amount.minor()))
        .add(card_decline::Column::Currency.eq(attempt.amount.currency().code()))
        .add(card_decline::Column::DeclinedAt.gt(now.before(WINDOW).as_micros()));
    let rows = card_decline::Entity::find()
        .select_only()
        .columns([card_decline::Column::IsFinal, card_decline::Column::DeclinedAt])
        .filter(card_decline::Column::MerchantCard.eq(merchant_card))
        .filter(card_decline::Column::Mode.eq(attempt.mode.as_str()))
        .filter(Condition::any().add(card_decline::Column::IsFinal.eq(1)).add(same))
        .order_by(card_decline::Column::DeclinedAt, Order::Desc)
        .limit(DECLINES_MAX)
        .into_tuple::<(i32, i64)>()
        .all(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(is_final, at)| Decline { is_final: is_final != 0, at: Timestamp::from_micros(at) })
        .collect())
}
