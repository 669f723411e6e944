//! Saved cards: list, look at, take away.

use aviso_core::document::SavedCardDocument;
use aviso_core::id::CardId;
use aviso_core::vault::customer::CustomerRef;
use aviso_core::vault::{VaultSettings, saved_card_document};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::list::{self, List};
use crate::extract::{ApiPath, ApiQuery, AuthenticatedMerchant};
use crate::problem::Problem;
use crate::state::WebState;

/// Which saved cards to list.
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
    /// Only those of this customer of yours.
    #[param(nullable = false, max_length = 32)]
    customer_ref: Option<String>,
}

/// Saved cards that are kept, newest first.
#[utoipa::path(get, path = "/v1/cards", operation_id = "list_cards", tag = "saved cards",
    params(ListQuery),
    responses((status = 200, description = "A page of saved cards", body = List<SavedCardDocument>)))]
pub(crate) async fn list(
    State(web): State<WebState>,
    AuthenticatedMerchant(scope): AuthenticatedMerchant,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> Result<Json<List<SavedCardDocument>>, Problem> {
    let limit = list::limit(query.limit.as_deref())?;
    let before = list::parameter(query.starting_after.as_deref(), "starting_after")?;
    let customer = list::parameter::<CustomerRef>(query.customer_ref.as_deref(), "customer_ref")?;
    let page = web.payments.vault(VaultSettings::default()).cards(&scope, customer, before, limit).await?;
    Ok(Json(List::new(page.items.iter().map(saved_card_document).collect(), page.has_more)))
}

/// A saved card, also one that expired or was taken away.
#[utoipa::path(get, path = "/v1/cards/{id}", operation_id = "get_card", tag = "saved cards",
    params(("id" = String, Path, description = "`card_…`")),
    responses((status = 200, description = "The saved card", body = SavedCardDocument)))]
pub(crate) async fn get(
    State(web): State<WebState>,
    AuthenticatedMerchant(scope): AuthenticatedMerchant,
    ApiPath(id): ApiPath<CardId>,
) -> Result<Json<SavedCardDocument>, Problem> {
    let card = web.payments.vault(VaultSettings::default()).card(&scope, id).await?;
    Ok(Json(saved_card_document(&card)))
}

/// Takes a saved card away: its number is erased and its mandates end. A second time changes nothing.
#[utoipa::path(delete, path = "/v1/cards/{id}", operation_id = "delete_card", tag = "saved cards",
    params(("id" = String, Path, description = "`card_…`")),
    responses((status = 200, description = "Taken away", body = SavedCardDocument)))]
pub(crate) async fn remove(
    State(web): State<WebState>,
    AuthenticatedMerchant(scope): AuthenticatedMerchant,
    ApiPath(id): ApiPath<CardId>,
) -> Result<Json<SavedCardDocument>, Problem> {
    let card = web.payments.vault(VaultSettings::default()).remove(&scope, id).await?;
    Ok(Json(saved_card_document(&card)))
}
