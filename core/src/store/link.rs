//! Rows of one-time links.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};

use super::entity::link;
use super::{StoreError, Tx};
use crate::account::TelegramUser;
use crate::account::link::{Link, LinkPurpose, LinkState};
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

fn payload_text(link: &Link) -> String {
    serde_json::to_string(&link.payload).expect("texts and numbers are always JSON")
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
        payload: payload_text(link),
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
    let live = [LinkState::Pending, LinkState::Claimed, LinkState::Confirmed];
    link::Entity::update_many()
        .col_expr(link::Column::State, Expr::value(LinkState::Denied.as_str()))
        .filter(link::Column::AccountId.eq(account.as_uuid()))
        .filter(link::Column::Purpose.is_in(purposes.iter().map(|purpose| purpose.as_str())))
        .filter(link::Column::State.is_in(live.map(LinkState::as_str)))
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
        .col_expr(link::Column::Payload, Expr::value(payload_text(&link)))
        .filter(link::Column::Id.eq(id.as_uuid()))
        .exec(tx.conn())
        .await?;
    Ok(())
}
