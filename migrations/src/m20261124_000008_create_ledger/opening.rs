//! Opening entries: what payments that are older than the ledger stand at.
//!
//! One transaction a payment, under the payment's own id and time. It says how the payment stood, not
//! how it came to that, and carries no fee: none was agreed then.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::prelude::Uuid;
use sea_orm_migration::sea_orm::{ConnectionTrait, QueryResult, Statement, Value};

/// Payments read at once.
const PAGE: usize = 500;

const PAYMENTS: &str = "
SELECT payment.id, payment.merchant_id, payment.mode, payment.currency, payment.authorized, payment.captured,
    payment.refunded, payment.created_at, operation.acquirer
FROM payment
JOIN operation ON operation.payment_id = payment.id AND operation.kind = 'authorize' AND operation.status = 'succeeded'
WHERE payment.authorized > 0 AND payment.id > $1 ORDER BY payment.id LIMIT 500";

const INSERT: &str = "
INSERT INTO ledger_entry (transaction_id, line, kind, mode, currency, debit, credit, amount, merchant_id, payment_id,
    operation_id, subject, created_at)
VALUES ($1, $2, 'opening', $3, $4, $5, $6, $7, $8, $9, NULL, NULL, $10)";

pub(super) async fn open(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let (connection, backend) = (manager.get_connection(), manager.get_database_backend());
    let mut after = Uuid::nil();
    loop {
        let page = Statement::from_sql_and_values(backend, PAYMENTS, [after.into()]);
        let rows = connection.query_all_raw(page).await?;
        for row in &rows {
            after = row.try_get("", "id")?;
            for values in entries(row, after)? {
                connection.execute_raw(Statement::from_sql_and_values(backend, INSERT, values)).await?;
            }
        }
        if rows.len() < PAGE {
            return Ok(());
        }
    }
}

/// What is held, what was taken, what went back; each only where there is something.
fn entries(row: &QueryResult, payment: Uuid) -> Result<Vec<Vec<Value>>, DbErr> {
    let merchant: Uuid = row.try_get("", "merchant_id")?;
    let (mode, currency): (String, String) = (row.try_get("", "mode")?, row.try_get("", "currency")?);
    let (acquirer, created_at): (String, i64) = (row.try_get("", "acquirer")?, row.try_get("", "created_at")?);
    let amount = |column: &str| row.try_get::<i64>("", column);
    let (authorized, captured, refunded) = (amount("authorized")?, amount("captured")?, amount("refunded")?);
    let owner = type_id("mer", merchant);
    let (held, pending) = (format!("merchant:{owner}:held"), format!("merchant:{owner}:pending"));
    let (holds, receivable) = (format!("acquirer:{acquirer}:holds"), format!("acquirer:{acquirer}:receivable"));
    let moves = [
        (holds, held, authorized - captured),
        (receivable.clone(), pending.clone(), captured),
        (pending, receivable, refunded),
    ];
    let moves = moves.into_iter().filter(|(_, _, amount)| *amount > 0);
    let values = moves.zip(1_i32..).map(|((debit, credit, amount), line)| {
        vec![
            payment.into(),
            line.into(),
            mode.clone().into(),
            currency.clone().into(),
            debit.into(),
            credit.into(),
            amount.into(),
            merchant.into(),
            payment.into(),
            created_at.into(),
        ]
    });
    Ok(values.collect())
}

/// An id as the accounts' names write it: 26 digits of Crockford base32 behind a prefix.
fn type_id(prefix: &str, id: Uuid) -> String {
    const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let digit = |place: u32| char::from(DIGITS[((id.as_u128() >> (5 * place)) & 31) as usize]);
    format!("{prefix}_{}", (0..26).rev().map(digit).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_written_as_the_specification_says() {
        let id: Uuid = "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
        assert_eq!(type_id("prefix", id), "prefix_01h455vb4pex5vsknk084sn02q");
    }
}
