//! Mandates: list, look at, end.

use aviso_core::document::MandateDocument;
use aviso_core::id::MandateId;
use aviso_core::vault::{VaultSettings, mandate_document};
use axum::Json;
use axum::extract::State;

use super::list::{List, PageQuery};
use crate::extract::{ApiPath, ApiQuery, AuthenticatedMerchant};
use crate::problem::Problem;
use crate::state::WebState;

/// Mandates, newest first.
#[utoipa::path(get, path = "/v1/mandates", operation_id = "list_mandates", tag = "mandates",
    params(PageQuery),
    responses((status = 200, description = "A page of mandates", body = List<MandateDocument>)))]
pub(crate) async fn list(
    State(web): State<WebState>,
    AuthenticatedMerchant(scope): AuthenticatedMerchant,
    ApiQuery(query): ApiQuery<PageQuery>,
) -> Result<Json<List<MandateDocument>>, Problem> {
    let (before, limit) = query.checked()?;
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
