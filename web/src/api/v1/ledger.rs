//! Money as the books have it: balances, entries, payouts.

use aviso_core::clock::Timestamp;
use aviso_core::document::{BalanceDocument, LedgerEntryDocument, PayoutDocument};
use aviso_core::id::PayoutId;
use aviso_core::ledger::{EntryFilter, EntryId, EntryKind};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::list::{self, List, PageQuery};
use crate::extract::{ApiQuery, AuthenticatedMerchant};
use crate::problem::Problem;
use crate::state::WebState;

/// What the merchant has.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Balance)]
pub(crate) struct Balances {
    /// `test` or `live`.
    mode: String,
    /// One for each currency that ever moved, in order of their codes.
    balances: Vec<BalanceDocument>,
}

/// What the merchant has in each currency, at this moment.
#[utoipa::path(get, path = "/v1/balance", operation_id = "get_balance", tag = "ledger",
    responses((status = 200, description = "The balances", body = Balances)))]
pub(crate) async fn balance(
    State(web): State<WebState>,
    AuthenticatedMerchant(scope): AuthenticatedMerchant,
) -> Result<Json<Balances>, Problem> {
    let balances = web.ledger.balance(&scope).await?;
    Ok(Json(Balances { mode: scope.mode.as_str().to_owned(), balances }))
}

/// Which entries to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EntryQuery {
    /// 1 to 100; 20 when absent.
    #[param(value_type = Option<u8>, nullable = false, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// The last id of the page before.
    #[param(nullable = false)]
    starting_after: Option<String>,
    /// Only those about this payment.
    #[param(nullable = false)]
    payment: Option<String>,
    /// Only those of this kind.
    #[param(nullable = false)]
    kind: Option<String>,
    /// Only those of this moment or later, RFC 3339.
    #[param(nullable = false)]
    created_from: Option<String>,
    /// Only those before this moment, RFC 3339.
    #[param(nullable = false)]
    created_before: Option<String>,
}

/// Entries of the ledger, newest first.
#[utoipa::path(get, path = "/v1/ledger/entries", operation_id = "list_ledger_entries", tag = "ledger",
    params(EntryQuery),
    responses((status = 200, description = "A page of entries", body = List<LedgerEntryDocument>)))]
pub(crate) async fn entries(
    State(web): State<WebState>,
    AuthenticatedMerchant(scope): AuthenticatedMerchant,
    ApiQuery(query): ApiQuery<EntryQuery>,
) -> Result<Json<List<LedgerEntryDocument>>, Problem> {
    let limit = list::limit(query.limit.as_deref())?;
    let before: Option<EntryId> = list::parameter(query.starting_after.as_deref(), "starting_after")?;
    let moment = |text: &Option<String>, name| list::parameter::<Timestamp>(text.as_deref(), name);
    let filter = EntryFilter {
        payment: list::parameter(query.payment.as_deref(), "payment")?,
        kind: list::named(query.kind.as_deref(), EntryKind::from_name, "kind")?,
        created_from: moment(&query.created_from, "created_from")?,
        created_before: moment(&query.created_before, "created_before")?,
    };
    let page = web.ledger.entries(&scope, &filter, before, limit).await?;
    Ok(Json(List::new(page.items, page.has_more)))
}

/// Payouts, newest first.
#[utoipa::path(get, path = "/v1/payouts", operation_id = "list_payouts", tag = "ledger",
    params(PageQuery),
    responses((status = 200, description = "A page of payouts", body = List<PayoutDocument>)))]
pub(crate) async fn payouts(
    State(web): State<WebState>,
    AuthenticatedMerchant(scope): AuthenticatedMerchant,
    ApiQuery(query): ApiQuery<PageQuery>,
) -> Result<Json<List<PayoutDocument>>, Problem> {
    let (before, limit) = query.checked::<PayoutId>()?;
    let page = web.ledger.payouts(&scope, before, limit).await?;
    Ok(Json(List::new(page.items, page.has_more)))
}
