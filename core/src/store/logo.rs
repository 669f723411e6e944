//! Rows of merchants' pictures.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel};

use super::entity::merchant_logo;
use super::{StoreError, Tx};
use crate::clock::Timestamp;
use crate::id::MerchantId;
use crate::merchant::logo::{Logo, LogoFormat};

/// Writes a merchant's picture over the one before, or takes it away.
pub(crate) async fn set(tx: &Tx, merchant: MerchantId, logo: Option<&Logo>, now: Timestamp) -> Result<(), StoreError> {
    let Some(logo) = logo else {
        merchant_logo::Entity::delete_by_id(merchant.as_uuid()).exec(tx.conn()).await?;
        return Ok(());
    };
    let row = merchant_logo::Model {
        merchant_id: merchant.as_uuid(),
        media_type: logo.format.as_str().to_owned(),
        width: i32::try_from(logo.width).unwrap_or(i32::MAX),
        height: i32::try_from(logo.height).unwrap_or(i32::MAX),
        content: logo.content.clone(),
        changed_at: now.as_micros(),
    };
    let changed = [
        merchant_logo::Column::MediaType,
        merchant_logo::Column::Width,
        merchant_logo::Column::Height,
        merchant_logo::Column::Content,
        merchant_logo::Column::ChangedAt,
    ];
    merchant_logo::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::column(merchant_logo::Column::MerchantId).update_columns(changed).to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// A merchant's picture, if it has one.
pub(crate) async fn by_merchant(conn: &impl ConnectionTrait, id: MerchantId) -> Result<Option<Logo>, StoreError> {
    let bad = |column| StoreError::Unreadable { table: "merchant_logo", column };
    let Some(row) = merchant_logo::Entity::find_by_id(id.as_uuid()).one(conn).await? else { return Ok(None) };
    Ok(Some(Logo {
        format: LogoFormat::from_name(&row.media_type).ok_or_else(|| bad("media_type"))?,
        width: u32::try_from(row.width).map_err(|_| bad("width"))?,
        height: u32::try_from(row.height).map_err(|_| bad("height"))?,
        content: row.content,
    }))
}
