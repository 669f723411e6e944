//! Rows of one-time links.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter};

use super::entity::link;
use super::{StoreError, Tx};
use crate::account::TelegramUser;
use crate::account::link::{Link, LinkPayload, LinkPurpose, LinkState};
use crate::clock::Timestamp;
use crate::id::{AccountId, LinkId};

fn link_from(row: link::Model) -> Result<Link, StoreError> {
    let bad = |column| StoreError::Unreadable { table: "link", column };
    Ok(Link {
        id: LinkId::from_uuid(row.id),
        purpose: LinkPurpose::from_name(&row.purpose).ok_or_else(|| bad("purpose"))?,
        state: LinkState::from_name(&row.state).ok_or_else(|| bad("state"))?,
        account_id: row.account_id.map(AccountId::from_uuid),
        tg_user_id: row.tg_user_id,
        chat_id: row.chat_id,
        browser_hash: row.browser_hash,
        match_code: row.match_code,
        payload: serde_json::from_str(&row.payload).map_err(|_| bad("payload"))?,
        created_at: Timestamp::from_micros(row.created_at),
        expires_at: Timestamp::from_micros(row.expires_at),
    })
}

fn payload_text(payload: &LinkPayload) -> String {
    serde_json::to_string(payload).expect("texts and numbers are always JSON")
}

pub(crate) async fn insert(tx: &Tx, link: &Link) -> Result<(), StoreError> {
    let row = link::Model {
        id: link.id.as_uuid(),
        purpose: link.purpose.as_str().to_owned(),
        state: link.state.as_str().to_owned(),
        account_id: link.account_id.map(AccountId::as_uuid),
        tg_user_id: link.tg_user_id,
        chat_id: link.chat_id,
        browser_hash: link.browser_hash.clone(),
        match_code: link.match_code,
        payload: payload_text(&link.payload),
        created_at: link.created_at.as_micros(),
        expires_at: link.expires_at.as_micros(),
    };
    link::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

pub(crate) async fn by_id(conn: &impl ConnectionTrait, id: LinkId) -> Result<Option<Link>, StoreError> {
    link::Entity::find_by_id(id.as_uuid()).one(conn).await?.map(link_from).transpose()
}

/// Moves a live link from one state to the next: of two who try at once, one succeeds.
pub(crate) async fn take(
    tx: &Tx,
    id: LinkId,
    from: LinkState,
    to: LinkState,
    now: Timestamp,
) -> Result<Option<Link>, StoreError> {
    let updated = link::Entity::update_many()
        .col_expr(link::Column::State, Expr::value(to.as_str()))
        .filter(link::Column::Id.eq(id.as_uuid()))
        .filter(link::Column::State.eq(from.as_str()))
        .filter(link::Column::ExpiresAt.gt(now.as_micros()))
        .exec(tx.conn())
        .await?;
    if updated.rows_affected == 0 {
        return Ok(None);
    }
    by_id(tx.conn(), id).await
}

/// Ends the live links of an account that are for one of these purposes.
pub(crate) async fn end(tx: &Tx, account: AccountId, purposes: &[LinkPurpose]) -> Result<(), StoreError> {
    leave(tx, account, purposes, LinkState::Denied).await
}

/// Uses up the live links of an account that a newer one takes the place of. Nobody denied them.
pub(crate) async fn supersede(tx: &Tx, account: AccountId, purpose: LinkPurpose) -> Result<(), StoreError> {
    leave(tx, account, &[purpose], LinkState::Used).await
}

async fn leave(tx: &Tx, account: AccountId, purposes: &[LinkPurpose], to: LinkState) -> Result<(), StoreError> {
    let live = [LinkState::Pending, LinkState::Claimed, LinkState::Confirmed];
    link::Entity::update_many()
        .col_expr(link::Column::State, Expr::value(to.as_str()))
        .filter(link::Column::AccountId.eq(account.as_uuid()))
        .filter(link::Column::Purpose.is_in(purposes.iter().map(|purpose| purpose.as_str())))
        .filter(link::Column::State.is_in(live.map(LinkState::as_str)))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// How many links of an account for a purpose were made since, in this state or in any.
pub(crate) async fn count(
    tx: &Tx,
    account: AccountId,
    purpose: LinkPurpose,
    state: Option<LinkState>,
    since: Timestamp,
) -> Result<u64, StoreError> {
    let mut query = link::Entity::find()
        .filter(link::Column::AccountId.eq(account.as_uuid()))
        .filter(link::Column::Purpose.eq(purpose.as_str()))
        .filter(link::Column::CreatedAt.gt(since.as_micros()));
    if let Some(state) = state {
        query = query.filter(link::Column::State.eq(state.as_str()));
    }
    Ok(query.count(tx.conn()).await?)
}

/// Forgets every link of an account.
pub(crate) async fn delete_all(tx: &Tx, account: AccountId) -> Result<(), StoreError> {
    let these = link::Entity::delete_many().filter(link::Column::AccountId.eq(account.as_uuid()));
    these.exec(tx.conn()).await?;
    Ok(())
}

/// Writes down what a link knows besides its fields.
pub(crate) async fn set_payload(tx: &Tx, id: LinkId, payload: &LinkPayload) -> Result<(), StoreError> {
    link::Entity::update_many()
        .col_expr(link::Column::Payload, Expr::value(payload_text(payload)))
        .filter(link::Column::Id.eq(id.as_uuid()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Remembers who opened a link.
pub(crate) async fn set_telegram(tx: &Tx, id: LinkId, user: &TelegramUser) -> Result<(), StoreError> {
    let Some(mut link) = by_id(tx.conn(), id).await? else { return Ok(()) };
    link.payload.telegram = Some(user.clone());
    link::Entity::update_many()
        .col_expr(link::Column::TgUserId, Expr::value(user.id))
        .col_expr(link::Column::ChatId, Expr::value(user.chat_id))
        .col_expr(link::Column::Payload, Expr::value(payload_text(&link.payload)))
        .filter(link::Column::Id.eq(id.as_uuid()))
        .exec(tx.conn())
        .await?;
    Ok(())
}
