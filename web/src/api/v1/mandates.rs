//! Mandates: list, look at, end.

use aviso_core::document::MandateDocument;
use aviso_core::id::MandateId;
use aviso_core::vault::{VaultSettings, mandate_document};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::list::{self, List};
use crate::extract::{ApiPath, ApiQuery, AuthenticatedMerchant};
use crate::problem::Problem;
use crate::state::WebState;

/// Which mandates to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// 1 to 100; 20 when absent.
    #[param(value_type = Option<u8>, nullable = false, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// The last id of the page before.
    #[param(nullable = false)]
    starting_after: Option<String>,
}

/// Mandates, newest first.
#[utoipa::path(get, path = "/v1/mandates", operation_id = "list_mandates", tag = "mandates",
    params(ListQuery),
    responses((status = 200, description = "A page of mandates", body = List<MandateDocument>)))]
pub(crate) async fn list(
    State(web): State<WebState>,
    AuthenticatedMerchant(scope): AuthenticatedMerchant,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> Result<Json<List<MandateDocument>>, Problem> {
    let limit = list::limit(query.limit.as_deref())?;
    let before = list::parameter(query.starting_after.as_deref(), "starting_after")?;
    let page = web.payments.vault(VaultSettings::default()).mandates(&scope, before, limit).await?;
    Ok(Json(List::new(page.items.iter().map(mandate_document).collect(), page.has_more)))
}

/// A mandate.
#[utoipa::path(get, path = "/v1/mandates/{id}", operation_id = "get_mandate", tag = "mandates",
    params(("id" = String, Path, description = "`man_…`")),
    responses((status = 200, description = "The mandate", body = MandateDocument)))]
pub(crate) async fn get(
    State(web): State<WebState>,
    AuthenticatedMerchant(scope): AuthenticatedMerchant,
    ApiPath(id): ApiPath<MandateId>,
) -> Result<Json<MandateDocument>, Problem> {
    let mandate = web.payments.vault(VaultSettings::default()).mandate(&scope, id).await?;
    Ok(Json(mandate_document(&mandate)))
}

/// Ends a mandate: nothing is charged under it any more. A second time changes nothing.
#[utoipa::path(delete, path = "/v1/mandates/{id}", operation_id = "delete_mandate", tag = "mandates",
    params(("id" = String, Path, description = "`man_…`")),
    responses((status = 200, description = "Ended", body = MandateDocument)))]
pub(crate) async fn remove(
    State(web): State<WebState>,
    AuthenticatedMerchant(scope): AuthenticatedMerchant,
    ApiPath(id): ApiPath<MandateId>,
) -> Result<Json<MandateDocument>, Problem> {
    let mandate = web.payments.vault(VaultSettings::default()).end_mandate(&scope, id).await?;
    Ok(Json(mandate_document(&mandate)))
}
