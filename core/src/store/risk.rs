//! Rows of lists, limits and decisions.

use std::collections::BTreeMap;

use sea_orm::sea_query::{Expr, UnionType};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, IntoActiveModel, Order, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait, Statement,
};

use super::entity::{payment, risk_decision, risk_limit, risk_list_entry};
use super::{StoreError, Tx};
use crate::clock::Timestamp;
use crate::id::{AccountId, AttemptId, DecisionId, LimitId, ListEntryId, MerchantId, PaymentId};
use crate::risk::{Attribute, Decision, Limit, List, ListEntry, Screening, Verdict};

fn entry_from(row: risk_list_entry::Model) -> Result<ListEntry, StoreError> {
    let bad = |column| StoreError::Unreadable { table: "risk_list_entry", column };
    Ok(ListEntry {
        id: ListEntryId::from_uuid(row.id),
        merchant_id: row.merchant_id.map(MerchantId::from_uuid),
        list: List::from_name(&row.list).ok_or_else(|| bad("list"))?,
        attribute: Attribute::from_name(&row.attribute).ok_or_else(|| bad("attribute"))?,
        value: row.value,
        reason: row.reason,
        author: row.author,
        created_at: Timestamp::from_micros(row.created_at),
        expires_at: row.expires_at.map(Timestamp::from_micros),
    })
}

fn limit_from(row: risk_limit::Model) -> Result<Limit, StoreError> {
    let bad = |column| StoreError::Unreadable { table: "risk_limit", column };
    let currency = row.currency.map(|code| code.parse().map_err(|_| bad("currency"))).transpose()?;
    Ok(Limit {
        id: LimitId::from_uuid(row.id),
        merchant_id: row.merchant_id.map(MerchantId::from_uuid),
        attribute: Attribute::from_name(&row.attribute).ok_or_else(|| bad("attribute"))?,
        window_secs: row.window_secs,
        count_max: row.count_max,
        amount_max: row.amount_max.zip(currency),
        verdict: match row.verify {
            0 => Verdict::from_name(&row.verdict).ok_or_else(|| bad("verdict"))?,
            _ => Verdict::Verify,
        },
    })
}

pub(crate) async fn insert_entry(tx: &Tx, entry: &ListEntry) -> Result<(), StoreError> {
    let row = risk_list_entry::Model {
        id: entry.id.as_uuid(),
        merchant_id: entry.merchant_id.map(MerchantId::as_uuid),
        list: entry.list.as_str().to_owned(),
        attribute: entry.attribute.as_str().to_owned(),
        value: entry.value.clone(),
        reason: entry.reason.clone(),
        author: entry.author.clone(),
        created_at: entry.created_at.as_micros(),
        expires_at: entry.expires_at.map(Timestamp::as_micros),
        removed_at: None,
    };
    risk_list_entry::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

fn live(now: Timestamp) -> Condition {
    Condition::all().add(risk_list_entry::Column::RemovedAt.is_null()).add(
        Condition::any()
            .add(risk_list_entry::Column::ExpiresAt.is_null())
            .add(risk_list_entry::Column::ExpiresAt.gt(now.as_micros())),
    )
}

pub(crate) async fn entries(
    conn: &impl ConnectionTrait,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<ListEntry>, StoreError> {
    let query = risk_list_entry::Entity::find()
        .filter(live(now))
        .order_by(risk_list_entry::Column::Id, Order::Desc)
        .limit(limit);
    query.all(conn).await?.into_iter().map(entry_from).collect()
}

/// The live entries of a merchant's own lists, newest first.
pub(crate) async fn entries_of(
    conn: &impl ConnectionTrait,
    merchant: MerchantId,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<ListEntry>, StoreError> {
    let query = risk_list_entry::Entity::find()
        .filter(live(now))
        .filter(risk_list_entry::Column::MerchantId.eq(merchant.as_uuid()))
        .order_by(risk_list_entry::Column::Id, Order::Desc)
        .limit(limit);
    query.all(conn).await?.into_iter().map(entry_from).collect()
}

/// Takes a live entry of a merchant's own out of its list; `None` when there is none.
pub(crate) async fn remove_entry_of(
    tx: &Tx,
    merchant: MerchantId,
    id: ListEntryId,
    now: Timestamp,
) -> Result<Option<ListEntry>, StoreError> {
    let done = risk_list_entry::Entity::update_many()
        .col_expr(risk_list_entry::Column::RemovedAt, Expr::value(now.as_micros()))
        .filter(live(now))
        .filter(risk_list_entry::Column::Id.eq(id.as_uuid()))
        .filter(risk_list_entry::Column::MerchantId.eq(merchant.as_uuid()))
        .exec(tx.conn())
        .await?;
    if done.rows_affected == 0 {
        return Ok(None);
    }
    risk_list_entry::Entity::find_by_id(id.as_uuid()).one(tx.conn()).await?.map(entry_from).transpose()
}

fn owner(merchant: MerchantId) -> Condition {
    Condition::any()
        .add(risk_list_entry::Column::MerchantId.is_null())
        .add(risk_list_entry::Column::MerchantId.eq(merchant.as_uuid()))
}

/// What the lists of the platform and the merchant say about an attempt.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Listed {
    /// The entries that name one of its values.
    pub(crate) named: Vec<(List, Attribute)>,
    /// The attributes of which only listed values pass.
    pub(crate) closed: Vec<Attribute>,
}

/// Asks the lists about these values, in one statement.
pub(crate) async fn listed(
    conn: &impl ConnectionTrait,
    merchant: MerchantId,
    values: &[(Attribute, String)],
    now: Timestamp,
) -> Result<Listed, StoreError> {
    use risk_list_entry::Column;
    let mut named = Condition::any();
    for (attribute, value) in values {
        // The index's predicate stands in each arm, so that each is a search of its own.
        named = named.add(
            Condition::all()
                .add(risk_list_entry::Column::Attribute.eq(attribute.as_str()))
                .add(risk_list_entry::Column::Value.eq(value))
                .add(risk_list_entry::Column::RemovedAt.is_null()),
        );
    }
    let in_force = || risk_list_entry::Entity::find().select_only().filter(live(now)).filter(owner(merchant));
    let mut query = in_force().columns([Column::List, Column::Attribute]).filter(named);
    let closed = in_force()
        .column_as(Expr::cust(format!("'{CLOSED}'")), "list")
        .column(Column::Attribute)
        .distinct()
        // A literal, as in the index's predicate: with a bound value SQLite would not use it.
        .filter(Expr::cust("list = 'allow'"));
    QuerySelect::query(&mut query).union(UnionType::All, QueryTrait::into_query(closed));
    let bad = |column| StoreError::Unreadable { table: "risk_list_entry", column };
    let mut listed = Listed::default();
    for (list, attribute) in query.into_tuple::<(String, String)>().all(conn).await? {
        let attribute = Attribute::from_name(&attribute).ok_or_else(|| bad("attribute"))?;
        if list == CLOSED {
            listed.closed.push(attribute);
        } else {
            listed.named.push((List::from_name(&list).ok_or_else(|| bad("list"))?, attribute));
        }
    }
    Ok(listed)
}

/// Marks the attributes of allow-only lists among the entries that were found; no list is called so.
const CLOSED: &str = "closed";

pub(crate) async fn any_limit(conn: &impl ConnectionTrait) -> Result<bool, StoreError> {
    Ok(risk_limit::Entity::find().count(conn).await? > 0)
}

pub(crate) async fn insert_limit(tx: &Tx, limit: &Limit, now: Timestamp) -> Result<(), StoreError> {
    let row = risk_limit::Model {
        id: limit.id.as_uuid(),
        merchant_id: limit.merchant_id.map(MerchantId::as_uuid),
        attribute: limit.attribute.as_str().to_owned(),
        window_secs: limit.window_secs,
        count_max: limit.count_max,
        amount_max: limit.amount_max.map(|(minor, _)| minor),
        currency: limit.amount_max.map(|(_, currency)| currency.code().to_owned()),
        // What happens where the buyer cannot be asked stands beside the mark that they are.
        verdict: limit.verdict.max(Verdict::Review).as_str().to_owned(),
        created_at: now.as_micros(),
        removed_at: None,
        verify: i32::from(limit.verdict == Verdict::Verify),
    };
    risk_limit::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Every limit in force, in a fixed order.
pub(crate) async fn limits(conn: &impl ConnectionTrait) -> Result<Vec<Limit>, StoreError> {
    let query = risk_limit::Entity::find()
        .filter(risk_limit::Column::RemovedAt.is_null())
        .order_by(risk_limit::Column::Id, Order::Asc);
    query.all(conn).await?.into_iter().map(limit_from).collect()
}

/// Lets units that count by the same values pass one after the other, so that two payments at once
/// cannot both slip under a limit. SQLite has one writer anyway.
pub(crate) async fn serialize_by<'a>(
    tx: &Tx,
    values: impl Iterator<Item = (Attribute, &'a str)>,
) -> Result<(), StoreError> {
    if tx.conn().get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    let mut keys: Vec<String> = values.map(|(attribute, value)| format!("{}:{value}", attribute.as_str())).collect();
    // Sorted, so that two units never wait for each other in a circle.
    keys.sort_unstable();
    keys.dedup();
    for key in keys {
        let lock = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";
        tx.conn().execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, lock, [key.into()])).await?;
    }
    Ok(())
}

pub(crate) async fn insert_decision(
    tx: &Tx,
    payment: PaymentId,
    attempt: AttemptId,
    screening: &Screening,
    now: Timestamp,
) -> Result<(), StoreError> {
    let json = "texts are always JSON";
    let row = risk_decision::Model {
        id: DecisionId::new(now).as_uuid(),
        payment_id: payment.as_uuid(),
        attempt_id: attempt.as_uuid(),
        verdict: screening.verdict.as_str().to_owned(),
        reasons: serde_json::to_string(&screening.reasons).expect(json),
        features: serde_json::to_string(&screening.features).expect(json),
        created_at: now.as_micros(),
    };
    risk_decision::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

pub(crate) async fn decisions(conn: &impl ConnectionTrait, payment: PaymentId) -> Result<Vec<Decision>, StoreError> {
    let bad = |column| StoreError::Unreadable { table: "risk_decision", column };
    let rows = risk_decision::Entity::find()
        .filter(risk_decision::Column::PaymentId.eq(payment.as_uuid()))
        .order_by(risk_decision::Column::Id, Order::Asc)
        .all(conn)
        .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Decision {
                id: DecisionId::from_uuid(row.id),
                verdict: Verdict::from_name(&row.verdict).ok_or_else(|| bad("verdict"))?,
                reasons: serde_json::from_str(&row.reasons).map_err(|_| bad("reasons"))?,
                features: serde_json::from_str(&row.features).map_err(|_| bad("features"))?,
                created_at: Timestamp::from_micros(row.created_at),
            })
        })
        .collect()
}

/// Takes e-mail and address out of what antifraud saw of an account's payments.
pub(crate) async fn forget_person(tx: &Tx, account: AccountId) -> Result<(), StoreError> {
    let theirs = payment::Entity::find()
        .select_only()
        .column(payment::Column::Id)
        .filter(payment::Column::AccountId.eq(account.as_uuid()));
    let query = risk_decision::Entity::find()
        .filter(risk_decision::Column::PaymentId.in_subquery(sea_orm::QueryTrait::into_query(theirs)));
    for row in query.all(tx.conn()).await? {
        let unreadable = |_| StoreError::Unreadable { table: "risk_decision", column: "features" };
        let mut features: BTreeMap<String, serde_json::Value> =
            serde_json::from_str(&row.features).map_err(unreadable)?;
        for attribute in [Attribute::Email, Attribute::Ip] {
            features.remove(attribute.as_str());
        }
        let features = serde_json::to_string(&features).expect("a map of JSON is always JSON");
        risk_decision::Entity::update_many()
            .col_expr(risk_decision::Column::Features, Expr::value(features))
            .filter(risk_decision::Column::Id.eq(row.id))
            .exec(tx.conn())
            .await?;
    }
    Ok(())
}
