//! Rows of what a merchant wants of reports: the time zone, and who gets the daily registry.

use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::id::MerchantId;
use crate::merchant::Mode;
use crate::report::Setting;
use crate::store::{StoreError, Tx, ask, carry_out};

#[derive(FromQueryResult)]
struct Row {
    merchant_id: Uuid,
    time_zone: String,
    recipients: String,
    mode: String,
}

impl Row {
    fn setting(self) -> Result<(MerchantId, Setting), StoreError> {
        let bad = |column| StoreError::Unreadable { table: "report_setting", column };
        let setting = Setting {
            time_zone: self.time_zone.parse().map_err(|_| bad("time_zone"))?,
            recipients: self.recipients.split_whitespace().map(str::to_owned).collect(),
            mode: Mode::from_name(&self.mode).ok_or_else(|| bad("mode"))?,
        };
        Ok((MerchantId::from_uuid(self.merchant_id), setting))
    }
}

const ROWS: &str = "SELECT merchant_id, time_zone, recipients, mode FROM report_setting";

/// A merchant's setting; the default one when it never said anything.
pub(crate) async fn of(conn: &impl ConnectionTrait, merchant: MerchantId) -> Result<Setting, StoreError> {
    let sql = format!("{ROWS} WHERE merchant_id = $1");
    let rows: Vec<Row> = ask(conn, &sql, vec![merchant.as_uuid().into()]).await?;
    let found = rows.into_iter().next().map(Row::setting).transpose()?;
    Ok(found.map(|(_, setting)| setting).unwrap_or_default())
}

/// Those that somebody is to be written to.
pub(crate) async fn mailed(conn: &impl ConnectionTrait) -> Result<Vec<(MerchantId, Setting)>, StoreError> {
    let sql = format!("{ROWS} WHERE recipients <> '' ORDER BY merchant_id");
    let rows: Vec<Row> = ask(conn, &sql, Vec::new()).await?;
    rows.into_iter().map(Row::setting).collect()
}

/// Writes a merchant's setting whole.
pub(crate) async fn put(tx: &Tx, merchant: MerchantId, setting: &Setting, now: Timestamp) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO report_setting (merchant_id, time_zone, recipients, mode, updated_at)
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (merchant_id) DO UPDATE SET time_zone = excluded.time_zone,
            recipients = excluded.recipients, mode = excluded.mode, updated_at = excluded.updated_at";
    let values = vec![
        merchant.as_uuid().into(),
        setting.time_zone.name().into(),
        setting.recipients.join(" ").into(),
        setting.mode.as_str().into(),
        now.as_micros().into(),
    ];
    carry_out(tx, SQL, values).await?;
    Ok(())
}
