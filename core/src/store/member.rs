//! Rows of members. Whoever writes them holds the lock on the merchant's row.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Order, QueryFilter, QueryOrder};

use super::entity::{account, merchant, merchant_member};
use super::merchant::merchant_from;
use super::{StoreError, Tx};
use crate::clock::Timestamp;
use crate::id::{AccountId, MerchantId};
use crate::merchant::Merchant;
use crate::merchant::member::{Member, Rights};

fn rights_from(text: &str) -> Result<Rights, StoreError> {
    text.parse().map_err(|_| StoreError::Unreadable { table: "merchant_member", column: "rights" })
}

pub(crate) async fn insert(tx: &Tx, member: &Member) -> Result<(), StoreError> {
    let row = merchant_member::Model {
        merchant_id: member.merchant_id.as_uuid(),
        account_id: member.account_id.as_uuid(),
        rights: member.rights.to_string(),
        created_at: member.created_at.as_micros(),
        created_by: member.created_by.clone(),
    };
    merchant_member::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// What a person may do for a merchant; `None` when they are no member.
pub(crate) async fn rights(
    conn: &impl ConnectionTrait,
    merchant: MerchantId,
    account: AccountId,
) -> Result<Option<Rights>, StoreError> {
    let row = merchant_member::Entity::find_by_id((merchant.as_uuid(), account.as_uuid())).one(conn).await?;
    row.map(|row| rights_from(&row.rights)).transpose()
}

pub(crate) async fn set_rights(
    tx: &Tx,
    merchant: MerchantId,
    account: AccountId,
    rights: Rights,
) -> Result<(), StoreError> {
    merchant_member::Entity::update_many()
        .col_expr(merchant_member::Column::Rights, Expr::value(rights.to_string()))
        .filter(merchant_member::Column::MerchantId.eq(merchant.as_uuid()))
        .filter(merchant_member::Column::AccountId.eq(account.as_uuid()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

pub(crate) async fn delete(tx: &Tx, merchant: MerchantId, account: AccountId) -> Result<(), StoreError> {
    merchant_member::Entity::delete_by_id((merchant.as_uuid(), account.as_uuid())).exec(tx.conn()).await?;
    Ok(())
}

/// The members of a merchant, the first one first.
pub(crate) async fn of_merchant(conn: &impl ConnectionTrait, merchant: MerchantId) -> Result<Vec<Member>, StoreError> {
    let query = merchant_member::Entity::find()
        .find_also_related(account::Entity)
        .filter(merchant_member::Column::MerchantId.eq(merchant.as_uuid()))
        .order_by(merchant_member::Column::CreatedAt, Order::Asc)
        .order_by(merchant_member::Column::AccountId, Order::Asc);
    let rows = query.all(conn).await?;
    rows.into_iter()
        .map(|(row, person)| {
            Ok(Member {
                merchant_id: merchant,
                account_id: AccountId::from_uuid(row.account_id),
                email: person.map(|person| person.email).unwrap_or_default(),
                rights: rights_from(&row.rights)?,
                created_at: Timestamp::from_micros(row.created_at),
                created_by: row.created_by,
            })
        })
        .collect()
}

/// The merchants that a person acts for.
pub(crate) async fn of_account(
    conn: &impl ConnectionTrait,
    account: AccountId,
) -> Result<Vec<(Merchant, Rights)>, StoreError> {
    let query = merchant_member::Entity::find()
        .find_also_related(merchant::Entity)
        .filter(merchant_member::Column::AccountId.eq(account.as_uuid()))
        .order_by(merchant_member::Column::MerchantId, Order::Asc);
    let rows = query.all(conn).await?;
    rows.into_iter()
        .filter_map(|(row, shop)| Some((row, shop?)))
        .map(|(row, shop)| Ok((merchant_from(shop), rights_from(&row.rights)?)))
        .collect()
}
